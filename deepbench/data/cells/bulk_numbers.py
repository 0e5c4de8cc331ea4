"""The numbers of all cells of a table at once, twenty million of them in a second or two.

Nearly all cells of a wide table are plain numbers. Those are told by their bytes and converted by
Arrow where they lie, in slices that threads share; only what is left, mostly few different texts,
is matched with the grammar of `deepbench.data.number_text`. Each cell is judged by itself, so
that neither the slices nor the number of threads change the result.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.cells.missing_codes import Codes
from deepbench.data.number_text import (
    PLAIN_POINT,
    Decimal,
    looks_like_identifier,
    matches,
    written_numbers,
)
from deepbench.data.text_cells import TextCells, as_arrow, buffers, joined_arrays
from deepbench.worker.interruption import interruption_point

#: What a cell is; a cell with none of the first three is a number.
EMPTY, CODED, TEXT, IDENTIFIER, GROUPED, DASHED = 1, 2, 4, 8, 16, 32
MISSING = EMPTY | CODED

_SLICE = 500_000  # cells; what is made for each on the way then fits into the cache
_MOST_THREADS = 4
_MANY_SIGNS = 8  # bytes that belong to no number, per cell, from which whole texts are looked at
_HUGE = 1e15  # from here on a number may have 16 digits
_LONG = 16

_ZERO, _COMMA, _POINT = b"0,."
_PLUS, _SLASH, _NINE, _E = (np.uint8(sign) for sign in b"+/9e")
_LOWER_CASE = np.uint8(0x20)


def _table(signs: bytes) -> NDArray[np.bool_]:
    found = np.zeros(256, dtype=np.bool_)
    found[list(signs)] = True
    return found


_DIGIT = _table(b"0123456789")
_SIGN = _table(b"+-")
_FIRST = _table(b"0123456789.+-")
_LAST = _table(b"0123456789.")
_LETTER_E = _table(b"eE")
# Exchanges commas and points, so that the decimal mark is a point.
_EXCHANGE = np.arange(256, dtype=np.uint8)
_EXCHANGE[[_COMMA, _POINT]] = (_POINT, _COMMA)


@dataclass(frozen=True, eq=False)
class NumberBlock:
    """The numbers of some columns.

    Attributes:
        columns: (c,) numbers of the columns in the table.
        values: (n, c) numbers; NaN where there is none, or a code for missing.
        state: (n, c) sum of what each cell is: `EMPTY`, `CODED`, `TEXT` (neither number nor
            missing), `IDENTIFIER` (a number written as only an identifier is), `GROUPED`
            (thousands separators removed), `DASHED` (another dash read as minus).
    """

    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    state: NDArray[np.uint8]


def number_blocks(cells: TextCells, decimal: Decimal, codes: Codes) -> Iterator[NumberBlock]:
    """Yield all columns of a table, each once."""
    for number, part in enumerate(cells.parts):
        mine = np.flatnonzero(cells.columns[:, 0] == number)
        if not len(mine):
            continue
        if 2 * len(mine) < part.width:  # reading all of it would cost more than cutting out
            for block in cells.take_columns(mine).blocks(4 * _SLICE):
                values, state = read_cells(block.flat, decimal, codes)
                yield NumberBlock(mine[block.columns], block.grid(values), block.grid(state))
            continue
        values, state = read_cells(part.flat, decimal, codes)
        shape = (part.width, cells.rows) if part.by_column else (cells.rows, part.width)
        table, states = values.reshape(shape), state.reshape(shape)
        if part.by_column:
            table, states = table.T, states.T
        places = cells.columns[mine, 1]
        if len(mine) < part.width or (places != np.arange(part.width)).any():
            table, states = table[:, places], states[:, places]
        yield NumberBlock(mine, table, states)


def read_cells(
    flat: Any, decimal: Decimal, codes: Codes
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return the value and the state of each text of a flat array; see `NumberBlock`."""
    values = np.empty(len(flat), dtype=np.float64)
    state = np.zeros(len(flat), dtype=np.uint8)

    def read(start: int) -> None:
        texts = flat.slice(start, _SLICE)
        end = start + len(texts)
        _Slice(texts, decimal, codes, values[start:end], state[start:end]).read()

    in_threads(read, range(0, len(flat), _SLICE))
    return values, state


