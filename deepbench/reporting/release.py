"""What of the records a report may show: a copy without small counts or single samples.

The whole report is drawn from this copy, so that no template can show what was taken out.
Counts stay numbers here; whoever writes one asks `SmallCells` how.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from deepbench.errors import PlanError
from deepbench.plan import parse_plan
from deepbench.reporting.release_interpretation import released_interpretation
from deepbench.reporting.release_names import NameRemover
from deepbench.reporting.release_scores import released_scores
from deepbench.reporting.repeated_rows import split_sizes, tells_of_repeats
from deepbench.reporting.small_cells import HIDDEN, SmallCells
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

# A number that stands alone behind a word: "marker 3".
_NUMBERED = re.compile(r"\w\W+\d+(?!\w)")
# Letters of no script stand for digits of names while sentences are cleaned.
_NO_DIGITS = {ord(str(digit)): 0xE000 + digit for digit in range(10)}
_DIGITS_AGAIN = {letter: digit for digit, letter in _NO_DIGITS.items()}
# "920 samples from 918 biological units": how many units they are of.
_OF_UNITS = re.compile(
    r"(?P<samples>\b(?:samples?|rows?)\b),? (?:come )?(?:of|from) [\d,]+ (?:biological )?units?\b"
)
# Where hardly any unit has two rows, samples are worth as many as there are units.
_WORTH = re.compile(r"(?P<about>\bworth about) [\d,]*\d")
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
        summary = summary.model_copy(update={"samples_alone": tells_of_repeats(summary, cells)})
        summary = released_interpretation(_without_shares(summary), cells)
        summary = released_scores(summary, cells)
        prose = _Prose(cells, _totals(summary), _numbered_names(summary), summary.samples_alone)
        copy = _without_small_counts(summary, prose)
        assert isinstance(copy, StudySummary)
        if summary.interpretation is None:
            return copy
        # Groups of training samples have nothing to do with the number of test samples.
        totals = _totals(summary.model_copy(update={"split": None}))
        prose = replace(prose, totals=(*totals, *_sizes(summary)[:1]))
        inside = _without_small_counts(summary.interpretation, prose)
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
        totals |= {summary.sheet.samples}
        # A number of units beside that of the samples of a class would tell as much.
        totals |= (
            {*summary.sheet.class_samples.values()}
            if summary.samples_alone
            else {summary.sheet.units}
        )
    return tuple(sorted({*totals, *_sizes(summary)}))


def _sizes(summary: StudySummary) -> tuple[int, ...]:
    """Return the sizes of the training and the test set that the report prints."""
    split = summary.split
    return split_sizes(split, samples_alone=summary.samples_alone) if split is not None else ()


def _numbered_names(summary: StudySummary) -> tuple[str, ...]:
    """Return names of columns with a number in them that is no count: "marker 3"."""
    columns = summary.imported.columns if summary.imported is not None else ()
    return tuple(column.name for column in columns if _NUMBERED.search(column.name))


@dataclass(frozen=True)
class _Prose:
    """How sentences of other stages are cleaned.

    Attributes:
        cells: Rule for small counts.
        totals: Numbers of samples and units that the report prints.
        names: Names with numbers in them that are no counts.
        samples_alone: Whether numbers of units beside those of samples go.
    """

    cells: SmallCells
    totals: tuple[int, ...]
    names: tuple[str, ...]
    samples_alone: bool = False

    def cleaned(self, text: str, *, counts_alone: bool) -> str:
        """Return a sentence without small counts; names stay as they are."""
        folded = text.casefold()
        for name in self.names if re.search(r"\d", text) else ():
            if name.casefold() in folded:
                whole = rf"(?<!\w){re.escape(name)}(?!\w)"
                text = re.sub(whole, lambda m: m[0].translate(_NO_DIGITS), text, flags=re.I)
        if self.samples_alone:
            text = _OF_UNITS.sub(r"\g<samples>", text)
            text = _WORTH.sub(rf"\g<about> ({HIDDEN})", text)
        shown = self.cells.text(text, self.totals, counts_alone=counts_alone)
        return shown.translate(_DIGITS_AGAIN)


def _without_small_counts(record: Record, prose: _Prose, *, counts_alone: bool = False) -> Record:
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
        return prose.cleaned(text, counts_alone=counts_alone and name != "own")

    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(record, SanityRecord):
            continue  # its sentence is about the method ("eight samples"), not about the data
        if isinstance(value, Record):
            changes[name] = _without_small_counts(value, prose, counts_alone=counts_alone)
        elif isinstance(value, str) and name in PROSE:
            changes[name] = cleaned(value, name)
        elif isinstance(value, tuple) and value and isinstance(value[0], Record):
            changes[name] = tuple(
                _without_small_counts(item, prose, counts_alone=counts_alone) for item in value
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
