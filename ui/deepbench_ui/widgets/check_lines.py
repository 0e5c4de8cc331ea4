"""A short checklist: a mark and a sentence in each line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from deepbench_ui.models.report_rows import CheckLine
from deepbench_ui.pages.base import label
from deepbench_ui.theme import icon, theme

#: State → picture, colour, and what it is called.
_MARKS = {
    "ok": ("done", "ok", "In order"),
    "warning": ("warning", "warning", "Look at this"),
    "todo": ("todo", "text_muted", "Not done yet"),
}
_ICON_SIZE = 18


class CheckLines(QWidget):
    """Lines of a checklist.

    Args:
        name: Its objectName.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._lines: tuple[CheckLine, ...] = ()
        self._parts: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        theme().changed.connect(self._paint)

    @property
    def lines(self) -> tuple[CheckLine, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[CheckLine]) -> None:
        """Show other lines."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._paint()

    def _paint(self) -> None:
        for old in self._parts:
            old.hide()
            old.deleteLater()
        self._parts = []
        for row, line in enumerate(self._lines):
            picture, colour, meaning = _MARKS[line.state]
            mark = QLabel()
            mark.setPixmap(icon(picture, colour).pixmap(_ICON_SIZE, _ICON_SIZE))
            mark.setAccessibleName(meaning)
            text = label(line.text)
            text.setAccessibleName(f"{meaning}: {line.text}")
            self._grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text, row, 1)
            self._parts += [mark, text]
