"""A matrix of cells: confusion matrix, missing values, cross table."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from deepbench_ui.plots.figures.base import (
    THINNED,
    Figure,
    Table,
    count,
    number,
    same_length,
    thin,
    value_range,
)

#: More rows or columns than this are thinner than a line of the screen.
MOST_LINES: Final = 500


@dataclass(frozen=True, kw_only=True)
class HeatmapFigure(Figure):
    """Cells with a colour each, the first row on top.

    `per_sample` has no default here: a row may be a class or a sample.

    Attributes:
        matrix: Rows of values; None where there is none.
        per_sample: Whether single samples can be read from it.
        row_labels: Names of the rows; empty for none.
        column_labels: Names of the columns; empty for none.
        x_title: What the columns are.
        y_title: What the rows are.
        value_title: What the cells are.
        texts: Text of each cell, row by row; empty for none.
        codes: For cells that are codes, not amounts: (code, what it means, colour by use).
        centred: Whether colours run both ways from zero.
        row_kind: Kind of thing that a row is, for the selection; "" if none.
        column_kind: Kind of thing that a column is.
    """

    matrix: tuple[tuple[float | None, ...], ...]
    per_sample: bool
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    x_title: str = ""
    y_title: str = ""
    value_title: str = ""
    texts: tuple[tuple[str, ...], ...] = ()
    codes: tuple[tuple[int, str, str], ...] = ()
    centred: bool = False
    row_kind: str = ""
    column_kind: str = ""

    def __post_init__(self) -> None:
        same_length(**{f"row {index}": row for index, row in enumerate(self.matrix)})
        if self.row_labels:
            same_length(rows=self.matrix, row_labels=self.row_labels)
        if self.column_labels and self.matrix:
            same_length(columns=self.matrix[0], column_labels=self.column_labels)
        if self.texts:
            same_length(rows=self.matrix, texts=self.texts)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        return len(self.matrix), len(self.matrix[0]) if self.matrix else 0

    def drawn_rows(self) -> list[int]:
        """Return the rows that are drawn."""
        return thin(self.shape[0], MOST_LINES)

    def drawn_columns(self) -> list[int]:
        """Return the columns that are drawn."""
        return thin(self.shape[1], MOST_LINES)

    @property
    def note(self) -> str:
        """Says so when rows or columns are left out."""
        rows, columns = self.shape
        parts = [
            THINNED.format(shown=MOST_LINES, all=many, things=things)
            for many, things in ((rows, "rows"), (columns, "columns"))
            if many > MOST_LINES
        ]
        return " ".join(parts)

    def row_name(self, row: int) -> str:
        """Return what a row is called."""
        return self.row_labels[row] if self.row_labels else f"row {row + 1}"

    def column_name(self, column: int) -> str:
        """Return what a column is called."""
        return self.column_labels[column] if self.column_labels else f"column {column + 1}"

    def meaning(self, value: float | None) -> str:
        """Return a cell in words: what its code means, or its number."""
        for code, words, _use in self.codes:
            if value == code:
                return words
        return number(value)

    def table(self) -> Table:
        """The matrix with its names; codes in words."""
        header = [self.y_title or "row"]
        header += [self.column_name(column) for column in range(self.shape[1])]
        lines: list[list[object]] = []
        for index, row in enumerate(self.matrix):
            cells: list[object] = list(row)
            if self.codes:
                cells = [self.meaning(value) if value is not None else None for value in row]
            lines.append([self.row_name(index), *cells])
        return header, lines

    def texts_drawn(self) -> Iterable[str]:
        """What stands in the cells."""
        return itertools.chain.from_iterable(self.texts)

    def summary(self) -> str:
        """Size, and the range of the cells or how many there are of each code."""
        rows, columns = self.shape
        said = f"Table of {count(rows, 'row')} and {count(columns, 'column')}"
        cells = [value for row in self.matrix for value in row]
        if self.codes:
            sizes = [f"{words} {cells.count(code):,}" for code, words, _use in self.codes]
            return f"{said}: {', '.join(sizes)}."
        if rows * columns <= 16 and self.texts:
            words = [self.says(row, column) for row in range(rows) for column in range(columns)]
            return f"{said}: {'; '.join(words)}."
        return f"{said}: {self.value_title or 'values'} {value_range(cells)}."

    def says(self, row: int, column: int) -> str:
        """Return a cell in words."""
        where = (
            f"{self.y_title} {self.row_name(row)}".strip(),
            f"{self.x_title} {self.column_name(column)}".strip(),
        )
        value = self.matrix[row][column]
        what = self.texts[row][column] if self.texts else self.meaning(value)
        return f"{where[0]}, {where[1]}: {what.replace(chr(10), ', ')}"
