"""How far several rankings of the same features agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]

# A rank correlation of fewer features says nothing.
_FEWEST = 3


def rank_correlation(a: Floats, b: Floats) -> float | None:
    """Return Spearman's correlation over the features that at least one of the two uses.

    None with fewer than three such features, and where all weigh the same.
    """
    return mean_rank_correlation(np.stack([a, b]))


def mean_rank_correlation(rankings: Floats) -> float | None:
    """Return the mean Spearman correlation of all pairs of rankings.

    Over features used in at least one of them; None where there is nothing to compare.

    Args:
        rankings: (r, p) importances.
    """
    used = rankings[:, (rankings > 0.0).any(axis=0)]
    if len(used) < 2 or used.shape[1] < _FEWEST:
        return None
    ranks = rankdata(used, axis=1)
    ranks = ranks[ranks.std(axis=1) > 0.0]
    if len(ranks) < 2:
        return None
    return float(np.corrcoef(ranks)[np.triu_indices(len(ranks), 1)].mean())


def mean_shared(rankings: Floats, top: int) -> float | None:
    """Return how many of the most important features two rankings share, mean over all pairs.

    Args:
        rankings: (r, p) importances.
        top: How many features of each are looked at.
    """
    if len(rankings) < 2 or (rankings > 0.0).sum(axis=1).min() < top:
        return None
    order = np.argsort(-rankings, axis=1, kind="stable")[:, :top]
    is_top = np.zeros(rankings.shape)
    np.put_along_axis(is_top, order, 1.0, axis=1)
    return float((is_top @ is_top.T)[np.triu_indices(len(rankings), 1)].mean())


def mean_of_known(values: list[float | None]) -> float | None:
    """Return the mean of the values that are there."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
