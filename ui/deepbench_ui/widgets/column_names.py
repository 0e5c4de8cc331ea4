"""A question with names of columns as its answer, with semicolons between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from deepbench_ui.models.preparation_words import not_columns, split_names
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession

_BETWEEN = "; "


class ColumnNames(QWidget):
    """A line of names; one that is no column is said and not saved.

    Args:
        session: The open study.
        name: objectName of the line.
        path: Place of the answer in the plan.
        question: What is asked.
        step: What was changed, for "Undo …".
        hint: Shown while the line is empty.
        explanation: Shown below the question.
    """

    def __init__(
        self,
        session: StudySession,
        name: str,
        path: str,
        question: str,
        step: str,
        *,
        hint: str,
        explanation: str,
    ) -> None:
        super().__init__()
        self._session, self._path, self._step = session, path, step
        self._known: Sequence[str] = ()
        self.problem = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.question = label(question, "question")
        self.field = QLineEdit()
        self.field.setObjectName(name)
        self.field.setAccessibleName(question)
        self.field.setPlaceholderText(hint)
        self.field.editingFinished.connect(self._write)
        self.question.setBuddy(self.field)
        self.note = label("", "danger", f"{name}.problem")
        self.note.hide()
        for part in (self.question, label(explanation, "muted"), self.field, self.note):
            column.addWidget(part)
        column.addStretch(1)

    def know(self, known: Sequence[str]) -> None:
        """Take the names of the columns there are; none if they are not known yet."""
        self._known = known

    def refresh(self) -> None:
        """Show the answer, unless it is being typed or corrected."""
        if self.problem or self.field.hasFocus():
            return
        names = [str(name) for name in self._session.value(self._path, [])]
        if names != split_names(self.field.text()):
            self.field.setText(_BETWEEN.join(names))

    def _write(self) -> None:
        names = split_names(self.field.text())
        self._tell(not_columns(names, self._known))
        if not self.problem and names != self._session.value(self._path, []):
            self._session.answer(self._path, names or None, self._step)

    def _tell(self, problem: str) -> None:
        self.problem = problem
        self.note.setText(problem)
        self.note.setVisible(bool(problem))
