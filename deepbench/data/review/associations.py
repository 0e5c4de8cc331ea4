"""How strongly the outcome goes with batch, site, date and the like, with intervals over units.

Every unit weighs the same, however many rows it has. Effect sizes: Cramér's V without its bias
(Bergsma 2013, doi:10.1016/j.jkss.2012.10.002) for labels against classes; epsilon squared of
Kruskal and Wallis (eta squared of ranks; Tomczak and Tomczak 2014) for an order against classes;
eta squared for labels against a measured outcome; Spearman's correlation for an order against it.
The interval is the percentile bootstrap over units, moved by the bootstrap's estimate of its own
bias (Efron and Tibshirani 1993, chapter 10), or shares that cannot be negative would start too
high.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import rankdata

from deepbench.data.review.columns import ReviewColumn, columns_to_review
from deepbench.data.review.exchange import Exchange
from deepbench.data.samples import AllSamples
from deepbench.seeds import derive_seed
from deepbench.study.records import AssociationRecord

#: Roles whose columns should have nothing to do with the outcome, or whose part in it is asked.
ROLES = ("batch", "operator", "site", "date", "timepoint", "sensitive")
CRAMERS_V = "Cramér's V"
EPSILON_SQUARED = "epsilon squared"
ETA_SQUARED = "eta squared"
SPEARMAN = "Spearman correlation"

_PERMUTATIONS = 999
_FEWER_PERMUTATIONS = 199
_MANY_ROWS = 20_000
_RESAMPLES = 1_000
_LEAST_RESAMPLES = 200
_RESAMPLE_CELLS = 20_000_000
_CHUNK_CELLS = 2_000_000
_LEAST_UNITS = 5
_LEVEL = 0.95
_TINY = 1e-12

Values = NDArray[np.int64] | NDArray[np.float64]
Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class _Pairing:
    """Rows of a column and the outcome, of which both are known.

    Attributes:
        measure: Name of the effect size.
        column: (n,) codes from 0, or ranks.
        outcome: (n,) codes from 0, or values or ranks.
        units: (n,) codes from 0.
        weights: (n,) so that each unit weighs 1.
    """

    measure: str
    column: Values
    outcome: Values
    units: NDArray[np.int64]
    weights: NDArray[np.float64]

    @property
    def number_of_units(self) -> int:
        return int(self.units.max()) + 1


def associations(
    samples: AllSamples, roles: Mapping[str, tuple[str, ...]], seed: int
) -> tuple[AssociationRecord, ...]:
    """Measure how strongly the outcome goes with each column.

    Columns with nearly as many values as units are left out: they say nothing.

    Args:
        samples: Samples.
        roles: Columns by role.
        seed: Seed of permutations and resamples.
    """
    found = []
    for column in columns_to_review(samples, roles, ROLES):
        pairing = _pairing(samples, column)
        if pairing is None:
            continue
        generator = np.random.default_rng(derive_seed(seed, "association", column.name))
        value, low, high = _estimate(pairing, generator)
        found.append(
            AssociationRecord(
                column=column.name,
                role=column.role,
                measure=pairing.measure,
                value=value,
                low=low,
                high=high,
                p=_p_value(pairing, generator),
                units=pairing.number_of_units,
            )
        )
    return tuple(found)


# --- what is compared -----------------------------------------------------------------------


def _pairing(samples: AllSamples, column: ReviewColumn) -> _Pairing | None:
    known = np.flatnonzero(column.codes >= 0)
    units = np.unique(samples.units[known], return_inverse=True)[1].astype(np.int64)
    outcome: Values = samples.outcome[known]
    values: Values = column.codes[known] if column.numbers is None else column.numbers[known]
    first = np.unique(units, return_index=True)[1]
    if _constant(values, units, first) and _constant(outcome, units, first):
        values, outcome, units = values[first], outcome[first], np.arange(len(first))
    number = int(units.max(initial=-1)) + 1
    ordered = column.numbers is not None
    levels = len(np.unique(values))
    if levels < 2 or len(np.unique(outcome)) < 2 or not (ordered or levels <= number / 2):
        return None
    classes = bool(samples.info.classes)
    measure = (
        (EPSILON_SQUARED if classes else SPEARMAN)
        if ordered
        else (CRAMERS_V if classes else ETA_SQUARED)
    )
    return _Pairing(
        measure,
        rankdata(values) if ordered else _codes(values),
        _codes(outcome) if classes else rankdata(outcome) if ordered else outcome,
        units,
        1.0 / np.bincount(units)[units],
    )


def _constant(values: Values, units: NDArray[np.int64], first: NDArray[np.int64]) -> bool:
    return bool((values[first][units] == values).all())


def _codes(values: Values) -> NDArray[np.int64]:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


# --- effect sizes from sums -----------------------------------------------------------------


def _estimate(
    pairing: _Pairing, generator: np.random.Generator
) -> tuple[float, float | None, float | None]:
    """Return the effect size and the ends of its interval (None with fewer than 5 units)."""
    sums, statistic = _as_sums(pairing)
    estimate = float(statistic(sums.sum(axis=0)[None, :])[0])
    value = _shown(pairing.measure, estimate)
    if len(sums) < _LEAST_UNITS:
        return value, None, None
    resampled = _resampled(sums, statistic, generator)
    resampled = resampled[np.isfinite(resampled)]
    if len(resampled) < _LEAST_RESAMPLES / 2:
        return value, None, None
    tail = (1 - _LEVEL) / 2
    ends = estimate + np.quantile(resampled, [tail, 1 - tail]) - resampled.mean()
    low, high = (_shown(pairing.measure, float(end)) for end in ends)
    return value, min(low, value), max(high, value)


def _resampled(
    sums: NDArray[np.float64], statistic: Statistic, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return the statistic of units drawn with replacement."""
    units = len(sums)
    number = int(np.clip(_RESAMPLE_CELLS // units, _LEAST_RESAMPLES, _RESAMPLES))
    step = max(1, _CHUNK_CELLS // units)
    shares = np.full(units, 1.0 / units)
    parts = []
    for start in range(0, number, step):
        drawn = generator.multinomial(units, shares, size=min(step, number - start))
        parts.append(statistic(drawn.astype(np.float64) @ sums))
    return np.concatenate(parts)


def _shown(measure: str, value: float) -> float:
    if measure == SPEARMAN:
        return float(np.clip(value, -1.0, 1.0))
    share = float(np.clip(value, 0.0, 1.0))
    return float(np.sqrt(share)) if measure == CRAMERS_V else share


def _as_sums(pairing: _Pairing) -> tuple[NDArray[np.float64], Statistic]:
    """Return (u, d) what each unit adds to the sums, and the statistic of (b, d) sums."""
    rows, statistic = _row_sums(pairing)
    n, units = len(pairing.units), pairing.number_of_units
    member = csr_array((pairing.weights, (pairing.units, np.arange(n))), shape=(units, n))
    return np.asarray(member @ rows, dtype=np.float64), statistic


def _row_sums(pairing: _Pairing) -> tuple[NDArray[np.float64], Statistic]:
    column, outcome = pairing.column, pairing.outcome
    if pairing.measure == CRAMERS_V:
        classes = int(outcome.max()) + 1
        levels = int(column.max()) + 1
        cells = (column * classes + outcome).astype(np.int64)
        hits = np.equal.outer(cells, np.arange(levels * classes)).astype(np.float64)
        return hits, lambda sums: squared_v(sums.reshape(len(sums), levels, classes))
    if pairing.measure == SPEARMAN:
        x = (column - column.mean()) / column.std()
        y = (outcome - outcome.mean()) / outcome.std()
        return np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], axis=1), _correlations
    groups, values = (column, outcome) if pairing.measure == ETA_SQUARED else (outcome, column)
    values = (values - values.mean()) / values.std()
    hits = np.equal.outer(groups, np.arange(int(groups.max()) + 1)).astype(np.float64)
    rows = np.hstack([hits, hits * values[:, None], (values**2)[:, None]])
    return rows, _shares_between


def squared_v(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (b,) squares of Bergsma's corrected V of tables of weights; may be negative.

    Args:
        tables: (b, r, k); lines that are empty in a table do not count in it.
    """
    n = tables.sum(axis=(1, 2))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    expected = rows[:, :, None] * columns[:, None, :] / n[:, None, None]
    squares = (tables - expected) ** 2
    chi2 = np.divide(squares, expected, out=np.zeros_like(squares), where=expected > _TINY)
    r = (rows > _TINY).sum(axis=1).astype(np.float64)
    k = (columns > _TINY).sum(axis=1).astype(np.float64)
    phi2 = chi2.sum(axis=(1, 2)) / n - (r - 1) * (k - 1) / (n - 1)
    smaller = np.minimum(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    found: NDArray[np.float64] = np.full(len(n), np.nan)
    np.divide(phi2, smaller, out=found, where=smaller > _TINY)
    return found


def _shares_between(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the variance that lies between groups."""
    groups = (sums.shape[1] - 1) // 2
    weights, totals = sums[:, :groups], sums[:, groups : 2 * groups]
    n = weights.sum(axis=1)
    squares = np.divide(totals**2, weights, out=np.zeros_like(totals), where=weights > _TINY)
    middle = totals.sum(axis=1) ** 2 / n
    total = sums[:, -1] - middle
    share: NDArray[np.float64] = np.full(len(n), np.nan)
    np.divide(squares.sum(axis=1) - middle, total, out=share, where=total > _TINY)
    return share


def _correlations(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    n, x, y, xx, yy, xy = sums.T
    spread = (xx - x * x / n) * (yy - y * y / n)
    found: NDArray[np.float64] = np.full(len(n), np.nan)
    np.divide(xy - x * y / n, np.sqrt(np.maximum(spread, 0)), out=found, where=spread > 0)
    return found


# --- chance ---------------------------------------------------------------------------------


def _p_value(pairing: _Pairing, generator: np.random.Generator) -> float:
    """Return the p-value by permutation over units.

    What whole units share is permuted: the outcome, or else the column; if both change inside
    units, the outcome.
    """
    outcome = Exchange(pairing.outcome, pairing.units)
    exchange = outcome if outcome.whole else Exchange(pairing.column, pairing.units)
    exchange = exchange if exchange.whole else outcome
    many = len(pairing.units) > _MANY_ROWS
    number = _FEWER_PERMUTATIONS if many else _PERMUTATIONS
    observed = _size(pairing, pairing.column, pairing.outcome)
    as_extreme = 0
    for _ in range(number):
        rows = exchange.rows_drawn(generator)
        if exchange is outcome:
            found = _size(pairing, pairing.column, pairing.outcome[rows])
        else:
            found = _size(pairing, pairing.column[rows], pairing.outcome)
        as_extreme += found >= observed - 1e-9
    return (1 + as_extreme) / (1 + number)


def _size(pairing: _Pairing, column: Values, outcome: Values) -> float:
    """Return the size of the effect, without the tables that the bootstrap needs."""
    weights = pairing.weights
    if pairing.measure == CRAMERS_V:
        levels = int(pairing.column.max()) + 1
        classes = int(pairing.outcome.max()) + 1
        cells = (column * classes + outcome).astype(np.int64)
        table = np.bincount(cells, weights=weights, minlength=levels * classes)
        return float(squared_v(table.astype(np.float64).reshape(1, levels, classes))[0])
    if pairing.measure == SPEARMAN:
        x = column - np.average(column, weights=weights)
        y = outcome - np.average(outcome, weights=weights)
        spread = np.sqrt(np.sum(weights * x * x) * np.sum(weights * y * y))
        return abs(float(np.sum(weights * x * y) / spread))
    groups, values = (column, outcome) if pairing.measure == ETA_SQUARED else (outcome, column)
    codes = groups.astype(np.int64)
    of_group = np.bincount(codes, weights=weights)
    sums = np.bincount(codes, weights=weights * values)
    middle = np.average(values, weights=weights)
    between = np.sum(of_group * (sums / np.maximum(of_group, _TINY) - middle) ** 2)
    return float(between / np.sum(weights * (values - middle) ** 2))
