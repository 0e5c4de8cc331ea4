"""The recorded override: a second person lets leave what stays by itself.

It stands in the plan (``[[ethics.approvals]]``), so that the report prints it, and goes into the
ledger when it is used. There is none for restricted studies and none for identifiers.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from deepbench.errors import GateRefused
from deepbench.plan import Approval, ApprovedThing
from deepbench.plan.approval import SHORTEST_REASON
from deepbench.privacy.leaving import ContentKind
from deepbench.study.persons import same_person
from deepbench.study.records import EthicsEntryRecord

#: What an approval calls a kind of content; kinds without an entry need none or have none.
APPROVED_AS: Mapping[ContentKind, ApprovedThing] = {
    "weights": "model",
    "private weights": "private model",
    "stored rows": "model that stores samples",
    "training predictions": "single samples",
    "training rows": "samples",
}
_HOW = (
    "A second person can approve it under [[ethics.approvals]] in the plan, with what = "
    '"{what}"; then run the study again.'
)


def find_approval(
    kind: ContentKind, approvals: Iterable[Approval], today: datetime.date
) -> Approval:
    """Return the approval under which some content may leave.

    Args:
        kind: Kind of content.
        approvals: Those of the plan that the study was run with.
        today: Day on which it leaves.

    Raises:
        GateRefused: there is none, or none that holds; says what is wrong with it.
    """
    what = APPROVED_AS[kind]
    problem = ""
    for approval in approvals:
        if approval.what == what:
            problem = approval_problem(approval, today)
            if not problem:
                return approval
    if problem:
        raise GateRefused(f"The approval for “{what}” does not hold: {problem}.", how_to(kind))
    raise GateRefused(f"No approval of “{what}” stands in the plan.", how_to(kind))


def how_to(kind: ContentKind) -> str:
    """Say how something can be approved."""
    return _HOW.format(what=APPROVED_AS[kind])


def approval_problem(approval: Approval, today: datetime.date) -> str:
    """Return why an approval does not hold; empty if it does."""
    if approval.expires < today:
        return f"it ended on {approval.expires.isoformat()}"
    if same_person(approval.requester, approval.approver):
        return "requester and approver are the same person"
    if len(approval.reason.strip()) < SHORTEST_REASON:
        return f"its reason is shorter than {SHORTEST_REASON} characters"
    named = (approval.role, approval.recipient, approval.legal_basis, approval.requester)
    return "" if all(text.strip() for text in named) else "it is not complete"


def approval_issue(approval: Approval) -> str:
    """Return the name of the register's entry about an approval."""
    return f"approval: {approval.what}"


def approval_entries(approvals: Iterable[Approval]) -> tuple[EthicsEntryRecord, ...]:
    """Return the register's entries about approvals, so that the report prints them."""
    return tuple(
        EthicsEntryRecord(
            issue=approval_issue(each),
            text=f"{_WHAT[each.what]} may leave the study. {' '.join(approval_lines(each)[1:])}",
            raised_by=each.requester,
            state="accepted",
            decision=each.reason,
            by=f"{each.approver}, {each.role}",
        )
        for each in approvals
    )


_WHAT: Mapping[ApprovedThing, str] = {
    "model": "The model",
    "private model": "The model trained with differential privacy",
    "model that stores samples": "The model, which stores samples of the training set,",
    "single samples": "What is shown of single samples",
    "samples": "The study’s own samples",
}


def approval_lines(approval: Approval) -> tuple[str, ...]:
    """Return an approval in sentences, for the card and the README of what leaves."""
    return (
        f"{_WHAT[approval.what]} leaves by a recorded approval.",
        f"Asked for by {approval.requester}, approved by {approval.approver} ({approval.role}).",
        f"Recipient: {approval.recipient}. Legal basis: {approval.legal_basis}.",
        f"It may be used up to {approval.expires.isoformat()}.",
        f"Reason: {approval.reason}",
    )


def approval_line(approval: Approval) -> dict[str, Any]:
    """Return an approval as the ledger keeps it."""
    return {"issue": approval_issue(approval), **approval.model_dump(mode="json")}
