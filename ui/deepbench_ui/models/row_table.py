"""A table model over records: sorts by keys, takes new rows without losing the selection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from operator import itemgetter
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
#: More new rows than this are not put in their places one by one.
_MOST_ADDED = 200
_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
)


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column of a table.

    Attributes:
        title: Its head.
        text: What a cell shows.
        key: What it is sorted by; None is always last. The text if there is no key.
        number: Whether it is set to the right.
        tip: What the head means.
    """

    title: str
    text: Callable[[T], str]
    key: Callable[[T], Any] | None = None
    number: bool = False
    tip: str = ""

    def sort_key(self, row: T) -> Any:
        """Return what a row is sorted by."""
        return self.text(row).casefold() if self.key is None else self.key(row)


class RowTable(QAbstractTableModel, Generic[T]):
    """Rows of one kind, in the order they came or sorted by a column.

    Args:
        columns: The columns.
        name: Returns the name of a row, which stays the same when its values change.
        parent: Owner.
    """

    def __init__(
        self,
        columns: Sequence[Column[T]],
        name: Callable[[T], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._name = name
        self._came: list[T] = []
        self._shown: list[T] = []
        self._column = -1
        self._down = False

    # --- rows -------------------------------------------------------------------------

    @property
    def rows(self) -> list[T]:
        """The rows as they came."""
        return list(self._came)

    def at(self, place: int) -> T:
        """Return the row shown at a place."""
        return self._shown[place]

    def name_at(self, place: int) -> str:
        """Return the name of the row shown at a place."""
        return self._name(self._shown[place])

    def place_of(self, name: str) -> int:
        """Return where a row is shown; -1 if it is not there."""
        return next((i for i, row in enumerate(self._shown) if self._name(row) == name), -1)

    def show_rows(self, rows: Sequence[T]) -> None:
        """Show rows; where they are the ones shown with more at the end, only those are added."""
        known = len(self._came)
        names = [self._name(row) for row in rows[:known]]
        more = len(rows) - known
        if more > _MOST_ADDED or names != [self._name(row) for row in self._came]:
            self.replace_rows(rows)
            return
        if list(rows[:known]) != self._came:
            self._change(list(rows[:known]))
        self.append(rows[known:])

    def replace_rows(self, rows: Sequence[T]) -> None:
        """Show rows that have nothing to do with those shown before."""
        self.beginResetModel()
        self._came = list(rows)
        self._shown = self._sorted()
        self.endResetModel()

    def _change(self, rows: list[T]) -> None:
        """Take new values of the rows that are there."""
        self._came = rows
        self._arrange()
        last = self.index(len(rows) - 1, len(self.columns) - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def append(self, rows: Sequence[T]) -> None:
        """Add rows, each at the place where the order puts it."""
        if self._column < 0 and rows:
            self.beginInsertRows(_NOWHERE, len(self._shown), len(self._shown) + len(rows) - 1)
            self._came.extend(rows)
            self._shown.extend(rows)
            self.endInsertRows()
            return
        for row in rows:
            place = bisect_right(self._shown, self._rank(row), key=self._rank)
            self.beginInsertRows(_NOWHERE, place, place)
            self._came.append(row)
            self._shown.insert(place, row)
            self.endInsertRows()

    # --- order ------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 shows the rows as they came."""
        self._column, self._down = column, order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def _arrange(self) -> None:
        """Bring the rows into order, and what is selected with them."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        names = [self.name_at(index.row()) for index in kept]
        self._shown = self._sorted()
        places = {self._name(row): place for place, row in enumerate(self._shown)}
        moved = [
            self.index(places[name], index.column()) if name in places else QModelIndex()
            for name, index in zip(names, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _sorted(self) -> list[T]:
        if self._column < 0:
            return list(self._came)
        key = self.columns[self._column].sort_key
        keyed = [(key(row), row) for row in self._came]
        # Compared by Python itself: a table may have 20,000 rows.
        there = [pair for pair in keyed if pair[0] is not None]
        there.sort(key=itemgetter(0), reverse=self._down)
        return [row for _, row in there] + [row for found, row in keyed if found is None]

    def _rank(self, row: T) -> Any:
        key = self.columns[self._column].sort_key(row)
        # What has no value comes last, whichever way the others are sorted.
        return (key is None, _compared((key, self._down)))

    # --- Qt ---------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell: be selected."""
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(self._shown[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        return None

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the head of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        return _side(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    # --- leaving ----------------------------------------------------------------------

    def table(self) -> tuple[list[str], list[list[object]]]:
        """Return heads and cells as shown."""
        return [column.title for column in self.columns], list(self.lines())

    def lines(self) -> Iterator[list[object]]:
        """Return the cells as shown now, row by row, made as they are wanted."""
        columns = self.columns
        return ([column.text(row) for column in columns] for row in tuple(self._shown))


def _side(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _order(one: tuple[Any, bool], other: tuple[Any, bool]) -> int:
    (a, down), (b, _) = one, other
    if a is None or b is None or a == b:
        return 0
    return 1 if (a > b) != down else -1


_compared = cmp_to_key(_order)
