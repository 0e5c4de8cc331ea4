"""Three questions about a feature that the chosen model uses, and a note."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepbench_ui.models.claim_rows import KNOWN_BEFORE, AskedFeature
from deepbench_ui.models.role_answers import role_changes, role_of
from deepbench_ui.models.wording_notes import wording_notes
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.answer_grid import AnswerGrid
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.fields import TextAnswer
from deepbench_ui.widgets.marked_line import MarkedLine
from deepbench_ui.widgets.reflow_grid import ReflowGrid

QUESTIONS = (
    (KNOWN_BEFORE, "Known before the outcome?"),
    ("plausible", "Biologically plausible?"),
    ("artefact", "Could it be an artefact?"),
)
ANSWERS = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known"))
NOTE = "Note, printed below the sentence"
NOTE_HINT = "Note, printed below the sentence. For example: measured at admission"
STEP, NOTE_STEP, REWORDED = (
    "answer about {name}",
    "note on {name}",
    "wording of the note on {name}",
)
USE = "Use This Wording"
STOPS = (
    "This stops the study: the model was told what happened afterwards, so its score rests on the "
    "answer itself. Leave the feature out and calculate again. The test set has then been seen "
    "once, so opening it again will need a reason, which the report prints."
)
LEAVE_OUT, LEAVE_OUT_STEP = "Leave It Out", "{name} left out of all models"
LEFT_OUT = (
    "It has the role “Ignore” now: no model will see it. “Write the Claims” below calculates "
    "everything that follows from this again."
)
AFTERWARDS = (
    "It was offered to all models, though none uses it much: the report says so. To be sure, "
    "leave it out and calculate again."
)
_HALF_LETTERS = 48


class FeatureCard(QFrame):
    """A feature with its answers.

    Args:
        name: Its objectName.
        session: The open study.
        feature: The feature.
    """

    def __init__(self, name: str, session: StudySession, feature: AskedFeature) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.setAccessibleName(feature.name)
        self._session = session
        self.feature = feature
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        # Beside each other where there is room, else below each other.
        head = ReflowGrid(_HALF_LETTERS, 2)
        words = QWidget()
        side = QVBoxLayout(words)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(4)
        side.addWidget(label(feature.name, "heading"))
        side.addWidget(label(feature.text, "muted"))
        side.addStretch(1)
        self.grid = AnswerGrid(f"{name}.answers", QUESTIONS, ANSWERS)
        self.grid.chosen.connect(self._answer)
        head.add(words)
        head.add(self.grid)
        column.addWidget(head)
        self.hints = [MarkedLine(f"{name}.hint.{place}") for place in range(len(feature.hints))]
        for line, (_, text) in zip(self.hints, feature.hints, strict=True):
            line.say(text, "warning", "warning", plain=True)
            column.addWidget(line)
        self.banner = Banner(f"{name}.stops")
        column.addWidget(self.banner)
        self.note = TextAnswer(
            session,
            f"{name}.note",
            self._place("note"),
            NOTE,
            NOTE_STEP.format(name=feature.name),
            hint=NOTE_HINT,
        )
        # Ten of these stand below each other; what the field is for stands in it.
        self.note.question.hide()
        column.addWidget(self.note)
        self.causal = Banner(f"{name}.causal")
        column.addWidget(self.causal)
        self.refresh()

    def _place(self, key: str) -> tuple[str, ...]:
        # A name may hold points, so the place is given key by key.
        return ("claims", "features", self.feature.name, key)

    def refresh(self, names: Iterable[str] = ()) -> None:
        """Show the answers.

        Args:
            names: Names of columns and classes, which are no wording of the note.
        """
        answers: dict[str, Any] = self._session.value(self._place("")[:-1], {})
        self.grid.show_answers(answers)
        self.note.refresh()
        self._show_stop(answers)
        self._look_at(answers.get("note", ""), names)

    def _look_at(self, note: str, names: Iterable[str]) -> None:
        found = wording_notes([note], names)
        if not found:
            self.causal.clear()
            return
        better = found[0].suggestion
        self.causal.show_message(
            "warning", found[0].whole, USE if better else "", lambda: self._reword(better)
        )

    def _reword(self, note: str) -> None:
        step = REWORDED.format(name=self.feature.name)
        self._session.answer(self._place("note"), note, step)

    def _show_stop(self, answers: dict[str, Any]) -> None:
        if role_of(self._session.draft.answers, self.feature.name) == "ignore":
            self.banner.show_message("info", LEFT_OUT)
        elif answers.get(KNOWN_BEFORE) == "no":
            stops = self.feature.stops
            self.banner.show_message(
                "danger" if stops else "warning",
                STOPS if stops else AFTERWARDS,
                LEAVE_OUT,
                self._leave_out,
            )
        else:
            self.banner.clear()

    def _answer(self, key: str, value: str) -> None:
        self._session.answer(self._place(key), value, STEP.format(name=self.feature.name))

    def _leave_out(self) -> None:
        changes = role_changes(self._session.draft.answers, self.feature.name, "ignore")
        self._session.answer_all(dict(changes), LEAVE_OUT_STEP.format(name=self.feature.name))
