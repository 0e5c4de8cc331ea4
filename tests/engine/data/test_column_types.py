import numpy as np
import pandas as pd
import pytest

from deepbench.data.cells import bulk_numbers
from deepbench.data.column_types import count_distinct, parse_columns
from deepbench.errors import DataError
from deepbench.plan import Data


@pytest.fixture
def typed(read):
    def _typed(columns, as_text=(), **options):
        content = pd.DataFrame(columns).to_csv(index=False)
        return parse_columns(read(content, header="yes"), Data(source="x", **options), as_text)

    return _typed


def kinds(parsed):
    return {column.name: column.kind for column in parsed.columns}


def test_kinds(typed):
    n = 40
    parsed = typed(
        {
            "number": np.linspace(0, 1, n),
            "code": np.arange(n) % 3,
            "label": ["x", "y"] * (n // 2),
            "name": [f"sample {i}x" for i in range(n)],
            "day": [f"2024-01-{i % 28 + 1:02d}" for i in range(n)],
            "other day": [f"{i % 28 + 1}.1.2024" for i in range(n)],
            "zip": [f"{i:05d}" for i in range(n)],
            "long": [f"{10**17 + i}" for i in range(n)],
            "clone": [f"23100{i}E13" if i % 4 == 0 else f"A{i}K{i}" for i in range(n)],
            "nothing": ["NA"] * n,
        }
    )
    assert kinds(parsed) == {
        "number": "numeric", "code": "numeric", "label": "categorical", "name": "text",
        "day": "date", "other day": "date", "zip": "text", "long": "text", "clone": "text",
        "nothing": "empty",
    }  # fmt: skip
    assert parsed.frame["number"].dtype == np.float64
    assert parsed.frame["zip"][3] == "00003"
    assert parsed.frame["clone"][0] == "231000E13"
    assert parsed.frame["nothing"].isna().all()
    assert list(parsed.frame.columns) == [c.name for c in parsed.columns]


def test_missing_codes_in_numbers_are_counted(typed):
    codes = ["NA", "?", "", "#DIV/0!", "n.d.", "-"]
    parsed = typed({"x": [*codes, *map(str, range(30))], "y": range(36)})
    assert parsed.columns[0].missing == len(codes)
    assert parsed.columns[0].distinct == 30
    noted = {c.what: c.count for c in parsed.conversions}
    assert noted["'NA' read as missing"] == 1
    assert sum(noted.values()) == len(codes) - 1  # an empty cell is nothing that was changed


def test_a_label_na_stays_a_label(typed):
    parsed = typed({"country": ["NA", "DE", "FR", ""] * 5, "x": range(20)})
    assert set(parsed.frame["country"].dropna()) == {"NA", "DE", "FR"}
    assert parsed.frame["country"][3] is None
    assert any("'NA' kept as a label" in c.what for c in parsed.conversions)


def test_codes_of_the_plan_hold_everywhere(typed):
    columns = {"country": ["NA", "DE"] * 10, "x": ["-9", "1"] * 10, "y": ["-9.0", "2"] * 10}
    parsed = typed(columns, missing=["NA", "-9"])
    assert parsed.frame.isna().sum().tolist() == [10, 10, 10]
    with pytest.raises(DataError, match="'NA'"):
        typed({"x": ["NA", *map(str, range(30))]}, missing=["-9"])


def test_text_among_numbers_names_the_cell(typed):
    column = [*map(str, range(30)), "abc", "5", "<0.1", "x"]
    with pytest.raises(DataError) as caught:
        typed({"id": range(34), "mean area": column})
    assert "row 32, column 'mean area': 'abc' is not a number; 31 other cells are." in str(
        caught.value
    )
    assert "1 more cell" in caught.value.message
    with pytest.raises(DataError, match="'inf'"):
        typed({"x": ["inf", *map(str, range(30))]})
    with pytest.raises(DataError, match="'1e400'"):
        typed({"x": ["1e400", *map(str, range(30))]})


def test_half_text_is_labels_if_they_are_few(typed):
    few = ["1", "2", "low"] * 10
    assert kinds(typed({"x": few}))["x"] == "categorical"
    many = [str(i) if i % 4 else f"t{i}" for i in range(40)]
    with pytest.raises(DataError, match="'t0'"):
        typed({"x": many})
    assert (
        kinds(typed({"x": [str(i) if i % 4 == 0 else f"t{i}" for i in range(40)]}))["x"] == "text"
    )


def test_types_of_the_plan(typed):
    columns = {"x": [1, 2, 3] * 10, "zip": [f"{i:03d}" for i in range(30)]}
    parsed = typed(columns, types={"x": "categorical", "zip": "numeric"})
    assert kinds(parsed) == {"x": "categorical", "zip": "numeric"}
    assert parsed.frame["x"].tolist()[:3] == ["1", "2", "3"]
    assert parsed.frame["zip"].tolist()[:3] == [0.0, 1.0, 2.0]
    with pytest.raises(DataError, match="'a'"):
        typed({"x": ["a", "b"] * 10}, types={"x": "numeric"})


def test_columns_with_a_role_stay_text(typed):
    parsed = typed({"id": [*range(29), "29b"], "x": range(30)}, as_text=["id"])
    assert parsed.frame["id"].tolist()[-2:] == ["28", "29b"]


def test_many_conversions_are_added_up(typed):
    columns = {f"g{i}": ["NA", *map(str, range(12))] for i in range(150)}
    parsed = typed(columns)
    (only,) = parsed.conversions
    assert (only.column, only.what, only.count) == ("(150 columns)", "'NA' read as missing", 150)


def test_blocks_give_the_same_table(typed, monkeypatch):
    columns = {f"g{i}": np.arange(12) * (i + 0.5) for i in range(7)}
    columns["label"] = ["u", "v"] * 6
    whole = typed(columns)
    monkeypatch.setattr(bulk_numbers, "_SLICE", 7)
    parts = typed(columns)
    pd.testing.assert_frame_equal(whole.frame, parts.frame)
    assert whole.columns == parts.columns


def test_count_distinct_against_numpy():
    values = np.random.default_rng(0).integers(0, 5, size=(30, 20)).astype(float)
    values[np.random.default_rng(1).random(values.shape) < 0.3] = np.nan
    values[:, 3] = np.nan
    expected = [len(np.unique(column[~np.isnan(column)])) for column in values.T]
    assert count_distinct(values).tolist() == expected


def test_decimal_comma_reaches_the_values(read):
    raw = read("a;b\n1,5;x\n1.234,5;y\n;x\n")
    parsed = parse_columns(raw, Data(source="x"))
    np.testing.assert_array_equal(parsed.frame["a"], [1.5, 1234.5, np.nan])
