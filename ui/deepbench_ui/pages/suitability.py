"""Step 2: is deep learning a good fit? Questions, verdict, reasons with their sources."""

from __future__ import annotations

import tomllib
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deepbench.messages import JudgeSuitability
from deepbench.study.records import Reason, SuitabilityRecord
from deepbench_resources import read_text
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.fields import TextAnswer

NOT_ANSWERED = "Not answered"
VERDICT = "Verdict"
WAIT = "Answer what you know; the verdict changes with each answer."
WITH_DATA = "From your answers and the numbers of your table."
BEFORE_DATA = "From your answers alone; asked again when the table has been checked."
VERDICTS = {
    "good fit": "Deep learning is a good fit.",
    "baselines first": "Traditional models first; networks may add something.",
    "use traditional models": "Use traditional models. A network is unlikely to help here.",
}
REASON_ICONS = {
    "for": ("add", "ok"),
    "against": ("remove", "warning"),
    "neutral": ("info", "info"),
}
REASON_NAMES = {"for": "Speaks for", "against": "Speaks against", "neutral": "To know"}
REASON = "Why do you want to try networks all the same?"
REASON_WHY = "The report prints your reason. Or untick the networks at step 8."
REASON_STEP = "reason to go on"
NEED_REASON = "The verdict speaks against networks: give your reason to try them all the same."
_WAIT_MILLISECONDS = 250


class SuitabilityPage(Page):
    """Questions of tip 1 and the verdict."""

    key = "suitability"
    title = "Is deep learning a good fit?"
    lead = "Deep learning is one tool among many. A few answers tell whether it is likely to help."

    def build(self) -> None:
        """Make the widgets."""
        self._verdict: SuitabilityRecord | None = None
        self._asked: tuple[dict[str, Any], bool] | None = None
        self.boxes: dict[str, QComboBox] = {}
        frame, inside = card()
        for question in tomllib.loads(read_text("questions/suitability.toml"))["questions"]:
            if question.get("choices"):
                inside.addWidget(self._question(question))
        self.form.addWidget(frame)
        frame, self._verdict_box = card(VERDICT)
        self.verdict_label = label(WAIT, "heading", "suitability.verdict")
        self._verdict_box.addWidget(self.verdict_label)
        self.scope = label("", "muted")
        self._verdict_box.addWidget(self.scope)
        self._reasons: list[QWidget] = []
        self.reason = TextAnswer(
            self.session,
            "suitability.reason",
            "suitability.reason",
            REASON,
            REASON_STEP,
            explanation=REASON_WHY,
        )
        self.form.addWidget(frame)
        self.form.addWidget(self.reason)
        self.form.addStretch(1)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MILLISECONDS)
        self._later.timeout.connect(self._judge)
        theme().changed.connect(self._show_verdict)

    def _question(self, question: dict[str, Any]) -> QWidget:
        part = QWidget()
        name = question["name"]
        line = QHBoxLayout(part)
        line.setContentsMargins(0, 0, 0, 0)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        asked = label(question["text"], "question")
        column.addWidget(asked)
        column.addWidget(label(question["why"], "muted"))
        box = ChoiceBox()
        self.named(box, name.replace("_", "-"), question["text"])
        box.addItem(NOT_ANSWERED, None)
        for choice in question["choices"]:
            box.addItem(choice["text"], choice["value"])
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(26)
        box.activated.connect(
            lambda _: self.session.answer(
                f"suitability.{name}", box.currentData(), question["text"].rstrip("?").lower()
            )
        )
        asked.setBuddy(box)
        self.boxes[name] = box
        line.addWidget(words, 1)
        line.addWidget(box)
        return part

    def refresh(self) -> None:
        """Show the answers, and ask for a verdict when they changed."""
        for name, box in self.boxes.items():
            place = box.findData(self.session.value(f"suitability.{name}"))
            box.setCurrentIndex(max(0, place))
        self.reason.refresh()
        if self._question_now() != self._asked:
            self._later.start()
        self._show_verdict()

    def entered(self) -> None:
        """Ask what was not asked because the page was left."""
        if self._question_now() != self._asked:
            self._later.start()

    def left(self) -> None:
        """Ask nothing for a page that is not shown."""
        self._later.stop()

    def next_problem(self) -> str:
        """Going on against the verdict needs a reason."""
        sizes = self.session.value("networks.sizes")
        against = self._verdict is not None and self._verdict.verdict == "use traditional models"
        if against and sizes != [] and not self.session.value("suitability.reason"):
            return NEED_REASON
        return ""

    def _question_now(self) -> tuple[dict[str, Any], bool]:
        return self.session.value("suitability", {}), self.session.is_current("check")

    def _judge(self) -> None:
        self._asked = self._question_now()
        answers, checked = self._asked
        study = str(self.session.folder) if checked else ""
        self.session.ask(JudgeSuitability({"suitability": answers}, study), self._judged)

    def _judged(self, result: dict[str, Any]) -> None:
        self._verdict = SuitabilityRecord.model_validate(result)
        self._show_verdict()
        self.session.answers_changed.emit()

    def _show_verdict(self) -> None:
        verdict = self._verdict
        self.reason.setVisible(verdict is not None and verdict.verdict == "use traditional models")
        if verdict is None:
            return
        self.verdict_label.setText(VERDICTS[verdict.verdict])
        self.scope.setText(WITH_DATA if verdict.with_data else BEFORE_DATA)
        for old in self._reasons:
            old.deleteLater()
        self._reasons = [_reason_row(reason) for reason in verdict.reasons]
        for row in self._reasons:
            self._verdict_box.addWidget(row)


def _reason_row(reason: Reason) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 2, 0, 2)
    mark = QLabel()
    mark.setPixmap(icon(*REASON_ICONS[reason.speaks]).pixmap(16, 16))
    mark.setAccessibleName(REASON_NAMES[reason.speaks])
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(label(reason.text))
    if reason.source:
        words.addWidget(label(reason.source, "small"))
    line.addLayout(words, 1)
    return row
