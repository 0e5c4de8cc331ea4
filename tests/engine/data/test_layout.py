"""Where a table begins and ends: lines above it, names over two rows, units, totals, comments."""

import pytest

from deepbench.data.readers.unit_words import are_units
from deepbench.errors import DataError, DataQuestion, PlanError

BODY = "a,1,0.5\nb,2,0.6\nc,3,0.7\nd,4,0.8\n"
NAMES = "id,age,dose\n"


def changes(raw):
    return {c.what: c.count for c in raw.conversions}


def table_is_read(raw, first_row):
    assert raw.columns == ("id", "age", "dose")
    assert raw.frame().values.tolist() == [line.split(",") for line in BODY.split()]
    assert raw.cell_reference(0, "age") == f"row {first_row}"


# --- above the names ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "above",
    [
        "My study\n",
        "My study,,\n",
        "My study\n\n\n",
        "Instrument: Tecan\nDate: 2024-01-02\nOperator: Eva\n\n",
        "Instrument,Tecan\nDate,2024\nTemperature,25\n",
        "Instrument,Tecan,\nDate,2024,\n,,\n",
        "# made by a program\n# version 2\n",
        "% made by a program\n",
        "!Series,x,y,z,u\n!Platform,GPL\n",
        "sep=,\n",
        "\n\n",
        "Key,Value\nA,B\n\nResults\n",
    ],
)
def test_lines_above_the_names_are_skipped_and_kept(read, above):
    raw = read(above + NAMES + BODY)
    lines = above.count("\n")
    table_is_read(raw, lines + 2)
    kept = [line for line in above.split("\n") if line.strip(",")]
    assert [remark.split(": ", 1)[1].rstrip(",") for remark in raw.remarks] == [
        line.rstrip(",") for line in kept
    ]
    if kept:
        skipped = [c for c in raw.conversions if c.what.startswith("lines above the table")]
        assert [c.count for c in skipped] == [len(kept)]
        assert raw.how.reasons["header_row"] == (
            f"Row {lines + 1} is the first with as many cells as the rows below, which hold "
            "numbers."
        )


def test_row_numbers_of_skipped_lines_are_told(read):
    raw = read("Study\n\nPlate 1\n" + NAMES + BODY)
    assert "lines above the table skipped (rows 1 and 3)" in changes(raw)
    assert raw.remarks == ("row 1: Study", "row 3: Plate 1")


def test_the_user_names_the_row(read):
    raw = read("x,y,z\n" + NAMES + BODY, header_row=2)
    table_is_read(raw, 3)
    assert raw.remarks == ("row 1: x,y,z",)
    assert "header_row" not in raw.how.reasons


@pytest.mark.parametrize(
    ("row", "message"), [(9, "the last row is 6"), (2, "no table row begins there")]
)
def test_a_row_without_names(read, row, message):
    with pytest.raises(PlanError, match=f"no column names in row {row}: {message}"):
        read(NAMES + "\n" + BODY, header_row=row)


def test_a_row_of_names_and_none(read):
    with pytest.raises(PlanError, match="header_row = 1 and header"):
        read(NAMES + BODY, header_row=1, header="no")


def test_two_tables_in_one_file_are_asked_about(read):
    other = "well,red,green,blue\nA1,1,2,3\nA2,4,5,6\nA3,7,8,9\nA4,1,2,3\n"
    content = NAMES + BODY + "\n" + other
    with pytest.raises(DataQuestion, match=r"several tables.* row 1 or row 7") as caught:
        read(content)
    assert caught.value.key == "data.header_row"
    assert [(c.value, c.shows) for c in caught.value.choices] == [
        (1, "id  │  age  │  dose"),
        (7, "well  │  red  │  green  │  blue"),
    ]
    assert read(content, header_row=7).columns == ("well", "red", "green", "blue")
    with pytest.raises(DataQuestion) as caught:
        read(content, header_row=1)
    assert caught.value.key == "data.uneven_rows"
    table_is_read(read(content, header_row=1, uneven_rows="skip"), 2)


def test_headings_repeated_in_the_middle(read):
    raw = read(NAMES + "a,1,0.5\n" + NAMES + "b,2,0.6\n")
    assert raw.frame()["id"].tolist() == ["a", "b"]
    assert changes(raw)["repeated column names skipped (row 3)"] == 1


# --- names in two rows, units ------------------------------------------------------------


def test_units_under_the_names(read):
    raw = read("id,age,dose\n,[years],mg/kg\n" + BODY)
    table_is_read(raw, 3)
    assert raw.units == {"age": "years", "dose": "mg/kg"}
    assert changes(raw)["row of units read (row 2)"] == 1


def test_groups_above_names_that_repeat_are_joined(read):
    raw = read(",Week 1,,Week 2,\nid,a,b,a,b\nx,1,2,3,4\ny,2,3,4,5\nz,3,4,5,6\n")
    assert raw.columns == ("id", "Week 1 a", "Week 1 b", "Week 2 a", "Week 2 b")
    assert changes(raw)["names joined from two rows (rows 1 and 2)"] == 5
    assert raw.rows == 3


