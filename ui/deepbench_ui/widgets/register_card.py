"""An entry of the ethics register with its decision, or the form in which one is taken."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepbench_ui.models.register_rows import SHORTEST_NAME, SHORTEST_REASON, RegisterRow
from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window
from deepbench_ui.theme import set_look
from deepbench_ui.widgets.choices import Choices, Option

STATES = {"": "Open", "resolved": "Resolved", "accepted": "Accepted"}
RAISED_BY = "Raised by: {who}"
NOT_RAISED = "Not raised when the register was last filled; the decision is kept in the plan."
ANSWERED = "You have answered this question above: fill the register again and the entry goes."
DECIDED = "{by}: {reason}"
PENDING = "New: it is written into the register when it is filled again."
DECISION = "What was decided?"
DECISIONS = (
    Option("resolved", "Resolved", "Something was done, and the reason for the entry is gone."),
    Option("accepted", "Accepted", "It stays as it is; we go on and say why in the report."),
)
REASON, REASON_HINT = "Why? The report prints it", "A sentence that a reviewer would understand"
BY, BY_HINT = "Who decided?", "Name, or role such as data protection officer"
DECIDE, TAKE_BACK = "Record Decision", "Take Back"
NO_DECISION = "Choose Resolved or Accepted."
NO_REASON = "Give a reason of at least {least} letters."
NO_NAME = "Say who decided."


class DecisionForm(QWidget):
    """Decision, reason and name; what is typed stays until the decision is complete.

    Args:
        name: Its objectName.
        issue: What is decided about, for screen readers.
    """

    #: Carries decision, reason and who decided.
    decided = Signal(str, str, str)
    #: Something was typed or chosen.
    edited = Signal()

    def __init__(self, name: str, issue: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._decision = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        self.choices = Choices(f"{name}.decision", DECISIONS, f"{DECISION} {issue}")
        self.choices.chosen.connect(self._choose)
        column.addWidget(self.choices)
        self.reason = self._field(column, f"{name}.reason", REASON, REASON_HINT)
        self.by = self._field(column, f"{name}.by", BY, BY_HINT)
        line = QHBoxLayout()
        self.button = QPushButton(DECIDE)
        self.button.setObjectName(f"{name}.decide")
        self.button.setAccessibleDescription(issue)
        self.button.clicked.connect(self._decide)
        self.missing = label("", "muted", f"{name}.missing")
        line.addWidget(self.button)
        line.addWidget(self.missing, 1)
        column.addLayout(line)
        self._check()

    def _field(self, column: QVBoxLayout, name: str, question: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setAccessibleName(question)
        field.setPlaceholderText(hint)
        field.textEdited.connect(self._check)
        field.returnPressed.connect(self._decide)
        text = label(question)
        text.setBuddy(field)
        column.addWidget(text)
        column.addWidget(field)
        return field

    @property
    def problem(self) -> str:
        """What a decision still lacks; empty when it is complete."""
        if not self._decision:
            return NO_DECISION
        if len(self.reason.text().strip()) < SHORTEST_REASON:
            return NO_REASON.format(least=SHORTEST_REASON)
        return NO_NAME if len(self.by.text().strip()) < SHORTEST_NAME else ""

    @property
    def is_begun(self) -> bool:
        """Whether something stands in it that was not recorded."""
        return bool(self._decision or self.reason.text().strip() or self.by.text().strip())

    def fill(self, decision: str, reason: str, by: str) -> None:
        """Put a decision into the form."""
        self._decision = decision
        self.choices.show_choice(decision or None)
        self.reason.setText(reason)
        self.by.setText(by)
        self._check()

    def _choose(self, decision: str) -> None:
        self._decision = decision
        self._check()

    def _check(self) -> None:
        problem = self.problem
        self.button.setEnabled(not problem)
        self.missing.setText(problem)
        self.edited.emit()

    def _decide(self) -> None:
        if not self.problem:
            self.decided.emit(self._decision, self.reason.text().strip(), self.by.text().strip())


class RegisterCard(QFrame):
    """One entry.

    Args:
        name: Its objectName.
        row: The entry.
    """

    #: A decision was taken; carries issue, decision, reason and who decided.
    decided = Signal(str, str, str, str)
    #: The decision on an issue is taken back.
    taken_back = Signal(str)

    def __init__(self, name: str, row: RegisterRow) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.setAccessibleName(row.issue)
        self.row = row
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        head = QHBoxLayout()
        title = label(row.issue[:1].upper() + row.issue[1:], "heading")
        self.state = QLabel()
        self.state.setObjectName(f"{name}.state")
        head.addWidget(title, 1)
        head.addWidget(self.state)
        column.addLayout(head)
        self.text = label("", "", f"{name}.text")
        self.raised_by = label("", "muted")
        self.note = label("", "muted", f"{name}.note")
        self.decision = label("", "", f"{name}.decision-text")
        self.take_back = QPushButton(TAKE_BACK)
        self.take_back.setObjectName(f"{name}.take-back")
        self.take_back.setAccessibleDescription(row.issue)
        self.take_back.setProperty("kind", "quiet")
        self.take_back.clicked.connect(self._take_back)
        self.form = DecisionForm(name, row.issue)
        self.form.decided.connect(self._decide)
        for part in (self.text, self.raised_by, self.decision, self.note):
            column.addWidget(part)
        line = QHBoxLayout()
        line.addWidget(self.take_back)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.form)
        self.show_row(row)

    @property
    def is_begun(self) -> bool:
        """Whether a decision was begun and not recorded."""
        return self.row.is_open and self.form.is_begun

    def show_row(self, row: RegisterRow) -> None:
        """Show the entry as it is now; what is being typed stays."""
        self.row = row
        self.state.setText(STATES[row.decision])
        set_look(self.state, role="warning" if row.is_open else "ok")
        self.text.setText(in_window(row.text) or NOT_RAISED)
        set_look(self.text, role="" if row.is_raised else "muted")
        self.raised_by.setText(RAISED_BY.format(who=row.raised_by))
        self.raised_by.setVisible(row.is_raised)
        self.decision.setText(DECIDED.format(by=row.by, reason=row.reason))
        for part in (self.decision, self.take_back):
            part.setVisible(not row.is_open)
        note = ANSWERED if row.answered and row.is_open else ""
        note = PENDING if row.pending and not row.is_open else note
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.form.setVisible(row.is_open)

    def _decide(self, decision: str, reason: str, by: str) -> None:
        self.decided.emit(self.row.issue, decision, reason, by)

    def _take_back(self) -> None:
        # It can be corrected instead of being typed again.
        self.form.fill(self.row.decision, self.row.reason, self.row.by)
        self.taken_back.emit(self.row.issue)
