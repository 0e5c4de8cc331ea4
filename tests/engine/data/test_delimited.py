import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepbench.data.raw_table import CellLocator
from deepbench.errors import DataError, PlanError

PLAIN = "id,age,weight\na,31,70.5\nb,42,81\nc,29,64.25\n"


def test_plain_table(read):
    raw = read(PLAIN)
    assert raw.columns == ("id", "age", "weight")
    assert raw.frame().values.tolist() == [
        ["a", "31", "70.5"],
        ["b", "42", "81"],
        ["c", "29", "64.25"],
    ]
    assert (raw.how.format, raw.how.encoding, raw.how.delimiter) == ("CSV", "UTF-8", ",")
    assert raw.how.header
    assert raw.conversions == ()
    assert raw.cell_reference(1, "weight") == "row 3"


@pytest.mark.parametrize(
    ("delimiter", "shown", "form"),
    [
        (",", ",", "CSV"),
        (";", ";", "CSV"),
        ("\t", "tab", "TSV"),
        ("|", "|", "text"),
        (" ", "spaces", "text"),
    ],
)
def test_delimiter_is_detected(read, delimiter, shown, form):
    raw = read(PLAIN.replace(",", delimiter))
    assert raw.columns == ("id", "age", "weight")
    assert (raw.how.delimiter, raw.how.format) == (shown, form)


def test_runs_of_spaces_are_one_separator(read):
    raw = read("id   age\n  a    31\nb 42 \n")
    assert raw.frame().values.tolist() == [["a", "31"], ["b", "42"]]


def test_semicolon_wins_over_decimal_commas(read):
    raw = read("a;b\n1,5;2,25\n3,5;4,75\n")
    assert raw.columns == ("a", "b")
    assert (raw.how.delimiter, raw.how.decimal) == (";", ",")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_of_all_systems(read, newline):
    raw = read(PLAIN.replace("\n", newline))
    assert raw.rows == 3
    assert raw.cell_reference(2, "id") == "row 4"


@pytest.mark.parametrize(
    ("codec", "mark", "shown"),
    [
        ("utf-8", b"\xef\xbb\xbf", "UTF-8 with byte-order mark"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
    ],
)
def test_byte_order_marks(read, codec, mark, shown):
    raw = read(mark + "näme\tage\nä\t1\nb\t2\n".encode(codec))
    assert raw.columns == ("näme", "age")
    assert raw.how.encoding == shown


def test_second_byte_order_mark_is_noted(read):
    raw = read(b"\xef\xbb\xbf\xef\xbb\xbfid,age\na,1\n")
    assert raw.columns == ("id", "age")
    assert any("byte-order" in c.what for c in raw.conversions)


def test_wrong_encoding_names_line_and_remedy(read):
    content = "id,dose\na,1\nb µg,2\n".encode("cp1252")
    with pytest.raises(DataError, match="line 3") as caught:
        read(content)
    assert 'encoding = "cp1252"' in caught.value.hint
    assert read(content, encoding="cp1252").frame().iloc[1, 0] == "b µg"


def test_unknown_encoding_is_a_problem_of_the_plan(read):
    for name in ("klingon", "zip", "rot13"):
        with pytest.raises(PlanError, match=name):
            read(PLAIN, encoding=name)


def test_quoted_cells_may_hold_separators_and_lines(read):
    raw = read('id,note,x\na,"one, two",1\nb,"first\nsecond",2\nc,"say ""no""",3\n')
    assert raw.frame()["note"].tolist() == ["one, two", "first\nsecond", 'say "no"']
    assert raw.cell_reference(2, "id") == "row 5"  # the line on which the row begins


def test_spaces_are_removed_and_counted(read):
    raw = read("id , age\na ,1\n b,2\nc,3\n")
    assert raw.columns == ("id", "age")
    assert raw.frame()["id"].tolist() == ["a", "b", "c"]
    counts = {c.what: c.count for c in raw.conversions}
    assert counts["spaces around cells removed"] == 2


def test_accents_are_composed(read):
    raw = read("id,x\nMu\u0308ller,1\nMüller,2\n")
    assert set(raw.frame()["id"]) == {"Müller"}
    assert any("accents" in c.what and c.count == 1 for c in raw.conversions)


def test_blank_rows_are_skipped_and_counted(read):
    raw = read("id,x\na,1\n\n,\nb,2\n\n")
    assert raw.frame()["id"].tolist() == ["a", "b"]
    assert raw.cell_reference(1, "id") == "row 5"
    assert [c.count for c in raw.conversions if c.what == "blank rows skipped"] == [3]


def test_trailing_separator_in_rows_only(read):
    raw = read("a,b\n1,2,\n3,4,\n")
    assert raw.frame().values.tolist() == [["1", "2"], ["3", "4"]]
    assert raw.conversions


def test_control_characters_in_names_are_shown(read):
    assert read("a\u202eb,c\n1,2\n").columns == ("a⟦U+202E⟧b", "c")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        (",,\n,,\n", "empty"),
        ("a,b,c\n", "no rows"),
        ("1,a\n1,2,3\n4,5,6\n", r"header \(row 1\) has 2 columns, rows have 3"),
        ("a,b,c\n1,2\n3,4\n5,6\n", "header .* has 3 columns, rows have 2"),
        ("a,b\n1,2\n3,4,5\n6,7\n", "row 3: the row has 3 cells, the header has 2"),
        ("a,b\n1,2\n3\n4,5\n", "row 3: the row has 1 cell, the header has 2"),
        ("x,y,x\n1,2,3\n", "'x': columns 1 and 3"),
        ("Mü,Mu\u0308\n1,2\n", "'Mü': columns 1 and 2"),
        ("x,x \n1,2\n", "'x': columns 1 and 2"),
        ("a,b\n1,2\n\x003,4\n", "line 3.*NUL"),
        ('a,b\n1,2\n"3,4\n5,6\n', "line 3"),
        ("a,b\n1," + "x" * 1_000_001 + "\n", "line 2"),
    ],
)
def test_refusals_say_where(read, content, message):
    with pytest.raises(DataError, match=message) as caught:
        read(content)
    assert caught.value.exit_code == 2
    assert caught.value.hint


