"""Third view of ethics and privacy: who could be recognised, and what the model gives away."""

from __future__ import annotations

from deepbench.study.records import (
    ChoiceRecord,
    EthicsRecord,
    ImportRecord,
    SensitivityRecord,
)
from deepbench_ui.pages.base import card
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.audit_card import AuditCard
from deepbench_ui.widgets.private_card import PrivateCard
from deepbench_ui.widgets.quasi_identifiers import QuasiIdentifiers
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences

SCAN = "What the program found in the table"
NOT_SCANNED = "The table has not been read yet (step 3)."


class PrivacyTab(ResultTab):
    """What the scan found, columns that could identify, the audit, private training.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("ethics.tab.privacy")
        frame, inside = card(SCAN)
        self.scan = Sentences("ethics.scan", mark="•  ")
        inside.addWidget(self.scan)
        self.answers.addWidget(frame)
        self.quasi = QuasiIdentifiers("ethics.quasi", session)
        self.audit = AuditCard("ethics.audit", session)
        self.private = PrivateCard("ethics.private", session)
        for part in (self.quasi, self.audit, self.private):
            self.answers.addWidget(part)
        self.empty.hide()

    def show_privacy(
        self,
        record: EthicsRecord | None,
        choice: ChoiceRecord | None,
        imported: ImportRecord | None,
        sensitivity: SensitivityRecord | None,
    ) -> None:
        """Show what was found so far, also before the register was filled."""
        rare = sensitivity.rare if sensitivity is not None else None
        counted = rare.sentence if rare is not None else ""
        found = sensitivity.sentences if sensitivity is not None else (NOT_SCANNED,)
        # The count stands with the columns that were counted.
        self.scan.show_sentences([sentence for sentence in found if sentence != counted])
        self.quasi.show_columns(imported, rare)
        self.audit.show_audit(
            record.audit if record is not None else None,
            filled=record is not None,
            has_model=choice is not None and bool(choice.final_model),
        )
        self.private.show_private(
            record.private_training if record is not None else None,
            [column.name for column in imported.columns] if imported is not None else (),
        )
