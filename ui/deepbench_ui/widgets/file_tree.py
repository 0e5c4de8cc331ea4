"""The files that would leave with an export, as folders and files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from deepbench.study.files import size_text
from deepbench.study.records import BundleFilePreview
from deepbench_ui.models.leaving_files import (
    LEAVES,
    STAYS,
    FileGroup,
    file_groups,
    group_sentence,
    name_of,
)
from deepbench_ui.theme import icon, theme

HEADS = ("File", "Leaves?", "Size", "What it is")
ACCESSIBLE = "Files that would leave, and those that stay"
_NAME, _LEAVES, _SIZE, _TITLE = range(len(HEADS))
_ICON_SIZE = 16
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Row = BundleFilePreview | FileGroup


class FileTree(QTreeWidget):
    """Folders with their files.

    Args:
        name: Its objectName.
    """

    #: Another file or folder was chosen.
    row_changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(ACCESSIBLE)
        self._rows: list[tuple[QTreeWidgetItem, Row]] = []
        self.setColumnCount(len(HEADS))
        self.setHeaderLabels(list(HEADS))
        self.headerItem().setTextAlignment(_SIZE, _RIGHT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        head = self.header()
        head.setSectionsMovable(False)
        head.setStretchLastSection(True)
        for column in (_NAME, _LEAVES, _SIZE):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.currentItemChanged.connect(lambda *_: self.row_changed.emit())
        theme().changed.connect(self._paint)

    # --- showing ----------------------------------------------------------------------

    def show_files(self, files: Sequence[BundleFilePreview]) -> None:
        """Show files, all folders open; what stays is chosen, so that it is read."""
        self.clear()
        self._rows = []
        groups = file_groups(files)
        self.setRootIsDecorated(any(group.folder for group in groups))
        for group in groups:
            above = self._folder(group) if group.folder else self.invisibleRootItem()
            for file in group.files:
                self._file(above, file)
        self.expandAll()
        self._paint()
        staying = (item for item, row in self._rows if _stays(row) and not item.childCount())
        first = next(staying, self.topLevelItem(0))
        if first is not None:
            self.setCurrentItem(first)

    def _folder(self, group: FileGroup) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self)
        item.setText(_NAME, f"{group.folder}/")
        item.setText(_SIZE, size_text(group.size) if group.size else "")
        item.setText(_TITLE, group_sentence(group))
        self._add(item, group)
        return item

    def _file(self, above: QTreeWidgetItem, file: BundleFilePreview) -> None:
        item = QTreeWidgetItem(above)
        item.setText(_NAME, name_of(file))
        item.setText(_LEAVES, LEAVES if file.allowed else STAYS)
        item.setText(_SIZE, size_text(file.bytes))
        item.setText(_TITLE, file.title)
        item.setToolTip(_TITLE, file.title)
        self._add(item, file)

    def _add(self, item: QTreeWidgetItem, row: Row) -> None:
        item.setTextAlignment(_SIZE, _RIGHT)
        self._rows.append((item, row))

    @property
    def row(self) -> Row | None:
        """The file or folder that is chosen."""
        chosen = self.currentItem()
        return next((row for item, row in self._rows if item is chosen), None)

    def choose(self, path: str) -> None:
        """Choose a file by its path."""
        for item, row in self._rows:
            if isinstance(row, BundleFilePreview) and row.path == path:
                self.setCurrentItem(item)

    def _paint(self) -> None:
        leaves, stays = icon("done", "ok"), icon("lock", "warning")
        colour = QBrush(theme().colour("warning"))
        for item, row in self._rows:
            if isinstance(row, FileGroup):
                item.setIcon(_NAME, icon("folder", "text_muted"))
                continue
            item.setIcon(_LEAVES, leaves if row.allowed else stays)
            if not row.allowed:
                item.setForeground(_LEAVES, colour)

    # --- keyboard ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt would put the cell on the clipboard by itself; what leaves goes through the gate."""
        if event.matches(QKeySequence.StandardKey.Copy):
            event.accept()
            return
        super().keyPressEvent(event)


def _stays(row: Row) -> bool:
    return isinstance(row, BundleFilePreview) and not row.allowed
