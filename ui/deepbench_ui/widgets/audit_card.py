"""What the model gives away about those it was trained on: effort, verdict, attacks, limits."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.study.records import AttackRecord, AttributeAttackRecord, AuditRecord
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.models.privacy_rows import (
    attack_columns,
    attribute_columns,
    audit_facts,
    verdict_of,
)
from deepbench_ui.pages.base import card, label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.choices import Choices, Option
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.sentences import Sentences

TITLE = "Does the model give away who it was trained on?"
WHY = (
    "The program attacks its own model as somebody could who has it: can one tell whether a "
    "person was in the training set, or guess what the model was not told? “Fill the Register” "
    "below runs it; how long it takes is shown while it runs, and it can be stopped."
)
EFFORT, EFFORT_STEP = "How hard to attack", "effort of the privacy audit"
EFFORTS = (
    Option("quick", "Quick", "Few models of the same kind; a minute or a few."),
    Option(
        "thorough", "Thorough", "Twice as many models and narrower intervals; takes far longer."
    ),
    Option("no", "Not at all", "Then the model stays in the study unless it is public."),
)
NOT_YET = "What the attacks find will stand here."
NOT_ASKED = "No audit is asked for, so nothing is known about what the model gives away."
NO_MODEL = "There is no finished model to attack: it is kept only where there is a signal."
ATTACKS, ATTRIBUTES = "Attacks", "Sensitive attributes"
_DEFAULT = "quick"
_ROWS = 8


class AuditCard(QWidget):
    """The effort, which is an answer; what was found is `findings`, to be placed by the owner.

    Args:
        name: Its objectName.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._shown: AuditRecord | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        frame, inside = card(TITLE)
        inside.addWidget(label(WHY, "muted"))
        inside.addWidget(label(EFFORT, "question"))
        self.effort = Choices(f"{name}.effort", EFFORTS, EFFORT)
        self.effort.chosen.connect(
            lambda value: session.answer("privacy.audit", value, EFFORT_STEP)
        )
        inside.addWidget(self.effort)
        self.empty = label("", "muted", f"{name}.empty")
        inside.addWidget(self.empty)
        self.findings = QWidget()
        found = QVBoxLayout(self.findings)
        found.setContentsMargins(0, 6, 0, 0)
        found.setSpacing(8)
        self.verdict = Banner(f"{name}.verdict")
        self.facts = label("", "muted", f"{name}.facts")
        self.sentences = Sentences(f"{name}.sentences", mark="•  ")
        found.addWidget(self.verdict)
        found.addWidget(self.facts)
        self.attacks: MarkedTable[AttackRecord] = MarkedTable(
            (), lambda row: row.name, parent=self
        )
        self.attack_table = TablePanel(f"{name}.attacks", ATTACKS, self.attacks, session)
        self.attributes: MarkedTable[AttributeAttackRecord] = MarkedTable(
            attribute_columns(), lambda row: row.column, parent=self
        )
        self.attribute_table = TablePanel(
            f"{name}.attributes", ATTRIBUTES, self.attributes, session
        )
        for table in (self.attack_table, self.attribute_table):
            table.view.show_all_rows(_ROWS)
            found.addWidget(table)
        found.addWidget(self.sentences)
        self.findings.hide()
        inside.addWidget(self.findings)
        column.addWidget(frame)

    def show_audit(self, record: AuditRecord | None, *, filled: bool, has_model: bool) -> None:
        """Show the effort and what was found.

        Args:
            record: The audit, or None.
            filled: Whether the register was filled.
            has_model: Whether a finished model was kept.
        """
        effort = self._session.value("privacy.audit", _DEFAULT)
        self.effort.show_choice(effort)
        self.findings.setVisible(record is not None)
        missing = NO_MODEL if filled and not has_model else NOT_YET
        self.empty.setText(NOT_ASKED if effort == "no" and record is None else missing)
        self.empty.setVisible(record is None)
        if record is None or record == self._shown:
            return
        self._shown = record
        self.verdict.show_message(*verdict_of(record))
        self.facts.setText(audit_facts(record))
        self.attacks.change_columns(attack_columns(record))
        self.attacks.replace_rows(record.attacks)
        self.attributes.replace_rows(record.attributes)
        self.attack_table.setVisible(bool(record.attacks))
        self.attribute_table.setVisible(bool(record.attributes))
        self.sentences.show_sentences(record.sentences)
