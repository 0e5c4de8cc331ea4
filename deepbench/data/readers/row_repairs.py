"""Rows that do not fit the header: asked about, never filled up or cut off silently."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.data.readers.base import Grid
from deepbench.data.readers.below_table import remark
from deepbench.data.readers.header import free_name, row_listing, tidy_name
from deepbench.data.readers.layout import Layout, mismatch
from deepbench.data.wording import counted, shorten
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data
from deepbench.study.records import Conversion

_ROW_NAME = "row name"
_SHOWN = 5
_MOST_SKIPPED = 0.5  # share of the rows from which uneven ones are no table


def fitted_header(grid: Grid, layout: Layout, cells: list[str], options: Data) -> list[str]:
    """Return the header with as many cells as the rows have.

    Args:
        grid: All rows, with the header among them.
        layout: Where the header stands.
        cells: The header.
        options: [data] of the plan.

    Raises:
        DataError: header and rows differ in the number of cells.
        DataQuestion: the header lacks one name, which may be that of row names.
    """
    header = list(cells)
    row = layout.names or 0
    least, most = layout.filled_width, layout.width
    while len(header) > least and not header[-1].strip():
        header.pop()
    if most == least < len(cells) and len(header) < len(cells):
        grid.conversions.append(
            Conversion(
                column="(columns)",
                what="empty columns without a name skipped",
                count=len(cells) - max(len(header), most),
            )
        )
    if least <= len(header) <= most:
        return header
    if len(header) != least - 1:
        raise mismatch(grid, row, len(header), least)
    if options.row_names == "ask":
        shown = [shorten(grid.rows.row(i)[0].strip(), 20) for i in _some_rows(grid, layout)]
        choice = Choice(
            "yes", "First Column Holds Row Names", f"the rows are called {', '.join(shown)}, …"
        )
        raise DataQuestion(
            mismatch(grid, row, len(header), least).message,
            "data.row_names",
            (choice,),
            "Or give each column a name in the header.",
        )
    if options.row_names == "no":
        raise mismatch(grid, row, len(header), least)
    name = free_name(_ROW_NAME, {tidy_name(cell) for cell in header})
    grid.conversions.append(
        Conversion(column=name, what="first column, which has no name in the file", count=1)
    )
    return [name, *header]


def _some_rows(grid: Grid, layout: Layout) -> list[int]:
    whole = np.flatnonzero(grid.rows.widths[layout.data :] == layout.width)[:3]
    return [layout.data + int(place) for place in whole]


def settle_uneven_rows(
    grid: Grid, width: int, layout_width: int, options: Data, header: bool
) -> None:
    """Leave only rows of at least ``width`` cells, with nothing in the cells behind those.

    Args:
        grid: The rows of data.
        width: Number of columns.
        layout_width: Number of cells of most rows; those behind the last column are empty.
        options: [data] of the plan.
        header: Whether there are column names.

    Raises:
        DataError: most rows have another number of cells.
        DataQuestion: some rows have another number of cells.
    """
    widths = grid.rows.widths
    wrong = np.flatnonzero((widths != width) & (widths != layout_width))
    if not len(wrong):
        return
    surplus = _only_blanks_behind(grid, wrong[widths[wrong] > width], width)
    if len(surplus):
        grid.conversions.append(
            Conversion(
                column="(rows)",
                what="empty cells behind the last column skipped",
                count=len(surplus),
            )
        )
        wrong = np.setdiff1d(wrong, surplus)
    if not len(wrong):
        return
    if options.header_row is None and len(wrong) > _MOST_SKIPPED * len(widths):
        raise _no_table(grid, widths)
    if options.uneven_rows != "skip":
        raise _uneven(grid, wrong, width, header)
    numbers = grid.row_numbers[wrong].tolist()
    for place, number in zip(wrong.tolist(), numbers, strict=True):
        grid.remarks.append(remark(grid, place, number))
    grid.conversions.append(
        Conversion(
            column="(rows)",
            what=f"rows with a wrong number of cells skipped ({row_listing(numbers)})",
            count=len(wrong),
        )
    )
    grid.keep(np.setdiff1d(np.arange(len(widths)), wrong))


def _only_blanks_behind(grid: Grid, places: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    found = []
    for place in places.tolist():
        start, end = int(grid.rows.starts[place]) + width, int(grid.rows.starts[place + 1])
        behind = grid.rows.flat.slice(start, end - start).to_pylist()
        if not any(cell.strip() for cell in behind):
            found.append(place)
    return np.array(found, dtype=np.int64)


def _no_table(grid: Grid, widths: NDArray[np.int64]) -> DataError:
    values, counts = np.unique(widths, return_counts=True)
    order = np.argsort(-counts)[:3]
    found = ", ".join(f"{values[i]:,} (in {counted(int(counts[i]), 'row')})" for i in order)
    return DataError(
        f"{grid.source_name}: the rows have different numbers of cells: {found}.",
        "Name the right delimiter under [data] in the plan, or the row of the column names as "
        "header_row.",
    )


def _uneven(grid: Grid, wrong: NDArray[np.int64], width: int, header: bool) -> DataQuestion:
    numbers, widths = grid.row_numbers[wrong].tolist(), grid.rows.widths[wrong].tolist()
    reference = "the header" if header else "the other rows"
    verb = "has" if header else "have"
    if len(wrong) == 1:
        message = (
            f"{grid.source_name}, row {numbers[0]}: the row has {counted(widths[0], 'cell')}, "
            f"{reference} {verb} {width:,}."
        )
    else:
        listed = ", ".join(
            f"row {number:,} has {cells:,}"
            for number, cells in list(zip(numbers, widths, strict=True))[:_SHOWN]
        )
        more = f", and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        message = (
            f"{grid.source_name}: {len(wrong):,} of {len(grid.rows):,} rows have another number "
            f"of cells than {reference} ({width:,}): {listed}{more}."
        )
    separator = " (an unquoted separator inside a text?)" if max(widths) > width else ""
    choice = Choice(
        "skip",
        "Skip This Row" if len(wrong) == 1 else f"Skip These {len(wrong):,} Rows",
        f"{counted(len(wrong), 'row')} left out and listed",
    )
    which = "that row" if len(wrong) == 1 else "these rows"
    return DataQuestion(
        message,
        "data.uneven_rows",
        (choice,),
        f"Or correct {which}{separator}, or name the right delimiter.",
    )
