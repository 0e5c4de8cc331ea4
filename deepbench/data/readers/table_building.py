"""From rows of cells to a `RawTable`: what is no data goes, what is left is a rectangle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.base import Grid
from deepbench.data.readers.below_table import drop_what_is_no_data, remark
from deepbench.data.readers.decimal_mark import choose_decimal
from deepbench.data.readers.header import row_listing, tidy_names
from deepbench.data.readers.layout import Layout, filled_groups, find_layout, rows_above
from deepbench.data.readers.repeated_columns import surplus_columns
from deepbench.data.readers.row_repairs import fitted_header, settle_uneven_rows
from deepbench.data.readers.tidying import tidy_cells
from deepbench.data.readers.unit_words import bare_unit
from deepbench.data.text_cells import TextCells
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_MOST_REMARKS = 500


@dataclass
class _Heading:
    """What stands above the data.

    Attributes:
        header: Cells of the column names; empty if there are none.
        width: Number of columns.
        row_width: Number of cells of the rows; those behind the last column are empty.
        units: (p,) cells of the row of units; empty if there is none.
    """

    header: list[str]
    width: int
    row_width: int
    units: list[str] = field(default_factory=list)


def build_table(grid: Grid, options: Data) -> RawTable:
    """Turn the rows of a file into a table of text cells. Empties the grid's rows.

    Args:
        grid: The rows.
        options: [data] of the plan.

    Raises:
        PlanError: the plan names a row that is none.
        DataError: empty file, header only, or rows that are no table.
        DataQuestion: only the user can tell what the header is, what to do with uneven rows or
            repeated columns, or which the decimal mark is.
    """
    _drop_blank_rows(grid)
    if not len(grid.rows) and grid.names is None:
        raise DataError(f"{grid.source_name} is empty.", "Name a file that holds a table.")
    heading = _take_heading(grid, options)
    drop_what_is_no_data(grid, heading.header, heading.width)
    if not len(grid.rows):
        raise DataError(
            f"{grid.source_name} has column names but no rows of data.",
            "Name a file with one row per sample.",
        )
    settle_uneven_rows(
        grid, heading.width, heading.row_width, options, header=bool(heading.header)
    )
    cells, tidied = tidy_cells(grid.rows.rectangle(0, heading.width))
    locator = CellLocator(grid.row_numbers, grid.first_column)
    names, notes = _names(heading)
    kept, dropped = _kept_columns(heading, names, cells, options, grid.source_name)
    if len(kept) < len(names):
        names = [names[place] for place in kept]
        notes = [note for note in notes if note.column in names or note.column.startswith("(")]
        cells = cells.take_columns(kept)
        if kept[-1] >= len(kept):
            locator = locator.take_columns(kept)
    decimal, reason = choose_decimal(cells, names, locator, options, grid)
    if reason:
        grid.reasons["decimal"] = reason
    conversions = [*grid.conversions, *notes, *dropped, *tidied]
    if decimal == ",":
        conversions.append(
            Conversion(column="(all)", what="decimal comma read as decimal point", count=1)
        )
    units = [heading.units[place] for place in kept] if heading.units else []
    return RawTable(
        source_name=grid.source_name,
        columns=tuple(names),
        cells=cells,
        how=HowRead(
            format=grid.format,
            sheet=grid.sheet,
            encoding=grid.encoding,
            delimiter=grid.delimiter,
            decimal=decimal,
            header=bool(heading.header),
            reasons=grid.reasons,
        ),
        conversions=tuple(conversions),
        locator=locator,
        units=_units(names, units),
        remarks=tuple(grid.remarks[:_MOST_REMARKS]),
        sheet_columns=grid.sheet_columns,
    )


def _drop_blank_rows(grid: Grid) -> None:
    blank = grid.rows.blank()
    if blank.any():
        grid.keep(np.flatnonzero(~blank).astype(np.int64))
        grid.conversions.append(
            Conversion(column="(rows)", what="blank rows skipped", count=int(blank.sum()))
        )


# --- above the data --------------------------------------------------------------------------


def _take_heading(grid: Grid, options: Data) -> _Heading:
    """Remove what stands above the data from the rows, and return what it says."""
    if grid.names is not None:
        width = len(grid.names)
        return _Heading(list(grid.names), width, width)
    layout = find_layout(grid, options)
    if layout.reason:
        grid.reasons["header" if layout.names is None else "header_row"] = layout.reason
    above = rows_above(grid, layout)
    _note_rows(grid, above, "lines above the table skipped")
    header: list[str] = []
    width = layout.filled_width
    if layout.names is not None:
        cells = _joined_names(grid, layout)
        if len(grid.rows) > layout.data:
            header = fitted_header(grid, layout, cells, options)
        else:
            header = cells
        width = len(header)
    heading = _Heading(header, width, max(width, layout.width))
    if layout.units is not None:
        heading.units = grid.rows.row(layout.units)[:width]
        number = int(grid.row_numbers[layout.units])
        grid.conversions.append(
            Conversion(column="(rows)", what=f"row of units read (row {number})", count=1)
        )
    if layout.aside is not None:
        _note_rows(grid, [layout.aside], "line between names and data skipped")
    grid.keep(np.arange(layout.data, len(grid.rows)))
    if width < layout.width:
        grid.conversions.append(
            Conversion(
                column="(columns)",
                what="empty columns without a name skipped",
                count=layout.width - width,
            )
        )
    return heading


def _note_rows(grid: Grid, rows: Sequence[int], what: str) -> None:
    """Keep rows that are no data as remarks, counted."""
    if not rows:
        return
    numbers = grid.row_numbers[list(rows)].tolist()
    for row, number in zip(rows, numbers, strict=True):
        grid.remarks.append(remark(grid, row, number))
    grid.conversions.append(
        Conversion(column="(rows)", what=f"{what} ({row_listing(numbers)})", count=len(rows))
    )


def _joined_names(grid: Grid, layout: Layout) -> list[str]:
    """Return the column names, with the groups above them where those tell them apart."""
    row = layout.names or 0
    names = grid.rows.row(row)
    if layout.groups is None:
        return names
    groups = filled_groups(grid.rows.row(layout.groups))
    groups += groups[-1:] * (len(names) - len(groups))
    numbers = grid.row_numbers[[layout.groups, row]].tolist()
    grid.conversions.append(
        Conversion(
            column="(column names)",
            what=f"names joined from two rows ({row_listing(numbers)})",
            count=len(names),
        )
    )
    return [
        f"{group} {name}".strip() if name.strip() else name
        for group, name in zip(groups, names, strict=False)
    ]


# --- columns ---------------------------------------------------------------------------------


def _names(heading: _Heading) -> tuple[list[str], list[Conversion]]:
    if not heading.header:
        return [f"column {number + 1}" for number in range(heading.width)], []
    return tidy_names(heading.header)


def _kept_columns(
    heading: _Heading, names: Sequence[str], cells: TextCells, options: Data, source: str
) -> tuple[list[int], list[Conversion]]:
    """Return the columns that stay, and what was left out."""
    surplus, notes = surplus_columns(names, cells, options, source)
    if heading.header and cells.rows:
        unnamed = [place for place, cell in enumerate(heading.header) if not cell.strip()]
        blank = [place for place in unnamed if _is_blank(cells, place)]
        if blank and len(blank) < len(names):
            surplus = sorted({*surplus, *blank})
            notes = [
                *notes,
                Conversion(
                    column="(columns)",
                    what="empty columns without a name skipped",
                    count=len(blank),
                ),
            ]
    gone = set(surplus)
    return [place for place in range(len(names)) if place not in gone], notes


def _is_blank(cells: TextCells, place: int) -> bool:
    return not pc.any(pc.not_equal(cells.arrow_column(place), "")).as_py()


def _units(names: Sequence[str], units: Sequence[str]) -> Mapping[str, str]:
    given = {name: bare_unit(unit) for name, unit in zip(names, units, strict=False)}
    return {name: unit for name, unit in given.items() if unit}
