"""Whether something goes with the order of the samples, once classes, sites and batches are out.

All tests are partial correlations with the rank of the place in the order: the place and the
values are freed of what the strata (and a measured outcome) explain, and what is left is
correlated. In a table sorted by class, that leaves the order inside the classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_distribution
from scipy.stats import rankdata
from scipy.stats import t as student_t

_BLOCK_CELLS = 4_000_000
_LEAST_LEFT = 0.05  # of the order: less cannot be told from the strata
_LEAST_FREEDOM = 10
_LARGEST = 3.0
_NOTHING = 1e-9
_PERMUTATIONS = 999
_LEAST_LOSS = 0.2

Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class OutcomeTrend:
    """How the outcome goes with the order.

    Attributes:
        share: Share of the order's variance that the outcome explains, 0 to 1.
        p_value: Of an F test on ranks.
    """

    share: float
    p_value: float


@dataclass(frozen=True)
class FreeOrder:
    """The order as far as it is not explained by strata.

    Attributes:
        place: (n,) rank of the place, freed of the strata and scaled to length 1.
        basis: (n, k) orthonormal basis of what was taken out.
        left: Share of the variance of the places that is left.
    """

    place: Matrix
    basis: Matrix
    left: float

    @property
    def freedom(self) -> int:
        """Degrees of freedom of a correlation with the place."""
        return int(len(self.place) - self.basis.shape[1] - 1)


def strata_of(*groupings: Codes) -> Codes:
    """Return (n,) codes of the combinations of several groupings."""
    joint = np.stack(groupings, axis=1)
    return np.unique(joint, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def basis_of(strata: Codes, measured: Matrix | None = None) -> Matrix:
    """Return an orthonormal basis of the strata, and of a measured outcome's rank and square."""
    columns = [np.equal.outer(strata, np.unique(strata)).astype(np.float64)]
    if measured is None:
        # Strata do not overlap, so that their columns are orthogonal as they are.
        found: Matrix = columns[0] / np.sqrt(columns[0].sum(axis=0))
        return found
    ranks = rankdata(measured) / len(measured) - 0.5
    columns.append(np.stack([ranks, ranks**2, ranks**3], axis=1))
    left, sizes, _ = np.linalg.svd(np.hstack(columns), full_matrices=False)
    return left[:, sizes > _NOTHING * sizes[0]]


def free_order(
    position: Matrix, strata: Codes, measured: Matrix | None = None
) -> FreeOrder | None:
    """Return the order freed of strata, or None if too little of it is left to test.

    Args:
        position: (n,) places, none missing.
        strata: (n,) codes.
        measured: (n,) outcome of a regression, or None.
    """
    basis = basis_of(strata, measured)
    ranks = rankdata(position)
    ranks -= ranks.mean()
    rest = _freed(ranks[:, None], basis)[:, 0]
    total = float(ranks @ ranks)
    length = float(rest @ rest)
    free = FreeOrder(rest / max(np.sqrt(length), _NOTHING), basis, length / max(total, _NOTHING))
    return free if free.left >= _LEAST_LEFT and free.freedom >= _LEAST_FREEDOM else None


def _freed(X: Matrix, basis: Matrix) -> Matrix:
    return np.asarray(X - basis @ (basis.T @ X), dtype=np.float64)


