"""An entry of the ethics register: decision or the form for one, what was said, its history."""

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

from deepbench_ui.models.numbers import counted
from deepbench_ui.models.register_rows import (
    PROGRAM,
    SHORTEST_COMMENT,
    SHORTEST_NAME,
    SHORTEST_REASON,
    THE_PROGRAM,
    CommentRow,
    RegisterRow,
)
from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window
from deepbench_ui.theme import set_look
from deepbench_ui.widgets.choices import Choices, Option
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.sentences import Sentences

STATES = {"": "Open", "resolved": "Resolved", "accepted": "Accepted"}
RAISED_BY, RAISED_ON = "Raised by {who}", "Raised by {who} on {day}"
NOT_RAISED = "Not raised when the register was last filled; the decision is kept in the plan."
ANSWERED = "You have answered this question above: fill the register again and the entry goes."
DECIDED, DECIDED_ON = "{by}: {reason}", "{by}, {day}: {reason}"
PENDING = "New: it is written into the register when it is filled again."
DECISION = "What was decided?"
DECISIONS = (
    Option("resolved", "Resolved", "Something was done, and the reason for the entry is gone."),
    Option("accepted", "Accepted", "It stays as it is; we go on and say why in the report."),
)
REASON, REASON_HINT = "Why? The report prints it", "A sentence that a reviewer would understand"
BY, BY_HINT = "Who decided?", "Name, or role such as data protection officer"
DECIDE, TAKE_BACK, WITHDRAW = "Record Decision", "Take Back", "Withdraw This Issue"
NO_DECISION = "Choose Resolved or Accepted."
NO_REASON = "Give a reason of at least {least} letters."
NO_NAME = "Say who decided."
DISCUSSION = "Discussion and history"
COMMENTS, NO_COMMENT, CHANGES = "comment", "nothing said yet", "change"
SUMMARY = "{comments}, {changes}"
COMMENT = "{by}, {day}: {text}"
COMMENT_UNDATED = "{by}: {text}"
NEW_COMMENT = "{comment} (new)"
HISTORY_TITLE = "What happened so far"
NO_HISTORY = "Its history begins when the register is filled."
SAY, SAY_HINT = "Add to the discussion", "What was said, asked or found out"
SAID_BY, SAID_BY_HINT = "Who says it?", "Name or role"
ADD = "Add Comment"


def text_field(name: str, question: str, hint: str) -> QLineEdit:
    """Return a line of text with its names and what it shows while it is empty."""
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(question)
    field.setPlaceholderText(hint)
    return field


class DecisionForm(QWidget):
    """Decision, reason and name; what is typed stays until the decision is complete.

    Args:
        name: Its objectName.
        issue: What is decided about, for screen readers.
    """

    #: Carries decision, reason and who decided.
    decided = Signal(str, str, str)

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
        # A register has many open entries: what else is asked comes with the decision.
        self.details = QWidget()
        asked = QVBoxLayout(self.details)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.setSpacing(4)
        self.reason = self._field(asked, f"{name}.reason", REASON, REASON_HINT)
        self.by = self._field(asked, f"{name}.by", BY, BY_HINT)
        line = QHBoxLayout()
        self.button = QPushButton(DECIDE)
        self.button.setObjectName(f"{name}.decide")
        self.button.setAccessibleDescription(issue)
        self.button.clicked.connect(self._decide)
        self.missing = label("", "muted", f"{name}.missing")
        line.addWidget(self.button)
        line.addWidget(self.missing, 1)
        asked.addLayout(line)
        column.addWidget(self.details)
        self._check()

    def _field(self, column: QVBoxLayout, name: str, question: str, hint: str) -> QLineEdit:
        field = text_field(name, question, hint)
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
        self.details.setVisible(self.is_begun)

    def _decide(self) -> None:
        if not self.problem:
            self.decided.emit(self._decision, self.reason.text().strip(), self.by.text().strip())


