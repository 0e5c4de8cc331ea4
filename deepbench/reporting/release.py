"""What of the records a report may show: a copy without small counts or single samples.

The whole report is drawn from this copy, so that no template can show what was taken out.
Counts stay numbers here; whoever writes one asks `SmallCells` how.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from deepbench.errors import PlanError
from deepbench.plan import parse_plan
from deepbench.reporting.release_interpretation import released_interpretation
from deepbench.reporting.release_names import NameRemover
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AuditRecord,
    CausalWordingRecord,
    CheckItemRecord,
    ClaimsRecord,
    CurvesRecord,
    FeatureHintRecord,
    FindingRecord,
    InterpretationRecord,
    Record,
    SanityRecord,
    StudySummary,
)

_NAMES_HIDDEN = "names are not shown"
# Fields that hold sentences of other stages, in which a count may stand.
PROSE = frozenset(
    {
        "ceiling",
        "decision",
        "found",
        "hint",
        "message",
        "not_shown",
        "note",
        "open_points",
        "override_reason",
        "own",
        "proofs",
        "question",
        "reason",
        "reservations",
        "reuse_reasons",
        "sentence",
        "sentences",
        "skipped",
        "stopped",
        "strategy",
        "suggestion",
        "text",
        "to_do",
        "what",
        "where",
        "why",
    }
)


def releasable(
    summary: StudySummary,
    cells: SmallCells,
    *,
    per_sample: bool,
    names: Collection[str] = (),
) -> StudySummary:
    """Return the records as a report may show them.

    Args:
        summary: All records of the study.
        cells: Rule for small counts; prose that gives one away is changed.
        per_sample: Whether names of samples and values of single samples may be shown.
        names: Names of samples and units, as `searchable` gives them; without `per_sample` they
            are taken out of what stages 11 and 12 say.
    """
    if not per_sample:
        summary = _without_samples(summary)
        summary = _without_names_inside(summary, names)
    if cells.threshold:
        summary = released_interpretation(_without_shares(summary), cells)
        copy = _without_small_counts(summary, cells, _totals(summary))
        assert isinstance(copy, StudySummary)
        if summary.interpretation is None:
            return copy
        # Groups of training samples have nothing to do with the number of test samples.
        totals = _totals(summary.model_copy(update={"split": None}))
        training = (summary.split.train_units,) if summary.split is not None else ()
        inside = _without_small_counts(summary.interpretation, cells, (*totals, *training))
        return copy.model_copy(update={"interpretation": inside})
    return summary


def _without_names_inside(summary: StudySummary, names: Collection[str]) -> StudySummary:
    remover = NameRemover(names)
    interpretation, claims = summary.interpretation, summary.claims
    return summary.model_copy(
        update={
            "interpretation": remover.record(interpretation) if interpretation else None,
            "claims": remover.record(claims) if claims else None,
        }
    )


def _totals(summary: StudySummary) -> tuple[int, ...]:
    totals: set[int] = set()
    if summary.sheet is not None:
        totals |= {summary.sheet.samples, summary.sheet.units}
    if summary.split is not None:
        totals |= {summary.split.train_units, summary.split.test_units}
    return tuple(sorted(totals))


def _without_small_counts(
    record: Record, cells: SmallCells, totals: tuple[int, ...], *, counts_alone: bool = False
) -> Record:
    """Return the record with its prose cleaned.

    Shares and thresholds that stages 11 and 12 speak of were looked at one by one
    (`released_interpretation`), and the rates of an audit are those of all samples; what the user
    typed and what the data check found were not.
    """
    changes: dict[str, Any] = {}
    if isinstance(record, InterpretationRecord | ClaimsRecord | AuditRecord):
        counts_alone = True
    elif isinstance(record, FeatureHintRecord | CheckItemRecord | CausalWordingRecord):
        counts_alone = False

    def cleaned(text: str, name: str) -> str:
        return cells.text(text, totals, counts_alone=counts_alone and name != "own")

    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(record, SanityRecord):
            continue  # its sentence is about the method ("eight samples"), not about the data
        if isinstance(value, Record):
            changes[name] = _without_small_counts(value, cells, totals, counts_alone=counts_alone)
        elif isinstance(value, str) and name in PROSE:
            changes[name] = cleaned(value, name)
        elif isinstance(value, tuple) and value and isinstance(value[0], Record):
            changes[name] = tuple(
                _without_small_counts(item, cells, totals, counts_alone=counts_alone)
                for item in value
            )
        elif isinstance(value, tuple) and value and name in PROSE:
            changes[name] = tuple(cleaned(item, name) for item in value)
    return record.model_copy(update=changes)


def _without_samples(summary: StudySummary) -> StudySummary:
    changes: dict[str, Any] = {"plan_toml": _plan_without_samples(summary.plan_toml)}
    if summary.check is not None:
        every = [name for finding in summary.check.findings for name in finding.samples]
        findings = tuple(_anonymous(finding, every) for finding in summary.check.findings)
        changes["check"] = summary.check.model_copy(update={"findings": findings})
    if summary.choice is not None and summary.choice.test.curves is not None:
        # The values themselves would also give single samples away.
        curves = summary.choice.test.curves.model_copy(update={"observed": (), "predicted": ()})
        assert isinstance(curves, CurvesRecord)
        test = summary.choice.test.model_copy(update={"curves": curves})
        changes["choice"] = summary.choice.model_copy(update={"test": test})
    return summary.model_copy(update=changes)


def _without_shares(summary: StudySummary) -> StudySummary:
    """Leave out the shares of the classes: times the samples they are the counts themselves."""
    choice = summary.choice
    if choice is None or choice.decision is None:
        return summary
    decision = choice.decision.model_copy(update={"shares": ()})
    changed = choice.model_copy(update={"decision": decision})
    return summary.model_copy(update={"choice": changed})


def _plan_without_samples(text: str) -> str:
    """Return the plan without the names of samples that it leaves out, also inside reasons."""
    try:
        plan = parse_plan(text)
    except PlanError:  # of a study of another version; no names are read out of it
        return text
    names = plan.check.leave_out_samples
    if not names:
        return text
    reasons = {
        finding: _without_names(reason, names) for finding, reason in plan.check.reasons.items()
    }
    check = plan.check.model_copy(
        update={"leave_out_samples": [_NAMES_HIDDEN], "reasons": reasons}
    )
    return plan.model_copy(update={"check": check}).to_toml()


def _anonymous(finding: FindingRecord, every: list[str]) -> FindingRecord:
    """Return the finding without the names of samples, also inside its sentences.

    The user's reason may speak of samples that another finding names.
    """
    return finding.model_copy(
        update={
            "samples": (),
            "message": _without_names(finding.message, finding.samples),
            "where": _without_names(finding.where, finding.samples),
            "hint": _without_names(finding.hint, finding.samples),
            "reason": _without_names(finding.reason, every),
        }
    )


def _without_names(text: str, names: Iterable[str]) -> str:
    # Longest first, or "S1" would be taken out of the middle of "S1 a".
    for name in sorted(filter(None, set(names)), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "(sample)", text)
    return text