def test_groups_above_distinct_names_are_a_remark(read):
    raw = read(",Week 1,,Week 2,\nid,a,b,c,d\nx,1,2,3,4\ny,2,3,4,5\nz,3,4,5,6\n")
    assert raw.columns == ("id", "a", "b", "c", "d")
    assert raw.remarks == ("row 1: ,Week 1,,Week 2",)


def test_groups_names_and_units(read):
    raw = read("A,A,B,B\nx,y,x,y\nmg,%,mg,%\n1,2,3,4\n2,3,4,5\n3,4,5,6\n")
    assert raw.columns == ("A x", "A y", "B x", "B y")
    assert raw.units == {"A x": "mg", "A y": "%", "B x": "mg", "B y": "%"}
    assert raw.rows == 3


def test_two_rows_of_names_are_asked_about(read):
    content = "id,age,dose\nname,how old,how much\n" + BODY
    with pytest.raises(DataQuestion, match="row 1 or row 2") as caught:
        read(content)
    assert caught.value.key == "data.header_row"
    first = read(content, header_row=1)
    table_is_read(first, 3)
    assert changes(first)["line between names and data skipped (row 2)"] == 1
    assert first.remarks == ("row 2: name,how old,how much",)
    assert read(content, header_row=2).columns == ("name", "how old", "how much")


def test_labels_under_sample_names_are_data(read):
    raw = read("gene,S1,S2,S3\nGroup,A,A,B\ng1,1,2,3\ng2,2,3,4\ng3,3,4,5\n")
    assert raw.columns == ("gene", "S1", "S2", "S3")
    assert raw.rows == 4


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["", "mg/dl", "%"], True),
        (["Unit", "(ng/mL)", "10^9/L"], True),
        (["", "kg/m²", "-"], True),
        (["", "°C", "mm Hg"], True),
        (["", "Jahre", "pg/ml"], True),
        (["Sex", "M", "F"], False),
        (["", "A", "C"], False),
        (["", "control", "case"], False),
        (["x", "mg", "%"], False),
        (["", "1", "2"], False),
    ],
)
def test_what_a_row_of_units_is(cells, expected):
    assert are_units(cells, [False, True, True]) is expected


# --- between and below the data ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("below", "skipped"),
    [
        ("\nn = 4\n", 1),
        ("Total: 4 mice\n", 1),
        ("\nAll values are means of three.\nSigned: Eva\n", 2),
        ("Note: c was late,,\n", 1),
        ("* p < 0.05\n", 1),
        ("# end\n", 1),
        ("Mean,2.5,0.65\n", 1),
        ("Mean,2.5,0.65\nSD,1.29,0.129\nMax,4,0.8\n", 3),
        ("\nSum,10,2.6\n", 1),
    ],
)
def test_lines_below_the_table_are_skipped_and_kept(read, below, skipped):
    raw = read(NAMES + BODY + below)
    table_is_read(raw, 2)
    assert len(raw.remarks) == skipped
    found = [c.count for c in raw.conversions if "skipped (row" in c.what]
    assert found == [skipped]


@pytest.mark.parametrize(
    "row", ["Max,2,0.9", "Mean,9,0.1", "Total,,", "e,,", "Summer1,,", "\ne,,", "\n,,5", "-5,,"]
)
def test_samples_that_look_like_totals_stay(read, row):
    raw = read(NAMES + BODY + row + "\n")
    if row == "Total,,":
        assert (raw.rows, raw.remarks) == (4, ("row 6: Total",))
    else:
        assert (raw.rows, raw.remarks) == (5, ())


def test_comments_between_the_rows(read):
    raw = read(NAMES + "a,1,0.5\n# second plate\n#b,2,0.6\n")
    assert raw.frame()["id"].tolist() == ["a", "#b"]
    assert changes(raw)["comment lines skipped (row 3)"] == 1


def test_blank_rows_and_columns(read):
    raw = read(",,id,,age,,\n,,,,,,\n,,a,,1,,\n\n,,b,,2,,\n")
    assert raw.columns == ("id", "age")
    assert raw.frame().values.tolist() == [["a", "1"], ["b", "2"]]
    assert raw.cell_reference(1, "age") == "row 5"
    assert sum(c.count for c in raw.conversions if "empty columns" in c.what) == 5


def test_an_empty_column_with_a_name_stays(read):
    assert read("id,age,note\na,1,\nb,2,\n").columns == ("id", "age", "note")


# --- header and rows of different length -------------------------------------------------------


def test_header_of_r_lacks_the_first_name(read):
    content = "age,dose\na,1,0.5\nb,2,0.6\nc,3,0.7\n"
    with pytest.raises(
        DataQuestion, match=r"header \(row 1\) has 2 columns, rows have 3"
    ) as caught:
        read(content)
    (choice,) = caught.value.choices
    assert (caught.value.key, choice.value) == ("data.row_names", "yes")
    assert choice.shows == "the rows are called a, b, c, …"
    raw = read(content, row_names="yes")
    assert raw.columns == ("row name", "age", "dose")
    assert raw.frame()["age"].tolist() == ["1", "2", "3"]
    assert changes(raw)["first column, which has no name in the file"] == 1
    with pytest.raises(DataError, match=r"has 2 columns, rows have 3"):
        read(content, row_names="no")


