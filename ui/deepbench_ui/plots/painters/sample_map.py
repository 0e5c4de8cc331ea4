"""Draws which sample is in which set, fold by fold."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from deepbench_ui.plots.colours import see_through
from deepbench_ui.plots.figures.sample_map import SET_TITLES, SETS, SampleMapFigure
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter

_HALF = 0.42
_ROW_LINES = 1.7


class SampleMapPainter(Painter[SampleMapFigure]):
    """One mark per sample, from left to right; a sample is a column through all folds."""

    def paint(self) -> None:
        """Draw a row per fold, and one that shows where units begin and end."""
        figure, plot = self.figure, self.plot
        self._order = figure.ordered()
        many, folds = len(self._order), len(figure.folds)
        self._high = folds + (1 if figure.units else 0)
        plot.box.invertY(True)
        plot.titles(
            f"{many:,} samples, those of a {figure.unit_title} side by side"
            if figure.units
            else f"{many:,} samples",
            "",
        )
        plot.set_range(-0.5, max(1, many) - 0.5, -0.55, max(1, self._high) - 0.45)
        plot.bare("bottom")
        names = [fold.label for fold in figure.folds]
        plot.names("left", [*names, figure.unit_title] if figure.units else names)
        for name in SETS:
            path = QPainterPath()
            for y, fold in enumerate(figure.folds):
                self._add_runs(path, y, [fold.sets[index] == name for index in self._order])
            plot.path(path, plot.colours.use(name))
        if figure.units:
            self._paint_units(folds)
        self.xs = np.arange(many, dtype=float)
        self.ys = np.zeros(many)
        used = [name for name in SETS if any(name in fold.sets for fold in figure.folds)]
        entries = [KeyEntry(SET_TITLES[name], plot.colours.use(name)) for name in used]
        plot.entries(entries)

    def _add_runs(self, path: QPainterPath, y: int, inside: list[bool]) -> None:
        x = 0
        for belongs, run in groupby(inside):
            length = len(list(run))
            if belongs:
                path.addRect(QRectF(x - 0.5, y - _HALF, length, 2 * _HALF))
            x += length

    def _paint_units(self, y: int) -> None:
        plot, units = self.plot, self.figure.units
        runs = [len(list(run)) for _unit, run in groupby(units[index] for index in self._order)]
        for parity, alpha in ((0, 0.75), (1, 0.3)):
            path = QPainterPath()
            x = 0
            for number, length in enumerate(runs):
                if number % 2 == parity:
                    path.addRect(QRectF(x - 0.5, y - _HALF / 2, length, _HALF))
                x += length
            plot.path(path, see_through(plot.colours.muted, alpha))

    def says(self, mark: int) -> str:
        """Return a sample in words."""
        return self.figure.says(self._order[mark])

    def targets(self, mark: int) -> tuple[tuple[str, str], ...]:
        """A column selects its sample."""
        return (("sample", self.figure.samples[self._order[mark]]),)

    def area(self, mark: int) -> QRectF:
        """The column of a sample."""
        return QRectF(mark - 0.5, -0.5, 1.0, self._high)

    def places(self, kind: str, name: str) -> list[QPointF | QRectF]:
        """The column of a selected sample."""
        if kind != "sample":
            return []
        samples = self.figure.samples
        return [self.area(mark) for mark, i in enumerate(self._order) if samples[i] == name]

    def hit(self, place: QPointF) -> int | None:
        """Return the sample at a place."""
        column = round(place.x())
        return column if 0 <= column < len(self._order) else None

    def height(self) -> float:
        """As many lines as folds need, with axis and key."""
        rows = len(self.figure.folds) + 1
        return max(8.0, rows * _ROW_LINES + 5.0) * self.plot.metrics.height()
