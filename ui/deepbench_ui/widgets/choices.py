"""Answers to choose from: radio buttons with a line of explanation each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label

#: Explanations begin where the titles do.
_INDENT = 33


@dataclass(frozen=True)
class Option:
    """One answer.

    Attributes:
        value: What stands in the plan.
        title: How it reads on screen.
        text: What it means; empty for nothing.
    """

    value: str
    title: str
    text: str = ""


class Choices(QWidget):
    """One of several answers, or none yet.

    Args:
        name: Its objectName; the buttons are ``NAME.VALUE``.
        options: The answers.
        accessible: What is asked, for screen readers.
    """

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[Option], accessible: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QRadioButton] = {}
        self._texts: dict[str, QLabel] = {}
        for option in options:
            button = QRadioButton(option.title)
            button.setObjectName(f"{name}.{option.value.replace(' ', '-')}")
            button.setAccessibleDescription(option.text)
            button.clicked.connect(lambda _=False, value=option.value: self.chosen.emit(value))
            self._group.addButton(button)
            self.buttons[option.value] = button
            column.addWidget(button)
            if option.text:
                text = label(option.text, "muted")
                self._texts[option.value] = text
                below = QHBoxLayout()
                below.setContentsMargins(_INDENT, 0, 0, 4)
                below.addWidget(text)
                column.addLayout(below)

    def describe(self, value: str, text: str, *, possible: bool = True) -> None:
        """Say something else of an answer that has a text, and whether it can be given now."""
        self.buttons[value].setEnabled(possible)
        self.buttons[value].setAccessibleDescription(text)
        self._texts[value].setText(text)

    def show_choice(self, value: str | None) -> None:
        """Mark an answer; none if None."""
        if value is None:
            self._group.setExclusive(False)
            for button in self.buttons.values():
                button.setChecked(False)
            self._group.setExclusive(True)
        elif value in self.buttons:
            self.buttons[value].setChecked(True)
