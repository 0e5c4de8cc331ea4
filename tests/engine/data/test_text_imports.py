"""What real and hostile text files do, and what becomes of them: a reading, or a sentence."""

import os
from pathlib import Path

import numpy as np
import pytest

from deepbench.data.answered_tables import TableAnswers
from deepbench.data.preview import preview
from deepbench.data.readers.registry import read_raw
from deepbench.data.table_files import TableFiles
from deepbench.errors import DataError, DataQuestion, PlanError
from deepbench.plan import Data, Roles

TABLE = "id,dose,who\na,1.5,Eva\nb,2.5,Jo\nc,3.5,Ann\n"


def changes(raw):
    return {(c.column, c.what): c.count for c in raw.conversions}


@pytest.fixture
def asked(read):
    """Return the question that a file raises."""

    def _asked(content, key, **options):
        with pytest.raises(DataQuestion) as caught:
            read(content, **options)
        question = caught.value
        assert question.key == key
        # A question that shows nothing of the data is a riddle.
        assert all(choice.words and choice.shows for choice in question.choices)
        for choice in question.choices:
            Data.model_validate({"source": "x", key.removeprefix("data."): choice.value})
        return question

    return _asked


# --- encodings ---------------------------------------------------------------------------


def test_text_from_excel_in_utf16(read):
    raw = read("\ufeffid\tµg\r\na\t1,5\r\nb\t2,5\r\n".encode("utf-16-le"))
    assert raw.columns == ("id", "µg")
    assert (raw.how.encoding, raw.how.delimiter, raw.how.decimal) == ("UTF-16", "tab", ",")
    assert raw.how.reasons["encoding"] == "The file begins with a mark that says so."


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark_is_offered_with_its_first_line(read, asked, codec):
    content = TABLE.encode(codec)
    question = asked(content, "data.encoding")
    assert "every second byte is NUL" in question.message
    assert [(c.value, c.shows) for c in question.choices] == [
        (codec, "the first line is: id,dose,who")
    ]
    assert read(content, encoding=codec).rows == 3


@pytest.mark.parametrize(
    ("codec", "text", "shown"),
    [
        ("cp1252", "5 µg,Müller", "cp1252: 5 µg, Müller"),
        ("mac_roman", "5 µg,Müller", "mac_roman: 5 µg, Müller"),
        ("cp850", "5 µg,Ångström", "cp850: 5 µg, Ångström"),
        ("cp1250", "Győr,Łódź", "cp1250: Győr, Łódź"),
        ("cp1251", "имя,Иванов", "cp1251: имя, Иванов"),
        ("gb18030", "神经氨酸酶,细胞", "gb18030: 神经氨酸酶, 细胞"),
        ("shift_jis", "細胞はい,テスト", "shift_jis: 細胞はい, テスト"),
    ],
)
def test_other_encodings_are_offered_with_the_letters_they_give(asked, codec, text, shown):
    question = asked(f"name,city\n{text}\n".encode(codec), "data.encoding")
    assert "line 2: byte" in question.message
    assert "is not UTF-8 text" in question.message
    assert {c.value: c.shows for c in question.choices}[codec] == shown
    assert 2 <= len(question.choices) <= 4
    if codec in ("cp1252", "mac_roman", "cp850", "cp1250"):
        assert question.choices[0].value == codec


def test_encodings_that_read_alike_are_offered_once(asked):
    question = asked("name,x\nFälle,1\n".encode("cp1252"), "data.encoding")
    shown = [choice.shows.partition(": ")[2] for choice in question.choices]
    assert shown[0] == "Fälle"
    assert len(set(shown)) == len(shown)


def test_wrong_bytes_in_utf8_are_counted_and_can_be_marked(read, asked):
    content = "id,name\n1,Müllér\n2,Å\n3,µ\n".encode() + b"4,caf\xe9\n5,\xed\xa0\x80\n"
    question = asked(content, "data.bad_bytes")
    assert "line 5: byte 35 (0xe9) is not UTF-8 text, nor are 3 more (at 39, 40, …)" in str(
        question
    )
    assert [choice.value for choice in question.choices] == ["replace"]
    raw = read(content, bad_bytes="replace")
    assert raw.frame()["name"].tolist() == ["Müllér", "Å", "µ", "caf⟦0xE9⟧", "⟦0xED⟧⟦0xA0⟧⟦0x80⟧"]
    assert changes(raw)["(file)", "bytes that are not UTF-8 replaced by marks such as ⟦0xE9⟧"] == 4


