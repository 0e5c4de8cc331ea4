"""Plots and tables of the opened test set, side by side where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepbench.study.records import ChoiceRecord, PredictionsRecord
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.models.test_figures import (
    calibration_figure,
    comparison_figure,
    confusion_figure,
    precision_recall_figure,
    roc_figure,
    scatter_figure,
    subgroup_figures,
    sureness_figure,
)
from deepbench_ui.models.test_rows import (
    METRIC_COLUMNS,
    MetricRow,
    metric_columns,
    metric_rows,
    panel_sentence,
)
from deepbench_ui.models.test_words import CALLS, call_sentences
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import Figure, PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.sentences import Sentences

METRICS = "Scores on the test set"
METRICS_WHY = "Point at a score to read what it means."
#: Two columns from about 900 pixels on.
COLUMN_LETTERS = 58
_BASELINE_COLUMN = 2
_MOST_METRICS = 14
_PLOTS = ("comparison", "roc", "precision-recall", "confusion", "sureness", "calibration")


class OpenedPictures(QWidget):
    """Comparison, metrics, curves, confusion matrix, single samples, groups.

    Args:
        session: The open study.
    """

    #: Observed and predicted class of a cell that was chosen.
    cell_chosen = Signal(str, str)

    def __init__(self, session: StudySession) -> None:
        super().__init__()
        self._session = session
        self._classes: tuple[str, ...] = ()
        self._turns = InTurn(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._add_metrics(column)
        self.grid = ReflowGrid(COLUMN_LETTERS, 2)
        column.addWidget(self.grid)
        self.panels: dict[str, PlotPanel] = {}
        self._frames: dict[str, QFrame] = {}
        for name in _PLOTS:
            self._add_plot(name)
        self.panels["confusion"].cell_clicked.connect(self._cell_clicked)

    def _add_plot(self, name: str) -> None:
        panel = PlotPanel(f"test.{name}", self._session, self._session.selection)
        frame, inside = card()
        inside.addWidget(panel)
        self.panels[name], self._frames[name] = panel, frame
        frame.hide()
        self.grid.add(frame)

    def _add_metrics(self, column: QVBoxLayout) -> None:
        self.metrics_frame, inside = card(name="test.metrics-card")
        self.metrics = MarkedTable(METRIC_COLUMNS, _name_of, tip=_meaning_of, parent=self)
        self.metrics_panel = TablePanel(
            "test.metrics", METRICS, self.metrics, self._session, sentence=METRICS_WHY
        )
        self.metrics_panel.view.show_all_rows(_MOST_METRICS)
        inside.addWidget(self.metrics_panel)
        self.whose = label("", "muted", "test.metrics.whose")
        inside.addWidget(self.whose)
        self.metrics_frame.hide()
        column.addWidget(self.metrics_frame)
        self.calls_frame, inside = card(CALLS, "test.calls-card")
        self.calls = Sentences("test.calls")
        inside.addWidget(self.calls)
        self.calls_frame.hide()
        column.addWidget(self.calls_frame)

    def show_choice(
        self,
        choice: ChoiceRecord,
        predictions: PredictionsRecord | None,
        classes: Sequence[str],
        outcome: str,
    ) -> None:
        """Show what the stage found.

        Args:
            choice: The record.
            predictions: Predictions on the test samples; None while it is locked.
            classes: Names of the classes; none for a number.
            outcome: Name of the outcome.
        """
        self._classes = tuple(classes)
        test = choice.test
        positive = classes[1] if len(classes) == 2 else ""
        single: Figure | None = None
        if predictions is not None:
            single = sureness_figure(predictions, choice.decision) or scatter_figure(
                predictions, outcome
            )
        self._show("comparison", comparison_figure(choice))
        self._show("roc", roc_figure(test, positive))
        self._show("precision-recall", precision_recall_figure(test, positive))
        self._show("confusion", confusion_figure(test, classes))
        self._show("sureness", single)
        self._show("calibration", calibration_figure(test, positive))
        self._show_groups(choice)
        self.metrics.change_columns(metric_columns(test))
        self.metrics.show_rows(metric_rows(test))
        self.metrics_panel.view.setColumnHidden(_BASELINE_COLUMN, test.model == test.baseline)
        self.whose.setText(panel_sentence(test))
        self.metrics_frame.setVisible(bool(test.metrics))
        calls = call_sentences(choice)
        self.calls.show_sentences(calls)
        self.calls_frame.setVisible(bool(calls))
        self.grid.arrange()

    def _show_groups(self, choice: ChoiceRecord) -> None:
        figures = [figure for figure in subgroup_figures(choice.test) if figure.rows]
        many = sum(name.startswith("group.") for name in self.panels)
        for number in range(many, len(figures)):
            self._add_plot(f"group.{number}")
        for number in range(max(many, len(figures))):
            self._show(f"group.{number}", figures[number] if number < len(figures) else None)

    def _show(self, name: str, figure: Figure | None) -> None:
        panel, frame = self.panels[name], self._frames[name]
        frame.setVisible(figure is not None)
        self._turns.show(panel, figure)

    def _cell_clicked(self, row: int, column: int) -> None:
        self.cell_chosen.emit(self._classes[row], self._classes[column])


def _name_of(row: MetricRow) -> str:
    return row.name


def _meaning_of(row: MetricRow) -> str:
    return row.meaning
