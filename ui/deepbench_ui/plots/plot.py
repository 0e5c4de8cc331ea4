"""The drawing surface: axes, key and a field of data, on pyqtgraph's view box.

No menu of pyqtgraph exists here, nor its export dialog: what leaves goes through the panel's
buttons and the gate.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QPainterPath,
    QPen,
    QTextOption,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem

from deepbench_ui.plots.colours import Colours
from deepbench_ui.plots.grid import Axis, Grid
from deepbench_ui.plots.key import KeyEntry, PlotKey
from deepbench_ui.plots.light_pyqtgraph import load_pyqtgraph
from deepbench_ui.plots.ticks import NameTicks

pg = load_pyqtgraph()

#: left, right, bottom, top of a range in data coordinates.
Range = tuple[float, float, float, float]

_SMOOTH_BELOW: Final = 5000
_BEHIND: Final = -1000
_FURTHEST_ZOOM: Final = 1e-4


class Plot:
    """What painters draw on.

    Args:
        colours: Colours to draw with.
        font: Font of all text.
        exact: Whether all is drawn as shapes each time: for files, not for the screen.
        dots: Dots of the device per pixel of the plot.
    """

    def __init__(
        self, colours: Colours, font: QFont, *, exact: bool = False, dots: float = 1.0
    ) -> None:
        self.colours = colours
        self.exact = exact
        self.dots = dots
        # Pixels, so that text has the same size relative to marks on any device.
        self.font = QFont(font)
        self.font.setPixelSize(max(9, QFontInfo(font).pixelSize()))
        self.metrics = QFontMetricsF(self.font)
        self.full: Range = (0.0, 1.0, 0.0, 1.0)
        self._items: list[QGraphicsItem] = []
        self._names: dict[str, NameTicks] = {}
        self.view: Any = pg.GraphicsView(background=None)
        self._close_ways_out()
        self.key = PlotKey(self.font)
        self.box: Any = pg.ViewBox(enableMenu=False, defaultPadding=0.0)
        self.box.disableAutoRange()
        self.axes: dict[str, Any] = {
            side: Axis(side, self.box, exact=exact) for side in ("left", "right", "bottom")
        }
        self._grid = Grid(self.box, self.axes)
        self._lay_out()
        self.box.sigResized.connect(self._resized)
        self.box.sigRangeChanged.connect(self._fit_names)
        self.set_colours(colours)
        self.clear()

    def _close_ways_out(self) -> None:
        scene = self.view.scene()
        for action in scene.contextMenu:
            action.triggered.disconnect()
            action.deleteLater()
        scene.contextMenu.clear()
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def _lay_out(self) -> None:
        layout = self.view.centralLayout
        layout.setContentsMargins(6, 4, 16, 4)
        layout.setSpacing(0)
        layout.setRowSpacing(0, 5)
        layout.addItem(self.key, 0, 0, 1, 3)
        layout.addItem(self.axes["left"], 1, 0)
        layout.addItem(self.box, 1, 1)
        layout.addItem(self.axes["right"], 1, 2)
        layout.addItem(self.axes["bottom"], 2, 1)
        layout.setRowStretchFactor(1, 100)
        layout.setColumnStretchFactor(1, 100)
        for axis in self.axes.values():
            axis.setZValue(_BEHIND)
            axis.setFlag(QGraphicsItem.GraphicsItemFlag.ItemNegativeZStacksBehindParent)
            axis.enableAutoSIPrefix(False)
            axis.setTickFont(self.font)
            axis.setTickDensity(1.4)
            # A number may reach a little past the end of its axis: the last one is wanted.
            axis.setStyle(hideOverlappingLabels=False)

    def set_colours(self, colours: Colours) -> None:
        """Draw what comes next in other colours."""
        self.colours = colours
        self.view.setBackground(colours.background)
        for axis in self.axes.values():
            axis.setPen(QPen(colours.axis))
            axis.setTextPen(QPen(colours.text))
            axis.setTickPen(QPen(colours.axis))

    # --- what a painter draws ---------------------------------------------------------

    def pen(self, colour: QColor, width: float = 1.0, *, dashed: bool = False) -> QPen:
        """Return a pen whose width does not change with the zoom."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        # Qt counts the width of such a pen in dots of the device.
        made = QPen(colour, width * self.dots, style)
        made.setCosmetic(True)
        return made

    def clear(self) -> None:
        """Take everything off."""
        for item in self._items:
            self.box.removeItem(item)
        self._items.clear()
        self._names.clear()
        self.key.set_entries((), self.colours.text)
        for side, axis in self.axes.items():
            axis.setTicks(None)
            axis.setWidth(None) if side != "bottom" else axis.setHeight(None)
            axis.setStyle(tickLength=4, showValues=True, maxTickLevel=0)
            axis.showLabel(False)
            axis.setVisible(side != "right")
        self._grid.show_lines((), self.colours.grid)
        self.box.invertY(False)

    def add(self, item: Any, z: float = 0.0) -> Any:
        """Add an item that is placed in data coordinates."""
        item.setZValue(z)
        self.box.addItem(item, ignoreBounds=True)
        self._items.append(item)
        return item

    def remove(self, item: Any) -> None:
        """Take one item off."""
        self._items.remove(item)
        self.box.removeItem(item)

    def points(
        self,
        x: Any,
        y: Any,
        *,
        size: float,
        brush: Any,
        pen: QPen | None = None,
        symbol: str = "o",
        z: float = 10.0,
    ) -> Any:
        """Add symbols; brush may be one or a list."""
        outline = pen if pen is not None else QPen(Qt.PenStyle.NoPen)
        item = pg.ScatterPlotItem(
            x=x,
            y=y,
            size=size,
            brush=brush,
            pen=outline,
            symbol=symbol,
            antialias=self.exact or len(x) < _SMOOTH_BELOW,
            useCache=not self.exact,
        )
        return self.add(item, z)

    def line(self, x: Any, y: Any, pen: QPen, *, connect: Any = "finite", z: float = 5.0) -> Any:
        """Add a line through points."""
        smooth = self.exact or len(x) < _SMOOTH_BELOW
        item = pg.PlotCurveItem(x=x, y=y, pen=pen, connect=connect, antialias=smooth)
        return self.add(item, z)

    def straight(self, value: float, pen: QPen, *, upright: bool = True, z: float = 4.0) -> Any:
        """Add a line right across."""
        angle = 90 if upright else 0
        return self.add(pg.InfiniteLine(pos=value, angle=angle, pen=pen, movable=False), z)

    def box_item(
        self, place: QRectF, brush: QColor | QBrush, pen: QPen | None = None, z: float = 2.0
    ) -> QGraphicsRectItem:
        """Add a rectangle."""
        item = QGraphicsRectItem(place)
        item.setBrush(QBrush(brush))
        item.setPen(pen if pen is not None else QPen(Qt.PenStyle.NoPen))
        self.add(item, z)
        return item

    def path(
        self, path: QPainterPath, brush: QColor, pen: QPen | None = None, z: float = 2.0
    ) -> QGraphicsPathItem:
        """Add a shape."""
        item = QGraphicsPathItem(path)
        item.setBrush(QBrush(brush))
        item.setPen(pen if pen is not None else QPen(Qt.PenStyle.NoPen))
        self.add(item, z)
        return item

    def text(
        self,
        x: float,
        y: float,
        text: str,
        colour: QColor,
        *,
        anchor: tuple[float, float] = (0.5, 0.5),
        bold: bool = False,
        behind: QColor | None = None,
    ) -> Any:
        """Add text at a place; its size does not change with the zoom."""
        fill = QBrush(behind) if behind is not None else None
        # Plain text: pyqtgraph takes `text` as it is, unlike `html`.
        item = pg.TextItem(text=text, color=colour, anchor=anchor, fill=fill)
        font = QFont(self.font)
        font.setBold(bold)
        item.setFont(font)
        if "\n" in text:
            _centre(item)
        item.setPos(x, y)
        return self.add(item, 30.0)

    # --- axes and key -----------------------------------------------------------------

    def titles(self, x: str, y: str) -> None:
        """Write the titles of both axes; none where empty."""
        for side, title in (("bottom", x), ("left", y)):
            axis = self.axes[side]
            if title:
                # pyqtgraph makes HTML of it: a column may be called "<img src=…>".
                size = f"{self.font.pixelSize()}px"
                style = {"font-size": size, "font-family": self.font.family()}
                axis.setLabel(html.escape(title), **style, color=self.colours.text.name())
            axis.showLabel(bool(title))

    def grid(self, *sides: str) -> None:
        """Draw faint lines at the ticks of axes."""
        self._grid.show_lines(sides, self.colours.grid)

    def names(self, side: str, names: Sequence[str], most: int = 28) -> None:
        """Write names at 0, 1, 2, … of an axis, as many as fit."""
        axis = self.axes[side]
        axis.setVisible(True)
        upright = side != "bottom"
        ticks = NameTicks(axis, names, upright, self.font, most)
        self._names[side] = ticks
        axis.setStyle(tickLength=0)
        axis.setTickPen(None)
        if upright:
            title = axis.label.boundingRect().height() * 0.8 if axis.label.isVisible() else 0.0
            axis.setWidth(ticks.width + title + 12)
        self._fit_names()

    def bare(self, side: str) -> None:
        """Leave numbers and ticks of an axis away; its line and title stay."""
        self.axes[side].setTicks([[]])
        self.axes[side].setStyle(showValues=False)

    def _resized(self, *_unused: object) -> None:
        self._grid.resized()
        self._fit_names()

    def _fit_names(self, *_unused: object) -> None:
        (left, right), (bottom, top) = self.box.viewRange()
        size = self.box.size()
        for side, ticks in self._names.items():
            if side == "bottom":
                ticks.fit(size.width(), abs(right - left))
            else:
                ticks.fit(size.height(), abs(top - bottom))

    def entries(self, entries: Sequence[KeyEntry]) -> None:
        """Fill the key."""
        self.key.set_entries(entries, self.colours.text)
        self.fit_key()

    def fit_key(self) -> None:
        """Make the key as high as it must be at the view's width."""
        self.key.arrange(self.view.width() - 16.0)

    # --- range ------------------------------------------------------------------------

    def set_range(self, left: float, right: float, bottom: float, top: float) -> None:
        """Set what is seen when all is seen; zooming and panning stay inside."""
        wide, high = right - left, top - bottom
        if wide <= 0:
            left, right, wide = left - 0.5, right + 0.5, 1.0
        if high <= 0:
            bottom, top, high = bottom - 0.5, top + 0.5, 1.0
        self.full = (left, right, bottom, top)
        self.box.setLimits(
            xMin=left,
            xMax=right,
            yMin=bottom,
            yMax=top,
            minXRange=wide * _FURTHEST_ZOOM,
            minYRange=high * _FURTHEST_ZOOM,
            maxXRange=wide,
            maxYRange=high,
        )
        self.show_range(self.full)

    def show_range(self, wanted: Range) -> None:
        """Show a part of the range."""
        left, right, bottom, top = wanted
        self.box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)

    def shown(self) -> Range:
        """Return the part of the range that is seen."""
        (left, right), (bottom, top) = self.box.viewRange()
        return left, right, bottom, top

    def is_zoomed(self) -> bool:
        """Say whether less than everything is seen."""
        left, right, bottom, top = self.full
        seen = self.shown()
        slack = 1e-6
        return (seen[1] - seen[0]) < (right - left) * (1 - slack) or (seen[3] - seen[2]) < (
            top - bottom
        ) * (1 - slack)

    def pixel(self) -> tuple[float, float]:
        """Return how much of the data one pixel covers, horizontally and vertically."""
        left, right, bottom, top = self.shown()
        size = self.box.size()
        return (right - left) / max(1.0, size.width()), (top - bottom) / max(1.0, size.height())

    def at(self, place: QPointF) -> QPointF | None:
        """Return the data coordinates under a place of the scene; None outside the field."""
        if not self.box.sceneBoundingRect().contains(place):
            return None
        return QPointF(self.box.mapSceneToView(place))


def _centre(item: Any) -> None:
    document = item.textItem.document()
    document.setDefaultTextOption(QTextOption(Qt.AlignmentFlag.AlignHCenter))
    item.setTextWidth(document.idealWidth())


def symbol_path(symbol: str) -> QPainterPath:
    """Return the shape of a symbol, one wide, around the origin."""
    from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols

    path: QPainterPath = Symbols[symbol]
    return path
