"""What "where it fails" says in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepbench.data.findings.base import percent
from deepbench.data.wording import counted, in_sentence, noun, with_minus
from deepbench.interpretation.conformal import smallest_rate
from deepbench.interpretation.held_out import HeldOut
from deepbench.interpretation.sample_groups import LEAST_UNITS
from deepbench.interpretation.slices import LEAST_UNITS_OF_ALL
from deepbench.interpretation.worst_samples import list_is_cut
from deepbench.study.records import (
    AbstainPoint,
    ConformalRecord,
    ErrorGroupRecord,
    FailuresRecord,
    Score,
    WorstSamplesRecord,
)

_MOST_NAMED = 5
_HALF = 0.5

_OVERALL = "On held-out predictions of {samples}, the chosen model, {model}, {verb} {error}."
_MARKED = "It does worse for {group}: {error} ({samples}), {rest} elsewhere ({p})."
_MORE_MARKED = "{more} in which it does worse stand in the table."
_NONE_MARKED = (
    "In none of the {groups} looked at does it do worse beyond chance. That is no proof that it "
    "does equally well in all: the intervals say what small groups leave open."
)
_MARKS = (
    "Groups overlap (a site may have older patients), so a group that is marked need not be the "
    "reason. Marks allow for all {groups} that were looked at."
)
_TOO_SMALL = (
    "{values} of a column {verb} fewer than {least} units, too few to tell; {they} put "
    "together with others or left out."
)
_NO_GROUPS = "No column divides these samples into groups of {least} units or more."
_SLICE = (
    "The program's own search found a slice on one half of the units, and on the other half it "
    "held: {rule}, {error} ({samples}), {rest} elsewhere ({p})."
)
_NO_SLICE = (
    "The program's own search for slices, such as two conditions together, found none that held "
    "on units that had no say in finding it."
)
_FEW_FOR_SLICES = (
    "Slices are not searched for with {units}: one found on half of them could hardly be tested "
    "on the other half ({least} are needed)."
)
_SUSPECTS = (
    "{count} may have a wrong {what}: the model contradicts what is written. Some are "
    "the model's own errors, or rare cases. Look at the list; leave nothing out because of it "
    "alone."
)
_UNLIKE = (
    "{count} {verb} unlike what the model learned from; its answers for such cannot be trusted."
)
_TWINS = "{count} {verb} nearly the same as another with a different outcome."
_ABSTAIN = "If it answered only for the surest {share} of samples, {error} there instead of {all}."
_ABSTAIN_NO_HELP = (
    "Where the model is surer it is hardly more often right: holding back the unsure half would "
    "change little ({error} instead of {all})."
)
_NO_ABSTAIN = "There are too few samples to say what holding back unsure answers would win."
_SETS = (
    "Sets of classes that may miss {rate} of samples held the truth for {coverage}; {single} of "
    "samples got a single class, and {size:.1f} classes is the mean."
)
_INTERVALS = (
    "Intervals that may miss {rate} of samples held the truth for {coverage}; they reach {width} "
    "to either side of the prediction."
)
_CANNOT = "With {units} {of} no error rate below {least} can be kept, whatever the model: {what}."
_NO_ENDS = "smaller ones would need intervals without an end"
_KEPT_IN = "at smaller ones that class is in every set"
_PROMISE = (
    "That holds for new samples from where these came from, not for another site or another kind "
    "of sample."
)


@dataclass(frozen=True)
class Told:
    """What sentences need beside the record.

    Attributes:
        title: Name of the model.
        error_rate: Error rate that the plan asks for.
        too_small: Values of columns with too few units.
    """

    title: str
    error_rate: float
    too_small: int


def failure_sentences(
    record: FailuresRecord, held: HeldOut, worst: WorstSamplesRecord, told: Told
) -> tuple[str, ...]:
    """Return all sentences.

    Args:
        record: All numbers.
        held: Held-out samples.
        worst: The list of samples.
        told: Name of the model, and what the plan asks.
    """
    is_share = not held.is_regression
    sentences = [
        _overall(record, told.title, is_share),
        *_groups(record, told, is_share),
        *_slices(record, is_share),
        *_samples(record, worst, is_share),
        list_is_cut(worst),
        _abstain(record, is_share),
        *_conformal(record, held, told),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def _overall(record: FailuresRecord, title: str, is_share: bool) -> str:
    return _OVERALL.format(
        samples=_size(record.samples, record.units),
        model=in_sentence(title),
        verb="is wrong for" if is_share else "is off by a mean of",
        error=_score(record.error, is_share),
    )


# --- groups and slices ----------------------------------------------------------------------


def _groups(record: FailuresRecord, told: Told, is_share: bool) -> list[str]:
    looked_at = counted(len(record.groups), "group")
    small = (
        _TOO_SMALL.format(
            values=counted(told.too_small, "value"),
            verb=noun(told.too_small, "has", "have"),
            least=LEAST_UNITS,
            they=noun(told.too_small, "it was", "they were"),
        )
        if told.too_small
        else ""
    )
    if not record.groups:
        return [_NO_GROUPS.format(least=LEAST_UNITS), small]
    found = [group for group in record.groups if group.marked]
    if not found:
        return [_NONE_MARKED.format(groups=looked_at), small]
    sentences = [
        _MARKED.format(group=f"{group.column}: {group.group}", **_compared(group, is_share))
        for group in found[:_MOST_NAMED]
    ]
    if len(found) > _MOST_NAMED:
        more = counted(len(found) - _MOST_NAMED, "more group")
        sentences.append(_MORE_MARKED.format(more=more))
    together = len(record.groups) + len(record.slices)
    return [*sentences, _MARKS.format(groups=f"{together:,}"), small]


def _slices(record: FailuresRecord, is_share: bool) -> list[str]:
    if record.units < LEAST_UNITS_OF_ALL:
        units = counted(record.units, "unit")
        return [_FEW_FOR_SLICES.format(units=units, least=LEAST_UNITS_OF_ALL)]
    found = [slice_ for slice_ in record.slices if slice_.marked]
    if not found:
        return [_NO_SLICE]
    return [_SLICE.format(rule=item.group, **_compared(item, is_share)) for item in found]


def _compared(group: ErrorGroupRecord, is_share: bool) -> dict[str, str]:
    return {
        "error": f"{_score(group.rate, is_share)}{' wrong' if is_share else ' off'}",
        "samples": _size(group.samples, group.units),
        "rest": _error(group.rest, is_share),
        "p": _chance(group.p_value),
    }


# --- single samples -------------------------------------------------------------------------


def _samples(record: FailuresRecord, worst: WorstSamplesRecord, is_share: bool) -> list[str]:
    suspects, unlike = record.label_suspects, record.out_of_distribution
    twins = record.near_duplicates
    return [
        _SUSPECTS.format(
            count=_size(suspects, len({w.unit for w in worst.samples if w.label_suspect})),
            what="label" if is_share else "value",
        )
        if suspects
        else "",
        _UNLIKE.format(count=counted(unlike, "sample"), verb=noun(unlike, "is", "are"))
        if unlike
        else "",
        _TWINS.format(count=counted(twins, "sample"), verb=noun(twins, "is", "are"))
        if twins
        else "",
    ]


# --- abstaining and sets --------------------------------------------------------------------


def _abstain(record: FailuresRecord, is_share: bool) -> str:
    if len(record.abstain) < 2:
        return _NO_ABSTAIN
    everyone = record.abstain[0]
    half = min(record.abstain, key=lambda point: abs(point.answered - _HALF))
    values = {"error": _wrong(half.error, is_share), "all": _error(everyone.error.value, is_share)}
    if not _helps(half, everyone):
        return _ABSTAIN_NO_HELP.format(**values)
    return _ABSTAIN.format(share=percent(half.answered), **values)


def _helps(half: AbstainPoint, everyone: AbstainPoint) -> bool:
    """Whether the surest half has clearly fewer errors: all of its interval is below the mean."""
    high, mean = half.error.high, everyone.error.value
    return high is not None and mean is not None and high < mean


def _wrong(score: Score, is_share: bool) -> str:
    text = _error(score.value, is_share)
    return f"{text} would be wrong" if is_share else f"it would be off by a mean of {text}"


def _conformal(record: FailuresRecord, held: HeldOut, told: Told) -> list[str]:
    classes = len(held.info.classes)
    asked = [
        item
        for item in record.conformal
        if item.error_rate == told.error_rate and (not classes or item.size < classes)
    ]
    sentences = [_said(item) for item in asked]
    if asked:
        sentences.append(_PROMISE)
    return [*sentences, _limits(held, told, bool(asked))]


def _said(item: ConformalRecord) -> str:
    coverage = _score(item.coverage, is_share=True)
    if item.single is None:
        return _INTERVALS.format(
            rate=percent(item.error_rate), coverage=coverage, width=_number(item.half_width)
        )
    return _SETS.format(
        rate=percent(item.error_rate),
        coverage=coverage,
        single=percent(item.single),
        size=item.size,
    )


def _limits(held: HeldOut, told: Told, shown: bool) -> str:
    """Say which error rates cannot be kept, if that of the plan or 5 % is among them."""
    if held.is_regression:
        units, of, what = held.number_of_units, "in all", _NO_ENDS
    else:
        sizes = [
            (len(np.unique(held.units[held.codes == code])), name)
            for code, name in enumerate(held.info.classes)
            if (held.codes == code).any()
        ]
        units, name = min(sizes)
        of, what = f"of '{name}'", _KEPT_IN
    least = smallest_rate(units)
    if shown and least <= min(told.error_rate, 0.05):
        return ""
    return _CANNOT.format(units=counted(units, "unit"), of=of, least=percent(least), what=what)


# --- numbers --------------------------------------------------------------------------------


def _size(samples: int, units: int) -> str:
    """Return how many samples, and of how many units where these are fewer."""
    text = counted(samples, "sample")
    return text if samples == units else f"{text} of {counted(units, 'unit')}"


def _error(value: float | None, is_share: bool) -> str:
    if value is None:
        return "–"
    return percent(value) if is_share else _number(value)


def _number(value: float | None) -> str:
    return "–" if value is None else with_minus(f"{value:.3g}")


def _score(score: Score, is_share: bool) -> str:
    text = _error(score.value, is_share)
    if score.low is None or score.high is None:
        return text
    ends: Sequence[str] = [_error(score.low, is_share), _error(score.high, is_share)]
    return f"{text} (95 % interval {ends[0]} to {ends[1]})"


def _chance(p: float | None) -> str:
    if p is None:
        return "p not available"
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
