"""A table as it stands in the file: text cells, and where each of them was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.text_cells import TextCells, Texts
from deepbench.study.records import Conversion, MatchingRecord


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
    """How the file was read; the fields of the same names in `ImportRecord`.

    ``turned`` says that rows and columns were exchanged after reading.
    """

    format: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: Literal[".", ","] = "."
    header: bool = True
    reasons: Mapping[str, str] = field(default_factory=dict)
    turned: bool = False


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
        units: Units of measurement by column, from a row of units or from the names.
        remarks: Lines above the table, as they stand there.
        sheet_columns: Columns that describe the samples and are no measurements, where the files
            tell them apart (a sample sheet, annotations of an H5AD or series matrix file).
        matching: How the samples were matched with a sample sheet.
        samples_in_columns: Whether the format itself says that samples are the columns (GCT,
            series matrix); such a table is turned before anything else looks at it.
        own_sheet: What the same file says of each sample, one row per sample, names in the first
            column; None if it says nothing.
    """

    source_name: str
    columns: tuple[str, ...]
    cells: TextCells
    how: HowRead
    conversions: tuple[Conversion, ...]
    locator: CellLocator
    units: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    sheet_columns: tuple[str, ...] = ()
    matching: MatchingRecord | None = None
    samples_in_columns: bool = False
    own_sheet: RawTable | None = None

    @property
    def rows(self) -> int:
        """Number of rows of data."""
        return self.cells.rows

    def column(self, name: str) -> Texts:
        """Return (n,) the texts of a column."""
        return self.cells.column(self.columns.index(name))

    def frame(self) -> pd.DataFrame:
        """Return all cells as Python texts; for small tables."""
        return self.cells.to_frame(self.columns)

    def cell_reference(self, row: int, column: str) -> str:
        """Return where a cell stands in the file, for a sentence."""
        return self.locator.reference(row, self.columns.index(column))