def test_utf16_that_is_cut_off(read, asked):
    content = TABLE.encode("utf-16") + b"d"
    question = asked(content, "data.bad_bytes")
    assert "is not UTF-16 text" in question.message
    assert read(content, bad_bytes="replace", uneven_rows="skip").rows == 3


def test_nul_characters_are_removed_only_on_request(read, asked):
    content = b"id,dose\na,1\x00.5\nb,2\x00\n"
    question = asked(content, "data.nul_characters")
    assert "line 2: the file holds 2 NUL characters" in question.message
    raw = read(content, nul_characters="remove")
    assert raw.frame()["dose"].tolist() == ["1.5", "2"]
    assert changes(raw)["(file)", "NUL characters removed"] == 2


@pytest.mark.parametrize("codec", ["unicode_escape", "idna", "utf-7"])
def test_encodings_that_no_file_has(read, codec):
    with pytest.raises(PlanError, match="no text encoding"):
        read(TABLE, encoding=codec)


def test_why_an_encoding_was_taken(read):
    assert "plain characters" in read(TABLE).how.reasons["encoding"]
    assert "as UTF-8 prescribes" in read(TABLE.replace("Jo", "Jö")).how.reasons["encoding"]
    assert "encoding" not in read(TABLE, encoding="cp1252").how.reasons


# --- separators, decimal marks, line ends ---------------------------------------------------


@pytest.mark.parametrize(
    ("content", "delimiter", "reason"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";", "Each of the first 3 lines has 1 semicolon."),
        ("a\tb, c\n1\tx, y\n", "tab", "Each of the first 2 lines has 1 tab."),
        ("name;time\nDoe, J;12:00\nRoe, A;13:00\n", ";", "Each of the first 3 lines has 1 semi"),
        ("a,b\n1,2\n3\n4,5\n", ",", "3 of the first 4 lines have 1 comma."),
        ('a,b\n"x;y",1\n"u;v",2\n', ",", "Each of the first 3 lines has 1 comma."),
        ("a b\n1 2\n3 4\n", "spaces", "Each of the first 3 lines has 2 words"),
        ("a b\n1,5 2,5\n3,5 4,5\n", "spaces", "Each of the first 3 lines has 2 words"),
        ("x\n1\n2\n", ",", "No separator stands in the lines"),
        ("sep=;\na;b,c\n1;2,3\n", ";", "The first line says so: sep=;."),
        (
            "Date: 1, 2\n" * 30 + "a;b;c;d\n" + "1;2;3;4\n" * 40,
            ";",
            "30 of the first 60 lines have 3",
        ),
    ],
)
def test_separator_and_why(read, content, delimiter, reason):
    how = read(content, uneven_rows="skip").how
    assert how.delimiter == delimiter
    assert how.reasons["delimiter"].startswith(reason)


def test_two_separators_that_cut_alike_are_asked_about(read, asked):
    content = "site;code,kind\nA;x,y\nB;u,v\n"
    question = asked(content, "data.delimiter")
    assert {c.value: c.shows for c in question.choices} == {
        ";": "2 columns: A  │  x,y",
        ",": "2 columns: A;x  │  y",
    }
    assert read(content, delimiter=";").columns == ("site", "code,kind")


def test_decimal_comma_and_why(read):
    how = read("a;b\n1,5;2\n3;4\n").how
    assert (how.delimiter, how.decimal) == (";", ",")
    assert how.reasons["decimal"] == "The comma in numbers such as 1,5 cannot separate thousands."


