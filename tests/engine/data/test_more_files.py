"""Further files below the first: the same measurements, other samples."""

from __future__ import annotations

import pytest

from deepbench.data.assembly.assemble import assemble
from deepbench.data.column_types import parse_columns
from deepbench.data.table_files import TableFiles
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

FIRST = "id,g1,g2,g3\nS1,1,2,3\nS2,4,5,6\n"


@pytest.fixture
def put(tmp_path):
    def _put(*tables, sheet=None, outcome="", **options):
        names = [f"t{i}.csv" for i in range(len(tables))]
        for name, table in zip(names, tables, strict=True):
            (tmp_path / name).write_text(table, encoding="utf-8")
        if sheet:
            (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
            options["sample_sheet"] = "sheet.csv"
        data = Data(source=names[0], more=names[1:], **options)
        return assemble(TableFiles.of(data, tmp_path.joinpath), data, outcome)

    return _put


def test_samples_are_added_and_columns_matched_by_name(put):
    raw = put(FIRST, "g3,id,g1,g2\n9,S3,7,8\n", "id,g1,g2,g3\nS4,1,1,1\n")
    assert raw.columns == ("file", "id", "g1", "g2", "g3")
    assert raw.frame().to_numpy().tolist() == [
        ["t0.csv", "S1", "1", "2", "3"],
        ["t0.csv", "S2", "4", "5", "6"],
        ["t1.csv", "S3", "7", "8", "9"],
        ["t2.csv", "S4", "1", "1", "1"],
    ]
    assert raw.aside == ("file",) and raw.sheet_columns == ("file",)
    told = {c.what: c.count for c in raw.conversions}
    assert told["samples added from t1.csv"] == told["samples added from t2.csv"] == 1
    assert raw.locator.row_names() == ["row 2", "row 3", "row 2 of t1.csv", "row 2 of t2.csv"]


def test_a_mistake_names_its_file(put):
    many = "".join(f"T{i},1,2,3\n" for i in range(30))
    raw = put(FIRST, "g1,id,g2,g3\nhigh,S3,1,2\n", "id,g1,g2,g3\n" + many)
    with pytest.raises(DataError, match=r"^t1\.csv, row 2, column 'g1': 'high' is not a number"):
        parse_columns(raw, Data(source="t"))


def test_columns_that_not_all_files_have_are_asked_about(put):
    other = "id,g1,g3,g9\nS3,7,9,0\n"
    with pytest.raises(DataQuestion) as error:
        put(FIRST, other)
    assert error.value.key == "data.unmatched"
    assert error.value.message == (
        "t0.csv has 1 column that not all of the other files have: 'g2'. t1.csv has 1 column that "
        "not all of the other files have: 'g9'."
    )
    assert error.value.choices[0].shows == "go on with the 3 columns that all files have"
    raw = put(FIRST, other, unmatched="leave out")
    assert raw.columns == ("file", "id", "g1", "g3")
    told = {c.what: c.count for c in raw.conversions}
    assert told["left out: in t0.csv, but not in all files"] == 1
    assert told["left out: in t1.csv, but not in all files"] == 1


def test_other_measurements_are_refused(put):
    with pytest.raises(DataError, match=r"t0\.csv and t1\.csv have no measurement in common"):
        put(FIRST, "sample,p1,p2\nS3,1,2\n", unmatched="leave out")


def test_a_sample_in_two_files_is_refused_with_both_places(put):
    with pytest.raises(DataError) as error:
        put(FIRST, "g1,id,g2,g3\n7,S3,8,9\n1,S2,1,1\n")
    assert error.value.message == (
        "1 sample stands in two files: 'S2' (t0.csv, row 3, and t1.csv, row 3)."
    )


def test_measurements_that_are_alike_are_no_samples_in_two_files(put):
    raw = put("age,g1\n31,1\n40,2\n", "age,g1\n40,3\n31,4\n")
    assert raw.rows == 4


def test_files_may_lie_differently(put):
    lying = "gene,S3,S4\ng2,8,1\ng1,7,2\ng3,9,3\n"
    raw = put("sample,g1,g2,g3\nS1,1,2,3\nS2,4,5,6\n", lying)
    assert raw.frame().to_numpy().tolist()[2:] == [
        ["t1.csv", "S3", "7", "8", "9"],
        ["t1.csv", "S4", "2", "1", "3"],
    ]
    assert raw.cell_reference(3, "g2") == "row 2, column 3"
    assert raw.cell_reference(1, "g2") == "row 3"


def test_turned_files_with_a_sheet(put):
    first = "gene,chr,A,B\nTP53,17,1,2\nMYC,8,3,4\nEGFR,7,5,6\n"
    second = "gene,chr,D,C\nEGFR,7,11,12\nTP53,17,7,8\nMYC,8,9,10\n"
    raw = put(first, second, sheet="id,age\nC,33\nA,31\nD,34\nB,32\n")
    assert raw.columns == ("id", "age", "file", "TP53", "MYC", "EGFR")
    assert raw.frame().to_numpy().tolist() == [
        ["A", "31", "t0.csv", "1", "3", "5"],
        ["B", "32", "t0.csv", "2", "4", "6"],
        ["D", "34", "t1.csv", "7", "9", "11"],
        ["C", "33", "t1.csv", "8", "10", "12"],
    ]
    assert raw.locator.file_name(2, 4) == "t1.csv"
    assert raw.cell_reference(2, "MYC") == "row 4, column 3"
    assert raw.cell_reference(2, "age") == "row 4"


def test_other_decimal_marks_are_made_alike(put):
    raw = put("id,g1,g2\nS1,1.5,2\nS2,4,5.25\n", "id;g1;g2\nS3;1.234,5;2,75\nS4;3,1;4\n")
    parsed = parse_columns(raw, Data(source="t"))
    assert parsed.frame["g1"].tolist() == [1.5, 4.0, 1234.5, 3.1]
    assert parsed.frame["g2"].tolist() == [2.0, 5.25, 2.75, 4.0]
    told = [c for c in raw.conversions if "decimal mark of the first file" in c.what]
    assert [c.count for c in told] == [3]


def test_a_column_called_file_is_kept(put):
    raw = put("id,file,g1\nS1,a,1\nS2,b,2\n", "id,file,g1\nS3,c,3\n")
    assert raw.columns == ("file of the table", "id", "file", "g1")
    assert raw.aside == ("file of the table",)
