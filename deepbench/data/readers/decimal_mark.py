"""Which mark the numbers of a table have before their decimals; asked where nothing tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepbench.data.number_text import Decimal, detect_decimal, parse_numbers
from deepbench.data.raw_table import CellLocator
from deepbench.data.readers.base import Grid
from deepbench.data.text_cells import TextCells, Texts, buffers
from deepbench.data.wording import shorten
from deepbench.errors import Choice, DataQuestion
from deepbench.plan import Data

_COMMA = ord(",")
_CHUNK_CELLS = 2_000_000
_PLENTY = 1000
_HALF = 0.5
_EXAMPLE = r"^[+-]?(\d*,(\d{1,2}|\d{4,})|0?,\d+)$"
_NO_COMMA = "No number has a comma."
_POINTS = "Points stand before decimals, and commas only between thousands or in texts."


def choose_decimal(
    cells: TextCells, names: Sequence[str], locator: CellLocator, options: Data, grid: Grid
) -> tuple[Decimal, str]:
    """Return the decimal mark, of the plan, the format or the cells, and why it was taken.

    Raises:
        DataQuestion: cells like ``1,234`` could be read both ways and nothing tells which.
    """
    if options.decimal != "auto":
        return options.decimal, ""
    if grid.decimal is not None:
        return grid.decimal, ""
    flat = cells.row_by_row()
    if not _has_comma(flat):
        return ".", _NO_COMMA
    with_comma = np.flatnonzero(pc.match_substring(flat, ",").to_numpy(zero_copy_only=False))
    decimal, either = _detect(flat, with_comma)
    if decimal is not None:
        return decimal, _because(flat, with_comma) if decimal == "," else _POINTS
    for place in either:
        row, column = divmod(int(place), cells.shape[1])
        if _is_numeric(cells.column(column)):
            raise _ask(cells.cell(row, column), row, column, names, locator, grid)
    return ".", _POINTS


def _has_comma(flat: Any) -> bool:
    offsets, content = buffers(flat)
    used = content[offsets[0] : offsets[-1]] if len(offsets) else content[:0]
    step = 1 << 24
    return any((used[at : at + step] == _COMMA).any() for at in range(0, len(used), step))


def _detect(flat: Any, with_comma: Any) -> tuple[Decimal | None, Any]:
    """Tell the mark from all cells; from the first millions where those leave no doubt."""
    if len(with_comma) > _CHUNK_CELLS:
        first = flat.take(pa.array(with_comma[:_CHUNK_CELLS]))
        sure = pc.match_substring_regex(first, _EXAMPLE)
        points = pc.match_substring_regex(flat.slice(0, _CHUNK_CELLS), r"^[+-]?\d*\.\d+$")
        if pc.sum(sure).as_py() >= _PLENTY and not pc.any(points).as_py():
            return ",", np.zeros(0, dtype=np.int64)
    return detect_decimal(flat)


def _because(flat: Any, with_comma: Any) -> str:
    texts = flat.take(pa.array(with_comma[:_CHUNK_CELLS]))
    found = texts.filter(pc.match_substring_regex(texts, _EXAMPLE))
    if not len(found):
        return "More numbers have a comma before their decimals than a point."
    return f"The comma in numbers such as {found[0].as_py()[:20]} cannot separate thousands."


def _ask(
    cell: str, row: int, column: int, names: Sequence[str], locator: CellLocator, grid: Grid
) -> DataQuestion:
    return DataQuestion(
        f"{grid.source_name}, {locator.reference(row, column)}, column "
        f"'{shorten(names[column])}': {cell} can be read as a decimal fraction or as thousands.",
        "data.decimal",
        (
            Choice(",", "Comma before Decimals", f"{cell} is {cell.replace(',', '.')}"),
            Choice(".", "Comma between Thousands", f"{cell} is {cell.replace(',', '')}"),
        ),
    )


def _is_numeric(column: Texts) -> bool:
    """Whether most cells are numbers under one of the two readings."""
    present = column[column != ""]
    as_point, _ = parse_numbers(present, ".")
    as_comma, _ = parse_numbers(present, ",")
    share = np.mean(~np.isnan(as_point) | ~np.isnan(as_comma))
    return bool(share >= _HALF)
