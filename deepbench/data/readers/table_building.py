"""From rows of cells to a `RawTable`: header, ragged rows, spaces, decimal mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from deepbench.data.number_text import Decimal, Texts, as_arrow, detect_decimal, parse_numbers
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.base import Grid
from deepbench.data.readers.header import clean_names, has_header
from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_LARGEST_BLOCK = 4_000_000  # cells handled at once, so that copies of wide tables stay small


def build_table(grid: Grid, options: Data) -> RawTable:
    """Turn the rows of a file into a table of text cells. Empties the grid's rows.

    Raises:
        DataError: empty file, header only, ragged rows, two names alike, or numbers whose
            decimal mark cannot be told.
    """
    _drop_blank_rows(grid)
    if not grid.rows and grid.names is None:
        raise DataError(f"{grid.source_name} is empty.", "Name a file that holds a table.")
    header = _take_header(grid, options)
    _drop_unnamed_blank_columns(grid, header)
    names, conversions = clean_names(header, grid.source_name) if header else ([], [])
    if not grid.rows:
        raise DataError(
            f"{grid.source_name} has column names but no rows of data.",
            "Name a file with one row per sample.",
        )
    _require_rectangular(grid, len(names) or _usual_width(grid), bool(names))
    if not names:
        names = [f"column {number + 1}" for number in range(len(grid.rows[0]))]
    cells = np.array(grid.rows, dtype=object).reshape(len(grid.row_numbers), len(names))
    grid.rows = []
    locator = CellLocator(np.array(grid.row_numbers, dtype=np.int64), grid.first_column)
    conversions = [*grid.conversions, *conversions, *tidy_cells(cells)]
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
    )
    frame = pd.DataFrame(cells, columns=names, dtype=object, copy=False)
    return RawTable(grid.source_name, tuple(names), frame, how, tuple(conversions), locator)


def _drop_blank_rows(grid: Grid) -> None:
    kept = [number for number, row in enumerate(grid.rows) if any(c and c.strip() for c in row)]
    blank = len(grid.rows) - len(kept)
    if blank:
        grid.rows = [grid.rows[number] for number in kept]
        grid.row_numbers = [grid.row_numbers[number] for number in kept]
        grid.conversions.append(
            Conversion(column="(rows)", what="blank rows skipped", count=blank)
        )


def _usual_width(grid: Grid) -> int:
    return Counter(map(len, grid.rows)).most_common(1)[0][0]


def _take_header(grid: Grid, options: Data) -> list[str] | None:
    """Remove the header from the rows and return it; None if there is none."""
    if grid.names is not None:
        return grid.names
    if options.header == "no":
        return None
    first = grid.rows[0]
    if len(grid.rows) > 1:
        width = Counter(map(len, grid.rows[1:])).most_common(1)[0][0]
        if len(first) < width:
            first = _require_trailing_blanks(grid, len(first), width)
        elif len(first) > width:
            raise _header_mismatch(grid, len(first), width)
        elif options.header == "auto" and not has_header(
            [row for row in grid.rows[:500] if len(row) == width]
        ):
            return None
    grid.rows = grid.rows[1:]
    grid.row_numbers = grid.row_numbers[1:]
    return first


def _require_trailing_blanks(grid: Grid, names: int, width: int) -> list[str]:
    """Accept rows that are longer than the header only by cells that are empty in all rows."""
    first = grid.rows[0]
    if any(cell.strip() for row in grid.rows[1:] for cell in row[names:]):
        raise _header_mismatch(grid, names, width)
    grid.rows = [first, *(row[:names] for row in grid.rows[1:])]
    grid.conversions.append(
        Conversion(
            column="(columns)",
            what="empty cells behind the last column skipped",
            count=width - names,
        )
    )
    return first


def _drop_unnamed_blank_columns(grid: Grid, header: list[str] | None) -> None:
    """Drop columns at the right end that have neither a name nor a value (spreadsheets)."""
    if not header or not grid.rows or any(len(row) != len(header) for row in grid.rows):
        return
    width = len(header)
    while width > 1 and not header[width - 1].strip():
        if any(row[width - 1].strip() for row in grid.rows):
            break
        width -= 1
    surplus = len(header) - width
    if surplus:
        del header[width:]
        grid.rows = [row[:width] for row in grid.rows]
        grid.conversions.append(
            Conversion(
                column="(columns)", what="empty columns without a name skipped", count=surplus
            )
        )


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
    for row, number in zip(grid.rows, grid.row_numbers, strict=True):
        if len(row) != width:
            reference = "the header" if header else "the other rows"
            verb = "has" if header else "have"
            separator = " (an unquoted separator inside a text?)" if len(row) > width else ""
            raise DataError(
                f"{grid.source_name}, row {number}: the row has {counted(len(row), 'cell')}, "
                f"{reference} {verb} {width:,}.",
                f"Correct that row{separator}, or name the right delimiter under [data] in the "
                "plan.",
            )


def tidy_cells(cells: Texts) -> list[Conversion]:
    """Remove spaces around cells and compose accents, in place; return what was changed."""
    trimmed = composed = 0
    rows = max(1, _LARGEST_BLOCK // max(1, cells.shape[1]))
    for start in range(0, len(cells), rows):
        block = cells[start : start + rows]  # whole rows: a view of contiguous memory
        flat = block.reshape(-1)
        arrow = as_arrow(flat)
        stripped = pc.utf8_trim_whitespace(arrow)
        trimmed += _replace_where_different(flat, arrow, stripped)
        ascii_only = pc.string_is_ascii(stripped).to_numpy(zero_copy_only=False)
        places = np.flatnonzero(~ascii_only)
        if len(places):
            foreign = stripped.take(pa.array(places))
            normal = pc.utf8_normalize(foreign, form="NFC")
            part = flat[places]
            composed += _replace_where_different(part, foreign, normal)
            flat[places] = part
    changes = (("spaces around cells removed", trimmed), ("accents composed (NFC)", composed))
    return [Conversion(column="(cells)", what=what, count=n) for what, n in changes if n]


def _replace_where_different(flat: Texts, before: pa.Array, after: pa.Array) -> int:
    places = np.flatnonzero(pc.not_equal(before, after).to_numpy(zero_copy_only=False))
    if len(places):
        flat[places] = np.array(after.take(pa.array(places)).to_pylist(), dtype=object)
    return len(places)


def choose_decimal(
    cells: Texts, names: Sequence[str], locator: CellLocator, options: Data, grid: Grid
) -> Decimal:
    """Return the decimal mark: the plan's, the format's, or the one the cells show.

    Raises:
        DataError: cells like ``1,234`` could be read both ways and nothing tells which.
    """
    if options.decimal != "auto":
        return options.decimal
    if grid.decimal is not None:
        return grid.decimal
    flat = cells.reshape(-1)
    with_comma = flat[pc.match_substring(as_arrow(flat), ",").to_numpy(zero_copy_only=False)]
    if not len(with_comma):
        return "."
    decimal, either = detect_decimal(flat)
    if decimal is not None:
        return decimal
    for place in either:
        row, column = divmod(int(place), cells.shape[1])
        if _is_numeric(cells[:, column]):
            raise DataError(
                f"{grid.source_name}, {locator.reference(row, column)}, column "
                f"'{shorten(names[column])}': {cells[row, column]} can be read as a decimal "
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
