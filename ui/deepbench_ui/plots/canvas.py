"""The part of a panel that shows the picture, and takes mouse and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from deepbench_ui.plots.colours import Colours
from deepbench_ui.plots.figures.base import Figure
from deepbench_ui.plots.painters.base import Painter
from deepbench_ui.plots.painters.registry import painter_for
from deepbench_ui.plots.plot import Plot

_STEPS: Final = {
    Qt.Key.Key_Left: (-1, False),
    Qt.Key.Key_Right: (1, False),
    Qt.Key.Key_Up: (-1, True),
    Qt.Key.Key_Down: (1, True),
}
_RING: Final = 2


class Canvas(QFrame):
    """Shows a figure. Plain wheel scrolls the page; Ctrl with the wheel zooms; dragging moves.

    Args:
        name: Its objectName.
        colours: Colours to draw with.
        parent: Owner.
    """

    #: A mark was clicked, or stepped to with the keys.
    chosen = Signal(int)
    #: The mark under the mouse; -1 for none.
    pointed = Signal(int)
    #: Escape, or a click beside everything.
    released = Signal()

    def __init__(self, name: str, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot = Plot(colours, self.font())
        self.painter: Painter[Any] | None = None
        self._mark: int | None = None
        self._pointed = -1
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_RING, _RING, _RING, _RING)
        self._view: QWidget = self.plot.view
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self._view)
        # A view asks for the size that it has, and would never become smaller again.
        ignored = QSizePolicy.Policy.Ignored
        self._view.setSizePolicy(ignored, ignored)
        self.plot.view.viewport().installEventFilter(self)
        scene = self.plot.view.scene()
        scene.sigMouseClicked.connect(self._clicked)
        scene.sigMouseMoved.connect(self._moved)

    # --- what is shown ----------------------------------------------------------------

    def show_figure(self, figure: Figure, colours: Colours, *, keep: bool) -> None:
        """Draw a figure.

        Args:
            figure: What to draw.
            colours: Colours to draw with.
            keep: Whether zoom and current mark stay as they are: the same plot with newer values.
        """
        shown = self.plot.shown() if keep and self.plot.is_zoomed() else None
        self.plot.clear()
        self.plot.set_colours(colours)
        self.plot.dots = self.devicePixelRatioF()
        self.painter = painter_for(figure, self.plot)
        self.painter.paint()
        if shown is not None:
            self.plot.show_range(shown)
        if not keep or self._mark not in self.painter.order:
            self._mark = None
        self.setMinimumHeight(round(self.painter.height()) + 2 * _RING)
        self.update()

    @property
    def mark(self) -> int | None:
        """The mark that was chosen last."""
        return self._mark

    def highlight(self, selected: Sequence[tuple[str, str]]) -> None:
        """Mark what is selected, and the chosen mark."""
        if self.painter is not None:
            self.painter.highlight(selected, self._mark)

    def reset_view(self) -> None:
        """Show everything again."""
        self.plot.show_range(self.plot.full)

    def choose(self, mark: int) -> None:
        """Choose a mark."""
        self._mark = mark
        self.chosen.emit(mark)

    def release(self) -> None:
        """Choose no mark."""
        self._mark = None
        self.released.emit()

    # --- mouse ------------------------------------------------------------------------

    def _clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.painter is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        mark = self._mark_at(event.scenePos())
        if mark is None:
            self.release()
        else:
            self.choose(mark)

    def _moved(self, place: QPointF) -> None:
        self._point(self._mark_at(place))

    def _mark_at(self, place: QPointF) -> int | None:
        at = self.plot.at(QPointF(place))
        if at is None or self.painter is None:
            return None
        return self.painter.hit(at)

    def _point(self, mark: int | None) -> None:
        now = -1 if mark is None else mark
        if now != self._pointed:
            self._pointed = now
            self.pointed.emit(now)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Leave the plain wheel to the page, and fit the key to the width."""
        if event.type() == QEvent.Type.Wheel and isinstance(event, QWheelEvent):
            if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
                return True
        elif event.type() == QEvent.Type.Resize:
            self.plot.fit_key()
        elif event.type() == QEvent.Type.Leave:
            self._point(None)
        return super().eventFilter(watched, event)

    # --- keys -------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Step through the marks."""
        key = Qt.Key(event.key())
        if self.painter is None or len(self.painter.order) == 0:
            super().keyPressEvent(event)
        elif key in _STEPS:
            self._step(*_STEPS[key])
        elif key == Qt.Key.Key_Home:
            self.choose(self.painter.order[0])
        elif key == Qt.Key.Key_End:
            self.choose(self.painter.order[-1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and (
            self._mark is not None
        ):
            self.choose(self._mark)
        elif key == Qt.Key.Key_Escape and self._mark is not None:
            self.release()
        else:
            super().keyPressEvent(event)

    def _step(self, way: int, by_row: bool) -> None:
        assert self.painter is not None
        order = self.painter.order
        if self._mark is None or self._mark not in order:
            self.choose(order[0])
            return
        place = order.index(self._mark) + way * (self.painter.stride if by_row else 1)
        if 0 <= place < len(order):
            self.choose(order[place])

    # --- focus ------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show that it is gone."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the frame: the accent around what has the focus."""
        super().paintEvent(event)
        painter = QPainter(self)
        colours = self.plot.colours
        painter.fillRect(self.rect(), colours.background)
        painter.setPen(QPen(colours.accent if self.hasFocus() else colours.grid, 2 * _RING))
        painter.drawRect(self.rect())
