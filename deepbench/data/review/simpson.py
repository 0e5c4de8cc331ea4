"""Features whose association with the outcome turns round inside the values of a column.

Simpson 1951 (doi:10.1111/j.2517-6161.1951.tb00088.x): over all samples a feature is higher in one
class, yet inside every site it is lower. The direction over all samples then comes from the
differences between sites. Looked for by correlation, over all samples and after the mean of each
value of the column was taken off (analysis of covariance); what remains is tested on ranks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import rankdata
from scipy.stats import t as student

from deepbench.data.findings.base import numeric_names
from deepbench.data.review.columns import ReviewColumn
from deepbench.data.samples import AllSamples

_LEVEL = 0.01
_LEAST_CORRELATION = 0.1
_SLACK = 0.5
_MOST_CLASSES = 10
_MOST_STRATA = 20
_LEAST_IN_STRATUM = 4
_BLOCK_CELLS = 4_000_000

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Reversal:
    """A feature whose association turns round.

    Attributes:
        feature: Its name.
        target: The class that it goes with over all samples, or "" for a measured outcome.
        pooled: Rank correlation over all samples.
        within: Rank correlation inside the values of the column.
        p: The larger of both p-values, times the number of comparisons.
    """

    feature: str
    target: str
    pooled: float
    within: float
    p: float


@dataclass(frozen=True)
class _Table:
    """Rows to compare: units where all is the same in all rows of a unit, else samples.

    Attributes:
        rows: (m, n) what turns values of samples into values of rows.
        targets: (m, q) what the features may go with.
        names: Names of the targets.
        strata: (m,) codes from 0.
        independent: Number of units.
    """

    rows: csr_array
    targets: Matrix
    names: tuple[str, ...]
    strata: NDArray[np.int64]
    independent: int


def reversals(samples: AllSamples, column: ReviewColumn, comparisons: int = 1) -> list[Reversal]:
    """Return the features that turn round inside the values of a column, the surest first.

    Args:
        samples: Samples.
        column: Batch, site and the like; one with more than 20 values is not looked at.
        comparisons: Number of columns that are looked at in all.
    """
    table = _table(samples, column)
    if table is None:
        return []
    names = numeric_names(samples.features)
    tests = max(1, len(names)) * table.targets.shape[1] * comparisons
    found: dict[str, Reversal] = {}
    for feature, target, values in _candidates(samples, names, table, tests):
        reversal = _tested(table, feature, target, values, tests)
        if reversal is not None and (feature not in found or reversal.p < found[feature].p):
            found[feature] = reversal
    return sorted(found.values(), key=lambda reversal: reversal.p)


def _table(samples: AllSamples, column: ReviewColumn) -> _Table | None:
    """Return what is compared; None if fewer than two values of the column could tell."""
    classes = samples.info.classes
    if column.levels > _MOST_STRATA or len(classes) > _MOST_CLASSES:
        return None
    known = np.flatnonzero(column.codes >= 0)
    units = np.unique(samples.units[known], return_inverse=True)[1]
    first = np.unique(units, return_index=True)[1]
    outcome, strata = samples.outcome[known], column.codes[known]
    by_unit = (outcome[first][units] == outcome).all() and (strata[first][units] == strata).all()
    groups = units if by_unit else np.arange(len(known))
    weights = (1.0 / np.bincount(groups))[groups]
    shape = (int(groups.max(initial=-1)) + 1, len(samples))
    rows = csr_array((weights, (groups, known)), shape=shape)
    if by_unit:
        outcome, strata = outcome[first], strata[first]
    strata = np.unique(strata, return_inverse=True)[1].astype(np.int64)
    targets, names = _targets(outcome, classes)
    table = _Table(rows, targets, names, strata, len(first))
    return table if len(_telling(table, targets[:, 0])) > 1 or len(names) > 1 else None


def _targets(
    outcome: NDArray[np.int64] | NDArray[np.float64], classes: tuple[str, ...]
) -> tuple[Matrix, tuple[str, ...]]:
    if not classes:
        return rankdata(outcome)[:, None], ("",)
    shown = (1,) if len(classes) == 2 else range(len(classes))
    columns = [(outcome == code).astype(np.float64) for code in shown]
    return np.stack(columns, axis=1), tuple(classes[code] for code in shown)


def _telling(table: _Table, target: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Return the rows of each value of the column inside which the target differs."""
    parts = (np.flatnonzero(table.strata == s) for s in range(int(table.strata.max()) + 1))
    return [rows for rows in parts if len(rows) >= _LEAST_IN_STRATUM and np.ptp(target[rows]) > 0]


