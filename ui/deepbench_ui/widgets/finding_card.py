"""A finding of the data check: what it is, what it concerns, and the decisions on it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepbench_ui.models.finding_cards import REASON_LETTERS, Action, FindingCard
from deepbench_ui.models.finding_words import SEVERITY_ICONS, SEVERITY_WORDS
from deepbench_ui.pages.base import label
from deepbench_ui.selection import SelectionHub
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.marked_line import MarkedLine
from deepbench_ui.widgets.name_list import NameList

#: Texts of the buttons for one thing, for all of several, and for some of them.
TEXTS: dict[Action, tuple[str, str, str]] = {
    "unit": ("Use This Column as the Biological Unit",) * 3,
    "ignore": ("The Rows Are Independent",) * 3,
    "batch": ("It Is a Batch",) * 3,
    "site": ("It Is a Site",) * 3,
    "leave out features": (
        "Leave This Feature Out",
        "Leave These Features Out",
        "Leave {some} of {many} Features Out",
    ),
    "leave out samples": (
        "Leave This Sample Out",
        "Leave These Samples Out",
        "Leave {some} of {many} Samples Out",
    ),
    "keep": (
        "Keep It in the Models",
        "Keep Them in the Models",
        "Keep {some} of {many} in the Models",
    ),
    "count as missing": (
        "Count These Cells as Missing",
        "Count These Cells as Missing",
        "Count Cells of {some} of {many} Features as Missing",
    ),
    "reason": ("Keep, With a Reason…",) * 3,
    "take back": ("Take the Decision Back",) * 3,
}
REASON = "Why is it right to go on? The report prints your reason."
REASON_SHORT = f"Write at least {REASON_LETTERS} letters; until then no reason is saved."
_ICON = 20
_REASON_LINES = 2
_OF_FEATURES = ("leave out features", "keep", "count as missing")
_OF_SAMPLES = ("leave out samples",)


class FindingView(QFrame):
    """Shows a `FindingCard`.

    Args:
        name: Its objectName; buttons are ``NAME.ACTION``.
        selection: Where the selection of features and samples is kept.
    """

    #: A decision was taken; carries its name and the names it is about (all if empty).
    decided = Signal(str, tuple)
    #: A reason was typed; empty while it is too short.
    reason_typed = Signal(str)

    def __init__(self, name: str, selection: SelectionHub) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.card: FindingCard | None = None
        self._writing = False
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(12)
        self._mark = QLabel()
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        row.addLayout(column, 1)
        self._severity = label("", "group", f"{name}.severity")
        self._title = label("", "heading", f"{name}.title")
        self._message = label("", "", f"{name}.message")
        self._hint = label("", "muted", f"{name}.hint")
        self.features = NameList(f"{name}.features", "feature", selection)
        self.samples = NameList(f"{name}.samples", "sample", selection)
        self._severity.setWordWrap(False)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._severity, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self._message)
        column.addWidget(self._hint)
        for names in (self.features, self.samples):
            names.ticked_changed.connect(self._show_buttons)
            column.addWidget(names)
        self._decided = MarkedLine(f"{name}.decided")
        self._pending = MarkedLine(f"{name}.pending")
        column.addWidget(self._decided)
        column.addWidget(self._pending)
        self._build_buttons(name, column)
        self._build_reason(name, column)
        theme().changed.connect(self._paint)

    def _build_buttons(self, name: str, column: QVBoxLayout) -> None:
        self._line = QWidget()
        flow = FlowLayout(8, self._line)
        self.buttons: dict[Action, QPushButton] = {}
        for action in TEXTS:
            button = QPushButton()
            button.setObjectName(f"{name}.{action.replace(' ', '-')}")
            button.clicked.connect(lambda _=False, action=action: self._decide(action))
            self.buttons[action] = button
            flow.addWidget(button)
        self._toggles = (self.features.toggle, self.samples.toggle)
        for toggle in self._toggles:
            flow.addWidget(toggle)
        column.addWidget(self._line)

    def _build_reason(self, name: str, column: QVBoxLayout) -> None:
        self._reason = QWidget()
        inside = QVBoxLayout(self._reason)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        question = label(REASON)
        inside.addWidget(question)
        self.field = QPlainTextEdit()
        self.field.setObjectName(f"{name}.reason-text")
        self.field.setAccessibleName(REASON)
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * _REASON_LINES + 18)
        self.field.textChanged.connect(self._typed)
        question.setBuddy(self.field)
        inside.addWidget(self.field)
        self._short = label(REASON_SHORT, "muted", f"{name}.reason-short")
        inside.addWidget(self._short)
        self._reason.hide()
        column.addWidget(self._reason)

    # --- showing ----------------------------------------------------------------------

    def show_card(self, card: FindingCard) -> None:
        """Show a finding, or what has become of it."""
        if card == self.card:
            return
        before, self.card = self.card, card
        finding = card.finding
        if before is None or before.finding.name != finding.name:
            self._reason.hide()
            self._write_reason("")
        self._severity.setText(SEVERITY_WORDS[finding.severity])
        self._title.setText(card.title)
        self._message.setText(card.message)
        self._hint.setText(card.hint)
        self._hint.setVisible(bool(card.hint))
        some = card.can_choose
        self.features.show_names(finding.columns, card.thing, tickable=some)
        self.samples.show_names(finding.samples, "sample", tickable=some)
        self.setAccessibleName(f"{SEVERITY_WORDS[finding.severity]}: {card.title}")
        self._show_reason(finding.reason)
        self._show_buttons()
        self._paint()

    def _paint(self) -> None:
        if self.card is None:
            return
        picture, colour = SEVERITY_ICONS[self.card.finding.severity]
        self._mark.setPixmap(icon(picture, colour).pixmap(_ICON, _ICON))
        if self.card.waits:
            self._decided.say(self.card.decided, "decision", "warning")
        else:
            self._decided.say(self.card.decided, "done", "text_muted")
        self._pending.say(self.card.pending, "clock", "accent")

    def _show_buttons(self) -> None:
        if self.card is None:
            return
        offered = self.card.actions
        for action, button in self.buttons.items():
            there = action in offered
            if action == "reason":
                there = there and self._reason.isHidden()
            button.setVisible(there)
            if there:
                text, possible = self._text(action)
                button.setText(text)
                button.setEnabled(possible)
        parts = (*self.buttons.values(), *self._toggles)
        self._line.setVisible(any(not part.isHidden() for part in parts))

    def _text(self, action: Action) -> tuple[str, bool]:
        """Return the text of a button, and whether it can be pressed."""
        one, all_of_them, some_of_them = TEXTS[action]
        names = self.features if action in _OF_FEATURES else self.samples
        if action not in (*_OF_FEATURES, *_OF_SAMPLES) or len(names.rows.names) == 1:
            return one, True
        some, many = len(names.ticked), len(names.rows.names)
        if some == many:
            return all_of_them, True
        return some_of_them.format(some=some, many=many), some > 0

    # --- deciding ---------------------------------------------------------------------

    def _decide(self, action: Action) -> None:
        if action == "reason":
            self._reason.show()
            self._show_buttons()
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if action == "take back":
            self._reason.hide()
            self._write_reason("")
        names = self.features if action in _OF_FEATURES else self.samples
        about = names.ticked if action in (*_OF_FEATURES, *_OF_SAMPLES) else ()
        self.decided.emit(action, about)

    def _show_reason(self, reason: str) -> None:
        """Show the reason as it is saved; one that is being written is left alone."""
        typed = self._text_typed()
        if reason:
            self._reason.show()
            if typed != reason:
                self._write_reason(reason)
        elif len(typed) >= REASON_LETTERS:
            self._write_reason("")
            self._reason.setVisible(self.field.hasFocus())
        self._short.setVisible(not reason)

    def _text_typed(self) -> str:
        return " ".join(self.field.toPlainText().split())

    def _write_reason(self, reason: str) -> None:
        self._writing = True
        self.field.setPlainText(reason)
        self._writing = False

    def _typed(self) -> None:
        if self._writing:
            return
        text = self._text_typed()
        self.reason_typed.emit(text if len(text) >= REASON_LETTERS else "")
