"""Questions on how the samples were collected, with their answers and why each matters."""

from __future__ import annotations

from dataclasses import dataclass

NOT_ANSWERED = "Not answered"
_YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True)
class DesignQuestion:
    """A question on the design.

    Attributes:
        key: Key of [design].
        text: What is asked.
        why: Why it matters, in a line.
        answers: Value and words of each answer.
        step: What was changed, for "Undo …".
    """

    key: str
    text: str
    why: str
    answers: tuple[tuple[str, str], ...]
    step: str


QUESTIONS = (
    DesignQuestion(
        "allocation",
        "How did the groups that you compare come about?",
        "Chance spreads all else evenly and matched samples have to stay together. In groups as "
        "they were found, age, site or treatment may explain the difference.",
        (
            ("randomised", "By chance (randomised)"),
            ("matched", "Matched in pairs or sets"),
            ("observational", "As they were found (observational)"),
        ),
        "how the groups came about",
    ),
    DesignQuestion(
        "repeated",
        "Was any biological unit measured more than once?",
        "Samples of one patient or mouse resemble each other. Counted as independent, they make "
        "every score too good.",
        _YES_NO,
        "repeated measurements",
    ),
    DesignQuestion(
        "time_points",
        "Were samples taken at several time points?",
        "If one group was sampled later than the other, season or storage can look like the "
        "outcome.",
        _YES_NO,
        "time points",
    ),
    DesignQuestion(
        "mixed_batches",
        "Did each batch hold samples of all groups, in random order?",
        "If the groups were processed apart, nothing can tell the outcome from the day or the "
        "plate.",
        _YES_NO,
        "groups in batches",
    ),
)
