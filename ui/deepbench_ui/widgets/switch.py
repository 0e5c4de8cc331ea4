"""Two or three ways to look at the same thing, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from deepbench_ui.pages.base import label
from deepbench_ui.widgets.flow import FlowLayout


class Switch(QWidget):
    """A question with its answers in one line; the first is chosen at first.

    Args:
        name: Its objectName; the buttons are ``NAME.VALUE``.
        question: What is asked.
        answers: Value and words of each answer.
    """

    #: Another way was chosen; carries its value.
    chosen = Signal(str)

    def __init__(self, name: str, question: str, answers: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setObjectName(name)
        line = FlowLayout(10, self)
        asked = label(question, "muted")
        asked.setWordWrap(False)
        line.addWidget(asked)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QRadioButton] = {}
        for value, words in answers:
            button = QRadioButton(words)
            button.setObjectName(f"{name}.{value}")
            button.setAccessibleName(f"{question} {words}")
            button.clicked.connect(lambda _=False, value=value: self.chosen.emit(value))
            self._group.addButton(button)
            line.addWidget(button)
            self.buttons[value] = button
        self.show_choice(answers[0][0])

    @property
    def value(self) -> str:
        """What is chosen."""
        return next(value for value, button in self.buttons.items() if button.isChecked())

    def show_choice(self, value: str) -> None:
        """Mark an answer; nothing is told."""
        self.buttons[value].setChecked(True)
