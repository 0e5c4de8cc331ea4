"""The register with the decisions given so far, against what the plan takes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deepbench.plan import RaisedIssue, RegisterComment, RegisterEntry
from deepbench.study.records import RegisterCommentRecord
from deepbench.study.register_kinds import ISSUE_KINDS
from deepbench_ui.models.register_rows import (
    ANSWERED_BY,
    SHORTEST_ISSUE,
    SHORTEST_NAME,
    SHORTEST_REASON,
    register_rows,
    with_comment,
    with_decision,
    with_raised,
    without,
)
from tests.ui.pages import finished


def entry(reason: str, by: str) -> dict[str, str]:
    return {"issue": "x", "decision": "accepted", "reason": reason, "by": by}


def test_the_shortest_decision_is_the_shortest_the_plan_takes() -> None:
    RegisterEntry.model_validate(entry("r" * SHORTEST_REASON, "b" * SHORTEST_NAME))
    for reason, by in ((SHORTEST_REASON - 1, SHORTEST_NAME), (SHORTEST_REASON, SHORTEST_NAME - 1)):
        with pytest.raises(ValidationError):
            RegisterEntry.model_validate(entry("r" * reason, "b" * by))


def test_issues_are_those_of_the_engine() -> None:
    assert set(ANSWERED_BY) <= set(ISSUE_KINDS)


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
    assert without(second, "SMALL GROUP: hospital") == []


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


def test_what_people_raised_is_there_before_the_register_is_filled() -> None:
    raised = with_raised([], "  Old  cohorts ", "Seen before 1990.", "RK", "2026-03-01")
    assert raised[0]["issue"] == "Old cohorts"
    (row,) = register_rows(None, {"ethics": {"raised": raised}})
    assert (row.issue, row.raised_by, row.raised_on, row.own, row.pending) == (
        "Old cohorts",
        "RK",
        "2026-03-01",
        True,
        True,
    )
    RaisedIssue.model_validate(raised[0])
    with pytest.raises(ValidationError):
        RaisedIssue.model_validate({**raised[0], "issue": "a" * (SHORTEST_ISSUE - 1)})
    entry_of = (
        finished.records.ethics()
        .entries[0]
        .model_copy(update={"issue": "Old cohorts", "raised_by": "RK", "state": "open"})
    )
    filled = finished.records.ethics().model_copy(update={"entries": (entry_of,)})
    (row,) = register_rows(filled, {"ethics": {"raised": raised}})
    assert (row.own, row.pending) == (True, False)


def test_comments_are_new_until_the_register_has_them() -> None:
    comments = with_comment([], "small group: hospital", " Why? ", "RK", "2026-03-01")
    comments = with_comment(comments, "Small Group: hospital", "Late.", "EW")
    for each in comments:
        RegisterComment.model_validate(each)
    record = finished.records.ethics()
    known = record.entries[1].model_copy(
        update={"comments": (RegisterCommentRecord(text="Why?", by="RK", date="2026-03-01"),)}
    )
    record = record.model_copy(update={"entries": (record.entries[0], known)})
    rows = {row.issue: row for row in register_rows(record, {"ethics": {"comments": comments}})}
    said = rows["small group: hospital"].comments
    assert [(each.text, each.pending) for each in said] == [("Why?", False), ("Late.", True)]


def test_approvals_stand_in_a_list_of_their_own() -> None:
    record = finished.records.ethics()
    approval = record.entries[0].model_copy(update={"issue": "approval: model"})
    record = record.model_copy(update={"entries": (*record.entries, approval)})
    assert "approval: model" not in {row.issue for row in register_rows(record, {})}
