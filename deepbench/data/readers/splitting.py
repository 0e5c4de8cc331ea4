"""Cutting delimited text into cells, at the speed of reading it.

Regular text (quotes only around whole cells) is cut where its separators stand, found with whole
arrays of bytes. What is not regular goes through the standard library's reader in strict mode,
which tells what is wrong and on which line. Both give the same cells (a test compares them).
"""

from __future__ import annotations

import csv
import io
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deepbench.data.text_cells import SMALL_OFFSETS, CellRows, joined_arrays
from deepbench.worker.interruption import interruption_point

LONGEST_CELL = 1_000_000
_CHUNK_BYTES = 8 << 20
_LINE_END, _QUOTE = ord("\n"), ord('"')
_MOST_THREADS = 4
_BATCH_CELLS = 500_000


def cut_regular(text: bytes, delimiter: str, quotes: bool) -> tuple[CellRows, NDArray[np.int64]]:
    r"""Cut text into cells.

    Args:
        text: UTF-8, lines ended by ``\n``.
        delimiter: One ASCII character.
        quotes: Whether cells may stand in quotation marks.

    Returns:
        The rows, and (rows,) the line on which each begins, from 1.

    Raises:
        ValueError: quotation marks stand otherwise than around whole cells, or a cell is longer
            than a million bytes; `cut_strictly` can tell.
    """
    content = np.frombuffer(text, dtype=np.uint8)
    if len(content) and content[-1] != _LINE_END:
        content = np.concatenate([content, np.array([_LINE_END], dtype=np.uint8)])
    quoted = quotes and b'"' in text
    bounds = _chunk_bounds(content, quoted)
    mark = ord(delimiter)

    def cut(number: int) -> _Chunk:
        return _cut_chunk(content[bounds[number] : bounds[number + 1]], mark, quoted)

    joint = _Joint(len(content))
    for chunk in _in_threads(cut, len(bounds) - 1):
        interruption_point()
        joint.add(chunk)
    return joint.rows()


@dataclass(frozen=True, eq=False)
class _Chunk:
    """Cells of some rows.

    Attributes:
        ends: (cells,) end of each cell in ``content``; a chunk is small enough for 32 bits.
        content: Bytes of all cells, one behind the other.
        widths: (rows,) number of cells of each row.
        lines: (rows,) number of lines of each row.
    """

    ends: NDArray[np.int32]
    content: NDArray[np.uint8]
    widths: NDArray[np.int64]
    lines: NDArray[np.int64]


class _Joint:
    """Chunks put together as they come, so that the cells are in memory once."""

    def __init__(self, most_bytes: int) -> None:
        self._small = most_bytes < SMALL_OFFSETS
        self._content = np.empty(most_bytes, dtype=np.uint8)
        self._ends = np.zeros(1, dtype=np.int32 if self._small else np.int64)
        self._bytes = self._cells = 0
        self._widths = [np.zeros(1, dtype=np.int64)]
        self._lines = [np.ones(1, dtype=np.int64)]

    def add(self, chunk: _Chunk) -> None:
        """Put a chunk behind those that came before."""
        begin, cells = self._bytes, self._cells + 1
        if cells + len(chunk.ends) > len(self._ends):
            self._make_room(begin, cells + len(chunk.ends), len(chunk.ends), len(chunk.content))
        self._bytes += len(chunk.content)
        self._cells += len(chunk.ends)
        self._content[begin : self._bytes] = chunk.content
        ends = self._ends[cells : self._cells + 1]
        np.add(chunk.ends, begin, out=ends, dtype=ends.dtype)
        self._widths.append(chunk.widths)
        self._lines.append(chunk.lines)

    def _make_room(self, done: int, needed: int, cells: int, content: int) -> None:
        """Make room for the cells of the rest, judged by those of the last chunk."""
        rest = (len(self._content) - done) / max(1, content)
        ends = np.empty(needed + int(1.1 * rest * cells), dtype=self._ends.dtype)
        ends[: len(self._ends)] = self._ends
        self._ends = ends

    def rows(self) -> tuple[CellRows, NDArray[np.int64]]:
        """Return all rows, and the line on which each begins."""
        kind = pa.StringArray if self._small else pa.LargeStringArray
        flat = kind.from_buffers(
            self._cells,
            pa.py_buffer(self._ends[: self._cells + 1]),
            pa.py_buffer(self._content[: self._bytes]),
        )
        starts = np.cumsum(np.concatenate(self._widths))
        return CellRows(flat, starts), np.cumsum(np.concatenate(self._lines))[:-1]


def _in_threads(work: Callable[[int], _Chunk], number: int) -> Iterator[_Chunk]:
    """Yield the results in order, working a few ahead."""
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[_Chunk]] = deque()
        for place in range(number):
            waiting.append(pool.submit(work, place))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunk_bounds(content: NDArray[np.uint8], quoted: bool) -> list[int]:
    """Return where to cut the text into chunks of whole rows."""
    bounds = [0]
    while bounds[-1] < len(content):
        start = bounds[-1]
        end = min(len(content), start + _CHUNK_BYTES)
        bounds.append(end if end == len(content) else _row_end(content, start, end, quoted))
    return bounds


def _row_end(content: NDArray[np.uint8], start: int, near: int, quoted: bool) -> int:
    """Return the place behind the first end of a row from ``near`` on."""
    inside = bool(quoted and np.count_nonzero(content[start:near] == _QUOTE) % 2)
    while near < len(content):
        window = content[near : near + _CHUNK_BYTES]
        ends = window == _LINE_END
        if quoted:
            toggles = np.cumsum(window == _QUOTE) % 2 == 1
            ends &= toggles == inside
            inside ^= bool(toggles[-1])
        found = int(np.argmax(ends))
        if ends[found]:
            return near + found + 1
        near += len(window)
    return len(content)


