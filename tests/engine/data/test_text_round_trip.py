"""Whatever stands in a text file comes back as it is, or is refused in a sentence."""

import codecs
import csv
import io
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepbench.data.raw_table import RawTable
from deepbench.data.readers.splitting import BrokenRow, cut_carefully, cut_regular, cut_strictly
from deepbench.errors import DataQuestion, DeepBenchError

SLOW = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
MARKS = {"utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE}

# Letters of Western Europe, digits, and all signs that mean something in a text table.
LATIN = st.text("abcXYZ09 .,;|\t\"'#=<>%-+éüµßÅ\n", max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A header of words over rows of any texts, the first of each row a name."""
    width = draw(st.integers(2, 5))
    rows = draw(
        st.lists(st.lists(LATIN, min_size=width - 1, max_size=width - 1), min_size=1, max_size=8)
    )
    header = [f"name{place}" for place in range(width)]
    return [header, *([f"s{number}", *row] for number, row in enumerate(rows))]


def written(rows: list[list[str]], delimiter: str, newline: str, quoting: int) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(
        rows
    )
    return stream.getvalue()


def tidied(cell: str) -> str:
    """What may be changed about a cell, and is counted."""
    return unicodedata.normalize("NFC", cell).strip()


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "cp1252"]),
)
def test_cells_come_back_as_they_were_written(read, rows, delimiter, newline, quoting, codec):
    text = written(rows, delimiter, newline, quoting)
    bare = codec.removesuffix("-sig")
    content = MARKS.get(codec, b"") + text.encode(bare)
    mark = "tab" if delimiter == "\t" else delimiter
    options = {"delimiter": mark, "decimal": ".", "header_row": 1}
    if codec == "cp1252":
        options["encoding"] = codec
    if newline == "\r":  # a line feed inside a cell is then none of the line ends of the file
        content = content.replace("\n".encode(bare), b"")
        rows = [[cell.replace("\n", "") for cell in row] for row in rows]
    try:
        raw = read(content, **options)
    except DataQuestion as question:  # by chance a cell reads like rows of the table
        assert "holds whole rows" in question.message
        assert any("\n" in cell and delimiter in cell for row in rows for cell in row)
        return
    assert raw.columns == tuple(rows[0])
    assert raw.frame().values.tolist() == [[tidied(cell) for cell in row] for row in rows[1:]]


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(tables(), st.sampled_from(",;\t|"), st.booleans())
def test_what_is_guessed_is_right_or_asked(read, rows, delimiter, everything):
    """Nothing is given but the file: its cells come back, or a sentence says what is wrong."""
    content = written(rows, delimiter, "\n", csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL)
    try:
        raw = read(content)
    except DeepBenchError as error:
        assert error.hint
        return
    if raw.how.delimiter not in (delimiter, "tab" if delimiter == "\t" else ""):
        assert "delimiter" in raw.how.reasons
        return
    expected = [[tidied(cell) for cell in row] for row in rows[1:]]
    skipped = [c for c in raw.conversions if c.column == "(rows)"]
    if not skipped and raw.columns == tuple(rows[0]):
        assert raw.frame().values.tolist() == expected
    else:
        assert skipped or "empty columns" in str(raw.conversions)
        assert raw.rows + sum(c.count for c in skipped) + 1 >= len(rows)


@settings(max_examples=200, deadline=None)
@given(
    st.text('ab,;"\n é', max_size=60),
    st.sampled_from(",;"),
    st.booleans(),
)
def test_fast_and_strict_cutting_agree(text, delimiter, quotes):
    data = text.encode()
    try:
        strict, lines = cut_strictly(text, delimiter, quotes)
    except BrokenRow as broken:
        with pytest.raises(BrokenRow) as caught:
            cut_carefully(data, delimiter, quotes)
        assert caught.value.line == broken.line
        with pytest.raises(ValueError, match="quotation"):
            cut_regular(data, delimiter, quotes)
        return
    rows, numbers = cut_carefully(data, delimiter, quotes)
    assert rows.rows(0, len(rows)) == strict
    assert numbers.tolist() == lines
    try:
        fast, numbers = cut_regular(data, delimiter, quotes)
    except ValueError:
        assert '"' in text
        return
    # A line without anything is a row without cells to one, of one empty cell to the other.
    assert fast.rows(0, len(fast)) == [row or [""] for row in strict]
    assert numbers.tolist() == lines


def test_large_texts_are_cut_in_chunks_alike(monkeypatch):
    monkeypatch.setattr("deepbench.data.readers.splitting._CHUNK_BYTES", 64)
    random = np.random.default_rng(0)
    cells = ["", "a", "1.5", "x,y", 'say "so"', "two\nlines", "é"]
    rows = [[cells[i] for i in random.integers(0, len(cells), 5)] for _ in range(300)]
    rows = [[f"r{number}", *row] for number, row in enumerate(rows)]
    for some in (rows, [[cell for cell in row if cell.isalnum()] for row in rows]):
        text = written(some, ",", "\n", csv.QUOTE_MINIMAL)
        if '""' in text:
            text = text.replace('""', "")
        strict, lines = cut_strictly(text, ",", quotes=True)
        fast, numbers = cut_regular(text.encode(), ",", quotes=True)
        assert fast.rows(0, len(fast)) == strict
        assert numbers.tolist() == lines


SEEDS = (
    b"id,age,dose\na,31,70.5\nb,42,81\nc,29,64.25\n",
    'Gerät: Tecan\n\nid;Größe;"a ""b"""\n;cm;\nx;1,5;"u\nv"\ny;2,5;w\n\nSumme: 2\n'.encode(),
    "\ufeffid\tx\r\na\t1\r\n".encode("utf-16-le"),
    "id,x\nMüller,5 µg\n".encode("cp1252"),
    b"# c\n1 2 3\n4 5 6\n",
    b",G1,,G2,\nid,a,b,a,b\nr,1,2,3,4\ns,2,3,4,5\n",
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of the seeds with some bytes changed, taken out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        what = draw(st.sampled_from(["set", "insert", "delete", "repeat", "cut"]))
        if what == "set" and data:
            data[place] = draw(st.integers(0, 255))
        elif what == "insert":
            data[place:place] = draw(
                st.sampled_from([b'"', b",", b";", b"\n", b"\r", b"\0", b"\xff", b"  ", b"#"])
            )
        elif what == "delete":
            del data[place : place + draw(st.integers(1, 5))]
        elif what == "repeat":
            data += data[place : place + draw(st.integers(1, 40))]
        else:
            del data[place:]
    return bytes(data)


@settings(max_examples=400, deadline=2000, suppress_health_check=SLOW)
@given(
    damaged(),
    st.fixed_dictionaries(
        {},
        optional={
            "quotes": st.just("none"),
            "bad_bytes": st.just("replace"),
            "nul_characters": st.just("remove"),
            "uneven_rows": st.just("skip"),
            "row_names": st.sampled_from(["yes", "no"]),
            "repeated_columns": st.just("first"),
            "decimal": st.sampled_from([".", ","]),
            "header": st.sampled_from(["yes", "no"]),
            "header_row": st.integers(1, 8),
            "delimiter": st.sampled_from([",", ";", "tab", "space"]),
            "encoding": st.sampled_from(["utf-8", "cp1252", "utf-16-le", "gb18030", "utf-16"]),
        },
    ),
)
def test_damaged_files_are_read_or_refused_in_a_sentence(read, content, options):
    try:
        raw = read(content, **options)
    except DeepBenchError as error:
        assert re.fullmatch(r"\S.*[.)…?]", error.message, re.DOTALL), error.message
        assert error.hint
        return
    assert isinstance(raw, RawTable)
    assert raw.rows >= 1
    assert len(raw.locator.rows) == raw.rows
    assert len(set(raw.columns)) == len(raw.columns) == raw.cells.shape[1]
    assert raw.frame().shape == (raw.rows, len(raw.columns))
    assert set(raw.units) <= set(raw.columns)
