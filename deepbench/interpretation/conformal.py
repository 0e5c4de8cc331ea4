"""Prediction sets that miss at most a chosen share, from held-out predictions.

Cross-conformal prediction (Vovk 2015, doi 10.1007/s10472-013-9368-4) and, for numbers, intervals
from held-out residuals, whose theory is that of CV+ (Barber, Candès, Ramdas & Tibshirani 2021, doi
10.1214/20-AOS1965): whatever the model, a new sample from where the others came from is missed in
at most twice the chosen share of cases, and in practice in about that share. A class belongs to a
set unless its probability is lower than it is for all but the chosen share of units of that class
(label-conditional, or a rare class would be left out of all sets unpunished). The samples of a
unit count as one together.

Here each tuning fold is given sets by the scores of the other folds, and what is reported is how
many of them hold the truth. The probabilities are calibrated for all folds together, as those of
the final model are: a calibration of each fold by the others would stretch each differently, and
in a simulated table with a strong signal sets for 10 % then missed 21 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.error_intervals import mean_score, share_score
from deepbench.interpretation.held_out import HeldOut
from deepbench.study.records import ConformalRecord

USUAL_RATES = (0.05, 0.2)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Scores:
    """Scores of samples whose truth is known, ascending, with the weights of all from each on.

    Attributes:
        scores: (m,) the larger, the less the truth was expected.
        above: (m + 1,) weight of the scores from each place on; the last is 0.
        units: Number of units.
    """

    scores: Floats
    above: Floats
    units: int

    @classmethod
    def of(cls, scores: Floats, units: Codes) -> _Scores:
        unit = np.unique(units, return_inverse=True)[1]
        sizes = np.bincount(unit)
        order = np.argsort(scores, kind="stable")
        weights = (1.0 / sizes[unit])[order]
        return cls(scores[order], np.append(np.cumsum(weights[::-1])[::-1], 0.0), len(sizes))

    def p_values(self, scores: Floats) -> Floats:
        """Return shares of units with a score at least as large, the new one counted in."""
        reached = self.above[np.searchsorted(self.scores, scores, side="left")]
        found: Floats = (1.0 + reached) / (1.0 + self.units)
        return found

    def limit(self, rate: float) -> float | None:
        """Return the largest score that is still in a set; None if none can be kept out."""
        if _kept(np.array(smallest_rate(self.units)), rate):
            return None
        inside = _kept((1.0 + self.above[:-1]) / (1.0 + self.units), rate)
        return float(self.scores[inside][-1])


def _kept(p_values: Floats, rate: float) -> Bools:
    """Return which p-values put a class into the set; equal up to rounding does not."""
    return np.asarray(p_values > rate + 1e-12)


def conformal_records(held: HeldOut, rates: tuple[float, ...]) -> tuple[ConformalRecord, ...]:
    """Return what sets hold at each error rate, the smallest rate first.

    For numbers, rates are left out that are too small for the number of units: their interval
    would have no end.

    Args:
        held: Held-out samples.
        rates: Shares that may be missed.
    """
    make = _intervals if held.is_regression else _sets
    found = (make(held, rate) for rate in sorted(set(rates)))
    return tuple(record for record in found if record is not None)


def smallest_rate(units: int) -> float:
    """Return the smallest error rate that so many units allow to keep."""
    return 1.0 / (units + 1.0)


def _sets(held: HeldOut, rate: float) -> ConformalRecord | None:
    codes, rows = held.codes, np.arange(len(held))
    inside = np.ones(held.one_scale.shape, dtype=bool)
    for fold in np.unique(held.folds):
        here, others = held.folds == fold, held.folds != fold
        for code in range(held.one_scale.shape[1]):
            known = others & (codes == code)
            if known.any():
                scores = _Scores.of(1.0 - held.one_scale[known, code], held.units[known])
                inside[here, code] = _kept(scores.p_values(1.0 - held.one_scale[here, code]), rate)
    hit, sizes = inside[rows, codes], inside.sum(axis=1)
    by_class, limits = [], []
    for code, name in enumerate(held.info.classes):
        known = codes == code
        if known.any():
            by_class.append((name, float(hit[known].mean())))
            scores = _Scores.of(1.0 - held.one_scale[known, code], held.units[known])
            limit = scores.limit(rate)
            limits.append((name, 0.0 if limit is None else max(0.0, 1.0 - limit)))
    return ConformalRecord(
        error_rate=rate,
        coverage=share_score(hit, held.units, held.dependence),
        size=float(sizes.mean()),
        single=float((sizes == 1).mean()),
        by_class=tuple(by_class),
        least_probability=tuple(limits),
    )


def _intervals(held: HeldOut, rate: float) -> ConformalRecord | None:
    hit, width = np.zeros(len(held), dtype=bool), np.zeros(len(held))
    for fold in np.unique(held.folds):
        here, others = held.folds == fold, held.folds != fold
        limit = _Scores.of(held.error[others], held.units[others]).limit(rate)
        if limit is None:
            return None
        hit[here], width[here] = held.error[here] <= limit, 2.0 * limit
    return ConformalRecord(
        error_rate=rate,
        coverage=share_score(hit, held.units, held.dependence),
        size=mean_score(width, held.units, held.dependence).value or 0.0,
        single=None,
        half_width=_Scores.of(held.error, held.units).limit(rate),
    )