def _cut_chunk(chunk: NDArray[np.uint8], delimiter: int, quoted: bool) -> _Chunk:
    line_ends = chunk == _LINE_END
    separators = (chunk == delimiter) | line_ends
    if quoted and (marks := chunk == _QUOTE).any():
        inside = np.cumsum(marks) % 2 == 1
        separators = separators & ~inside
        _require_whole_cells(marks, inside, separators)
        dropped = separators | marks
        places = np.flatnonzero(separators)
        ends = ((places + 1) - np.cumsum(dropped)[places]).astype(np.int32)
        content = chunk[~dropped]
        row_ends = np.flatnonzero(line_ends[places]) + 1
        lines = np.diff(np.cumsum(line_ends)[places[row_ends - 1]], prepend=0)
    else:
        places = np.flatnonzero(separators)
        ends = (places - np.arange(len(places))).astype(np.int32)
        bare = chunk.tobytes().translate(None, bytes((delimiter, _LINE_END)))
        content = np.frombuffer(bare, dtype=np.uint8)
        row_ends = np.flatnonzero(line_ends[places]) + 1
        lines = np.ones(len(row_ends), dtype=np.int64)
    if (
        _may_hold_long_cell(places, len(chunk))
        and int(np.diff(ends, prepend=0).max()) > LONGEST_CELL
    ):
        raise ValueError("a cell is too long")
    return _Chunk(ends, content, np.diff(row_ends, prepend=0), lines)


def _may_hold_long_cell(separators: NDArray[np.int64], length: int) -> bool:
    """Whether half the length of the longest cell goes by somewhere without a separator."""
    marks = np.arange(0, length + LONGEST_CELL, LONGEST_CELL // 2)
    between = np.diff(np.searchsorted(separators, marks))
    return bool(len(separators)) and bool((between[:-1] == 0).any())


def _require_whole_cells(
    marks: NDArray[np.bool_], inside: NDArray[np.bool_], separators: NDArray[np.bool_]
) -> None:
    """Raise unless each opening mark begins a cell and each closing one ends it."""
    places = np.flatnonzero(marks)
    opening = inside[places]
    before = np.where(places > 0, separators[places - 1], True)
    behind = separators[np.minimum(places + 1, len(separators) - 1)]
    if inside[-1] or not (before[opening].all() and behind[~opening].all()):
        raise ValueError("quotation marks inside cells")


def cut_strictly(text: str, delimiter: str, quotes: bool) -> tuple[list[list[str]], list[int]]:
    """Cut text with the csv module.

    Args:
        text: The whole text.
        delimiter: One character; a blank stands for any number of blanks.
        quotes: Whether cells may stand in quotation marks.

    Returns:
        The rows, and the line on which each begins, from 1.

    Raises:
        BrokenRow: a quotation mark is not closed, or a cell is longer than a million characters.
    """
    rows: list[list[str]] = []
    numbers: list[int] = []
    for row, line in _strict_rows(io.StringIO(text, newline=""), delimiter, quotes):
        rows.append(row)
        numbers.append(line)
    return rows, numbers


def cut_carefully(text: bytes, delimiter: str, quotes: bool) -> tuple[CellRows, NDArray[np.int64]]:
    """Cut text as `cut_strictly` does, into Arrow's form, never with all cells as Python's.

    Args:
        text: UTF-8.
        delimiter: As in `cut_strictly`.
        quotes: As in `cut_strictly`.

    Raises:
        BrokenRow: as in `cut_strictly`.
    """
    parts: list[CellRows] = []
    numbers: list[int] = []
    waiting: list[list[str]] = []
    cells = 0
    stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    for row, line in _strict_rows(stream, delimiter, quotes):
        waiting.append(row)
        numbers.append(line)
        cells += len(row)
        if cells >= _BATCH_CELLS:
            parts.append(CellRows.of(waiting))
            waiting, cells = [], 0
    parts.append(CellRows.of(waiting))
    widths = np.concatenate([part.widths for part in parts])
    starts = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    rows = CellRows(joined_arrays([part.flat for part in parts]), starts)
    return rows, np.array(numbers, dtype=np.int64)


def _strict_rows(
    stream: io.TextIOBase, delimiter: str, quotes: bool
) -> Iterator[tuple[list[str], int]]:
    """Yield each row with the line on which it begins."""
    lines: Iterator[str] = _stripped(stream) if delimiter == " " else stream
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        skipinitialspace=delimiter == " ",
        strict=True,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )
    line = 1
    with long_cells():
        try:
            for row in reader:
                yield row, line
                line = reader.line_num + 1
        except csv.Error as error:
            raise BrokenRow(line, "field limit" in str(error)) from None


class BrokenRow(Exception):
    """A row that cannot be cut.

    Args:
        line: Line on which it begins, from 1.
        too_long: Whether a cell is too long; else a quotation mark is amiss.
    """

    def __init__(self, line: int, too_long: bool) -> None:
        super().__init__(line, too_long)
        self.line = line
        self.too_long = too_long


_FIELD_LIMIT = threading.Lock()  # csv keeps its limit for the whole process


@contextmanager
def long_cells() -> Iterator[None]:
    """Set csv's limit on the length of a cell, and put the old one back."""
    with _FIELD_LIMIT:
        before = csv.field_size_limit(LONGEST_CELL)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _stripped(stream: io.TextIOBase) -> Iterator[str]:
    for line in stream:
        yield line.strip() + "\n"
