"""Draws what each feature adds to each sample's output."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush

from deepbench_ui.plots.colours import blend, see_through
from deepbench_ui.plots.figures.base import finite, is_number
from deepbench_ui.plots.figures.beeswarm import BeeswarmFigure
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter, Places, gradient_entry, padded
from deepbench_ui.plots.plot import symbol_path

_SHADES = 64
_PLACES = 110
_HALF = 0.4
_ROW_LINES = 2.5
# Above this rows move together instead of the plot growing.
_MOST_ROWS = 40


class BeeswarmPainter(Painter[BeeswarmFigure]):
    """One mark per point, row after row."""

    def paint(self) -> None:
        """Draw a swarm per feature, the first on top."""
        figure, plot = self.figure, self.plot
        self._samples = [
            index
            for index in figure.drawn()
            if all(is_number(row.attributions[index]) for row in figure.rows)
        ]
        every = finite(value for row in figure.rows for value in row.attributions)
        left, right = padded([*every, 0.0])
        plot.box.invertY(True)
        plot.titles(figure.x_title, "")
        plot.grid("bottom")
        plot.set_range(left, right, -0.6, max(0.6, len(figure.rows) - 0.4))
        plot.names("left", [row.feature for row in figure.rows])
        plot.straight(0.0, self.plot.pen(plot.colours.axis, 1.2))
        self.stride = max(1, len(self._samples))
        xs: list[Places] = []
        ys: list[Places] = []
        brushes: list[QBrush] = []
        shades = [
            QBrush(see_through(blend(plot.colours.low_to_high, shade / (_SHADES - 1)), 0.9))
            for shade in range(_SHADES)
        ]
        grey = QBrush(plot.colours.use("missing"))
        for number, row in enumerate(figure.rows):
            x = np.array([row.attributions[index] for index in self._samples], dtype=float)
            y = number + swarm(x, (right - left) / _PLACES)
            brushes += [
                grey if value is None else shades[round(min(1.0, max(0.0, value)) * (_SHADES - 1))]
                for value in (row.values[index] for index in self._samples)
            ]
            xs.append(x)
            ys.append(y)
        self.xs = np.concatenate(xs) if xs else np.empty(0)
        self.ys = np.concatenate(ys) if ys else np.empty(0)
        if self.xs.size:
            # All rows at once: each set of points draws its own copy of every shade.
            plot.points(self.xs, self.ys, size=6.5, brush=brushes)
        plot.entries(self._key())

    def _key(self) -> list[KeyEntry]:
        figure, plot = self.figure, self.plot
        stops = plot.colours.low_to_high
        entries = [gradient_entry(plot, "", figure.low_title, figure.high_title, stops)]
        if any(value is None for row in figure.rows for value in row.values):
            grey = plot.colours.use("missing")
            entries.append(KeyEntry("no number (missing, or a category)", grey, symbol_path("o")))
        return entries

    def _where(self, mark: int) -> tuple[int, int]:
        row, place = divmod(mark, self.stride)
        return row, self._samples[place]

    def says(self, mark: int) -> str:
        """Return a point in words."""
        return self.figure.says(*self._where(mark))

    def targets(self, mark: int) -> tuple[tuple[str, str], ...]:
        """A point selects its sample and its feature."""
        row, sample = self._where(mark)
        return (
            ("sample", self.figure.names[sample]),
            ("feature", self.figure.rows[row].feature),
        )

    def places(self, kind: str, name: str) -> list[QPointF | QRectF]:
        """A sample's points in every row; a feature's whole row."""
        if kind == "feature":
            left, right, _bottom, _top = self.plot.full
            return [
                QRectF(left, number - 0.48, right - left, 0.96)
                for number, row in enumerate(self.figure.rows)
                if row.feature == name
            ]
        return super().places(kind, name) if kind == "sample" else []

    def height(self) -> float:
        """As many lines as rows need, with axis and key."""
        rows = min(len(self.figure.rows), _MOST_ROWS)
        lines = max(10.0, rows * _ROW_LINES + 6.0)
        return lines * self.plot.metrics.height()


def swarm(x: Places, width: float) -> Places:
    """Return how far from its row each point is moved, so that points do not hide each other.

    Points whose x fall into the same bin are stacked from the middle outwards; the fullest bin
    fills the row.

    Args:
        x: Places along the row, shape (n,).
        width: Width of a bin.
    """
    if x.size == 0:
        return np.empty(0)
    bins = np.floor(x / width).astype(np.int64)
    order = np.lexsort((x, bins))
    _names, starts, sizes = np.unique(bins[order], return_index=True, return_counts=True)
    rank = np.arange(x.size) - np.repeat(starts, sizes)
    # 0, 1, -1, 2, -2, … steps from the middle.
    steps = ((rank + 1) // 2) * np.where(rank % 2 == 1, 1, -1)
    tallest = max(1, int(np.abs(steps).max()))
    moved = np.empty(x.size)
    moved[order] = steps * min(0.09, _HALF / tallest)
    return moved
