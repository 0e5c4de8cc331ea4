"""What one model uses: four linked plots and two linked tables."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deepbench.study.records import AttributionRecord, ExplanationRecord
from deepbench_ui.models.explanation_figures import (
    beeswarm_figure,
    dependence_figure,
    importance_figure,
    waterfall_figure,
)
from deepbench_ui.models.explanation_rows import (
    ExplainedRow,
    FeatureRow,
    explained_columns,
    explained_rows,
    feature_columns,
    feature_rows,
)
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.finder import Finder
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.reflow_grid import ReflowGrid

FEATURE, FEATURE_HINT = "Feature", "Find a feature"
SAMPLE, SAMPLE_HINT = "Sample", "Find a sample"
PREVIOUS, NEXT = "Previous Sample", "Next Sample"
FEATURES_TITLE, SAMPLES_TITLE = "Features", "Explained samples"
FEATURES_SENTENCE = "Choose a feature to see its values against their effect."
FEATURES_GREY = "Grey: weighs no more than features do with shuffled labels."
SAMPLES_SENTENCE = (
    "Samples of the training set, each explained by a model that was fitted without it. Choose "
    "one to see how the model comes to its answer."
)
NOT_KEPT = (
    "The single samples of this result are not kept any more. “Look Inside the Models” below "
    "calculates them again."
)
NO_FEATURE = "The model uses no feature, so there is nothing to show."
#: Two columns from about 900 pixels on.
COLUMN_LETTERS = 58
_MOST_ROWS = 10


class ExplanationView(QWidget):
    """Beeswarm, importances, dependence and waterfall, with their tables.

    What is chosen in one of them is chosen in all.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__()
        self._session = session
        self._shown: ExplanationRecord | None = None
        self._task = ""
        self.feature = ""
        self.sample = ""
        self._turns = InTurn(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.grid = ReflowGrid(COLUMN_LETTERS, 2)
        column.addWidget(self.grid)
        self.beeswarm = self._add_plot("beeswarm")
        self.importance = self._add_plot("importance")
        self.dependence = self._add_plot("dependence", self._feature_line())
        self.waterfall = self._add_plot("waterfall", self._sample_line())
        self._add_tables(column)
        session.selection.changed.connect(self._selected)

    # --- building ---------------------------------------------------------------------

    def _add_plot(self, name: str, above: QWidget | None = None) -> PlotPanel:
        panel = PlotPanel(f"interpretation.{name}", self._session, self._session.selection)
        frame, inside = card()
        if above is not None:
            inside.addWidget(above)
        inside.addWidget(panel)
        self.grid.add(frame)
        return panel

    def _feature_line(self) -> QWidget:
        line, row = _line()
        row.addWidget(label(FEATURE))
        self.feature_finder = Finder("interpretation.feature", FEATURE_HINT, FEATURE_HINT)
        self.feature_finder.found.connect(self._choose_feature)
        row.addWidget(self.feature_finder, 1)
        return line

    def _sample_line(self) -> QWidget:
        line, row = _line()
        row.addWidget(label(SAMPLE))
        self.sample_finder = Finder("interpretation.sample", SAMPLE_HINT, SAMPLE_HINT)
        self.sample_finder.found.connect(self._choose_sample)
        row.addWidget(self.sample_finder, 1)
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

    def _add_tables(self, column: QVBoxLayout) -> None:
        self.features: MarkedTable[FeatureRow] = MarkedTable(
            feature_columns(""), _feature_name, colour=_feature_colour, parent=self
        )
        self.feature_panel = self._table(column, "features", FEATURES_TITLE, self.features)
        self.feature_panel.view.chosen.connect(self._choose_feature)
        self.samples: MarkedTable[ExplainedRow] = MarkedTable(
            explained_columns(""), _sample_name, parent=self
        )
        self.sample_panel = self._table(
            column, "samples", SAMPLES_TITLE, self.samples, per_sample=True
        )
        self.sample_panel.view.chosen.connect(self._choose_sample)
        # Steps go through the samples in the order of the table.
        self.samples.layoutChanged.connect(self._show_steps)

    def _table(
        self,
        column: QVBoxLayout,
        name: str,
        title: str,
        table: MarkedTable[Any],
        *,
        per_sample: bool = False,
    ) -> TablePanel:
        sentence = SAMPLES_SENTENCE if per_sample else f"{FEATURES_SENTENCE} {FEATURES_GREY}"
        panel = TablePanel(
            f"interpretation.{name}",
            title,
            table,
            self._session,
            sentence=sentence,
            per_sample=per_sample,
        )
        panel.view.show_all_rows(_MOST_ROWS)
        frame, inside = card()
        inside.addWidget(panel)
        column.addWidget(frame)
        return panel

    # --- what is shown ----------------------------------------------------------------

    def show_model(
        self, record: AttributionRecord, shown: ExplanationRecord | None, task: str
    ) -> None:
        """Show what a model uses.

        Args:
            record: Its importances.
            shown: Its explanations of single samples (for one class); None if not kept.
            task: Kind of outcome.
        """
        self._shown, self._task = shown, task
        target = shown.target if shown is not None else ""
        rows = feature_rows(record, target, task)
        self.features.change_columns(feature_columns(record.unit))
        self.features.show_rows(rows)
        self.feature_finder.show_names([found.feature for found in record.features])
        samples = explained_rows(shown) if shown is not None else []
        self.samples.change_columns(explained_columns(shown.scale if shown is not None else ""))
        self.samples.show_rows(samples)
        self.sample_finder.show_names([row.sample for row in samples])
        self._turns.show(self.importance, importance_figure(record), NO_FEATURE)
        empty = NOT_KEPT if shown is None else NO_FEATURE
        several = shown is not None and bool(shown.features)
        self._turns.show(
            self.beeswarm, beeswarm_figure(shown) if shown and several else None, empty
        )
        selection = self._session.selection
        names = shown.features if shown is not None else ()
        first = rows[0].found.feature if rows else ""
        wanted = selection.selected("feature")
        self._show_feature(wanted if wanted in names else first)
        known = self.samples.place_of(selection.selected("sample")) >= 0
        first = self.samples.name_at(0) if samples else ""
        self._show_sample(selection.selected("sample") if known else first)

    def _show_feature(self, feature: str) -> None:
        self.feature = feature
        self.feature_finder.show_current(feature)
        self.feature_panel.view.mark(feature)
        shown = self._shown
        figure = dependence_figure(shown, feature, self._task) if shown is not None else None
        self._turns.show(self.dependence, figure, NOT_KEPT if shown is None else NO_FEATURE)

    def _show_sample(self, sample: str) -> None:
        self.sample = sample
        self.sample_finder.show_current(sample)
        self.sample_panel.view.mark(sample)
        shown = self._shown
        figure = waterfall_figure(shown, sample) if shown is not None else None
        self._turns.show(self.waterfall, figure, NOT_KEPT if shown is None else NO_FEATURE)
        self._show_steps()

    def _show_steps(self) -> None:
        place = self.samples.place_of(self.sample)
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(-1 < place < self.samples.rowCount() - 1)

    # --- choosing ---------------------------------------------------------------------

    def _choose_feature(self, feature: str) -> None:
        self._session.selection.select("feature", feature)

    def _choose_sample(self, sample: str) -> None:
        self._session.selection.select("sample", sample)

    def _step(self, way: int) -> None:
        place = self.samples.place_of(self.sample) + way
        if 0 <= place < self.samples.rowCount():
            self._choose_sample(self.samples.name_at(place))

    def _selected(self, kind: str, name: str) -> None:
        if kind == "feature" and self.features.place_of(name) >= 0:
            self._show_feature(name)
        elif kind == "sample" and self.samples.place_of(name) >= 0:
            self._show_sample(name)


def _line() -> tuple[QWidget, QHBoxLayout]:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    return line, row


def _feature_name(row: FeatureRow) -> str:
    return row.found.feature


def _feature_colour(row: FeatureRow) -> str:
    return "" if row.above else "disabled_text"


def _sample_name(row: ExplainedRow) -> str:
    return row.sample
