"""First view of ethics and privacy: governance, and the ethics register."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from deepbench.study.records import ChoiceRecord, EthicsRecord
from deepbench.study.register_kinds import ISSUE_KINDS
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.register_rows import (
    RegisterRow,
    comments_of,
    entries_of,
    history_of,
    past_issues,
    raised_of,
    register_rows,
    today,
    with_comment,
    with_decision,
    with_raised,
    without,
)
from deepbench_ui.pages.base import card, label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.fields import TextAnswer
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.raise_issue import RaiseIssue
from deepbench_ui.widgets.register_card import RegisterCard
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences

GOVERNANCE = "May this data be used for this?"
GOVERNANCE_WHY = "The report prints these answers. Without one, the register raises an entry."
APPROVAL, APPROVAL_HINT = (
    "Ethics board and number, or why none is needed",
    "For example: EC Basel 2023-01457; or: published cell lines, no approval needed",
)
CONSENT, CONSENT_HINT = (
    "Consent or legal basis",
    "For example: broad consent of the biobank; or: no human data",
)
LICENCE, LICENCE_HINT = (
    "Licence or agreement the data is used under",
    "For example: CC BY 4.0; data transfer agreement of 3 March 2024; our own data",
)
REGISTER = "Ethics register"
REGISTER_EMPTY = (
    "What the program noticed will be listed here, such as groups of people for whom the model "
    "does worse, or a missing approval. Press “Fill the Register” below."
)
REGISTER_WAITS = (
    "What the program noticed will be listed here, such as groups of people for whom the model "
    "does worse, or a missing approval. That needs the test: first comes step 10."
)
REGISTER_CLEAR = "Nothing was raised, neither by the program nor by anybody."
REGISTER_TEXT = (
    "Every open entry needs a decision before report, results or model may leave the study. Each "
    "run adds what changed to the study’s ledger, from which nothing is ever taken: a decision "
    "that is taken back later still stands in the history of its entry."
)
COUNTS = "{open}, {decided}."
OPEN, DECIDED = "open", "decided"
PAST, PAST_LINE = "Raised once, and not any more", "{issue}: {history}"
BEGUN = "A decision on “{issue}” was begun. {problem}"
BEGUN_COMMENT = (
    "A comment on “{issue}” was begun. Press “Add Comment”, or take it out of the form."
)
BEGUN_ISSUE = "An issue was begun. {problem}"
NOT_RECORDED = "Press “Record Decision”, or take it out of the form."
NOT_RAISED = "Press “Raise the Issue”, or take it out of the form."
DECIDE_STEP, TAKE_BACK_STEP = "decision on {issue}", "decision on {issue} taken back"
RAISE_STEP, WITHDRAW_STEP = "issue {issue}", "issue {issue} withdrawn"
COMMENT_STEP = "comment on {issue}"


class RegisterTab(ResultTab):
    """Governance, entries with their decisions, and what people raise.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("ethics.tab.register")
        self._session = session
        self.cards: dict[str, RegisterCard] = {}
        self._made = 0
        self._build_governance()
        self.answers.addWidget(label(REGISTER, "heading"))
        self.text = label("", "muted", "ethics.register-text")
        self.counts = label("", "strong", "ethics.register-counts")
        self.answers.addWidget(self.text)
        self.answers.addWidget(self.counts)
        self.raise_issue = RaiseIssue("ethics.raise")
        self.raise_issue.raised.connect(self._raise)
        self.answers.addWidget(self.raise_issue)
        self._cards_column = QVBoxLayout()
        self._cards_column.setSpacing(8)
        self.answers.addLayout(self._cards_column)
        self.past = Fold("ethics.past", PAST)
        self.past_lines = Sentences("ethics.past-lines", "muted", mark="•  ")
        self.past.inside.addWidget(self.past_lines)
        self.past.set_open(False)
        self.past.hide()
        self.answers.addWidget(self.past)
        self.empty.hide()

    def _build_governance(self) -> None:
        frame, inside = card(GOVERNANCE)
        inside.addWidget(label(GOVERNANCE_WHY, "muted"))
        self.fields = [
            TextAnswer(self._session, f"ethics.{name}", place, question, step, hint=hint)
            for name, place, question, step, hint in (
                ("approval", "ethics.approval", APPROVAL, "approval", APPROVAL_HINT),
                ("consent", "ethics.consent", CONSENT, "consent", CONSENT_HINT),
                ("licence", "data.licence", LICENCE, "licence", LICENCE_HINT),
            )
        ]
        for field in self.fields:
            inside.addWidget(field)
        self.answers.addWidget(frame)

    # --- showing ----------------------------------------------------------------------

    def show_register(self, record: EthicsRecord | None, choice: ChoiceRecord | None) -> None:
        """Show governance and register; what is being typed stays."""
        for field in self.fields:
            field.refresh()
        rows = register_rows(record, self._session.draft.answers)
        self._show_rows(rows)
        self.raise_issue.show_known([row.issue for row in rows], ISSUE_KINDS)
        if record is None and not rows:
            self.text.setText(REGISTER_WAITS if choice is None else REGISTER_EMPTY)
        else:
            self.text.setText(REGISTER_TEXT if rows else REGISTER_CLEAR)
        still_open = sum(row.is_open for row in rows)
        self.counts.setText(
            COUNTS.format(
                open=f"{still_open} {OPEN}", decided=f"{len(rows) - still_open} {DECIDED}"
            )
        )
        self.counts.setVisible(bool(rows))
        self._show_past(record, rows)

    def _show_past(self, record: EthicsRecord | None, rows: Sequence[RegisterRow]) -> None:
        names = past_issues(record, rows)
        events = record.history if record is not None else ()
        self.past_lines.show_sentences(
            [
                PAST_LINE.format(issue=name, history=" ".join(history_of(events, name)))
                for name in names
            ]
        )
        self.past.set_summary(counted(len(names), "entry", "entries"))
        self.past.setVisible(bool(names))

    def _show_rows(self, rows: Sequence[RegisterRow]) -> None:
        wanted = [row.issue for row in rows]
        for issue in [issue for issue in self.cards if issue not in wanted]:
            gone = self.cards.pop(issue)
            gone.hide()
            gone.deleteLater()
        for row in rows:
            if row.issue in self.cards:
                self.cards[row.issue].show_row(row)
            else:
                self._add_card(row)
        # A card that was just decided stays where it is, under the user's eyes.
        missing = [issue for issue in wanted if self._cards_column.indexOf(self.cards[issue]) < 0]
        for issue in missing:
            self._cards_column.addWidget(self.cards[issue])

    def _add_card(self, row: RegisterRow) -> None:
        made = RegisterCard(f"ethics.entry.{self._made}", row)
        self._made += 1
        made.decided.connect(self._decide)
        made.taken_back.connect(self._take_back)
        made.said.connect(self._say)
        made.withdrawn.connect(self._withdraw)
        self.cards[row.issue] = made

    # --- answering --------------------------------------------------------------------

    @property
    def problem(self) -> str:
        """What was begun has to be completed or cleared; empty when nothing was."""
        for issue, each in self.cards.items():
            if each.is_begun:
                problem = each.form.problem or NOT_RECORDED
                return BEGUN.format(issue=issue, problem=problem)
            if each.discussion.is_begun:
                return BEGUN_COMMENT.format(issue=issue)
        if self.raise_issue.is_begun:
            return BEGUN_ISSUE.format(problem=self.raise_issue.problem or NOT_RAISED)
        return ""

    def _decide(self, issue: str, decision: str, reason: str, by: str) -> None:
        entries = with_decision(
            entries_of(self._session.draft.answers), issue, decision, reason, by, today()
        )
        self._session.answer("ethics.entries", entries, DECIDE_STEP.format(issue=issue))

    def _take_back(self, issue: str) -> None:
        entries = without(entries_of(self._session.draft.answers), issue)
        self._session.answer("ethics.entries", entries, TAKE_BACK_STEP.format(issue=issue))

    def _say(self, issue: str, text: str, by: str) -> None:
        comments = with_comment(comments_of(self._session.draft.answers), issue, text, by, today())
        self._session.answer("ethics.comments", comments, COMMENT_STEP.format(issue=issue))

    def _raise(self, issue: str, text: str, by: str) -> None:
        raised = with_raised(raised_of(self._session.draft.answers), issue, text, by, today())
        self._session.answer("ethics.raised", raised, RAISE_STEP.format(issue=issue))

    def _withdraw(self, issue: str) -> None:
        """Take an issue back with what was decided and said: the plan would refuse both."""
        answers = self._session.draft.answers
        self._session.answer_all(
            {
                "ethics.raised": without(raised_of(answers), issue),
                "ethics.entries": without(entries_of(answers), issue),
                "ethics.comments": without(comments_of(answers), issue),
            },
            WITHDRAW_STEP.format(issue=issue),
        )
