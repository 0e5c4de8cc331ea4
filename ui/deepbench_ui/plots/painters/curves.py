"""Draws lines with bands over common axes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainterPath, QPolygonF

from deepbench_ui.plots.colours import see_through
from deepbench_ui.plots.figures.base import finite, is_number, thin
from deepbench_ui.plots.figures.curves import Curve, CurvesFigure
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter, padded
from deepbench_ui.plots.plot import Range


class CurvesPainter(Painter[CurvesFigure]):
    """One mark per point that is drawn."""

    lines = 19.0

    def paint(self) -> None:
        """Draw lines to compare, then bands, then curves."""
        figure, plot = self.figure, self.plot
        self._colours = self._choose_colours()
        self._marks: list[tuple[int, int]] = []
        plot.titles(figure.x_title, figure.y_title)
        plot.grid("left", "bottom")
        plot.set_range(*self._range())
        self._paint_comparisons()
        for number, curve in enumerate(figure.curves):
            drawn = thin(len(curve.x), figure.limit)
            self._paint_curve(number, curve, drawn)
            self._marks += [(number, index) for index in drawn if is_number(curve.y[index])]
        self.xs = np.array([figure.curves[n].x[index] for n, index in self._marks], dtype=float)
        self.ys = np.array([figure.curves[n].y[index] for n, index in self._marks], dtype=float)
        plot.entries(self._key())

    def _choose_colours(self) -> list[QColor]:
        colours: dict[str, QColor] = {}
        for curve in self.figure.curves:
            if curve.use:
                colours[curve.label] = self.plot.colours.use(curve.use)
            elif curve.colour_of in colours:
                colours[curve.label] = colours[curve.colour_of]
            else:
                own = sum(1 for c in self.figure.curves if c.label in colours and not c.colour_of)
                colours[curve.label] = self.plot.colours.nth(own)
        return [colours[curve.label] for curve in self.figure.curves]

    def _range(self) -> Range:
        figure = self.figure
        xs = finite(value for curve in figure.curves for value in curve.x)
        ys = finite(
            value for curve in figure.curves for value in (*curve.y, *curve.low, *curve.high)
        )
        xs += [line.value for line in figure.verticals]
        if figure.horizontal is not None:
            ys.append(figure.horizontal.value)
        left, right = figure.x_range or padded(xs, 0.03)
        bottom, top = figure.y_range or padded(ys, 0.06)
        if figure.x_range is not None:
            left, right = padded([left, right], 0.015)
        if figure.y_range is not None:
            bottom, top = padded([bottom, top], 0.02)
        return left, right, bottom, top

    def _paint_comparisons(self) -> None:
        figure, plot = self.figure, self.plot
        muted = plot.colours.muted
        left, right, bottom, top = plot.full
        if figure.diagonal:
            ends = np.array([max(left, bottom), min(right, top)])
            plot.line(ends, ends, self.plot.pen(muted, 1.5, dashed=True), z=1.0)
        if figure.horizontal is not None:
            line = figure.horizontal
            plot.straight(
                line.value,
                self.plot.pen(plot.colours.use(line.use), 1.5, dashed=True),
                upright=False,
            )
        step = (top - bottom) * 0.075
        for index, line in enumerate(figure.verticals):
            self.reference(line, top - step * (index + 0.6))

    def _paint_curve(self, number: int, curve: Curve, drawn: list[int]) -> None:
        plot, colour = self.plot, self._colours[number]
        x = np.array([curve.x[index] for index in drawn], dtype=float)
        y = np.array([curve.y[index] for index in drawn], dtype=float)
        if curve.low:
            self._paint_band(curve, drawn, colour)
        plot.line(x, y, self.plot.pen(colour, 2.2, dashed=curve.dashed), z=6.0 + 0.01 * number)
        if curve.markers or len(drawn) == 1:
            known = np.isfinite(y)
            edge = self.plot.pen(plot.colours.background, 1.0)
            plot.points(x[known], y[known], size=8, brush=colour, pen=edge)

    def _paint_band(self, curve: Curve, drawn: list[int], colour: QColor) -> None:
        whole = [i for i in drawn if is_number(curve.low[i]) and is_number(curve.high[i])]
        over = [QPointF(curve.x[i], curve.high[i] or 0.0) for i in whole]
        under = [QPointF(curve.x[i], curve.low[i] or 0.0) for i in reversed(whole)]
        path = QPainterPath()
        path.addPolygon(QPolygonF([*over, *under]))
        path.closeSubpath()
        self.plot.path(path, see_through(colour, 0.2), z=0.5)

    def _key(self) -> list[KeyEntry]:
        figure, colours = self.figure, self.plot.colours
        entries = [
            KeyEntry(curve.label, colour, "dashes" if curve.dashed else "line")
            for curve, colour in zip(figure.curves, self._colours, strict=True)
        ]
        if figure.band_title and any(curve.low for curve in figure.curves):
            entries.append(KeyEntry(figure.band_title, see_through(colours.muted, 0.3), "band"))
        if figure.horizontal is not None and figure.horizontal.label:
            line = figure.horizontal
            entries.append(KeyEntry(line.label, colours.use(line.use), "dashes"))
        if figure.diagonal:
            entries.append(KeyEntry(figure.diagonal, colours.muted, "dashes"))
        return entries

    def says(self, mark: int) -> str:
        """Return a point in words."""
        return self.figure.says(*self._marks[mark])
