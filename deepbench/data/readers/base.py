"""What every reader of a table does, whatever the file looks like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.raw_table import RawTable
from deepbench.data.text_cells import CellRows
from deepbench.plan import Data
from deepbench.study.records import Conversion


@dataclass
class Grid:
    """Rows of text cells as they stand in a file, not yet a table.

    Attributes:
        source_name: Name of the file.
        rows: Cells of each row; rows may differ in length.
        row_numbers: (rows,) number of each row as the user sees it, from 1.
        format: Name of the format, as in `ImportRecord`.
        first_column: As in `CellLocator`.
        sheet: Name of the sheet of a workbook.
        encoding: Encoding of a text file.
        delimiter: Column separator of a text file.
        decimal: Decimal mark, where the reader already knows it.
        names: Column names, where the format stores them apart from the cells.
        conversions: What was changed on the way.
        reasons: Why something was guessed, by key of [data].
        remarks: Lines above the table.
        sheet_columns: Columns that describe the samples, where the format tells them apart.
    """

    source_name: str
    rows: CellRows
    row_numbers: NDArray[np.int64]
    format: str
    first_column: int | None = None
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: Literal[".", ","] | None = None
    names: list[str] | None = None
    conversions: list[Conversion] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    sheet_columns: tuple[str, ...] = ()

    def keep(self, places: NDArray[np.int64]) -> None:
        """Keep only the given rows, in the given order."""
        self.rows = self.rows.take(places)
        self.row_numbers = self.row_numbers[places]


class Reader(ABC):
    """Reads one family of file formats. Adding a format is adding a file with one of these."""

    name: ClassVar[str]

    @abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes of a file are of this format."""

    @abstractmethod
    def read(self, path: Path, options: Data) -> RawTable:
        """Read a file of this format, all cells as text.

        Raises:
            DataError: the file is damaged or is no table.
        """
