"""Outcome that goes with the time of collection: what looks like biology may be the calendar.

A file that is merely sorted by class is no news and nothing is said about its row order here.
Dates are; numbers in the names of samples are mentioned, as they may be mere bookkeeping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.label_tests import (
    cramers_v,
    cross_table,
    eta_squared,
    group_difference_p,
    independence_p,
)
from deepbench.data.findings.order_axes import Axis, axes, rows_for_order
from deepbench.data.findings.order_tests import free_order, outcome_trend
from deepbench.data.findings.rank_tests import feature_aurocs
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten
from deepbench.seeds import derive_seed
from deepbench.study.records import FindingRecord, Severity

LEVEL = 0.001
NOTABLE = 0.04
_STRONG = 0.25
_NOTABLE_V = 0.3
_STRONG_V = 0.5


@dataclass(frozen=True)
class _Tie:
    """How the outcome goes with an order: how strongly (0 to 1), whether much, and in words."""

    strong: bool
    words: str


class OutcomeAndOrder(Finding):
    """Asks whether dates, or numbers in names, tell the outcome."""

    kind: ClassVar[str] = "outcome and order"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding per order of the samples."""
        rows = rows_for_order(samples)
        found = []
        for axis in axes(samples, context):
            if axis.kind == "rows":
                continue
            known = rows[~np.isnan(axis.position[rows])]
            part = axis.take(known)
            seed = derive_seed(context.seed, self.kind, axis.where)
            tie = _tie(samples, known, part, seed)
            if tie is not None:
                found.append(_RECORDS[axis.kind](self.kind, axis, tie, samples.info.column))
        return found


def _tie(samples: AllSamples, rows: NDArray[np.int64], axis: Axis, seed: int) -> _Tie | None:
    outcome = samples.outcome[rows]
    classes = bool(samples.info.classes)
    trend = outcome_trend(axis.position, outcome, axis.strata, classes)
    if trend.p_value < LEVEL and trend.share >= NOTABLE:
        return _Tie(trend.share >= _STRONG, _trend_words(samples, rows, axis, trend.share))
    return _by_day(axis, outcome, classes, seed) if axis.kind == "dates" else None


def _trend_words(samples: AllSamples, rows: NDArray[np.int64], axis: Axis, share: float) -> str:
    if samples.info.task != "binary":
        return f"they share {100 * share:.0f} % of their variance, in ranks"
    order = free_order(axis.position, axis.strata)
    place = axis.position if order is None else order.place
    auroc = float(feature_aurocs(place[:, None], samples.outcome[rows] == 1)[0][0])
    name = shorten(samples.info.classes[1 if auroc >= 0.5 else 0])
    return f"'{name}' is mostly late, AUROC {max(auroc, 1 - auroc):.2f}"


def _by_day(
    axis: Axis, outcome: NDArray[np.int64] | NDArray[np.float64], classes: bool, seed: int
) -> _Tie | None:
    """Compare the outcome between days, as classes may take turns from day to day."""
    days = pd.factorize(axis.position)[0].astype(np.int64)
    number = int(days.max(initial=-1)) + 1
    if not 2 <= number <= len(days) / 3:
        return None
    if classes:
        codes = pd.factorize(outcome)[0].astype(np.int64)
        strength = cramers_v(cross_table(days, codes))
        p = independence_p(days, codes, seed) if strength >= _NOTABLE_V else 1.0
        what = f"Cramér's V between day and class {strength:.2f}"
    else:
        values = outcome.astype(np.float64)
        strength = float(np.sqrt(eta_squared(days, values)))
        p = group_difference_p(days, values, seed) if strength >= _NOTABLE_V else 1.0
        what = f"days explain {100 * strength**2:.0f} % of its variance"
    return _Tie(strength >= _STRONG_V, what) if p < LEVEL else None


def _of_dates(kind: str, axis: Axis, tie: _Tie, outcome: str) -> FindingRecord:
    severity: Severity = "serious" if tie.strong else "warning"
    used = " The column is used as a feature." if axis.is_feature else ""
    first = (
        f'Take it out of the features: date = "{axis.column}" under [roles].'
        if axis.is_feature
        else "Were the groups collected at different times, no statistics can repair it."
    )
    return FindingRecord(
        kind=kind,
        severity=severity,
        where=axis.where,
        message=(
            f"The outcome '{shorten(outcome)}' goes with {axis.title} ({tie.words}). Whatever "
            "changed over time (reagents, staff, instrument) may pass for the outcome."
            f"{used}"
        ),
        hint=(
            f"{first} Look whether each period holds all classes, and train on the past to test "
            "on the latest samples (design under [split])."
        ),
        columns=(axis.column,),
    )


def _of_numbers(kind: str, axis: Axis, tie: _Tie, outcome: str) -> FindingRecord:
    return FindingRecord(
        kind=kind,
        severity="info",
        where=axis.where,
        message=(f"The outcome '{shorten(outcome)}' goes with {axis.title} ({tie.words})."),
        hint=(
            "If samples were numbered after they had been sorted, this means nothing. If they "
            "were numbered as they were collected or measured, the classes were measured at "
            "different times: then name the batches or dates under [roles]."
        ),
        columns=(axis.column,),
    )


_RECORDS = {"dates": _of_dates, "numbers": _of_numbers}
