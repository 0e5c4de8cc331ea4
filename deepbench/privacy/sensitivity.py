"""The four levels of sensitivity, from public to restricted."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.plan import Privacy, PrivacyLevel

DEFAULT_LEVEL: PrivacyLevel = "sensitive"


@dataclass(frozen=True)
class Level:
    """One level.

    Attributes:
        number: 0 (public) to 3 (restricted).
        name: Name in the plan.
        meaning: Which data it is for.
        consequence: What it changes.
    """

    number: int
    name: PrivacyLevel
    meaning: str
    consequence: str


LEVELS: tuple[Level, ...] = (
    Level(
        0,
        "public",
        "published data, or data that is not about people and whose owner agrees",
        "Everything that the program can write may leave the study.",
    ),
    Level(
        1,
        "internal",
        "unpublished data that is not about people",
        "Reports and predictions may leave the study; models and samples stay in it.",
    ),
    Level(
        2,
        "sensitive",
        "data about people under pseudonyms, trade secrets, data under an agreement",
        "Reports may leave the study; predictions on new samples leave it rounded and logged; "
        "models and samples stay in it.",
    ),
    Level(
        3,
        "restricted",
        "direct identifiers, genotypes or omics of single people, faces, children, or fewer "
        "than 50 people",
        "Reports may leave the study; predictions, models and samples stay in it.",
    ),
)
_BY_NAME = {level.name: level for level in LEVELS}


def level_of(name: PrivacyLevel) -> Level:
    """Return the level of that name."""
    return _BY_NAME[name]


def is_lowered(name: PrivacyLevel) -> bool:
    """Return whether a level is below the one that holds until the question is answered."""
    return level_of(name).number < level_of(DEFAULT_LEVEL).number


def level_sentence(name: PrivacyLevel) -> str:
    """Say a level, what it is for and what it changes."""
    level = level_of(name)
    return f"The data is treated as {level.name} ({level.meaning}). {level.consequence}"


def sensitivity_sentence(privacy: Privacy) -> str:
    """Say the level of a plan, and why it was lowered if it was."""
    text = level_sentence(privacy.level)
    if not is_lowered(privacy.level):
        return text
    if not privacy.reason:
        return f"{text} No reason is given for a level below sensitive."
    return f"{text} Reason given for this level: {privacy.reason}"
