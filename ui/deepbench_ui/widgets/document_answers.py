"""What only people can say in model card and checklists: each question once, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QFrame

from deepbench.study.document_questions import (
    DOCUMENT_QUESTIONS,
    DocumentQuestion,
    questions_for,
)
from deepbench_ui.pages.base import card, label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.fields import TextAnswer
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.in_turn import InTurn

TITLE = "Questions for the checklists"
WHY = (
    "What the program cannot know. Each question is asked once; model card, checklists and "
    "repository entry take the answers from here. What is left empty reads “Not stated.” there."
)
SUMMARY = "{done} of {all} answered"
PRINTED = "Printed in: {documents}."
STEP = "answer for the checklists"
PLACE = ("documents", "answers")


class DocumentAnswers(Fold):
    """Questions under the heading of their group, each with a line for its answer.

    Args:
        name: Its objectName; the fields are ``NAME.KEY``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__(name, TITLE)
        self._session = session
        self._turns = InTurn(self)
        self.fields: dict[str, TextAnswer] = {}
        self._groups: dict[str, QFrame] = {}
        self._about_people = True
        self.inside.addWidget(label(WHY, "muted"))
        self.set_open(False)

    def show_answers(self, *, about_people: bool) -> None:
        """Show the answers; fields are made the first time, group by group.

        Args:
            about_people: Whether what is asked of studies about people is asked.
        """
        self._about_people = about_people
        asked = questions_for(about_people=about_people)
        for group in dict.fromkeys(question.group for question in DOCUMENT_QUESTIONS):
            if group not in self._groups:
                # Some thirty fields at once would hold the window up.
                self._turns.do(group, partial(self._make, group))
        self._show_group(asked)
        answers = self._session.value(PLACE, {})
        done = sum(bool(answers.get(question.key)) for question in asked)
        self.set_summary(SUMMARY.format(done=done, all=len(asked)))

    def _make(self, group: str) -> None:
        frame, inside = card(group, f"{self.objectName()}-{group.lower()}")
        for question in DOCUMENT_QUESTIONS:
            if question.group == group:
                inside.addWidget(self._field(question))
        self._groups[group] = frame
        self.inside.addWidget(frame)
        self._show_group(questions_for(about_people=self._about_people))

    def _field(self, question: DocumentQuestion) -> TextAnswer:
        field = TextAnswer(
            self._session,
            f"{self.objectName()}.{question.key.replace('_', '-')}",
            (*PLACE, question.key),
            question.text,
            STEP,
            hint=question.hint,
        )
        field.field.setToolTip(PRINTED.format(documents=", ".join(question.documents)))
        self.fields[question.key] = field
        return field

    def _show_group(self, asked: Sequence[DocumentQuestion]) -> None:
        keys = {question.key for question in asked}
        for key, field in self.fields.items():
            field.setVisible(key in keys)
            field.refresh()
        for group, frame in self._groups.items():
            frame.setVisible(any(question.group == group for question in asked))
