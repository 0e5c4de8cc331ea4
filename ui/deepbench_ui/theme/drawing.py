"""From the program's own drawings in SVG to pixels of one colour."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from deepbench_resources import read_text


@functools.lru_cache(maxsize=256)
def drawing(name: str, colour: str) -> QSvgRenderer:
    """Return a drawing in a colour.

    Args:
        name: Name of the file in ``icons/`` without its ending.
        colour: ``#rrggbb``, in place of the drawing's ``currentColor``.

    Raises:
        FileNotFoundError: there is no such drawing.
    """
    source = read_text(f"icons/{name}.svg").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(source.encode("utf-8")))


def paint_drawing(painter: QPainter, name: str, colour: str, target: QRectF) -> None:
    """Paint a drawing as large as it fits into the middle of a rectangle."""
    side = min(target.width(), target.height())
    square = QRectF(target.topLeft(), QSizeF(side, side))
    square.moveCenter(target.center())
    drawing(name, colour).render(painter, square)


def draw_pixmap(name: str, colour: str, width: int, height: int) -> QPixmap:
    """Return a drawing on a transparent ground; sizes in device pixels."""
    pixmap = QPixmap(width, height)
    if pixmap.isNull():  # a control asks while it has no room yet
        return pixmap
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_drawing(painter, name, colour, QRectF(0, 0, width, height))
    painter.end()
    return pixmap
