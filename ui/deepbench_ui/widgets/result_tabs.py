"""Views of one result under tabs: one is shown at a time, and brought up to date when it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from deepbench_ui.pages.base import label


class ResultTab(QWidget):
    """One view: answers that belong to it, and what was found, or a sentence instead of that.

    Args:
        name: Its objectName; the sentence is ``NAME.empty``.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
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
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._room = 0

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Be as narrow as the page."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Move the tabs together where they would not all be seen, and apart again."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """A larger font needs more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._room = 0
            self._fit()

    def _fit(self) -> None:
        tight = bool(self.property("tight"))
        if not tight:
            self._room = sum(self.tabSizeHint(place).width() for place in range(self.count()))
        if tight != (self._room > self.width()):
            self.setProperty("tight", not tight)
            self.style().unpolish(self)
            self.style().polish(self)


class ResultTabs(QWidget):
    """A bar of tabs, and the view that is chosen below it; views are made when first opened.

    Args:
        name: objectName of the bar.
        accessible: What is chosen, for screen readers.
        views: Key, title and maker of each view.
    """

    #: A view was made.
    made = Signal(object)
    #: Another view is shown.
    changed = Signal()

    def __init__(
        self,
        name: str,
        accessible: str,
        views: Sequence[tuple[str, str, Callable[[], ResultTab]]],
    ) -> None:
        super().__init__()
        self.keys = tuple(key for key, _, _ in views)
        self._makers = {key: make for key, _, make in views}
        self._views: dict[str, ResultTab] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self.bar = TabBar(name, accessible)
        for _, title, _ in views:
            self.bar.addTab(title)
        self._column.addWidget(self.bar)
        self.bar.currentChanged.connect(self.show_current)

    @property
    def current(self) -> str:
        """Key of the view that is shown."""
        return self.keys[self.bar.currentIndex()]

    def view(self, key: str) -> ResultTab:
        """Return a view; it is made if it is not there yet."""
        if key not in self._views:
            view = self._views[key] = self._makers[key]()
            self._column.addWidget(view)
            self.made.emit(view)
        return self._views[key]

    def is_made(self, key: str) -> bool:
        """Say whether a view was made already."""
        return key in self._views

    def open(self, key: str) -> None:
        """Show a view."""
        self.bar.setCurrentIndex(self.keys.index(key))

    def show_current(self) -> None:
        """Show the view whose tab is chosen."""
        shown = self.view(self.current)
        for view in self._views.values():
            view.setVisible(view is shown)
        self.changed.emit()
