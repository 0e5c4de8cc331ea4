"""The budget as three cards that say what each buys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QRadioButton, QVBoxLayout

from deepbench_ui.pages.base import label
from deepbench_ui.widgets.reflow_grid import ReflowGrid

_LETTERS = 23


@dataclass(frozen=True)
class BudgetCard:
    """One budget.

    Attributes:
        value: What stands in the plan.
        title: Its name on screen.
        buys: What it buys, one line each.
        text: What it is good for.
    """

    value: str
    title: str
    buys: tuple[str, ...]
    text: str


class _Card(QFrame):
    """A frame whose whole area chooses."""

    def __init__(self, name: str, card: BudgetCard) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(3)
        self.button = QRadioButton(card.title)
        self.button.setObjectName(f"{name}.{card.value}")
        column.addWidget(self.button)
        self._said = (*card.buys, card.text)
        self.time = _inset("", "")
        self.time.setObjectName(f"{name}.{card.value}.time")
        column.addWidget(self.time)
        for line in card.buys:
            column.addWidget(_inset(line, ""))
        column.addWidget(_inset(card.text, "muted"))
        column.addStretch(1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_time("", known=False)

    def show_time(self, text: str, *, known: bool) -> None:
        """Say how long it takes, or why that is not known."""
        self.time.setText(text)
        self.time.setVisible(bool(text))
        role = "strong" if known else "muted"
        if self.time.property("role") != role:
            self.time.setProperty("role", role)
            self.time.style().polish(self.time)
        self.button.setAccessibleDescription(". ".join(filter(None, (text, *self._said))))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose this card."""
        if event.button() == Qt.MouseButton.LeftButton and self.button.isEnabled():
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)
            self.button.click()
        super().mousePressEvent(event)


def _inset(text: str, role: str) -> QLabel:
    made = label(text, role)
    made.setIndent(27)
    return made


class BudgetCards(ReflowGrid):
    """Three cards, of which one is chosen.

    Args:
        name: Its objectName; the buttons are ``NAME.VALUE``.
        cards: The budgets.
        accessible: What is asked, for screen readers.
    """

    chosen = Signal(str)

    def __init__(self, name: str, cards: tuple[BudgetCard, ...], accessible: str) -> None:
        super().__init__(_LETTERS, counts=(1, len(cards)))
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QRadioButton] = {}
        self._cards: dict[str, _Card] = {}
        for one in cards:
            card = _Card(name, one)
            card.button.clicked.connect(lambda _=False, value=one.value: self.chosen.emit(value))
            self._group.addButton(card.button)
            self.buttons[one.value] = card.button
            self._cards[one.value] = card
            self.add(card)

    def show_choice(self, value: str) -> None:
        """Mark a card."""
        self.buttons[value].setChecked(True)

    def show_time(self, value: str, text: str, *, known: bool) -> None:
        """Say on a card how long it takes, or why that is not known yet."""
        self._cards[value].show_time(text, known=known)
