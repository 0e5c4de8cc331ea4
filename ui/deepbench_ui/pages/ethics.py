"""Step 13: governance, the ethics register, who is served how well, what may leave."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from deepbench.study.records import ChoiceRecord, EthicsRecord
from deepbench_ui.models.register_rows import (
    RegisterRow,
    entries_of,
    register_rows,
    served_groups,
    with_decision,
    without_decision,
)
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.pages.start import LEVELS
from deepbench_ui.plots import PlotPanel
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.fields import TextAnswer
from deepbench_ui.widgets.register_card import RegisterCard
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
LEVEL = "How sensitive the data is: {level}"
LEVEL_TEXT = "{text} It is changed on the page “Start”."
NO_LEVEL = "Not said yet: it is treated as sensitive. Say it on the page “Start”."
REGISTER = "Ethics register"
REGISTER_EMPTY = (
    "What the program noticed will be listed here, such as groups of people for whom the model "
    "does worse, or a missing approval. Press “Fill the Register” below."
)
REGISTER_WAITS = (
    "What the program noticed will be listed here, such as groups of people for whom the model "
    "does worse, or a missing approval. That needs the test: first comes step 10."
)
REGISTER_CLEAR = "The program raised nothing."
REGISTER_TEXT = (
    "Every open entry needs a decision before the report may leave the study. Each run writes the "
    "decisions it was made with into the study’s ledger, which is only ever added to: one that is "
    "taken back later still stands there."
)
DECIDE_STEP, TAKE_BACK_STEP = "decision on {issue}", "decision on {issue} taken back"
BEGUN = "A decision on “{issue}” was begun. {problem}"
NOT_RECORDED = "Press “Record Decision”, or take it out of the form."
GROUPS = "Who is served how well"
GROUPS_NONE = (
    "No groups were compared. Give a column such as sex, age group or site its role in the sample "
    "sheet (step 4), before the test set is opened, and the score is shown for each group."
)
LOCKED = "The test set was not opened, so there is no score to compare between groups."
LEAVES = "What may leave at this level"
LEAVES_LEVEL = "The register was filled at the level {level}."
#: How a sentence of the register begins → picture and its meaning.
LEAVES_MARKS = (
    ("May leave", "done", "ok", "May leave"),
    ("Stays", "lock", "warning", "Stays"),
    ("Never", "blocked", "danger", "Never leaves"),
)
_ICON_SIZE = 16


class EthicsPage(Page):
    """Governance, register, groups, what may leave."""

    key = "ethics"
    title = "Ethics and privacy gate"
    lead = "Whom could this harm, by its mistakes or by what it gives away?"
    run_verb = "Fill the Register"

    def build(self) -> None:
        """Make the widgets."""
        self.cards: dict[str, RegisterCard] = {}
        self._made = 0
        self._leaves_shown: tuple[tuple[str, str], ...] = ()
        self._leave_labels: list[QLabel] = []
        self.panels: dict[str, PlotPanel] = {}
        self._build_governance()
        self._build_register()
        self._build_groups()
        self._build_leaves()
        self.results.addStretch(1)
        theme().changed.connect(self._paint_leaves)

    # --- building ---------------------------------------------------------------------

    def _build_governance(self) -> None:
        frame, inside = card(GOVERNANCE)
        inside.addWidget(label(GOVERNANCE_WHY, "muted"))
        self.fields = [
            TextAnswer(self.session, f"ethics.{name}", place, question, step, hint=hint)
            for name, place, question, step, hint in (
                ("approval", "ethics.approval", APPROVAL, "approval", APPROVAL_HINT),
                ("consent", "ethics.consent", CONSENT, "consent", CONSENT_HINT),
                ("licence", "data.licence", LICENCE, "licence", LICENCE_HINT),
            )
        ]
        for field in self.fields:
            inside.addWidget(field)
        self.level = label("", "question", "ethics.level")
        self.level_text = label("", "muted", "ethics.level-text")
        inside.addWidget(self.level)
        inside.addWidget(self.level_text)
        self.form.addWidget(frame)

    def _build_register(self) -> None:
        self.register = QWidget()
        self.register.setObjectName("ethics.register")
        column = QVBoxLayout(self.register)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(REGISTER, "heading"))
        self.register_text = label("", "muted", "ethics.register-text")
        column.addWidget(self.register_text)
        self._cards_column = QVBoxLayout()
        self._cards_column.setSpacing(8)
        column.addLayout(self._cards_column)
        self.form.addWidget(self.register)

    def _build_groups(self) -> None:
        self.groups, self._groups_column = card(GROUPS, "ethics.groups")
        self.groups_empty = label("", "muted", "ethics.groups-empty")
        self._groups_column.addWidget(self.groups_empty)
        self.too_small = Sentences("ethics.too-small", "muted")
        self._groups_column.addWidget(self.too_small)
        self.results.addWidget(self.groups)

    def _build_leaves(self) -> None:
        self.leaves, inside = card(LEAVES, "ethics.leaves")
        self.leaves_level = label("", "muted")
        inside.addWidget(self.leaves_level)
        self._leaves_grid = QGridLayout()
        self._leaves_grid.setHorizontalSpacing(12)
        self._leaves_grid.setVerticalSpacing(6)
        self._leaves_grid.setColumnStretch(1, 1)
        self._leaves_grid.setColumnStretch(2, 1)
        inside.addLayout(self._leaves_grid)
        self.results.addWidget(self.leaves)

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show governance, register, groups and what may leave."""
        for field in self.fields:
            field.refresh()
        self._show_level()
        record = self.session.record("ethics", EthicsRecord)
        choice = self.session.record("test", ChoiceRecord)
        rows = register_rows(record, self.session.draft.answers)
        self._show_rows(rows)
        if record is None:
            waits = choice is None
            self.register_text.setText(REGISTER_WAITS if waits else REGISTER_EMPTY)
        else:
            self.register_text.setText(REGISTER_TEXT if rows else REGISTER_CLEAR)
        self._show_groups(choice)
        self._show_leaves(record)

    def _show_level(self) -> None:
        level = self.session.value("privacy.level")
        option = next((option for option in LEVELS if option.value == level), None)
        self.level.setText(LEVEL.format(level=option.title if option else "–"))
        self.level_text.setText(LEVEL_TEXT.format(text=option.text) if option else NO_LEVEL)

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
        self.cards[row.issue] = made

    def _show_groups(self, choice: ChoiceRecord | None) -> None:
        self.groups.setVisible(choice is not None)
        if choice is None:
            return
        served = served_groups(choice.test)
        self.groups_empty.setText(GROUPS_NONE if choice.test.metrics else LOCKED)
        self.groups_empty.setVisible(not served)
        for column in [
            column for column in self.panels if column not in {s.column for s in served}
        ]:
            self.panels.pop(column).deleteLater()
        for number, each in enumerate(served):
            panel = self.panels.get(each.column)
            if panel is None:
                panel = PlotPanel(f"ethics.group.{number}", self.session, None)
                self.panels[each.column] = panel
                self._groups_column.insertWidget(self._groups_column.count() - 1, panel)
            if each.figure is not None and each.figure != panel.figure:
                panel.show_figure(each.figure)
            panel.setVisible(each.figure is not None)
        self.too_small.show_sentences(
            [f"{each.column}: {each.too_small}" for each in served if each.too_small]
        )

    def _show_leaves(self, record: EthicsRecord | None) -> None:
        self.leaves.setVisible(record is not None)
        if record is None:
            return
        self.leaves_level.setText(LEAVES_LEVEL.format(level=record.level))
        if record.may_leave != self._leaves_shown:
            self._leaves_shown = record.may_leave
            self._paint_leaves()

    def _paint_leaves(self) -> None:
        for old in self._leave_labels:
            old.deleteLater()
        self._leave_labels = []
        for row, (what, sentence) in enumerate(self._leaves_shown):
            mark = QLabel()
            name, colour, meaning = _mark(sentence)
            mark.setPixmap(icon(name, colour).pixmap(_ICON_SIZE, _ICON_SIZE))
            mark.setAccessibleName(meaning)
            parts = [mark, label(what[:1].upper() + what[1:]), label(sentence, "muted")]
            for column, part in enumerate(parts):
                self._leaves_grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)
            self._leave_labels += parts

    # --- answering --------------------------------------------------------------------

    def next_problem(self) -> str:
        """A decision that was begun has to be completed or cleared."""
        for issue, each in self.cards.items():
            if each.is_begun:
                problem = each.form.problem or NOT_RECORDED
                return BEGUN.format(issue=issue, problem=problem)
        return ""

    def _decide(self, issue: str, decision: str, reason: str, by: str) -> None:
        entries = with_decision(
            entries_of(self.session.draft.answers), issue, decision, reason, by
        )
        self.session.answer("ethics.entries", entries, DECIDE_STEP.format(issue=issue))

    def _take_back(self, issue: str) -> None:
        entries = without_decision(entries_of(self.session.draft.answers), issue)
        self.session.answer("ethics.entries", entries, TAKE_BACK_STEP.format(issue=issue))


def _mark(sentence: str) -> tuple[str, str, str]:
    for beginning, name, colour, meaning in LEAVES_MARKS:
        if sentence.startswith(beginning):
            return name, colour, meaning
    return LEAVES_MARKS[1][1:]
