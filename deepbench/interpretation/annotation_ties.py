"""How strongly single features go with batch, site, date or operator: a hint at an artefact.

One row per unit counts, as repeats prove nothing. A tie is said where it is too strong for chance
after correction for all that was looked at, and large: epsilon squared on ranks (Kelley 1935,
doi:10.1073/pnas.21.9.554) for groups, the squared rank correlation for an order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import kruskal, spearmanr

from deepbench.data.findings.base import codes_of
from deepbench.data.findings.label_tests import cramers_v, cross_table, independence_p
from deepbench.data.review.columns import columns_to_review
from deepbench.data.samples import AllSamples, TrainingSet
from deepbench.seeds import derive_seed

#: Roles that say how a sample was taken and measured.
ROLES = ("batch", "site", "operator", "date", "timepoint")
_STRONG = 0.2
_LEVEL = 0.01
_LEAST_UNITS = 10
#: Gaps of fewer samples than this share move no model.
_FEW_GAPS = 0.05
#: A column with nearly as many values as units tells each unit apart, and ties all to all.
_LEAST_PER_LEVEL = 3

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Tie:
    """A feature that goes with a column of the sample sheet.

    Attributes:
        column: The column.
        role: Its role.
        share: Share of the feature's variance that goes with it, on ranks, 0 to 1.
        outcome_share: The same for the outcome.
        units: Units that were compared.
        gaps: Whether it is the gaps that go with it: where the feature was measured at all.
    """

    column: str
    role: str
    share: float
    outcome_share: float
    units: int
    gaps: bool = False


@dataclass(frozen=True)
class _Side:
    """One of two things compared: numbers, or codes of labels (-1: not known)."""

    numbers: Floats | None
    codes: Codes

    @property
    def known(self) -> NDArray[np.bool_]:
        return self.codes >= 0 if self.numbers is None else np.isfinite(self.numbers)

    def take(self, rows: Codes) -> _Side:
        numbers = None if self.numbers is None else self.numbers[rows]
        return _Side(numbers, np.unique(self.codes[rows], return_inverse=True)[1].astype(np.int64))


def find_ties(
    training: TrainingSet,
    roles: Mapping[str, tuple[str, ...]],
    features: Sequence[str],
    seed: int,
) -> dict[str, tuple[Tie, ...]]:
    """Return the strong ties of each feature, the strongest first.

    Args:
        training: The training samples.
        roles: Columns by role, under the names of the annotations.
        features: Names of the features looked at.
        seed: Seed of permutation tests of small tables.
    """
    rows = np.unique(training.units, return_index=True)[1]
    columns = columns_to_review(_as_samples(training), roles, ROLES)
    sides = {
        column.name: (column.role, _Side(column.numbers, column.codes).take(rows))
        for column in columns
    }
    outcome = training.outcome[rows]
    told = (
        _Side(None, outcome.astype(np.int64))
        if training.info.classes
        else _Side(outcome.astype(np.float64), codes_of(outcome))
    )
    # The values of each feature, and its gaps.
    tests = max(1, 2 * len(features) * len(sides))
    found: dict[str, tuple[Tie, ...]] = {}
    for name in features:
        values = training.features[name].iloc[rows]
        ties = [
            Tie(column, role, share, _strength(told, other, seed)[0], units, gaps)
            for gaps, side in _values_and_gaps(values)
            for column, (role, other) in sides.items()
            for share, chance, units in [_strength(side, other, derive_seed(seed, name, column))]
            if share >= _STRONG and chance * tests < _LEVEL
        ]
        if ties:
            found[name] = tuple(sorted(ties, key=lambda tie: (tie.gaps, -tie.share)))
    return found


def _values_and_gaps(values: pd.Series) -> Iterator[tuple[bool, _Side]]:
    numeric = values.dtype == np.float64
    yield False, _Side(values.to_numpy(dtype=np.float64) if numeric else None, codes_of(values))
    present = values.notna().to_numpy()
    if _FEW_GAPS <= 1 - present.mean() <= 1 - _FEW_GAPS:
        yield True, _Side(None, present.astype(np.int64))


def _strength(one: _Side, other: _Side, seed: int) -> tuple[float, float, int]:
    """Return the share of variance in common, its p-value, and the number of units compared."""
    rows = np.flatnonzero(one.known & other.known)
    if len(rows) < _LEAST_UNITS:
        return 0.0, 1.0, len(rows)
    one, other = one.take(rows), other.take(rows)
    if one.numbers is not None and other.numbers is not None:
        if np.ptp(one.numbers) == 0 or np.ptp(other.numbers) == 0:
            return 0.0, 1.0, len(rows)
        test = spearmanr(one.numbers, other.numbers)
        return float(test.statistic) ** 2, float(test.pvalue), len(rows)
    if one.numbers is None and other.numbers is None:
        if any(_too_many_levels(side.codes) for side in (one, other)):
            return 0.0, 1.0, len(rows)
        value = cramers_v(cross_table(one.codes, other.codes)) ** 2
        return value, independence_p(one.codes, other.codes, seed), len(rows)
    numbers, codes = (
        (one.numbers, other.codes) if one.numbers is not None else (other.numbers, one.codes)
    )
    assert numbers is not None
    return *_between_groups(numbers, codes), len(rows)


def _between_groups(numbers: Floats, codes: Codes) -> tuple[float, float]:
    groups = [numbers[codes == code] for code in np.unique(codes)]
    if np.ptp(numbers) == 0 or _too_many_levels(codes):
        return 0.0, 1.0
    test = kruskal(*groups)
    n, k = len(numbers), len(groups)
    share = (float(test.statistic) - k + 1) / (n - k)
    return max(0.0, share), float(test.pvalue)


def _too_many_levels(codes: Codes) -> bool:
    levels = len(np.unique(codes))
    return levels < 2 or levels * _LEAST_PER_LEVEL > len(codes)


def _as_samples(training: TrainingSet) -> AllSamples:
    """Return the samples in the type that looks at columns take; nothing is fitted on them."""
    return AllSamples(
        training.features,
        training.outcome,
        training.sample_ids,
        training.units,
        training.annotations,
        training.info,
    )
