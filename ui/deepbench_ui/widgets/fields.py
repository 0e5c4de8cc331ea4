"""Fields that write an answer as the user types, and show it without disturbing the typing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.text_area import text_area


class TextAnswer(QWidget):
    """A question with a line of text (or several) as its answer.

    Args:
        session: The open study.
        name: objectName of the field.
        path: Place of the answer in the plan.
        question: What is asked.
        step: What was changed, for "Undo …".
        hint: Shown while the field is empty.
        explanation: Shown below the question; nothing if empty.
        lines: Height of the field in lines; 1 is a line edit.
    """

    def __init__(
        self,
        session: StudySession,
        name: str,
        path: str | tuple[str, ...],
        question: str,
        step: str,
        *,
        hint: str = "",
        explanation: str = "",
        lines: int = 1,
    ) -> None:
        super().__init__()
        self._session, self._path, self._step = session, path, step
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.question = label(question, "question")
        column.addWidget(self.question)
        if explanation:
            column.addWidget(label(explanation, "muted"))
        self.field: QLineEdit | QPlainTextEdit
        if lines == 1:
            line = QLineEdit()
            line.setPlaceholderText(hint)
            line.setObjectName(name)
            line.setAccessibleName(question)
            line.textEdited.connect(self._write)
            self.field = line
        else:
            area = text_area(name, question, hint, lines)
            area.textChanged.connect(self._area_changed)
            self.field = area
        self.question.setBuddy(self.field)
        column.addWidget(self.field)
        self._showing = False

    @property
    def text(self) -> str:
        """What stands in the field."""
        if isinstance(self.field, QLineEdit):
            return self.field.text()
        return self.field.toPlainText()

    def refresh(self) -> None:
        """Show the answer, unless it is being typed."""
        wanted = str(self._session.value(self._path, ""))
        if self.text.strip() == wanted.strip():
            return
        self._showing = True
        if isinstance(self.field, QLineEdit):
            self.field.setText(wanted)
        else:
            self.field.setPlainText(wanted)
        self._showing = False

    def _area_changed(self) -> None:
        if not self._showing:
            self._write(self.text)

    def _write(self, text: str) -> None:
        self._session.answer(self._path, text.strip() or None, self._step, merge=True)


class NumberAnswer(QWidget):
    """A question with a number as its answer; what is no number is said and not saved.

    Args:
        session: The open study.
        name: objectName of the field.
        path: Place of the answer in the plan.
        question: What is asked.
        step: What was changed, for "Undo …".
        check: Returns why a number will not do; empty when it will.
        hint: Shown while the field is empty.
        explanation: Shown below the question.
    """

    problem_changed = Signal(str)
    no_number: ClassVar[str] = "Write a number, such as 0.85."

    def __init__(
        self,
        session: StudySession,
        name: str,
        path: str | tuple[str, ...],
        question: str,
        step: str,
        check: Callable[[float], str],
        *,
        hint: str = "",
        explanation: str = "",
    ) -> None:
        super().__init__()
        self._session, self._path, self._step, self._check = session, path, step, check
        self.problem = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.question = label(question, "question")
        column.addWidget(self.question)
        if explanation:
            column.addWidget(label(explanation, "muted"))
        self.field = QLineEdit()
        self.field.setObjectName(name)
        self.field.setAccessibleName(question)
        self.field.setPlaceholderText(hint)
        self.field.setMaximumWidth(self.field.fontMetrics().horizontalAdvance("0") * 24)
        self.field.textEdited.connect(self._write)
        self.question.setBuddy(self.field)
        column.addWidget(self.field)
        self._note = label("", "danger", f"{name}.problem")
        self._note.hide()
        column.addWidget(self._note)
        column.addStretch(1)

    def refresh(self) -> None:
        """Show the answer, unless a wrong one is being corrected."""
        value = self._session.value(self._path)
        if self.problem and self.field.hasFocus():
            return
        if value != self._read(self.field.text()):
            self.field.setText("" if value is None else self._shown(value))
            self._tell("")

    def _shown(self, value: float) -> str:
        return f"{value:g}"

    def _read(self, text: str) -> float | int | None:
        """Return the answer that a text stands for; None if it is no number."""
        return _number(text)

    def _write(self, text: str) -> None:
        if not text.strip():
            self._tell("")
            self._session.answer(self._path, None, self._step, merge=True)
            return
        value = self._read(text)
        if value is None:
            self._tell(self.no_number)
            return
        self._tell(self._check(value))
        if not self.problem:
            self._session.answer(self._path, value, self._step, merge=True)

    def _tell(self, problem: str) -> None:
        self._note.setText(problem)
        self._note.setVisible(bool(problem))
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit(problem)


class WholeNumberAnswer(NumberAnswer):
    """A question with a whole number as its answer."""

    no_number: ClassVar[str] = "Write a whole number."

    def _shown(self, value: float) -> str:
        return str(value)

    def _read(self, text: str) -> int | None:
        value = _number(text)
        return int(value) if value is not None and value == int(value) else None


class PercentAnswer(NumberAnswer):
    """A question with a share as its answer, written in per cent."""

    no_number: ClassVar[str] = "Write a number, such as 20."

    def _shown(self, value: float) -> str:
        return f"{100 * value:g}"

    def _read(self, text: str) -> float | None:
        value = _number(text.strip().removesuffix("%"))
        return None if value is None else value / 100


def _number(text: str) -> float | None:
    """Return the number in a text, with point or comma as decimal mark; None if it is none."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
