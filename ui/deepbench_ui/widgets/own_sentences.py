"""Sentences of the user's own, one in each line; their wording is looked at while typing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepbench.study.claim_wording import find_overclaims
from deepbench_ui.models.wording_notes import WordingNote, wording_notes
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.theme import theme
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.marked_line import MarkedLine
from deepbench_ui.widgets.text_area import text_area

TITLE = "Sentences of your own"
WHY = (
    "Write what you want to say in the paper, one sentence in each line. Words that claim more "
    "than an association are pointed out while you type; the report prints the sentences."
)
HINT = "For example: High IL6 went with relapse in both hospitals."
STEP, REWORDED = "your own sentences", "wording of your sentences"
USE = "Use This Wording"
FINE = "No word here claims more than an association."
PLACE = ("claims", "own")
_LINES = 5


class _Underline(QSyntaxHighlighter):
    """Underlines the words that say too much."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.names: tuple[str, ...] = ()

    def highlightBlock(self, text: str) -> None:  # noqa: N802
        """Look at one line."""
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(QColor(theme().colour("warning")))
        for hit in find_overclaims(text, self.names):
            self.setFormat(hit.start, hit.end - hit.start, style)


class OwnSentences(QFrame):
    """A field for sentences, and what is to be said of them.

    Args:
        name: objectName of the field.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._name, self._session = name, session
        self._names: tuple[str, ...] = ()
        self._notes: tuple[WordingNote, ...] = ()
        #: What stood in the field when it was last shown or written.
        self._known = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(label(TITLE, "heading"))
        column.addWidget(label(WHY, "muted"))
        self.field = text_area(name, TITLE, HINT, _LINES)
        self.field.textChanged.connect(self._write)
        column.addWidget(self.field)
        self._underline = _Underline(self.field.document())
        self.fine = MarkedLine(f"{name}-fine")
        column.addWidget(self.fine)
        self._below = QWidget()
        self._column = QVBoxLayout(self._below)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        column.addWidget(self._below)
        self.banners: list[Banner] = []
        theme().changed.connect(self._underline.rehighlight)

    @property
    def notes(self) -> tuple[WordingNote, ...]:
        """What is said of the sentences now."""
        return self._notes

    def refresh(self, names: Iterable[str]) -> None:
        """Show the sentences, unless they are being typed, and look at them.

        Args:
            names: Names of columns and classes, which are no wording.
        """
        known = tuple(names)
        if known != self._names:
            self._names = self._underline.names = known
            self._underline.rehighlight()
        wanted = list(self._session.value(PLACE, []))
        if wanted != self._sentences():
            self._known = "\n".join(wanted)
            self.field.setPlainText(self._known)
        self._look()

    def _sentences(self) -> list[str]:
        lines = (line.strip() for line in self.field.toPlainText().split("\n"))
        return [line for line in lines if line]

    def _write(self) -> None:
        text = self.field.toPlainText()
        # Underlining a word counts as a change, and is none of the text.
        if text == self._known:
            return
        self._known = text
        self._session.answer(PLACE, self._sentences() or None, STEP, merge=True)
        self._look()

    def _look(self) -> None:
        notes = wording_notes(self._sentences(), self._names)
        self.fine.say(FINE if self._sentences() and not notes else "", "done", "ok")
        if notes == self._notes:
            return
        self._notes = notes
        # Kept and changed rather than made anew: a button may have the keyboard focus.
        while len(self.banners) < len(notes):
            banner = Banner(f"{self._name}-wording.{len(self.banners)}")
            self.banners.append(banner)
            self._column.addWidget(banner)
        for banner in self.banners[len(notes) :]:
            banner.clear()
        for note, banner in zip(notes, self.banners, strict=False):
            action = USE if note.suggestion else ""
            banner.show_message("warning", note.whole, action, partial(self._use, note))

    def _use(self, note: WordingNote) -> None:
        sentences = self._sentences()
        if note.line < len(sentences):
            sentences[note.line] = note.suggestion
            self._session.answer(PLACE, sentences, REWORDED)
            self.refresh(self._names)
