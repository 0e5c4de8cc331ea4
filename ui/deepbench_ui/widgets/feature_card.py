"""Three questions about a feature that the chosen model uses, and a note."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepbench_ui.models.claim_rows import KNOWN_BEFORE, AskedFeature, causal_words
from deepbench_ui.models.role_answers import role_changes, role_of
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.answer_grid import AnswerGrid
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.fields import TextAnswer
from deepbench_ui.widgets.reflow_grid import ReflowGrid

QUESTIONS = (
    (KNOWN_BEFORE, "Known before the outcome?"),
    ("plausible", "Biologically plausible?"),
    ("artefact", "Could it be an artefact?"),
)
ANSWERS = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known"))
NOTE = "Note, printed below the sentence"
NOTE_HINT = "Note, printed below the sentence. For example: measured at admission"
STEP, NOTE_STEP = "answer about {name}", "note on {name}"
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
CAUSAL = (
    "“{words}” speaks of a cause. The study shows an association: “went with” or “was used to "
    "predict” says as much as was shown."
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

    def refresh(self) -> None:
        """Show the answers."""
        answers: dict[str, Any] = self._session.value(self._place("")[:-1], {})
        self.grid.show_answers(answers)
        self.note.refresh()
        self._show_stop(answers)
        words = causal_words(answers.get("note", ""))
        if words:
            self.causal.show_message("warning", CAUSAL.format(words="”, “".join(words)))
        else:
            self.causal.clear()

    def _show_stop(self, answers: dict[str, Any]) -> None:
        if role_of(self._session.draft.answers, self.feature.name) == "ignore":
            self.banner.show_message("info", LEFT_OUT)
        elif answers.get(KNOWN_BEFORE) == "no":
            self.banner.show_message("danger", STOPS, LEAVE_OUT, self._leave_out)
        else:
            self.banner.clear()

    def _answer(self, key: str, value: str) -> None:
        self._session.answer(self._place(key), value, STEP.format(name=self.feature.name))

    def _leave_out(self) -> None:
        changes = role_changes(self._session.draft.answers, self.feature.name, "ignore")
        self._session.answer_all(dict(changes), LEAVE_OUT_STEP.format(name=self.feature.name))
