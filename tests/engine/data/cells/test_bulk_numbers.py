"""Twenty million cells are read as one cell is: against Python's own numbers, cell by cell."""

import re
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbench.data.cells import bulk_numbers
from deepbench.data.cells.bulk_numbers import (
    CODED,
    DASHED,
    EMPTY,
    GROUPED,
    IDENTIFIER,
    MISSING,
    TEXT,
    number_blocks,
    read_cells,
    texts_at,
)
from deepbench.data.cells.missing_codes import MISSING_CODES, Codes
from deepbench.data.text_cells import TextCells

_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SIGNS = st.text("0123456789.,+-eE '\u2212/xNA", max_size=12)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(repr)
_WHOLE = st.integers(-(10**18), 10**18).map(str)
_CELLS = st.lists(st.one_of(_SIGNS, _FLOATS, _WHOLE, st.sampled_from(MISSING_CODES)), max_size=40)


def codes(decimal=".", given=MISSING_CODES):
    return Codes(given, decimal)


def read(texts, decimal=".", kind=None, given=MISSING_CODES):
    return read_cells(pa.array(texts, kind or pa.string()), decimal, codes(decimal, given))


@settings(max_examples=300, deadline=None)
@given(_CELLS, st.sampled_from([pa.string(), pa.large_string()]), st.integers(1, 9))
def test_cells_against_python(texts, kind, size):
    before = bulk_numbers._SLICE
    bulk_numbers._SLICE = size
    try:
        values, state = read(texts, kind=kind)
    finally:
        bulk_numbers._SLICE = before
    for text, value, kinds in zip(texts, values, state, strict=True):
        plain = _PLAIN.fullmatch(text)
        if not text:
            assert kinds == EMPTY
        elif text.casefold() in MISSING_CODES:
            assert kinds == CODED
        elif plain and np.isfinite(float(text)):
            assert value == float(text)
            assert kinds in (0, IDENTIFIER)
        elif plain:
            assert kinds == TEXT
        else:
            assert kinds == TEXT or kinds & (GROUPED | DASHED)
        assert np.isnan(value) == bool(kinds & (MISSING | TEXT))


@settings(max_examples=100, deadline=None)
@given(_CELLS)
def test_a_decimal_comma_is_a_point_elsewhere(texts):
    turned = [text.translate(str.maketrans(".,", ",.")) for text in texts]
    values, state = read(texts)
    commas, states = read(turned, ",")
    # A group of thousands alone, "1.234", counts as one only where the point is no fraction.
    clear = ((state | states) & GROUPED) == 0
    dots = np.array(["." in text or "," in text for text in texts], dtype=bool)
    same = clear & ~(dots & ((state | states) & CODED > 0))
    np.testing.assert_array_equal(values[same], commas[same])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("00123", IDENTIFIER), ("-012", IDENTIFIER), ("0", 0), ("0.5", 0), ("00.5", 0), ("-0", 0),
        ("1234567890123456", IDENTIFIER), ("0.1234567890123456", 0), ("1234567890123456.5", 0),
        ("2310009E13", IDENTIFIER), ("2e13", 0), ("1.234e05", 0), ("1234e-5", 0),
        ("2310009E999", TEXT), ("1e400", TEXT), ("inf", TEXT), ("nan", CODED), ("-", CODED),
        ("1-2", TEXT), ("2021-04-13", TEXT), ("1.2.3", TEXT), ("+5", 0), ("5.", 0), (".5", 0),
        ("1'234", GROUPED), ("1\u202f234.5", GROUPED), ("1,234", GROUPED), ("1'234,567", TEXT),
        ("\u22125", DASHED), ("5\u20136", TEXT), ("1e\u22125", DASHED), ("0x1F", TEXT),
        ("1_000", TEXT), ("\u0661", TEXT), ("#NUM!", CODED), ("1 234", TEXT),
    ],
)  # fmt: skip
def test_what_a_cell_is(text, kind):
    # Beside other cells, and as the first and the last of a slice of its own.
    for texts in ([text], ["1.5", text, "2"], [text, ""], ["", text]):
        assert read(texts)[1][texts.index(text)] == kind


def test_codes_of_the_plan_are_texts_and_numbers():
    values, state = read(["-9", "-9.0", "x", "NA", "1"], given=["-9", "X"])
    assert state.tolist() == [CODED, CODED, CODED, TEXT, 0]
    assert np.isnan(values[:4]).all()


def test_threads_and_slices_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    pool = np.array(["1.5", "-2e3", "", "NA", "x", "007", "1'234", "2021-04-13"], dtype=object)
    texts = pool[rng.integers(0, len(pool), 3000)].tolist()
    whole = read(texts)
    for size, threads in ((1, 4), (7, 1), (1000, 3)):
        monkeypatch.setattr(bulk_numbers, "_SLICE", size)
        monkeypatch.setattr(bulk_numbers.os, "cpu_count", lambda n=threads: n)
        parts = read(texts)
        np.testing.assert_array_equal(whole[0], parts[0])
        np.testing.assert_array_equal(whole[1], parts[1])


@pytest.mark.parametrize("chosen", [[0, 1, 2, 3], [3, 1], [2], [2, 0, 1, 3]])
@pytest.mark.parametrize("by_column", [True, False])
def test_columns_however_they_lie(chosen, by_column):
    values = np.arange(12.0).reshape(3, 4)
    flat = (values.T if by_column else values).reshape(-1)
    cells = TextCells.of_flat(pa.array([str(v) for v in flat]), 3, 4, by_column)
    found = np.full((3, len(chosen)), -1.0)
    for block in number_blocks(cells.take_columns(chosen), ".", codes()):
        found[:, block.columns] = block.values
    np.testing.assert_array_equal(found, values[:, chosen])


def test_a_decimal_is_rounded_once():
    texts = ["0.1", "2.675", "9007199254740993.0", "1.7976931348623157e308", "5e-324"]
    assert read(texts)[0].tolist() == [float(Decimal(text)) for text in texts]


def test_single_cells_however_they_lie():
    rows, columns = np.array([2, 0, 1, 2]), np.array([1, 4, 3, 0])
    flat = pa.array([str(i) for i in range(12)])
    left = TextCells.of_flat(flat, 3, 4)
    both = left.beside(TextCells.of_flat(pa.array(["a", "b", "c"]), 3, 1, by_column=True))
    assert texts_at(both, rows, columns).to_pylist() == ["9", "a", "7", "8"]
    turned = TextCells.of_flat(flat, 4, 3).turned()
    assert texts_at(turned, rows, np.array([1, 3, 2, 0])).to_pylist() == ["5", "9", "7", "2"]
