"""Questions that only the user can answer, as records."""

from __future__ import annotations

from deepbench.errors import DataQuestion, DeepBenchError
from deepbench.study.records import AnswerChoice, ReadingQuestion


def asked(problem: DeepBenchError | None) -> ReadingQuestion | None:
    """Return what the user can settle by an answer, if the problem is of that kind."""
    if not isinstance(problem, DataQuestion):
        return None
    return ReadingQuestion(
        key=problem.key,
        message=problem.message,
        choices=tuple(
            AnswerChoice(value=choice.value, words=choice.words, shows=choice.shows)
            for choice in problem.choices
        ),
        hint=problem.further_hint,
    )
