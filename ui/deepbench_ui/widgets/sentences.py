"""A list of sentences that changes without being made anew when it says the same."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label


class Sentences(QWidget):
    """Sentences below each other; hidden while there are none.

    Args:
        name: Its objectName.
        role: Look of the sentences.
        mark: What each begins with, such as a bullet.
    """

    def __init__(self, name: str, role: str = "", mark: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self._role, self._mark = role, mark
        self._shown: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said."""
        return self._shown

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Say something else."""
        wanted = tuple(sentences)
        if wanted == self._shown:
            return
        self._shown = wanted
        while self._column.count():
            item = self._column.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for sentence in wanted:
            self._column.addWidget(self._line(sentence))
        self.setVisible(bool(wanted))

    def _line(self, sentence: str) -> QWidget:
        if not self._mark:
            return label(sentence, self._role)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        mark = label(self._mark, self._role)
        mark.setWordWrap(False)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(sentence, self._role), 1)
        return line
