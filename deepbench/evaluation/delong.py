"""DeLong's variance of the AUROC, and its interval on the logit scale.

DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837, doi 10.2307/2531595, computed by
midranks as in Sun & Xu (2014), IEEE Signal Processing Letters 21:1389, doi
10.1109/LSP.2014.2337313. Rows of one biological unit are not independent; with `units` the
variance is that of Obuchowski (1997), Biometrics 53:567, doi 10.2307/2533958, which is DeLong's
when every unit has one row. Rows that several models predicted, one outer fold each, are compared
within the folds; the sums run over all of them.

At an AUROC of exactly 0 or 1 the variance is 0 and the logit infinite. The open limit is then
that of Newcombe (2006), Statistics in Medicine 25:559, doi 10.1002/sim.2324: the AUROC that
lies just z standard errors away, by a Hanley-McNeil variance. It depends on the numbers of
units alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.ranking import Floats, Outcome

Codes = NDArray[np.int64]


def delong_variance(
    y: Outcome,
    score: Floats,
    units: Codes | None = None,
    folds: Codes | None = None,
) -> tuple[float, float]:
    """AUROC and its variance.

    Args:
        y: (n,) 1 for positive, 0 for negative.
        score: (n,) higher means more likely positive.
        units: (n,) code of the biological unit; None if each row is one.
        folds: (n,) code of the model that predicted the row: only rows of the same model are
            compared, and each pair weighs the same. None if one model predicted all.

    Returns:
        AUROC (NaN without a pair of both classes), and variance (NaN with fewer than two units
        that have a positive row, or fewer than two that have a negative one).
    """
    positive = np.asarray(y == 1)
    compared = in_pairs(positive, folds)
    if not compared or not np.isfinite(score).all():
        return float("nan"), float("nan")
    pairs = float(sum(positive[rows].sum() * (~positive[rows]).sum() for rows in compared))
    won = 0.0
    share, weight = np.zeros(len(score)), np.zeros(len(score))
    for rows in compared:
        up, down = rows[positive[rows]], rows[~positive[rows]]
        ranks = rankdata(score[rows])
        of_up, of_down = ranks[positive[rows]], ranks[~positive[rows]]
        share[up] = (of_up - rankdata(score[up])) / len(down)
        share[down] = 1 - (of_down - rankdata(score[down])) / len(up)
        weight[up], weight[down] = len(down) / pairs, len(up) / pairs
        won += float(share[up].mean()) * len(up) * len(down)
    auroc = won / pairs
    used = np.concatenate(compared)
    deviation = ((share - auroc) * weight)[used]
    unit = used if units is None else units[used]
    unit = np.unique(unit, return_inverse=True)[1]
    return auroc, _variance(positive[used], unit, deviation)


def in_pairs(positive: NDArray[np.bool_], folds: Codes | None) -> list[Codes]:
    """Rows of each fold that holds both positive and negative rows."""
    fold = np.zeros(len(positive), np.int64) if folds is None else folds
    found = (np.flatnonzero(fold == each) for each in np.unique(fold))
    return [rows for rows in found if positive[rows].any() and not positive[rows].all()]


def _variance(positive: NDArray[np.bool_], unit: Codes, deviation: Floats) -> float:
    """Sum the deviations within units, separately for positive and negative rows, and combine."""
    total = int(unit.max()) + 1
    of_positive = np.bincount(unit, weights=deviation * positive, minlength=total)
    of_negative = np.bincount(unit, weights=deviation * ~positive, minlength=total)
    with_positive = len(np.unique(unit[positive]))
    with_negative = len(np.unique(unit[~positive]))
    if min(with_positive, with_negative) < 2:
        return float("nan")
    variance = (
        with_positive / (with_positive - 1) * (of_positive**2).sum()
        + with_negative / (with_negative - 1) * (of_negative**2).sum()
        + 2 * total / (total - 1) * (of_positive * of_negative).sum()
    )
    return max(float(variance), 0.0)


def delong_interval(
    y: Outcome,
    score: Floats,
    level: float = 0.95,
    units: Codes | None = None,
    folds: Codes | None = None,
    dependence: float = 1.0,
) -> Interval:
    """AUROC with its interval on the logit scale, so that the limits stay between 0 and 1.

    Limits are NaN where the variance is (see `delong_variance`). Scores that are all equal
    have an AUROC of 0.5 whatever the sample, and both limits are 0.5.

    Args:
        y: (n,) 1 for positive, 0 for negative.
        score: (n,) higher means more likely positive.
        level: Coverage aimed for.
        units: (n,) code of the biological unit; None if each row is one.
        folds: (n,) code of the model that predicted the row; None if one predicted all.
        dependence: Factor of the variance (see `shown_intervals`).
    """
    auroc, variance = delong_variance(y, score, units, folds)
    z = float(norm.ppf((1 + level) / 2))
    if np.isnan(variance):
        return Interval(auroc, float("nan"), float("nan"))
    if auroc in (0.0, 1.0):
        unit = np.arange(len(score)) if units is None else units
        farthest = _farthest_from_one(
            len(np.unique(unit[y == 1])), len(np.unique(unit[y != 1])), z * np.sqrt(dependence)
        )
        return Interval(1.0, farthest, 1.0) if auroc else Interval(0.0, 0.0, 1 - farthest)
    half_width = z * np.sqrt(variance * dependence) / (auroc * (1 - auroc))
    low, high = expit(logit(auroc) + np.array([-half_width, half_width]))
    return Interval(auroc, float(low), float(high))


def _farthest_from_one(m: int, n: int, z: float) -> float:
    """Smallest AUROC that an observed 1 is not more than z standard errors away from."""

    def excess(a: float) -> float:
        pairs = 1 + ((m + n) / 2 - 1) * ((1 - a) / (2 - a) + a / (1 + a))
        return float((1 - a) * m * n - z**2 * a * pairs)

    return float(brentq(excess, 0.0, 1.0))