def _candidates(
    samples: AllSamples, names: list[str], table: _Table, tests: int
) -> Iterator[tuple[str, int, NDArray[np.float64]]]:
    """Yield features whose plain correlations differ in sign: name, target, (m,) values.

    Gaps are filled with the median here, and left out of the test. A correlation of values far
    below what the test of ranks asks for is not looked at again.
    """
    height = table.rows.shape[0]
    least = _SLACK * max(_LEAST_CORRELATION, _needed(table.independent - 2, tests))
    step = max(1, _BLOCK_CELLS // max(1, len(samples)))
    pooled_targets = _standard(table.targets)
    inner_targets = _standard(_inside(table.targets, table.strata))
    for start in range(0, len(names), step):
        block = samples.features[names[start : start + step]].to_numpy(dtype=np.float64)
        gaps = np.isnan(block)
        values = _of_rows(table, block, gaps)
        filled = _filled(values) if gaps.any() else values
        pooled = _standard(filled).T @ pooled_targets / height
        inner = _standard(_inside(filled, table.strata)).T @ inner_targets / height
        large = np.minimum(np.abs(pooled), np.abs(inner)) >= least
        for place, target in np.argwhere((pooled * inner < 0) & large):
            yield names[start + int(place)], int(target), values[:, place]


def _filled(values: Matrix) -> Matrix:
    """Return the values with the median of each column where there is none."""
    middle = np.zeros(values.shape[1])
    some = ~np.isnan(values).all(axis=0)
    middle[some] = np.nanmedian(values[:, some], axis=0)
    return np.where(np.isnan(values), middle, values)


def _of_rows(table: _Table, block: Matrix, gaps: NDArray[np.bool_]) -> Matrix:
    """Return (m, q) means of the values that are there, NaN where there is none."""
    if not gaps.any():
        return np.asarray(table.rows @ block)
    sums = np.asarray(table.rows @ np.where(gaps, 0.0, block))
    present = np.asarray(table.rows @ (~gaps).astype(np.float64))
    means: Matrix = np.divide(sums, present, out=np.full_like(sums, np.nan), where=present > 0)
    return means


def _inside(values: Matrix, strata: NDArray[np.int64]) -> Matrix:
    """Return the values without the mean of each value of the column."""
    counts = np.bincount(strata)
    n = len(strata)
    member = csr_array((np.ones(n), (strata, np.arange(n))), shape=(len(counts), n))
    means = np.asarray(member @ values) / counts[:, None]
    return np.asarray(values - means[strata])


def _standard(values: Matrix) -> Matrix:
    """Return columns of mean 0 and variance 1; 0 for what does not differ."""
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    scale = np.maximum(np.abs(values).max(axis=0, initial=0.0), 1.0) * 1e-12
    found: Matrix = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > scale)
    return found


def _tested(
    table: _Table, feature: str, target: int, values: NDArray[np.float64], tests: int
) -> Reversal | None:
    present = ~np.isnan(values)
    part = _Table(
        table.rows,
        table.targets[present],
        table.names,
        np.unique(table.strata[present], return_inverse=True)[1].astype(np.int64),
        table.independent,
    )
    ranks, goal = rankdata(values[present]), part.targets[:, target]
    pooled = _correlation(ranks, goal)
    inner_ranks = _inside(ranks[:, None], part.strata)[:, 0]
    within = _correlation(inner_ranks, _inside(goal[:, None], part.strata)[:, 0])
    if pooled * within >= 0 or min(abs(pooled), abs(within)) < _LEAST_CORRELATION:
        return None
    independent = min(part.independent, int(present.sum()))
    strata = int(part.strata.max()) + 1
    p = tests * max(_chance(pooled, independent - 2), _chance(within, independent - strata - 1))
    if p >= _LEVEL or not _mostly(part, ranks, goal, np.sign(within)):
        return None
    return Reversal(feature, table.names[target], pooled, within, p)


def _mostly(
    part: _Table, ranks: NDArray[np.float64], goal: NDArray[np.float64], sign: float
) -> bool:
    """Whether at least two values of the column, and most of them, show this direction."""
    signs = [np.sign(_correlation(ranks[rows], goal[rows])) for rows in _telling(part, goal)]
    agreeing = sum(bool(found == sign) for found in signs)
    return agreeing >= 2 and 2 * agreeing > len(signs)


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    x, y = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / spread if spread > 0 else 0.0


def _needed(degrees: int, tests: int) -> float:
    """Return the smallest correlation that so many comparisons leave significant."""
    if degrees < 1:
        return 1.0
    t = float(student.isf(_LEVEL / (2 * tests), degrees))
    return t / float(np.sqrt(degrees + t * t))


def _chance(correlation: float, degrees: int) -> float:
    """Return the two-sided p-value of a correlation (Student's t)."""
    if degrees < 1:
        return 1.0
    rest = max(1e-300, 1 - correlation**2)
    return float(2 * student.sf(abs(correlation) * np.sqrt(degrees / rest), degrees))
