"""A table as it stands in the file: text cells, and where each of them was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.study.records import Conversion


@dataclass(frozen=True)
class CellLocator:
    """Finds a cell in the user's own file.

    Attributes:
        rows: (n,) row number of each data row as the user sees it, from 1. In a text file that
            is the line (a header is line 1), as any spreadsheet shows it.
        first_column: Number of the table's first column in its sheet, from 0; None for files
            that are no workbook.
    """

    rows: NDArray[np.int64]
    first_column: int | None = None

    def reference(self, row: int, column: int) -> str:
        """Return ``row 17``, or ``cell C17`` in a workbook.

        Args:
            row: Number of the data row, from 0.
            column: Number of the column, from 0.
        """
        number = int(self.rows[row])
        if self.first_column is None:
            return f"row {number}"
        return f"cell {_column_letters(self.first_column + column)}{number}"


def _column_letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True)
class HowRead:
    """How the file was read; the fields of the same names in `ImportRecord`."""

    format: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: Literal[".", ","] = "."
    header: bool = True


@dataclass(frozen=True)
class RawTable:
    """All cells as text.

    Attributes:
        source_name: Name of the file.
        columns: (p,) column names in file order; all different.
        cells: (n, p) text, spaces around it removed; an empty cell is ``""``.
        how: How the file was read.
        conversions: What was changed on the way, each with a count.
        locator: Where the cells stand in the file.
    """

    source_name: str
    columns: tuple[str, ...]
    cells: pd.DataFrame
    how: HowRead
    conversions: tuple[Conversion, ...]
    locator: CellLocator

    def cell_reference(self, row: int, column: str) -> str:
        """Return where a cell stands in the file, for a sentence."""
        return self.locator.reference(row, self.columns.index(column))
