"""One decimal mark for tables that are put together, where their files use different ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepbench.data.number_text import Decimal, parse_numbers
from deepbench.data.text_cells import TextCells


def with_decimal(cells: TextCells, written: Decimal, wanted: Decimal) -> tuple[TextCells, int]:
    """Write the numbers of a table with another decimal mark; other cells stay as they are.

    Args:
        cells: The table.
        written: The mark it is written with.
        wanted: The mark it shall be written with.

    Returns:
        The table, and how many cells were changed.
    """
    if written == wanted:
        return cells, 0
    flat = cells.row_by_row()
    values, _ = parse_numbers(flat, written)
    number = ~np.isnan(values)
    changed = _written(flat.filter(pa.array(number)), written, wanted)
    differs = int(pc.sum(pc.not_equal(flat.filter(pa.array(number)), changed)).as_py() or 0)
    flat = pc.replace_with_mask(flat, pa.array(number), changed)
    return TextCells.of_flat(flat, *cells.shape), differs


def _written(numbers: Any, written: Decimal, wanted: Decimal) -> Any:
    """Return numbers without marks between thousands, and with the other decimal mark."""
    plain = pc.replace_substring(numbers, wanted, "")
    return pc.replace_substring(plain, written, wanted)
