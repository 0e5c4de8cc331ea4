"""Sentences that may be written, under headings, each with its reservations and its own Copy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepbench.study.records import ClaimRecord
from deepbench_ui.models.claim_rows import by_kind, claim_html, claim_text, claims_text
from deepbench_ui.pages.base import label
from deepbench_ui.plots.outlet import Outlet
from deepbench_ui.theme import theme
from deepbench_ui.widgets.gated_text import SentencePanel, TextPanel


class ClaimList(QFrame):
    """All sentences.

    Args:
        name: Its objectName; the sentences are ``NAME.0`` and so on.
        title: What they are called together, also in the study's ledger.
        file: Proposed name of a file with all of them.
        outlet: What lets things out.
    """

    def __init__(self, name: str, title: str, file: str, outlet: Outlet) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._name, self._title, self._outlet = name, title, outlet
        self._claims: tuple[ClaimRecord, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 12, 14, 12)
        self._column.setSpacing(8)
        self.whole = TextPanel(name, title, file, outlet, shows=False)
        self._column.addWidget(self.whole)
        self._holder: QWidget | None = None
        self.panels: list[SentencePanel] = []

    def show_claims(self, claims: Sequence[ClaimRecord]) -> None:
        """Show other sentences."""
        wanted = tuple(claims)
        if wanted == self._claims:
            return
        self._claims = wanted
        self.whole.show_text(claims_text(wanted))
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
        self._holder = QWidget()
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.panels = []
        for heading, some in by_kind(wanted):
            column.addWidget(label(heading, "strong"))
            for claim in some:
                self.panels.append(self._panel(claim))
                column.addWidget(self.panels[-1])
        self._column.addWidget(self._holder)

    def _panel(self, claim: ClaimRecord) -> SentencePanel:
        return SentencePanel(
            f"{self._name}.{len(self.panels)}",
            self._title,
            self._outlet,
            claim_text(claim),
            lambda: claim_html(claim, theme().colour("text_muted").name()),
        )
