"""Share of the variance of all features that the outcome, and each column, explains.

Permutational analysis of variance (Anderson 2001, doi:10.1111/j.1442-9993.2001.01070.pp.x) with
Euclidean distances of the standardised features: R² is the sum of squares between groups over the
total one. A measured outcome and a date with many days count as one straight line (McArdle and
Anderson 2001). Everything comes from products of samples, so that 20,000 features cost no more
than the samples do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.exploration import FeatureSpace
from deepbench.data.review.columns import ReviewColumn, columns_to_review
from deepbench.data.review.exchange import Exchange
from deepbench.data.samples import AllSamples
from deepbench.seeds import derive_seed
from deepbench.study.records import VarianceShareRecord

ROLES = ("batch", "operator", "site", "date", "timepoint")
_MOST_DAYS = 30
_MOST_PERMUTATIONS = 999
_LEAST_PERMUTATIONS = 199
_BUDGET = 1_500_000_000
_CHUNK_CELLS = 4_000_000
_MOST_PERMUTED = 3_000

Values = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True)
class Explained:
    """What a grouping explains.

    Attributes:
        share: R², the share of the total sum of squares.
        expected: Share that a grouping without any meaning explains on average.
        p: By permutation over units.
        units: Units that it was measured on.
    """

    share: float
    expected: float
    p: float
    units: int


@dataclass(frozen=True)
class _Subject:
    """What may explain: labels, or one straight line.

    Attributes:
        values: (n,) codes, or numbers.
        labels: Whether they are codes.
        known: (n,) whether there is a value.
    """

    values: Values
    labels: bool
    known: NDArray[np.bool_]


def variance_shares(
    samples: AllSamples, roles: Mapping[str, tuple[str, ...]], space: FeatureSpace, seed: int
) -> tuple[VarianceShareRecord, ...]:
    """Measure what the outcome and each column explain, the outcome first.

    Columns with nearly as many values as units are left out.

    Args:
        samples: Samples.
        roles: Columns by role.
        space: The space of their features.
        seed: Seed of the permutations.
    """
    if space.total <= 0:
        return ()
    subjects = [(samples.info.column, "outcome", _of_outcome(samples))]
    columns = columns_to_review(samples, roles, ROLES)
    subjects += [(column.name, column.role, _of_column(column)) for column in columns]
    found = []
    for name, role, subject in subjects:
        explained = _explained(samples, space, subject, derive_seed(seed, "variance", name))
        if explained is not None:
            found.append(
                VarianceShareRecord(
                    column=name,
                    role=role,
                    share=explained.share,
                    expected_by_chance=explained.expected,
                    p=explained.p,
                    units=explained.units,
                )
            )
    return tuple(found)


def _of_outcome(samples: AllSamples) -> _Subject:
    known = np.ones(len(samples), dtype=np.bool_)
    return _Subject(samples.outcome, bool(samples.info.classes), known)


def _of_column(column: ReviewColumn) -> _Subject:
    if column.numbers is not None and column.levels > _MOST_DAYS:
        return _Subject(column.numbers, False, column.codes >= 0)
    return _Subject(column.codes, True, column.codes >= 0)


def _explained(
    samples: AllSamples, space: FeatureSpace, subject: _Subject, seed: int
) -> Explained | None:
    values, units = subject.values, samples.units
    if not subject.known.all():
        rows = np.flatnonzero(subject.known)
        space, values, units = space.take(rows), values[rows], units[rows]
    number = len(np.unique(units))
    levels = len(np.unique(values))
    if levels < 2 or (subject.labels and levels > number / 2) or space.total <= 0:
        return None
    return explained_variance(space, values, units, labels=subject.labels, seed=seed)


def explained_variance(
    space: FeatureSpace,
    values: Values,
    units: NDArray[np.int64],
    *,
    labels: bool,
    seed: int,
) -> Explained:
    """Return the share of the variance that values explain, and what chance would give.

    Where every unit is one row, chance gives (k - 1) / (n - 1) for k groups; else it is the
    mean over the permutations. Of more than 3,000 samples the permutations take units at
    random up to that number.

    Args:
        space: Space of n samples.
        values: (n,) labels or numbers, none missing and not all the same.
        units: (n,) codes of the units.
        labels: Whether the values are labels.
        seed: Seed of the permutations.
    """
    coded = _coded(values, labels)
    share = float(_shares(space, np.ones(space.samples), coded[:, None], labels)[0])
    generator = np.random.default_rng(seed)
    permuted_space, permuted, permuted_units = space, coded, units
    if space.samples > _MOST_PERMUTED:
        rows = _some_units(units, generator)
        permuted_space, permuted_units = space.take(rows), units[rows]
        permuted = _coded(coded[rows], labels)
    p, mean = _chance(permuted_space, permuted, permuted_units, labels, generator)
    number = len(np.unique(units))
    degrees = int(coded.max()) if labels else 1
    expected = degrees / (space.samples - 1) if number == space.samples else mean
    return Explained(share, expected, p, number)


def _coded(values: Values, labels: bool) -> Values:
    if labels:
        return np.unique(values, return_inverse=True)[1].astype(np.int64)
    return values.astype(np.float64)


def _some_units(units: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """Return the rows of so many units, drawn at random, as may be permuted."""
    _, codes, sizes = np.unique(units, return_inverse=True, return_counts=True)
    order = generator.permutation(len(sizes))
    fits = np.cumsum(sizes[order]) <= _MOST_PERMUTED
    chosen = order[fits] if fits.any() else order[:1]
    return np.flatnonzero(np.isin(codes, chosen))


def _chance(
    space: FeatureSpace,
    values: Values,
    units: NDArray[np.int64],
    labels: bool,
    generator: np.random.Generator,
) -> tuple[float, float]:
    """Return the p-value and the mean share of values permuted over units."""
    exchange = Exchange(values, units)
    # What is the same in all rows of a unit needs one point per unit.
    points = space.summed(exchange.entities) if exchange.whole else space
    at_points = values[exchange.rows_of_entities]
    sizes = exchange.sizes.astype(np.float64)
    observed = float(_shares(points, sizes, at_points[:, None], labels)[0])
    width = points.samples if points.table is None else points.table.shape[1]
    columns = int(values.max()) + 1 if labels else 1
    cost = max(1, points.samples * width * columns)
    number = int(np.clip(_BUDGET // cost, _LEAST_PERMUTATIONS, _MOST_PERMUTATIONS))
    step = max(1, _CHUNK_CELLS // (points.samples * columns))
    shares = []
    for start in range(0, number, step):
        drawn = np.array(
            [exchange.entities_drawn(generator) for _ in range(min(step, number - start))]
        )
        shares.append(_shares(points, sizes, at_points[drawn.T], labels))
    found = np.concatenate(shares)
    as_large = int((found >= observed - 1e-12).sum())
    return (1 + as_large) / (1 + number), float(found.mean())


def _shares(
    space: FeatureSpace,
    sizes: NDArray[np.float64],
    values: Values,
    labels: bool,
) -> NDArray[np.float64]:
    """Return (m,) shares of the total sum of squares.

    Args:
        space: Points, each a sample or the sum of so many.
        sizes: (e,) samples of each point.
        values: (e, m) codes or numbers, one column per labelling.
        labels: Whether they are codes.
    """
    if not labels:
        lines = values - (sizes @ values) / sizes.sum()
        line_lengths: NDArray[np.float64] = sizes @ lines**2
        of_lines = space.squared_lengths(lines.astype(np.float64))
        found: NDArray[np.float64] = of_lines / line_lengths / space.total
        return found
    points, number = values.shape
    groups = int(values.max()) + 1
    member = np.zeros((points, number * groups))
    places = values + groups * np.arange(number)
    member[np.arange(points)[:, None], places] = 1.0
    lengths = space.squared_lengths(member)
    between: NDArray[np.float64] = lengths / np.maximum(sizes @ member, 1.0)
    shares: NDArray[np.float64] = between.reshape(number, groups).sum(axis=1) / space.total
    return shares


def more_than_the_outcome(
    shares: Sequence[VarianceShareRecord],
) -> list[tuple[VarianceShareRecord, float, float]]:
    """Return columns that explain more than the outcome, beyond what chance gives to each.

    Returns:
        The record, its share and the outcome's beyond chance (as adjusted R²).
    """
    outcome = next((record for record in shares if record.role == "outcome"), None)
    if outcome is None:
        return []
    own = beyond_chance(outcome)
    others = [(record, beyond_chance(record)) for record in shares if record is not outcome]
    return [(record, share, own) for record, share in others if share > own]


def beyond_chance(record: VarianceShareRecord) -> float:
    """Return the share beyond what chance gives, of what is left beyond it (adjusted R²)."""
    rest = 1 - record.expected_by_chance
    return (record.share - record.expected_by_chance) / rest if rest > 0 else 0.0
