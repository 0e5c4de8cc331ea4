"""Where a cell of a table stands in the user's own files, as a spreadsheet would number it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class FilePlaces:
    """Where the cells of a table stand in one of the files it was made of.

    Attributes:
        name: Name of the file.
        rows: (n,) row of each sample in the file, from 1; 0 where the file lacks the sample. Of a
            table that lies on its side, its column, from 1.
        columns: (p,) column of each column of the table in the file, from 0; -1 where the file
            lacks it. Of a table that lies on its side, its row, from 1, and 0 for the names in
            the header.
        first_column: As in `deepbench.data.raw_table.CellLocator`.
        turned: Whether the table lies on its side in the file.
    """

    name: str
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    first_column: int | None = None
    turned: bool = False

    def has(self, row: int, column: int) -> bool:
        """Whether the cell stands in this file."""
        return bool(self.rows[row] > 0 and self.columns[column] >= 0)

    def reference(self, row: int, column: int) -> str:
        """Return where the cell stands in this file."""
        own, other = int(self.rows[row]), int(self.columns[column])
        if not self.turned:
            return cell_reference(own, self.first_column, other)
        if self.first_column is not None:
            letters = _column_letters(self.first_column + own - 1)
            return f"cell {letters}{other}" if other else f"column {letters}"
        return f"row {other}, column {own}" if other else f"column {own}"

    def row_name(self, row: int) -> str:
        """Return ``row 17``, or ``column 17`` where samples are the columns of the file."""
        return f"{'column' if self.turned else 'row'} {self.rows[row]}"


def cell_reference(row: int, first_column: int | None, column: int) -> str:
    """Return ``row 17``, or ``cell C17`` in a workbook.

    Args:
        row: Row of the file, from 1.
        first_column: As in `deepbench.data.raw_table.CellLocator`.
        column: Column of the table, from 0.
    """
    if first_column is None:
        return f"row {row}"
    return f"cell {_column_letters(first_column + column)}{row}"


def _column_letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
