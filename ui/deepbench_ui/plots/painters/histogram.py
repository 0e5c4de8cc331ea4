"""Draws counts per bin with lines to compare."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from deepbench_ui.plots.colours import see_through
from deepbench_ui.plots.figures.base import number
from deepbench_ui.plots.figures.histogram import HistogramFigure
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter, padded


class HistogramPainter(Painter[HistogramFigure]):
    """One mark per bar, then one per line."""

    def paint(self) -> None:
        """Draw the bars of every series, then the lines."""
        figure, plot = self.figure, self.plot
        edges = figure.edges()
        counts = [figure.counts(series) for series in figure.series]
        highest = max((max(row, default=0) for row in counts), default=0)
        lines = len(figure.references)
        left, right = padded([*edges, *(line.value for line in figure.references)])
        plot.titles(figure.x_title, figure.y_title)
        plot.grid("left")
        step = max(1.0, highest * 0.09)
        top = max(1.0, highest * 1.05) + step * lines
        plot.set_range(left, right, 0.0, top)
        several = len(figure.series) > 1
        for series, row in zip(figure.series, counts, strict=True):
            colour = plot.colours.use(series.use)
            for index, many in enumerate(row):
                if many:
                    bar = QRectF(edges[index], 0.0, edges[index + 1] - edges[index], many)
                    plot.box_item(
                        bar,
                        see_through(colour, 0.6 if several else 0.85),
                        self.plot.pen(plot.colours.background, 1.0),
                    )
        for index, line in enumerate(figure.references):
            self.reference(line, top - step * (index + 0.5), dashed=not line.use)
        self._set_marks(edges, counts)
        if several:
            plot.entries(
                [
                    KeyEntry(s.label, see_through(plot.colours.use(s.use), 0.7))
                    for s in figure.series
                ]
            )

    def _set_marks(self, edges: list[float], counts: list[list[int]]) -> None:
        self._bins = [
            (series, index)
            for series, row in enumerate(counts)
            for index, many in enumerate(row)
            if many
        ]
        self._counts, self._edges = counts, edges
        lines = self.figure.references
        xs = [(edges[index] + edges[index + 1]) / 2 for _series, index in self._bins]
        ys = [counts[series][index] / 2 for series, index in self._bins]
        middle = self.plot.full[3] / 2
        self.xs = np.array([*xs, *(line.value for line in lines)])
        self.ys = np.array([*ys, *(middle for _line in lines)])

    def says(self, mark: int) -> str:
        """Return a bar or a line in words."""
        if mark >= len(self._bins):
            line = self.figure.references[mark - len(self._bins)]
            return f"{line.label or 'line'}: {number(line.value)}"
        series, index = self._bins[mark]
        low, high = number(self._edges[index]), number(self._edges[index + 1])
        many = self._counts[series][index]
        return f"{self.figure.series[series].label}: {many:,} from {low} to {high}"

    def area(self, mark: int) -> QRectF | None:
        """The bar; a line has none."""
        if mark >= len(self._bins):
            return None
        series, index = self._bins[mark]
        width = self._edges[index + 1] - self._edges[index]
        return QRectF(self._edges[index], 0.0, width, self._counts[series][index])

    def hit(self, place: QPointF) -> int | None:
        """Return the line beside a place, or the bar it is in."""
        wide, _high = self.plot.pixel()
        first = len(self._bins)
        for index, line in enumerate(self.figure.references):
            if abs(line.value - place.x()) <= 5 * wide:
                return first + index
        for mark in range(first):
            bar = self.area(mark)
            if bar is not None and bar.contains(place):
                return mark
        return None
