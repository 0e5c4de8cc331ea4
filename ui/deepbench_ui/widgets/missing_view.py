"""Missing cells: a map, and the features and samples with most of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.study.records import ExplorationRecord
from deepbench_ui.models.exploration_figures import (
    NOTHING_MISSING,
    MissingRow,
    missing_columns,
    missing_map,
    missing_rows,
)
from deepbench_ui.models.row_table import RowTable
from deepbench_ui.pages.base import label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import DataTable
from deepbench_ui.widgets.reflow_grid import ReflowGrid

FEATURES, SAMPLES = "Features with most missing cells", "Samples with most missing cells"
FEATURE, SAMPLE = "Feature", "Sample"
_LETTERS, _LINES = 34, 6


class MissingView(QWidget):
    """The map of missing cells with its two lists.

    Args:
        name: Its objectName; its parts are ``NAME.map``, ``NAME.features``, ``NAME.samples``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._selection = session.selection
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.map = PlotPanel(f"{name}.map", session, session.selection)
        column.addWidget(self.map)
        self._lists = ReflowGrid(_LETTERS)
        self.features = self._list(f"{name}.features", FEATURES, FEATURE, "feature")
        self.samples = self._list(f"{name}.samples", SAMPLES, SAMPLE, "sample")
        column.addWidget(self._lists)
        self._tables = {"feature": self.features, "sample": self.samples}
        self._selection.changed.connect(self._mark)

    def _list(self, name: str, title: str, thing: str, kind: str) -> DataTable:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(title, "heading"))
        rows: RowTable[MissingRow] = RowTable(missing_columns(thing), lambda row: row.name, self)
        table = DataTable(name, title, rows)
        table.show_all_rows(_LINES)
        table.chosen.connect(lambda chosen: self._selection.select(kind, chosen))
        column.addWidget(table)
        column.addStretch(1)
        self._lists.add(part)
        return table

    def show_exploration(
        self, exploration: ExplorationRecord, features: Sequence[str], scope: str
    ) -> None:
        """Show the missing cells of samples.

        Args:
            exploration: What is shown.
            features: Names of the features, in order; empty if they are not known.
            scope: Says which samples they are.
        """
        some = exploration.missing_share > 0
        self._lists.setVisible(some)
        if some:
            self.map.show_figure(missing_map(exploration, features, scope))
        else:
            self.map.show_empty(NOTHING_MISSING.format(scope=scope))
        self.features.table.show_rows(
            missing_rows(exploration.missing_features, len(exploration.samples))
        )
        self.samples.table.show_rows(
            missing_rows(exploration.missing_samples, exploration.features_used)
        )

    def _mark(self, kind: str, name: str) -> None:
        if kind in self._tables:
            self._tables[kind].mark(name)
