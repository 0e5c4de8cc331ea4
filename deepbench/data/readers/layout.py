"""Where in a file the table begins: lines above it, the column names, units under them.

What makes the header is the break between types: the first row with as many cells as the rows
below, and text where those hold numbers. The same is looked at in text files and workbooks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepbench.data.readers.base import Grid
from deepbench.data.readers.header import (
    MISSING,
    NUMERIC_SHARE,
    are_numbers,
    votes,
)
from deepbench.data.readers.top_rows import TOP_COLUMNS, Top
from deepbench.data.readers.unit_words import are_units
from deepbench.data.text_cells import CellRows
from deepbench.data.wording import counted
from deepbench.errors import Choice, DataError, DataQuestion, PlanError
from deepbench.plan import Data

_LEAST_BLOCK = 3
_LONGEST_PREAMBLE = 60
_HALF = 0.5
_SHOWN_CELLS = 5
_SHOWN_LENGTH = 80
_WORD = re.compile(r"[^\W\d_]")
_VALUE = re.compile(r"^\s*[<>≤≥~]|\d")
_BEGINS_AS_VALUE = re.compile(r"^\s*([<>≤≥~]|[=+-]?\s*[.,]?\d)")  # but IL6 is a name


@dataclass(frozen=True)
class Layout:
    """Where the parts of a table stand among the rows of a grid.

    Attributes:
        names: Row of the column names; None if there are none.
        groups: Row above it that groups the columns, whose texts belong to the names.
        units: Row of units under the names.
        aside: Row under the names that is neither units nor data.
        data: First row of data.
        width: Number of cells of the rows of data.
        filled_width: The same without cells at the right end that are empty in all rows.
        reason: Why the names are thought to stand there; empty if the plan says it.
    """

    names: int | None
    data: int
    width: int
    filled_width: int
    groups: int | None = None
    units: int | None = None
    aside: int | None = None
    reason: str = ""


def find_layout(grid: Grid, options: Data) -> Layout:
    """Find the column names and the first row of data.

    Args:
        grid: At least one row; no row is blank.
        options: [data] of the plan.

    Raises:
        PlanError: ``header_row`` names a row that holds nothing.
        DataError: the names fit no row.
        DataQuestion: two rows could hold the names.
    """
    if options.header_row is not None:
        return _as_told(grid, options.header_row, options)
    top = Top(grid.rows)
    if options.header == "no":
        first = next((i for i in range(top.size) if top.widths[i] == top.width), 0)
        return Layout(None, first, top.width, top.least_width)
    start = _first_of_table(top)
    found = top.votes(start)
    if (later := _type_break(top, start)) is not None:
        if (top.reach[start:later] >= top.least_width).any():
            raise _which_row(grid, [start, later], "has texts above numbers in more than one row")
        start, found = later, top.votes(later)
    if options.header == "auto" and not found.header and not _lacks_name(top, start):
        return _without_names(grid, top, start)
    _require_one_table(grid, top, start)
    if start and not found.sure:
        _require_no_rival(grid, top, start)
    layout = _with_rows_below(grid, top, start, told=False)
    return _with_reason(layout, grid, found.sure or layout.units is not None)


def _first_of_table(top: Top) -> int:
    for row in range(top.size):
        if top.belongs(row):
            return row
        if row + 1 == top.size or not top.belongs(row + 1) or not top.lacks_first_name(row):
            continue
        below = top.votes(row + 1, counting=False)
        if below.speak_for <= below.speak_against:
            return row
    return 0


def _type_break(top: Top, start: int) -> int | None:
    """Return the first row below ``start`` that holds words where all below it hold numbers.

    Lines of a name and a value may be as wide as the table, or filled up to its width.
    """
    rows = [i for i in range(start + 1, top.size) if top.widths[i] == top.width]
    if len(rows) < _LEAST_BLOCK:
        return None
    cells = np.array([top.cells(i) for i in rows], dtype=object)
    numbers = are_numbers(cells)
    numeric = numbers.mean(axis=0) >= _HALF
    words: NDArray[np.bool_] = np.all(~numbers[:, numeric], axis=1)
    for place in np.flatnonzero(words[:_LONGEST_PREAMBLE]).tolist():
        row, own = rows[place], cells[place].tolist()
        beside = row == start + 1 and top.filled[start] >= top.least_width
        if not numeric.any() or beside or top.filled[row] < top.least_width:
            continue
        value = _VALUE if (top.filled[start:row] >= top.filled[row]).any() else _BEGINS_AS_VALUE
        if any(cell.casefold() in MISSING or value.search(cell) for cell in own):
            continue
        found = top.votes(row)
        above = numbers[:place, numeric]
        odd = (top.filled[start:row] < top.least_width).any() or not above.all()
        if not found.speak_for or found.speak_against or (numeric.sum() < 2 and not odd):
            continue
        alike = np.isin(cells, own).sum() - len(own) + np.isin(top.cells(start), own).sum()
        if len(set(own)) == len(own) and not alike:
            return row
    return None


def _lacks_name(top: Top, row: int) -> bool:
    return not top.belongs(row) and top.lacks_first_name(row)


def _as_told(grid: Grid, number: int, options: Data) -> Layout:
    places = np.flatnonzero(grid.row_numbers == number)
    if options.header == "no":
        raise PlanError(
            f'[data] says header_row = {number} and header = "no".', "Take one of them out."
        )
    if not len(places):
        last = int(grid.row_numbers[-1])
        what = "no table row begins there" if number <= last else f"the last row is {last:,}"
        raise PlanError(
            f"{grid.source_name} has no column names in row {number:,}: {what}.",
            "Write the number of the row that holds the column names as header_row under [data].",
        )
    names = int(places[0])
    if names + 1 >= len(grid.rows):
        width = int(grid.rows.widths[names])
        return Layout(names, names + 1, width, width)
    return _with_rows_below(grid, Top(grid.rows, names + 1), names, told=True)


def _without_names(grid: Grid, top: Top, start: int) -> Layout:
    """Return a layout without names; ask if a row above could hold them."""
    number = int(grid.row_numbers[start])
    reason = f"Row {number:,} is like the rows below: there are no column names."
    layout = Layout(None, start, top.width, top.least_width, reason=reason)
    if not start:
        return layout
    above = start - 1
    if top.widths[above] == top.width and 2 * top.filled[above] >= top.least_width:
        return _with_reason(_with_rows_below(grid, top, above, told=False), grid, False)
    if top.filled[above] > 1:
        raise mismatch(grid, above, int(top.reach[above]), top.least_width, may_skip=True)
    return layout


def mismatch(grid: Grid, row: int, names: int, width: int, may_skip: bool = False) -> DataError:
    """Return the error for a header that has another number of cells than the rows.

    Args:
        grid: The rows.
        row: The header among them.
        names: Number of its cells.
        width: Number of cells of the rows.
        may_skip: Whether the columns may as well have no names.
    """
    number = int(grid.row_numbers[row])
    message = (
        f"{grid.source_name}: the header (row {number}) has {counted(names, 'column')}, rows have "
        f"{width:,}."
    )
    if may_skip:
        choice = Choice("no", "No Column Names", f"row {number} is left out, columns get numbers")
        return DataQuestion(
            message, "data.header", (choice,), "Or correct the column names in the file."
        )
    hint = (
        "Give each column a name in the header."
        if names < width
        else "Remove the surplus names, or name the right delimiter under [data] in the plan."
    )
    return DataError(message, hint)


def _require_one_table(grid: Grid, top: Top, start: int) -> None:
    """Ask which of several tables in one file is meant.

    Raises:
        DataQuestion: rows of another width make a table of their own.
    """
    begins = []
    row = 0
    while row < top.size:
        end = row
        while end < top.size and top.widths[end] == top.widths[row]:
            end += 1
        wide = int(top.widths[row])
        if end - row > _LEAST_BLOCK and wide > 2 and wide != top.width:
            own = [_cells(grid.rows, i) for i in range(row, end)]
            if votes(own).sure and votes(own).speak_for > 1:
                begins.append(row)
        row = end
    if begins:
        raise _which_row(
            grid, sorted([start, *begins]), "holds several tables", "Or keep each in its own file."
        )


def _cells(rows: CellRows, row: int) -> list[str]:
    start, end = int(rows.starts[row]), int(rows.starts[row + 1])
    found: list[str] = rows.flat.slice(start, min(end - start, TOP_COLUMNS)).to_pylist()
    return found


def _require_no_rival(grid: Grid, top: Top, start: int) -> None:
    """Ask if the row above could be the header as well, as nothing tells names from data.

    Raises:
        DataQuestion: both rows could hold the names.
    """
    above = start - 1
    adjacent = grid.row_numbers[start] - grid.row_numbers[above] == 1
    nearly = top.reach[above] == top.least_width - 1
    text = "".join(top.cells(above))
    if adjacent and nearly and ":" not in text and "=" not in text and not text.startswith("#"):
        raise _which_row(grid, [above, start], "has column names in one of two rows")


def _which_row(grid: Grid, rows: list[int], what: str, hint: str = "") -> DataQuestion:
    numbers = [int(grid.row_numbers[row]) for row in rows]
    choices = tuple(
        Choice(number, f"Names in Row {number:,}", _shown(grid, row))
        for row, number in zip(rows, numbers, strict=True)
    )
    words = " or ".join(f"row {number:,}" for number in numbers)
    return DataQuestion(
        f"{grid.source_name} {what}: the column names could stand in {words}.",
        "data.header_row",
        choices,
        hint,
    )


def _shown(grid: Grid, row: int) -> str:
    cells = [cell.strip() for cell in _cells(grid.rows, row)]
    text = "  │  ".join(cell or " " for cell in cells[:_SHOWN_CELLS])
    more = "  │  …" if len(cells) > _SHOWN_CELLS else ""
    return text[:_SHOWN_LENGTH] + more


# --- rows next to the names ------------------------------------------------------------------


def _with_rows_below(grid: Grid, top: Top, names: int, told: bool) -> Layout:
    """Settle what the row under the names is, and the row above them."""
    layout = Layout(names, names + 1, top.width, top.least_width)
    if names + 2 >= top.size or top.widths[names + 1] != top.width:
        return _with_groups(grid, top, layout)
    first, second = top.cells(names), top.cells(names + 1)
    below = [top.cells(i) for i in range(names + 2, top.size) if top.widths[i] == top.width]
    number_in_second = are_numbers(np.array(second, dtype=object)).any()
    if not below or len(first) < 2 or number_in_second:
        return _with_groups(grid, top, layout)
    if len(below) > 2 and not are_numbers(np.array(below[0], dtype=object)).any():
        below = below[1:]  # a row of units may follow the second row of names
    numeric = _numeric_columns(below)
    if numeric.any() and are_units(second, numeric.tolist()):
        return _with_groups(grid, top, replace(layout, data=names + 2, units=names + 1))
    if len(below) < _LEAST_BLOCK or not _all_words(second, numeric):
        return _with_groups(grid, top, layout)
    if told:
        return replace(layout, data=names + 2, aside=names + 1)
    if _are_groups(first, second):
        return _with_rows_below(grid, top, names + 1, told)
    if len(set(filter(None, second))) < len(list(filter(None, second))):
        return layout  # labels of the columns, as in tables with samples in columns
    raise _which_row(grid, [names, names + 1], "has two rows of texts above the numbers")


def _with_groups(grid: Grid, top: Top, layout: Layout) -> Layout:
    """Take the row above the names as groups, if the names repeat without it."""
    names = layout.names
    if not names:
        return layout
    above, cells = top.cells(names - 1), top.cells(names)
    adjacent = grid.row_numbers[names] - grid.row_numbers[names - 1] == 1
    if not adjacent or top.filled[names - 1] < 2 or not _are_groups(above, cells):
        return layout
    return replace(layout, groups=names - 1)


def _are_groups(above: list[str], names: list[str]) -> bool:
    """Whether names that repeat are distinct under the groups above them."""
    given = [name for name in names if name]
    groups = filled_groups(above)
    if len(set(given)) == len(given) or len(set(groups)) == len(groups):
        return False
    joined = [f"{group} {name}" for group, name in zip(groups, names, strict=True)]
    kept = [text for text, name in zip(joined, names, strict=True) if name]
    return len(set(kept)) == len(kept)


def filled_groups(cells: list[str]) -> list[str]:
    """Return the groups with each text carried on over the empty cells to its right."""
    found = []
    group = ""
    for cell in cells:
        group = cell.strip() or group
        found.append(group)
    return found


def _numeric_columns(rows: list[list[str]]) -> NDArray[np.bool_]:
    cells = np.array(rows, dtype=object)
    present = ~np.isin(np.char.lower(cells.astype(np.str_)), list(MISSING))
    numbers = (are_numbers(cells) & present).sum(axis=0)
    found: NDArray[np.bool_] = (numbers > 0) & (numbers >= NUMERIC_SHARE * present.sum(axis=0))
    return found


def _all_words(cells: list[str], numeric: NDArray[np.bool_]) -> bool:
    """Whether a row holds words in all of several columns that hold numbers below it."""
    columns = np.flatnonzero(numeric)
    if len(columns) < 2:
        return False
    return all(
        _WORD.search(cells[column])
        and cells[column].casefold() not in MISSING
        and not _VALUE.search(cells[column])
        for column in columns.tolist()
    )


def _with_reason(layout: Layout, grid: Grid, sure: bool) -> Layout:
    row = layout.names or 0
    number = int(grid.row_numbers[row])
    if row:
        numbers = ", which hold numbers" if sure else ""
        reason = f"Row {number:,} is the first with as many cells as the rows below{numbers}."
    elif sure:
        reason = f"Row {number:,} holds names where the rows below hold numbers or labels."
    else:
        reason = f"Row {number:,} is the first, and nothing says that it is no header."
    return replace(layout, reason=reason)


def rows_above(grid: Grid, layout: Layout) -> list[int]:
    """Return the rows above the table that are no part of it."""
    first = layout.data if layout.names is None else layout.names
    return [row for row in range(first) if row != layout.groups]
