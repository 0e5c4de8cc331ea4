"""Views of one result under tabs: one is shown at a time, and brought up to date when it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label


class ResultTab(QWidget):
    """One view: answers that belong to it, and what was found, or a sentence instead of that.

    Args:
        name: Its objectName; the sentence is ``NAME.empty``.
        title: What its tab is called.
    """

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.title = title
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.answers = QVBoxLayout()
        self.answers.setContentsMargins(0, 0, 0, 0)
        self.answers.setSpacing(10)
        column.addLayout(self.answers)
        self.empty = label("", "muted", f"{name}.empty")
        column.addWidget(self.empty)
        #: What was found; greyed while it is out of date.
        self.findings = QWidget()
        self.found = QVBoxLayout(self.findings)
        self.found.setContentsMargins(0, 0, 0, 0)
        self.found.setSpacing(10)
        column.addWidget(self.findings)
        self.findings.hide()
        self.hide()

    def say_empty(self, sentence: str) -> None:
        """Say what will be here; an empty text shows what was found."""
        self.empty.setText(sentence)
        self.empty.setVisible(bool(sentence))
        self.findings.setVisible(not sentence)


class TabBar(QTabBar):
    """Tabs that are never cut off: where there is little room, they stand closer together."""

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Be as narrow as the page."""
        return QSize(0, super().minimumSizeHint().height())


class ResultTabs(QWidget):
    """A bar of tabs, and the view that is chosen below it.

    Args:
        name: objectName of the bar.
        accessible: What is chosen, for screen readers.
        tabs: The views.
    """

    #: Another view is shown.
    changed = Signal()

    def __init__(self, name: str, accessible: str, tabs: Sequence[ResultTab]) -> None:
        super().__init__()
        self.tabs = tuple(tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.bar = TabBar(name, accessible)
        column.addWidget(self.bar)
        for tab in self.tabs:
            self.bar.addTab(tab.title)
            column.addWidget(tab)
        column.addStretch(1)
        self.bar.currentChanged.connect(self._turn)
        self._turn()

    @property
    def current(self) -> ResultTab:
        """The view that is shown."""
        return self.tabs[self.bar.currentIndex()]

    def open(self, tab: ResultTab) -> None:
        """Show a view."""
        self.bar.setCurrentIndex(self.tabs.index(tab))

    def _turn(self) -> None:
        current = self.current
        for tab in self.tabs:
            tab.setVisible(tab is current)
        self.changed.emit()
