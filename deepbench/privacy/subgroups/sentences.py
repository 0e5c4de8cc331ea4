"""What a subgroup audit found, in words."""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.data.wording import counted, noun
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
    "calibration": "says “{positive}” with too {size} a probability where {column} = {group}",
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
    words = WORSE[measure.name]
    if record.task == "regression" and measure.name == "error":
        words = LARGER_ERROR
    worse = words.format(
        column=group.column,
        group=group.group,
        positive=record.positive,
        size="low" if (measure.value.value or 0.0) > 0 else "high",
    )
    as_share = measure.name in ("missed", "false alarms", "calibration") or (
        measure.name == "error" and record.task != "regression"
    )
    units = noun(group.units, "unit")
    value, rest = (
        measure_text(measure.value, share=as_share),
        measure_text(Score(value=measure.rest.value), share=as_share),
    )
    return f"The model {worse}: {value}, {group.units:,} {units}, against {rest} elsewhere."


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
