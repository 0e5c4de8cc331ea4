"""How the samples were collected: four questions, two beside each other where there is room."""

from __future__ import annotations

from deepbench_ui.models.design_words import NOT_ANSWERED, QUESTIONS
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_answer import ChoiceAnswer
from deepbench_ui.widgets.choices import Option
from deepbench_ui.widgets.reflow_grid import ReflowGrid

_LETTERS = 44


class DesignQuestions(ReflowGrid):
    """The questions of [design].

    Args:
        session: The open study.
        page: Name of the page, which begins the names of the lists.
    """

    def __init__(self, session: StudySession, page: str) -> None:
        super().__init__(_LETTERS, 2)
        self.setObjectName(f"{page}.design-questions")
        self.answers: dict[str, ChoiceAnswer] = {}
        for question in QUESTIONS:
            answer = ChoiceAnswer(
                session,
                f"{page}.{question.key.replace('_', '-')}",
                f"design.{question.key}",
                question.text,
                question.step,
                [Option("", NOT_ANSWERED), *(Option(*answer) for answer in question.answers)],
                question.why,
            )
            self.answers[question.key] = answer
            self.add(answer)

    def refresh(self) -> None:
        """Show the answers."""
        for answer in self.answers.values():
            answer.refresh()
