"""What was answered about a file, each with a button that takes the answer back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label

TITLE, TAKE_BACK = "What you answered about the file", "Take Back"


class AnsweredQuestions(QWidget):
    """Lines of answers; hidden while there are none.

    Args:
        page: Name of the page, which begins the names of the controls.
        parent: Owner.
    """

    #: Key of [data] whose answer is to be taken back.
    taken_back = Signal(str)

    def __init__(self, page: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(label(TITLE, "heading"))
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 1)
        outer.addLayout(self._grid)
        self._lines: tuple[tuple[str, str], ...] = ()
        self._parts: list[QWidget] = []
        self.hide()

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What is shown: key of [data], and a sentence."""
        return self._lines

    def show_answers(self, lines: Sequence[tuple[str, str]]) -> None:
        """Show other answers."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts = []
        self.setVisible(bool(lines))
        for row, (key, sentence) in enumerate(lines):
            text = label(sentence)
            button = QPushButton(TAKE_BACK)
            button.setProperty("kind", "quiet")
            button.setObjectName(f"{self._page}.take-back.{key.replace('_', '-')}")
            button.setAccessibleName(f"{TAKE_BACK}: {sentence}")
            button.clicked.connect(lambda _=False, key=key: self.taken_back.emit(key))
            self._grid.addWidget(text, row, 0)
            self._grid.addWidget(button, row, 1)
            self._parts += [text, button]
