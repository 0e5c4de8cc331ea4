"""Second view of what a model uses: single samples."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from deepbench.study.records import ExplanationRecord, NeighboursRecord, TrustRecord
from deepbench_ui.models.explanation_figures import (
    MOST_COLUMNS,
    heatmap_figure,
    order_by_output,
    waterfall_figure,
)
from deepbench_ui.models.explanation_rows import (
    ExplainedRow,
    explained_columns,
    explained_rows,
)
from deepbench_ui.models.looked import NOT_KEPT, Looked
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.models.trust import (
    NeighbourRow,
    neighbour_columns,
    neighbour_rows,
    trust_sentences,
)
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import HeatmapFigure, PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.finder import Finder
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences
from deepbench_ui.widgets.switch import Switch

WILL = (
    "It will stand here how the model comes to its answer for single samples, which training "
    "samples are most like them, and how far to trust the answer."
)
SAMPLE, SAMPLE_HINT = "Sample", "Find a sample"
PREVIOUS, NEXT = "Previous Sample", "Next Sample"
SAMPLES_TITLE = "Explained samples"
SAMPLES_SENTENCE = (
    "Samples of the training set, each explained by a model that was fitted without it. Choose "
    "one to see how the model comes to its answer."
)
NEAR_TITLE = "Nearest training samples"
NEAR_SENTENCE = "Those that the model was fitted on and that look most like the sample to it."
NO_NEIGHBOURS = (
    "Which training samples are most like this one, and whether they had the outcome that the "
    "model predicts, is not kept for this sample."
)
NO_FEATURE = "The model uses no feature, so there is nothing to show."
ORDER = "Order of the samples:"
BY_OUTPUT, BY_SIMILARITY = ("output", "by output"), ("similarity", "alike together")
#: Two columns from about 900 pixels on.
COLUMN_LETTERS = 58
_MOST_ROWS = 10


class SamplesTab(ResultTab):
    """Waterfall, nearest training samples, heat map, and the table of explained samples.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("interpretation.tab.samples")
        self._session = session
        self._shown: ExplanationRecord | None = None
        self._trust: TrustRecord | None = None
        self._near: dict[str, NeighboursRecord] = {}
        self.sample = ""
        self._turns = InTurn(self)
        self.grid = ReflowGrid(COLUMN_LETTERS, 2)
        self.found.addWidget(self.grid)
        self.waterfall = self._plot("waterfall")
        frame, inside = card()
        inside.addWidget(self._sample_line())
        inside.addWidget(self.waterfall, 1)
        self.grid.add(frame)
        self._add_neighbours()
        self.heatmap = self._plot("heatmap")
        self.order = Switch("interpretation.order", ORDER, (BY_OUTPUT, BY_SIMILARITY))
        self.order.chosen.connect(lambda _: self._show_heatmap())
        frame, inside = card()
        inside.addWidget(self.order)
        inside.addWidget(self.heatmap)
        self.found.addWidget(frame)
        self._add_table()
        session.selection.changed.connect(self._selected)

    # --- building ---------------------------------------------------------------------

    def _plot(self, name: str) -> PlotPanel:
        return PlotPanel(f"interpretation.{name}", self._session, self._session.selection)

    def _sample_line(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(SAMPLE))
        self.finder = Finder("interpretation.sample", SAMPLE_HINT, SAMPLE_HINT)
        self.finder.found.connect(self._choose)
        row.addWidget(self.finder, 1)
        self.previous = self._step_button("previous", PREVIOUS, -1)
        self.next = self._step_button("next", NEXT, 1)
        row.addWidget(self.previous)
        row.addWidget(self.next)
        return line

    def _step_button(self, name: str, text: str, way: int) -> QPushButton:
        button = QPushButton(text.split(maxsplit=1)[0])
        button.setObjectName(f"interpretation.{name}")
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.clicked.connect(lambda: self._step(way))
        return button

    def _add_neighbours(self) -> None:
        frame, inside = card()
        self.neighbours: MarkedTable[NeighbourRow] = MarkedTable(
            neighbour_columns(""), _neighbour_name, parent=self
        )
        self.near_panel = TablePanel(
            "interpretation.neighbours",
            NEAR_TITLE,
            self.neighbours,
            self._session,
            sentence=NEAR_SENTENCE,
            per_sample=True,
        )
        self.near_panel.view.show_all_rows(_MOST_ROWS)
        self.trust = Sentences("interpretation.trust")
        self.near_panel.add_tools(self.trust)
        self.no_neighbours = label(NO_NEIGHBOURS, "muted", "interpretation.no-neighbours")
        inside.addWidget(self.near_panel)
        inside.addWidget(self.no_neighbours)
        inside.addStretch(1)
        self.grid.add(frame)

    def _add_table(self) -> None:
        self.samples: MarkedTable[ExplainedRow] = MarkedTable(
            explained_columns("", trusted=False), _sample_name, parent=self
        )
        self.panel = TablePanel(
            "interpretation.samples",
            SAMPLES_TITLE,
            self.samples,
            self._session,
            stretch=3,
            sentence=SAMPLES_SENTENCE,
            per_sample=True,
        )
        self.panel.view.show_all_rows(_MOST_ROWS)
        self.panel.view.chosen.connect(self._choose)
        # Steps go through the samples in the order of the table.
        self.samples.layoutChanged.connect(self._show_steps)
        frame, inside = card()
        inside.addWidget(self.panel)
        self.found.addWidget(frame)

    # --- what is shown ----------------------------------------------------------------

    def show_samples(self, looked: Looked, trust: TrustRecord | None) -> None:
        """Show the explained samples of a model.

        Args:
            looked: What is looked at.
            trust: Neighbours of the samples; None if not known.
        """
        shown = looked.explanation
        there = NOT_KEPT if looked.attribution is not None else looked.missing(WILL)
        self.say_empty("" if shown is not None else there)
        self._shown, self._trust = shown, trust
        near = trust.samples if trust is not None else ()
        self._near = {one.sample: one for one in near}
        rows = explained_rows(shown, self._near) if shown is not None else []
        scale = shown.scale if shown is not None else ""
        self.samples.change_columns(explained_columns(scale, trusted=bool(self._near)))
        self.samples.show_rows(rows)
        self.finder.show_names([row.sample for row in rows])
        self.neighbours.change_columns(neighbour_columns(trust.space if trust is not None else ""))
        wanted = self._session.selection.selected("sample")
        known = self.samples.place_of(wanted) >= 0
        self._show_sample(wanted if known else self.samples.name_at(0) if rows else "")
        self._show_heatmap()

    def _show_sample(self, sample: str) -> None:
        self.sample = sample
        self.finder.show_current(sample)
        self.panel.view.mark(sample)
        shown = self._shown
        figure = waterfall_figure(shown, sample) if shown is not None else None
        self._turns.show(self.waterfall, figure, NO_FEATURE)
        near = self._near.get(sample)
        self.neighbours.show_rows(neighbour_rows(near))
        self.trust.show_sentences(trust_sentences(near) if near is not None else ())
        self.near_panel.setVisible(near is not None)
        self.no_neighbours.setVisible(near is None)
        self._show_steps()

    def _show_steps(self) -> None:
        place = self.samples.place_of(self.sample)
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(-1 < place < self.samples.rowCount() - 1)

    def _show_heatmap(self) -> None:
        self._turns.show(self.heatmap, self._heatmap_figure(), NO_FEATURE)

    def _heatmap_figure(self) -> HeatmapFigure | None:
        shown = self._shown
        if shown is None:
            return None
        if self.order.value == BY_OUTPUT[0]:
            return heatmap_figure(shown, order_by_output(shown), by_similarity=False)
        # Like the plots, this loads numpy when it is first wanted.
        from deepbench_ui.plots.ordering import order_by_similarity

        parts = [row[:MOST_COLUMNS] for row in shown.attributions]
        order = order_by_similarity(parts, shown.outputs)
        return heatmap_figure(shown, order, by_similarity=True)

    # --- choosing ---------------------------------------------------------------------

    def _choose(self, sample: str) -> None:
        self._session.selection.select("sample", sample)

    def _step(self, way: int) -> None:
        place = self.samples.place_of(self.sample) + way
        if 0 <= place < self.samples.rowCount():
            self._choose(self.samples.name_at(place))

    def _selected(self, kind: str, name: str) -> None:
        if kind == "sample" and self.samples.place_of(name) >= 0:
            self._show_sample(name)


def _neighbour_name(row: NeighbourRow) -> str:
    return row.sample


def _sample_name(row: ExplainedRow) -> str:
    return row.sample
