"""Axes and faint lines at their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepbench_ui.plots.light_pyqtgraph import load_pyqtgraph

pg = load_pyqtgraph()


class Axis(pg.AxisItem):  # type: ignore[misc, name-defined]
    """pyqtgraph's axis with a real minus sign.

    Args:
        side: left, right or bottom.
        box: The field whose range it shows.
        exact: Whether it is drawn afresh each time, for files. pyqtgraph keeps the drawing as a
            QPicture, which changes its size with the dots per inch of what it is drawn on.
    """

    def __init__(self, side: str, box: Any, *, exact: bool) -> None:
        super().__init__(side, linkView=box)
        self._exact = exact

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Draw the axis."""
        if not self._exact:
            super().paint(painter, option, widget)
            return
        painter.save()
        specs = self.generateDrawSpecs(painter)
        if specs is not None:
            self.drawPicture(painter, *specs)
        painter.restore()

    def tickStrings(  # noqa: N802
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """Return the numbers as they are written."""
        return [text.replace("-", "−") for text in super().tickStrings(values, scale, spacing)]


class Grid(QGraphicsItem):
    """Lines across the field at the numbers of its axes.

    pyqtgraph's own grid belongs to the axis, which then leaves out numbers near its ends.

    Args:
        box: The field.
        axes: The axes by side.
    """

    def __init__(self, box: Any, axes: dict[str, Any]) -> None:
        super().__init__(box)
        self._box = box
        self._axes = axes
        self._sides: Sequence[str] = ()
        self._colour = QColor()
        self.setZValue(-50.0)

    def show_lines(self, sides: Sequence[str], colour: QColor) -> None:
        """Draw lines at the numbers of these axes."""
        self._sides = sides
        self._colour = colour
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        """The whole field."""
        return QRectF(self._box.rect())

    def resized(self) -> None:
        """Say that the field has another size."""
        self.prepareGeometryChange()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Draw the lines."""
        area = self.boundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self._colour, 1.0))
        (left, right), (bottom, top) = self._box.viewRange()
        for side in self._sides:
            upright = side == "bottom"
            ends = (left, right) if upright else (bottom, top)
            length = area.width() if upright else area.height()
            levels = self._axes[side].tickValues(*ends, length)
            for value in levels[0][1] if levels else ():
                if upright:
                    x = self._box.mapFromView(QPointF(value, bottom)).x()
                    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                else:
                    y = self._box.mapFromView(QPointF(left, value)).y()
                    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
