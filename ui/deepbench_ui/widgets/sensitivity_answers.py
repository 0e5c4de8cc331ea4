"""Questions in plain words that suggest how sensitive the data is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from deepbench.study.sensitivity_questions import (
    SENSITIVITY_QUESTIONS,
    SensitivityQuestion,
    Suggestion,
    asked_questions,
    suggest_level,
)
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.theme import set_look
from deepbench_ui.widgets.fold import Fold

TITLE = "Not sure? Six questions suggest a level"
SUMMARY = "{done} of {all} answered"
ANSWERS = (("yes", "Yes"), ("no", "No"), ("unsure", "Not sure"))
SUGGESTED = "These answers suggest: {level}. {reason}"
TAKEN = "Your answers and the level agree: {level}. {reason}"
MORE = "Answer the questions above, and a level is suggested here."
USE = "Use This Level"
STEP = "answer about the data"
PLACE = "privacy.about"
_INDENT = 16


class SensitivityAnswers(Fold):
    """The questions, each with its answers, and what follows.

    Args:
        name: Its objectName; the answers are ``NAME.QUESTION.ANSWER``.
        session: The open study.
    """

    #: The suggested level shall be used; carries level and reason.
    wanted = Signal(str, str)

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__(name, TITLE)
        self._session = session
        self._suggestion: Suggestion | None = None
        self.inside.setSpacing(4)
        self.inside.setContentsMargins(_INDENT, 0, 0, 0)
        self.questions: dict[str, QWidget] = {}
        self.buttons: dict[tuple[str, str], QRadioButton] = {}
        self._groups: dict[str, QButtonGroup] = {}
        for question in SENSITIVITY_QUESTIONS:
            self.questions[question.key] = self._question(name, question)
            self.inside.addWidget(self.questions[question.key])
        line = QHBoxLayout()
        self.suggestion = label("", "strong", f"{name}.suggestion")
        self.use = QPushButton(USE)
        self.use.setObjectName(f"{name}.use")
        self.use.clicked.connect(self._use)
        line.addWidget(self.suggestion, 1)
        line.addWidget(self.use)
        self.inside.addLayout(line)

    def _question(self, name: str, question: SensitivityQuestion) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        asked = QVBoxLayout()
        asked.setSpacing(0)
        asked.addWidget(label(question.text, "question"))
        asked.addWidget(label(question.hint, "small"))
        line.addLayout(asked, 1)
        group = self._groups[question.key] = QButtonGroup(holder)
        for value, words in ANSWERS:
            button = QRadioButton(words)
            button.setObjectName(f"{name}.{question.key.replace('_', '-')}.{value}")
            button.setAccessibleName(f"{question.text} {words}")
            button.setAccessibleDescription(question.hint)
            button.clicked.connect(
                lambda _=False, key=question.key, value=value: self._answer(key, value)
            )
            group.addButton(button)
            line.addWidget(button)
            self.buttons[question.key, value] = button
        return holder

    def _answer(self, key: str, value: str) -> None:
        self._session.answer(f"{PLACE}.{key}", value, STEP)

    def _use(self) -> None:
        if self._suggestion is not None:
            self.wanted.emit(self._suggestion.level, self._suggestion.reason)

    def show_answers(self, level: str | None, titles: Mapping[str, str]) -> None:
        """Show the answers, and what they suggest.

        Args:
            level: The level that is chosen, if any.
            titles: What the levels are called.
        """
        about: dict[str, Any] = self._session.value(PLACE, {})
        asked = {question.key for question in asked_questions(about)}
        for key, holder in self.questions.items():
            holder.setVisible(key in asked)
            group, given = self._groups[key], about.get(key)
            group.setExclusive(False)
            for value, _ in ANSWERS:
                self.buttons[key, value].setChecked(value == given)
            group.setExclusive(True)
        done = sum(about.get(key) is not None for key in asked)
        self.set_summary(SUMMARY.format(done=done, all=len(asked)))
        self._suggest(suggest_level(about), level, titles)

    def _suggest(
        self, found: Suggestion | None, level: str | None, titles: Mapping[str, str]
    ) -> None:
        self._suggestion = found
        agrees = found is not None and found.level == level
        self.use.setVisible(found is not None and not agrees)
        set_look(self.suggestion, role="muted" if found is None else "strong")
        if found is None:
            self.suggestion.setText(MORE)
            return
        form = TAKEN if agrees else SUGGESTED
        self.suggestion.setText(form.format(level=titles[found.level], reason=found.reason))