def order_correlations(X: Matrix, *orders: FreeOrder) -> Matrix:
    """Return (orders, p) partial correlations of columns with orders; 0 where nothing is left.

    Values are standardised and cut at three standard deviations, so that one outlier does not
    decide; gaps count as the mean of their column.
    """
    found = np.zeros((len(orders), X.shape[1]))
    width = max(1, _BLOCK_CELLS // max(1, len(X)))
    for first in range(0, X.shape[1], width):
        block = standardised(X[:, first : first + width])
        lengths = np.einsum("ij,ij->j", block, block)
        for number, order in enumerate(orders):
            # What is left after the basis is taken out, without making it.
            explained = ((order.basis.T @ block) ** 2).sum(axis=0)
            left = np.sqrt(np.maximum(lengths - explained, 0.0))
            along = order.place @ block
            part = np.divide(along, left, out=np.zeros_like(along), where=left > 1e-4)
            found[number, first : first + width] = part
    return found


def rank_order_correlation(values: Matrix, order: FreeOrder) -> float:
    """Return the partial correlation of one column's ranks with the order."""
    present = ~np.isnan(values)
    ranks = np.where(present, rankdata(np.where(present, values, np.inf)), np.nan)
    return float(order_correlations(ranks[:, None], order)[0, 0])


def standardised(X: Matrix) -> Matrix:
    """Return columns of mean 0 and variance 1, cut at three, gaps as 0; constant ones are 0."""
    gaps = np.isnan(X)
    with_gaps = bool(gaps.any())
    counts = np.maximum(len(X) - gaps.sum(axis=0), 1) if with_gaps else len(X)
    values = np.where(gaps, 0.0, X) if with_gaps else X
    scale = np.maximum(np.abs(values).max(axis=0, initial=0.0), np.finfo(float).tiny)
    values = values / scale  # or huge values would overflow
    values -= values.sum(axis=0) / counts
    if with_gaps:
        values[gaps] = 0.0
    spread = np.sqrt(np.einsum("ij,ij->j", values, values) / counts)
    values /= np.where(spread > _NOTHING, spread, np.inf)
    return np.asarray(np.clip(values, -_LARGEST, _LARGEST, out=values), dtype=np.float64)


def correlation_chance(rho: float, freedom: int) -> float:
    """Return the two-sided chance of so strong a partial correlation of noise."""
    if abs(rho) >= 1 - 1e-12:
        return 0.0
    statistic = abs(rho) * np.sqrt(freedom / (1 - rho**2))
    return float(2 * student_t.sf(statistic, freedom))


def outcome_trend(
    position: Matrix, outcome: Matrix | Codes, strata: Codes, classes: bool
) -> OutcomeTrend:
    """Test whether the outcome goes with the order inside the strata.

    Args:
        position: (n,) places, none missing.
        outcome: (n,) class codes, or numbers.
        strata: (n,) codes of what else the order follows (sites, prefixes of names).
        classes: Whether the outcome holds class codes.
    """
    none = OutcomeTrend(0.0, 1.0)
    order = free_order(position, strata)
    if order is None:
        return none
    if classes:
        told = np.equal.outer(outcome, np.unique(outcome)).astype(np.float64)
    else:
        told = rankdata(outcome)[:, None]
    left, sizes, _ = np.linalg.svd(_freed(told, order.basis), full_matrices=False)
    directions = left[:, sizes > 1e-6 * max(float(sizes[0]), 1.0)]
    k = directions.shape[1]
    freedom = order.freedom + 1 - k
    if not k or freedom < _LEAST_FREEDOM:
        return none
    share = float(min(1.0, ((directions.T @ order.place) ** 2).sum()))
    ratio = (share / k) / max((1 - share) / freedom, 1e-15)
    return OutcomeTrend(share, float(f_distribution.sf(ratio, k, freedom)))


def neighbours_p(
    position: Matrix, outcome: Matrix | Codes, strata: Codes, classes: bool, seed: int
) -> float:
    """Return the p-value that neighbours in the order are no more alike in outcome than others.

    The statistic is the number of neighbours of one class, or the sum of products of ranks of
    neighbours; outcomes are permuted inside strata.
    """
    by_order = np.lexsort((position, strata))
    values = (
        pd.factorize(outcome[by_order])[0].astype(np.float64)
        if classes
        else rankdata(outcome[by_order]) - (len(outcome) + 1) / 2
    )
    sorted_strata = strata[by_order]
    neighbours = sorted_strata[1:] == sorted_strata[:-1]
    if neighbours.sum() < _LEAST_FREEDOM:
        return 1.0

    def alike(v: Matrix) -> float:
        pairs = v[1:] == v[:-1] if classes else v[1:] * v[:-1]
        return float(pairs[neighbours].sum())

    generator = np.random.default_rng(seed)
    observed = alike(values)
    as_high = 0
    for _ in range(_PERMUTATIONS):
        shuffled = np.lexsort((generator.random(len(values)), sorted_strata))
        as_high += alike(values[shuffled]) >= observed - 1e-9
    return (1 + as_high) / (1 + _PERMUTATIONS)


def is_monotone(values: Matrix, position: Matrix) -> bool:
    """Whether a column only rises, or only falls, along the order; gaps are passed over."""
    present = ~np.isnan(values)
    steps = np.diff(values[present][np.argsort(position[present], kind="stable")])
    return bool(len(steps) and ((steps >= 0).all() or (steps <= 0).all()) and steps.any())


def begins_anew(values: Matrix, position: Matrix, groups: Codes, strata: Codes) -> bool:
    """Whether a column follows the order inside each group, but hardly over all of them.

    That is what sorting does: by class first, then by the column. A drift goes on from class to
    class instead.

    Args:
        values: (n,) values, NaN = missing.
        position: (n,) places.
        groups: (n,) classes inside strata.
        strata: (n,) groups inside which the order counts.
    """
    present = ~np.isnan(values)
    ranks, places = values[present], position[present]
    inside = _rank_correlation_inside(ranks, places, groups[present])
    overall = _rank_correlation_inside(ranks, places, strata[present])
    return bool(overall * np.sign(inside) < abs(inside) - _LEAST_LOSS)


def _rank_correlation_inside(values: Matrix, position: Matrix, groups: Codes) -> float:
    """Return the mean of Spearman's correlations in groups, weighted by their size."""
    total = weight = 0.0
    for group in np.unique(groups):
        rows = groups == group
        size = int(rows.sum())
        if size < 3 or np.ptp(values[rows]) == 0 or np.ptp(position[rows]) == 0:
            continue
        ranks = rankdata(values[rows])
        total += size * float(np.corrcoef(ranks, rankdata(position[rows]))[0, 1])
        weight += size
    return total / weight if weight else 0.0


def counts_along(values: Matrix, position: Matrix) -> bool:
    """Whether a column rises by nearly equal steps, as a counter does and no measurement.

    Sorted draws stray from a straight line by a share of about 1/n of their variance or more.
    """
    present = ~np.isnan(values)
    n = int(present.sum())
    if n < _LEAST_FREEDOM or np.ptp(values[present]) == 0:
        return False
    correlation = np.corrcoef(values[present], rankdata(position[present]))[0, 1]
    return bool(1 - correlation**2 <= 0.2 / n)
