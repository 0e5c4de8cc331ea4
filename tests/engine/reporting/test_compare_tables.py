"""Tables of a bundle cell by cell, whatever somebody did to them."""

from __future__ import annotations

from deepbench.reporting.compare_results import compare_results, reproduces
from deepbench.reporting.compare_tables import table_values

TABLE = (
    b"model,auroc,seconds,seconds_offered,auroc\r\nlinear,0.91,3,60,0.9\r\nforest,,4,60,nan\r\n"
)


def test_cells_are_numbers_or_texts_by_their_column_and_times_are_left_out() -> None:
    assert table_values(TABLE) == [
        {"model": "linear", "auroc": 0.91, "column 5": 0.9},
        {"model": "forest", "auroc": "", "column 5": "nan"},
    ]
    assert table_values(b"a,\r\n1_000,x,y\r\n") == [
        {"a": "1_000", "column 2": "x", "column 3": "y"}
    ]
    assert table_values(b"") == []


def test_what_is_no_table_is_different_from_any() -> None:
    said, found = table_values(b"\xff\xfe"), table_values(TABLE)
    assert not reproduces(compare_results({"t": said}, {"t": found}))


def test_a_changed_cell_is_named_by_its_place() -> None:
    forged = TABLE.replace(b"0.91", b"0.99")
    compared = compare_results({"t.csv": table_values(forged)}, {"t.csv": table_values(TABLE)})
    assert [each.place for each in compared if each.verdict == "different"] == ["t.csv[0].auroc"]
    rounded = TABLE.replace(b"0.91", b"0.91000000001")
    assert reproduces(compare_results({"t": table_values(rounded)}, {"t": table_values(TABLE)}))
