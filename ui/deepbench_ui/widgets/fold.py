"""A part of a page that can be folded away to one line that says what is in it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from deepbench_ui.theme import icon, theme

OPENED, CLOSED = "Shown; press to fold away", "Folded away; press to show"
_ICON_SIZE = 14


class Fold(QWidget):
    """A head that opens and closes what is below it.

    Args:
        name: Its objectName; the head is ``NAME.head``.
        title: What the part is called.
    """

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title, self._summary = title, ""
        self._open, self._settled = True, False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.head = QToolButton()
        self.head.setObjectName(f"{name}.head")
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        self.head.clicked.connect(self._turn)
        # As wide as the page and no wider, however long the summary is.
        self.head.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column.addWidget(self.head)
        self.content = QWidget()
        self.inside = QVBoxLayout(self.content)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(10)
        column.addWidget(self.content)
        theme().changed.connect(self._show_head)
        self._show_head()

    @property
    def is_open(self) -> bool:
        """Whether the part is shown."""
        return self._open

    def set_open(self, is_open: bool) -> None:
        """Open or close it, unless the user has decided on it."""
        if not self._settled and self._open != is_open:
            self._set(is_open)

    def set_summary(self, summary: str) -> None:
        """Say in a few words what is in it."""
        if summary != self._summary:
            self._summary = summary
            self._show_head()

    def _turn(self) -> None:
        self._settled = True
        self._set(not self._open)

    def _set(self, is_open: bool) -> None:
        self._open = is_open
        self.content.setVisible(is_open)
        self._show_head()

    def _show_head(self) -> None:
        # While it is open, what is in it can be seen.
        folded = bool(self._summary) and not self.is_open
        text = f"{self._title}: {self._summary}" if folded else self._title
        self.head.setText(f" {text.replace('&', '&&')}")
        self.head.setIcon(icon("chevron-down" if self.is_open else "chevron-right", "text"))
        self.head.setToolTip(text if folded else "")
        self.head.setAccessibleName(text)
        self.head.setAccessibleDescription(OPENED if self.is_open else CLOSED)
