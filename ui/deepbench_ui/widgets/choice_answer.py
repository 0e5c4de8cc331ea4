"""A question with a drop-down list as its answer, which is written down at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.choices import Option

_LETTERS = 14


class ChoiceAnswer(QWidget):
    """A question and its list; the first entry takes the answer back.

    Args:
        session: The open study.
        name: objectName of the list.
        path: Place of the answer in the plan.
        question: What is asked.
        step: What was changed, for "Undo …".
        options: The entries; the value of the first, which takes the answer back, is empty. The
            text of the one that is chosen is shown below the list.
        explanation: Shown below the question.
    """

    def __init__(
        self,
        session: StudySession,
        name: str,
        path: str,
        question: str,
        step: str,
        options: Sequence[Option],
        explanation: str = "",
    ) -> None:
        super().__init__()
        self._session, self._path, self._step = session, path, step
        self._options = tuple(options)
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
        for place, option in enumerate(self._options):
            self.box.addItem(option.title, option.value)
            self.box.setItemData(place, option.text or None, Qt.ItemDataRole.ToolTipRole)
        self.purpose = label("", "muted", f"{name}.purpose")
        if not any(option.text for option in self._options):
            self.purpose.hide()
        self.box.activated.connect(self._write)
        self.question.setBuddy(self.box)
        column.addWidget(self.question)
        if explanation:
            column.addWidget(label(explanation, "muted"))
        column.addWidget(self.box)
        column.addWidget(self.purpose)
        column.addStretch(1)

    @property
    def value(self) -> str:
        """The answer in the plan; empty while there is none."""
        return str(self._session.value(self._path, ""))

    def refresh(self) -> None:
        """Show the answer, and what it is for."""
        place = max(0, self.box.findData(self.value))
        self.box.setCurrentIndex(place)
        text = self._options[place].text
        self.purpose.setText(text)
        if text:
            self.box.setAccessibleDescription(text)

    def name_first(self, words: str) -> None:
        """Call the first entry something else."""
        if self.box.itemText(0) != words:
            self.box.setItemText(0, words)

    def _write(self) -> None:
        self._session.answer(self._path, self.box.currentData() or None, self._step)