def test_thousands_or_decimals_is_asked_with_both_readings(read, asked):
    content = "a;b\n5;1\n1,234;2\n2,345;3\n"
    question = asked(content, "data.decimal")
    assert "row 3, column 'a': 1,234 can be read" in question.message
    assert [(c.value, c.shows) for c in question.choices] == [
        (",", "1,234 is 1.234"),
        (".", "1,234 is 1234"),
    ]
    assert read(content, decimal=".").how.decimal == "."


def test_line_ends_of_several_kinds_are_noted(read):
    raw = read(b"a,b\r\n1,2\n3,4\r\n5,6\r")
    assert raw.rows == 3
    assert changes(raw)["(file)", "line ends of different kinds read alike"] == 2
    old = changes(read(b"a,b\r1,2\r"))
    assert old == {("(file)", "line ends of old Macs read as line ends"): 2}
    assert read(b"a,b\r\n1,2\r\n").conversions == ()


# --- quotes, long cells ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n', 3),
        ('a,b,c\n1,"x\ny","z\n2,3,4\n5,6,7\n', 3),
        ('a,b\n1,"x"y\n', 2),
        ('a,b\n1,"' + "x\n" * 600_000, 2),
    ],
)
def test_line_of_the_opening_quote(read, asked, content, line):
    question = asked(content, "data.quotes")
    assert f"line {line}: a quote is opened there and not closed" in question.message


def test_without_quotes(read):
    raw = read('a,b\n1,2\n"3,4\n5",6\n', quotes="none")
    assert raw.frame()["a"].tolist() == ["1", '"3', '5"']


def test_inches_do_not_swallow_rows(read, asked):
    content = 'id,pipe,x\n1,"inch,3\n2,4,4\n3,5,6\n4,5",7\n5,6,7\n8,9,1\n'
    question = asked(content, "data.quotes")
    assert "line 2: a quoted text runs from there to line 5 and holds whole rows" in str(question)
    assert read(content, quotes="none").rows == 6


def test_quoted_lines_are_no_swallowed_rows(read):
    raw = read('id,note,x\na,"one\ntwo, three\nfour",1\nb,"five",2\n')
    assert raw.frame()["note"].tolist() == ["one\ntwo, three\nfour", "five"]


def test_quotes_in_comments_do_no_harm(read):
    raw = read('# a 5" column\n# and more\nid,x\na,1\n"b",2\n')
    assert raw.frame()["id"].tolist() == ["a", "b"]
    assert raw.remarks == ('row 1: # a 5" column', "row 2: # and more")


def test_endless_cells_are_refused(read):
    with pytest.raises(DataError, match=r"line 2 is longer than a million characters"):
        read("a,b\n1," + "x" * 3_000_000 + "\n")


# --- names -------------------------------------------------------------------------------


def test_the_same_column_twice_can_go(read, asked):
    content = "id,x,y,x,x\na,1,2,1,1\nb,2,3,2,2\n"
    question = asked(content, "data.repeated_columns")
    assert "'x' (columns 2, 4 and 5)" in question.message
    raw = read(content, repeated_columns="first")
    assert raw.columns == ("id", "x", "y")
    assert changes(raw)["x", "repeated column left out (column 4 and 5)"] == 2
    assert raw.frame()["y"].tolist() == ["2", "3"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,x,x", "two columns are both called 'x': columns 2 and 3"),
        ("Mü,y,Mu\u0308 ", "two columns are both called 'Mü': columns 1 and 3"),
        ("x,x,x", "1 name stands above several columns: 'x': columns 1 to 3"),
    ],
)
@pytest.mark.parametrize("answer", ["ask", "first"])
def test_different_columns_of_the_same_name_are_refused(read, header, message, answer):
    with pytest.raises(DataError, match=message) as caught:
        read(f"{header}\n1,2,3\n4,5,6\n", repeated_columns=answer)
    assert "its own name" in caught.value.hint


def test_names_as_they_are_found(read):
    long = "g" * 10_000
    names = ["two\nlines", "a\u202eb", "  x ", "", "age", "Age", long]
    raw = read(",".join(f'"{name}"' for name in names) + "\n" + "1,2,3,4,5,6,7\n" * 3)
    assert raw.columns == ("two lines", "a⟦U+202E⟧b", "x", "column 4", "age", "Age", long)
    assert ("age", "differs only by capitals from 'Age'; kept as it is") in changes(raw)
    with pytest.raises(DataError) as caught:
        read(f"{long},{long}\n1,2\n")
    assert len(str(caught.value)) < 400


