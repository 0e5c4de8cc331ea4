"""Features that follow the order of the samples inside classes as well: drift, time, counters.

Where the outcome follows the order too (a file sorted by class is enough if rows stand in the
order of measurement), such a feature tells the class by telling the time. A file that was
sorted by a feature inside each class shows the same, and is told apart where that is possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import (
    Finding,
    FindingContext,
    codes_of,
    label_names,
    numeric_names,
)
from deepbench.data.findings.identifiers import numbering_features
from deepbench.data.findings.order_axes import Axis, axes, known_strata, rows_for_order
from deepbench.data.findings.order_tests import (
    FreeOrder,
    begins_anew,
    correlation_chance,
    counts_along,
    free_order,
    is_monotone,
    neighbours_p,
    order_correlations,
    outcome_trend,
    rank_order_correlation,
    standardised,
    strata_of,
)
from deepbench.data.findings.outcome_order import LEVEL, NOTABLE
from deepbench.data.samples import AllSamples
from deepbench.data.sequences import is_measured
from deepbench.data.wording import some_names
from deepbench.seeds import derive_seed
from deepbench.study.records import FindingRecord, Severity

_LEAST_CORRELATION = 0.5
_EXPECTED_AMONG_NOISE = 0.01
_MOST_LEVELS = 20
_SAMPLED_FEATURES = 2_000
_PERMUTATIONS = 1_999
_LEAST_COMMON = 0.05
_LEAST_FEATURES = 50  # fewer that drift are named one by one

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class _Columns:
    """Features as numbers, a label as one column per value; ``owner`` says whose they are."""

    X: Matrix
    names: tuple[str, ...]
    owner: NDArray[np.int64]


@dataclass(frozen=True)
class _Order:
    """An order of the samples on the rows that count.

    Attributes:
        axis: The order.
        free: The same freed of classes and strata.
        groups: (n,) classes inside strata.
        outcome: (n,) outcome.
        classes: Whether the outcome holds classes.
        seed: Seed of permutations.
    """

    axis: Axis
    free: FreeOrder
    groups: NDArray[np.int64]
    outcome: NDArray[np.int64] | NDArray[np.float64]
    classes: bool
    seed: int

    @cached_property
    def trend(self) -> bool:
        """Whether the outcome rises or falls along the order."""
        found = outcome_trend(self.axis.position, self.outcome, self.axis.strata, self.classes)
        return found.p_value < LEVEL and found.share >= NOTABLE

    @cached_property
    def blocks(self) -> bool:
        """Whether neighbours in the order share their outcome more than others do."""
        place, strata = self.axis.position, self.axis.strata
        return neighbours_p(place, self.outcome, strata, self.classes, self.seed) <= LEVEL


class Drift(Finding):
    """Looks for features that follow rows, numbers in names, or dates."""

    kind: ClassVar[str] = "drift"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding per order of the samples."""
        rows = rows_for_order(samples)
        columns: _Columns | None = None
        found: list[FindingRecord] = []
        named: set[str] = set()
        for axis in axes(samples, context):
            order = _order(samples, context, axis, rows)
            if order is None:
                continue
            if columns is None:
                columns = _columns(samples, rows)
            known = ~np.isnan(axis.position[rows])
            part = columns if known.all() else _Columns(
                columns.X[known], columns.names, columns.owner
            )  # fmt: skip
            record = self._one(order, part)
            if record is not None and not (record.columns and named.issuperset(record.columns)):
                named.update(record.columns)
                found.append(record)
        return found

    def _one(self, order: _Order, columns: _Columns) -> FindingRecord | None:
        followers = _followers(order, columns)
        own = order.axis.column
        names = tuple(dict.fromkeys(columns.names[columns.owner[i]] for i, _ in followers))
        names = tuple(name for name in names if name != own)
        if not names:
            many = columns.X.shape[1] >= _LEAST_FEATURES
            return self._common(order, columns) if many and order.trend else None
        position = order.axis.position
        keys = [i for i, _ in followers if is_monotone(columns.X[:, i], position)]
        counters = [i for i in keys if counts_along(columns.X[:, i], position)]
        if keys and not counters:
            return self._sorted_by(order, columns, keys)
        return self._following(order, names, abs(followers[0][1]))

    def _following(self, order: _Order, names: tuple[str, ...], best: float) -> FindingRecord:
        severity: Severity
        if order.trend:
            severity = "serious"
            rest = (
                "The outcome goes with that order too, so a model can tell the class by when a "
                "sample was measured."
            )
        elif order.blocks:
            severity = "warning"
            rest = (
                "Neighbours in that order mostly share their outcome, so a model may recognise "
                "neighbours instead of the biology."
            )
        else:
            severity = "info"
            rest = (
                "The outcome does not go with that order, so this adds noise but no false score."
            )
        verb = "follows" if len(names) == 1 else "follow"
        return FindingRecord(
            kind=self.kind,
            severity=severity,
            where=order.axis.where,
            message=(
                f"{some_names(names)} {verb} {order.axis.title}, inside classes as well "
                f"(correlation up to {best:.2f}). {rest}"
            ),
            hint=(
                "A counter, a time or the state of an instrument is no measurement of the "
                "sample: leave it out (leave_out under [check]). If measurements drift, name the "
                "batches or dates under [roles] and measure the classes in mixed order."
            ),
            columns=names,
        )

    def _sorted_by(
        self, order: _Order, columns: _Columns, keys: list[int]
    ) -> FindingRecord | None:
        """Say that a column only rises, where that matters: the order goes with the outcome."""
        if not order.trend:
            return None
        names = tuple(dict.fromkeys(columns.names[columns.owner[i]] for i in keys))
        verb = "stands" if len(names) == 1 else "stand"
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where=order.axis.where,
            message=(
                f"{some_names(names)} {verb} in order along {order.axis.title} without an "
                "exception, and the outcome goes with that order: either the table was sorted by "
                "it, or it is a time, a batch or a number of the sample."
            ),
            hint=(
                "If the table was sorted by it, all is well. Otherwise leave it out (leave_out "
                "under [check])."
            ),
            columns=names,
        )

    def _common(self, order: _Order, columns: _Columns) -> FindingRecord | None:
        share, p = _common_drift(order, columns.X)
        if share < _LEAST_COMMON or p >= LEVEL:
            return None
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where=order.axis.where,
            message=(
                f"The measurements as a whole follow {order.axis.title}, inside classes as well: "
                f"it explains {100 * share:.0f} % of their variance beyond chance. The outcome "
                "goes with that order too."
            ),
            hint=(
                "If it is the order of measurement, name batches or dates under [roles], and "
                "measure the classes in mixed order."
            ),
        )


