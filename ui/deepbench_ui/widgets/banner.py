"""A message inside a page: information, warning, danger or all well, with an optional action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from deepbench_ui.plan_words import in_window
from deepbench_ui.theme import icon, theme

_ICONS = {"info": "info", "warning": "warning", "danger": "danger", "ok": "done"}


class Banner(QFrame):
    """A message that stays until it is cleared.

    Args:
        name: Its objectName; the action's button is ``NAME.action``.
        parent: Owner.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("kind", "banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        self._mark = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton()
        self._button.setObjectName(f"{name}.action")
        self._button.clicked.connect(self._act)
        self._action: Callable[[], None] | None = None
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        self._severity = "info"
        theme().changed.connect(self._paint_mark)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty when it is hidden."""
        return self._text.text() if not self.isHidden() else ""

    def show_message(
        self,
        severity: str,
        text: str,
        action: str = "",
        on_action: Callable[[], None] | None = None,
    ) -> None:
        """Show a message.

        Args:
            severity: info, warning, danger or ok.
            text: Sentences; keys of the plan in them become names of controls.
            action: Text of a button; none if empty.
            on_action: What the button does.
        """
        if severity != self._severity or self.property("severity") is None:
            self._severity = severity
            self.setProperty("severity", severity)
            self.style().unpolish(self)
            self.style().polish(self)
        self._paint_mark()
        text = in_window(text)
        self._text.setText(text)
        self.setAccessibleName(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._action = on_action
        self.show()

    def clear(self) -> None:
        """Hide it."""
        self._action = None
        self.hide()

    def _act(self) -> None:
        if self._action is not None:
            self._action()

    def _paint_mark(self) -> None:
        token = {"info": "info", "ok": "ok"}.get(self._severity, self._severity)
        pixmap = icon(_ICONS[self._severity], token).pixmap(QSize(18, 18))
        self._mark.setPixmap(pixmap)
