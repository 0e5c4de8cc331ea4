"""Tables as files: the same values in CSV and workbook, and nothing that a program would run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pandas as pd
import pytest

from deepbench.privacy.contents import open_contents
from deepbench.privacy.formula_cells import is_formula
from deepbench.reporting.data_table import DataTable, data_table, ends
from deepbench.reporting.table_files import csv_bytes, workbook_bytes
from deepbench.study.records import Score

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "a;=HYPERLINK(1)", "\uff1d1")


def scores(name: str = "scores", note: str = "Over units.") -> DataTable:
    made = data_table(
        name,
        "Scores",
        ["model", "auroc", "trials", "recommended", "note"],
        [
            ("linear", 0.1 + 0.2, 12, True, None),
            ("größe; ε, “x”", -1e-12, -3, False, 'two\nlines, "quoted"'),
            ("nothing", float("nan"), None, None, ""),
        ],
        note,
    )
    assert made is not None
    return made


def test_csv_holds_every_value_to_the_last_digit() -> None:
    read = list(csv.DictReader(io.StringIO(csv_bytes(scores()).decode(), newline="")))
    assert [float(row["auroc"]) for row in read[:2]] == [0.1 + 0.2, -1e-12]
    assert [row["trials"] for row in read] == ["12", "-3", ""]
    assert [row["recommended"] for row in read] == ["yes", "no", ""]
    assert read[1]["model"] == "größe; ε, “x”"
    assert read[1]["note"] == 'two\nlines, "quoted"'
    assert read[2]["auroc"] == ""
    assert len(pd.read_csv(io.BytesIO(csv_bytes(scores())))) == 3


def test_workbook_holds_the_same_as_the_csv_files() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([scores(), scores("more")])))
    assert book.sheetnames == ["Tables", "scores", "more"]
    listed = list(book["Tables"].values)
    assert listed[1] == ("scores", "Scores", "Over units.")
    rows = list(book["scores"].values)
    assert rows[0] == ("model", "auroc", "trials", "recommended", "note")
    assert rows[1] == ("linear", pytest.approx(0.3, rel=1e-15), 12, "yes", None)
    assert rows[2][1:4] == (pytest.approx(-1e-12, rel=1e-15), -3, "no")
    assert rows[3] == ("nothing", None, None, None, None)
    assert book["scores"].freeze_panes == "B2"


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_is_run_by_a_spreadsheet_program(cell: str) -> None:
    table = DataTable("t", cell, (cell, "b"), ((cell, 1.0),), cell)
    read = list(csv.reader(io.StringIO(csv_bytes(table).decode(), newline="")))
    assert not any(is_formula(text) for row in read for text in row)
    assert read[1][0].replace("'", "") == cell.replace("'", "")
    book = workbook_bytes([table])
    open_contents("t.xlsx", book)  # refuses a formula
    cells = [
        each
        for sheet in openpyxl.load_workbook(io.BytesIO(book))
        for row in sheet.iter_rows()
        for each in row
        if each.value is not None
    ]
    assert {each.data_type for each in cells} <= {"s", "n"}
    assert not [each.value for each in cells if each.data_type == "s" and is_formula(each.value)]
    said = {str(each.value).replace("'", "") for each in cells}
    assert cell.replace("'", "") in said


@pytest.mark.parametrize("make", [lambda: workbook_bytes([scores()]), lambda: csv_bytes(scores())])
def test_the_same_table_gives_the_same_bytes(make: Callable[[], bytes]) -> None:
    assert make() == make()


def test_a_workbook_says_neither_who_made_it_nor_when() -> None:
    content = workbook_bytes([scores()])
    properties = openpyxl.load_workbook(io.BytesIO(content)).properties
    assert not any((properties.creator, properties.lastModifiedBy, properties.title))
    assert properties.created is not None
    assert properties.created.year == 1980
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}


def test_long_names_of_sheets_stay_different() -> None:
    long = "a-table-with-a-name-that-is-much-too-long"
    tables = [scores(long), scores(f"{long}-2"), scores("TABLES")]
    names = openpyxl.load_workbook(io.BytesIO(workbook_bytes(tables))).sheetnames
    assert len({name.casefold() for name in names}) == 4
    assert max(map(len, names)) <= 31


def test_a_cell_longer_than_the_format_allows_is_cut() -> None:
    table = DataTable("t", "T", ("a",), (("x" * 40_000,),))
    cell = openpyxl.load_workbook(io.BytesIO(workbook_bytes([table])))["t"]["A2"].value
    assert (len(cell), cell[-1]) == (32_767, "…")
    assert len(csv_bytes(table)) > 40_000


def test_a_table_without_rows_is_none_and_scores_have_three_cells() -> None:
    assert data_table("t", "T", ["a"], []) is None
    assert ends(None) == (None, None, None)
    assert ends(Score(value=0.9, low=0.8, high=None)) == (0.9, 0.8, None)
    assert ends({"value": 1, "low": None, "high": 2}) == (1, None, 2)
