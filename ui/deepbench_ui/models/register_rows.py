"""The ethics register as its page shows it: what was raised, said and decided, and when."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from deepbench.study.records import EthicsRecord, RegisterEventRecord
from deepbench.study.sensitivity_scan import folded

#: As `deepbench.plan.RegisterEntry`, `RaisedIssue` and `RegisterComment` demand.
SHORTEST_REASON: Final = 10
SHORTEST_NAME: Final = 2
SHORTEST_ISSUE: Final = 3
SHORTEST_COMMENT: Final = 3
#: Entries that go away when a question is answered, with the place of the answer.
ANSWERED_BY: Mapping[str, str] = MappingProxyType(
    {
        "approval not stated": "ethics.approval",
        "consent not stated": "ethics.consent",
        "licence not stated": "data.licence",
        "level lowered without reason": "privacy.reason",
    }
)
#: Entries of approvals, which stand in a list of their own.
APPROVAL: Final = "approval:"
PROGRAM: Final = "program"

HISTORY: Mapping[str, str] = MappingProxyType(
    {
        "raised": "{day}: raised by {by}.",
        "changed": "{day}: what was found changed.",
        "discussed": "{day}: {by} said: {text}",
        "resolved": "{day}: resolved by {by}: {text}",
        "accepted": "{day}: accepted by {by}: {text}",
        "reopened": "{day}: the decision was taken back; open again.",
        "no longer raised": "{day}: not raised any more.",
    }
)
THE_PROGRAM = "the program"


@dataclass(frozen=True)
class CommentRow:
    """What somebody said about an entry.

    Attributes:
        text: What was said.
        by: Who said it.
        date: When, as given; empty without a date.
        pending: Whether the register was not filled since.
    """

    text: str
    by: str
    date: str
    pending: bool


@dataclass(frozen=True)
class RegisterRow:
    """One entry of the register.

    Attributes:
        issue: Its name.
        text: What was raised; empty for a decision on something that was not raised.
        raised_by: Who raised it.
        decision: ``resolved`` or ``accepted``; empty while it is open.
        reason: Why it was decided so.
        by: Who decided.
        pending: Whether it was raised, decided, or taken back, since the register was filled.
        answered: Whether the question behind it was answered meanwhile.
        date: When it was decided.
        raised_on: When a person raised it.
        own: Whether a person raised it, who can take it back.
        comments: What was said about it.
        history: What happened to it so far, in sentences.
    """

    issue: str
    text: str
    raised_by: str
    decision: str
    reason: str
    by: str
    pending: bool
    answered: bool
    date: str = ""
    raised_on: str = ""
    own: bool = False
    comments: tuple[CommentRow, ...] = ()
    history: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return not self.decision

    @property
    def is_raised(self) -> bool:
        """Whether it was raised when the register was last filled, or since by a person."""
        return bool(self.text)


def today() -> str:
    """Return the day that is written beside what is recorded now."""
    return datetime.datetime.now().astimezone().date().isoformat()


def register_rows(
    record: EthicsRecord | None, answers: Mapping[str, Any]
) -> tuple[RegisterRow, ...]:
    """Return the entries of the register with what was decided so far, open ones first.

    Args:
        record: The register as it was last filled.
        answers: All answers of the draft.
    """
    decided = {folded(entry["issue"]): entry for entry in entries_of(answers)}
    own = {folded(each["issue"]): each for each in raised_of(answers)}
    there = [
        entry
        for entry in (record.entries if record is not None else ())
        if not folded(entry.issue).startswith(APPROVAL)
    ]
    found = _Found(record, answers)
    rows = []
    for entry in there:
        decision = decided.pop(folded(entry.issue), None)
        given = decision["decision"] if decision else ""
        rows.append(
            found.row(
                entry.issue,
                entry.text,
                entry.raised_by,
                decision,
                pending=(given or "open") != entry.state,
                raised_on=entry.raised_on,
                own=folded(entry.issue) in own,
            )
        )
    known = {folded(entry.issue) for entry in there}
    for name, each in own.items():
        if name not in known:
            rows.append(
                found.row(
                    each["issue"],
                    each["text"],
                    each["by"],
                    decided.pop(name, None),
                    pending=True,
                    raised_on=each.get("date", ""),
                    own=True,
                )
            )
    rows.sort(key=lambda row: not row.is_open)
    left = [found.row(entry["issue"], "", "", entry, pending=False) for entry in decided.values()]
    return (*rows, *left)


@dataclass(frozen=True)
class _Found:
    """The register as it was filled, and the answers given since."""

    record: EthicsRecord | None
    answers: Mapping[str, Any]

    def row(
        self,
        issue: str,
        text: str,
        raised_by: str,
        decision: Mapping[str, Any] | None,
        *,
        pending: bool,
        raised_on: str = "",
        own: bool = False,
    ) -> RegisterRow:
        given = decision or {}
        return RegisterRow(
            issue,
            text,
            raised_by,
            given.get("decision", ""),
            given.get("reason", ""),
            given.get("by", ""),
            pending,
            _is_answered(issue, self.answers),
            given.get("date") or "",
            raised_on,
            own,
            self._comments(issue),
            history_of(self.record.history if self.record is not None else (), issue),
        )

    def _comments(self, issue: str) -> tuple[CommentRow, ...]:
        entries = self.record.entries if self.record is not None else ()
        known = {
            (each.text, each.by, each.date)
            for entry in entries
            if folded(entry.issue) == folded(issue)
            for each in entry.comments
        }
        said = [
            (each["text"], each["by"], each.get("date") or "")
            for each in comments_of(self.answers)
            if folded(each["issue"]) == folded(issue)
        ]
        return tuple(CommentRow(*each, pending=each not in known) for each in said)


def history_of(events: Iterable[RegisterEventRecord], issue: str) -> tuple[str, ...]:
    """Return what happened to an issue, one sentence for each thing, oldest first."""
    return tuple(_said(event) for event in events if folded(event.issue) == folded(issue))


def past_issues(record: EthicsRecord | None, rows: Iterable[RegisterRow]) -> tuple[str, ...]:
    """Return the names of what was raised once and is not any more."""
    shown = {folded(row.issue) for row in rows}
    events = record.history if record is not None else ()
    names = {folded(event.issue): event.issue for event in events}
    return tuple(
        name for key, name in names.items() if key not in shown and not key.startswith(APPROVAL)
    )


def _said(event: RegisterEventRecord) -> str:
    by = THE_PROGRAM if event.by == PROGRAM else event.by
    day = event.date or event.time[:10]
    return HISTORY[event.what].format(day=day, by=by, text=event.text)


# --- answers ------------------------------------------------------------------------------


def entries_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the decisions given so far."""
    return list(answers.get("ethics", {}).get("entries", []))


