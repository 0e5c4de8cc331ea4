"""The help on the right: why we ask, the tip and its source, an example, terms on hover."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QTextBrowser,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from deepbench_ui.help_texts import HelpPage, glossary, load_help, mark_terms
from deepbench_ui.theme import icon, theme

TITLE, WHY, TIP, EXAMPLE, TERMS = "Help", "Why we ask", "Tip {}", "An example", "Words used here"
TERMS_HINT = "Point at an underlined word, or click it, to read what it means."
CLOSE = "Hide the help"
_WIDTH = 270
_MARGIN = 6


class HelpPanel(QFrame):
    """Help for the page that is shown."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help")
        self.setProperty("kind", "help")
        self.setAccessibleName(TITLE)
        self._key = ""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 10, 6, 8)
        head = QHBoxLayout()
        heading = QLabel(TITLE)
        heading.setProperty("role", "heading")
        self.close_button = QToolButton()
        self.close_button.setObjectName("help.close")
        self.close_button.setAccessibleName(CLOSE)
        self.close_button.setToolTip(CLOSE)
        self.close_button.clicked.connect(self.closed)
        head.addWidget(heading, 1)
        head.addWidget(self.close_button)
        outer.addLayout(head)
        self.text = HelpText()
        self.text.setObjectName("help.text")
        self.text.setAccessibleName(TITLE)
        self.text.highlighted.connect(self._explain)
        self.text.anchorClicked.connect(self._explain)
        outer.addWidget(self.text, 1)
        self.setMinimumWidth(_WIDTH)
        self.setMaximumWidth(round(_WIDTH * 1.5))
        theme().changed.connect(self._paint)
        self._paint()

    def show_help(self, key: str) -> None:
        """Show the help of a page."""
        if key != self._key:
            self._key = key
            self._paint()

    def _paint(self) -> None:
        self.close_button.setIcon(icon("close", "text_muted"))
        if self._key:
            self.text.setHtml(_as_html(load_help(self._key), theme().colour("accent").name()))

    def _explain(self, link: QUrl) -> None:
        term = link.path()
        meaning = glossary().get(term)
        if meaning is None:
            QToolTip.hideText()
            return
        here = self.text.viewport()
        cursor = here.mapFromGlobal(self.cursor().pos())
        place = cursor if here.rect().contains(cursor) else self.text.cursorRect().bottomLeft()
        QToolTip.showText(
            here.mapToGlobal(place),
            f"<b>{html.escape(term)}</b><br>{html.escape(meaning)}",
            self.text,
        )


class HelpText(QTextBrowser):
    """Text with terms to point at; Tab goes from one to the next, and then on."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(_MARGIN)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Begin with the first term, or going back with the last."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.focusNextPrevChild(event.reason() == Qt.FocusReason.TabFocusReason)


def _as_html(page: HelpPage, link_colour: str) -> str:
    def marked(text: str) -> str:
        return mark_terms(text, page.keys).replace("<a ", f'<a style="color:{link_colour}" ')

    parts = [f"<h4>{WHY}</h4><p>{marked(page.why)}</p>"]
    if page.tip:
        parts.append(f"<h4>{TIP.format(page.tip)}</h4><p>{marked(page.tip_text)}</p>")
        parts.append(f"<p><small>{html.escape(page.source)}</small></p>")
    parts.append(f"<h4>{EXAMPLE}</h4><p>{marked(page.example)}</p>")
    parts.extend(
        f"<h4>{html.escape(section.heading)}</h4><p>{marked(section.text)}</p>"
        f"{_table(section.rows)}"
        for section in page.more
    )
    known = [term for term in page.keys if term in glossary()]
    if known:
        links = ", ".join(
            f'<a style="color:{link_colour}" href="term:{html.escape(term)}">'
            f"{html.escape(term)}</a>"
            for term in known
        )
        parts.append(f"<h4>{TERMS}</h4><p>{TERMS_HINT}</p><p>{links}</p>")
    return "".join(parts)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return a small table, the first row as names of the columns; nothing without rows."""
    if not rows:
        return ""
    head, *others = rows
    lines = ["".join(f'<th align="left">{html.escape(cell)}</th>' for cell in head)]
    lines += ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in others]
    return (
        '<table border="1" cellspacing="0" cellpadding="4" style="border-collapse:collapse">'
        f"{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
    )
