"""The step rail: all pages in their groups, each with its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from deepbench_ui.pages.registry import PageEntry
from deepbench_ui.plan_words import in_window
from deepbench_ui.theme import icon, theme

NO_STATE = ""
STATE_ICONS: Mapping[str, tuple[str, str]] = {
    "to do": ("todo", "text_muted"),
    "ready": ("ready", "accent"),
    "running": ("running", "accent"),
    "done": ("done", "ok"),
    "needs a decision": ("decision", "warning"),
    "blocked": ("blocked", "danger"),
    "out of date": ("outdated", "warning"),
    NO_STATE: ("predict", "text_muted"),
}
STATE_TITLES: Mapping[str, str] = {
    "to do": "To do: earlier steps come first",
    "ready": "Ready",
    "running": "Running",
    "done": "Done",
    "needs a decision": "Needs a decision",
    "blocked": "Blocked",
    "out of date": "Out of date",
    NO_STATE: "",
}
_ICON_SIZE = QSize(18, 18)
_MARGIN = 40
_EDGE = 1


class StepButton(QPushButton):
    """One page in the rail."""

    moved = Signal(int)

    def __init__(self, entry: PageEntry) -> None:
        number = f"{entry.number}  " if entry.number >= 0 else ""
        super().__init__(f"{number}{entry.short_title}")
        self.entry = entry
        self.state = NO_STATE
        self.setObjectName(f"rail.{entry.key}")
        self.setProperty("kind", "step")
        self.setCheckable(True)
        self.setIconSize(_ICON_SIZE)
        self.paint_icon()

    def show_state(self, state: str, reason: str) -> None:
        """Show the state as an icon, in the tool tip and for screen readers."""
        title = STATE_TITLES[state]
        parts = (self.entry.title, title, in_window(reason))
        self.setToolTip("\n".join(part for part in parts if part))
        self.setAccessibleName(f"{self.entry.title}, {title}" if title else self.entry.title)
        if state != self.state:
            self.state = state
            self.paint_icon()

    def paint_icon(self) -> None:
        """Draw the icon in the colours of the theme."""
        self.setIcon(icon(*STATE_ICONS[self.state]))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move with the arrow keys."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(step)


class StepRail(QFrame):
    """The rail on the left.

    Args:
        entries: Pages in order.
        parent: Owner.
    """

    #: Key of the page that was asked for.
    chosen = Signal(str)

    def __init__(self, entries: Sequence[PageEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setProperty("kind", "rail")
        self.setAccessibleName("Steps")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(scroll)
        inside = QWidget()
        inside.setObjectName("rail.content")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 10, 3, 10)
        self._column.setSpacing(1)
        scroll.setWidget(inside)
        self._scroll = scroll
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, StepButton] = {}
        for entry in entries:
            self._add(entry)
        self._column.addStretch(1)
        scroll.verticalScrollBar().rangeChanged.connect(self._fit_width)
        theme().changed.connect(self._paint)

    def _add(self, entry: PageEntry) -> None:
        groups = {button.entry.group for button in self.buttons.values()}
        if entry.group not in groups:
            heading = QLabel(entry.group)
            heading.setProperty("role", "group")
            self._column.addWidget(heading)
        button = StepButton(entry)
        button.clicked.connect(lambda: self.chosen.emit(entry.key))
        button.moved.connect(lambda step: self._move(entry.key, step))
        self._group.addButton(button)
        self.buttons[entry.key] = button
        self._column.addWidget(button)

    def _move(self, key: str, step: int) -> None:
        keys = list(self.buttons)
        place = keys.index(key) + step
        if 0 <= place < len(keys):
            button = self.buttons[keys[place]]
            button.setFocus(Qt.FocusReason.TabFocusReason)
            self._scroll.ensureWidgetVisible(button, 0, _MARGIN)

    def show_states(self, states: Mapping[str, str], reasons: Mapping[str, str]) -> None:
        """Show the state of every page."""
        for key, button in self.buttons.items():
            button.show_state(states.get(key, NO_STATE), reasons.get(key, ""))

    def show_current(self, key: str) -> None:
        """Mark the page that is shown; only it is reached by Tab, the others by arrow keys."""
        for name, button in self.buttons.items():
            current = name == key
            button.setChecked(current)
            button.setFocusPolicy(
                Qt.FocusPolicy.StrongFocus if current else Qt.FocusPolicy.ClickFocus
            )
        self._scroll.ensureWidgetVisible(self.buttons[key], 0, _MARGIN)

    def event(self, event: QEvent) -> bool:
        """Be as wide as the titles, once fonts and style are known."""
        if event.type() in (QEvent.Type.Polish, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit_width()
        return super().event(event)

    def _fit_width(self) -> None:
        for button in self.buttons.values():
            button.ensurePolished()
        inside = self._column.parentWidget()
        bar = self._scroll.verticalScrollBar()
        room = bar.sizeHint().width() if bar.maximum() > 0 else 0
        if inside is not None:
            self.setFixedWidth(inside.minimumSizeHint().width() + room + _EDGE)

    def _paint(self) -> None:
        for button in self.buttons.values():
            button.paint_icon()
