"""The register with the decisions given so far, against what the plan takes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deepbench.plan import RegisterEntry
from deepbench.privacy import ethics_register as engine
from deepbench.study.records import Score
from deepbench_ui.models.register_rows import (
    ANSWERED_BY,
    SHORTEST_NAME,
    SHORTEST_REASON,
    SMALLEST_GROUP,
    register_rows,
    served_groups,
    with_decision,
    without_decision,
)
from tests.ui.pages import finished


def entry(reason: str, by: str) -> dict[str, str]:
    return {"issue": "x", "decision": "accepted", "reason": reason, "by": by}


def test_the_shortest_decision_is_the_shortest_the_plan_takes() -> None:
    RegisterEntry.model_validate(entry("r" * SHORTEST_REASON, "b" * SHORTEST_NAME))
    for reason, by in ((SHORTEST_REASON - 1, SHORTEST_NAME), (SHORTEST_REASON, SHORTEST_NAME - 1)):
        with pytest.raises(ValidationError):
            RegisterEntry.model_validate(entry("r" * reason, "b" * by))


def test_issues_and_groups_are_those_of_the_engine() -> None:
    assert set(ANSWERED_BY) <= set(engine.ISSUE_KINDS)
    assert SMALLEST_GROUP == engine.SMALLEST_GROUP


def test_a_decision_replaces_an_earlier_one_whatever_the_case() -> None:
    first = with_decision([], "Small group:  hospital", "resolved", "  asked them all ", " AO ")
    assert first == [
        {
            "issue": "Small group:  hospital",
            "decision": "resolved",
            "reason": "asked them all",
            "by": "AO",
        }
    ]
    second = with_decision(first, "small group: hospital", "accepted", "it stays so", "BC")
    assert [found["decision"] for found in second] == ["accepted"]
    assert without_decision(second, "SMALL GROUP: hospital") == []


def test_rows_say_what_changed_since_the_register_was_filled() -> None:
    record = finished.records.ethics()
    answers = {"ethics": {"entries": [finished.DECIDED], "consent": ""}}
    rows = {row.issue: row for row in register_rows(record, answers)}
    assert not rows["consent not stated"].pending
    assert rows["small group: hospital"].is_open
    taken_back = {row.issue: row for row in register_rows(record, {})}
    assert taken_back["consent not stated"].is_open
    assert taken_back["consent not stated"].pending
    assert register_rows(None, {}) == ()


def test_the_picture_of_groups_holds_scores_and_all_samples_together() -> None:
    test = finished.records.binary_test()
    (served,) = served_groups(test)
    assert served.figure is not None
    north = served.figure.rows[0]
    assert (north.value, north.low, north.high) == (0.981, 0.941, 0.997)
    assert served.figure.reference is not None
    assert served.figure.reference.value == test.metrics["auroc"].value
    assert not served.figure.per_sample
    assert "44" not in str(served.figure.table()), "counts of people stay out of the picture"


def test_a_column_of_small_groups_has_no_picture() -> None:
    test = finished.records.binary_test()
    small = tuple(group.model_copy(update={"units": 9}) for group in test.subgroups)
    (served,) = served_groups(test.model_copy(update={"subgroups": small}))
    assert served.figure is None
    assert served.too_small.endswith("North, South, West.")
    assert served_groups(None) == ()


def test_without_a_score_of_all_samples_there_is_no_line() -> None:
    test = finished.records.binary_test()
    metrics = {**test.metrics, "auroc": Score(value=None)}
    (served,) = served_groups(test.model_copy(update={"metrics": metrics}))
    assert served.figure is not None
    assert served.figure.reference is None
