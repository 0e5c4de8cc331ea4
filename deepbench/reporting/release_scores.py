"""Scores of groups of test samples as a released report may show them.

An AUROC with that of all others, the size of the group and the table of classes has one solution:
the number of people of each class in the group. So no score is shown of a group with few units of
a class inside or outside, and those that are shown have two digits. Shares of wrong answers are
counts of people as well; they follow the rules of `release_groups`.
"""

from __future__ import annotations

from deepbench.reporting.coarse import coarse_score, digits
from deepbench.reporting.release_groups import released_groups
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AuditedGroup,
    ErrorGroupRecord,
    GroupMeasure,
    Score,
    StudySummary,
    SubgroupAuditRecord,
    SubgroupRecord,
    TestRecord,
)

_NOTHING = Score(value=None)
#: Measures of answers: with all digits and the sizes of the classes they are the confusion matrix.
_OF_ANSWERS = frozenset({"accuracy", "balanced_accuracy", "mcc", "f1", "majority_accuracy"})
#: Counted among samples of one class; how many those are in a group stands nowhere.
_OF_A_CLASS = ("missed", "false alarms")
_P_DIGITS = 2

#: Column and name of a group.
_Key = tuple[str, str]


def released_scores(summary: StudySummary, cells: SmallCells) -> StudySummary:
    """Return the records with scores of groups as they may leave.

    Args:
        summary: All records of the study.
        cells: Rule for small counts.
    """
    choice, ethics = summary.choice, summary.ethics
    changes: dict[str, object] = {}
    if choice is not None:
        groups = tuple(_scored(group, cells) for group in choice.test.subgroups)
        test = choice.test.model_copy(update={"subgroups": groups, **_metrics(choice.test, cells)})
        changes["choice"] = choice.model_copy(update={"test": test})
    if ethics is not None and ethics.subgroups is not None:
        audit = released_audit(ethics.subgroups, cells)
        changes["ethics"] = ethics.model_copy(update={"subgroups": audit})
    return summary.model_copy(update=changes)


def _metrics(test: TestRecord, cells: SmallCells) -> dict[str, dict[str, Score]]:
    """Return the metrics, with two digits where the confusion matrix hides a count."""
    counts = test.curves.confusion if test.curves is not None else ()
    if not any(cells.is_few(count) for row in counts for count in row):
        return {}
    found = {
        "metrics": test.metrics,
        "baseline_metrics": test.baseline_metrics,
        "blend_metrics": test.blend_metrics,
    }
    return {
        field: {
            name: coarse_score(score, share=True) if name in _OF_ANSWERS else score
            for name, score in metrics.items()
        }
        for field, metrics in found.items()
    }


def _scored(group: SubgroupRecord, cells: SmallCells) -> SubgroupRecord:
    hidden = cells.is_few(group.least_units)
    score = _NOTHING if hidden else coarse_score(group.score, share=True)
    return group.model_copy(update={"score": score})


def released_audit(audit: SubgroupAuditRecord, cells: SmallCells) -> SubgroupAuditRecord:
    """Return an audit in which groups have the measures that may be shown; others have none.

    What it says in words, and the measures of all samples together, go: beside what is shown they
    tell of what is not.

    Args:
        audit: The groups as they are.
        cells: Rule for small counts.
    """
    if not cells.threshold:
        return audit
    few = {_key(group) for group in audit.groups if cells.is_few(group.least_units)}
    scored = _shown(audit, cells, errors=False) - few
    with_error = _shown(audit, cells, errors=True) - few

    def measures(group: AuditedGroup) -> tuple[GroupMeasure, ...]:
        return tuple(
            _coarse(measure, share=measure.name != "error" or audit.task != "regression")
            for measure in group.measures
            if measure.name not in _OF_A_CLASS
            and _key(group) in (with_error if measure.name == "error" else scored)
        )

    groups = tuple(
        group.model_copy(update={"measures": measures(group)}) for group in audit.groups
    )
    return audit.model_copy(update={"groups": groups, "overall": (), "sentences": ()})


def _key(group: AuditedGroup | ErrorGroupRecord) -> _Key:
    return group.column, group.group


def _shown(audit: SubgroupAuditRecord, cells: SmallCells, *, errors: bool) -> set[_Key]:
    """Return the groups that may be shown.

    Args:
        audit: The groups.
        cells: Rule for small counts.
        errors: Whether with the number of wrong answers.
    """
    found = released_groups(
        [_as_errors(group) for group in audit.groups],
        audit.samples,
        audit.units,
        cells,
        shares=errors and audit.task != "regression",
    )
    return {_key(before) for before, _ in found}


def _as_errors(group: AuditedGroup) -> ErrorGroupRecord:
    measure = group.measure("error")
    return ErrorGroupRecord(
        kind="annotation",
        column=group.column,
        group=group.group,
        samples=group.samples,
        units=group.units,
        rate=measure.value if measure is not None else _NOTHING,
        rest=measure.rest.value if measure is not None else None,
        p_value=None,
        marked=False,
        of_two=group.of_two,
    )


def _coarse(measure: GroupMeasure, *, share: bool) -> GroupMeasure:
    return measure.model_copy(
        update={
            "value": coarse_score(measure.value, share=share),
            "rest": coarse_score(measure.rest, share=share),
            "difference": coarse_score(measure.difference, share=share),
            "p_value": digits(measure.p_value, _P_DIGITS),
            "adjusted": digits(measure.adjusted, _P_DIGITS),
        }
    )
