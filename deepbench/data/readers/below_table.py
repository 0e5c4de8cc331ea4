"""Rows among and below the data that are none: comments, repeated names, totals, notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.number_text import Decimal, parse_numbers
from deepbench.data.readers.base import Grid
from deepbench.data.readers.header import row_listing
from deepbench.study.records import Conversion

_MOST_FOOTERS = 20
_LONGEST_REMARK = 300
_MOST_COLUMNS = 10
_MATCHING_SHARE = 0.8
_COMMENTS = ("#", "!", "%", "//")
_WORDS = re.compile(
    r"(?:(?:(?:sub|grand )?total|sum|mean|average|avg|median|sd|std|stdev|sem|notes?|remarks?"
    r"|comments?|source|legend|footnotes?|abbreviations?|exported|generated|printed|created"
    r"|end of|signature|signed|approved|checked by|page \d+|report|data (?:from|source)"
    r"|values? (?:are|is)|copyright)\b|s\.d\.|n\s*=|date\s*:|p\s*[<=]|\(c\)|[*†‡§¹©]\s*\w"
    r"|[=_-]{2,}$)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\S+ \S|[:=]")  # several words, or a name and a value
Values = NDArray[np.float64]
# What a row of this name holds, if it is a summary of the rows above it.
_SUMMARIES: tuple[tuple[tuple[str, ...], tuple[Callable[[Values], float], ...]], ...] = (
    (("total", "sum", "grand total"), (np.sum,)),
    (("mean", "average", "avg"), (np.mean,)),
    (("median",), (np.median,)),
    (
        ("sd", "std", "stdev", "std dev", "std. dev.", "standard deviation"),
        (lambda v: float(np.std(v, ddof=1)), np.std),
    ),
    (("sem", "se"), (lambda v: float(np.std(v, ddof=1) / np.sqrt(len(v))),)),
    (("cv", "cv%", "%cv"), (lambda v: float(100 * np.std(v, ddof=1) / np.mean(v)),)),
    (("min", "minimum"), (np.min,)),
    (("max", "maximum"), (np.max,)),
    (("n", "count"), (lambda v: float(len(v)),)),
)


def drop_what_is_no_data(grid: Grid, names: Sequence[str], width: int) -> None:
    """Remove comment lines, repeated column names and lines below the table, each counted.

    Args:
        grid: The rows of data, with such lines among them.
        names: The header; empty if there is none.
        width: Number of cells of the rows.
    """
    if not len(grid.rows) or width < 2:
        return
    firsts = grid.rows.flat.take(pa.array(np.minimum(grid.rows.starts[:-1], _last_cell(grid))))
    comments = _comments(grid, firsts, width)
    _drop(grid, comments, "comment lines skipped")
    if len(comments):
        firsts = firsts.take(pa.array(np.setdiff1d(np.arange(len(firsts)), comments)))
    _drop(grid, _repeated_headers(grid, firsts, names), "repeated column names skipped")
    _drop(grid, _footers(grid, width), "lines below the table skipped")


def _last_cell(grid: Grid) -> int:
    return max(0, len(grid.rows.flat) - 1)


def _drop(grid: Grid, places: NDArray[np.int64], what: str) -> None:
    if not len(places):
        return
    numbers = grid.row_numbers[places].tolist()
    for place, number in zip(places.tolist(), numbers, strict=True):
        grid.remarks.append(remark(grid, place, number))
    grid.keep(np.setdiff1d(np.arange(len(grid.rows)), places))
    grid.conversions.append(
        Conversion(column="(rows)", what=f"{what} ({row_listing(numbers)})", count=len(numbers))
    )


def remark(grid: Grid, place: int, number: int) -> str:
    """Return a row that is no data as it stands in the file, with its number."""
    cells = [cell.strip() for cell in grid.rows.row(place)]
    while cells and not cells[-1]:
        cells.pop()
    joint = grid.delimiter if len(grid.delimiter) == 1 else " "
    return f"row {number}: {joint.join(cells)[:_LONGEST_REMARK]}"


def _comments(grid: Grid, firsts: pa.Array, width: int) -> NDArray[np.int64]:
    marked = np.zeros(len(firsts), dtype=np.bool_)
    for mark in _COMMENTS:
        marked |= pc.starts_with(firsts, pattern=mark).to_numpy(zero_copy_only=False)
    return np.array(
        [
            place
            for place in np.flatnonzero(marked).tolist()
            if grid.rows.widths[place] != width or _filled(grid.rows.row(place)) == 1
        ],
        dtype=np.int64,
    )


def _repeated_headers(grid: Grid, firsts: pa.Array, names: Sequence[str]) -> NDArray[np.int64]:
    if not names or not any(names):
        return np.zeros(0, dtype=np.int64)
    header = [name.strip() for name in names]
    alike = pc.equal(pc.utf8_trim_whitespace(firsts), header[0]).to_numpy(zero_copy_only=False)
    found = [
        place
        for place in np.flatnonzero(alike).tolist()
        if [cell.strip() for cell in grid.rows.row(place)][: len(header)] == header
    ]
    return np.array(found, dtype=np.int64)


# --- below the table -------------------------------------------------------------------------


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _footers(grid: Grid, width: int) -> NDArray[np.int64]:
    """Return the last rows that are no data: notes, totals, sentences behind a gap."""
    end = len(grid.rows)
    start = end
    summaries = set()
    while start > 1 and end - start < _MOST_FOOTERS:
        cells = [cell.strip() for cell in grid.rows.row(start - 1)]
        gap = grid.row_numbers[start - 1] - grid.row_numbers[start - 2] > 1
        behind_gap = gap and 2 * _filled(cells) <= width
        if behind_gap or _is_short(cells, width, int(grid.rows.widths[start - 1])):
            start -= 1
        elif _SUMMARY_WORDS & {_first(cells).casefold().rstrip(":")}:
            summaries.add(start - 1)
            start -= 1
        else:
            break
    for place in range(start, end):
        cells = [cell.strip() for cell in grid.rows.row(place)]
        gap = place > 0 and grid.row_numbers[place] - grid.row_numbers[place - 1] > 1
        said = gap and _SENTENCE.search(_first(cells)) and np.isnan(_number(_first(cells))[0])
        if place in summaries:
            if _is_summary(grid, place, start, cells):
                return np.arange(place, end)
        elif cells[0] and (said or _WORDS.match(cells[0])):
            return np.arange(place, end)
    return np.zeros(0, dtype=np.int64)


_SUMMARY_WORDS = {word for words, _ in _SUMMARIES for word in words}


def _first(cells: Sequence[str]) -> str:
    return next((cell for cell in cells if cell), "")


def _is_short(cells: Sequence[str], width: int, own: int) -> bool:
    filled = _filled(cells)
    return filled <= max(1, width // 3) and (own != width or filled < width)


def _is_summary(grid: Grid, place: int, end: int, cells: Sequence[str]) -> bool:
    """Whether a row holds what its name says of the rows above it."""
    word = _first(cells).casefold().rstrip(":")
    formulas = next(formulas for words, formulas in _SUMMARIES if word in words)
    tried = right = 0
    for column, cell in enumerate(cells):
        value, decimal = _number(cell)
        if np.isnan(value) or tried == _MOST_COLUMNS:
            continue
        values = _column(grid, column, end, decimal)
        if len(values) < 2:
            continue
        tried += 1
        digits = len(cell.replace(",", ".").partition(".")[2])
        tolerance = max(0.51 * 10.0**-digits, 1e-6 * abs(value))
        right += any(abs(formula(values) - value) <= tolerance for formula in formulas)
    return bool(tried and right >= _MATCHING_SHARE * tried)


def _number(cell: str) -> tuple[float, Decimal]:
    for decimal in (".", ","):
        values, _ = parse_numbers(np.array([cell], dtype=object), decimal)
        if not np.isnan(values[0]):
            return float(values[0]), decimal
    return float("nan"), "."


def _column(grid: Grid, column: int, end: int, decimal: Decimal) -> Values:
    """Return the numbers of a column in the rows before ``end``."""
    wide = np.flatnonzero(grid.rows.widths[:end] > column)
    cells = grid.rows.flat.take(pa.array(grid.rows.starts[wide] + column))
    values, _ = parse_numbers(pc.utf8_trim_whitespace(cells), decimal)
    return values[~np.isnan(values)]
