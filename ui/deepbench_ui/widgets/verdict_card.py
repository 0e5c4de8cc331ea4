"""The verdict on the signal: one plain sentence, what follows, what one can do."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from deepbench_ui.models.shuffle_rows import Verdict
from deepbench_ui.pages.base import label
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.sentences import Sentences

WHAT_TO_DO = "What you can do"
# A verdict is a result whichever way it goes: none of them wears the colours of an error.
_MARKS = {"yes": ("done", "ok"), "no": ("info", "info"), "unclear": ("question", "info")}
_ICON_SIZE = 30


class VerdictCard(QFrame):
    """Shows a `Verdict`; hidden while there is none.

    Args:
        name: Its objectName.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.verdict: Verdict | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(14)
        self._mark = QLabel()
        side = QVBoxLayout()
        side.addWidget(self._mark)
        side.addStretch(1)
        row.addLayout(side)
        column = QVBoxLayout()
        column.setSpacing(8)
        self.headline = label("", "title", f"{name}.headline")
        self.why = label("", "", f"{name}.why")
        self.consequence = label("", "", f"{name}.consequence")
        self.to_do = label(WHAT_TO_DO, "heading")
        self.advice = Sentences(f"{name}.advice", mark="•  ")
        self.details = Sentences(f"{name}.details", "muted")
        for part in (
            self.headline,
            self.why,
            self.consequence,
            self.to_do,
            self.advice,
            self.details,
        ):
            column.addWidget(part)
        row.addLayout(column, 1)
        theme().changed.connect(self._paint_mark)
        self.hide()

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show a verdict, or nothing."""
        if verdict == self.verdict:
            return
        self.verdict = verdict
        self.setVisible(verdict is not None)
        if verdict is None:
            return
        self.headline.setText(verdict.headline)
        self.why.setText(verdict.why)
        self.consequence.setText(verdict.consequence)
        self.to_do.setVisible(bool(verdict.advice))
        self.advice.show_sentences(verdict.advice)
        self.details.show_sentences(verdict.details)
        self.setAccessibleName(verdict.headline)
        self._paint_mark()

    def _paint_mark(self) -> None:
        if self.verdict is not None:
            picture, colour = _MARKS[self.verdict.signal]
            self._mark.setPixmap(icon(picture, colour).pixmap(_ICON_SIZE, _ICON_SIZE))
