"""The form in which what a second person approved is recorded."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from deepbench_ui.models.approval_rows import WHAT, approval_problem
from deepbench_ui.pages.base import label
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.folded_form import FoldedForm
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.register_card import text_field

TITLE = "Record an Approval"
WHY = (
    "Where the level lets nothing of a kind leave, a second person can approve it: somebody who "
    "answers for the data, not who wants it. The report and every exported file print what is "
    "written here."
)
WHAT_QUESTION, CHOOSE = "What may leave?", "Choose …"
FIELDS = (
    ("requester", "Who asks for it?", "Name"),
    ("approver", "Who approves it? Another person", "Name"),
    ("role", "On what authority?", "For example: data protection officer"),
    ("recipient", "Who receives it?", "Person or institution"),
    ("legal_basis", "What does it rest on?", "Contract, consent or law"),
    ("expires", "Until when? (year-month-day)", "2027-01-31"),
)
REASON, REASON_HINT = (
    "Why may it leave all the same? The report prints it",
    "What it is needed for, and how persons stay protected",
)
RECORD = "Record the Approval"
_LETTERS = 30


class ApprovalForm(FoldedForm):
    """A form that is folded away until it is wanted.

    Args:
        name: Its objectName.
    """

    #: Carries all fields by their name in the plan.
    approved = Signal(dict)

    def __init__(self, name: str) -> None:
        super().__init__(name, TITLE, WHY)
        self.what = ChoiceBox()
        self.what.setObjectName(f"{name}.what")
        self.what.setAccessibleName(WHAT_QUESTION)
        self.what.setSizeAdjustPolicy(
            ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.what.addItem(CHOOSE, "")
        for value, words in WHAT.items():
            self.what.addItem(words, value)
        self.what.activated.connect(self._check)
        asked = label(WHAT_QUESTION)
        asked.setBuddy(self.what)
        self.form.addWidget(asked)
        self.form.addWidget(self.what)
        grid = ReflowGrid(_LETTERS, 2)
        self.fields: dict[str, QLineEdit] = {}
        for key, question, hint in FIELDS:
            grid.add(self._field(name, key, question, hint))
        self.form.addWidget(grid)
        self.form.addWidget(self._field(name, "reason", REASON, REASON_HINT))
        self.end_with("record", RECORD, self._record)

    def _field(self, name: str, key: str, question: str, hint: str) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        field = text_field(f"{name}.{key.replace('_', '-')}", question, hint)
        field.textEdited.connect(self._check)
        field.returnPressed.connect(self._record)
        asked = label(question)
        asked.setBuddy(field)
        column.addWidget(asked)
        column.addWidget(field)
        column.addStretch(1)
        self.fields[key] = field
        return holder

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in the form, by the names in the plan."""
        found = {key: field.text() for key, field in self.fields.items()}
        return {"what": str(self.what.currentData() or ""), **found}

    @property
    def problem(self) -> str:
        """What an approval still lacks; empty when it is complete."""
        today = datetime.datetime.now().astimezone().date()
        return approval_problem(self.values, today)

    @property
    def is_begun(self) -> bool:
        """Whether something stands in it that was not recorded."""
        return any(value.strip() for value in self.values.values())

    def _record(self) -> None:
        if self.problem:
            return
        values = dict(self.values)
        self.what.setCurrentIndex(0)
        for field in self.fields.values():
            field.clear()
        self._check()
        self.approved.emit(values)