def texts_at(cells: TextCells, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Any:
    """Return (m,) single cells as an Arrow array, given their (m,) rows and columns."""
    found, order = [], []
    part_of, places = cells.columns[columns].T
    for number, part in enumerate(cells.parts):
        mine = np.flatnonzero(part_of == number)
        if len(mine):
            down, along = (1, cells.rows) if part.by_column else (part.width, 1)
            chosen = rows[mine] * down + places[mine] * along
            found.append(part.flat.take(pa.array(chosen)))
            order.append(mine)
    if len(found) == 1:
        return found[0]
    back = np.argsort(np.concatenate(order)) if order else np.zeros(0, dtype=np.int64)
    return joined_arrays(found or [as_arrow([])]).take(pa.array(back))


def in_threads(work: Callable[[int], None], starts: range) -> None:
    """Call ``work`` with every start, on a few threads if there are several."""
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(starts))
    if threads < 2:
        for start in starts:
            interruption_point()
            work(start)
        return
    with ThreadPoolExecutor(threads) as pool:
        try:
            for _ in pool.map(work, starts):
                interruption_point()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Slice:
    """Some cells, with the places for their values and states."""

    def __init__(
        self,
        texts: Any,
        decimal: Decimal,
        codes: Codes,
        values: NDArray[np.float64],
        state: NDArray[np.uint8],
    ) -> None:
        self._texts = texts
        self._decimal = decimal
        self._codes = codes
        self._values = values
        self._state = state
        self._points = texts if decimal == "." else pc.replace_substring(texts, ",", ".")
        places, content = buffers(texts)
        self._content = content
        self._starts, self._ends = places[:-1], places[1:]
        self._lengths = self._ends - self._starts
        self._used = content[places[0] : places[-1]]

    def read(self) -> None:
        """Fill in values and states."""
        if not len(self._used):
            self._values[:] = np.nan
            self._state[:] = EMPTY
            return
        plain = self._probably_plain()
        plain = self._convert(plain)
        self._state[self._lengths == 0] = EMPTY
        self._mark_identifiers(plain)
        self._read_others(np.flatnonzero(~plain & (self._lengths > 0)))
        for code in self._codes.numbers:
            coded = self._values == code
            self._state[coded] = CODED
            self._values[coded] = np.nan

    def _at(self, places: NDArray[Any]) -> NDArray[np.uint8]:
        if len(places) and int(places[-1]) >= len(self._content):  # a last text that is empty
            places = np.minimum(places, len(self._content) - 1)
        found: NDArray[np.uint8] = self._content[places]
        return found

    def _probably_plain(self) -> NDArray[np.bool_]:
        """Return (m,) whether each text has the signs of a plain number only."""
        before_end = self._ends - 1
        if before_end[0] < 0:  # first texts that are empty
            before_end = np.maximum(before_end, 0)
        first, last = self._at(self._starts), self._content[before_end]
        if self._decimal == ",":
            first, last = _EXCHANGE[first], _EXCHANGE[last]
        plain: NDArray[np.bool_] = _FIRST[first] & _LAST[last] & (self._lengths > 0)
        plain &= (self._lengths > 1) | _DIGIT[first]
        plain[self._holding_foreign()] = False
        return plain

    def _holding_foreign(self) -> NDArray[Any]:
        """Return the texts with bytes of no plain number, as places or as (m,) booleans."""
        found = self._foreign()
        places = np.flatnonzero(found)
        if len(places) * _MANY_SIGNS > len(self._lengths):
            filled = self._lengths > 0
            starts = self._starts[filled] - self._starts[0]
            holding = np.zeros(len(filled), dtype=np.bool_)
            holding[filled] = np.maximum.reduceat(found.view(np.uint8), starts) > 0
            return holding
        return np.asarray(np.searchsorted(self._ends, places + self._starts[0], side="right"))

    def _foreign(self) -> NDArray[np.bool_]:
        """Return for each byte whether it belongs to no plain number.

        Digits, signs and marks stand in one row (+ , - . / 0 … 9), so that a difference tells
        nearly all of it, at a fraction of the cost of looking each byte up in a table.
        """
        places = self._used - _PLUS  # bytes: what lies below wraps around to above
        found: NDArray[np.bool_] = places > _NINE - _PLUS
        found |= places == _SLASH - _PLUS
        found |= places == (_COMMA if self._decimal == "." else _POINT) - _PLUS
        letters = np.flatnonzero(found)
        found[letters[_LETTER_E[self._used[letters]]]] = False
        return found

    def _convert(self, plain: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Convert the texts that probably are plain numbers; return which ones are."""
        try:
            self._values[:] = self._cast(plain)
        except pa.ArrowInvalid:
            # A text such as 2021-04-13 or 1.2.3 has the signs of a number and is none.
            places = np.flatnonzero(plain)
            chosen = self._points.take(pa.array(places))
            plain = plain.copy()
            plain[places] = matches(chosen, PLAIN_POINT)
            self._values[:] = self._cast(plain)
        return plain & ~np.isinf(self._values)

    def _cast(self, plain: NDArray[np.bool_]) -> NDArray[np.float64]:
        texts = self._points
        bits = np.packbits(plain, bitorder="little")
        _, offsets, content = texts.buffers()
        validity = pa.py_buffer(bits)
        if texts.offset:  # the bits begin with the first of these texts, so the offsets must too
            offsets = pa.py_buffer(buffers(texts)[0])
        masked = pa.Array.from_buffers(texts.type, len(texts), [validity, offsets, content])
        values: NDArray[np.float64] = pc.cast(masked, pa.float64()).to_numpy(zero_copy_only=False)
        return values

    def _mark_identifiers(self, plain: NDArray[np.bool_]) -> None:
        """Mark plain numbers that are written as only an identifier is."""
        first = self._at(self._starts)
        doubtful = np.flatnonzero(plain & (_SIGN[first] | (first == _ZERO)) & (self._lengths > 1))
        signed = _SIGN[first[doubtful]].astype(np.int64)
        begins = self._starts[doubtful] + signed
        zero = (self._at(begins) == _ZERO) & (self._lengths[doubtful] > 1 + signed)
        doubtful = doubtful[zero & _DIGIT[self._at(begins + 1)]]
        long = np.flatnonzero((self._lengths >= _LONG) & (np.abs(self._values) >= _HUGE) & plain)
        candidates = np.concatenate([doubtful, long, self._with_whole_exponent(plain)])
        candidates = np.unique(candidates).astype(np.int64)
        if len(candidates):
            found = looks_like_identifier(self._texts.take(pa.array(candidates)))
            self._state[candidates[found]] = IDENTIFIER

    def _with_whole_exponent(self, plain: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the numbers with an E between two digits, such as 2310009E13."""
        places = np.flatnonzero((self._used | _LOWER_CASE) == _E) + self._starts[0]
        if not len(places):
            return np.zeros(0, dtype=np.int64)
        between = _DIGIT[self._at(places + 1)] & _DIGIT[self._content[np.maximum(places - 4, 0)]]
        between &= _DIGIT[self._content[np.maximum(places - 1, 0)]]
        found = np.searchsorted(self._ends, places[between], side="right")
        chosen: NDArray[np.int64] = found[plain[found]].astype(np.int64)
        return chosen

    def _read_others(self, places: NDArray[np.int64]) -> None:
        """Read the texts that are no plain numbers; the same ones once only."""
        if not len(places):
            return
        encoded = pc.dictionary_encode(self._texts.take(pa.array(places)))
        texts = encoded.dictionary
        written = written_numbers(texts, self._decimal)
        is_number = ~np.isnan(written.values)
        kinds = np.where(is_number, 0, TEXT).astype(np.uint8)
        rest = np.flatnonzero(~is_number)
        coded = self._codes.among(texts.take(pa.array(rest)).to_pylist())
        kinds[rest[coded]] = CODED
        kinds[is_number & looks_like_identifier(texts)] = IDENTIFIER
        kinds[written.grouped] |= GROUPED
        kinds[written.dashes] |= DASHED
        numbers = encoded.indices.to_numpy(zero_copy_only=False)
        self._values[places] = written.values[numbers]
        self._state[places] = kinds[numbers]
