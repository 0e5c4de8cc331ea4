"""Levels and what may leave at each."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest

from deepbench.plan import Privacy, PrivacyLevel
from deepbench.privacy.leaving import LEAVING, ContentKind, may_leave, rule_for
from deepbench.privacy.sensitivity import LEVELS, is_lowered, level_of, sensitivity_sentence

STRICTNESS = {"yes": 0, "audit": 1, "certificate": 1, "override": 2, "no": 3}


def test_levels_are_those_of_the_plan_in_order() -> None:
    assert tuple(level.name for level in LEVELS) == get_args(PrivacyLevel)
    assert [level.number for level in LEVELS] == [0, 1, 2, 3]
    assert level_of(Privacy().level).number == 2


def test_every_kind_has_one_row_that_never_loosens_but_for_certified_models() -> None:
    assert [row.kind for row in LEAVING] == list(get_args(ContentKind))
    for row in LEAVING:
        outcomes = [STRICTNESS[rule.outcome] for rule in row.rules]
        assert outcomes == sorted(outcomes)
        assert row.rules[0].outcome == "yes"


@pytest.mark.parametrize(
    ("kind", "outcomes"),
    [
        ("report", "yes yes yes yes"),
        ("predictions", "yes yes yes no"),
        ("training predictions", "yes yes override no"),
        ("weights", "yes audit override no"),
        ("private weights", "yes yes certificate certificate"),
        ("stored rows", "yes override override no"),
        ("training rows", "yes override no no"),
    ],
)
def test_rules(kind: ContentKind, outcomes: str) -> None:
    found = " ".join(rule_for(kind, level.name).outcome for level in LEVELS)
    assert found == outcomes


def test_sentences_differ_between_levels_and_say_the_condition() -> None:
    for lower, higher in pairwise(LEVELS):
        assert may_leave(lower.name) != may_leave(higher.name)
    sentences = dict(may_leave("sensitive"))
    assert (
        sentences["predictions on new samples"] == "May leave, rounded to 3 decimals, and logged."
    )
    assert sentences["the study's own samples and their names"] == "Never leaves the study."
    assert dict(may_leave("internal"))["ordinary models"] == (
        "May leave, if the audit shows that it does not tell who was in the training. Else it "
        "stays unless a second person approves it."
    )


def test_lowered_level_shows_its_reason_or_the_lack_of_one() -> None:
    assert [is_lowered(level.name) for level in LEVELS] == [True, True, False, False]
    told = sensitivity_sentence(Privacy(level="public", reason="Published in 2019."))
    assert told.endswith("Published in 2019.")
    assert "No reason is given" in sensitivity_sentence(Privacy(level="internal"))
    assert "eason" not in sensitivity_sentence(Privacy(level="restricted"))
