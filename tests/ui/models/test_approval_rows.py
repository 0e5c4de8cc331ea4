"""What a second person lets leave: the form takes what the plan and the gate take."""

from __future__ import annotations

import datetime
from typing import get_args

import pytest

from deepbench.plan import Approval, ApprovedThing
from deepbench.privacy.override import approval_problem as refused_by_gate
from deepbench_ui.models.approval_rows import (
    SHORTEST_BASIS,
    SHORTEST_NAME,
    SHORTEST_REASON,
    WHAT,
    approval_problem,
    approval_rows,
    with_approval,
    without_approval,
)

TODAY = datetime.date(2026, 3, 1)
FIELDS = {
    "what": "model",
    "requester": "A. Okafor",
    "approver": "R. Keller",
    "role": "data protection officer",
    "recipient": "University of X",
    "legal_basis": "Agreement",
    "expires": "2026-03-01",
    "reason": "r" * SHORTEST_REASON,
}


def test_everything_that_can_be_approved_has_words() -> None:
    assert set(WHAT) == set(get_args(ApprovedThing))


def test_a_complete_form_is_what_plan_and_gate_take() -> None:
    assert approval_problem(FIELDS, TODAY) == ""
    approval = Approval.model_validate(with_approval([], FIELDS)[0])
    assert refused_by_gate(approval, TODAY) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"what": ""}, "what may leave"),
        ({"requester": "A" * (SHORTEST_NAME - 1)}, "who asks"),
        ({"approver": " "}, "who approves"),
        ({"approver": "okafor,  A"}, "two persons"),
        ({"requester": "Dr. R. Keller"}, "two persons"),
        ({"requester": "R. Kéller"}, "two persons"),
        ({"role": ""}, "authority"),
        ({"recipient": ""}, "receives"),
        ({"legal_basis": "x" * (SHORTEST_BASIS - 1)}, "contract"),
        ({"expires": "soon"}, "year-month-day, for example 2027-01-31"),
        ({"expires": "2026-02-28"}, "is over"),
        ({"reason": "r" * (SHORTEST_REASON - 1)}, "(1 more)"),
    ],
)
def test_what_is_missing_is_said(changes: dict[str, str], said: str) -> None:
    assert said in approval_problem({**FIELDS, **changes}, TODAY)


def test_approvals_are_listed_with_what_they_rest_on() -> None:
    two = with_approval([FIELDS], {**FIELDS, "recipient": " Firm Y ", "expires": "2027-01-31"})
    first, second = approval_rows({"ethics": {"approvals": two}}, TODAY)
    assert second.line == "The finished model, for Firm Y, until 2027-01-31"
    assert "approved by R. Keller (data protection officer)" in second.detail
    assert first.note == ""
    (ended, _) = approval_rows({"ethics": {"approvals": two}}, datetime.date(2026, 3, 2))
    assert ended.note.startswith("Ended")
    assert without_approval(two, 0) == [two[1]]
