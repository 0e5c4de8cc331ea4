"""A list of sentences that changes without being made anew when it says the same."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

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
            self._column.addWidget(label(f"{self._mark}{sentence}", self._role))
        self.setVisible(bool(wanted))
