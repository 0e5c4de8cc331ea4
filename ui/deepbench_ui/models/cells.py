"""A read-only table of text cells, with the row numbers of the user's file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush

from deepbench_ui.theme import theme

Index = QModelIndex | QPersistentModelIndex
_ROLES = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.ForegroundRole,
    }
)


class CellTable(QAbstractTableModel):
    """Cells of a table.

    Args:
        parent: Owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[str] = ()
        self._rows: Sequence[Sequence[str]] = ()
        self._numbers: Sequence[int] = ()
        self._changed: frozenset[tuple[int, int]] = frozenset()
        self._empty = ""

    def show_cells(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        numbers: Sequence[int],
        *,
        changed: frozenset[tuple[int, int]] = frozenset(),
        empty: str = "",
    ) -> None:
        """Show other cells.

        Args:
            columns: Names of the columns.
            rows: Cells, row by row; a row may be shorter than the columns.
            numbers: Number of each row in the user's file.
            changed: (row, column) of cells to mark.
            empty: What stands in an empty cell.
        """
        self.beginResetModel()
        self._columns, self._rows, self._numbers = columns, rows, numbers
        self._changed, self._empty = changed, empty
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell, and how it looks."""
        if role not in _ROLES:
            return None  # a view asks for ten roles of each cell
        row, column = index.row(), index.column()
        cells = self._rows[row]
        text = cells[column] if column < len(cells) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return text or self._empty
        if role == Qt.ItemDataRole.ToolTipRole:
            return text
        if role == Qt.ItemDataRole.ForegroundRole:
            if not text:
                return QBrush(theme().colour("text_muted"))
            if (row, column) in self._changed:
                return QBrush(theme().colour("accent"))
        return None

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return names of columns and numbers of rows."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._columns[section]
        return str(self._numbers[section]) if section < len(self._numbers) else str(section + 1)
