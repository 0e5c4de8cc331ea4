"""Planted control: which effect could this study find at all?

Tip 4 of Lee et al. 2022 (doi:10.1371/journal.pcbi.1009803) asks for simulated data with a known
answer. Here the simulation keeps what decides on power: the measured features themselves, with
their correlations, the number of samples, classes and units. The outcome is exchanged between
units at random, so that nothing real is left, and a known shift is added to some features. A
ridge classifier is cross-validated as the traditional models are, units together; the effect is
found if its score lies above 95 % of those without any effect.

Where features outnumber samples only products between samples are needed (kernel ridge), so that
20,000 features cost as much as 200; else the features themselves are fewer. Both predict the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from deepbench.data.exploration import standardised_blocks
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted
from deepbench.seeds import derive_seed
from deepbench.study.records import DetectableRecord

EFFECTS = (0.2, 0.35, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 2.0)
#: Share of the simulated studies in which an effect has to be found.
POWER = 0.8
_LEVEL = 0.05
# Features with an effect: one in a hundred of a wide table, as biology touches more than ten.
_PLANTED = (10, 200)
_PLANTED_SHARE = 0.01
_FOLDS = 5
_NULL_DRAWS = 400
_LARGEST = 700  # rows; beyond it units are drawn, and the sentence says so
_WORK = 3e10  # multiplications that all repeats may take together
_REPEATS = (20, 60)
_LEAST_UNITS = 10


@dataclass(frozen=True, eq=False)
class _Bench:
    """What does not change between simulated studies.

    Attributes:
        table: (n, p) standardised features, the m that are planted into first; none (n, 0) where
            they outnumber the samples.
        products: (n, n) products between samples of these features; empty where they are few.
        planted: (n, m) features that are planted into.
        labels: (U, c) outcome of each unit, centred: one column per class but the first, or one.
        unit_of: (n,) number of the unit of each row.
        folds: Rows that fit and rows that are predicted.
        ridge: Penalty; the mean diagonal of the products, which is the trace over n.
    """

    table: NDArray[np.float64]
    products: NDArray[np.float64]
    planted: NDArray[np.float64]
    labels: NDArray[np.float64]
    unit_of: NDArray[np.int64]
    folds: tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]
    ridge: float


def detectable_effect(
    samples: AllSamples, seed: int, each: Callable[[], None] = lambda: None
) -> DetectableRecord | None:
    """Plant effects of growing size into data of this shape and count how often they are found.

    Args:
        samples: Checked samples; their own outcome is only used for its class sizes.
        seed: Seed of the simulation.
        each: Called before each simulated study; may raise to stop.

    Returns:
        The record; None if there are too few units or features to simulate with.
    """
    chosen = _rows(samples, seed)
    bench = _bench(samples.take(chosen), seed)
    if bench is None:
        return None
    generator = np.random.default_rng(derive_seed(seed, "planted control"))
    threshold = _threshold(bench, generator)
    rows = len(bench.unit_of)
    width = bench.table.shape[1]
    step = rows * width**2 if width else rows**2 * (rows / 3 + 4 * bench.planted.shape[1])
    cost = len(EFFECTS) * step * _FOLDS / 2
    repeats = int(np.clip(_WORK / cost, *_REPEATS))
    found = np.zeros(len(EFFECTS))
    scores = np.zeros(len(EFFECTS))
    for _ in range(repeats):
        each()
        for place, (statistic, score) in enumerate(_one_study(bench, generator)):
            found[place] += statistic > threshold
            scores[place] += score
    power = np.maximum.accumulate(found / repeats)
    smallest = _smallest(power)
    return DetectableRecord(
        measure="AUROC" if samples.info.classes else "correlation",
        planted_features=bench.planted.shape[1],
        effects=EFFECTS,
        power=tuple(float(share) for share in found / repeats),
        scores=tuple(float(score) for score in scores / repeats),
        smallest=smallest,
        repeats=repeats,
        sentence=_sentence(samples, bench, smallest, scores / repeats, len(chosen)),
    )


def _rows(samples: AllSamples, seed: int) -> NDArray[np.int64]:
    """Return all rows, or those of so many units drawn at random that they are not too many."""
    if len(samples) <= _LARGEST:
        return np.arange(len(samples), dtype=np.int64)
    generator = np.random.default_rng(derive_seed(seed, "planted control rows"))
    units = generator.permutation(np.unique(samples.units))
    sizes = np.bincount(samples.units)[units]
    kept = units[: max(1, int(np.searchsorted(np.cumsum(sizes), _LARGEST)))]
    return np.flatnonzero(np.isin(samples.units, kept)).astype(np.int64)


def _bench(samples: AllSamples, seed: int) -> _Bench | None:
    n = len(samples)
    _, first, unit_of = np.unique(samples.units, return_index=True, return_inverse=True)
    labels = _unit_labels(samples, first)
    if len(first) < _LEAST_UNITS or not labels.shape[1]:
        return None
    generator = np.random.default_rng(derive_seed(seed, "planted features"))
    wanted = int(np.clip(round(_PLANTED_SHARE * samples.features.shape[1]), *_PLANTED))
    few = samples.features.shape[1] <= n // 2
    products = np.zeros((0, 0) if few else (n, n))
    kept: list[NDArray[np.float64]] = []
    columns: list[NDArray[np.float64]] = []
    seen = 0
    for block in standardised_blocks(samples.features, []):
        if few:
            kept.append(block)
        else:
            products += block @ block.T
        # Reservoir of features: each is as likely as any other to be planted into.
        for column in block.T:
            seen += 1
            if len(columns) < wanted:
                columns.append(column.copy())
            elif (place := int(generator.integers(seen))) < wanted:
                columns[place] = column.copy()
    if not seen:
        return None
    table = np.hstack(kept) if few else np.zeros((n, 0))
    if few and table.shape[1] > n // 2:  # labels with many values
        few, products, table = False, table @ table.T, np.zeros((n, 0))
    planted = np.stack(columns, axis=1)[:, : max(1, min(wanted, seen // 2))]
    if few:
        # The planted features first: the others are those of which the planted are no copies.
        chosen = [int(np.argmin(((table.T - column) ** 2).sum(axis=1))) for column in planted.T]
        rest = np.setdiff1d(np.arange(table.shape[1]), chosen)
        table = table[:, [*chosen, *rest]]
    order = generator.permutation(len(first))
    fold_of = (np.argsort(order) % _FOLDS)[unit_of]
    folds = tuple(
        (np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold))
        for fold in range(_FOLDS)
    )
    ridge = float((table**2).sum() if few else np.trace(products)) / n
    return _Bench(table, products, planted, labels, unit_of.astype(np.int64), folds, ridge)


def _unit_labels(samples: AllSamples, first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (U, c) centred outcomes of the units, of size 1 between neighbouring classes.

    A unit with several outcomes counts with that of its first sample.
    """
    outcome = samples.outcome[first]
    if not samples.info.classes:
        values = outcome.astype(np.float64)
        spread = values.std()
        if not spread > 0:
            return np.zeros((len(values), 0))
        scaled: NDArray[np.float64] = ((values - values.mean()) / spread)[:, None]
        return scaled
    present = np.unique(outcome)
    coded = np.equal.outer(outcome, present[1:]).astype(np.float64)
    centred: NDArray[np.float64] = coded - coded.mean(axis=0)
    return centred