@pytest.mark.parametrize("option", ["", ",,", '"'])
def test_delimiter_of_the_plan(read, option):
    if option == "":
        assert read(PLAIN, delimiter="").how.delimiter == ","
        return
    with pytest.raises(PlanError):
        read(PLAIN, delimiter=option)


def test_delimiter_by_name(read):
    assert read("a b\n1 2\n", delimiter="space").columns == ("a", "b")


def test_rows_of_more_than_a_million_characters(read):
    names = ",".join(f"g{i}" for i in range(170_000))
    assert len(names) > 1_000_000
    raw = read(names + "\n" + ",".join(["1"] * 170_000) + "\n")
    assert raw.frame().shape == (1, 170_000)


def test_unnamed_columns_get_a_number(read):
    raw = read("id,,x\na,1,2\nb,3,4\n")
    assert raw.columns == ("id", "column 2", "x")
    assert any(c.column == "column 2" for c in raw.conversions)


def test_empty_columns_at_the_end_are_skipped(read):
    raw = read("id,x,,\na,1,,\nb,2,,\n")
    assert raw.columns == ("id", "x")
    assert any("without a name" in c.what and c.count == 2 for c in raw.conversions)


HEADERLESS = [
    "1,2.5,3\n4,5.5,6\n7,8.5,9\n",
    "M,0.4,1\nF,0.5,2\nM,0.6,3\nF,0.7,4\nM,0.4,1\n",
    "5.1,?,1\n4.9,3,?\n4.7,3.2,2\n",
]
HEADED = [
    "a,b\n1,2\n3,4\n",
    "gene,1,call,2,call2\nx,1.5,A,2.5,P\ny,2.5,P,3.5,P\nz,3.5,A,1.5,A\nw,1,P,2,A\n",
    "0,1,2\n0.5,0.25,3\n0.1,0.2,4\n",
    "id,sequence\na,MKV\nb,GLW\n",
    "id,x\n",
]


@pytest.mark.parametrize("content", HEADERLESS)
def test_table_without_header(read, content):
    raw = read(content)
    assert not raw.how.header
    assert raw.columns[0] == "column 1"
    assert raw.rows == content.count("\n")
    assert raw.cell_reference(0, "column 1") == "row 1"
    assert read(content, header="yes").how.header


@pytest.mark.parametrize("content", HEADED[:-1])
def test_table_with_header(read, content):
    raw = read(content)
    assert raw.how.header
    assert raw.rows == content.count("\n") - 1
    assert not read(content, header="no").how.header


@pytest.mark.parametrize(
    ("content", "decimal"),
    [
        ("a;b\n1,5;2\n3;4\n", ","),
        ("a;b\n0,125;2\n3;4\n", ","),
        ("a;b\n1.5;2\n3;4\n", "."),
        ('a;b\n"1,234";0.5\n"2,345";1.5\n', "."),
        ("a;b\n1,234,567;2\n3;4\n", "."),
        ("a;b\nx, y;2\nu, v;4\n", "."),
    ],
)
def test_decimal_mark(read, content, decimal):
    assert read(content).how.decimal == decimal


def test_ambiguous_decimal_is_asked_for(read):
    content = "a;b\n5;1\n1,234;2\n2,345;3\n"
    with pytest.raises(DataError, match=r"row 3, column 'a'") as caught:
        read(content)
    assert 'decimal = ","' in caught.value.hint
    assert read(content, decimal=",").how.decimal == ","


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8),
            min_size=3,
            max_size=3,
        ),
        min_size=2,
        max_size=6,
    )
)
def test_any_quoted_text_comes_back_or_is_refused(read, rows):
    """Text without spaces survives the way through a file unchanged, up to composed accents."""
    import unicodedata

    frame = pd.DataFrame(rows, columns=["first", "second", "third"])
    filled = frame[(frame != "").any(axis=1)]
    content = frame.to_csv(index=False, quoting=1)
    if filled.empty:
        with pytest.raises(DataError):
            read(content)
        return
    try:
        raw = read(content, header="yes", decimal=".")
    except DataError as error:
        assert error.hint
        return
    expected = [[unicodedata.normalize("NFC", cell) for cell in row] for row in filled.values]
    if raw.remarks:  # a row such as "#" with empty cells behind it is a comment
        assert raw.rows + len(raw.remarks) == len(filled)
        return
    assert raw.frame().values.tolist() == expected


@pytest.mark.parametrize(
    ("first", "column", "expected"),
    [
        (None, 5, "row 7"),
        (0, 0, "cell A7"),
        (0, 25, "cell Z7"),
        (1, 25, "cell AA7"),
        (0, 16383, "cell XFD7"),
    ],
)
def test_cell_references(first, column, expected):
    assert CellLocator(np.array([7]), first).reference(0, column) == expected
