"""The questions of tip 1, as the wizard asks them and the plan names them.

Their texts are a resource (``questions/suitability.toml``), because the window asks them and may
not import this package.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from deepbench.plan import Suitability
from deepbench_resources import read_text


@dataclass(frozen=True)
class Choice:
    """One possible answer: its value in the plan and how it reads on screen."""

    value: str
    text: str


@dataclass(frozen=True)
class Question:
    """One question of the suitability check.

    Attributes:
        name: Key in the ``[suitability]`` table of the plan.
        text: The question.
        why: What the answer changes.
        choices: Possible answers; empty where a number is asked for.
    """

    name: str
    text: str
    why: str
    choices: tuple[Choice, ...] = ()


def _read_questions() -> tuple[Question, ...]:
    document = tomllib.loads(read_text("questions/suitability.toml"))
    return tuple(
        Question(
            name=question["name"],
            text=question["text"],
            why=question["why"],
            choices=tuple(Choice(**choice) for choice in question.get("choices", ())),
        )
        for question in document["questions"]
    )


QUESTIONS: tuple[Question, ...] = _read_questions()


def unanswered(answers: Suitability) -> tuple[str, ...]:
    """Return the texts of the questions the plan does not answer, in order."""
    return tuple(q.text for q in QUESTIONS if getattr(answers, q.name) is None)
