"""Draws a matrix of cells."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from deepbench_ui.plots.colours import blend, readable_on
from deepbench_ui.plots.figures.base import finite, is_number, number
from deepbench_ui.plots.figures.heatmap import HeatmapFigure
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter, gradient_entry
from deepbench_ui.plots.plot import pg

#: Up to here cells are rectangles, sharp at any size of a file; above, one image.
_MOST_RECTANGLES: Final = 2500
_MOST_TEXTS: Final = 400
_TEXT_LINES: Final = 3.0
_ROW_LINES: Final = 1.7


class HeatmapPainter(Painter[HeatmapFigure]):
    """One mark per drawn cell, row after row."""

    def paint(self) -> None:
        """Draw the cells, their texts and the key."""
        figure, plot = self.figure, self.plot
        self._rows, self._columns = figure.drawn_rows(), figure.drawn_columns()
        high, wide = len(self._rows), len(self._columns)
        self.stride = max(1, wide)
        plot.box.invertY(True)
        plot.titles(figure.x_title, figure.y_title)
        plot.set_range(-0.5, max(1, wide) - 0.5, -0.5, max(1, high) - 0.5)
        self._name_lines()
        known = finite(
            figure.matrix[row][column] for row in self._rows for column in self._columns
        )
        self._low, self._high = (min(known), max(known)) if known else (0.0, 1.0)
        if figure.centred:
            self._high = max(abs(self._low), abs(self._high)) or 1.0
            self._low = -self._high
        if high * wide <= _MOST_RECTANGLES:
            self._paint_rectangles()
        else:
            self._paint_image()
        marks = np.arange(high * wide)
        self.xs = (marks % self.stride).astype(float)
        self.ys = (marks // self.stride).astype(float)
        plot.entries(self._key())

    def _name_lines(self) -> None:
        figure, plot = self.figure, self.plot
        if figure.row_labels:
            plot.names("left", [figure.row_labels[row] for row in self._rows], most=24)
        else:
            plot.bare("left")
        if figure.column_labels:
            plot.names("bottom", [figure.column_labels[c] for c in self._columns], most=16)
        else:
            plot.bare("bottom")

    def _colour(self, value: float | None) -> QColor:
        colours = self.plot.colours
        for code, _words, use in self.figure.codes:
            if value == code:
                return colours.use(use)
        if value is None or not is_number(value):
            return colours.use("missing")
        stops = colours.diverging if self.figure.centred else colours.shades
        span = (self._high - self._low) or 1.0
        return blend(stops, (value - self._low) / span)

    def _paint_rectangles(self) -> None:
        figure, plot = self.figure, self.plot
        many = len(self._rows) * len(self._columns)
        gap = self.plot.pen(plot.colours.background, 1.5) if many <= _MOST_TEXTS else None
        for y, row in enumerate(self._rows):
            for x, column in enumerate(self._columns):
                colour = self._colour(figure.matrix[row][column])
                plot.box_item(QRectF(x - 0.5, y - 0.5, 1.0, 1.0), colour, gap)
                if figure.texts and many <= _MOST_TEXTS:
                    plot.text(x, y, figure.texts[row][column], readable_on(colour))

    def _paint_image(self) -> None:
        shades: dict[float | None, tuple[int, int, int]] = {}
        image = np.empty((len(self._rows), len(self._columns), 3), dtype=np.uint8)
        for y, row in enumerate(self._rows):
            line = self.figure.matrix[row]
            for x, column in enumerate(self._columns):
                value = line[column]
                if value not in shades:
                    colour = self._colour(value)
                    shades[value] = (colour.red(), colour.green(), colour.blue())
                image[y, x] = shades[value]
        item = self.plot.add(pg.ImageItem(image, axisOrder="row-major", levels=(0, 255)))
        item.setRect(QRectF(-0.5, -0.5, len(self._columns), len(self._rows)))

    def _key(self) -> list[KeyEntry]:
        figure, plot = self.figure, self.plot
        if figure.codes:
            return [KeyEntry(words, plot.colours.use(use)) for _code, words, use in figure.codes]
        entries: list[KeyEntry] = []
        if figure.value_title:
            stops = plot.colours.diverging if figure.centred else plot.colours.shades
            low, high = number(self._low), number(self._high)
            entries.append(gradient_entry(plot, figure.value_title, low, high, stops))
        if any(value is None for row in figure.matrix for value in row):
            entries.append(KeyEntry("missing", plot.colours.use("missing")))
        return entries

    def cell(self, mark: int) -> tuple[int, int]:
        """Return row and column in the figure's matrix."""
        row, column = divmod(mark, self.stride)
        return self._rows[row], self._columns[column]

    def says(self, mark: int) -> str:
        """Return a cell in words."""
        return self.figure.says(*self.cell(mark))

    def targets(self, mark: int) -> tuple[tuple[str, str], ...]:
        """A cell selects what its row and its column are."""
        row, column = self.cell(mark)
        found = []
        if self.figure.row_kind:
            found.append((self.figure.row_kind, self.figure.row_name(row)))
        if self.figure.column_kind:
            found.append((self.figure.column_kind, self.figure.column_name(column)))
        return tuple(found)

    def area(self, mark: int) -> QRectF:
        """The cell."""
        row, column = divmod(mark, self.stride)
        return QRectF(column - 0.5, row - 0.5, 1.0, 1.0)

    def places(self, kind: str, name: str) -> list[QPointF | QRectF]:
        """The whole row or column of what is selected."""
        figure = self.figure
        found: list[QPointF | QRectF] = []
        if kind == figure.row_kind:
            found += [
                QRectF(-0.5, y - 0.5, len(self._columns), 1.0)
                for y, row in enumerate(self._rows)
                if figure.row_name(row) == name
            ]
        if kind == figure.column_kind:
            found += [
                QRectF(x - 0.5, -0.5, 1.0, len(self._rows))
                for x, column in enumerate(self._columns)
                if figure.column_name(column) == name
            ]
        return found

    def hit(self, place: QPointF) -> int | None:
        """Return the cell at a place."""
        row, column = round(place.y()), round(place.x())
        if 0 <= row < len(self._rows) and 0 <= column < len(self._columns):
            return row * self.stride + column
        return None

    def height(self) -> float:
        """Room for the texts of a small matrix; the usual height for a large one."""
        rows = self.figure.shape[0]
        each = _TEXT_LINES if self.figure.texts else _ROW_LINES
        lines = rows * each + 7.0 if rows <= 12 else 22.0
        return max(13.0, lines) * self.plot.metrics.height()
