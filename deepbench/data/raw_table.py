"""A table as it stands in the file: text cells, and where each of them was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.cell_places import FilePlaces, cell_reference
from deepbench.data.text_cells import TextCells, Texts
from deepbench.study.records import Conversion, MatchingRecord


@dataclass(frozen=True, eq=False)
class CellLocator:
    """Finds a cell in the user's own file.

    Attributes:
        rows: (n,) row number of each data row as the user sees it, from 1. In a text file that
            is the line (a header is line 1), as any spreadsheet shows it. The number of the
            column where the table lies on its side in the file.
        first_column: Number of the table's first column in its sheet, from 0; None for files
            that are no workbook.
        files: The files the table was made of, where it is not one file as it stands.
    """

    rows: NDArray[np.int64]
    first_column: int | None = None
    files: tuple[FilePlaces, ...] = ()

    def reference(self, row: int, column: int) -> str:
        """Return ``row 17``, or ``cell C17`` in a workbook; of a turned table row and column.

        Args:
            row: Number of the data row, from 0.
            column: Number of the column, from 0.
        """
        if not self.files:
            return cell_reference(int(self.rows[row]), self.first_column, column)
        found = self._file(row, column)
        return found.reference(row, column) if found else f"sample {row + 1}"

    def file_name(self, row: int, column: int) -> str:
        """Return the name of the file in which a cell stands; empty if there is only one."""
        found = self._file(row, column)
        return found.name if found else ""

    def row_names(self) -> list[str]:
        """Return (n,) what each row is called by its place in the file."""
        if not self.files:
            return [f"row {number}" for number in self.rows]
        return [self._row_name(row) for row in range(len(self.rows))]

    def take_columns(self, columns: Sequence[int]) -> CellLocator:
        """Return the places of some columns, in the given order."""
        chosen = np.asarray(columns, dtype=np.int64)
        files = self.in_files("", int(chosen.max(initial=0)) + 1)
        return replace(
            self, files=tuple(replace(file, columns=file.columns[chosen]) for file in files)
        )

    def take_rows(self, rows: Sequence[int] | NDArray[np.int64]) -> CellLocator:
        """Return the places of some rows, in the given order."""
        chosen = np.asarray(rows, dtype=np.int64)
        files = tuple(replace(file, rows=file.rows[chosen]) for file in self.files)
        return replace(self, rows=self.rows[chosen], files=files)

    def in_files(self, name: str, width: int) -> tuple[FilePlaces, ...]:
        """Return the places file by file.

        Args:
            name: Name of the file where there is only one.
            width: Number of columns of the table.
        """
        if not self.files:
            return (FilePlaces(name, self.rows, np.arange(width), self.first_column),)
        return tuple(replace(file, name=file.name or name) for file in self.files)

    def _row_name(self, row: int) -> str:
        for number, file in enumerate(self.files):
            if file.rows[row] > 0:
                # Files but the first may have rows of the same numbers.
                return file.row_name(row) + (f" of {file.name}" if number else "")
        return f"sample {row + 1}"

    def _file(self, row: int, column: int) -> FilePlaces | None:
        return next((file for file in self.files if file.has(row, column)), None)


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
        sample_column: Column that names the samples, where the files tell it; else empty.
        aside: Columns that are no features unless a role says so (the file a sample came from, its
            name in another spelling).
        sequences: Columns of which the format says that they hold sequences.
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
    sample_column: str = ""
    aside: tuple[str, ...] = ()
    sequences: tuple[str, ...] = ()

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
