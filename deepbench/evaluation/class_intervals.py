"""Intervals of metrics of the classes said: balanced accuracy, MCC, F1, accuracy.

A bootstrap of few samples fails where it is needed most: with every sample of a class right there
is nothing to resample, and the interval has no width. Here each class's shares of the classes
said for it are drawn from a Dirichlet distribution around what was seen (Jeffreys' prior for the
share predicted rightly; Brown, Cai & DasGupta 2001, doi 10.1214/ss/1009213286), at the class
sizes that were seen, and the percentiles of the metric over the draws are the limits. Rows of a
unit count for fewer: a class's number of rows is divided by its design effect, the ratio of the
variance of the share over units to that over rows (Kish 1965), which with few units shrinks
towards "the rows of a unit say no more than one".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.bootstrap import Interval, percentile_interval
from deepbench.evaluation.metrics import Metric
from deepbench.evaluation.ranking import Floats

Codes = NDArray[np.int64]

# Units of a class at which the observed design effect counts as much as the largest possible one.
_HALF_TRUST = 5.0
_PRIOR = 0.5


def drawn_tables(
    y: Codes, said: Codes, classes: int, units: Codes, *, dependence: float, draws: int, seed: int
) -> Floats:
    """Draw tables of true class by class said.

    Args:
        y: (n,) class codes.
        said: (n,) codes of the classes said.
        classes: Number of classes K.
        units: (n,) code of the biological unit.
        dependence: Factor of all variances (see `shown_intervals`).
        draws: Number of draws B.
        seed: Seed of the draws.

    Returns:
        (B, K * K) shares of all rows, true class by true class.
    """
    rng = np.random.default_rng(seed)
    tables = np.zeros((draws, classes, classes))
    for k in np.unique(y):
        rows = np.flatnonzero(y == k)
        counts = np.bincount(said[rows], minlength=classes).astype(np.float64)
        counts /= design_effect(said[rows] == k, units[rows]) * dependence
        prior = np.full(classes, _PRIOR / max(classes - 1, 1))
        prior[k] = _PRIOR
        tables[:, k] = rng.dirichlet(counts + prior, draws) * len(rows) / len(y)
    return tables.reshape(draws, classes**2)


def design_effect(right: NDArray[np.bool_], units: Codes) -> float:
    """By how much several rows per unit swell the variance of a share; between 1 and their number.

    Args:
        right: (n,) whether a row counts.
        units: (n,) code of the biological unit.
    """
    unit = np.unique(units, return_inverse=True)[1]
    per_unit = np.bincount(unit).astype(np.float64)
    total, count = len(right), len(per_unit)
    largest = total / count
    if largest == 1:
        return 1.0
    share = right.mean()
    effect = largest
    if 0 < share < 1 and count > 1:
        deviation = np.bincount(unit, weights=right) - share * per_unit
        variance = count / (count - 1) * (deviation**2).sum() / total**2
        effect = float(np.clip(variance * total / (share * (1 - share)), 1.0, largest))
    trust = count / (count + _HALF_TRUST)
    return float(effect**trust * largest ** (1 - trust))


def class_interval(metric: Metric, value: float, tables: Floats) -> Interval:
    """Score with its interval from drawn tables (B, K * K); see `drawn_tables`."""
    classes = round(np.sqrt(tables.shape[1]))
    true, said = np.divmod(np.arange(classes**2), classes)
    values = metric.weighted(true, np.eye(classes)[said], tables)
    low, high = percentile_interval(values)
    return Interval(value, min(low, value), max(high, value), len(tables))
