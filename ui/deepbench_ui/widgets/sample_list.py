"""The test samples with their predictions: sortable, filtered by a cell, linked with the plots."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deepbench.study.records import PredictionsRecord, SplitMapRecord
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.test_rows import (
    SampleRow,
    in_cell,
    sample_columns,
    sample_rows,
    units_repeat,
)
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel

TITLE = "Test samples"
ALL = "{samples}, {wrong} called wrongly. Choose one to find it in the plots."
ALL_NUMBERS = "{samples}. Choose one to find it in the plots."
CELL = "{samples}: observed {observed}, predicted {predicted}."
SHOW_ALL = "Show All Samples"
_MOST_ROWS = 12


class SampleList(QWidget):
    """Table of test samples; hidden while there are none.

    Args:
        name: Its objectName; the table is ``NAME.list.table``, the button ``NAME.all``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._titles: tuple[str, ...] = ()
        self._rows: list[SampleRow] = []
        self._cell: tuple[str, str] | None = None
        self.panel: TablePanel | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        line = QHBoxLayout()
        self.said = label("", "muted", f"{name}.said")
        self.all_button = QPushButton(SHOW_ALL)
        self.all_button.setObjectName(f"{name}.all")
        self.all_button.setProperty("kind", "quiet")
        self.all_button.clicked.connect(self.show_all)
        line.addWidget(self.said, 1)
        line.addWidget(self.all_button)
        self._column.addLayout(line)
        session.selection.changed.connect(self._selected)
        self.hide()

    def show_predictions(
        self, record: PredictionsRecord | None, places: SplitMapRecord | None
    ) -> None:
        """Show other predictions; none hides the list."""
        self.setVisible(record is not None)
        if record is None:
            self._rows = []
            return
        self._rows = sample_rows(record, places)
        self._make_panel(record.classes)
        self.show_all()

    def _make_panel(self, classes: tuple[str, ...]) -> None:
        """Make the table, anew only where it needs other columns."""
        columns = sample_columns(classes, units_repeat(self._rows))
        titles = tuple(column.title for column in columns)
        if titles == self._titles:
            return
        self._titles = titles
        if self.panel is not None:
            self.panel.hide()
            self.panel.deleteLater()
        self._table = MarkedTable(columns, _name_of, colour=_colour_of)
        self.panel = TablePanel(
            f"{self.objectName()}.list", TITLE, self._table, self._session, per_sample=True
        )
        self._table.setParent(self.panel)
        self.panel.view.show_all_rows(_MOST_ROWS)
        self.panel.view.chosen.connect(
            lambda sample: self._session.selection.select("sample", sample)
        )
        self._column.insertWidget(0, self.panel)

    def show_cell(self, observed: str, predicted: str) -> None:
        """Show the samples of one cell of the confusion matrix."""
        self._cell = (observed, predicted)
        self._fill(in_cell(self._rows, observed, predicted))

    def show_all(self) -> None:
        """Show all samples."""
        self._cell = None
        self._fill(self._rows)

    def _fill(self, rows: list[SampleRow]) -> None:
        if self.panel is None:
            return
        self._table.show_rows(rows)
        samples = counted(len(rows), "sample")
        self.all_button.setVisible(self._cell is not None)
        if self._cell is not None:
            observed, predicted = self._cell
            said = CELL.format(samples=samples, observed=observed, predicted=predicted)
        elif any(row.difference is not None for row in rows):
            said = ALL_NUMBERS.format(samples=samples)
        else:
            said = ALL.format(samples=samples, wrong=f"{sum(row.wrong for row in rows):,}")
        self.said.setText(said)
        self._selected("sample", self._session.selection.selected("sample"))

    def _selected(self, kind: str, name: str) -> None:
        if kind == "sample" and self.panel is not None:
            self.panel.view.mark(name)


def _name_of(row: SampleRow) -> str:
    return row.sample


def _colour_of(row: SampleRow) -> str:
    return "danger" if row.wrong else ""
