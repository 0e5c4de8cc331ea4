"""Tables of labels against labels: association, and what chance would give.

Cramér's V is bias-corrected as in Bergsma 2013 (doi:10.1016/j.jkss.2012.10.002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import chi2

_SMALL_EXPECTED = 5.0
_PERMUTATIONS = 1_999


def cross_table(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the counts of each pair of codes; codes from 0, none missing."""
    height = int(rows.max()) + 1
    width = int(columns.max()) + 1
    counts = np.bincount(rows * width + columns, minlength=height * width)
    return counts.reshape(height, width).astype(np.int64)


def chi_square(table: NDArray[np.int64]) -> float:
    """Return Pearson's chi-square (no continuity correction) of a table without empty lines."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(((table - expected) ** 2 / expected).sum())


def cramers_v(table: NDArray[np.int64]) -> float:
    """Return the bias-corrected Cramér's V, from 0 (none) to 1."""
    n = int(table.sum())
    r, k = table.shape
    if n < 2 or min(r, k) < 2:
        return 0.0
    phi2 = max(0.0, chi_square(table) / n - (r - 1) * (k - 1) / (n - 1))
    rows = r - (r - 1) ** 2 / (n - 1)
    columns = k - (k - 1) ** 2 / (n - 1)
    smaller = min(rows - 1, columns - 1)
    return float(min(1.0, np.sqrt(phi2 / smaller))) if smaller > 0 else 0.0


def independence_p(rows: NDArray[np.int64], columns: NDArray[np.int64], seed: int) -> float:
    """Return the p-value of independence: chi-square, or by permutation if cells are small."""
    table = cross_table(rows, columns)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = chi_square(table)
    if expected.min() >= _SMALL_EXPECTED:
        degrees = (table.shape[0] - 1) * (table.shape[1] - 1)
        return float(chi2.sf(statistic, degrees))
    generator = np.random.default_rng(seed)
    as_extreme = sum(
        chi_square(cross_table(generator.permutation(rows), columns)) >= statistic - 1e-9
        for _ in range(_PERMUTATIONS)
    )
    return (1 + as_extreme) / (1 + _PERMUTATIONS)


def eta_squared(groups: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """Return the share of the variance of the values that lies between groups."""
    counts = np.bincount(groups)
    means = np.bincount(groups, weights=values) / np.maximum(counts, 1)
    deviations = values - values.mean()
    total = float(deviations @ deviations)
    between = float((counts * (means - values.mean()) ** 2).sum())
    return between / total if total > 0 else 0.0


def group_difference_p(groups: NDArray[np.int64], values: NDArray[np.float64], seed: int) -> float:
    """Return the permutation p-value of eta squared (no assumption on the values)."""
    generator = np.random.default_rng(seed)
    observed = eta_squared(groups, values)
    as_extreme = sum(
        eta_squared(groups, generator.permutation(values)) >= observed - 1e-12
        for _ in range(_PERMUTATIONS)
    )
    return (1 + as_extreme) / (1 + _PERMUTATIONS)


def indicator_tests(
    indicators: NDArray[np.bool_], groups: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Test many yes/no columns against one grouping at once.

    Args:
        indicators: (n, q); no column all true or all false.
        groups: (n,) codes from 0, each in use.

    Returns:
        (q,) Cramér's V without correction, (q,) p-values of the chi-square test.
    """
    n = len(indicators)
    counts = np.bincount(groups)
    one_hot = np.equal.outer(np.arange(len(counts)), groups).astype(np.float64)
    hits = one_hot @ indicators.astype(np.float64)
    rate = indicators.mean(axis=0)
    expected = counts[:, None] * rate
    statistic = ((hits - expected) ** 2 / (expected * (1 - rate))).sum(axis=0)
    return np.sqrt(statistic / n), chi2.sf(statistic, len(counts) - 1)


def log_chance_of_rule(levels: int, class_counts: NDArray[np.int64], errors: int) -> float:
    """Return an upper bound of the log probability that labels follow a rule by chance.

    The rule gives each of ``levels`` values one class. Of all orders of the labels, at most
    k^levels · C(n, errors) · (k − 1)^errors follow some rule with so many exceptions.

    Args:
        levels: Number of different values of the column.
        class_counts: (k,) samples per class.
        errors: Number of exceptions.
    """
    counts = class_counts[class_counts > 0]
    n, k = int(counts.sum()), len(counts)
    orders = gammaln(n + 1) - gammaln(counts + 1).sum()
    exceptions = gammaln(n + 1) - gammaln(errors + 1) - gammaln(n - errors + 1)
    rules = levels * np.log(k) + exceptions + (errors * np.log(k - 1) if k > 1 else 0.0)
    return float(min(0.0, rules - orders))


def log_chance_of_constant_groups(
    group_sizes: NDArray[np.int64], class_counts: NDArray[np.int64]
) -> float:
    """Return the log probability that groups of these sizes are each of one class by chance.

    Groups are taken as independent draws without replacement; those of one sample say nothing.
    """
    n = int(class_counts.sum())
    sizes, how_many = np.unique(group_sizes[group_sizes > 1], return_counts=True)
    total = 0.0
    for size, number in zip(sizes, how_many, strict=True):
        able = class_counts[class_counts >= size]
        if not len(able):
            return -np.inf
        ways = gammaln(able + 1) - gammaln(able - size + 1)
        every = gammaln(n + 1) - gammaln(n - size + 1)
        total += number * float(np.logaddexp.reduce(ways - every))
    return total
