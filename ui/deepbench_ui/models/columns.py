"""The columns of a table as rows: name, type that can be changed, role, what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from deepbench.study.records import ColumnRecord
from deepbench_ui.models.cells import Index

HEADS = ("Column", "Type", "Role", "Missing", "Different values")
KINDS: Mapping[str, str] = {
    "numeric": "Numbers",
    "categorical": "Labels",
    "text": "Free text",
    "date": "Dates",
    "empty": "Empty",
}
#: Types the user may choose.
CHOOSABLE = ("numeric", "categorical", "date")
ROLES: Mapping[str, str] = {
    "outcome": "Outcome",
    "feature": "Feature",
    "sample": "Sample name",
    "unit": "Biological unit",
    "pair": "Matched pair",
    "replicate": "Technical replicate",
    "batch": "Batch",
    "operator": "Operator",
    "site": "Site",
    "date": "Date",
    "timepoint": "Time point",
    "sensitive": "Sensitive attribute",
    "part": "Own division",
    "ignore": "Ignored",
    "not used": "Not used",
}
TYPE_COLUMN = 1


class ColumnTable(QAbstractTableModel):
    """Columns of the user's table, one a row.

    Args:
        parent: Owner.
    """

    #: Name of a column, and the type chosen for it.
    type_chosen = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[ColumnRecord] = ()

    def show_columns(self, columns: Sequence[ColumnRecord]) -> None:
        """Show other columns."""
        self.beginResetModel()
        self._columns = columns
        self.endResetModel()

    def column_at(self, row: int) -> ColumnRecord:
        """Return the column shown in a row."""
        return self._columns[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Return the number of columns of the user's table."""
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Return the number of facts shown of each."""
        return 0 if parent.isValid() else len(HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a fact as text; for sorting and editing as it is."""
        column = self._columns[index.row()]
        facts = (
            column.name,
            KINDS[column.kind],
            ROLES.get(column.role, column.role),
            column.missing,
            column.distinct,
        )
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            fact = facts[index.column()]
            return f"{fact:,}" if isinstance(fact, int) else fact
        if role == Qt.ItemDataRole.UserRole:
            return facts[index.column()]
        if role == Qt.ItemDataRole.EditRole and index.column() == TYPE_COLUMN:
            return column.kind
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(facts[index.column()], int):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def setData(  # noqa: N802
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Take a type; what follows from it is read again and shown then."""
        column = self._columns[index.row()]
        if role != Qt.ItemDataRole.EditRole or value == column.kind or value not in CHOOSABLE:
            return False
        self.type_chosen.emit(column.name, value)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Allow to change the type of features."""
        flags = super().flags(index)
        column = self._columns[index.row()]
        if index.column() == TYPE_COLUMN and column.role in ("feature", "not used"):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the names of the facts."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADS[section]
        return None
