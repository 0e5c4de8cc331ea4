"""Fourth view of ethics and privacy: what may leave, and what a second person approved."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepbench.study.records import EthicsRecord
from deepbench_ui.models.approval_rows import (
    REMOVE_STEP,
    STEP,
    ApprovalRow,
    approval_rows,
    approvals_of,
    with_approval,
    without_approval,
)
from deepbench_ui.pages.base import card, label
from deepbench_ui.session import StudySession
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.approval_form import ApprovalForm
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.result_tabs import ResultTab

WILL = (
    "It will stand here what may leave the study at its level, and what stays. Press “Fill the "
    "Register” below."
)
LEAVES = "What may leave at this level"
LEAVES_LEVEL = "The register was filled at the level {level}."
APPROVALS = "What a second person approved"
NO_APPROVALS = "Nothing was approved beyond what the level lets leave."
RESTRICTED = (
    "The data is restricted: beyond what is listed here nothing can be approved, but for a model "
    "trained with differential privacy and its certificate."
)
PENDING = (
    "Changed since the register was filled: it holds when “Fill the Register” below has run again."
)
TAKE_BACK = "Take Back"
#: How a sentence of the register begins → picture and its meaning.
LEAVES_MARKS = (
    ("May leave", "done", "ok", "May leave"),
    ("Stays", "lock", "warning", "Stays"),
    ("Never", "blocked", "danger", "Never leaves"),
)
BEGUN = "An approval was begun. {problem}"
NOT_RECORDED = "Press “Record the Approval”, or take it out of the form."
_ICON_SIZE = 16


class LeavingTab(ResultTab):
    """Approvals with their form, and the list of what may leave.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("ethics.tab.leaving")
        self._session = session
        self._shown: tuple[tuple[str, str], ...] = ()
        self._labels: list[QLabel] = []
        self._rows: tuple[ApprovalRow, ...] = ()
        self._holder: QWidget | None = None
        self._build_leaves()
        self._build_approvals()
        theme().changed.connect(self._paint)

    def _build_leaves(self) -> None:
        self.leaves, inside = card(LEAVES, "ethics.leaves")
        self.level = label("", "muted", "ethics.leaves-level")
        inside.addWidget(self.level)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        inside.addLayout(self._grid)
        self.found.addWidget(self.leaves)

    def _build_approvals(self) -> None:
        self.answers.addWidget(label(APPROVALS, "heading"))
        self.approvals_text = label("", "muted", "ethics.approvals-text")
        self.answers.addWidget(self.approvals_text)
        self.pending = Banner("ethics.approvals-pending")
        self.answers.addWidget(self.pending)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.answers.addLayout(self._list)
        self.form = ApprovalForm("ethics.approve")
        self.form.approved.connect(self._approve)
        self.answers.addWidget(self.form)

    # --- showing ----------------------------------------------------------------------

    def show_leaving(self, record: EthicsRecord | None, *, outdated: bool) -> None:
        """Show what may leave, and the approvals."""
        self.say_empty("" if record is not None else WILL)
        answers = self._session.draft.answers
        rows = approval_rows(answers, datetime.datetime.now().astimezone().date())
        restricted = record is not None and record.level == "restricted"
        self.approvals_text.setText("" if rows else RESTRICTED if restricted else NO_APPROVALS)
        self.approvals_text.setVisible(not rows)
        if rows and outdated:
            self.pending.show_message("warning", PENDING)
        else:
            self.pending.clear()
        self._show_approvals(rows)
        if record is None:
            return
        self.level.setText(LEAVES_LEVEL.format(level=record.level))
        if record.may_leave != self._shown:
            self._shown = record.may_leave
            self._paint()

    def _show_approvals(self, rows: tuple[ApprovalRow, ...]) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
        self._holder = QWidget()
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for row in rows:
            column.addWidget(self._approval(row))
        self._list.addWidget(self._holder)

    def _approval(self, row: ApprovalRow) -> QWidget:
        frame = QFrame()
        frame.setProperty("kind", "well")
        line = QHBoxLayout(frame)
        line.setContentsMargins(12, 10, 12, 10)
        said = QVBoxLayout()
        said.setSpacing(3)
        said.addWidget(label(row.line, "strong"))
        said.addWidget(label(row.detail))
        if row.note:
            said.addWidget(label(row.note, "warning"))
        button = QPushButton(TAKE_BACK)
        button.setObjectName(f"ethics.approval.{row.place}.take-back")
        button.setAccessibleName(f"{TAKE_BACK}: {row.line}")
        button.setProperty("kind", "quiet")
        button.clicked.connect(lambda _=False, place=row.place: self._take_back(place))
        line.addLayout(said, 1)
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return frame

    def _paint(self) -> None:
        for old in self._labels:
            old.hide()
            old.deleteLater()
        self._labels = []
        for row, (what, sentence) in enumerate(self._shown):
            mark = QLabel()
            name, colour, meaning = _mark(sentence)
            mark.setPixmap(icon(name, colour).pixmap(_ICON_SIZE, _ICON_SIZE))
            mark.setAccessibleName(meaning)
            parts = [mark, label(what[:1].upper() + what[1:]), label(sentence, "muted")]
            for column, part in enumerate(parts):
                self._grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)
            self._labels += parts

    # --- answering --------------------------------------------------------------------

    @property
    def problem(self) -> str:
        """An approval that was begun has to be completed or cleared."""
        if not self.form.is_begun:
            return ""
        return BEGUN.format(problem=self.form.problem or NOT_RECORDED)

    def _approve(self, fields: dict[str, str]) -> None:
        approvals = with_approval(approvals_of(self._session.draft.answers), fields)
        step = STEP.format(recipient=fields["recipient"].strip())
        self._session.answer("ethics.approvals", approvals, step)

    def _take_back(self, place: int) -> None:
        approvals = approvals_of(self._session.draft.answers)
        step = REMOVE_STEP.format(recipient=approvals[place]["recipient"])
        self._session.answer("ethics.approvals", without_approval(approvals, place), step)


def _mark(sentence: str) -> tuple[str, str, str]:
    for beginning, name, colour, meaning in LEAVES_MARKS:
        if sentence.startswith(beginning):
            return name, colour, meaning
    return LEAVES_MARKS[1][1:]
