"""Draws points with names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen

from deepbench_ui.plots.colours import blend, see_through
from deepbench_ui.plots.figures.base import finite, is_number, number
from deepbench_ui.plots.figures.scatter import NOT_GIVEN, ScatterFigure
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter, Places, gradient_entry, padded
from deepbench_ui.plots.plot import symbol_path
from deepbench_ui.plots.ticks import shorten

#: Shapes that are told apart without colour.
SYMBOLS: Final = ("o", "s", "t1", "d", "t", "star", "h", "p")
_MOST_ENTRIES: Final = 14
_SHADES: Final = 64
_EDGES_UP_TO: Final = 1200
#: Pixels beside and above a plot that its axes and key take, about.
_AXES: Final = 110.0
_LEAST_PIXELS: Final = 240.0
_MOST_LETTERS: Final = 18


class ScatterPainter(Painter[ScatterFigure]):
    """One mark per point, also for those that are not drawn: a selected one gets its ring."""

    lines = 20.0

    def paint(self) -> None:
        """Draw the lines to compare, then the points, category by category."""
        figure, plot = self.figure, self.plot
        self._drawn = figure.drawn()
        self.xs = np.array(figure.x, dtype=float)
        self.ys = np.array(figure.y, dtype=float)
        drawn = np.asarray(self._drawn, dtype=np.intp)
        self._walk: list[int] = drawn[np.lexsort((self.ys[drawn], self.xs[drawn]))].tolist()
        plot.titles(figure.x_title, figure.y_title)
        plot.grid("left", "bottom")
        ys = _ends(self.ys)
        if figure.horizontal is not None:
            ys.append(figure.horizontal.value)
        left, right = padded(_ends(self.xs), 0.06)
        bottom, top = padded(ys, 0.06)
        plot.set_range(left, right, bottom, top)
        self._paint_comparisons()
        if figure.values:
            self._paint_values()
        else:
            self._paint_categories()
        self._write_names()

    def _write_names(self) -> None:
        """Write names beside their points, left or right, where they cover no other name."""
        left, right, bottom, top = self.plot.full
        size, metrics = self.plot.view.size(), self.plot.metrics
        pixel = (right - left) / max(_LEAST_PIXELS, size.width() - _AXES)
        high = (top - bottom) * metrics.height() / max(_LEAST_PIXELS, size.height() - _AXES)
        gap = 8.0 * pixel
        colours = self.plot.colours
        behind = see_through(colours.background, 0.7)
        taken: list[QRectF] = []
        for index in self.figure.written:
            if not (is_number(self.figure.x[index]) and is_number(self.figure.y[index])):
                continue
            x, y = self.xs[index], self.ys[index]
            name = shorten(self.figure.names[index], _MOST_LETTERS)
            # Text items keep some pixels free around their text.
            wide = (metrics.horizontalAdvance(name) + 10.0) * pixel
            for begins, anchor in ((x + gap, 0.0), (x - gap - wide, 1.0)):
                place = QRectF(begins, y - high / 2, wide, high)
                inside = begins > left and begins + wide < right
                if inside and not any(place.intersects(other) for other in taken):
                    taken.append(place)
                    at = begins if anchor == 0.0 else begins + wide
                    self.plot.text(at, y, name, colours.text, anchor=(anchor, 0.5), behind=behind)
                    break

    def _paint_comparisons(self) -> None:
        figure, plot = self.figure, self.plot
        left, right, bottom, top = plot.full
        if figure.diagonal:
            ends = np.array([max(left, bottom), min(right, top)])
            plot.line(ends, ends, self.plot.pen(plot.colours.muted, 1.5, dashed=True), z=1.0)
        if figure.horizontal is not None:
            line = figure.horizontal
            plot.straight(
                line.value,
                self.plot.pen(plot.colours.use(line.use), 1.5, dashed=True),
                upright=False,
            )

    def _size(self) -> float:
        many = len(self._drawn)
        return 9.0 if many <= 300 else 7.5 if many <= 1200 else 5.5

    def _draw(
        self,
        indices: Sequence[int],
        brush: object,
        symbol: str,
        edge: QPen | None = None,
        z: float = 10.0,
    ) -> None:
        where = np.asarray(indices, dtype=np.intp)
        size = self._size() + (1.5 if symbol in ("t", "t1", "star", "d", "x") else 0.0)
        if edge is None:
            # Between few points an edge keeps them apart; among many it is all one would see.
            few = len(self._drawn) <= _EDGES_UP_TO
            edge = (
                self.plot.pen(self.plot.colours.background, 0.8)
                if few
                else QPen(Qt.PenStyle.NoPen)
            )
        self.plot.points(
            self.xs[where], self.ys[where], size=size, brush=brush, pen=edge, symbol=symbol, z=z
        )

    def _paint_categories(self) -> None:
        figure, plot = self.figure, self.plot
        if not figure.categories:
            self._draw(self._drawn, see_through(plot.colours.nth(0), 0.85), SYMBOLS[0])
            plot.entries(self._lines_key())
            return
        uses = dict(figure.uses)
        members: dict[str, list[int]] = {}
        for index in self._drawn:
            members.setdefault(figure.categories[index], []).append(index)
        entries = []
        if figure.category_title:
            entries.append(KeyEntry(f"{figure.category_title}:", plot.colours.text, "title"))
        legend = figure.legend()
        for place, category in enumerate(legend):
            symbol = SYMBOLS[place % len(SYMBOLS)] if category else "x"
            colour = self._colour(category, place, uses)
            # The category that is named first is the one to see: it lies above the others.
            z = 10.0 - 0.01 * place
            self._draw(members.get(category, []), see_through(colour, 0.85), symbol, z=z)
            if place < _MOST_ENTRIES:
                entries.append(KeyEntry(category or NOT_GIVEN, colour, symbol_path(symbol)))
        if len(legend) > _MOST_ENTRIES:
            more = f"and {len(legend) - _MOST_ENTRIES} more"
            entries.append(KeyEntry(more, plot.colours.text, "title"))
        plot.entries([*entries, *self._lines_key()])

    def _colour(self, category: str, place: int, uses: dict[str, str]) -> QColor:
        if category in uses:
            return self.plot.colours.use(uses[category])
        if not category:
            return self.plot.colours.use("missing")
        return self.plot.colours.nth(place)

    def _paint_values(self) -> None:
        figure, plot = self.figure, self.plot
        known = finite(figure.values)
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        span = (high - low) or 1.0
        shades = [
            QBrush(see_through(blend(plot.colours.amounts, shade / (_SHADES - 1)), 0.9))
            for shade in range(_SHADES)
        ]
        missing = [index for index in self._drawn if not is_number(figure.values[index])]
        drawn = [index for index in self._drawn if is_number(figure.values[index])]
        brushes = [
            shades[round(((figure.values[index] or 0.0) - low) / span * (_SHADES - 1))]
            for index in drawn
        ]
        # Little is pale: an edge keeps such points visible.
        self._draw(drawn, brushes, SYMBOLS[0], self.plot.pen(plot.colours.muted, 0.8))
        entries = [
            gradient_entry(
                plot, figure.value_title, number(low), number(high), plot.colours.amounts
            )
        ]
        if missing:
            grey = plot.colours.use("missing")
            self._draw(missing, grey, "x")
            entries.append(KeyEntry(NOT_GIVEN, grey, symbol_path("x")))
        plot.entries([*entries, *self._lines_key()])

    def _lines_key(self) -> list[KeyEntry]:
        figure, colours = self.figure, self.plot.colours
        entries = []
        if figure.diagonal:
            entries.append(KeyEntry(figure.diagonal, colours.muted, "dashes"))
        if figure.horizontal is not None and figure.horizontal.label:
            line = figure.horizontal
            entries.append(KeyEntry(line.label, colours.use(line.use), "dashes"))
        return entries

    @property
    def order(self) -> Sequence[int]:
        """The drawn points from left to right."""
        return self._walk

    def says(self, mark: int) -> str:
        """Return a point in words."""
        return self.figure.says(mark)

    def targets(self, mark: int) -> tuple[tuple[str, str], ...]:
        """A point selects what it is."""
        return ((self.figure.selects, self.figure.names[mark]),) if self.figure.selects else ()

    def places(self, kind: str, name: str) -> list[QPointF | QRectF]:
        """Return every point of that name, drawn or not."""
        if kind != self.figure.selects:
            return []
        return [
            QPointF(self.xs[index], self.ys[index])
            for index, known in enumerate(self.figure.names)
            if known == name and is_number(self.xs[index]) and is_number(self.ys[index])
        ]


def _ends(values: Places) -> list[float]:
    """Return the smallest and the largest value that can be drawn; nothing if there is none."""
    known = values[np.isfinite(values)]
    return [float(known.min()), float(known.max())] if known.size else []