def test_a_number_given_to_an_unnamed_column_is_free(read):
    assert read("column 2,,x\na,1,2\n").columns == ("column 2", "column 2 (2)", "x")


def test_hidden_characters_in_cells_are_shown(read):
    raw = read("id,x\nab\u202ecd,1\nz\x07,2\nplain,3\n")
    assert raw.frame()["id"].tolist() == ["ab⟦U+202E⟧cd", "z⟦U+0007⟧", "plain"]
    assert changes(raw)["(cells)", "hidden characters made visible, as in ⟦U+202E⟧"] == 2


def test_text_that_attacks_stays_text(read):
    names = ["=cmd|' /C calc'!A0", "<img src=x onerror=y>", "{x} %s {0}", "'; DROP TABLE a; --"]
    cells = ['@__import__("os")', "+1+1", "<b>", "\\N"]
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in (*names, *cells)]
    raw = read(",".join(quoted[:4]) + "\n" + ",".join(quoted[4:]) + "\n")
    assert raw.columns == tuple(names)
    assert raw.frame().values.tolist() == [cells]


def test_missing_words_stay_text(read):
    raw = read("gene,x\nNA,1\nNone,2\nnan,3\n,4\n")
    assert raw.frame()["gene"].tolist() == ["NA", "None", "nan", ""]


@pytest.mark.parametrize("cell", ["2310009E13", "00123", "12345678901234567890", "1e400", "44441"])
def test_cells_are_kept_as_written(read, cell):
    assert read(f"id,x\n{cell},1\nb,2\n").frame()["id"][0] == cell


# --- small, large and strange files ---------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"a,b\n", "column names but no rows"),
        (b"a,b\n,\n\n", "column names but no rows"),
    ],
)
def test_nothing_to_read(read, content, message):
    with pytest.raises(DataError, match=message) as caught:
        read(content)
    assert caught.value.hint


def test_one_row_and_one_column(read):
    assert read("id,x\na,1\n").rows == 1
    raw = read("x\n1\n2\n")
    assert (raw.columns, raw.rows) == (("x",), 2)


def test_the_start_of_a_file_too_large_to_read(tmp_path):
    path = tmp_path / "large.csv"
    path.write_text(TABLE * 2)
    os.truncate(path, 5 << 30)  # takes no room on the disk
    with pytest.raises(DataError, match=r"5\.4 GB; tables up to 2 GB"):
        read_raw(path, Data(source="x"))
    shown = preview(TableAnswers(TableFiles(path), Data(source="x"), "", Roles()), 3, 9)
    assert shown.size_bytes == 5 << 30
    assert shown.raw[:2] == (("id", "dose", "who"), ("a", "1.5", "Eva"))
    assert "2 GB" in shown.problem


def test_links_in_a_circle(tmp_path):
    path = tmp_path / "a.csv"
    path.symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(path)
    with pytest.raises(DataError, match=r"a\.csv"):
        read_raw(path, Data(source="x"))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_devices_are_no_tables():
    with pytest.raises(DataError, match="not a regular file"):
        read_raw(Path("/dev/zero"), Data(source="x"))


def test_questions_reach_the_preview(write):
    path = write("a,b\n1,2\n3\n4,5\n")
    shown = preview(TableAnswers(TableFiles(path), Data(source="x"), "", Roles()), 5, 5)
    assert shown.question is not None
    assert (shown.question.key, shown.question.choices[0].value) == ("data.uneven_rows", "skip")
    assert shown.raw[2] == ("3", "")


def test_a_wide_table_is_read_like_a_small_one(read):
    values = np.arange(5 * 4000).reshape(5, 4000) / 8
    header = ",".join(f"g{i}" for i in range(4000))
    rows = "\n".join(",".join(map(str, row)) for row in values.tolist())
    raw = read(f"{header}\n{rows}\n")
    assert np.array_equal(raw.frame().to_numpy(dtype=np.float64), values)
