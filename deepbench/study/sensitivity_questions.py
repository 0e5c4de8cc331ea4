"""Questions about the data in plain words, and the level that their answers suggest.

They only suggest: the level is chosen by the user, and what the scan of the table finds holds
beside it. "Not sure" counts like the answer that asks for more care.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deepbench.plan import PrivacyLevel


@dataclass(frozen=True)
class SensitivityQuestion:
    """One question.

    Attributes:
        key: Its place under ``[privacy.about]``.
        text: The question.
        hint: What it means.
        of_people: Whether it is asked only where the data is, or may be, about people.
    """

    key: str
    text: str
    hint: str
    of_people: bool = False


SENSITIVITY_QUESTIONS: tuple[SensitivityQuestion, ...] = (
    SensitivityQuestion(
        "people",
        "Is the data about people?",
        "Patients, donors, volunteers, also without their names. Cell lines sold to everybody, "
        "animals, plants and microbes are not.",
    ),
    SensitivityQuestion(
        "identifiers",
        "Are names, dates of birth, addresses or record numbers inside?",
        "In a column, in the names of samples or in a comment. A code that only your lab can "
        "resolve is none.",
        of_people=True,
    ),
    SensitivityQuestion(
        "profiles",
        "Is there a genetic or omics profile, or a picture of the face, of each person?",
        "Many variants, sequences, expression or methylation of each person: they point at one "
        "person like a fingerprint.",
        of_people=True,
    ),
    SensitivityQuestion(
        "few_or_children",
        "Are there children among them, or fewer than 50 people?",
        "In a small group each of them can be recognised by what the group’s numbers say.",
        of_people=True,
    ),
    SensitivityQuestion(
        "published",
        "Can everybody have this data already?",
        "Published without a form to sign and without asking anybody.",
    ),
    SensitivityQuestion(
        "agreement",
        "Is it under an agreement, or a secret of a firm?",
        "A data transfer agreement, controlled access, a contract, a patent not yet filed.",
    ),
)


@dataclass(frozen=True)
class Suggestion:
    """A level, and why."""

    level: PrivacyLevel
    reason: str


IDENTIFIERS = "Names, dates of birth or record numbers are inside, or may be."
PROFILES = "A profile of each person points at that person, with or without a name."
FEW = "Children and small groups of people need the most care."
UNDER_AGREEMENT = "The data is under an agreement or a secret, or may be."
PEOPLE = "The data is about people, or may be, and not everybody can have it."
PUBLISHED = "Everybody can have this data already, and no agreement holds it back."
PUBLISHED_PEOPLE = (
    "The data is about people, but everybody can have it already, and no agreement holds it back."
)
NOT_PUBLISHED = "The data is not about people, and it is not published yet."


def asked_questions(about: Mapping[str, Any]) -> tuple[SensitivityQuestion, ...]:
    """Return the questions that are left to ask, given the answers so far."""
    people = about.get("people") != "no"
    return tuple(each for each in SENSITIVITY_QUESTIONS if people or not each.of_people)


def suggest_level(about: Mapping[str, Any]) -> Suggestion | None:
    """Return the level that the answers suggest; None while the answers do not decide it.

    Args:
        about: ``[privacy.about]``: yes, no or unsure by the key of the question.
    """
    people = about.get("people")
    if people is None:
        return None
    if people != "no":
        for key, reason in (
            ("identifiers", IDENTIFIERS),
            ("profiles", PROFILES),
            ("few_or_children", FEW),
        ):
            public = about.get("published") == "yes" and about.get("agreement") == "no"
            # What is public cannot be told any more; names stand in no table that should be.
            if about.get(key) in ("yes", "unsure") and (key == "identifiers" or not public):
                return Suggestion("restricted", reason)
    if any(about.get(each.key) is None for each in asked_questions(about)):
        return None
    if about["agreement"] != "no":
        return Suggestion("sensitive", UNDER_AGREEMENT)
    if about["published"] == "yes":
        return Suggestion("public", PUBLISHED_PEOPLE if people != "no" else PUBLISHED)
    if people != "no":
        return Suggestion("sensitive", PEOPLE)
    return Suggestion("internal", NOT_PUBLISHED)
