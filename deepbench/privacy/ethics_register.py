"""The ethics register: issues the program raises, and the answers people give.

An issue has a name that stays the same from run to run, so that an answer in the plan
(``[[ethics.entries]]``) finds it: a kind, and for most kinds what it is about, as in
``subgroup gap: sex = female``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deepbench.errors import PlanError
from deepbench.evaluation.metrics import metrics_for
from deepbench.plan import RegisterEntry, StudyPlan
from deepbench.privacy.leaving import may_leave
from deepbench.privacy.sensitivity import is_lowered, level_of, sensitivity_sentence
from deepbench.study.records import (
    CheckRecord,
    EthicsEntryRecord,
    EthicsRecord,
    IdentifierFinding,
    SampleSheetRecord,
    Score,
    SensitivityRecord,
    SubgroupRecord,
    TestRecord,
)

# A group of fewer people can give its members away, and says little about the group.
SMALLEST_GROUP = 10
# A class of which fewer than half of the samples are found is not served by the model.
LOW_RECALL = 0.5

ISSUE_KINDS: tuple[str, ...] = (
    "approval not stated",
    "consent not stated",
    "licence not stated",
    "level lowered without reason",
    "identifiers",
    "batch or site",
    "subgroup gap",
    "small group",
    "low score for class",
)


@dataclass(frozen=True)
class _Issue:
    name: str
    text: str


def build_register(
    plan: StudyPlan,
    sheet: SampleSheetRecord,
    check: CheckRecord | None = None,
    test: TestRecord | None = None,
    sensitivity: SensitivityRecord | None = None,
) -> EthicsRecord:
    """Raise what the program noticed and match it with the plan's answers.

    Args:
        plan: Governance, level and answers.
        sheet: Roles, task and classes.
        check: Findings about batches and sites.
        test: Scores by subgroup and by class; nothing is raised from a locked test set.
        sensitivity: What the scan for identifiers found, and the level in force.

    Raises:
        PlanError: an answer names an issue that the register does not know.
    """
    check_answers(plan)
    issues = [*_governance_issues(plan)]
    if sensitivity is not None:
        issues += _identifier_issues(sensitivity)
    if check is not None:
        issues += _batch_issues(sheet, check)
    if test is not None:
        issues += _subgroup_issues(sheet, test)
        issues += _small_group_issues(sheet, test)
        issues += _class_issues(sheet, test)
    level = plan.privacy.level if sensitivity is None else sensitivity.in_force
    answers = {_folded(entry.issue): entry for entry in plan.ethics.entries}
    entries = tuple(_entry(issue, answers.get(_folded(issue.name))) for issue in issues)
    return EthicsRecord(
        level=level,
        entries=entries,
        may_leave=may_leave(level),
        sentences=_sentences(plan, entries),
        sensitivity=sensitivity,
    )


def check_answers(plan: StudyPlan) -> None:
    """Check the issues named in the plan's answers; needs nothing but the plan.

    Raises:
        PlanError: an issue is of no known kind, or is answered twice.
    """
    seen: set[str] = set()
    for answer in plan.ethics.entries:
        kind = _folded(answer.issue).partition(":")[0].strip()
        if kind not in ISSUE_KINDS:
            near = difflib.get_close_matches(kind, ISSUE_KINDS, n=1, cutoff=0.0)[0]
            raise PlanError(
                f"[[ethics.entries]] answers '{answer.issue}', which the ethics register does "
                "not know.",
                f"Did you mean '{near}'? Known kinds: {', '.join(ISSUE_KINDS)}.",
            )
        if _folded(answer.issue) in seen:
            raise PlanError(
                f"[[ethics.entries]] answers '{answer.issue}' twice.", "Keep one of the answers."
            )
        seen.add(_folded(answer.issue))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _governance_issues(plan: StudyPlan) -> Iterator[_Issue]:
    about_people = level_of(plan.privacy.level).number >= level_of("sensitive").number
    if about_people and not plan.ethics.approval:
        yield _Issue(
            "approval not stated",
            "No ethics board and number are stated, nor why none is needed ([ethics] approval).",
        )
    if about_people and not plan.ethics.consent:
        yield _Issue(
            "consent not stated",
            "No consent or legal basis for the use of the data is stated ([ethics] consent).",
        )
    if not plan.data.licence:
        yield _Issue(
            "licence not stated",
            "The licence or agreement the data is used under is not stated ([data] licence).",
        )
    if is_lowered(plan.privacy.level) and not plan.privacy.reason:
        yield _Issue(
            "level lowered without reason",
            f"The level is set to {plan.privacy.level} without a reason ([privacy] reason).",
        )


def _identifier_issues(sensitivity: SensitivityRecord) -> Iterator[_Issue]:
    by_name: dict[str, list[str]] = {}
    for finding in sensitivity.findings:
        by_name.setdefault(identifier_issue(finding), []).append(finding.sentence)
    for name, sentences in by_name.items():
        yield _Issue(
            name,
            f"{' '.join(sentences)} If that is so, say how persons are protected; if not, say what "
            "it is. Until then the data is treated as the scan asks.",
        )


def identifier_issue(finding: IdentifierFinding) -> str:
    """Return the name of the entry about a finding of the scan."""
    return f"identifiers: {finding.column or finding.kind}"


def _batch_issues(sheet: SampleSheetRecord, check: CheckRecord) -> Iterator[_Issue]:
    columns = {*sheet.roles.get("batch", ()), *sheet.roles.get("site", ())}
    raised: set[str] = set()
    for finding in check.findings:
        if finding.severity == "info":
            continue
        for column in finding.columns:
            if column in columns and column not in raised:
                raised.add(column)
                yield _Issue(f"batch or site: {column}", finding.message)


def _subgroup_issues(sheet: SampleSheetRecord, test: TestRecord) -> Iterator[_Issue]:
    for group in test.subgroups:
        overall = test.metrics.get(group.metric)
        if group.units < SMALLEST_GROUP or overall is None:
            continue
        if _is_worse(sheet, group, overall):
            score = group.score
            yield _Issue(
                f"subgroup gap: {group.column} = {group.group}",
                f"The model does worse for {group.column} = {group.group}: {group.metric} "
                f"{score.value:.2f} ({score.low:.2f} to {score.high:.2f}, {group.units} units), "
                f"against {overall.value:.2f} for all test samples.",
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


def _small_group_issues(sheet: SampleSheetRecord, test: TestRecord) -> Iterator[_Issue]:
    sensitive = sheet.roles.get("sensitive", ())
    small: Mapping[str, list[str]] = {column: [] for column in sensitive}
    for group in test.subgroups:
        if group.column in small and group.units < SMALLEST_GROUP:
            small[group.column].append(group.group)
    for column, groups in small.items():
        if groups:
            yield _Issue(
                f"small group: {column}",
                f"Fewer than {SMALLEST_GROUP} test units have {column} = {', '.join(groups)}. How "
                "well the model does for them is not known, and numbers about them can give "
                "persons away.",
            )


def _class_issues(sheet: SampleSheetRecord, test: TestRecord) -> Iterator[_Issue]:
    if test.curves is None:
        return
    for number, (name, row) in enumerate(zip(sheet.classes, test.curves.confusion, strict=False)):
        total = sum(row)
        if total >= SMALLEST_GROUP and row[number] / total < LOW_RECALL:
            yield _Issue(
                f"low score for class: {name}",
                f"The model finds {row[number]} of {total} test samples of the class {name}.",
            )


def _entry(issue: _Issue, answer: RegisterEntry | None) -> EthicsEntryRecord:
    return EthicsEntryRecord(
        issue=issue.name,
        text=issue.text,
        raised_by="program",
        state="open" if answer is None else answer.decision,
        decision="" if answer is None else answer.reason,
        by="" if answer is None else answer.by,
    )


def _sentences(plan: StudyPlan, entries: tuple[EthicsEntryRecord, ...]) -> tuple[str, ...]:
    open_entries = [entry.issue for entry in entries if entry.state == "open"]
    if open_entries:
        count = len(open_entries)
        noun = "entry" if count == 1 else "entries"
        verb = "is" if count == 1 else "are"
        first = (
            f"{count} {noun} of the ethics register {verb} open: {'; '.join(open_entries)}. "
            "Answer each under [[ethics.entries]] in the plan."
        )
    else:
        first = "No entry of the ethics register is open."
    raised = [entry.issue for entry in entries]
    unmatched = tuple(
        f"The plan answers '{answer.issue}', which was not raised in this run."
        + _nearest_raised(answer.issue, raised)
        for answer in plan.ethics.entries
        if _folded(answer.issue) not in {_folded(name) for name in raised}
    )
    return (sensitivity_sentence(plan.privacy), first, *unmatched)


def _nearest_raised(name: str, raised: list[str]) -> str:
    near = difflib.get_close_matches(name, raised, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
