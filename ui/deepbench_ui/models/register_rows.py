"""The ethics register as its page shows it: what was raised and decided, and the groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from deepbench.study.records import EthicsRecord, SubgroupRecord, TestRecord
from deepbench_ui.models.families import SCORES
from deepbench_ui.plots.figures import DotIntervalFigure, DotRow, ReferenceLine

#: As `deepbench.plan.RegisterEntry` demands.
SHORTEST_REASON: Final = 10
SHORTEST_NAME: Final = 2
#: A score of fewer units says little, and can give its members away.
SMALLEST_GROUP: Final = 10
#: Entries that go away when a question is answered, with the place of the answer.
ANSWERED_BY: Mapping[str, str] = MappingProxyType(
    {
        "approval not stated": "ethics.approval",
        "consent not stated": "ethics.consent",
        "licence not stated": "data.licence",
        "level lowered without reason": "privacy.reason",
    }
)

SUBGROUP_TITLE = "{metric} by {column}"
SUBGROUP_SENTENCE = (
    "Score of the chosen model for each group of test samples; the line across marks all test "
    "samples together."
)
ALL_SAMPLES, INTERVAL = "all test samples", "95 % interval"
TOO_SMALL = "Fewer than {smallest} test units, so nothing can be said: {groups}."


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
        pending: Whether it was decided, or taken back, since the register was filled.
        answered: Whether the question behind it was answered meanwhile.
    """

    issue: str
    text: str
    raised_by: str
    decision: str
    reason: str
    by: str
    pending: bool
    answered: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return not self.decision

    @property
    def is_raised(self) -> bool:
        """Whether the program raised it when the register was last filled."""
        return bool(self.text)


def register_rows(
    record: EthicsRecord | None, answers: Mapping[str, Any]
) -> tuple[RegisterRow, ...]:
    """Return the entries of the register with the decisions given so far, open ones first.

    Args:
        record: The register as it was last filled.
        answers: All answers of the draft.
    """
    decided = {_folded(entry["issue"]): entry for entry in entries_of(answers)}
    rows = []
    for entry in record.entries if record is not None else ():
        decision = decided.pop(_folded(entry.issue), None)
        given = decision["decision"] if decision else ""
        rows.append(
            RegisterRow(
                entry.issue,
                entry.text,
                entry.raised_by,
                given,
                decision["reason"] if decision else "",
                decision["by"] if decision else "",
                pending=(given or "open") != entry.state,
                answered=_is_answered(entry.issue, answers),
            )
        )
    rows.sort(key=lambda row: not row.is_open)
    left = [
        RegisterRow(
            entry["issue"], "", "", entry["decision"], entry["reason"], entry["by"], False, False
        )
        for entry in decided.values()
    ]
    return (*rows, *left)


def entries_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the decisions given so far."""
    return list(answers.get("ethics", {}).get("entries", []))


def with_decision(
    entries: Sequence[Mapping[str, Any]], issue: str, decision: str, reason: str, by: str
) -> list[dict[str, Any]]:
    """Return the decisions with one more; an earlier one on the same entry is replaced."""
    new = {"issue": issue, "decision": decision, "reason": reason.strip(), "by": by.strip()}
    return [*without_decision(entries, issue), new]


def without_decision(entries: Sequence[Mapping[str, Any]], issue: str) -> list[dict[str, Any]]:
    """Return the decisions without the one on an entry."""
    return [dict(entry) for entry in entries if _folded(entry["issue"]) != _folded(issue)]


def _is_answered(issue: str, answers: Mapping[str, Any]) -> bool:
    place = ANSWERED_BY.get(_folded(issue))
    if place is None:
        return False
    part, _, key = place.partition(".")
    return bool(str(answers.get(part, {}).get(key, "")).strip())


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


# --- groups -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Served:
    """How well the groups of one column are served.

    Attributes:
        column: Name of the column.
        figure: Scores of the groups; None if all are too small.
        too_small: Sentence about groups that are too small; empty if there are none.
    """

    column: str
    figure: DotIntervalFigure | None
    too_small: str


def served_groups(test: TestRecord | None) -> tuple[Served, ...]:
    """Return the scores by group, one picture for each column, in the record's order.

    Groups with fewer than ten units are named without a score: it would say little, and a picture
    may leave the study.
    """
    if test is None:
        return ()
    columns = dict.fromkeys(group.column for group in test.subgroups)
    return tuple(_served(column, test) for column in columns)


def _served(column: str, test: TestRecord) -> Served:
    groups = [group for group in test.subgroups if group.column == column]
    large = [group for group in groups if group.units >= SMALLEST_GROUP]
    small = [group.group for group in groups if group.units < SMALLEST_GROUP]
    too_small = TOO_SMALL.format(smallest=SMALLEST_GROUP, groups=", ".join(small)) if small else ""
    return Served(column, _figure(column, large, test) if large else None, too_small)


def _figure(column: str, groups: Sequence[SubgroupRecord], test: TestRecord) -> DotIntervalFigure:
    metric = groups[0].metric
    title = SCORES[metric].title if metric in SCORES else metric.replace("_", " ")
    overall = test.metrics.get(metric)
    reference = (
        ReferenceLine(overall.value, ALL_SAMPLES)
        if overall is not None and overall.value is not None
        else None
    )
    return DotIntervalFigure(
        title=SUBGROUP_TITLE.format(metric=title, column=column),
        sentence=SUBGROUP_SENTENCE,
        rows=tuple(
            DotRow(
                group.group,
                group.score.value,
                group.score.low,
                group.score.high,
                use="test",
                name=f"{column} = {group.group}",
            )
            for group in groups
        ),
        value_title=title,
        interval_title=INTERVAL,
        reference=reference,
    )
