"""Step 4: the role of each column, and the design that follows from it, live."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from deepbench.messages import JobFailed, PreviewTable, SketchDesign
from deepbench.study.records import DesignRecord, PreviewRecord
from deepbench_ui.models.cells import CellTable
from deepbench_ui.models.design_figures import counts_picture
from deepbench_ui.models.role_answers import (
    ROLE_CHOICES,
    open_proposals,
    proposal_changes,
    role_changes,
    role_of,
)
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.design_questions import DesignQuestions
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.role_header import RoleHeader

NO_TABLE = (
    "When a table has been chosen (step 3), its columns are shown here with a role for each."
)
ROLES = "What is each column?"
ROLES_TEXT = (
    "Choose a role below the name of each column that is no measurement. The most important one "
    "is the biological unit: if several rows come from one patient, mouse or plate, say so, or "
    "the result will look far better than it is."
)
PROPOSED = "From names and values DeepBench proposes: {list}. Check it; you know your experiment."
USE_PROPOSALS, PROPOSALS_STEP = "Use These Proposals", "proposed roles"
OTHER, OTHER_HINT, OTHER_ROLE = "Another column", "Name of a column", "Role of this column"
GIVE, NOT_A_COLUMN = "Give It This Role", "There is no column called “{name}”."
OTHER_TEXT = "The table has more columns than are shown. Give a role to any of them:"
COLLECTED = "How the samples were collected"
COLLECTED_TEXT = (
    "No table tells this; you know it. The data check holds your answers against the table, and "
    "the report prints them."
)
DESIGN = "The design that follows"
WAIT = "Counting samples, units and classes…"
NO_DESIGN = "Choose the outcome, and the design will be counted here."
STEP = "role of {column}"
_WAIT_MILLISECONDS = 200
_TABLE_LINES = 9
_LETTERS = 38


class SampleSheetPage(Page):
    """Roles on the column heads, and a live sketch of the design."""

    key = "sample-sheet"
    title = "Sample sheet"
    lead = "Say what each column means, in the words of the lab."
    run_verb = "Use These Roles"

    def build(self) -> None:
        """Make the widgets."""
        self._preview: PreviewRecord | None = None
        self._design: DesignRecord | None = None
        self._shown: tuple[str, ...] = ()
        self._read_for: Any = None
        self._sketched_for: Any = None
        self.empty = label(NO_TABLE, "muted", "sample-sheet.empty")
        self.form.addWidget(self.empty)
        self._build_roles()
        self._build_collected()
        self._build_design()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MILLISECONDS)
        self._later.timeout.connect(self._ask)

    def _build_roles(self) -> None:
        self.roles_card, inside = card(ROLES)
        inside.addWidget(label(ROLES_TEXT, "muted"))
        self.proposal = Banner("sample-sheet.proposal")
        inside.addWidget(self.proposal)
        self.cells = CellTable(self)
        self.view = QTableView()
        self.named(self.view, "table", ROLES)
        self.view.setModel(self.cells)
        self.header = RoleHeader(self.view, "sample-sheet.role")
        self.header.role_chosen.connect(self._choose_role)
        self.view.setHorizontalHeader(self.header)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setTabKeyNavigation(False)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setMinimumHeight(self.view.fontMetrics().lineSpacing() * 2 * _TABLE_LINES)
        inside.addWidget(self.view)
        self.other_row = QWidget()
        line = QHBoxLayout(self.other_row)
        line.setContentsMargins(0, 0, 0, 0)
        self.other = QLineEdit()
        self.named(self.other, "other-column", OTHER)
        self.other.setPlaceholderText(OTHER_HINT)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.other.setCompleter(completer)
        self.other_role = ChoiceBox()
        self.named(self.other_role, "other-role", OTHER_ROLE)
        for value, text, _ in ROLE_CHOICES:
            self.other_role.addItem(text, value)
        give = QPushButton(GIVE)
        self.named(give, "give-role")
        give.clicked.connect(self._give_other)
        self.other.returnPressed.connect(self._give_other)
        line.addWidget(self.other, 1)
        line.addWidget(self.other_role)
        line.addWidget(give)
        self.other_text = label(OTHER_TEXT, "muted")
        inside.addWidget(self.other_text)
        inside.addWidget(self.other_row)
        self.other_note = label("", "danger", "sample-sheet.other-problem")
        self.other_note.hide()
        inside.addWidget(self.other_note)
        self.form.addWidget(self.roles_card)

    def _build_collected(self) -> None:
        frame, inside = card(COLLECTED)
        inside.addWidget(label(COLLECTED_TEXT, "muted"))
        self.collected = DesignQuestions(self.session, self.key)
        inside.addWidget(self.collected)
        self.form.addWidget(frame)

    def _build_design(self) -> None:
        self.design_card, inside = card(DESIGN)
        self.problem = Banner("sample-sheet.problem")
        inside.addWidget(self.problem)
        self.sentence = label(NO_DESIGN, "", "sample-sheet.design")
        inside.addWidget(self.sentence)
        self._grid = ReflowGrid(_LETTERS, 2)
        inside.addWidget(self._grid)
        self._panels: list[PlotPanel] = []
        self.form.addWidget(self.design_card)

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the roles, and count again when an answer changed."""
        self.collected.refresh()
        answers = self.session.draft.answers
        there = bool(self.session.value("data.source"))
        self.empty.setVisible(not there)
        for part in (self.roles_card, self.design_card):
            part.setVisible(there)
        if self._preview is not None:
            self.header.show_columns(self._shown, lambda name: role_of(answers, name))
            self._show_proposals(answers)
        self._ask_soon()

    def _ask_soon(self) -> None:
        answers = self.session.draft.answers
        known = (self._read_for, self._sketched_for)
        if self.session.value("data.source") and (answers.get("data"), _counted(answers)) != known:
            self._later.start()

    def entered(self) -> None:
        """Ask what was not asked because the page was left."""
        self._ask_soon()

    def left(self) -> None:
        """Ask nothing for a page that is not shown."""
        self._later.stop()

    def _show_proposals(self, answers: dict[str, Any]) -> None:
        assert self._preview is not None
        found = open_proposals(answers, self._preview.proposed_roles)
        if not found:
            self.proposal.clear()
            return
        titles = {value: text.lower() for value, text, _ in ROLE_CHOICES}
        listed = "; ".join(
            f"{', '.join(columns)} as {titles[role]}" for role, columns in found.items()
        )
        self.proposal.show_message(
            "info", PROPOSED.format(list=listed), USE_PROPOSALS, self._use_proposals
        )

    def _ask(self) -> None:
        answers = self.session.draft.answers
        folder = str(self.session.folder)
        if answers.get("data") != self._read_for:
            self._read_for = answers.get("data")
            self.session.ask(PreviewTable(folder, answers), self._read, self._failed)
        if _counted(answers) != self._sketched_for:
            self._sketched_for = _counted(answers)
            asked = self._sketched_for
            if self._design is None:
                self.sentence.setText(WAIT)
            self.session.ask(
                SketchDesign(folder, answers),
                lambda result: self._sketched(result, asked),
                self._failed,
            )

    def _failed(self, event: JobFailed) -> None:
        self.problem.show_message("danger", f"{event.message} {event.hint}".strip())

    def _read(self, result: dict[str, Any]) -> None:
        preview = PreviewRecord.model_validate(result)
        self._preview = preview
        order = _roles_first(preview, self.session.draft.answers)
        self._shown = tuple(preview.shown_columns[place] for place in order)
        rows = [[_cell(row, place) for place in order] for row in preview.raw]
        self.cells.show_cells(self._shown, rows, preview.row_numbers)
        names = [column.name for column in preview.columns]
        self._names.setStringList(names)
        more = len(names) > len(preview.shown_columns)
        for part in (self.other_text, self.other_row):
            part.setVisible(more)
        if preview.problem:
            self.problem.show_message("danger", f"{preview.problem} {preview.hint}".strip())
        self.refresh()

    def _sketched(self, result: dict[str, Any], asked: Any) -> None:
        if asked != self._sketched_for:
            return
        design = DesignRecord.model_validate(result)
        self._design = design
        if design.problem:
            self.problem.show_message("danger", f"{design.problem} {design.hint}".strip())
        else:
            self.problem.clear()
        self.sentence.setText(design.sentence or NO_DESIGN)
        self._show_tables(design)

    def _show_tables(self, design: DesignRecord) -> None:
        while len(self._panels) < len(design.tables):
            name = f"sample-sheet.table.{len(self._panels)}"
            panel = PlotPanel(name, self.session, self.session.selection)
            self._panels.append(panel)
            self._grid.add(panel)
        for panel, table in zip(self._panels, design.tables, strict=False):
            figure = counts_picture(table)
            if figure != panel.figure:
                panel.show_figure(figure)
        self._grid.show_parts(set(self._panels[: len(design.tables)]))

    # --- answering --------------------------------------------------------------------

    def _choose_role(self, column: str, role: str) -> None:
        changes = role_changes(self.session.draft.answers, column, role)
        if changes:
            self.session.answer_all(dict(changes), STEP.format(column=column))

    def _use_proposals(self) -> None:
        if self._preview is not None:
            answers = self.session.draft.answers
            changes = proposal_changes(answers, self._preview.proposed_roles)
            self.session.answer_all(dict(changes), PROPOSALS_STEP)

    def _give_other(self) -> None:
        name = self.other.text().strip()
        known = {column.casefold(): column for column in self._names.stringList()}
        column = known.get(name.casefold())
        self.other_note.setVisible(column is None)
        if column is None:
            self.other_note.setText(NOT_A_COLUMN.format(name=name))
            return
        self._choose_role(column, self.other_role.currentData())
        self.other.clear()


def _roles_first(preview: PreviewRecord, answers: dict[str, Any]) -> list[int]:
    """Return the places of the shown columns: those with a role, or one proposed, come first."""
    proposed = {name for names in preview.proposed_roles.values() for name in names}

    def comes_later(place: int) -> bool:
        name = preview.shown_columns[place]
        return role_of(answers, name) == "feature" and name not in proposed

    return sorted(range(len(preview.shown_columns)), key=comes_later)


def _cell(row: tuple[str, ...], place: int) -> str:
    return row[place] if place < len(row) else ""


def _counted(answers: dict[str, Any]) -> tuple[Any, ...]:
    """Return the answers that the counts depend on."""
    question = {
        key: value for key, value in answers.get("question", {}).items()
        if key in ("outcome", "task", "positive")
    }  # fmt: skip
    return (answers.get("data"), answers.get("roles"), question)
