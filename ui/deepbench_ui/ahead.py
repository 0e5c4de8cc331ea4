"""Loads what plots are drawn with before the first one is shown, a part at a time.

All at once takes 100 ms, during which the window would stand still. It begins when a study has a
table: a window without one never draws, and stays smaller.
"""

from __future__ import annotations

import importlib
from typing import Final

from PySide6.QtCore import QObject, QTimer

#: In the order in which they need each other, so that each step is short.
PARTS: Final = (
    "deepbench_ui.plots",
    "numpy",
    "deepbench_ui.plots.grid",
    "deepbench_ui.plots.plot",
    "deepbench_ui.plots.canvas",
)
_PAUSE_MILLISECONDS = 150


class LoadAhead(QObject):
    """Imports one part after another, with pauses.

    Args:
        parent: Owner.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting = list(PARTS)
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MILLISECONDS)
        self._timer.timeout.connect(self._load_one)

    @property
    def is_done(self) -> bool:
        """Whether everything is loaded."""
        return not self._waiting

    def start(self) -> None:
        """Begin, unless that was done before."""
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Load nothing more."""
        self._timer.stop()

    def _load_one(self) -> None:
        importlib.import_module(self._waiting.pop(0))
        if not self._waiting:
            self._timer.stop()
