"""What to go through when a score is too good to be true."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from deepbench.study.records import CheckItemRecord
from deepbench_ui.models.claim_rows import STATES
from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window
from deepbench_ui.theme import icon, theme

_ICON_SIZE = 18


class ScoreChecklist(QWidget):
    """Questions, what the program found, and what is left to check.

    Args:
        name: Its objectName.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._items: tuple[CheckItemRecord, ...] = ()
        self._marks: list[tuple[QLabel, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(1, 1)
        self._parts: list[QWidget] = []
        theme().changed.connect(self._paint)

    def show_items(self, items: Sequence[CheckItemRecord]) -> None:
        """Show another list."""
        wanted = tuple(items)
        if wanted == self._items:
            return
        self._items = wanted
        for old in self._parts:
            old.hide()
            old.deleteLater()
        self._parts, self._marks = [], []
        for row, item in enumerate(wanted):
            self._add(row, item)
        self._paint()

    def _add(self, row: int, item: CheckItemRecord) -> None:
        meaning = STATES[item.state][2]
        mark = QLabel()
        mark.setAccessibleName(meaning)
        mark.setToolTip(meaning)
        text = QWidget()
        column = QVBoxLayout(text)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label(item.question, "strong"))
        column.addWidget(label(in_window(item.found)))
        if item.to_do:
            column.addWidget(label(in_window(item.to_do), "muted"))
        self._grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(text, row, 1)
        self._marks.append((mark, item.state))
        self._parts += [mark, text]

    def _paint(self) -> None:
        for mark, state in self._marks:
            picture, colour, _ = STATES[state]
            mark.setPixmap(icon(picture, colour).pixmap(_ICON_SIZE, _ICON_SIZE))
