import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import AllSamples, TestSet, TrainingSet
from deepbench.data.table_store import (
    _columns,
    from_parquet_bytes,
    table_from_parquet_bytes,
    table_to_parquet_bytes,
    to_parquet_bytes,
)
from deepbench.errors import StudyError
from deepbench.study.records import ColumnRecord


@pytest.fixture
def samples(make_samples):
    made = make_samples(
        [0, 1] * 6,
        noise=4,
        features={"label": ["u", "v"] * 6, "last": np.arange(12.0)},
        annotations={"site": ["north", ""] * 6},
        units=[i // 2 for i in range(12)],
        sample_ids=[f"Müller {i}" for i in range(12)],
    )
    made.features.loc[3, "g1"] = np.nan
    made.features.loc[5, "label"] = None
    return made


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found.features, expected.features)
    pd.testing.assert_frame_equal(found.annotations, expected.annotations)
    for name in ("outcome", "sample_ids", "units"):
        one, other = getattr(found, name), getattr(expected, name)
        assert one.dtype.kind == other.dtype.kind
        np.testing.assert_array_equal(one, other)
    assert found.info == expected.info


@pytest.mark.parametrize("kind", [AllSamples, TrainingSet, TestSet])
def test_samples_come_back(samples, kind):
    found = from_parquet_bytes(to_parquet_bytes(samples), kind)
    assert type(found) is kind
    assert_same(found, samples)
    assert found.features["label"][5] is None
    found.units[0] = 7  # not a read-only view of the file


def test_regression_and_text_only(make_samples):
    regression = make_samples(np.linspace(0, 1, 12), task="regression")
    assert_same(from_parquet_bytes(to_parquet_bytes(regression), AllSamples), regression)
    texts = make_samples([0, 1] * 6, noise=0, features={"a": ["x", "y"] * 6})
    assert_same(from_parquet_bytes(to_parquet_bytes(texts), AllSamples), texts)


def test_part_of_the_rows(samples):
    part = samples.take(np.array([7, 2], dtype=np.int64))
    assert_same(from_parquet_bytes(to_parquet_bytes(part), AllSamples), part)


def test_same_content_gives_same_bytes(samples):
    data = to_parquet_bytes(samples)
    assert to_parquet_bytes(from_parquet_bytes(data, AllSamples)) == data


def test_typed_table_comes_back(parse):
    content = "id;x [mg/dl];outcome\n" + "".join(
        f"a{i};1,{i}5;{'yes' if i % 2 else 'no'}\n" for i in range(12)
    )
    parsed, _ = parse(content)
    found = table_from_parquet_bytes(table_to_parquet_bytes(parsed))
    pd.testing.assert_frame_equal(found.frame, parsed.frame)
    assert found.columns == parsed.columns
    assert found.conversions == parsed.conversions
    assert found.decimal == ","
    assert found.units == parsed.units == {"x [mg/dl]": "mg/dl"}
    assert found.locator.reference(4, 0) == "row 6"


def test_damage_is_said(samples, parse):
    data = to_parquet_bytes(samples)
    for damaged in (b"", b"PAR1", data[: len(data) // 2]):
        with pytest.raises(StudyError, match="damaged"):
            from_parquet_bytes(damaged, AllSamples)
    with pytest.raises(StudyError, match="format"):
        table_from_parquet_bytes(data)


def test_columns_of_tables_of_before_are_read():
    column = ColumnRecord("a", "numeric", "feature", 1, 2)
    fields = {"name": "a", "kind": "numeric", "role": "feature", "missing": 1, "distinct": 2}
    assert _columns([fields]) == (column,)
    assert _columns({name: [value] for name, value in fields.items()}) == (column,)
