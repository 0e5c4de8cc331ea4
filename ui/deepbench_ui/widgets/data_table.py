"""A table of records on a page: sortable, chosen by mouse or keys, kept through the gate."""

from __future__ import annotations

import csv
import io
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from deepbench_ui.models.row_table import RowTable
from deepbench_ui.pages.base import label
from deepbench_ui.plots.csv_pieces import CsvPieces
from deepbench_ui.plots.outlet import CLIPBOARD, Outlet
from deepbench_ui.theme import icon, theme

COPY, SAVE = "Copy Table", "Save Table…"
COPY_NAMES, NAMES_TITLE = "Copy Names", "Names: {title}"
COPY_TIP = "Copy this table, to paste it into a spreadsheet"
NAMES_TIP = "Copy the names in the order they are shown, one in a line"
SAVE_TIP = "Save this table as a CSV file"
ASKING = "Checking whether this may leave the study …"
COPIED, SAVED = "Copied.", "Saved."
_WIDEST = 40
_ICON_SIZE = 18


class DataTable(QTableView):
    """Rows of a `RowTable`; one can be chosen.

    Args:
        name: Its objectName.
        accessible: What it shows, for screen readers.
        table: The rows.
        stretch: Number of the column that takes the room left.
        letters: Least width of that column, in letters; 0 for what it holds.
        parent: Owner.
    """

    #: The user chose a row; carries its name.
    chosen = Signal(str)
    #: Ctrl+C was pressed.
    copy_wanted = Signal()

    def __init__(
        self,
        name: str,
        accessible: str,
        table: RowTable[Any],
        stretch: int = 0,
        letters: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.table = table
        self._stretch, self._letters, self._least = stretch, letters, 0
        self._most = 0
        self._fitted = False
        self.setModel(table)
        self._set_up()
        table.rowsInserted.connect(self._rows_moved)
        table.modelReset.connect(self._reset)

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.verticalHeader().hide()
        self._set_row_height()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setSortIndicatorClearable(True)
        head.setResizeContentsPrecision(60)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.selectionModel().currentRowChanged.connect(self._current_changed)

    # --- choosing ---------------------------------------------------------------------

    def mark(self, name: str) -> None:
        """Show that a row is chosen; none if there is no such row. Nothing is told."""
        place = self.table.place_of(name) if name else -1
        selection = self.selectionModel()
        if place < 0:
            # Unlike clear(), this leaves the place from which the arrow keys go on.
            selection.clearSelection()
            return
        rows = QItemSelectionModel.SelectionFlag.Rows
        if selection.currentIndex().row() != place:
            selection.blockSignals(True)
            selection.setCurrentIndex(
                self.table.index(place, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
            selection.blockSignals(False)
        if not selection.isRowSelected(place):
            selection.select(
                self.table.index(place, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | rows,
            )
        self.scrollTo(self.table.index(place, 0))

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.table.name_at(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt would put the cell on the clipboard by itself; what leaves goes through the gate."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
            event.accept()
            return
        super().keyPressEvent(event)

    # --- size -------------------------------------------------------------------------

    def show_all_rows(self, most: int) -> None:
        """Be as high as the rows are, up to a number of them."""
        self._most = most
        self._fit_height()

    def _fit_height(self) -> None:
        if not self._most:
            return
        rows = max(1, min(self._most, self.table.rowCount()))
        frame = 2 * self.frameWidth()
        head = self.horizontalHeader().sizeHint().height()
        high = head + rows * self.verticalHeader().defaultSectionSize() + frame + 2
        if self.horizontalHeader().length() > self.viewport().width():
            high += self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(high)

    def hide_empty(self, column: int) -> None:
        """Hide a column while it says nothing."""
        text = self.table.columns[column].text
        empty = not any(text(row) for row in self.table.rows)
        if self.isColumnHidden(column) != empty:
            self.setColumnHidden(column, empty)
            self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share out the width, and leave room for the bar that scrolls sideways."""
        super().resizeEvent(event)
        self._share_room()
        self._fit_height()

    def _set_row_height(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)

    def _rows_moved(self) -> None:
        if not self._fitted:
            self._fit_columns()
        self._fit_height()

    def _reset(self) -> None:
        self._fitted = False
        self._rows_moved()

    def _fit_columns(self) -> None:
        """Fit columns to what they hold, once; after that they are the user's."""
        if not self.table.rowCount():
            return
        self._fitted = True
        self.resizeColumnsToContents()
        widest = self.fontMetrics().averageCharWidth() * _WIDEST
        for place in range(self.table.columnCount()):
            if self.columnWidth(place) > widest:
                self.setColumnWidth(place, widest)
        letter = self.fontMetrics().averageCharWidth()
        self._least = self._letters * letter or self.columnWidth(self._stretch)
        self._share_room()

    def _share_room(self) -> None:
        """Give what the other columns leave to the one that takes it."""
        if not self._fitted:
            return
        others = (c for c in range(self.table.columnCount()) if c != self._stretch)
        room = self.viewport().width() - sum(map(self.columnWidth, others))
        self.setColumnWidth(self._stretch, max(self._least, room))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the font and the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._set_row_height()
            self._fit_height()


class TablePanel(QWidget):
    """A table with its title, and with ways to keep it that go through the gate.

    Args:
        name: Its objectName; the table is ``NAME.table``.
        title: What it is called.
        table: The rows.
        outlet: What lets things out.
        stretch: Number of the column that takes the room left.
        letters: Least width of that column, in letters; 0 for what it holds.
        sentence: What is to be known of it.
        per_sample: Whether its rows are single samples; the privacy gate asks.
    """

    def __init__(
        self,
        name: str,
        title: str,
        table: RowTable[Any],
        outlet: Outlet,
        *,
        stretch: int = 0,
        letters: int = 0,
        sentence: str = "",
        per_sample: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title, self._outlet, self._waiting = title, outlet, False
        self._per_sample = per_sample
        self._pieces = CsvPieces(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(2)
        self._heading = label(title, "heading")
        head.addWidget(self._heading, 1)
        self._save = self._button(f"{name}.save", SAVE, SAVE_TIP)
        self._copy = self._button(f"{name}.copy", COPY, COPY_TIP)
        self._save.clicked.connect(self.save)
        self._copy.clicked.connect(self.copy)
        self._names: QToolButton | None = None
        self._head = head
        head.addWidget(self._save)
        head.addWidget(self._copy)
        column.addLayout(head)
        if sentence:
            column.addWidget(label(sentence, "muted"))
        self._tools = QVBoxLayout()
        column.addLayout(self._tools)
        self.view = DataTable(f"{name}.table", title, table, stretch, letters)
        self.view.copy_wanted.connect(self.copy)
        column.addWidget(self.view)
        self._message = label("", "muted", f"{name}.message")
        self._message.hide()
        column.addWidget(self._message)
        self._paint_icons()
        theme().changed.connect(self._paint_icons)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)
        button.setToolTip(f"{text} – {tip}")
        button.setAutoRaise(True)
        button.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _paint_icons(self) -> None:
        self._save.setIcon(icon("save"))
        self._copy.setIcon(icon("copy"))
        if self._names is not None:
            self._names.setIcon(icon("report"))

    def offer_names(self) -> None:
        """Offer to copy the names of the rows as a list, too."""
        self._names = self._button(f"{self.objectName()}.copy-names", COPY_NAMES, NAMES_TIP)
        self._names.clicked.connect(self.copy_names)
        self._head.insertWidget(1, self._names)
        self._paint_icons()

    def add_tools(self, tools: QWidget) -> None:
        """Put something between the title and the table, such as a filter."""
        self._tools.addWidget(tools)

    def set_title(self, title: str) -> None:
        """Call it something else."""
        self._title = title
        self._heading.setText(title)
        self.view.setAccessibleName(title)

    @property
    def message(self) -> str:
        """The line below the table."""
        return self._message.text()

    def copy(self) -> None:
        """Let the table out to the clipboard."""
        self._let_out(CLIPBOARD)

    def save(self) -> None:
        """Ask for a file and let the table out to it."""
        name = f"{'-'.join(self._title.lower().split())}.csv"
        file = self._outlet.choose_file(self, SAVE.rstrip("…"), name, ("csv",))
        if file:
            self._let_out(file)

    def copy_names(self) -> None:
        """Let the names of the rows out to the clipboard, one in a line."""
        if self._waiting:
            return
        table = self.view.table
        names = "\n".join(table.name_at(place) for place in range(table.rowCount()))
        self._wait()
        self._outlet.let_out(
            kind="text",
            title=NAMES_TITLE.format(title=self._title),
            suffix="txt",
            content=f"{names}\n".encode(),
            per_sample=self._per_sample,
            destination=CLIPBOARD,
            on_done=lambda where: self._left(where, names),
            on_refused=self._answered,
        )

    def _let_out(self, destination: str) -> None:
        if self._waiting:
            return
        self._wait()
        table = self.view.table
        heads = [column.title for column in table.columns]
        self._pieces.write(
            heads, table.lines(), lambda content: self._ask_for(content, destination)
        )

    def _ask_for(self, content: bytes, destination: str) -> None:
        self._outlet.let_out(
            kind="table",
            title=self._title,
            suffix="csv",
            content=content,
            per_sample=self._per_sample,
            destination=destination,
            on_done=lambda where: self._left(
                where, _tabbed(content) if where == CLIPBOARD else ""
            ),
            on_refused=self._answered,
        )

    def _wait(self) -> None:
        self._waiting = True
        self._say(ASKING)

    def _left(self, where: str, text: str) -> None:
        """Take note that it may leave; what goes to the clipboard is put there only now."""
        if where == CLIPBOARD:
            QGuiApplication.clipboard().setText(text)
        self._answered(COPIED if where == CLIPBOARD else SAVED)

    def _answered(self, sentence: str) -> None:
        # The answer may come after the page was left and its widgets deleted.
        if isValid(self):
            self._waiting = False
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._message.setVisible(bool(sentence))


def _tabbed(content: bytes) -> str:
    """Return a CSV's cells with tabs between them, as spreadsheets take them from a clipboard."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return "\n".join("\t".join(row) for row in rows)
