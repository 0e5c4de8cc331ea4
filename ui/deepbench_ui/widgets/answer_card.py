"""The answers of a study in big plain sentences, each with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deepbench_ui.models.test_words import Answer
from deepbench_ui.pages.base import label
from deepbench_ui.theme import icon, theme

_PICTURES = {"ok": "done", "info": "info", "warning": "warning"}
_ICON_SIZE = 22


class AnswerCard(QFrame):
    """Shows answers below each other; hidden while there are none.

    Args:
        name: Its objectName; the lines of an answer are ``NAME.ANSWER.headline`` and ``.detail``.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.answers: tuple[Answer, ...] = ()
        self._marks: list[QLabel] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(14)
        theme().changed.connect(self._paint_marks)
        self.hide()

    def show_answers(self, answers: Sequence[Answer]) -> None:
        """Show other answers."""
        wanted = tuple(answers)
        if wanted == self.answers:
            return
        self.answers = wanted
        self._marks = []
        while self._column.count():
            item = self._column.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for answer in wanted:
            self._column.addWidget(self._line(answer))
        self.setVisible(bool(wanted))
        self._paint_marks()

    def _line(self, answer: Answer) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        mark = QLabel()
        self._marks.append(mark)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        name = f"{self.objectName()}.{answer.name}"
        column.addWidget(label(answer.headline, "heading", f"{name}.headline"))
        if answer.detail:
            column.addWidget(label(answer.detail, "muted", f"{name}.detail"))
        row.addLayout(column, 1)
        return line

    def _paint_marks(self) -> None:
        for mark, answer in zip(self._marks, self.answers, strict=True):
            picture = icon(_PICTURES[answer.mark], answer.mark)
            mark.setPixmap(picture.pixmap(_ICON_SIZE, _ICON_SIZE))
