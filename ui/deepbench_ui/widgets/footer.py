"""The bar below every page: Back, what to do next and why not, the step's own button, Next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from deepbench_ui.plan_words import in_window
from deepbench_ui.theme import icon, theme

BACK, NEXT = "Back", "Next"


class Footer(QFrame):
    """Navigation; the window decides what is possible."""

    back = Signal()
    forward = Signal()
    run = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.setProperty("kind", "footer")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(10)
        self.back_button = QPushButton(BACK)
        self.back_button.setObjectName("footer.back")
        self.reason = QLabel()
        self.reason.setObjectName("footer.reason")
        self.reason.setWordWrap(True)
        self.reason.setProperty("role", "muted")
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.run_button = QPushButton()
        self.run_button.setObjectName("footer.run")
        self.next_button = QPushButton(NEXT)
        self.next_button.setObjectName("footer.next")
        self.next_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        row.addWidget(self.back_button)
        row.addWidget(self.reason, 1)
        row.addWidget(self.run_button)
        row.addWidget(self.next_button)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.forward)
        self.run_button.clicked.connect(self.run)
        theme().changed.connect(self._paint)
        self._paint()

    def show_state(
        self, *, can_back: bool, can_next: bool, reason: str, verb: str, can_run: bool
    ) -> None:
        """Show what is possible.

        Args:
            can_back: Whether there is a page before.
            can_next: Whether the next page may follow.
            reason: Why not, or what to do first.
            verb: Text of the step's own button; hidden if empty.
            can_run: Whether it can be pressed.
        """
        ours = (self.run_button, self.next_button, self.reason)
        focused = next((part for part in ours if part.hasFocus()), None)
        self.back_button.setEnabled(can_back)
        self.next_button.setEnabled(can_next)
        self.next_button.setToolTip("" if can_next else reason)
        reason = in_window(reason)
        self.reason.setText(reason)
        self.run_button.setText(verb)
        self.run_button.setVisible(bool(verb))
        self.run_button.setEnabled(can_run)
        self._set_kind(self.run_button, "primary" if verb and can_run else "")
        self._set_kind(self.next_button, "primary" if can_next else "")
        if focused is self.reason or (focused is not None and not focused.hasFocus()):
            # Its button went, and Qt would hand the focus to the help panel.
            target = self.next_button if can_next else self.reason
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_kind(self, button: QPushButton, kind: str) -> None:
        if button.property("kind") != kind:
            button.setProperty("kind", kind)
            button.style().unpolish(button)
            button.style().polish(button)
            self._paint()

    def _paint(self) -> None:
        self.back_button.setIcon(icon("back"))
        kind = self.next_button.property("kind")
        self.next_button.setIcon(icon("next", "on_accent" if kind == "primary" else "text"))