class Discussion(Fold):
    """What was said about an entry, a form for more, and what happened to it so far.

    Args:
        name: Its objectName.
        issue: What it is about, for screen readers.
    """

    #: Carries what is said, and by whom.
    said = Signal(str, str)

    def __init__(self, name: str, issue: str) -> None:
        super().__init__(name, DISCUSSION)
        self.inside.setSpacing(6)
        self.comments = Sentences(f"{name}.comments")
        self.text = text_field(f"{name}.comment", SAY, SAY_HINT)
        self.by = text_field(f"{name}.comment-by", SAID_BY, SAID_BY_HINT)
        for field in (self.text, self.by):
            field.textEdited.connect(self._check)
            field.returnPressed.connect(self._say)
        self.button = QPushButton(ADD)
        self.button.setObjectName(f"{name}.add-comment")
        self.button.setAccessibleDescription(issue)
        self.button.clicked.connect(self._say)
        self.inside.addWidget(self.comments)
        self.inside.addWidget(self.text)
        line = QHBoxLayout()
        line.addWidget(self.by, 1)
        line.addWidget(self.button)
        self.inside.addLayout(line)
        self.inside.addWidget(label(HISTORY_TITLE, "strong"))
        self.history = Sentences(f"{name}.history", "muted")
        self.inside.addWidget(self.history)
        self.set_open(False)
        self._check()

    @property
    def is_begun(self) -> bool:
        """Whether something stands in the form that was not added."""
        return bool(self.text.text().strip())

    def show_row(self, row: RegisterRow) -> None:
        """Show what was said and what happened; what is being typed stays."""
        self.comments.show_sentences([_comment(each) for each in row.comments])
        self.history.show_sentences(row.history or (NO_HISTORY,))
        said = counted(len(row.comments), COMMENTS) if row.comments else NO_COMMENT
        self.set_summary(SUMMARY.format(comments=said, changes=counted(len(row.history), CHANGES)))

    def _check(self) -> None:
        text, by = self.text.text().strip(), self.by.text().strip()
        self.button.setEnabled(len(text) >= SHORTEST_COMMENT and len(by) >= SHORTEST_NAME)

    def _say(self) -> None:
        if self.button.isEnabled():
            text, by = self.text.text().strip(), self.by.text().strip()
            self.text.clear()
            self._check()
            self.said.emit(text, by)


def _comment(row: CommentRow) -> str:
    form = COMMENT if row.date else COMMENT_UNDATED
    said = form.format(by=row.by, day=row.date, text=row.text)
    return NEW_COMMENT.format(comment=said) if row.pending else said


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
    #: Something is said about an issue; carries issue, what is said and by whom.
    said = Signal(str, str, str)
    #: A person takes back an issue that a person raised.
    withdrawn = Signal(str)

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
        self.take_back = self._quiet(f"{name}.take-back", TAKE_BACK)
        self.take_back.clicked.connect(self._take_back)
        self.withdraw = self._quiet(f"{name}.withdraw", WITHDRAW)
        self.withdraw.clicked.connect(lambda: self.withdrawn.emit(self.row.issue))
        self.form = DecisionForm(name, row.issue)
        self.form.decided.connect(self._decide)
        self.discussion = Discussion(f"{name}.discussion", row.issue)
        self.discussion.said.connect(lambda text, by: self.said.emit(self.row.issue, text, by))
        for part in (self.text, self.raised_by, self.decision, self.note):
            column.addWidget(part)
        line = QHBoxLayout()
        line.addWidget(self.take_back)
        line.addWidget(self.withdraw)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.form)
        column.addWidget(self.discussion)
        self.show_row(row)

    def _quiet(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleDescription(self.row.issue)
        button.setProperty("kind", "quiet")
        return button

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
        who = THE_PROGRAM if row.raised_by == PROGRAM else row.raised_by
        form = RAISED_ON if row.raised_on else RAISED_BY
        self.raised_by.setText(form.format(who=who, day=row.raised_on))
        self.raised_by.setVisible(row.is_raised)
        form = DECIDED_ON if row.date else DECIDED
        self.decision.setText(form.format(by=row.by, day=row.date, reason=row.reason))
        for part in (self.decision, self.take_back):
            part.setVisible(not row.is_open)
        self.withdraw.setVisible(row.own)
        note = ANSWERED if row.answered and row.is_open else ""
        note = PENDING if row.pending and (row.own or not row.is_open) else note
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.form.setVisible(row.is_open)
        self.discussion.show_row(row)

    def _decide(self, decision: str, reason: str, by: str) -> None:
        self.decided.emit(self.row.issue, decision, reason, by)

    def _take_back(self) -> None:
        # It can be corrected instead of being typed again.
        self.form.fill(self.row.decision, self.row.reason, self.row.by)
        self.taken_back.emit(self.row.issue)
