"""The first rows of a table twice: as they stand in the file, and as they are read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QTableView, QVBoxLayout, QWidget

from deepbench.study.records import PreviewRecord
from deepbench_ui.models.cells import CellTable
from deepbench_ui.pages.base import label

RAW, PARSED = "As it stands in the file", "As DeepBench reads it"
SHOWN = "The first {rows} rows and {columns} of {all:,} columns are shown."
EMPTY_CELL = "missing"
_LINES = 11
_WIDEST = 24


class CellPair(QWidget):
    """Two tables side by side that scroll together.

    Args:
        name: Beginning of the tables' objectNames, ``NAME.raw`` and ``NAME.parsed``.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        self.raw, self.parsed = CellTable(self), CellTable(self)
        self.raw_view = _view(splitter, f"{name}.raw", RAW, self.raw)
        self.parsed_view = _view(splitter, f"{name}.parsed", PARSED, self.parsed)
        views = (self.raw_view, self.parsed_view)
        for one, other in (views, views[::-1]):
            one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
            one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)
            one.horizontalHeader().sectionResized.connect(
                lambda place, _, width, other=other: other.setColumnWidth(place, width)
            )
        column.addWidget(splitter)
        self._shown = label("", "muted")
        column.addWidget(self._shown)

    def show_cells(self, preview: PreviewRecord) -> None:
        """Show the rows of another preview; cells that read differently are marked."""
        changed = frozenset(
            (row, column)
            for row, (before, after) in enumerate(zip(preview.raw, preview.parsed, strict=False))
            for column, (one, other) in enumerate(zip(before, after, strict=False))
            if one != other
        )
        columns, numbers = preview.shown_columns, preview.row_numbers
        self.raw.show_cells(columns, preview.raw, numbers)
        self.parsed.show_cells(columns, preview.parsed, numbers, changed=changed, empty=EMPTY_CELL)
        self._fit_columns(preview)
        self._shown.setText(
            SHOWN.format(
                rows=len(preview.raw),
                columns=len(columns),
                all=max(len(preview.columns), len(columns)),
            )
        )

    def _fit_columns(self, preview: PreviewRecord) -> None:
        """Give a column one width in both tables: that of its name and cells, within reason."""
        most = self.fontMetrics().averageCharWidth() * _WIDEST
        for place in range(self.raw.columnCount()):
            width = max(
                _width(self.raw_view, preview.raw, place),
                _width(self.parsed_view, preview.parsed, place, EMPTY_CELL),
            )
            # The other table follows.
            self.raw_view.setColumnWidth(place, min(width, most))


def _view(splitter: QSplitter, name: str, title: str, model: CellTable) -> QTableView:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(label(title, "heading"))
    view = QTableView()
    view.setObjectName(name)
    view.setAccessibleName(title)
    view.setModel(model)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTabKeyNavigation(False)
    view.setCornerButtonEnabled(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
    view.setMinimumHeight(view.fontMetrics().lineSpacing() * 2 * _LINES)
    column.addWidget(view)
    splitter.addWidget(part)
    return view


def _width(view: QTableView, rows: Sequence[Sequence[str]], place: int, empty: str = "") -> int:
    """Return the width that a column wants.

    Only the longest of the first texts is measured: measuring all cells of sixty columns, as Qt
    does it, makes the window stand still.
    """
    lengths = [len("".join(row[place : place + 1]) or empty) for row in rows[:_LINES]]
    width = view.horizontalHeader().sectionSizeHint(place)
    if lengths:
        longest = view.model().index(lengths.index(max(lengths)), place)
        width = max(width, view.sizeHintForIndex(longest).width())
    return width
