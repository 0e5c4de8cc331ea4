"""A text with links that the keyboard reaches: Tab goes from one to the next, and then on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLabel

_TAB, _BACKTAB = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason


class LinkLabel(QLabel):
    """A label for rich text with links.

    Args:
        name: Its objectName.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "links")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Begin with the first link, or going back with the last: Qt begins with none."""
        super().focusInEvent(event)
        if event.reason() in (_TAB, _BACKTAB):
            self.focusNextPrevChild(event.reason() == _TAB)
