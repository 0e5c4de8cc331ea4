"""What happened to each entry of the register, run after run.

The ledger is only ever added to: a decision that is taken back, a comment that is deleted from the
plan and an issue that is not raised any more stay in it, and so does when each of them came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from deepbench.study.ledger import Event
from deepbench.study.records import (
    EthicsEntryRecord,
    RegisterCommentRecord,
    RegisterEventRecord,
)
from deepbench.study.sensitivity_scan import folded

#: Kind of the ledger's lines.
EVENT = "register"
_FIELDS = ("what", "by", "text", "date")
_STATES = ("resolved", "accepted")


def read_history(events: Sequence[Event]) -> tuple[RegisterEventRecord, ...]:
    """Return what the ledger's lines say, oldest first."""
    return tuple(
        RegisterEventRecord(
            time=event.time,
            issue=str(event.data["issue"]),
            **{name: event.data[name] for name in _FIELDS},
        )
        for event in events
    )


def new_events(
    history: Sequence[RegisterEventRecord], entries: Sequence[EthicsEntryRecord]
) -> list[dict[str, Any]]:
    """Return what a run adds to the history, as the ledger keeps it; nothing if all is as before.

    Args:
        history: What happened so far.
        entries: The register as it is now.
    """
    now = {folded(entry.issue): entry for entry in entries}
    found = [line for entry in entries for line in _of_entry(_about(history, entry.issue), entry)]
    for name in dict.fromkeys(folded(event.issue) for event in history):
        before = _about(history, name)
        if name not in now and before[-1].what != "no longer raised":
            found.append(_line(before[-1].issue, "no longer raised"))
    return found


def _about(history: Sequence[RegisterEventRecord], issue: str) -> list[RegisterEventRecord]:
    return [event for event in history if folded(event.issue) == folded(issue)]


def _of_entry(
    before: Sequence[RegisterEventRecord], entry: EthicsEntryRecord
) -> Iterator[dict[str, Any]]:
    if not before or before[-1].what == "no longer raised":
        yield _line(entry.issue, "raised", entry.raised_by, entry.text, entry.raised_on)
        before = ()
    elif _last(before, "raised", "changed").text != entry.text:
        yield _line(entry.issue, "changed", entry.raised_by, entry.text, entry.raised_on)
    said = {(event.by, event.text, event.date) for event in before if event.what == "discussed"}
    for comment in entry.comments:
        if _key(comment) not in said:
            yield _line(entry.issue, "discussed", comment.by, comment.text, comment.date)
    decided = [event for event in before if event.what in (*_STATES, "reopened")]
    last = decided[-1] if decided else None
    if entry.state == "open":
        if last is not None and last.what != "reopened":
            yield _line(entry.issue, "reopened")
        return
    decision = (entry.state, entry.by, entry.decision, entry.date)
    if last is None or (last.what, last.by, last.text, last.date) != decision:
        yield _line(entry.issue, entry.state, entry.by, entry.decision, entry.date)


def _last(events: Sequence[RegisterEventRecord], *kinds: str) -> RegisterEventRecord:
    return next(event for event in reversed(events) if event.what in kinds)


def _key(comment: RegisterCommentRecord) -> tuple[str, str, str]:
    return (comment.by, comment.text, comment.date)


def _line(issue: str, what: str, by: str = "", text: str = "", date: str = "") -> dict[str, Any]:
    assert what in get_args(RegisterEventRecord.model_fields["what"].annotation)
    return {"issue": issue, "what": what, "by": by, "text": text, "date": date}
