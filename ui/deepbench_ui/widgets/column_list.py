"""The columns of a table with type, role and gaps; types can be changed, names looked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from deepbench.study.records import ColumnRecord
from deepbench_ui.models.columns import CHOOSABLE, KINDS, TYPE_COLUMN, ColumnTable
from deepbench_ui.widgets.choice_delegate import ChoiceDelegate

TITLE, SEARCH, TYPE = "What is in the columns", "Find a column", "Type of the column"
_TABLE_LINES = 11
#: Lines of the table of columns that decide how wide it is; a table may have 20,000.
_LOOKED_AT = 40


class ColumnList(QWidget):
    """A search field above a table of columns.

    Args:
        page: Name of the page, which begins the names of the controls.
    """

    #: Name of a column and the type chosen for it.
    type_chosen = Signal(str, str)

    def __init__(self, page: str) -> None:
        super().__init__()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        self.search = QLineEdit()
        self.search.setObjectName(f"{page}.find-column")
        self.search.setAccessibleName(SEARCH)
        self.search.setPlaceholderText(SEARCH)
        self.search.setClearButtonEnabled(True)
        inside.addWidget(self.search)
        self.table = ColumnTable(self)
        self.table.type_chosen.connect(self.type_chosen)
        ordered = QSortFilterProxyModel(self)
        ordered.setSourceModel(self.table)
        ordered.setSortRole(Qt.ItemDataRole.UserRole)
        ordered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(ordered.setFilterFixedString)
        self.view = QTableView()
        self.view.setObjectName(f"{page}.columns")
        self.view.setAccessibleName(TITLE)
        self.view.setModel(ordered)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.view.setTabKeyNavigation(False)
        self.view.verticalHeader().hide()
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        head = self.view.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setResizeContentsPrecision(_LOOKED_AT)
        choices = {kind: KINDS[kind] for kind in CHOOSABLE}
        self.view.setItemDelegateForColumn(TYPE_COLUMN, ChoiceDelegate(choices, TYPE, self.view))
        self.view.setMinimumHeight(self.view.fontMetrics().lineSpacing() * 2 * _TABLE_LINES)
        inside.addWidget(self.view)

    def show_columns(self, columns: Sequence[ColumnRecord]) -> None:
        """Show other columns."""
        self.table.show_columns(tuple(columns))
        for column in range(1, self.table.columnCount()):
            self.view.resizeColumnToContents(column)
