"""Outcomes computed from a few columns: sums, products and ratios, and their thresholds.

A measured outcome is looked for by stepwise least squares (orthogonal matching pursuit: Pati,
Rezaiifar and Krishnaprasad 1993, doi:10.1109/ACSSC.1993.342465), on the values and, where all
are positive, on their logarithms, where products and ratios are sums. Classes are looked for as
thresholds of a sum, difference, product or ratio of two columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import beta as beta_distribution

from deepbench.data.findings.label_tests import log_chance_of_rule
from deepbench.data.findings.order_tests import standardised

_EXPLAINED = 0.998
_EXACT = 0.99999
_LARGEST_REST = 0.06
_MOST_TERMS = 4
_ALL_COLUMNS = 60
_CHANCE = np.log(0.001)
_LEAST_ROWS = 12
_PAIRED = 60
_MOST_ERRORS = 0.01
_NEAR_SHARE = 0.05
_LEAST_NEAR = 3
_WIDEST_MEETING = 0.55
_LEAST_PRESENT = 0.9
_TRIVIAL = 0.98
_SAME = 0.95

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Formula:
    """Columns that give the outcome, and how.

    Attributes:
        columns: Their numbers.
        kind: ``sum``, ``product``, or a form such as ``a / b``.
        explained: Share of the variance explained, or of the samples on the right side.
    """

    columns: tuple[int, ...]
    kind: str
    explained: float


# --- measured outcomes ----------------------------------------------------------------------


def find_formula(X: Matrix, outcome: Matrix) -> Formula | None:
    """Return the few columns whose sum or product is nearly the outcome; None if there are none.

    Args:
        X: (n, p) values, NaN = missing.
        outcome: (n,) numbers.
    """
    if len(outcome) < _LEAST_ROWS or not X.shape[1] or np.ptp(outcome) == 0:
        return None
    found = _stepwise(X, outcome, "sum")
    if found is None and (outcome > 0).all():
        with np.errstate(invalid="ignore"):
            positive = np.flatnonzero(~(np.nanmin(np.nan_to_num(X, nan=1.0), axis=0) <= 0))
        if len(positive):
            logs = _stepwise(np.log(X[:, positive]), np.log(outcome), "product")
            if logs is not None:
                found = Formula(
                    tuple(int(positive[i]) for i in logs.columns), logs.kind, logs.explained
                )
    return found or _all_together(X, outcome)


def _stepwise(X: Matrix, y: Matrix, kind: str) -> Formula | None:
    """Add the column that explains most of the rest, up to four; then drop what is not needed."""
    Z = standardised(X)
    # Columns with gaps are explained on the rows they have; many gaps rule them out.
    Z[:, np.isnan(X).mean(axis=0) > 1 - _LEAST_PRESENT] = 0.0
    lengths = np.sqrt(np.einsum("ij,ij->j", Z, Z))
    lengths[lengths < 1e-6] = np.inf
    rest = y - y.mean()
    chosen: list[int] = []
    for _ in range(_MOST_TERMS):
        along = np.abs(rest @ Z) / lengths
        along[chosen] = 0.0
        best = int(along.argmax())
        if along[best] == 0:
            return None
        chosen.append(best)
        explained, rest = _fit(X, y, chosen)
        if explained >= _EXPLAINED:
            break
    chosen = _needed(X, y, chosen)
    explained, rest = _fit(X, y, chosen)
    # One extreme sample that is extreme in both can make most of the variance: the usual sample
    # has to be explained as well.
    usual = np.median(np.abs(rest)) <= _LARGEST_REST * np.median(np.abs(y - np.median(y)))
    enough = explained >= _EXPLAINED and usual and len(chosen) > 1
    if not enough or _chance(explained, len(y), len(chosen), X.shape[1]) > _CHANCE:
        return None
    return Formula(tuple(chosen), kind, explained)


def _fit(X: Matrix, y: Matrix, columns: list[int]) -> tuple[float, Matrix]:
    """Return the share of variance explained by columns, and the rest; gaps explain nothing."""
    part = X[:, columns]
    whole = ~np.isnan(part).any(axis=1)
    rest = np.zeros(len(y))
    if whole.sum() < _LEAST_PRESENT * len(y):
        return 0.0, rest
    design = part[whole] - part[whole].mean(axis=0)
    design = design / np.maximum(np.abs(design).max(axis=0), np.finfo(float).tiny)
    target = y[whole] - y[whole].mean()
    weights = np.linalg.lstsq(design, target, rcond=None)[0]
    rest[whole] = target - design @ weights
    total = float(target @ target)
    return (1 - float(rest @ rest) / total if total > 0 else 0.0), rest


def _needed(X: Matrix, y: Matrix, chosen: list[int]) -> list[int]:
    """Drop columns one by one as long as the others explain as much as is asked."""
    while len(chosen) > 1:
        without = [[c for c in chosen if c != out] for out in chosen]
        best = max(without, key=lambda columns: _fit(X, y, columns)[0])
        if _fit(X, y, best)[0] < _EXPLAINED:
            break
        chosen = best
    return chosen


def _chance(explained: float, n: int, terms: int, columns: int) -> float:
    """Return the log of the expected number of sets of noise columns that explain as much.

    Of one set the share explained follows a beta distribution (terms/2, (n − 1 − terms)/2).
    """
    if n - 1 <= terms:
        return 0.0
    single = beta_distribution.logsf(explained, terms / 2, (n - 1 - terms) / 2)
    sets = gammaln(columns + 1) - gammaln(terms + 1) - gammaln(max(columns - terms, 0) + 1)
    return float(single + sets)


def _all_together(X: Matrix, y: Matrix) -> Formula | None:
    """Return all columns of a small table if their weighted sum is exactly the outcome."""
    varying = np.flatnonzero((~np.isnan(X)).all(axis=0) & (np.ptp(X, axis=0) > 0))
    if not 2 <= len(varying) <= min(_ALL_COLUMNS, len(y) // 3):
        return None
    explained, _ = _fit(X, y, list(varying))
    if explained < _EXACT or max(_fit(X, y, [int(i)])[0] for i in varying) >= _TRIVIAL:
        return None
    return Formula(tuple(int(i) for i in varying), "sum", explained)


# --- classes --------------------------------------------------------------------------------


def find_threshold(X: Matrix, outcome: NDArray[np.int64]) -> Formula | None:
    """Return two columns of which a simple combination is cut into the classes; else None.

    Pairs among the 60 columns that differ most between classes. The classes must meet without
    overlap where samples lie dense: two clusters with a gap between them are biology.

    Args:
        X: (n, p) values, NaN = missing.
        outcome: (n,) class codes.
    """
    if len(outcome) < _LEAST_ROWS or X.shape[1] < 2:
        return None
    best = _most_different(X, outcome)
    whole = ~np.isnan(X[:, best]).any(axis=1)
    if whole.mean() < _LEAST_PRESENT:
        best = best[(~np.isnan(X[:, best])).all(axis=0)]
        whole = np.ones(len(X), dtype=bool)
    if len(best) < 2 or len(np.unique(outcome[whole])) < 2:
        return None
    parts, codes = X[whole][:, best], np.unique(outcome[whole], return_inverse=True)[1]
    counts = np.bincount(codes)
    errors = int(_MOST_ERRORS * len(codes))
    tests = np.log(X.shape[1]) * 2 + np.log(6.0)
    if log_chance_of_rule(len(counts), counts, 0) + tests > _CHANCE:
        return None
    separating = _separating_pairs(parts, codes, errors)
    if _are_far_apart(parts, separating):
        return None
    for i, j, kind, values in separating:
        wrong = _wrong(values, codes)
        chance = log_chance_of_rule(len(counts), counts, wrong) + tests
        if wrong <= errors and chance <= _CHANCE and _meet(values, codes):
            return Formula((int(best[i]), int(best[j])), kind, 1 - wrong / len(codes))
    return None


def _separating_pairs(
    parts: Matrix, codes: NDArray[np.int64], errors: int
) -> list[tuple[int, int, str, Matrix]]:
    """Return pairs of columns, neither of which does it alone, that separate the classes."""
    alone = np.array([_separates(parts[:, i], codes, errors) for i in range(parts.shape[1])])
    return [
        (int(i), int(j), kind, values)
        for i, j in combinations(np.flatnonzero(~alone), 2)
        for kind, values in _combinations(parts[:, i], parts[:, j])
        if _separates(values, codes, errors)
    ]


def _are_far_apart(parts: Matrix, separating: list[tuple[int, int, str, Matrix]]) -> bool:
    """Whether pairs that have nothing in common separate the classes, so that no rule need.

    Columns that are nearly the same (one in other units) count as one.
    """
    if len(separating) < 2:
        return False
    same = np.abs(np.corrcoef(parts, rowvar=False)) > _SAME
    first = {*np.flatnonzero(same[separating[0][0]]), *np.flatnonzero(same[separating[0][1]])}
    return any(i not in first and j not in first for i, j, _, _ in separating)


def _most_different(X: Matrix, outcome: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the 60 columns whose class means differ most, in standard deviations."""
    shares = np.zeros(X.shape[1])
    width = max(1, 4_000_000 // max(1, len(X)))
    codes, counts = np.unique(outcome, return_inverse=True, return_counts=True)[1:]
    member = np.equal.outer(np.arange(len(counts)), codes) / counts[:, None]
    for first in range(0, X.shape[1], width):
        means = member @ standardised(X[:, first : first + width])
        shares[first : first + width] = counts @ means**2
    gaps = np.isnan(X).mean(axis=0)
    shares[gaps > 1 - _LEAST_PRESENT] = -1.0
    best = np.argsort(-shares, kind="stable")[:_PAIRED]
    return np.sort(best[shares[best] > 0]).astype(np.int64)


def _combinations(a: Matrix, b: Matrix) -> Iterator[tuple[str, Matrix]]:
    yield "a + b", a + b
    yield "a − b", a - b
    if a.min() > 0 and b.min() > 0:
        logs = np.log(a), np.log(b)
        yield "a / b", logs[0] - logs[1]
        yield "a × b", logs[0] + logs[1]
        yield "a / b²", logs[0] - 2 * logs[1]
        yield "b / a²", logs[1] - 2 * logs[0]


def _separates(values: Matrix, codes: NDArray[np.int64], errors: int) -> bool:
    """Whether classes could lie side by side but for so many exceptions at each border."""
    ends = []
    for code in range(int(codes.max()) + 1):
        own = values[codes == code]
        k = min(errors, (len(own) - 1) // 2)
        if k:
            cut = np.partition(own, (k, len(own) - 1 - k))
            ends.append((float(cut[k]), float(cut[len(own) - 1 - k])))
        else:
            ends.append((float(own.min()), float(own.max())))
    ends.sort()
    return all(low[1] < high[0] for low, high in pairwise(ends))


def _wrong(values: Matrix, codes: NDArray[np.int64]) -> int:
    """Return how many samples lie on the wrong side of the best thresholds between classes."""
    order = _classes_in_order(values, codes)
    wrong = 0
    for low, high in pairwise(order):
        below, above = np.sort(values[codes == low]), np.sort(values[codes == high])
        cuts = np.concatenate([below, above])
        over = len(below) - np.searchsorted(below, cuts, side="right")
        under = np.searchsorted(above, cuts, side="right")
        wrong += int((over + under).min())
    return wrong


def _classes_in_order(values: Matrix, codes: NDArray[np.int64]) -> list[int]:
    number = int(codes.max()) + 1
    return sorted(range(number), key=lambda c: float(np.median(values[codes == c])))


def _meet(values: Matrix, codes: NDArray[np.int64]) -> bool:
    """Whether neighbouring classes meet where samples lie dense, as only a rule cuts them.

    The nearest samples of both sides (a twentieth of them, three at least) must lie within half
    a standard deviation of the classes. Two noisy groups that do not overlap keep a distance.
    """
    order = _classes_in_order(values, codes)
    for low, high in pairwise(order):
        below, above = np.sort(values[codes == low]), np.sort(values[codes == high])
        near = [max(_LEAST_NEAR, int(_NEAR_SHARE * len(own))) for own in (below, above)]
        if near[0] > len(below) or near[1] > len(above):
            return False
        spread = np.sqrt((below.var() * len(below) + above.var() * len(above)) / (
            len(below) + len(above)
        ))  # fmt: skip
        if above[near[1] - 1] - below[-near[0]] > _WIDEST_MEETING * spread:
            return False
    return True
