"""What the program raises about the model: what it uses and tells, whom it serves how well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deepbench.data.wording import counted, in_sentence
from deepbench.evaluation.metrics import metrics_for
from deepbench.plan import StudyPlan
from deepbench.privacy.register_material import SMALLEST_GROUP, Issue, Material
from deepbench.privacy.subgroups.sentences import gap_at_least, measure_text
from deepbench.study.records import (
    AttributionRecord,
    AuditedGroup,
    AuditRecord,
    ErrorGroupRecord,
    FeatureImportance,
    GroupMeasure,
    InterpretationRecord,
    SampleSheetRecord,
    Score,
    SubgroupAuditRecord,
    SubgroupRecord,
    TestRecord,
)

# A class of which fewer than half of the samples are found is not served by the model.
LOW_RECALL = 0.5
#: A gap that is certain and smaller than this, in shares or AUROC, is not raised.
SMALLEST_GAP = 0.05
#: The same for mean errors, as a share of the error elsewhere.
SMALLEST_RATIO = 0.1
_TOP = 10
_MOST_NAMED = 3

# --- the model ------------------------------------------------------------------------------


def used_issues(plan: StudyPlan, found: InterpretationRecord, model: str) -> Iterator[Issue]:
    """Raise columns that could identify a person and that the model uses."""
    named = set(plan.privacy.quasi_identifiers)
    record = next((each for each in found.models if each.model == model), None)
    if record is None or not named:
        return
    used = [feature.feature for feature in _important(record) if feature.feature in named]
    if used:
        yield Issue(
            f"sensitive attribute used: {', '.join(used)}",
            f"The model uses {', '.join(used)}: what it says of somebody depends on it. Say why "
            "that is right for what the model is for, or leave it out.",
        )


def _important(record: AttributionRecord) -> Sequence[FeatureImportance]:
    ranked = sorted(record.features, key=lambda feature: -feature.importance)
    if any(feature.clears_twin is not None for feature in ranked):
        return [feature for feature in ranked if feature.clears_twin]
    return [feature for feature in ranked[:_TOP] if feature.importance > 0]


def told_issues(audit: AuditRecord) -> Iterator[Issue]:
    """Raise sensitive attributes that the model gives away of those it was trained on."""
    told = [
        each
        for each in audit.attributes
        if each.advantage.low is not None and each.advantage.low > 0
    ]
    if told:
        yield Issue(
            f"sensitive attribute told: {', '.join(each.column for each in told)}",
            f"{' '.join(each.sentence for each in told)} Say who can ask the model, or train it "
            "with differential privacy.",
        )


def audit_issues(audit: AuditRecord) -> Iterator[Issue]:
    """Raise what the attacks on the model found, or could not show."""
    first = audit.sentences[0] if audit.sentences else ""
    if audit.stores_samples:
        yield Issue(
            f"model stores samples: {in_sentence(audit.title)}",
            f"{audit.stores_samples} Say that the model stays, or choose another kind of model.",
        )
    if audit.passes is False:
        attacked = first if not audit.stores_samples else " ".join(audit.sentences[1:2])
        yield Issue(
            f"audit failed: {in_sentence(audit.title)}",
            f"{attacked} Say that the model stays, or train it with differential privacy.",
        )
    elif audit.passes is None and not audit.stores_samples:
        yield Issue(
            f"audit not demonstrable: {in_sentence(audit.title)}",
            f"{first} So it could not be shown that the model gives away little. Say that the "
            "model stays, or who may have it all the same.",
        )


# --- who is served how ----------------------------------------------------------------------


def served_issues(material: Material, test: TestRecord) -> Iterator[Issue]:
    """Raise groups and classes for which the model does worse, or that nobody can judge."""
    if material.subgroups is not None:
        yield from _gaps(material.subgroups)
    else:
        yield from _gaps_of_scores(material.sheet, test)
    yield from _small(material, test)
    yield from _classes(material.sheet, test)


def _gaps(audit: SubgroupAuditRecord) -> Iterator[Issue]:
    for group in audit.groups:
        wide = [m for m in group.measures if m.marked and is_wide(audit, m)]
        if wide:
            said = [gap_at_least(audit, group, measure) for measure in wide]
            yield Issue(
                gap_issue(group),
                f"{' '.join(said)} Say what follows for them, or for whom the model is not meant.",
            )


def gap_issue(group: AuditedGroup) -> str:
    """Return the name of the entry about a group that is served worse."""
    return f"subgroup gap: {group.column} = {group.group}"


def is_wide(audit: SubgroupAuditRecord, measure: GroupMeasure) -> bool:
    """Whether a difference is large enough to matter."""
    difference, rest = abs(measure.difference.value or 0.0), abs(measure.rest.value or 0.0)
    if audit.task == "regression":
        return difference >= SMALLEST_RATIO * rest
    return difference >= SMALLEST_GAP


def _gaps_of_scores(sheet: SampleSheetRecord, test: TestRecord) -> Iterator[Issue]:
    """Compare scores alone, of a test that was opened before groups were kept."""
    for group in test.subgroups:
        overall = test.metrics.get(group.metric)
        if group.units < SMALLEST_GROUP or overall is None:
            continue
        if _is_worse(sheet, group, overall):
            value, whole = measure_text(group.score, share=False), f"{overall.value:.2f}"
            yield Issue(
                f"subgroup gap: {group.column} = {group.group}",
                f"The model does worse for {group.column} = {group.group}: {group.metric} "
                f"{value}, {group.units} units, against {whole} for all test samples.",
            )


def _is_worse(sheet: SampleSheetRecord, group: SubgroupRecord, overall: Score) -> bool:
    """Whether the group's whole interval lies on the worse side of the overall value."""
    metric = metrics_for(sheet.task).get(group.metric)
    low, high = group.score.low, group.score.high
    if metric is None or overall.value is None or low is None or high is None:
        return False
    if metric.greater_is_better is None:
        return False
    return high < overall.value if metric.greater_is_better else low > overall.value


