"""A drop-down list in which an answer is never changed by accident."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox

_OPENING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ChoiceBox(QComboBox):
    """A drop-down list whose value changes only when one is picked from the open list.

    In Qt's own the arrow keys take every value on the way, and the wheel changes whatever lies
    below the pointer while a page is scrolled. Here each value is an answer that is written down.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Open the list for keys that would change the value."""
        if event.key() in _OPENING:
            self.showPopup()
        elif event.text().strip() and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self.showPopup()
            QCoreApplication.sendEvent(self.view(), event)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave the wheel to the page."""
        event.ignore()
