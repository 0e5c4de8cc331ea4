"""What a subgroup audit found, in words."""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.data.wording import counted
from deepbench.study.records import AuditedGroup, GroupMeasure, Score, SubgroupAuditRecord

COMPARED = (
    "{groups} of {columns} {verb} compared with all other test samples, in {comparisons}. {found}"
)
NONE_COMPARED = "No group of {columns} is large enough to be compared."
NOTHING = "None stands out after correction for so many."
STANDS_OUT = "{count} of them {verb} out after correction for so many:"
COULD_HIDE = (
    "That nothing stands out does not mean that all are served alike: with groups of this size "
    "the model could be wrong more often in one of them by up to {points:.0f} in 100 answers."
)
TOO_SMALL = (
    "{column}: of {groups} nothing is said, as fewer than {smallest} test units are of {each}."
)
WORSE = {
    "score": "ranks samples worse where {column} = {group}",
    "error": "is wrong more often where {column} = {group}",
    "missed": "misses “{positive}” more often where {column} = {group}",
    "false alarms": "says “{positive}” wrongly more often where {column} = {group}",
    "calibration": "is further off with the probability of “{positive}” (too {size}) where "
    "{column} = {group}",
}
LARGER_ERROR = "is further off where {column} = {group}"
SMALLEST_GAP = 0.05
_MOST_NAMED = 6


def audit_sentences(record: SubgroupAuditRecord) -> tuple[str, ...]:
    """Return what an audit found, the most important first."""
    columns = list(dict.fromkeys([g.column for g in record.groups] + _of_small(record)))
    listed = _listed(columns)
    said: list[str] = []
    if not record.comparisons:
        said.append(NONE_COMPARED.format(columns=listed))
    else:
        marks = list(marked(record))
        found = NOTHING
        if marks:
            verb = "stands" if len(marks) == 1 else "stand"
            found = STANDS_OUT.format(count=len(marks), verb=verb)
        said.append(
            COMPARED.format(
                groups=counted(len(record.groups), "group"),
                columns=listed,
                verb="was" if len(record.groups) == 1 else "were",
                comparisons=counted(record.comparisons, "comparison"),
                found=found,
            )
        )
        said += [gap_sentence(record, group, measure) for group, measure in marks]
        reach = None if marks else _could_hide(record)
        if reach is not None:
            said.append(COULD_HIDE.format(points=100 * reach))
    said += [
        TOO_SMALL.format(
            column=small.column,
            groups=_listed(list(small.test)),
            smallest=record.smallest,
            each="each" if len(small.test) > 1 else "it",
        )
        for small in record.small
        if small.test
    ]
    return tuple(said)


def marked(record: SubgroupAuditRecord) -> Iterator[tuple[AuditedGroup, GroupMeasure]]:
    """Yield the groups in which the model is worse, measure by measure."""
    for group in record.groups:
        for measure in group.measures:
            if measure.marked:
                yield group, measure


def gap_sentence(record: SubgroupAuditRecord, group: AuditedGroup, measure: GroupMeasure) -> str:
    """Say where the model is worse, by how much, and how sure that is."""
    share = is_share(record, measure)
    value = measure_text(measure.value, share=share)
    rest = measure_text(Score(value=measure.rest.value), share=share)
    units = counted(group.units, "unit")
    return (
        f"The model {_worse(record, group, measure)}: {value}, {units}, against {rest} elsewhere."
    )


def gap_at_least(record: SubgroupAuditRecord, group: AuditedGroup, measure: GroupMeasure) -> str:
    """Say where the model is worse and how much worse it is at least.

    Without the shares themselves: the register is printed in reports that leave, and with the
    size of a group they would be counts of a few people.
    """
    said = f"The model {_worse(record, group, measure)} than elsewhere"
    low, high = measure.difference.low, measure.difference.high
    if low is None or high is None or low * high <= 0 or not is_share(record, measure):
        return f"{said}."
    return f"{said}, by at least {100 * min(abs(low), abs(high)):.0f} in 100."


def is_share(record: SubgroupAuditRecord, measure: GroupMeasure) -> bool:
    """Whether a measure is a share of answers."""
    return measure.name != "score" and record.task != "regression"


def _worse(record: SubgroupAuditRecord, group: AuditedGroup, measure: GroupMeasure) -> str:
    words = WORSE[measure.name]
    if record.task == "regression" and measure.name == "error":
        words = LARGER_ERROR
    return words.format(
        column=group.column,
        group=group.group,
        positive=record.positive,
        size="low" if (measure.value.value or 0.0) > 0 else "high",
    )


def measure_text(score: Score, *, share: bool) -> str:
    """Return a measure with its interval: ``12 % (8 to 17 %)`` or ``0.81 (0.72 to 0.88)``."""
    if score.value is None:
        return "–"
    scale, digits, sign = (100.0, 0, " %") if share else (1.0, 2, "")
    said = f"{scale * score.value:.{digits}f}"
    if score.low is None or score.high is None:
        return f"{said}{sign}"
    low, high = scale * score.low, scale * score.high
    return f"{said}{sign} ({low:.{digits}f} to {high:.{digits}f}{sign})"


def _could_hide(record: SubgroupAuditRecord) -> float | None:
    """Return the largest difference in wrong answers that an interval leaves open."""
    if record.task == "regression":
        return None
    found = [group.measure("error") for group in record.groups]
    highs = [m.difference.high for m in found if m is not None and m.difference.high is not None]
    return max(highs) if highs and max(highs) >= SMALLEST_GAP else None


def _of_small(record: SubgroupAuditRecord) -> list[str]:
    return [small.column for small in record.small]


def _listed(names: list[str]) -> str:
    shown, rest = names[:_MOST_NAMED], len(names) - _MOST_NAMED
    if rest > 0:
        return f"{', '.join(shown)} and {rest:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
