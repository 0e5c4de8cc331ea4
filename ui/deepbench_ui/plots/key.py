"""The key of a plot: what its colours and shapes mean, in a row above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
)
from PySide6.QtWidgets import QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

_SAMPLE: Final = 22.0
_GRADIENT: Final = 90.0
_GAP: Final = 6.0
_BETWEEN: Final = 16.0
_MOST_TEXT: Final = 40
_ANY_SIZE: Final = QSizeF()


@dataclass(frozen=True)
class KeyEntry:
    """One entry.

    Attributes:
        text: What it means.
        colour: Its colour.
        mark: line, dashes, band, box, title (text only), gradient, or a symbol's path.
        stops: Colours of a gradient.
        end: Text after a gradient; `text` stands before it.
        hollow: Whether only the outline of a symbol is drawn.
    """

    text: str
    colour: QColor
    mark: str | QPainterPath = "box"
    stops: tuple[QColor, ...] = ()
    end: str = ""
    hollow: bool = False


class PlotKey(QGraphicsWidget):
    """Entries in rows as wide as the plot; no height when there are none."""

    def __init__(self, font: QFont) -> None:
        super().__init__()
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._entries: tuple[KeyEntry, ...] = ()
        self._places: list[QPointF] = []
        self._text = QColor()
        self._high = 0.0
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._arrange(0.0)

    def set_entries(self, entries: Sequence[KeyEntry], text: QColor) -> None:
        """Show entries, with their text in a colour."""
        self._entries = tuple(entries)
        self._text = text
        self._arrange(self.size().width())
        self.update()

    def arrange(self, width: float) -> None:
        """Make it as high as its rows are at a width."""
        self._arrange(width)

    def _arrange(self, width: float) -> None:
        line = self._metrics.height() * 1.35
        self._places = []
        x, y = 0.0, 0.0
        for entry in self._entries:
            wide = self._width(entry)
            if x > 0 and x + wide > width > 0:
                x, y = 0.0, y + line
            self._places.append(QPointF(x, y))
            x += wide + _BETWEEN
        self._high = y + line if self._entries else 0.0
        self.setMinimumHeight(self._high)
        self.setMaximumHeight(self._high)

    def _width(self, entry: KeyEntry) -> float:
        wide = self._metrics.horizontalAdvance(_short(entry.text))
        if entry.mark == "title":
            return wide
        if entry.mark == "gradient":
            return wide + _GRADIENT + 2 * _GAP + self._metrics.horizontalAdvance(entry.end)
        return wide + _SAMPLE + _GAP

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Paint the entries."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        high = self._metrics.height() * 1.35
        for entry, place in zip(self._entries, self._places, strict=True):
            x = place.x()
            if entry.mark == "gradient":
                x = self._write(painter, entry.text, x, place.y(), high) + _GAP
                _paint_gradient(
                    painter, entry, QRectF(x, place.y() + high * 0.25, _GRADIENT, high / 2)
                )
                self._write(painter, entry.end, x + _GRADIENT + _GAP, place.y(), high)
                continue
            if entry.mark != "title":
                _paint_mark(painter, entry, QRectF(x, place.y(), _SAMPLE, high))
                x += _SAMPLE + _GAP
            self._write(painter, entry.text, x, place.y(), high)

    def _write(self, painter: QPainter, text: str, x: float, y: float, high: float) -> float:
        short = _short(text)
        wide = self._metrics.horizontalAdvance(short)
        painter.setPen(self._text)
        painter.drawText(
            QRectF(x, y, wide + 1, high),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            short,
        )
        return x + wide

    def sizeHint(  # noqa: N802
        self, which: Qt.SizeHint, constraint: QSizeF | QSize = _ANY_SIZE
    ) -> QSizeF:
        """Leave the width to the plot."""
        return QSizeF(0.0, self._high)


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _paint_gradient(painter: QPainter, entry: KeyEntry, place: QRectF) -> None:
    gradient = QLinearGradient(place.topLeft(), place.topRight())
    for index, stop in enumerate(entry.stops):
        gradient.setColorAt(index / (len(entry.stops) - 1), stop)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRect(place)


def _paint_mark(painter: QPainter, entry: KeyEntry, place: QRectF) -> None:
    middle = place.center()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(entry.colour)
    if isinstance(entry.mark, QPainterPath):
        painter.save()
        painter.translate(middle)
        painter.scale(10.0, 10.0)
        if entry.hollow:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            outline = QPen(entry.colour, 2.0)
            outline.setCosmetic(True)
            painter.setPen(outline)
        painter.drawPath(entry.mark)
        painter.restore()
    elif entry.mark in ("line", "dashes"):
        dashed = entry.mark == "dashes"
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(entry.colour, 2.0, style))
        painter.drawLine(QPointF(place.left(), middle.y()), QPointF(place.right(), middle.y()))
    elif entry.mark == "band":
        painter.drawRect(place.adjusted(0, place.height() * 0.25, 0, -place.height() * 0.25))
    else:
        painter.drawRect(QRectF(middle.x() - 6, middle.y() - 6, 12, 12))
