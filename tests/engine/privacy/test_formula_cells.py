"""Cells that a spreadsheet program would run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.errors import DataError
from deepbench.privacy.formula_cells import (
    csv_rows,
    csv_without_formulas,
    is_formula,
    without_formula,
)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a;=1+1", "a;'=1+1"),
    ],
)
def test_formulas_get_an_apostrophe(cell: str, written: str) -> None:
    assert is_formula(cell)
    assert without_formula(cell) == written
    assert not is_formula(written)


@pytest.mark.parametrize(
    "cell",
    "|0|-1|+1.5|-1.5e-08|-.5|-1,5|-inf|nan|+|-|+++|--|gene-1|a=b|ER+|x@y|'=1|α-SMA".split("|"),
)
def test_numbers_and_words_stay(cell: str) -> None:
    assert without_formula(cell) == cell


def test_a_file_keeps_every_other_cell() -> None:
    content = b'\xef\xbb\xbfname,"a, b",=x\r\n"two\nlines",-1.5,"=1+""2"""\r\n'
    written = csv_without_formulas(content)
    assert written == b'\xef\xbb\xbfname,"a, b",\'=x\r\n"two\nlines",-1.5,"\'=1+""2"""\r\n'
    assert csv_without_formulas(written) == written


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)))
def test_whatever_is_written_holds_no_formula(rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    cells = csv_rows(csv_without_formulas(stream.getvalue().encode()))
    assert len(cells) == len(rows)
    assert not any(is_formula(cell) for row in cells for cell in row)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'a,"b\nc', b'"a"b,c'])
def test_what_is_no_csv_is_told(content: bytes) -> None:
    with pytest.raises(DataError, match="not a CSV file in UTF-8"):
        csv_without_formulas(content)
