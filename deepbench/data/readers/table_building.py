"""From rows of cells to a `RawTable`: header, ragged rows, spaces, decimal mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.number_text import Decimal, detect_decimal, parse_numbers
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.base import Grid
from deepbench.data.readers.header import clean_names, has_header
from deepbench.data.text_cells import CellRows, TextCells, Texts, edge_bytes, not_ascii
from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_HEADER_ROWS = 500  # rows that are looked at to tell whether the first holds names
_MAY_BE_BLANK = np.zeros(256, dtype=np.bool_)
_MAY_BE_BLANK[1:33] = True  # 0 stands for an empty cell
_MAY_BE_BLANK[128:] = True


def build_table(grid: Grid, options: Data) -> RawTable:
    """Turn the rows of a file into a table of text cells.

    Raises:
        DataError: empty file, header only, ragged rows, two names alike, or numbers whose
            decimal mark cannot be told.
    """
    _drop_blank_rows(grid)
    if not len(grid.rows) and grid.names is None:
        raise DataError(f"{grid.source_name} is empty.", "Name a file that holds a table.")
    header = _take_header(grid, options)
    width = _width_of_data(grid, header)
    names, conversions = clean_names(header, grid.source_name) if header else ([], [])
    if not len(grid.rows):
        raise DataError(
            f"{grid.source_name} has column names but no rows of data.",
            "Name a file with one row per sample.",
        )
    _require_rectangular(grid, width, bool(names))
    if not names:
        names = [f"column {number + 1}" for number in range(width)]
    locator = CellLocator(grid.row_numbers, grid.first_column)
    cells, tidied = tidy_cells(grid.rows.rectangle(0, width))
    conversions = [*grid.conversions, *conversions, *tidied]
    decimal = choose_decimal(cells, names, locator, options, grid)
    if decimal == ",":
        conversions.append(
            Conversion(column="(all)", what="decimal comma read as decimal point", count=1)
        )
    how = HowRead(
        format=grid.format,
        sheet=grid.sheet,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        decimal=decimal,
        header=header is not None,
        reasons=grid.reasons,
    )
    return RawTable(
        source_name=grid.source_name,
        columns=tuple(names),
        cells=cells,
        how=how,
        conversions=tuple(conversions),
        locator=locator,
        remarks=tuple(grid.remarks),
        sheet_columns=grid.sheet_columns,
    )


def _keep_rows(grid: Grid, kept: NDArray[np.int64]) -> None:
    grid.rows = grid.rows.take(kept)
    grid.row_numbers = grid.row_numbers[kept]


def _drop_blank_rows(grid: Grid) -> None:
    blank = grid.rows.blank()
    if blank.any():
        _keep_rows(grid, np.flatnonzero(~blank).astype(np.int64))
        grid.conversions.append(
            Conversion(column="(rows)", what="blank rows skipped", count=int(blank.sum()))
        )


def usual_width(widths: NDArray[np.int64]) -> int:
    """Return the number of cells that most rows have."""
    values, counts = np.unique(widths, return_counts=True)
    return int(values[np.argmax(counts)])


def _take_header(grid: Grid, options: Data) -> list[str] | None:
    """Remove the header from the rows and return it; None if there is none."""
    if grid.names is not None:
        return grid.names
    if options.header == "no":
        return None
    first = grid.rows.row(0)
    if len(grid.rows) > 1:
        width = usual_width(grid.rows.widths[1:])
        if len(first) < width:
            _require_trailing_blanks(grid, len(first), width)
        elif len(first) > width:
            raise _header_mismatch(grid, len(first), width)
        elif options.header == "auto" and not has_header(
            [row for row in grid.rows.rows(0, _HEADER_ROWS) if len(row) == width]
        ):
            return None
    _keep_rows(grid, np.arange(1, len(grid.rows)))
    return first


def _require_trailing_blanks(grid: Grid, names: int, width: int) -> None:
    """Accept rows that are longer than the header only by cells that are empty in all rows."""
    if any(cell.strip() for row in grid.rows.rows(1, len(grid.rows)) for cell in row[names:]):
        raise _header_mismatch(grid, names, width)
    grid.conversions.append(
        Conversion(
            column="(columns)",
            what="empty cells behind the last column skipped",
            count=width - names,
        )
    )
    grid.rows = CellRows.of([row[:names] for row in grid.rows.rows(0, len(grid.rows))])


def _width_of_data(grid: Grid, header: list[str] | None) -> int:
    """Return how many columns to take; without those at the right end that are all blank."""
    if header is None:
        return usual_width(grid.rows.widths)
    if not len(grid.rows) or (grid.rows.widths != len(header)).any():
        return len(header)
    width = len(header)
    last = grid.rows.starts[1:] - 1
    while width > 1 and not header[width - 1].strip():
        cells = grid.rows.flat.take(pa.array(last - (len(header) - width)))
        if any(cell.strip() for cell in cells.to_pylist()):
            break
        width -= 1
    surplus = len(header) - width
    if surplus:
        del header[width:]
        grid.rows = CellRows.of([row[:width] for row in grid.rows.rows(0, len(grid.rows))])
        grid.conversions.append(
            Conversion(
                column="(columns)", what="empty columns without a name skipped", count=surplus
            )
        )
    return width


def _header_mismatch(grid: Grid, names: int, width: int) -> DataError:
    hint = (
        "If the first column holds row names, give it a name in the header. If lines stand above "
        "the header, remove them."
        if names < width
        else "Remove the surplus names, or the lines above the header."
    )
    return DataError(
        f"{grid.source_name}: the header (row {grid.row_numbers[0]}) has "
        f"{counted(names, 'column')}, rows have {width:,}.",
        hint,
    )


def _require_rectangular(grid: Grid, width: int, header: bool) -> None:
    wrong = np.flatnonzero(grid.rows.widths != width)
    if not len(wrong):
        return
    number, cells = int(grid.row_numbers[wrong[0]]), int(grid.rows.widths[wrong[0]])
    reference = "the header" if header else "the other rows"
    verb = "has" if header else "have"
    separator = " (an unquoted separator inside a text?)" if cells > width else ""
    raise DataError(
        f"{grid.source_name}, row {number}: the row has {counted(cells, 'cell')}, "
        f"{reference} {verb} {width:,}.",
        f"Correct that row{separator}, or name the right delimiter under [data] in the plan.",
    )


def tidy_cells(cells: TextCells) -> tuple[TextCells, list[Conversion]]:
    """Return cells without spaces around them and with composed accents; and what was changed."""
    trimmed = composed = 0
    parts = []
    for part in cells.parts:
        flat, spaces, accents = _tidy(part.flat)
        trimmed += spaces
        composed += accents
        parts.append(replace(part, flat=flat))
    changes = (("spaces around cells removed", trimmed), ("accents composed (NFC)", composed))
    notes = [Conversion(column="(cells)", what=what, count=n) for what, n in changes if n]
    return (replace(cells, parts=tuple(parts)) if notes else cells), notes


def _tidy(flat: Any) -> tuple[Any, int, int]:
    first, last = edge_bytes(flat)
    # Blanks of ASCII, and all that is not ASCII, which may be a blank of another kind.
    doubtful = np.flatnonzero(_MAY_BE_BLANK[first] | _MAY_BE_BLANK[last])
    foreign = not_ascii(flat)
    places = np.union1d(doubtful, np.flatnonzero(foreign)) if foreign is not None else doubtful
    if not len(places):
        return flat, 0, 0
    before = flat.take(pa.array(places))
    stripped = pc.utf8_trim_whitespace(before)
    after = pc.utf8_normalize(stripped, form="NFC")
    trimmed = int(pc.sum(pc.not_equal(before, stripped)).as_py() or 0)
    composed = int(pc.sum(pc.not_equal(stripped, after)).as_py() or 0)
    if not trimmed and not composed:
        return flat, 0, 0
    changed = np.zeros(len(flat), dtype=np.bool_)
    changed[places] = True
    return pc.replace_with_mask(flat, pa.array(changed), after), trimmed, composed


def choose_decimal(
    cells: TextCells, names: Sequence[str], locator: CellLocator, options: Data, grid: Grid
) -> Decimal:
    """Return the decimal mark: the plan's, the format's, or the one the cells show.

    Raises:
        DataError: cells like ``1,234`` could be read both ways and nothing tells which.
    """
    if options.decimal != "auto":
        return options.decimal
    if grid.decimal is not None:
        return grid.decimal
    flat = cells.parts[0].flat
    with_comma = pc.match_substring(flat, ",")
    if not pc.any(with_comma).as_py():
        return "."
    decimal, either = detect_decimal(flat)
    if decimal is not None:
        return decimal
    for place in either:
        row, column = divmod(int(place), cells.shape[1])
        if _is_numeric(cells.column(column)):
            raise DataError(
                f"{grid.source_name}, {locator.reference(row, column)}, column "
                f"'{shorten(names[column])}': {cells.cell(row, column)} can be read as a decimal "
                "fraction or as thousands.",
                'Write decimal = "," (fractions) or decimal = "." (thousands) under [data] in the '
                "plan.",
            )
    return "."


def _is_numeric(column: Texts) -> bool:
    """Whether most cells are numbers under one of the two readings."""
    present = column[column != ""]
    as_point, _ = parse_numbers(present, ".")
    as_comma, _ = parse_numbers(present, ",")
    share = np.mean(~np.isnan(as_point) | ~np.isnan(as_comma))
    return bool(share >= 0.5)
