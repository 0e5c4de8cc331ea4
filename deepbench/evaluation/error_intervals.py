"""How exact an error rate is: intervals over units that never shrink to a point.

Shares: Jeffreys' interval (Brown, Cai & DasGupta 2001, doi 10.1214/ss/1009213286), with as many
samples as the units are worth (the design effect) and as models fitted on each other's samples
leave (`deepbench.evaluation.dependence`). It has a width also where nothing or everything is
wrong. Means of absolute errors: the ratio of unit totals with its standard error, on the
logarithmic scale, with a quantile of Student's t for the units there are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta
from scipy.stats import t as student

from deepbench.evaluation.class_intervals import design_effect
from deepbench.study.records import Score

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_LEVEL = 0.95
_PRIOR = 0.5


def share_score(counts: NDArray[np.bool_], units: Codes, dependence: float) -> Score:
    """Return the share of samples that count, with its interval.

    Args:
        counts: (n,) whether a sample counts; at least one sample.
        units: (n,) codes of the biological unit.
        dependence: Factor of the variance.
    """
    share = float(counts.mean())
    worth = len(counts) / (design_effect(counts, units) * dependence)
    yes, no = share * worth + _PRIOR, (1 - share) * worth + _PRIOR
    low, high = (float(beta.ppf((1 + side * _LEVEL) / 2, yes, no)) for side in (-1, 1))
    return Score(
        value=share,
        low=0.0 if share == 0 else min(low, share),
        high=1.0 if share == 1 else max(high, share),
    )


def mean_score(values: Floats, units: Codes, dependence: float) -> Score:
    """Return the mean of values that are not negative, with its interval.

    Without limits where there are fewer than two units, or the mean is 0.

    Args:
        values: (n,) values; at least one.
        units: (n,) codes of the biological unit.
        dependence: Factor of the variance.
    """
    mean = float(values.mean())
    unit = np.unique(units, return_inverse=True)[1]
    sizes = np.bincount(unit)
    count = len(sizes)
    if count < 2 or mean <= 0:
        return Score(value=mean)
    off = np.bincount(unit, weights=values) - mean * sizes
    variance = count / (count - 1) * float(off @ off) / len(values) ** 2 * dependence
    reach = float(student.ppf((1 + _LEVEL) / 2, count - 1)) * np.sqrt(variance) / mean
    # A reach beyond this says nothing any more, and would overflow.
    reach = min(float(reach), 50.0)
    return Score(value=mean, low=mean * float(np.exp(-reach)), high=mean * float(np.exp(reach)))


def error_score(error: Floats, units: Codes, dependence: float, *, is_share: bool) -> Score:
    """Return the error rate with its interval: a share of wrong answers, or a mean error.

    Args:
        error: (n,) 1 for a wrong answer, or absolute errors.
        units: (n,) codes of the biological unit.
        dependence: Factor of the variance.
        is_share: Whether errors are wrong answers.
    """
    if is_share:
        return share_score(error > 0, units, dependence)
    return mean_score(error, units, dependence)