def raised_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what people raised so far."""
    return list(answers.get("ethics", {}).get("raised", []))


def comments_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what people said so far."""
    return list(answers.get("ethics", {}).get("comments", []))


def with_decision(
    entries: Sequence[Mapping[str, Any]],
    issue: str,
    decision: str,
    reason: str,
    by: str,
    date: str = "",
) -> list[dict[str, Any]]:
    """Return the decisions with one more; an earlier one on the same entry is replaced."""
    new = {"issue": issue, "decision": decision, "reason": reason.strip(), "by": by.strip()}
    return [*without(entries, issue), _dated(new, date)]


def with_raised(
    raised: Sequence[Mapping[str, Any]], issue: str, text: str, by: str, date: str = ""
) -> list[dict[str, Any]]:
    """Return what people raised, with one issue more."""
    new = {"issue": " ".join(issue.split()), "text": text.strip(), "by": by.strip()}
    return [*without(raised, issue), _dated(new, date)]


def with_comment(
    comments: Sequence[Mapping[str, Any]], issue: str, text: str, by: str, date: str = ""
) -> list[dict[str, Any]]:
    """Return what was said, with one comment more."""
    new = {"issue": issue, "text": text.strip(), "by": by.strip()}
    return [*map(dict, comments), _dated(new, date)]


def without(answers: Sequence[Mapping[str, Any]], issue: str) -> list[dict[str, Any]]:
    """Return answers without those about an issue."""
    return [dict(each) for each in answers if folded(each["issue"]) != folded(issue)]


def _dated(answer: dict[str, Any], date: str) -> dict[str, Any]:
    return {**answer, "date": date} if date else answer


def _is_answered(issue: str, answers: Mapping[str, Any]) -> bool:
    place = ANSWERED_BY.get(folded(issue))
    if place is None:
        return False
    part, _, key = place.partition(".")
    return bool(str(answers.get(part, {}).get(key, "")).strip())
