"""A question with a drop-down list as its answer, which is written down at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox

_LETTERS = 14


class ChoiceAnswer(QWidget):
    """A question and its list; the first entry takes the answer back.

    Args:
        session: The open study.
        name: objectName of the list.
        path: Place of the answer in the plan.
        question: What is asked.
        step: What was changed, for "Undo …".
        first: Words of the first entry, which stands for no answer.
        answers: Value and words of each answer.
        explanation: Shown below the question.
        purposes: What each entry is for, the first included; that of the one chosen is shown
            below the list.
    """

    def __init__(
        self,
        session: StudySession,
        name: str,
        path: str,
        question: str,
        step: str,
        *,
        first: str,
        answers: Sequence[tuple[str, str]],
        explanation: str = "",
        purposes: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._session, self._path, self._step = session, path, step
        self._purposes = tuple(purposes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.question = label(question, "question")
        self.box = ChoiceBox()
        self.box.setObjectName(name)
        self.box.setAccessibleName(question)
        self.box.setAccessibleDescription(explanation)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(_LETTERS)
        self.box.addItem(first, None)
        for value, words in answers:
            self.box.addItem(words, value)
        for place, purpose in enumerate(self._purposes):
            self.box.setItemData(place, purpose, Qt.ItemDataRole.ToolTipRole)
        self.purpose = label("", "muted", f"{name}.purpose")
        self.purpose.setVisible(bool(purposes))
        self.box.activated.connect(self._write)
        self.question.setBuddy(self.box)
        column.addWidget(self.question)
        if explanation:
            column.addWidget(label(explanation, "muted"))
        column.addWidget(self.box)
        column.addWidget(self.purpose)
        column.addStretch(1)

    @property
    def value(self) -> str | None:
        """The answer in the plan; None while there is none."""
        found = self._session.value(self._path)
        return None if found is None else str(found)

    def refresh(self) -> None:
        """Show the answer, and what it is for."""
        place = max(0, self.box.findData(self.value))
        self.box.setCurrentIndex(place)
        if self._purposes:
            self.purpose.setText(self._purposes[place])
            self.box.setAccessibleDescription(self._purposes[place])

    def name_first(self, words: str) -> None:
        """Call the first entry something else."""
        if self.box.itemText(0) != words:
            self.box.setItemText(0, words)

    def _write(self) -> None:
        self._session.answer(self._path, self.box.currentData(), self._step)
