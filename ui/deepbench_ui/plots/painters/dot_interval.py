"""Draws rows with a value, an interval and single points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from deepbench_ui.plots.colours import see_through
from deepbench_ui.plots.figures.base import aligned, finite
from deepbench_ui.plots.figures.dot_interval import DotIntervalFigure, DotRow
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter, padded
from deepbench_ui.plots.plot import symbol_path

_POINTS_BELOW = 0.24
_ROW_LINES = 1.9
_LEAST_LINES = 9.0
# Above this rows move together instead of the plot growing.
_MOST_ROWS = 60


class DotIntervalPainter(Painter[DotIntervalFigure]):
    """One row per mark; the row's whole width is its area."""

    def paint(self) -> None:
        """Draw the rows, the first on top."""
        rows, plot = self.figure.rows, self.plot
        head = 0.7 if self.figure.reference is not None and self.figure.reference.label else 0.0
        plot.box.invertY(True)
        plot.titles(self.figure.value_title, "")
        plot.grid("bottom")
        low, high = padded(self._values())
        plot.set_range(low, high, -0.6 - head, max(0.6, len(rows) - 0.4))
        plot.names("left", [row.label for row in rows])
        plot.names("right", aligned(row.value for row in rows))
        if self.figure.reference is not None:
            self.reference(self.figure.reference, -0.6 - head / 2)
        for index, row in enumerate(rows):
            self._paint_row(index, row)
        self.xs = np.array([low if row.value is None else row.value for row in rows])
        self.ys = np.arange(len(rows), dtype=np.float64)
        plot.entries(self._key())

    def _values(self) -> list[float]:
        values: list[float | None] = []
        for row in self.figure.rows:
            values += [row.value, row.low, row.high, row.twin, *row.points]
        if self.figure.reference is not None:
            values.append(self.figure.reference.value)
        return finite(values)

    def _paint_row(self, index: int, row: DotRow) -> None:
        plot = self.plot
        colour = plot.colours.use(row.use)
        y = float(index)
        if row.highlighted:
            left, right, _bottom, _top = plot.full
            band = QRectF(left, y - 0.46, right - left, 0.92)
            plot.box_item(band, see_through(plot.colours.use("chosen"), 0.16), z=-5.0)
        if row.low is not None and row.high is not None:
            plot.line(np.array([row.low, row.high]), np.array([y, y]), self.plot.pen(colour, 3.0))
        points = finite(row.points)
        if points:
            below = np.full(len(points), y + _POINTS_BELOW)
            plot.points(np.array(points), below, size=5, brush=see_through(colour, 0.55))
        if row.twin is not None:
            plot.points(
                np.array([row.twin]),
                np.array([y]),
                size=10,
                brush=plot.colours.background,
                pen=self.plot.pen(plot.colours.use("shuffled"), 2.0),
                symbol="d",
            )
        if row.value is not None:
            edge = self.plot.pen(plot.colours.background, 1.0)
            plot.points(np.array([row.value]), np.array([y]), size=11, brush=colour, pen=edge)

    def _key(self) -> list[KeyEntry]:
        figure, colours = self.figure, self.plot.colours
        entries = [
            KeyEntry(words, colours.use(use), symbol_path("o")) for use, words in figure.use_titles
        ]
        if figure.interval_title and any(row.low is not None for row in figure.rows):
            entries.append(KeyEntry(figure.interval_title, colours.muted, "line"))
        if figure.points_title and any(row.points for row in figure.rows):
            small = symbol_path("o")
            entries.append(KeyEntry(figure.points_title, see_through(colours.muted, 0.6), small))
        if figure.twin_title and any(row.twin is not None for row in figure.rows):
            grey, diamond = colours.use("shuffled"), symbol_path("d")
            entries.append(KeyEntry(figure.twin_title, grey, diamond, hollow=True))
        return entries

    def says(self, mark: int) -> str:
        """Return the row in words."""
        return self.figure.says(mark)

    def targets(self, mark: int) -> tuple[tuple[str, str], ...]:
        """A row selects what it is."""
        row = self.figure.rows[mark]
        return ((self.figure.selects, row.name or row.label),) if self.figure.selects else ()

    def area(self, mark: int) -> QRectF:
        """The whole row."""
        left, right, _bottom, _top = self.plot.full
        return QRectF(left, mark - 0.46, right - left, 0.92)

    def places(self, kind: str, name: str) -> list[QPointF | QRectF]:
        """The whole row of what is selected."""
        return [self.area(mark) for mark in self.order if (kind, name) in self.targets(mark)]

    def hit(self, place: QPointF) -> int | None:
        """Return the row at a height."""
        row = round(place.y())
        return row if 0 <= row < len(self.figure.rows) else None

    def height(self) -> float:
        """As many lines as rows need, with axis and key."""
        rows = min(len(self.figure.rows), _MOST_ROWS)
        lines = max(_LEAST_LINES, rows * _ROW_LINES + 6.0)
        return lines * self.plot.metrics.height()
