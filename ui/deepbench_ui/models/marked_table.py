"""A table of records in which rows stand out by colour, and say more when pointed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush

from deepbench_ui.models.row_table import Column, RowTable
from deepbench_ui.theme import theme

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex


class MarkedTable(RowTable[T]):
    """A `RowTable` with colours and tips by row.

    Args:
        columns: The columns.
        name: Returns the name of a row.
        colour: Returns the colour (a token of the theme) of a row's text; empty for the usual
            one. A column must say the same in words.
        tip: Returns what is said of a row when it is pointed at; empty for the cell's text.
        parent: Owner.
    """

    def __init__(
        self,
        columns: Sequence[Column[T]],
        name: Callable[[T], str],
        *,
        colour: Callable[[T], str] | None = None,
        tip: Callable[[T], str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, name, parent)
        self._colour, self._tip = colour, tip

    def change_columns(self, columns: Sequence[Column[T]]) -> None:
        """Take other columns: other heads, units or tips, or more of them."""
        if len(columns) != len(self.columns):
            self.beginResetModel()
            self.columns = tuple(columns)
            self.endResetModel()
            return
        self.columns = tuple(columns)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if index.isValid():
            row = self.at(index.row())
            if role == Qt.ItemDataRole.ForegroundRole and self._colour is not None:
                token = self._colour(row)
                return QBrush(theme().colour(token)) if token else None
            if role == Qt.ItemDataRole.ToolTipRole and self._tip is not None:
                return self._tip(row) or super().data(index, role)
        return super().data(index, role)
