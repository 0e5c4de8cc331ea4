"""Turns a figure into the bytes of a file; writes none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFont, QImage, QImageWriter, QPageSize, QPainter, QPdfWriter

from deepbench_ui.plots.colours import paper_colours
from deepbench_ui.plots.figures.base import Figure
from deepbench_ui.plots.painters.registry import painter_for
from deepbench_ui.plots.plot import Plot, Range

PICTURES: Final = ("png", "svg", "pdf")

#: Width of a picture in pixels of 1/96 inch, whatever the screen is like.
_WIDTH: Final = 760
_LETTERS: Final = 13
#: Pixels of a PNG per pixel of 1/96 inch.
_SHARPNESS: Final = 2
_DOTS: Final = 96
_CREATOR: Final = "DeepBench"


def picture(figure: Figure, suffix: str, font: QFont, shown: Range | None = None) -> bytes:
    """Return a figure in the light colours on white, as a file's bytes.

    What is selected on the screen is not in it.

    Args:
        figure: What to draw.
        suffix: png, svg or pdf.
        font: Family of the text; its size is the same in every file.
        shown: Part of the axes, when the user has zoomed; all of it if None.
    """
    letters = QFont(font)
    letters.setPixelSize(_LETTERS)
    dots = _SHARPNESS if suffix == "png" else 1
    plot = Plot(paper_colours(), letters, exact=True, dots=dots)
    try:
        painter = painter_for(figure, plot)
        size = _settle(plot, round(painter.height()))
        painter.paint()
        if shown is not None:
            plot.show_range(shown)
        # The first drawing tells the axes how wide their numbers are; it is thrown away.
        _draw(plot, QImage(size, QImage.Format.Format_RGB32), size)
        plot.view.centralLayout.activate()
        return _WRITERS[suffix](plot, size, figure.title)
    finally:
        plot.view.close()
        plot.view.deleteLater()


def _settle(plot: Plot, height: int) -> QSize:
    plot.view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    plot.view.resize(_WIDTH, height)
    # A widget that was never shown gets no such event by itself.
    plot.view.resizeEvent(None)
    plot.view.centralLayout.activate()
    return QSize(_WIDTH, height)


def _draw(plot: Plot, device: QImage | QPdfWriter | QIODevice, size: QSize) -> None:
    painter = QPainter(device)  # type: ignore[arg-type]
    try:
        area = QRectF(0, 0, size.width(), size.height())
        painter.fillRect(area, plot.colours.background)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        plot.view.scene().render(painter, area, area)
    finally:
        painter.end()


def _png(plot: Plot, size: QSize, _title: str) -> bytes:
    image = QImage(size * _SHARPNESS, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SHARPNESS)
    _draw(plot, image, size)
    per_metre = round(_DOTS * _SHARPNESS / 0.0254)
    image.setDotsPerMeterX(per_metre)
    image.setDotsPerMeterY(per_metre)
    return _collect(lambda device: QImageWriter(device, QByteArray(b"png")).write(image))


def _svg(plot: Plot, size: QSize, title: str) -> bytes:
    # Here, not above: most sessions save no SVG, and the module costs memory.
    from PySide6.QtSvg import QSvgGenerator

    def write(device: QBuffer) -> None:
        generator = QSvgGenerator()
        generator.setOutputDevice(device)
        generator.setResolution(_DOTS)
        generator.setSize(size)
        generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
        generator.setTitle(title)
        generator.setDescription(_CREATOR)
        _draw(plot, generator, size)  # type: ignore[arg-type]

    return _collect(write)


def _pdf(plot: Plot, size: QSize, title: str) -> bytes:
    def write(device: QBuffer) -> None:
        writer = QPdfWriter(device)
        points = QSizeF(size) * 72.0 / _DOTS
        page = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
        writer.setPageSize(page)
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        writer.setResolution(_DOTS)
        writer.setTitle(title)
        writer.setCreator(_CREATOR)
        _draw(plot, writer, size)

    return _collect(write)


def _collect(write: Callable[[QBuffer], object]) -> bytes:
    content = QByteArray()
    device = QBuffer(content)
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    write(device)
    device.close()
    return bytes(content.data())


_WRITERS: Final = {"png": _png, "svg": _svg, "pdf": _pdf}