def _threshold(bench: _Bench, generator: np.random.Generator) -> float:
    """Return the statistic that 95 % of studies without an effect stay below."""
    number = len(bench.labels)
    draws = np.stack(
        [bench.labels[generator.permutation(number)][bench.unit_of] for _ in range(_NULL_DRAWS)]
    )
    flat = draws.transpose(1, 0, 2).reshape(len(bench.unit_of), -1)
    known = bench.table if bench.table.size else bench.products
    predicted = _predicted(bench, known, flat).reshape(len(flat), _NULL_DRAWS, -1)
    statistics = [
        _statistic(bench, draws[number], predicted[:, number]) for number in range(_NULL_DRAWS)
    ]
    return float(np.quantile(statistics, 1 - _LEVEL))


def _one_study(bench: _Bench, generator: np.random.Generator) -> list[tuple[float, float]]:
    """Return statistic and score of one simulated study for each effect."""
    labels = bench.labels[generator.permutation(len(bench.labels))][bench.unit_of]
    signs = generator.choice([-1.0, 1.0], size=(labels.shape[1], bench.planted.shape[1]))
    shift = labels @ signs
    variance = shift.var(axis=0).mean()
    own = bench.planted @ bench.planted.T if not bench.table.size else np.zeros(0)
    found = []
    for effect in EFFECTS:
        # Features are measured anew in units of their standard deviation, shift included.
        scale = 1.0 / np.sqrt(1.0 + effect**2 * variance)
        shifted = scale * (bench.planted + effect * shift)
        if bench.table.size:
            known = np.hstack([shifted, bench.table[:, shifted.shape[1] :]])
        else:
            known = bench.products + (shifted @ shifted.T - own)
        predicted = _predicted(bench, known, labels)
        found.append((_statistic(bench, labels, predicted), _score(bench, labels, predicted)))
    return found


