"""What painters share: their marks, which can be hit, stepped through, read out and selected."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from deepbench_ui.plots.colours import see_through
from deepbench_ui.plots.figures.base import Figure, ReferenceLine, number
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.plot import Plot

F = TypeVar("F", bound=Figure)
Places = NDArray[np.float64]

#: A click this many pixels beside a point still means it.
_REACH: Final = 12.0
_RING: Final = 16.0
_MOST_RINGS: Final = 500


class Painter(ABC, Generic[F]):
    """Draws one figure, and knows its marks.

    A mark is what a reader can point at: a point, a row, a bar, a cell. Marks are numbered;
    `order` is the order in which the arrow keys walk through them.

    Args:
        figure: What is drawn.
        plot: Where.
    """

    #: How many marks Up and Down step over.
    stride: int = 1
    #: Height in lines of text at which it looks right.
    lines: ClassVar[float] = 17.0

    def __init__(self, figure: F, plot: Plot) -> None:
        self.figure = figure
        self.plot = plot
        self.xs: Places = np.empty(0)
        self.ys: Places = np.empty(0)
        self._rings: list[Any] = []

    @abstractmethod
    def paint(self) -> None:
        """Draw the figure on an empty plot, and set `xs` and `ys` of the marks."""

    @abstractmethod
    def says(self, mark: int) -> str:
        """Return a mark in words."""

    def targets(self, mark: int) -> tuple[tuple[str, str], ...]:
        """Return what a mark selects: pairs of kind and name."""
        return ()

    def cell(self, mark: int) -> tuple[int, int] | None:
        """Return row and column of a mark that is a cell."""
        return None

    def height(self) -> float:
        """Return the height in pixels at which it looks right."""
        return self.lines * self.plot.metrics.height()

    @property
    def order(self) -> Sequence[int]:
        """The marks in the order of the arrow keys."""
        return range(len(self.xs))

    def hit(self, place: QPointF) -> int | None:
        """Return the mark under a place in data coordinates; None if there is none near."""
        order = np.asarray(self.order, dtype=np.intp)
        if order.size == 0:
            return None
        wide, high = self.plot.pixel()
        away = np.hypot((self.xs[order] - place.x()) / wide, (self.ys[order] - place.y()) / high)
        nearest = int(np.argmin(away))
        return int(order[nearest]) if away[nearest] <= _REACH else None

    def places(self, kind: str, name: str) -> list[QPointF | QRectF]:
        """Return where a selected thing is: points, or areas."""
        return [
            QPointF(self.xs[mark], self.ys[mark])
            for mark in self.order
            if (kind, name) in self.targets(mark)
        ]

    # --- what is marked ---------------------------------------------------------------

    def highlight(self, selected: Sequence[tuple[str, str]], focus: int | None) -> None:
        """Mark what is selected, and the mark that the arrow keys are at.

        Args:
            selected: Pairs of kind and name.
            focus: A mark; None if the keys were not used.
        """
        for item in self._rings:
            self.plot.remove(item)
        self._rings = []
        places = [place for kind, name in selected if name for place in self.places(kind, name)]
        if focus is not None:
            area = self.area(focus)
            places.append(area or QPointF(self.xs[focus], self.ys[focus]))
        accent = self.plot.colours.accent
        points = [place for place in places if isinstance(place, QPointF)][:_MOST_RINGS]
        if points:
            ring = self.plot.points(
                np.array([point.x() for point in points]),
                np.array([point.y() for point in points]),
                size=_RING,
                brush=see_through(accent, 0.18),
                pen=self.plot.pen(accent, 2.5),
                z=40.0,
            )
            self._rings.append(ring)
        for place in places:
            if isinstance(place, QRectF):
                area_item = self.plot.box_item(
                    place, see_through(accent, 0.12), self.plot.pen(accent, 2.0), z=40.0
                )
                self._rings.append(area_item)

    def area(self, mark: int) -> QRectF | None:
        """Return the area of a mark that is one, such as a row or cell."""
        return None

    # --- parts of several pictures ----------------------------------------------------

    def reference(self, line: ReferenceLine, y: float, *, dashed: bool = True) -> None:
        """Draw an upright line with its label at a height."""
        colours = self.plot.colours
        colour = colours.use(line.use)
        self.plot.straight(
            line.value, self.plot.pen(colour, 2.0 if line.use else 1.5, dashed=dashed)
        )
        if line.label:
            left, right, _bottom, _top = self.plot.full
            past_middle = line.value > (left + right) / 2
            self.plot.text(
                line.value,
                y,
                f"{line.label} {number(line.value)}",
                colours.text,
                anchor=(1.03 if past_middle else -0.03, 0.5),
                behind=see_through(colours.background, 0.85),
            )


def padded(values: Sequence[float], share: float = 0.05) -> tuple[float, float]:
    """Return the ends of an axis around values; 0 to 1 when there are none."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = (high - low) * share or abs(low) * share or 0.5
    return low - room, high + room


def gradient_entry(
    plot: Plot, title: str, low: str, high: str, stops: tuple[QColor, ...]
) -> KeyEntry:
    """Return the key of a row of colours."""
    before = f"{title}:  {low}" if title else low
    return KeyEntry(before, plot.colours.text, "gradient", stops, high)
