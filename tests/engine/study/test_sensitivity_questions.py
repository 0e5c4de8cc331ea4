"""The level that answers in plain words suggest; it errs on the careful side."""

from __future__ import annotations

import itertools

import pytest

from deepbench.plan import AboutTheData
from deepbench.study.sensitivity_questions import (
    SENSITIVITY_QUESTIONS,
    asked_questions,
    suggest_level,
)
from deepbench.study.sensitivity_scan import rank_of

KEYS = [question.key for question in SENSITIVITY_QUESTIONS]
PATIENTS = {
    "people": "yes",
    "identifiers": "no",
    "profiles": "no",
    "few_or_children": "no",
    "published": "no",
    "agreement": "no",
}


def level(**changes: str) -> str | None:
    found = suggest_level({**PATIENTS, **changes})
    return found.level if found is not None else None


def test_the_questions_are_keys_of_the_plan() -> None:
    assert KEYS == list(AboutTheData.model_fields)
    AboutTheData.model_validate(PATIENTS)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "sensitive"),
        ({"published": "yes"}, "public"),
        ({"agreement": "yes"}, "sensitive"),
        ({"published": "yes", "agreement": "yes"}, "sensitive"),
        ({"identifiers": "yes"}, "restricted"),
        ({"identifiers": "yes", "published": "yes"}, "restricted"),
        ({"profiles": "yes"}, "restricted"),
        ({"profiles": "yes", "published": "yes"}, "public"),
        ({"profiles": "yes", "published": "yes", "agreement": "yes"}, "restricted"),
        ({"few_or_children": "unsure"}, "restricted"),
        ({"people": "no"}, "internal"),
        ({"people": "no", "published": "yes"}, "public"),
        ({"people": "no", "agreement": "yes"}, "sensitive"),
        ({"people": "unsure"}, "sensitive"),
    ],
)
def test_levels_of_privacy_md(answers: dict[str, str], expected: str) -> None:
    assert level(**answers) == expected


def test_cell_lines_are_asked_three_questions() -> None:
    about = {"people": "no", "published": "no", "agreement": "no"}
    assert [question.key for question in asked_questions(about)] == list(about)
    found = suggest_level(about)
    assert found is not None
    assert found.level == "internal"
    assert len(asked_questions({})) == len(SENSITIVITY_QUESTIONS)


def test_nothing_is_suggested_before_it_is_decided() -> None:
    assert suggest_level({}) is None
    assert suggest_level({"identifiers": "yes"}) is None, "of what, is not known"
    assert suggest_level({"people": "yes"}) is None
    early = suggest_level({"people": "yes", "identifiers": "yes"})
    assert early is not None
    assert early.level == "restricted"


def test_being_unsure_never_lowers_the_level() -> None:
    for values in itertools.product(("yes", "no"), repeat=len(KEYS)):
        sure = dict(zip(KEYS, values, strict=True))
        for key in KEYS:
            unsure = suggest_level({**sure, key: "unsure"})
            assert unsure is not None
            found = [suggest_level({**sure, key: value}) for value in ("yes", "no")]
            ranks = [rank_of(each.level) for each in found if each is not None]
            assert rank_of(unsure.level) == max(ranks)