def _predicted(
    bench: _Bench, known: NDArray[np.float64], labels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n, c) out-of-fold predictions of ridge regression.

    Args:
        bench: Folds and penalty.
        known: (n, p) features, or (n, n) products between samples where there is no table.
        labels: (n, c) outcomes.
    """
    predicted = np.zeros_like(labels)
    primal = bool(bench.table.size)
    for fit, tune in bench.folds:
        mean = labels[fit].mean(axis=0)
        if primal:
            part = known[fit].T @ known[fit]
            right = known[fit].T @ (labels[fit] - mean)
            outside = known[tune]
        else:
            part = known[np.ix_(fit, fit)].copy()
            right = labels[fit] - mean
            outside = known[np.ix_(tune, fit)]
        part[np.diag_indices_from(part)] += bench.ridge
        weights = cho_solve(
            cho_factor(part, lower=True, overwrite_a=True, check_finite=False),
            right,
            check_finite=False,
        )
        # Only differences inside a fold are looked at, so that an intercept does not matter.
        predicted[tune] = outside @ weights
    return predicted


def _statistic(
    bench: _Bench, labels: NDArray[np.float64], predicted: NDArray[np.float64]
) -> float:
    """Return the correlation of outcome and prediction within folds."""
    products = own = other = 0.0
    for _, tune in bench.folds:
        y = labels[tune] - labels[tune].mean(axis=0)
        p = predicted[tune] - predicted[tune].mean(axis=0)
        products += float((y * p).sum())
        own += float((y**2).sum())
        other += float((p**2).sum())
    return products / np.sqrt(own * other) if own > 0 and other > 0 else 0.0


def _score(bench: _Bench, labels: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    """Return the AUROC of pairs within folds (mean over classes), or the correlation."""
    if len(np.unique(bench.labels[:, 0])) > 2:
        return _statistic(bench, labels, predicted)
    won = pairs = 0.0
    for _, tune in bench.folds:
        for column in range(labels.shape[1]):
            positive = labels[tune, column] > 0
            ranks = predicted[tune, column]
            differences = ranks[positive][:, None] - ranks[~positive][None, :]
            won += float((differences > 0).sum() + 0.5 * (differences == 0).sum())
            pairs += differences.size
    return won / pairs if pairs else 0.5  # no fold has two classes: nothing is ordered


def _smallest(power: NDArray[np.float64]) -> float | None:
    """Return the effect found in 80 % of studies, between those tried; None if none is."""
    reached = np.flatnonzero(power >= POWER)
    if not len(reached):
        return None
    place = int(reached[0])
    if place == 0:
        return EFFECTS[0]
    low, high = power[place - 1], power[place]
    share = (POWER - low) / (high - low)
    return round(float(EFFECTS[place - 1] + share * (EFFECTS[place] - EFFECTS[place - 1])), 2)


def _sentence(
    samples: AllSamples,
    bench: _Bench,
    smallest: float | None,
    scores: NDArray[np.float64],
    rows: int,
) -> str:
    of_units = counted(samples.number_of_units, "unit")
    study = f"{counted(len(samples), 'sample')} of {of_units}"
    drawn = f" (simulated with {rows:,} of the samples)" if rows < len(samples) else ""
    where = counted(bench.planted.shape[1], "feature")
    between = (
        "between the classes" if samples.info.classes else "per standard deviation of the outcome"
    )
    if smallest is None:
        return (
            f"Planted control: with {study}{drawn}, even a shift of {EFFECTS[-1]:g} standard "
            f"deviations {between} in {where} would be missed by a linear model in more than one "
            "study of five."
        )
    score = float(np.interp(smallest, EFFECTS, scores))
    measure = "AUROC" if samples.info.classes else "correlation"
    if smallest == EFFECTS[0]:
        return (
            f"Planted control: with {study}{drawn}, a linear model would find even a shift of "
            f"{smallest:g} standard deviations {between} in {where} in four studies of five."
        )
    return (
        f"Planted control: with {study}{drawn}, a linear model would find a shift in {where} in "
        f"four studies of five if it is about {smallest:.2g} standard deviations {between} "
        f"({measure} about {score:.2f}); weaker effects would mostly be missed."
    )
