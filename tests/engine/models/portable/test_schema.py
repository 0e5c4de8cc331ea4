"""What the schema says, and what it keeps to itself."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from deepbench.data.preparation import Preparation
from deepbench.models.portable.ranges import LEAST_UNITS, said_ranges
from deepbench.models.portable.schema import Reading
from deepbench.plan import Data

from .models import COUNTS, files_of, model_of, training_of


def schema_of(model, **options) -> dict:
    return json.loads(files_of(model, **options)["schema.json"])


def by_name(schema: dict) -> dict[str, dict]:
    return {column["name"]: column for column in schema["columns"]}


def test_columns_stand_in_the_order_of_the_table_with_type_unit_and_codes():
    data = Data(source="t.csv", missing_in={"age": ["999"]})
    reading = Reading.of(data, {"age": "years", "operator": "none"})
    schema = schema_of(model_of("linear", 0, "binary"), reading=reading)
    features = training_of("binary").features
    assert [c["name"] for c in schema["columns"]] == list(features)
    columns = by_name(schema)
    assert columns["age"] == {
        "name": "age",
        "type": "number",
        "unit": "years",
        "missing": ["999"],
    }
    assert schema["transform"] is None
    assert "na" in schema["missing"]["numbers"]
    assert schema["missing"]["texts"] == []


def test_codes_of_the_plan_replace_the_usual_ones_and_hold_for_texts():
    reading = Reading.of(Data(source="t.csv", missing=["NK", ""]), {})
    schema = schema_of(model_of("linear", 0, "binary"), reading=reading)
    assert schema["missing"] == {"numbers": ["nk"], "texts": ["nk"]}


def test_labels_counted_together_are_not_named():
    """A rare label can be one person's."""
    files = files_of(model_of("linear", 0, "binary"))
    column = by_name(json.loads(files["schema.json"]))["stage, at entry"]
    assert column["labels"] == {"I": 0, "II": 1, "III": 2}
    assert column["others_at"] == column["missing_at"] == 3
    for content in files.values():
        assert b"IVb" not in content
        assert "rare Ω".encode() not in content


def test_the_outcome_with_classes_and_decision_rule():
    outcome = schema_of(model_of("linear", 0, "binary"), guarded=False)["outcome"]
    assert outcome["column"] == "diagnosis"
    assert outcome["kind"] == "two classes"
    assert outcome["classes"] == ["healthy", "=ill"]
    assert outcome["decision"]["threshold"] == pytest.approx(2 / 3)
    assert sum(outcome["decision"]["shares"].values()) == pytest.approx(1.0)
    # Times the samples of the study, exact shares are the number of people with the disease.
    guarded = schema_of(model_of("linear", 0, "binary"), guarded=True)["outcome"]["decision"]
    assert guarded["threshold"] == 0.67
    assert guarded["shares"] == {"healthy": 0.33, "=ill": 0.67}
    assert "rounded" in guarded["rule"]
    plain = schema_of(model_of("svm", 1, "multiclass"))["outcome"]
    assert "highest probability" in plain["decision"]["rule"]
    assert schema_of(model_of("linear", 0, "regression"))["outcome"] == {
        "column": "diagnosis",
        "kind": "number",
    }


def test_the_transformation_and_its_columns():
    schema = schema_of(model_of("linear", 0, "binary", Preparation("clr", COUNTS)))
    assert schema["transform"]["name"] == "CLR"
    assert schema["transform"]["of_whole_sample"] is True
    assert {n for n, c in by_name(schema).items() if c.get("transformed")} == set(COUNTS)


def test_columns_that_filters_left_out_are_not_in_the_files():
    model = model_of("linear", 0, "binary", Preparation("log2", COUNTS, most_variable=1))
    schema = schema_of(model)
    assert sum(c.get("transformed", False) for c in schema["columns"]) == 1
    # A sum over the sample needs them all.
    model = model_of("linear", 0, "binary", Preparation("clr", COUNTS, most_variable=1))
    assert sum(c.get("transformed", False) for c in schema_of(model)["columns"]) == 4


# --- ranges ------------------------------------------------------------------------------------


def test_extremes_are_said_only_where_nothing_is_to_be_guarded():
    model, training = model_of("linear", 0, "binary"), training_of("binary")
    plain = schema_of(model, guarded=False)
    low, high = by_name(plain)["age"]["range"]
    assert (low, high) == (training.features["age"].min(), training.features["age"].max())
    assert "Smallest and largest" in plain["ranges"]
    without = schema_of(model)
    assert not any("range" in column for column in without["columns"])
    assert "left out" in without["ranges"]


def test_guarded_ranges_have_ten_units_at_or_beyond_each_end_and_no_ones_value():
    model, training = model_of("linear", 0, "binary"), training_of("binary")
    schema = schema_of(model, training=training)
    columns = by_name(schema)
    assert "10 biological units" in schema["ranges"]
    for name in ("age", "gaps", *COUNTS):
        low, high = columns[name]["range"]
        values = training.features[name]
        assert len(set(training.units[values <= low])) >= LEAST_UNITS
        assert len(set(training.units[values >= high])) >= LEAST_UNITS
        assert len(f"{low:.6g}".strip("-0.").replace(".", "")) <= 3
    for name in ("age", "gaps"):
        assert not np.isin(columns[name]["range"], training.features[name]).any()
    assert "range" not in columns["constant"]


@pytest.mark.parametrize(("low", "high"), [(0.000123, 0.0456), (-3e7, 8e8), (17.0, 93.0)])
def test_rounded_ends_are_short_and_inside(low, high):
    draw = np.random.default_rng(0)
    model, training = model_of("linear", 0, "binary"), training_of("binary")
    values = draw.uniform(low, high, len(training))
    features = training.features.assign(age=values)
    own = replace(training, features=features)
    found, _ = said_ranges(model, own, guarded=True, private=False)
    begin, end = found["age"]
    assert low < begin < end < high
    assert begin > np.sort(values)[5]
    digits = {len(f"{end:.9g}".split("e")[0].strip("-0").replace(".", "").strip("0"))}
    assert max(digits) <= 3
    assert end - begin > 0.2 * (high - low)


def test_few_units_have_no_range():
    model, training = model_of("linear", 0, "binary"), training_of("binary")
    few = training.take(np.arange(18))
    assert said_ranges(model, few, guarded=True, private=False)[0] == {}
    # Ten units, but each of them at both ends.
    ten = training.take(np.arange(20))
    assert said_ranges(model, ten, guarded=True, private=False)[0].keys() <= {"age", "gaps"}


def test_ranges_count_units_and_not_rows():
    model, training = model_of("linear", 0, "binary"), training_of("binary")
    values = np.arange(80.0)
    # One unit holds the 30 smallest values.
    units = np.concatenate([np.zeros(30), np.arange(1, 51)]).astype(np.int64)
    own = replace(training, features=training.features.assign(age=values), units=units)
    low, high = said_ranges(model, own, guarded=True, private=False)[0]["age"]
    assert low >= 38.0
    assert high <= 70.0


def test_a_private_model_says_its_own_ranges_and_does_not_look_at_samples():
    model = model_of("network", 0, "binary")
    declared = replace(model.preprocessor, ranges={"age": (18.0, 90.0)})
    model = replace(model, preprocessor=declared)
    broken = replace(training_of("binary"), features=pd.DataFrame())
    schema = schema_of(model, training=broken, private=True)
    assert by_name(schema)["age"]["range"] == [18.0, 90.0]
    assert "noise" in schema["ranges"]
