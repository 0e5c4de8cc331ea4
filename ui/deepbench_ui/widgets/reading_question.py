"""A question on the data that only the user can answer, with a button for each answer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from deepbench.study.records import ReadingQuestion
from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window

TITLE = "A question about your file"
AFTER = "Your answer is kept with the study, and can be taken back below."


class ReadingQuestionCard(QFrame):
    """One question; hidden while there is none.

    Args:
        page: Name of the page, which begins the names of the controls.
        title: What the question is about.
        parent: Owner.
    """

    #: Key of the plan, and the value that was chosen.
    answered = Signal(str, object)

    def __init__(self, page: str, title: str = TITLE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page, self._title = page, title
        self.setObjectName(f"{page}.question")
        self.setProperty("kind", "banner")
        self.setProperty("severity", "warning")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(8)
        inside.addWidget(label(title, "heading"))
        self.message = label("", "", f"{page}.question.text")
        inside.addWidget(self.message)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(12)
        inside.addLayout(self._grid)
        self.after = label("", "muted")
        inside.addWidget(self.after)
        self._shown: ReadingQuestion | None = None
        self._parts: list[QWidget] = []
        self.hide()

    @property
    def question(self) -> ReadingQuestion | None:
        """The question that is shown."""
        return self._shown

    @property
    def buttons(self) -> list[QPushButton]:
        """The buttons, in the order of the choices."""
        return [part for part in self._parts if isinstance(part, QPushButton)]

    def show_question(self, question: ReadingQuestion | None) -> None:
        """Show a question, or nothing."""
        if question == self._shown:
            return
        self._shown = question
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts = []
        self.setVisible(question is not None)
        if question is None:
            return
        self.message.setText(in_window(question.message))
        self.setAccessibleName(f"{self._title}: {question.message}")
        for row, choice in enumerate(question.choices):
            button = QPushButton(choice.words)
            button.setObjectName(f"{self._page}.question.{row}")
            button.setAccessibleName(f"{choice.words}. {choice.shows}".strip())
            button.clicked.connect(lambda _=False, value=choice.value: self._answer(value))
            shows: QLabel = label(choice.shows, "muted")
            self._grid.addWidget(button, row, 0)
            self._grid.addWidget(shows, row, 1)
            self._parts += [button, shows]
        self.after.setText(f"{in_window(question.hint)} {AFTER}".strip())

    def _answer(self, value: Any) -> None:
        if self._shown is not None:
            self.answered.emit(self._shown.key, value)
