"""Fourth view of what a model uses: where it fails."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from deepbench.study.records import (
    ConformalRecord,
    ErrorGroupRecord,
    FailuresRecord,
    WorstSamplesRecord,
)
from deepbench_ui.models.failure_figures import abstain_figure, groups_figure
from deepbench_ui.models.failure_rows import (
    conformal_columns,
    group_columns,
    group_name,
    groups_of_kind,
    kinds_of,
    slice_sentences,
)
from deepbench_ui.models.families import TITLES
from deepbench_ui.models.looked import Looked
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences
from deepbench_ui.widgets.worst_samples import WorstSamples

WILL = (
    "It will stand here in which groups of samples the chosen model is wrong more often, whether "
    "it knows when it is wrong, and which single samples deserve a second look."
)
IN_SHORT = "In short"
ALWAYS_CHOSEN = "This is about the chosen model: {model}."
GROUPS, GROUPS_SHOWN = "Groups", "Show"
NO_GROUP = "There is no group with enough samples to look at."
SLICES = "Slices found by the program"
SLICES_WHY = "Combinations that a small tree found, checked on samples that it was not fitted on."
NO_SLICE = "No combination of columns was found in which errors are clearly more frequent."
NO_ABSTAIN = "There are too few samples to see what an answer of “I do not know” would gain."
CONFORMAL = "Prediction sets for a chosen error rate"
CONFORMAL_WHY = (
    "In place of one answer the model names every class that is possible (for a number: an "
    "interval), so that the truth is missed no more often than you allow. The error rate is a "
    "setting of this step, above."
)
#: Two columns from about 900 pixels on.
COLUMN_LETTERS = 58
_ROWS = 10


class FailuresTab(ResultTab):
    """Groups, slices, abstaining, prediction sets, worst samples.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("interpretation.tab.failures")
        self._session = session
        self._record: FailuresRecord | None = None
        self._share = True
        self._turns = InTurn(self)
        frame, inside = card(IN_SHORT)
        self.whose = label("", "muted", "interpretation.failures.whose")
        self.short = Sentences("interpretation.failures.short")
        inside.addWidget(self.short)
        inside.addWidget(self.whose)
        self.found.addWidget(frame)
        self.grid = ReflowGrid(COLUMN_LETTERS, 2)
        self.groups = self._add_plot("groups", self._kind_line())
        self.abstain = self._add_plot("abstain")
        self.found.addWidget(self.grid)
        self._add_slices()
        self._add_tables()
        frame, inside = card()
        self.worst = WorstSamples("interpretation.worst", session)
        inside.addWidget(self.worst)
        self.found.addWidget(frame)

    # --- building ---------------------------------------------------------------------

    def _add_plot(self, name: str, above: QWidget | None = None) -> PlotPanel:
        panel = PlotPanel(f"interpretation.{name}", self._session, self._session.selection)
        frame, inside = card()
        if above is not None:
            inside.addWidget(above)
        inside.addWidget(panel, 1)
        self.grid.add(frame)
        return panel

    def _kind_line(self) -> QWidget:
        line = QWidget()
        row = FlowLayout(8, line)
        name = label(GROUPS_SHOWN)
        name.setWordWrap(False)
        self.kind = ChoiceBox()
        self.kind.setObjectName("interpretation.group-kind")
        self.kind.setAccessibleName(GROUPS_SHOWN)
        self.kind.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.kind.activated.connect(self._show_groups)
        row.addWidget(name)
        row.addWidget(self.kind)
        return line

    def _add_slices(self) -> None:
        frame, inside = card(SLICES, "interpretation.slices-card")
        inside.addWidget(label(SLICES_WHY, "muted"))
        self.slices = Sentences("interpretation.slices", mark="•  ")
        self.no_slice = label(NO_SLICE, "", "interpretation.no-slice")
        inside.addWidget(self.slices)
        inside.addWidget(self.no_slice)
        self.found.addWidget(frame)

    def _add_tables(self) -> None:
        self.group_rows: MarkedTable[ErrorGroupRecord] = MarkedTable(
            group_columns(share=True), group_name, colour=_group_colour, parent=self
        )
        self.group_panel = TablePanel(
            "interpretation.group-table", GROUPS, self.group_rows, self._session, stretch=1
        )
        self.conformal_rows: MarkedTable[ConformalRecord] = MarkedTable(
            conformal_columns((), share=True), _conformal_name, parent=self
        )
        self.conformal_panel = TablePanel(
            "interpretation.conformal",
            CONFORMAL,
            self.conformal_rows,
            self._session,
            sentence=CONFORMAL_WHY,
        )
        self.conformal_frame = card()
        for panel, (frame, inside) in (
            (self.group_panel, card()),
            (self.conformal_panel, self.conformal_frame),
        ):
            panel.view.show_all_rows(_ROWS)
            inside.addWidget(panel)
            self.found.addWidget(frame)

    # --- what is shown ----------------------------------------------------------------

    def show_failures(self, looked: Looked, worst: WorstSamplesRecord | None) -> None:
        """Show where the chosen model fails.

        Args:
            looked: What is looked at.
            worst: The worst samples; None if they are not kept.
        """
        record = looked.record.failures if looked.record is not None else None
        self._record, self._share = record, looked.counts_classes
        self.say_empty("" if record is not None else looked.missing(WILL))
        if record is None:
            return
        share = self._share
        self.short.show_sentences(record.sentences)
        model = TITLES.get(record.model, record.model)
        self.whose.setText(ALWAYS_CHOSEN.format(model=model))
        self.whose.setVisible(looked.model != record.model)
        self._show_kinds(record)
        self._show_groups()
        self._turns.show(self.abstain, abstain_figure(record, share=share), NO_ABSTAIN)
        sentences = slice_sentences(record.slices, share=share)
        self.slices.show_sentences(sentences)
        self.no_slice.setVisible(not sentences)
        self.conformal_rows.change_columns(conformal_columns(record.conformal, share=share))
        self.conformal_rows.show_rows(record.conformal)
        self.conformal_frame[0].setVisible(bool(record.conformal))
        self.worst.show_worst(worst, share=share)

    def _show_kinds(self, record: FailuresRecord) -> None:
        before = self.kind.currentData()
        self.kind.clear()
        for key, words in kinds_of(record):
            self.kind.addItem(words, key)
        self.kind.setCurrentIndex(max(0, self.kind.findData(before)))

    def _show_groups(self) -> None:
        if self._record is None:
            return
        groups = groups_of_kind(self._record, str(self.kind.currentData() or ""))
        figure = groups_figure(self._record, groups, share=self._share)
        self._turns.show(self.groups, figure, NO_GROUP)
        self.group_rows.change_columns(group_columns(share=self._share))
        self.group_rows.show_rows(groups)


def _conformal_name(row: ConformalRecord) -> str:
    return f"{row.error_rate:g}"


def _group_colour(row: ErrorGroupRecord) -> str:
    return "danger" if row.marked else ""