def test_row_names_below_other_lines_and_beside_a_column_of_that_name(read):
    raw = read("Study 1\n\nrow name;dose\na;1;5\nb;2;6\nc;3;7\n", row_names="yes")
    assert raw.columns == ("row name (2)", "row name", "dose")


def test_a_short_line_above_names_is_no_header_of_r(read):
    raw = read("User,Eva\nid,age,dose\n" + BODY)
    table_is_read(raw, 3)


def test_a_line_of_counts_above_data_without_names(read):
    content = "569,30,malignant,benign\n" + "1.5,2.5,3.5,4.5,5.5,1\n2.5,1.5,3.5,4.5,5.5,0\n" * 3
    with pytest.raises(DataQuestion, match="has 4 columns, rows have 6") as caught:
        read(content)
    assert (caught.value.key, caught.value.choices[0].value) == ("data.header", "no")
    raw = read(content, header="no")
    assert (raw.rows, len(raw.columns)) == (6, 6)
    assert raw.remarks == ("row 1: 569,30,malignant,benign",)


UNEVEN = NAMES + "a,1,0.5\nb,2\nc,3,0.7\nd,4,0.8,x\ne,5,0.9\nf,6,1\n"


def test_uneven_rows_are_asked_about(read):
    with pytest.raises(DataQuestion) as caught:
        read(UNEVEN)
    assert "2 of 6 rows have another number of cells than the header (3)" in caught.value.message
    assert "row 3 has 2, row 5 has 4" in caught.value.message
    raw = read(UNEVEN, uneven_rows="skip")
    assert raw.frame()["id"].tolist() == ["a", "c", "e", "f"]
    assert raw.remarks == ("row 3: b,2", "row 5: d,4,0.8,x")
    assert changes(raw)["rows with a wrong number of cells skipped (rows 3 and 5)"] == 2


def test_many_uneven_rows_are_counted(read):
    content = NAMES + "a,1,2\n" * 30 + "b,1\n" * 12
    with pytest.raises(DataQuestion, match=r"12 of 42 rows .* row 36 has 2, and 7 more\."):
        read(content)


def test_a_row_cut_off_at_the_end_is_not_filled_up(read):
    with pytest.raises(DataQuestion, match="row 6: the row has 2 cells, the header has 3"):
        read(NAMES + BODY + "e,5")


def test_mostly_uneven_rows_are_no_table(read):
    message = r"different numbers of cells: 1 \(in 3 rows\), 2 \(in 2 rows\), 3 \(in 2 rows\)"
    with pytest.raises(DataError, match=message):
        read("a,b,c\n1,2,3\n1,2,3\n1,2\n1,2\n1\n1\n1\n")


def test_empty_cells_behind_some_rows(read):
    raw = read(NAMES + BODY + "e,1,0.5,\nf,2,0.6\ng,3,0.7,,\n")
    assert raw.rows == 7
    assert changes(raw)["empty cells behind the last column skipped"] == 2


def test_names_in_a_comment_over_numbers(read):
    raw = read("# x y z\n1 2 3\n4 5 6\n")
    assert raw.columns == ("x", "y", "z")
    assert changes(raw)["comment sign removed"] == 1
    assert read("# x,y\n1,2\n3,4\n").columns == ("x", "y")
    assert read("#OTU ID\tS1\nOTU_1\t5\nOTU_2\t7\n").columns == ("#OTU ID", "S1")


@pytest.mark.parametrize(
    "content",
    [
        "id,score\na,1\nb,ND\nc,2\nd,3\ne,ND\nf,5\n",
        "id,score\na,1\nb,high\nc,2\nd,3\ne,4\nf,5\n",
        "id,x,y\na,,\nb,1,2\nc,,3\nd,4,\n",
        "id,,x\na,,1\nb,note,2\nc,,3\n",
    ],
)
def test_gaps_and_words_among_numbers_are_no_header(read, content):
    raw = read(content)
    assert raw.rows == content.count("\n") - 1
    assert raw.remarks == ()


def test_title_rows_of_workbooks(tmp_path):
    from openpyxl import Workbook

    from deepbench.data.readers.registry import read_raw
    from deepbench.plan import Data

    book = Workbook()
    sheet = book.active
    for row in [
        ["Growth of mice"],
        ["2024, Eva"],
        [],
        ["id", "age", "dose"],
        [None, "weeks", "mg"],
    ]:
        sheet.append(row)
    for number in range(5):
        sheet.append([f"m{number}", number + 3, number / 2])
    sheet.append([])
    sheet.append(["n = 5, all male"])
    book.save(tmp_path / "t.xlsx")
    raw = read_raw(tmp_path / "t.xlsx", Data(source="x"))
    assert raw.columns == ("id", "age", "dose")
    assert raw.units == {"age": "weeks", "dose": "mg"}
    assert raw.rows == 5
    assert raw.remarks == ("row 1: Growth of mice", "row 2: 2024, Eva", "row 12: n = 5, all male")
    assert raw.cell_reference(0, "dose") == "cell C6"
