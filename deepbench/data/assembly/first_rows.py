"""What the first rows of a table are, cell by cell: numbers, texts, or empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.cells.missing_codes import MISSING_CODES
from deepbench.data.number_text import parse_numbers
from deepbench.data.raw_table import RawTable

_ROWS = 200
_CODES = sorted(MISSING_CODES)


@dataclass(frozen=True)
class FirstRows:
    """The first rows of a table.

    Attributes:
        numbers: (k, p) whether a cell is a number.
        present: (k, p) whether a cell is neither empty nor a code for a missing value.
    """

    numbers: NDArray[np.bool_]
    present: NDArray[np.bool_]

    @classmethod
    def of(cls, raw: RawTable) -> FirstRows:
        """Look at the first rows of a table."""
        cells = raw.cells.take_rows(np.arange(min(_ROWS, raw.rows)))
        flat = cells.row_by_row()
        values, _ = parse_numbers(flat, raw.how.decimal)
        texts = flat.to_numpy(zero_copy_only=False)
        missing = np.isin(np.char.lower(texts.astype(np.str_)), _CODES)
        return cls(~np.isnan(values).reshape(cells.shape), ~missing.reshape(cells.shape))

    def number_shares(self) -> NDArray[np.float64]:
        """Return (p,) the share of numbers among the cells that hold something."""
        present = self.present.sum(axis=0)
        numbers = (self.numbers & self.present).sum(axis=0)
        shares: NDArray[np.float64] = numbers / np.maximum(present, 1)
        return shares

    def filled(self) -> NDArray[np.bool_]:
        """Return (p,) whether a column holds something."""
        return np.asarray(self.present.any(axis=0))
