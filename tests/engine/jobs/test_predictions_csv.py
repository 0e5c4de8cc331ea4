"""Predictions as CSV: names that are no formulas, numbers as they are."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

from deepbench.data.new_samples import NewSamples
from deepbench.data.samples import OutcomeInfo
from deepbench.errors import GateRefused
from deepbench.jobs.predict import predictions_csv
from deepbench.jobs.prediction_sets import said_of_sets
from deepbench.privacy.predictions_rounding import demand_rounded
from deepbench.study.records import ConformalRecord, Score


def new(*names: str) -> NewSamples:
    return NewSamples(
        features=pd.DataFrame(index=range(len(names))),
        sample_column="=sample",
        sample_ids=np.array(names),
        notes=(),
    )


def test_names_get_an_apostrophe_and_numbers_do_not() -> None:
    info = OutcomeInfo("=o", "binary", ("@no", "+"))
    content = predictions_csv(
        info, new("=1+1", "-7", "s;=2"), np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]), "public"
    )
    assert list(csv.reader(io.StringIO(content.decode()))) == [
        ["'=sample", "predicted", "p_@no", "p_+"],
        ["'=1+1", "+", "0.25", "0.75"],
        ["-7", "'@no", "0.5", "0.5"],
        ["s;'=2", "'@no", "1.0", "0.0"],
    ]


def test_negative_predictions_stay_numbers_and_rounded() -> None:
    info = OutcomeInfo("age", "regression")
    content = predictions_csv(info, new("a"), np.array([[-1.23456]]), "sensitive")
    assert content == b"'=sample,predicted\na,-1.23\n"
    demand_rounded(content)


def limits(**how: object) -> ConformalRecord:
    found = {"error_rate": 0.1, "coverage": Score(value=0.92), "size": 1.2, "single": None}
    return ConformalRecord.model_validate({**found, **how})


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def test_a_set_holds_each_class_that_is_probable_enough_as_it_is_shown() -> None:
    info = OutcomeInfo("o", "binary", ("a or b", "=c"))
    found = limits(least_probability=(("a or b", 0.4), ("=c", 0.25)))
    exact = np.array([[0.75, 0.25], [0.7504, 0.2496], [0.3, 0.7], [0.5, 0.5]])
    public = rows_of(predictions_csv(info, new(*"wxyz"), exact, "public", limits=found))
    assert public[0] == ["'=sample", "predicted", "p_a or b", "p_=c", "possible (10% error)"]
    assert [row[-1] for row in public[1:]] == ["a or b or =c", "a or b", "'=c", "a or b or =c"]
    guarded = predictions_csv(info, new(*"wxyz"), exact, "sensitive", limits=found)
    demand_rounded(guarded)
    assert [row[2:4] for row in rows_of(guarded)[1:3]] == [["0.75", "0.25"], ["0.75", "0.25"]]
    # Equal numbers have equal sets: the set tells nothing that was rounded off.
    assert [row[-1] for row in rows_of(guarded)[1:3]] == ["a or b or =c"] * 2


def test_a_set_can_be_empty_and_a_class_without_a_limit_is_never_left_out() -> None:
    info = OutcomeInfo("o", "multiclass", ("a", "b", "c"))
    found = limits(least_probability=(("a", 0.9), ("b", 0.9)))
    probabilities = np.array([[0.5, 0.5, 0.0]])
    assert (
        rows_of(predictions_csv(info, new("x"), probabilities, "public", limits=found))[1][-1]
        == "c"
    )
    found = limits(least_probability=(("a", 0.9), ("b", 0.9), ("c", 0.5)))
    content = predictions_csv(info, new("x"), probabilities, "sensitive", limits=found)
    assert rows_of(content)[1][-1] == "none"
    demand_rounded(content)


def test_an_interval_is_the_value_plus_and_minus_and_rounded() -> None:
    info = OutcomeInfo("age", "regression")
    content = predictions_csv(
        info, new("a"), np.array([[51.2345]]), "public", limits=limits(half_width=4.5)
    )
    assert rows_of(content) == [
        ["'=sample", "predicted", "lowest (10% error)", "highest (10% error)"],
        ["a", "51.2345", "46.7345", "55.7345"],
    ]
    guarded = predictions_csv(
        info, new("a"), np.array([[51.2345]]), "sensitive", limits=limits(half_width=4.5)
    )
    assert rows_of(guarded)[1] == ["a", "51.2", "46.7", "55.7"]
    demand_rounded(guarded)


@pytest.mark.parametrize(
    ("header", "row", "why"),
    [
        ("p_a,possible (10% error)", "1.0,a or secret", "something else than classes"),
        ("p_a,possible (10% error)", "1.0,a or a", "something else than classes"),
        ("p_a,note", "1.0,Jane Roe", "a column that is not known"),
        ("lowest (5% error)", "1.2345", "3 significant digits"),
    ],
)
def test_columns_that_could_tell_more_are_refused(header: str, row: str, why: str) -> None:
    predicted = "a" if "p_a" in header else "1.5"
    with pytest.raises(GateRefused, match=why):
        demand_rounded(f"sample,predicted,{header}\nx,{predicted},{row}\n".encode())


def test_the_sentence_says_what_the_columns_hold() -> None:
    assert said_of_sets(limits()) == (
        "Column “possible (10% error)” holds the classes that a sample may be. For about 10 % "
        "of new samples the truth lies outside (held out: 8 %), as long as they are like those of "
        "the study."
    )
    assert said_of_sets(limits(half_width=1.0, coverage=Score(value=None))).startswith(
        "Columns “lowest (10% error)” and “highest (10% error)” hold the interval of each sample."
    )
