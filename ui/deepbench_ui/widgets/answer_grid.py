"""Several short questions with the same few answers, in lines below each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton, QWidget


class AnswerGrid(QWidget):
    """Questions on the left, their answers beside them.

    Args:
        name: Its objectName; the buttons are ``NAME.QUESTION.ANSWER``.
        questions: Key and words of each question.
        answers: Value and words of each answer.
    """

    #: An answer was chosen; carries the question's key and the answer's value.
    chosen = Signal(str, str)

    def __init__(
        self,
        name: str,
        questions: Sequence[tuple[str, str]],
        answers: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(len(questions), 1)
        self._groups: dict[str, QButtonGroup] = {}
        self.buttons: dict[tuple[str, str], QRadioButton] = {}
        for row, (key, question) in enumerate(questions):
            text = QLabel(question)
            text.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(text, row, 0, Qt.AlignmentFlag.AlignVCenter)
            group = QButtonGroup(self)
            self._groups[key] = group
            for column, (value, answer) in enumerate(answers, start=1):
                button = QRadioButton(answer)
                button.setObjectName(f"{name}.{key}.{value}".replace("_", "-"))
                button.setAccessibleName(f"{question} {answer}")
                button.clicked.connect(
                    lambda _=False, key=key, value=value: self.chosen.emit(key, value)
                )
                group.addButton(button)
                grid.addWidget(button, row, column)
                self.buttons[key, value] = button

    def show_answers(self, answers: Mapping[str, str]) -> None:
        """Mark the answers given; none where there is none."""
        for key, group in self._groups.items():
            group.setExclusive(False)
            for button in group.buttons():
                button.setChecked(button is self.buttons.get((key, answers.get(key, ""))))
            group.setExclusive(True)
