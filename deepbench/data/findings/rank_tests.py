"""How well one feature alone tells the outcome, for all features at once, and what noise reaches.

Everything is computed on ranks (Mann and Whitney 1947, doi:10.1214/aoms/1177730491; Spearman
1904, doi:10.2307/1412159), so no scale or outlier matters.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import norm, rankdata
from scipy.stats import t as student_t

_BLOCK_CELLS = 4_000_000
_EXACT_PAIRS = 4_000


def feature_aurocs(
    X: NDArray[np.float64], positive: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the AUROC of each column as a score for the positive class.

    Args:
        X: (n, p) values, NaN = missing (left out of its column).
        positive: (n,) whether the sample is of the positive class.

    Returns:
        (p,) AUROCs (NaN where a class has no value), (p,) positives and (p,) negatives with a
        value.
    """
    p = X.shape[1]
    aurocs = np.empty(p)
    positives = np.empty(p, dtype=np.int64)
    negatives = np.empty(p, dtype=np.int64)
    width = max(1, _BLOCK_CELLS // max(1, len(X)))
    for first in range(0, p, width):
        part = slice(first, first + width)
        block = X[:, part]
        present = ~np.isnan(block)
        # Missing values are ranked last, which leaves the ranks of the others as they are.
        ranks = rankdata(np.where(present, block, np.inf), axis=0)
        n1 = (present & positive[:, None]).sum(axis=0)
        n0 = (present & ~positive[:, None]).sum(axis=0)
        total = np.where(present & positive[:, None], ranks, 0.0).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            aurocs[part] = (total - n1 * (n1 + 1) / 2) / (n1 * n0)
        positives[part] = n1
        negatives[part] = n0
    return aurocs, positives, negatives


def feature_spearmans(
    X: NDArray[np.float64], outcome: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (p,) Spearman correlations of each column with the outcome, and (p,) counts."""
    present = ~np.isnan(X)
    counts = present.sum(axis=0).astype(np.int64)
    rhos = np.full(X.shape[1], np.nan)
    whole = np.flatnonzero(counts == len(X))
    width = max(1, _BLOCK_CELLS // max(1, len(X)))
    for first in range(0, len(whole), width):
        columns = whole[first : first + width]
        rhos[columns] = _correlations(rankdata(X[:, columns], axis=0), rankdata(outcome))
    for column in np.flatnonzero((counts < len(X)) & (counts > 2)):
        rows = present[:, column]
        ranks = rankdata(X[rows, column])[:, None]
        rhos[column] = _correlations(ranks, rankdata(outcome[rows]))[0]
    return rhos, counts


def _correlations(X: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = X - X.mean(axis=0)
    target = y - y.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        rhos: NDArray[np.float64] = (target @ centred) / np.sqrt(
            (centred**2).sum(axis=0) * (target @ target)
        )
    return rhos


@lru_cache(maxsize=256)
def _tail_counts(n1: int, n0: int) -> tuple[int, ...]:
    """Return how many of the C(n1+n0, n1) orders give U = 0, 1, …, n1·n0 // 2.

    Coefficients of the Gaussian binomial (Mann and Whitney's recursion in closed form).
    """
    size = n1 * n0 // 2 + 1
    counts = [0] * size
    counts[0] = 1
    for i in range(1, n1 + 1):
        for u in range(size - 1, n0 + i - 1, -1):
            counts[u] -= counts[u - n0 - i]
        for u in range(i, size):
            counts[u] += counts[u - i]
    return tuple(counts)


def auroc_chance(auroc: float, n1: int, n0: int) -> float:
    """Return the probability that a feature of pure noise is as far from 0.5, on either side.

    Exact for up to 4,000 pairs (no ties), else by the normal approximation.

    Args:
        auroc: The AUROC reached.
        n1: Number of positive units.
        n0: Number of negative units.
    """
    if not n1 or not n0:
        return 1.0
    distance = max(auroc, 1 - auroc)
    if n1 * n0 <= _EXACT_PAIRS:
        low = int(np.floor((1 - distance) * n1 * n0 + 1e-9))
        counts = _tail_counts(n1, n0)
        tail = sum(counts[: low + 1]) / comb(n1 + n0, n1)
        return float(min(1.0, 2 * tail))
    spread = np.sqrt((n1 + n0 + 1) / (12 * n1 * n0))
    return float(min(1.0, 2 * norm.sf((distance - 0.5) / spread)))


def best_noise_auroc(features: int, n1: int, n0: int) -> float:
    """Return the AUROC that the best of so many noise features reaches half of the time."""
    spread = np.sqrt((n1 + n0 + 1) / (12 * n1 * n0))
    quantile = 0.5 ** (1 / features)
    return float(min(1.0, 0.5 + spread * norm.isf((1 - quantile) / 2)))


def spearman_chance(rho: float, n: int) -> float:
    """Return the two-sided chance of so strong a correlation of noise (t approximation)."""
    if n < 4:
        return 1.0
    if abs(rho) >= 1:
        return float(2 * np.exp(-gammaln(n + 1)))  # one order in each direction of all n!
    statistic = abs(rho) * np.sqrt((n - 2) / (1 - rho**2))
    return float(2 * student_t.sf(statistic, n - 2))


def separation_of_classes(
    values: NDArray[np.float64], outcome: NDArray[np.int64]
) -> tuple[float, float]:
    """Return how well a feature separates three or more classes along its scale.

    The classes are put in the order of their median ranks, and each is compared with the next.

    Args:
        values: (n,) values, none missing.
        outcome: (n,) class codes.

    Returns:
        The smallest AUROC between neighbours, and the smallest chance of one of them.
    """
    ranks = rankdata(values)
    classes = sorted(np.unique(outcome), key=lambda c: float(np.median(ranks[outcome == c])))
    aurocs = []
    chances = []
    for lower, upper in pairwise(classes):
        rows = (outcome == lower) | (outcome == upper)
        auroc, n1, n0 = feature_aurocs(values[rows, None], outcome[rows] == upper)
        aurocs.append(float(auroc[0]))
        chances.append(auroc_chance(float(auroc[0]), int(n1[0]), int(n0[0])))
    return min(aurocs), min(chances)


def rank_variance_explained(
    X: NDArray[np.float64], outcome: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return (p,) share of the possible variance of ranks that lies between the classes.

    It is 1 where the classes do not overlap: n ranks have a sum of squares of (n³ − n) / 12, and
    those of a stretch of n_c ranks are inside the class. Missing values are ranked last.
    """
    counts = np.bincount(outcome).astype(np.float64)
    inside = (counts**3 - counts).sum() / (float(len(outcome)) ** 3 - len(outcome))
    ranks = rankdata(np.where(np.isnan(X), np.inf, X), axis=0)
    deviations = ranks - ranks.mean(axis=0)
    between = np.zeros(X.shape[1])
    for code in np.flatnonzero(counts):
        between += counts[code] * deviations[outcome == code].mean(axis=0) ** 2
    total = (deviations**2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        explained: NDArray[np.float64] = between / total / (1 - inside)
    return explained
