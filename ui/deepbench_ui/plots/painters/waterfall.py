"""Draws how the output for one sample comes about."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from deepbench_ui.plots.colours import readable_on
from deepbench_ui.plots.figures.base import aligned, number
from deepbench_ui.plots.figures.waterfall import WaterfallFigure
from deepbench_ui.plots.key import KeyEntry
from deepbench_ui.plots.painters.base import Painter, padded

_ROW_LINES = 1.9
# Closer to an end of the field than this share of its width, a number would be cut off.
_NEAR = 0.34
# A bar of this share of the width has its amount inside.
_LONG = 0.32


class WaterfallPainter(Painter[WaterfallFigure]):
    """One mark per row: the base, each part, the output."""

    def paint(self) -> None:
        """Draw the bars from the base to the output."""
        figure, plot = self.figure, self.plot
        self._steps = figure.steps()
        last = len(self._steps) + 1
        ends = [figure.base, figure.output, *(end for _label, _start, end in self._steps)]
        left, right = padded(ends, 0.16)
        plot.box.invertY(True)
        plot.titles(figure.x_title, "")
        plot.grid("bottom")
        plot.set_range(left, right, -0.6, last + 0.6)
        labels = [label for label, _start, _end in self._steps]
        plot.names("left", [figure.base_title, *labels, figure.output_title], most=36)
        amounts = aligned(end - start for _label, start, end in self._steps)
        for index, (_label, start, end) in enumerate(self._steps):
            self._paint_bar(index + 1, start, end, amounts[index])
        self._paint_end(0, figure.base)
        self._paint_end(last, figure.output)
        self.xs = np.array(
            [figure.base, *(end for _label, _start, end in self._steps), figure.output]
        )
        self.ys = np.arange(last + 1, dtype=float)
        plot.entries(
            [
                KeyEntry("raises the output", plot.colours.use("positive")),
                KeyEntry("lowers the output", plot.colours.use("negative")),
            ]
        )

    def _paint_bar(self, row: int, start: float, end: float, amount: str) -> None:
        plot = self.plot
        raises = end >= start
        colour = plot.colours.use("positive" if raises else "negative")
        bar = QRectF(min(start, end), row - 0.34, abs(end - start), 0.68)
        plot.box_item(bar, colour)
        # From the bar above down to where this one starts.
        link = np.array([row - 0.9, row - 0.34])
        plot.line(np.array([start, start]), link, self.plot.pen(plot.colours.muted, 1.0), z=1.0)
        left_end, right_end, _bottom, _top = plot.full
        text = f"+{amount}" if raises else amount
        if abs(end - start) > (right_end - left_end) * _LONG:
            # There may be no room on either side.
            plot.text((start + end) / 2, row, text, readable_on(colour))
            return
        # Beside the bar where it points to; where the field ends there, on its other side.
        right = not self._near_right(end) if raises else self._near_left(end)
        plot.text(
            max(start, end) if right else min(start, end),
            row,
            text,
            plot.colours.text,
            anchor=(-0.08 if right else 1.08, 0.5),
        )

    def _near_right(self, value: float) -> bool:
        left, right, _bottom, _top = self.plot.full
        return value > right - (right - left) * _NEAR

    def _near_left(self, value: float) -> bool:
        left, right, _bottom, _top = self.plot.full
        return value < left + (right - left) * _NEAR

    def _paint_end(self, row: int, value: float) -> None:
        plot = self.plot
        colour = plot.colours.text
        plot.points(np.array([value]), np.array([float(row)]), size=11, brush=colour, symbol="d")
        if row:
            link = np.array([row - 0.66, row - 0.1])
            plot.line(
                np.array([value, value]), link, self.plot.pen(plot.colours.muted, 1.0), z=1.0
            )
        anchor = (1.25 if self._near_right(value) else -0.25, 0.5)
        plot.text(value, row, number(value), colour, anchor=anchor, bold=True)

    def says(self, mark: int) -> str:
        """Return a row in words."""
        if mark == 0:
            return f"{self.figure.base_title}: {number(self.figure.base)}"
        if mark == len(self._steps) + 1:
            return f"{self.figure.output_title}: {number(self.figure.output)}"
        label, start, end = self._steps[mark - 1]
        return f"{label}: adds {number(end - start)}, giving {number(end)}"

    def targets(self, mark: int) -> tuple[tuple[str, str], ...]:
        """A bar selects its feature."""
        if 1 <= mark <= len(self.figure.contributions):
            return (("feature", self.figure.contributions[mark - 1].feature),)
        return ()

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
        return row if 0 <= row < len(self.xs) else None

    def height(self) -> float:
        """As many lines as rows need, with axis and key."""
        rows = len(self.figure.steps()) + 2
        return (rows * _ROW_LINES + 6.0) * self.plot.metrics.height()
