"""A table of results for other programs: plain values under short names, nothing written out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepbench.reporting.wording import visible
from deepbench.study.records import Score

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class DataTable:
    """One table, shared by its CSV file and its sheet of the workbook.

    Attributes:
        name: Short name: of the file, and of the sheet.
        title: What it shows.
        header: Names of the columns.
        rows: Values; None where there is none.
        note: What a reader has to know; may be empty.
    """

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def data_table(
    name: str,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    note: str = "",
) -> DataTable | None:
    """Make a table, or nothing where it would be empty."""
    made = tuple(tuple(map(_plain, row)) for row in rows)
    return DataTable(name, title, tuple(header), made, note) if made else None


def ends(value: Score | Mapping[str, Any] | None) -> tuple[float | None, ...]:
    """Return a score and the ends of its interval, as three cells."""
    if value is None:
        return (None, None, None)
    if isinstance(value, Score):
        return (value.value, value.low, value.high)
    return (value["value"], value["low"], value["high"])


def _plain(cell: Cell) -> Cell:
    """Return a value that CSV and a workbook can hold alike."""
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return visible(cell) if isinstance(cell, str) else cell
