"""Pairs of a name and what is said of it, below each other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from deepbench_ui.pages.base import label

_SPACE = 16


class FactGrid(QWidget):
    """Facts in two columns; hidden while there are none.

    Args:
        name: Its objectName.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._shown: tuple[tuple[str, str], ...] = ()
        self._parts: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_SPACE)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 4)
        self.hide()

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is shown."""
        return self._shown

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show other facts."""
        if tuple(facts) == self._shown:
            return
        self._shown = tuple(facts)
        for old in self._parts:
            old.hide()
            old.deleteLater()
        self._parts = []
        for row, (title, text) in enumerate(self._shown):
            parts = [label(title, "muted"), label(text)]
            for column, part in enumerate(parts):
                self._grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)
            self._parts += parts
        self.setVisible(bool(self._shown))
