"""How long each budget would take: asked of the worker, shown on the cards and below them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.messages import JobFailed
from deepbench.study.budget_words import (
    TITLES,
    at_most_words,
    precision_words,
    spell_about,
    stage_times,
)
from deepbench.study.records import BudgetTimeRecord, SplitRecord, TimeEstimateRecord
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.budget_cards import BudgetCards

ON_CARD = "{time} here"
MEASURING_ON_CARD = "Time: being measured…"
MEASURING = (
    "A few fits of each kind of model show how long they take on this computer, with your data. "
    "This takes a few seconds; you can go on meanwhile."
)
NO_SPLIT = (
    "How long each budget takes is measured on your own samples as soon as the test samples are "
    "set aside (step 6)."
)
NOT_MEASURED = "How long each budget takes could not be measured: {problem}"
PARTS = "{budget} budget: {parts}."
PART = "{stage} {time}"
_WAIT_MILLISECONDS = 300
# What the times depend on besides the samples.
_PARTS_OF_THE_PLAN = ("seed", "split", "budget", "baselines", "networks", "shuffles")


class BudgetTimes(QWidget):
    """Asks how long budgets take when that may have changed, and shows it.

    Args:
        name: Its objectName.
        session: The open study.
        cards: Shows the time of each budget.
    """

    def __init__(self, name: str, session: StudySession, cards: BudgetCards) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._cards = cards
        self._asked_for: Any = None
        self._estimate: TimeEstimateRecord | None = None
        self._chosen = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MILLISECONDS)
        self._later.timeout.connect(self._ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.parts = label("", "", f"{name}.parts")
        self.text = label("", "muted", f"{name}.text")
        self.precision = label("", "muted", f"{name}.precision")
        for part in (self.parts, self.text, self.precision):
            column.addWidget(part)

    def refresh(self, chosen: str) -> None:
        """Show what is known for the answers as they are now, and ask for what is not.

        Args:
            chosen: The budget whose stages are listed.
        """
        self._chosen = chosen
        split = self._session.record("split", SplitRecord)
        self.precision.setText(precision_words(split.power) if split is not None else "")
        self.precision.setVisible(split is not None)
        if split is None:
            self._estimate, self._asked_for = None, None
            self._show_text(NO_SPLIT)
        elif self._wanted() != self._asked_for and self._session.run is None:
            self._later.start()
            if self._estimate is None:
                self._show_text(MEASURING, MEASURING_ON_CARD)
        if self._estimate is not None:
            self._show_estimate(self._estimate, chosen)

    def stop(self) -> None:
        """Ask nothing for a page that is not shown."""
        self._later.stop()

    def _wanted(self) -> Any:
        answers = self._session.draft.answers
        parts = {part: answers.get(part) for part in _PARTS_OF_THE_PLAN}
        # Every budget is told at once.
        parts["budget"] = {**(parts["budget"] or {}), "preset": None}
        split = self._session.history.finished.get("split")
        return (parts, split, self._session.device, self._session.workers)

    def _ask(self) -> None:
        if self._session.run is not None:
            return
        asked = self._asked_for = self._wanted()
        self._session.estimate_time(
            lambda result: self._show(result, asked), lambda event: self._failed(event, asked)
        )

    def _failed(self, event: JobFailed, asked: Any) -> None:
        if asked == self._asked_for:
            problem = f"{event.message} {event.hint}".strip()
            self._refuse(NOT_MEASURED.format(problem=problem))

    def _show(self, result: dict[str, Any], asked: Any) -> None:
        if asked != self._asked_for:
            return
        estimate = TimeEstimateRecord.model_validate(result)
        if estimate.problem:
            self._refuse(f"{estimate.problem} {estimate.hint}".strip())
            return
        self._estimate = estimate
        self._show_estimate(estimate, self._chosen)

    def _refuse(self, why: str) -> None:
        self._estimate = None
        self._show_text(why)

    def _show_text(self, text: str, on_card: str = "") -> None:
        for value in TITLES:
            self._cards.show_time(value, on_card, known=False)
        self.parts.hide()
        self.text.setText(text)

    def _show_estimate(self, estimate: TimeEstimateRecord, chosen: str) -> None:
        for budget in estimate.budgets:
            time = spell_about(budget.seconds)
            said = ON_CARD.format(time=time[:1].upper() + time[1:])
            self._cards.show_time(budget.preset, said, known=True)
            if budget.preset == chosen:
                self.parts.setText(_parts(budget))
        self.parts.show()
        self.text.setText(at_most_words(estimate.processes))


def _parts(budget: BudgetTimeRecord) -> str:
    parts = [
        PART.format(stage=stage[:1].lower() + stage[1:], time=time)
        for stage, time in stage_times(budget)
    ]
    return PARTS.format(budget=TITLES[budget.preset], parts=", ".join(parts))
