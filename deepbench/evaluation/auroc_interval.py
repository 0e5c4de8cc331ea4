"""The interval that is shown for the AUROC of two classes: a score interval.

The limits are the AUROCs a from which the observed one lies z standard errors away, the standard
error being that *at a*: a Hanley-McNeil variance by numbers of units, as in method 5 of Newcombe
(2006), Statistics in Medicine 25:559, doi 10.1002/sim.2324. Near 1 the observed variance is far
too small, or 0; the variance at the limit is not. That variance is right for one row per unit and
scores of one shape alone, so it is multiplied by what was observed: the ratio of Obuchowski's
(with one row per unit DeLong's) variance to it at the observed AUROC, on the log scale, with
weight k / (k + 8) for k units in the smaller class. With several rows per unit this shrinks
towards "five rows say no more than one". `python benchmarks/intervals.py` measures the coverage;
its table stands in `shown_intervals`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.delong import delong_variance, in_pairs
from deepbench.evaluation.ranking import Floats, Outcome

Codes = NDArray[np.int64]

# Units in the smaller class at which the observed variance counts as much as the expected one.
_HALF_TRUST = 8.0
# How far the observed variance may lie from the expected one, as a factor; rows of a unit that
# are independent divide it by their number.
_SMALLEST_FACTOR, _LARGEST_FACTOR = 0.5, 4.5


def auroc_interval(
    y: Outcome,
    score: Floats,
    units: Codes,
    folds: Codes | None = None,
    *,
    dependence: float = 1.0,
    level: float = 0.95,
) -> Interval:
    """AUROC with its score interval.

    Scores that are all equal have an AUROC of 0.5 whatever the sample, and both limits are 0.5.
    With fewer than two units in a class there are no limits.

    Args:
        y: (n,) 1 for positive, 0 for negative.
        score: (n,) higher means more likely positive.
        units: (n,) code of the biological unit.
        folds: (n,) code of the model that predicted the row: only rows of the same model are
            compared. None if one model predicted all.
        dependence: Factor of the variance (see `shown_intervals`).
        level: Coverage aimed for.
    """
    auroc, observed = delong_variance(y, score, units, folds)
    if np.isnan(observed):
        return Interval(auroc, float("nan"), float("nan"))
    if observed == 0 and 0 < auroc < 1:
        return Interval(auroc, auroc, auroc)
    spread = _spread_at(np.asarray(y == 1), units, folds)
    factor = float(norm.ppf((1 + level) / 2)) ** 2 * dependence
    if auroc == 1:
        return Interval(1.0, brentq(lambda a: 1 - a - factor * a * spread(a), 0.0, 1.0), 1.0)
    if auroc == 0:
        return Interval(0.0, 0.0, brentq(lambda a: a - factor * (1 - a) * spread(a), 0.0, 1.0))
    expected = auroc * (1 - auroc) * spread(auroc)
    factor *= _factor(observed / expected, y, units)

    def excess(a: float) -> float:
        return (a - auroc) ** 2 - factor * a * (1 - a) * spread(a)

    return Interval(auroc, brentq(excess, 0.0, auroc), brentq(excess, auroc, 1.0))


def _factor(observed_ratio: float, y: Outcome, units: Codes) -> float:
    """Observed over expected variance, kept in reason and trusted by the number of units."""
    smaller = min(len(np.unique(units[y == 1])), len(np.unique(units[y != 1])))
    rows_per_unit = len(units) / len(np.unique(units))
    kept = np.clip(observed_ratio, _SMALLEST_FACTOR / rows_per_unit, _LARGEST_FACTOR)
    return float(kept ** (smaller / (smaller + _HALF_TRUST)))


def _spread_at(
    positive: NDArray[np.bool_], units: Codes, folds: Codes | None
) -> Callable[[float], float]:
    """Variance that an AUROC a would have, over a (1 - a), by the units in the folds."""
    compared = in_pairs(positive, folds)
    rows = [(positive[part].sum(), (~positive[part]).sum()) for part in compared]
    share = np.array([up * down for up, down in rows], dtype=np.float64)
    share /= share.sum()
    up = np.array([len(np.unique(units[part[positive[part]]])) for part in compared])
    down = np.array([len(np.unique(units[part[~positive[part]]])) for part in compared])
    # Newcombe takes half of all units for both classes, so that neither shape is preferred.
    others = (up + down) / 2 - 1

    def spread(a: float) -> float:
        around = 1 + others * ((1 - a) / (2 - a) + a / (1 + a))
        return float((share**2 * around / (up * down)).sum())

    return spread
