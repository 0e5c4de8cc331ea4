"""What a second person lets leave: approvals as they are shown, and what one still lacks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from deepbench.study.persons import same_person

#: As `deepbench.plan.Approval` demands.
SHORTEST_REASON: Final = 30
SHORTEST_NAME: Final = 2
SHORTEST_BASIS: Final = 5
#: What may be approved → what it is called.
WHAT: Mapping[str, str] = MappingProxyType(
    {
        "model": "The finished model",
        "private model": "The model trained with differential privacy",
        "model that stores samples": "A model that stores samples of the training set",
        "single samples": "What is shown of single samples: predictions, explanations",
        "samples": "The study’s own samples",
    }
)
NO_WHAT = "Say what may leave."
NO_REQUESTER, NO_APPROVER = "Say who asks for it.", "Say who approves it."
SAME = "Who asks for it and who approves it have to be two persons."
NO_ROLE = "Say on what authority it is approved."
NO_REASON = "Give a reason of at least {least} letters ({left} more)."
NO_RECIPIENT = "Say who receives it."
NO_BASIS = "Name the contract, consent or law it rests on."
NO_DAY = "Write the last day as year-month-day, for example {example}."
OVER = "That day is over; write one to come."
LINE = "{what}, for {recipient}, until {expires}"
DETAIL = (
    "Asked for by {requester}, approved by {approver} ({role}). Legal basis: {legal_basis}. "
    "{reason}"
)
ENDED = "Ended: it holds no more."
STEP, REMOVE_STEP = "approval for {recipient}", "approval for {recipient} taken back"


@dataclass(frozen=True)
class ApprovalRow:
    """An approval as it is listed; ``note`` says why it does not hold, if so."""

    place: int
    line: str
    detail: str
    note: str


def approvals_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the approvals given so far."""
    return list(answers.get("ethics", {}).get("approvals", []))


def approval_rows(answers: Mapping[str, Any], today: datetime.date) -> tuple[ApprovalRow, ...]:
    """Return the approvals as they are listed."""
    return tuple(
        ApprovalRow(
            place,
            LINE.format(**{**each, "what": WHAT.get(each["what"], each["what"])}),
            DETAIL.format(**each),
            ENDED if (day := day_of(str(each["expires"]))) is not None and day < today else "",
        )
        for place, each in enumerate(approvals_of(answers))
    )


def day_of(text: str) -> datetime.date | None:
    """Return the day that a text names as year-month-day; None if it names none."""
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


def approval_problem(fields: Mapping[str, str], today: datetime.date) -> str:
    """Return what an approval lacks, the first thing first; empty when it is complete."""
    said = {key: value.strip() for key, value in fields.items()}
    day, left = day_of(said["expires"]), SHORTEST_REASON - len(said["reason"])
    checks = (
        (said["what"] in WHAT, NO_WHAT),
        (len(said["requester"]) >= SHORTEST_NAME, NO_REQUESTER),
        (len(said["approver"]) >= SHORTEST_NAME, NO_APPROVER),
        (not same_person(said["requester"], said["approver"]), SAME),
        (len(said["role"]) >= SHORTEST_NAME, NO_ROLE),
        (len(said["recipient"]) >= SHORTEST_NAME, NO_RECIPIENT),
        (len(said["legal_basis"]) >= SHORTEST_BASIS, NO_BASIS),
        (day is not None, NO_DAY.format(example=f"{today.year + 1}-01-31")),
        (day is None or day >= today, OVER),
        (left <= 0, NO_REASON.format(least=SHORTEST_REASON, left=left)),
    )
    return next((problem for holds, problem in checks if not holds), "")


def with_approval(
    approvals: Sequence[Mapping[str, Any]], fields: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the approvals with one more."""
    new = {key: value.strip() for key, value in fields.items()}
    return [*map(dict, approvals), new]


def without_approval(approvals: Sequence[Mapping[str, Any]], place: int) -> list[dict[str, Any]]:
    """Return the approvals without the one at a place."""
    return [dict(each) for number, each in enumerate(approvals) if number != place]