def _small(material: Material, test: TestRecord) -> Iterator[Issue]:
    known = {each.column: each.training for each in material.missing}
    for column in material.sheet.roles.get("sensitive", ()):
        # What the model never saw is raised already.
        groups = [
            each
            for each in _too_small(material, test, column)
            if each not in known.get(column, ())
        ]
        if groups:
            yield Issue(
                f"small group: {column}",
                f"Fewer than {SMALLEST_GROUP} test units have {column} = {', '.join(groups)}. How "
                "well the model does for them is not known, and numbers about them can give "
                "persons away.",
            )


def _too_small(material: Material, test: TestRecord, column: str) -> list[str]:
    if material.subgroups is not None:
        return [
            name
            for each in material.subgroups.small
            if each.column == column
            for name in each.test
        ]
    return [
        group.group
        for group in test.subgroups
        if group.column == column and group.units < SMALLEST_GROUP
    ]


def _classes(sheet: SampleSheetRecord, test: TestRecord) -> Iterator[Issue]:
    if test.curves is None:
        return
    for number, (name, row) in enumerate(zip(sheet.classes, test.curves.confusion, strict=False)):
        total = sum(row)
        if total >= SMALLEST_GROUP and row[number] / total < LOW_RECALL:
            yield Issue(
                f"low score for class: {name}",
                f"The model finds {row[number]} of {total} test samples of the class {name}.",
            )


def failures_issues(
    found: InterpretationRecord, audit: SubgroupAuditRecord | None
) -> Iterator[Issue]:
    """Raise groups in which errors gather, but for those that the subgroup audit raises."""
    if found.failures is None:
        return
    told = {
        (group.column, group.group)
        for group in (audit.groups if audit is not None else ())
        if any(m.marked for m in group.measures)
    }
    groups = [
        each
        for each in (*found.failures.groups, *found.failures.slices)
        if each.marked and (each.column, each.group) not in told
    ]
    if not groups:
        return
    places = list(dict.fromkeys(_place(each) for each in groups))
    is_share = found.failures.error_name.startswith("Share")
    said = [
        f"{_group_name(each)} ({measure_text(each.rate, share=is_share)})"
        for each in groups[:_MOST_NAMED]
    ]
    more = (
        f", and in {counted(len(groups) - len(said), 'other group')}"
        if groups[len(said) :]
        else ""
    )
    yield Issue(
        f"errors gather: {', '.join(places[:_MOST_NAMED])}",
        f"On samples kept out of training, the model is wrong more often in {'; '.join(said)}"
        f"{more}. Say for whom or what the model is not meant.",
    )


def _place(group: ErrorGroupRecord) -> str:
    return group.column if group.column and group.kind != "slice" else "combinations"


def _group_name(group: ErrorGroupRecord) -> str:
    return f"{group.column}: {group.group}" if group.kind != "slice" else group.group
