"""Private training: whether, at which budget, with what known, what it costs and guarantees."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from deepbench.study.records import PrivateTrainingRecord
from deepbench_ui.models.privacy_rows import certificate_facts, private_figure
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choices import Choices, Option
from deepbench_ui.widgets.fact_grid import FactGrid
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.known_ranges import KnownRanges
from deepbench_ui.widgets.sentences import Sentences

TITLE = "A model that may be given away"
WHY = (
    "Differential privacy adds noise to training, so that hardly anything of a single person is "
    "left in the model. It costs accuracy, and it needs many people: the program says how many."
)
SWITCH, SWITCH_STEP = "Also train a network with differential privacy", "private training"
BUDGET, BUDGET_STEP = "How strong shall the protection be?", "budget of private training"
BUDGETS = (
    Option("1", "ε = 1: strong", "Asked for before a model of restricted data may leave."),
    Option("3", "ε = 3: good", "Asked for before a model of sensitive data may leave."),
    Option("8", "ε = 8: weak", "For comparison; such a model stays in a sensitive study."),
)
NOT_YET = "What privacy costs, and what is guaranteed, will stand here."
CERTIFICATE = "What is guaranteed"
NO_CERTIFICATE = "No private model was kept, so there is no guarantee."
NO_SCORE = "No budget was tried."
_DEFAULT = 3.0


class PrivateCard(QWidget):
    """A switch, a budget and known limits, which are answers, and what came of them.

    Args:
        name: Its objectName.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._turns = InTurn(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        frame, inside = card(TITLE)
        inside.addWidget(label(WHY, "muted"))
        self.switch = QCheckBox(SWITCH)
        self.switch.setObjectName(f"{name}.switch")
        self.switch.clicked.connect(
            lambda on: session.answer("privacy.private_training", on or None, SWITCH_STEP)
        )
        inside.addWidget(self.switch)
        self.budget_label = label(BUDGET, "question")
        inside.addWidget(self.budget_label)
        self.budget = Choices(f"{name}.budget", BUDGETS, BUDGET)
        self.budget.chosen.connect(
            lambda value: session.answer("privacy.epsilon", float(value), BUDGET_STEP)
        )
        inside.addWidget(self.budget)
        self.ranges = KnownRanges(f"{name}.ranges", session)
        inside.addWidget(self.ranges)
        self.empty = label(NOT_YET, "muted", f"{name}.empty")
        inside.addWidget(self.empty)
        self.findings = QWidget()
        found = QVBoxLayout(self.findings)
        found.setContentsMargins(0, 6, 0, 0)
        found.setSpacing(8)
        self.sentences = Sentences(f"{name}.sentences", mark="•  ")
        self.panel = PlotPanel(f"{name}.plot", session, None)
        self.certificate_title = label(CERTIFICATE, "strong")
        self.certificate = FactGrid(f"{name}.certificate")
        self.no_certificate = label(NO_CERTIFICATE, "muted", f"{name}.no-certificate")
        for part in (
            self.panel, self.certificate_title, self.certificate, self.no_certificate,
            self.sentences,
        ):  # fmt: skip
            found.addWidget(part)
        self.findings.hide()
        inside.addWidget(self.findings)
        column.addWidget(frame)

    def show_private(self, record: PrivateTrainingRecord | None, columns: Collection[str]) -> None:
        """Show the answers, and what came of them.

        Args:
            record: What came of them; None if nothing yet.
            columns: Names of the table; none before it was read.
        """
        on = bool(self._session.value("privacy.private_training", False))
        self.switch.setChecked(on)
        budget = f"{self._session.value('privacy.epsilon', _DEFAULT):g}"
        # A plan may ask for another one; then none of these is marked.
        self.budget.show_choice(budget if budget in self.budget.buttons else None)
        self.ranges.refresh(columns)
        for part in (self.budget, self.budget_label, self.ranges):
            part.setVisible(on)
        self.findings.setVisible(record is not None)
        self.empty.setVisible(on and record is None)
        if record is None:
            return
        self.sentences.show_sentences(record.sentences)
        figure = private_figure(record)
        self.panel.setVisible(figure is not None)
        if figure is not None:
            self._turns.show(self.panel, figure, NO_SCORE)
        kept = record.certificate
        self.certificate_title.setVisible(kept is not None)
        self.no_certificate.setVisible(kept is None)
        self.certificate.show_facts(certificate_facts(kept) if kept is not None else ())
