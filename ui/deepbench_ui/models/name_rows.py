"""A list of names, each with a tick."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_Role = Qt.ItemDataRole


class NameRows(QAbstractListModel):
    """Names of features or samples; all are ticked at first.

    Args:
        parent: Owner.
    """

    ticked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self._unticked: set[int] = set()
        self._tickable = False

    def show_names(self, names: Sequence[str], *, tickable: bool) -> None:
        """Show other names, or the same with or without ticks."""
        if tuple(names) == self.names and tickable == self._tickable:
            return
        self.beginResetModel()
        self.names, self._tickable = tuple(names), tickable
        self._unticked.clear()
        self.endResetModel()
        self.ticked_changed.emit()

    @property
    def ticked(self) -> tuple[str, ...]:
        """Names that are ticked."""
        return tuple(n for i, n in enumerate(self.names) if i not in self._unticked)

    def tick_all(self, on: bool) -> None:
        """Tick every name, or none."""
        self._unticked = set() if on else set(range(len(self.names)))
        if self.names:
            self.dataChanged.emit(self.index(0), self.index(len(self.names) - 1))
        self.ticked_changed.emit()

    def show_ticked(self, ticked: Collection[str]) -> None:
        """Show which names are ticked; nothing is told."""
        unticked = {i for i, name in enumerate(self.names) if name not in ticked}
        if unticked != self._unticked:
            self._unticked = unticked
            self.dataChanged.emit(self.index(0), self.index(len(self.names) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """Return how many names there are."""
        return 0 if parent.isValid() else len(self.names)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a name."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if self._tickable else flags

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        """Return a name, or whether it is ticked."""
        row = index.row()
        if role in (_Role.DisplayRole, _Role.ToolTipRole):
            return self.names[row]
        if role == _Role.CheckStateRole and self._tickable:
            on = row not in self._unticked
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = _Role.EditRole) -> bool:  # noqa: N802
        """Tick or untick a name."""
        if role != _Role.CheckStateRole or not self._tickable:
            return False
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._unticked.discard(index.row())
        else:
            self._unticked.add(index.row())
        self.dataChanged.emit(index, index)
        self.ticked_changed.emit()
        return True
