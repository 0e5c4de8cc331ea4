"""Where the chosen model fails, as pictures: errors by group, and what abstaining gains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbench.study.records import ErrorGroupRecord, FailuresRecord, Score
from deepbench_ui.models.failure_rows import group_name
from deepbench_ui.plots.figures import (
    Curve,
    CurvesFigure,
    DotIntervalFigure,
    DotRow,
    ReferenceLine,
)

TITLE = "Errors by group"
SENTENCE = (
    "Error on held-out samples in each group, with its 95 % interval over units. Groups that "
    "stand out after correction for all groups looked at are on top, with a band and a triangle."
)
SHOWN = "The first {shown} of {all} are drawn; the table below has all."
SHARE = "Wrong predictions (%)"
ALL, INTERVAL = "all samples", "95 % interval"
MARKED, NOT_MARKED = "▲ stands out", "does not"
MARK = "▲ {name}"
ABSTAIN_TITLE = "If the model may say “I do not know”"
ABSTAIN_SENTENCE = (
    "Only the surest samples get an answer: from right to left fewer are answered, and the error "
    "among them should fall. If it does not, the model does not know when it is wrong."
)
ANSWERED = "Samples that get an answer (%)"
AMONG = "Error among them"
EVERY = "all answered"

MOST_ROWS: Final = 24
_MOST_MARKERS: Final = 25


def groups_figure(
    record: FailuresRecord, groups: Sequence[ErrorGroupRecord], *, share: bool
) -> DotIntervalFigure | None:
    """Return errors by group; None without a group.

    Args:
        record: Where the model fails.
        groups: The groups to show, the first on top.
        share: Whether errors are shares of wrong predictions.
    """
    if not groups:
        return None
    scale = 100.0 if share else 1.0
    shown = groups[:MOST_ROWS]
    left = SHOWN.format(shown=len(shown), all=len(groups))
    several = {group.marked for group in shown} == {True, False}
    return DotIntervalFigure(
        title=TITLE,
        sentence=SENTENCE if len(shown) == len(groups) else f"{SENTENCE} {left}",
        rows=tuple(_row(group, scale) for group in shown),
        value_title=SHARE if share else _capital(record.error_name),
        interval_title=INTERVAL,
        use_titles=(("positive", MARKED), ("baseline", NOT_MARKED)) if several else (),
        reference=(
            ReferenceLine(scale * record.error.value, ALL)
            if record.error.value is not None
            else None
        ),
    )


def _row(group: ErrorGroupRecord, scale: float) -> DotRow:
    name, rate = group_name(group), group.rate
    return DotRow(
        MARK.format(name=name) if group.marked else name,
        _scaled(rate.value, scale),
        _scaled(rate.low, scale),
        _scaled(rate.high, scale),
        use="positive" if group.marked else "baseline",
        highlighted=group.marked,
    )


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else scale * value


def abstain_figure(record: FailuresRecord, *, share: bool) -> CurvesFigure | None:
    """Return the error against the share of samples answered; None with less than two points."""
    if len(record.abstain) < 2:
        return None
    scale = 100.0 if share else 1.0
    points = sorted(record.abstain, key=lambda point: point.answered)
    errors: list[Score] = [point.error for point in points]
    return CurvesFigure(
        title=ABSTAIN_TITLE,
        sentence=ABSTAIN_SENTENCE,
        curves=(
            Curve(
                AMONG,
                tuple(100.0 * point.answered for point in points),
                tuple(_scaled(error.value, scale) for error in errors),
                tuple(_scaled(error.low, scale) for error in errors),
                tuple(_scaled(error.high, scale) for error in errors),
                use="baseline",
                markers=len(points) <= _MOST_MARKERS,
            ),
        ),
        x_title=ANSWERED,
        y_title=SHARE if share else _capital(record.error_name),
        per_sample=False,
        horizontal=(
            ReferenceLine(scale * record.error.value, EVERY)
            if record.error.value is not None
            else None
        ),
        band_title=INTERVAL,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
