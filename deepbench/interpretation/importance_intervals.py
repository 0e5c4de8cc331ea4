"""The interval of an importance: over biological units, and over fits to other samples.

An importance is a mean over folds, and folds share most of their fit samples, so that their
spread says too little. Its variance is that of the corrected resampled t-test: (1/J + q) S², with
S² the variance of the values of J folds and q the number of samples explained for each fit sample
(Nadeau and Bengio 2003, doi:10.1023/A:1024068626366), on J - 1 degrees of freedom. Folds differ
by the samples explained, by the samples fitted on and by the random start, so S² holds all three.
It is never taken to be less than the variance over units drawn alone, for the fits as they are.

What the interval is of: the importance that this kind of model, fitted to other samples of the
same population, as many as a fold has, shows on new samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

Floats = NDArray[np.float64]

LEVEL = 0.95


def interval_of_means(
    folds: Floats, variances: Floats, share: float, more: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return the (p,) lower and upper ends of the 95 % intervals of means over folds.

    Args:
        folds: (J, p) importances in each fold.
        variances: (J, p) their variances over units; NaN where a fold has but one unit.
        share: q, samples explained for each fit sample.
        more: (R, p) importances in folds of other repeats, which only say how far folds spread.
    """
    means = folds.mean(axis=0)
    every = folds if more is None else np.vstack([folds, more])
    count = len(every)
    by_units = np.nan_to_num(variances).sum(axis=0) / len(folds) ** 2
    by_folds = (1.0 / count + share) * every.var(axis=0, ddof=1) if count > 1 else by_units
    width = student.ppf(0.5 + LEVEL / 2, max(count - 1, 1)) * np.sqrt(
        np.maximum(by_folds, by_units)
    )
    return np.maximum(means - width, 0.0), means + width