def _order(
    samples: AllSamples, context: FindingContext, axis: Axis, rows: NDArray[np.int64]
) -> _Order | None:
    rows = rows[~np.isnan(axis.position[rows])]
    axis = axis.take(rows)
    outcome = samples.outcome[rows]
    classes = bool(samples.info.classes)
    strata = strata_of(axis.strata, known_strata(samples, context)[rows])
    if classes:
        groups = strata_of(strata, outcome.astype(np.int64))
        free = free_order(axis.position, groups)
    else:
        groups = strata
        free = free_order(axis.position, strata, outcome.astype(np.float64))
    if free is None:
        return None
    seed = derive_seed(context.seed, Drift.kind, axis.where)
    return _Order(axis, free, groups, outcome, classes, seed)


def _columns(samples: AllSamples, rows: NDArray[np.int64]) -> _Columns:
    """Return numbers, and labels with few values, without what numbers the samples."""
    numbering = set(numbering_features(samples))
    # What is counted on a sequence does not drift; files of sequences are sorted by relatives.
    numbering |= {str(name) for name in samples.features.columns if is_measured(str(name))}
    numbers = [name for name in numeric_names(samples.features) if name not in numbering]
    X = samples.features[numbers].to_numpy(dtype=np.float64)
    if len(rows) < len(samples):
        X = X[rows]
    names = list(numbers)
    owner = list(range(len(numbers)))
    indicators = []
    for name in label_names(samples.features):
        if name in numbering:
            continue
        codes = codes_of(samples.features[name])[rows]
        levels = np.unique(codes[codes >= 0])
        if not 2 <= len(levels) <= _MOST_LEVELS:
            continue
        names.append(name)
        for level in levels:
            indicators.append(np.where(codes < 0, np.nan, (codes == level).astype(np.float64)))
            owner.append(len(names) - 1)
    if indicators:
        X = np.hstack([X, np.stack(indicators, axis=1)])
    return _Columns(X, tuple(names), np.array(owner, dtype=np.int64))


def _followers(order: _Order, columns: _Columns) -> list[tuple[int, float]]:
    """Return columns that follow the order beyond chance, the closest first, with correlation."""
    correlations = order_correlations(columns.X, order.free)[0]
    tests = max(1, columns.X.shape[1])
    found = []
    for i in np.flatnonzero(np.abs(correlations) >= _LEAST_CORRELATION):
        if correlation_chance(correlations[i], order.free.freedom) * tests > 1:
            continue
        by_rank = rank_order_correlation(columns.X[:, i], order.free)
        chance = correlation_chance(by_rank, order.free.freedom) * tests
        if abs(by_rank) < _LEAST_CORRELATION or chance >= _EXPECTED_AMONG_NOISE:
            continue
        axis = order.axis
        if not begins_anew(columns.X[:, i], axis.position, order.groups, axis.strata):
            found.append((int(i), by_rank))
    return sorted(found, key=lambda pair: -abs(pair[1]))


def _common_drift(order: _Order, X: Matrix) -> tuple[float, float]:
    """Return the share of variance that the order explains beyond chance, and its p-value.

    The mean squared correlation of (at most 2,000) features with the order, against orders
    permuted inside groups.
    """
    generator = np.random.default_rng(order.seed)
    if X.shape[1] > _SAMPLED_FEATURES:
        X = X[:, np.sort(generator.choice(X.shape[1], _SAMPLED_FEATURES, replace=False))]
    basis = order.free.basis
    rest = standardised(X)
    rest = rest - basis @ (basis.T @ rest)
    lengths = np.sqrt((rest**2).sum(axis=0))
    rest = rest[:, lengths > 1e-6] / lengths[lengths > 1e-6]
    if not rest.shape[1]:
        return 0.0, 1.0
    products = rest @ rest.T / rest.shape[1]
    place = order.free.place
    observed = float(place @ products @ place)
    by_group = np.argsort(order.groups, kind="stable")
    permuted = np.empty((len(place), _PERMUTATIONS))
    for number in range(_PERMUTATIONS):
        shuffled = np.lexsort((generator.random(len(place)), order.groups))
        permuted[by_group, number] = place[shuffled]
    chance = np.einsum("ij,ij->j", permuted, products @ permuted)
    p = float((1 + (chance >= observed).sum()) / (1 + _PERMUTATIONS))
    return float(observed - chance.mean()), p
