"""Plots that are drawn one after another, so that the window answers in between."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from deepbench_ui.plots import Figure, PlotPanel


class InTurn(QObject):
    """Draws one plot, or does one thing, in each turn of the event loop, in the order they came.

    Args:
        parent: Owner; what waits when it goes is never drawn.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: dict[PlotPanel | str, tuple[Figure | None, str] | Callable[[], None]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)

    @property
    def is_done(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def show(self, panel: PlotPanel, figure: Figure | None, empty: str = "") -> None:
        """Show a figure soon, instead of what still waits for its panel.

        Args:
            panel: Where.
            figure: What; a figure that is shown already stays as it is.
            empty: What stands there if there is no figure.
        """
        self._waiting[panel] = (figure, empty)
        if not self._timer.isActive():
            self._timer.start(0)

    def do(self, name: str, work: Callable[[], None]) -> None:
        """Do something soon, instead of what still waits under this name.

        Args:
            name: What it is.
            work: Does it; it may add more.
        """
        self._waiting[name] = work
        if not self._timer.isActive():
            self._timer.start(0)

    def _next(self) -> None:
        where = next(iter(self._waiting))
        what = self._waiting.pop(where)
        if callable(what):
            what()
        elif not isinstance(where, str):
            figure, empty = what
            if figure is None:
                where.show_empty(empty)
            elif figure != where.figure:
                where.show_figure(figure)
        if self._waiting:
            self._timer.start(0)
