"""From fits on folds to the importance of features, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from deepbench.interpretation.attributions import TOLERANCES
from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.importance_intervals import interval_of_means
from deepbench.interpretation.noise_columns import copies_of
from deepbench.interpretation.noise_threshold import Noise, Thresholds, pooled, threshold
from deepbench.interpretation.stability import (
    mean_of_known,
    mean_rank_correlation,
    mean_shared,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TableSize:
    """Samples and features of the training table."""

    samples: int
    features: int


@dataclass(frozen=True, eq=False)
class ModelFits:
    """All fits of one model family that were looked into.

    Attributes:
        folds: The main fit of each fold of the first repeat.
        starts: Fits of the same folds from other seeds.
        repeats: Fits on folds of other repeats.
        twins: For each shuffle of the labels, its folds.
        noise: For each draw of columns of no use, its folds.
    """

    folds: tuple[FoldResult, ...]
    starts: tuple[FoldResult, ...] = ()
    repeats: tuple[FoldResult, ...] = ()
    twins: tuple[tuple[FoldResult, ...], ...] = ()
    noise: tuple[tuple[FoldResult, ...], ...] = ()

    @property
    def number_of_starts(self) -> int:
        """Random starts of each fold that were looked at."""
        within = len(self.folds[0].size_by_start)
        return max(within, 1 + len(self.starts) // len(self.folds))

    @property
    def single_fits(self) -> tuple[tuple[FoldResult, Floats], ...]:
        """Each single fit to the true labels: where it stands, and importances (p,)."""
        found: list[tuple[FoldResult, Floats]] = []
        for fold in self.folds:
            by_start = fold.size_by_start
            found += [(fold, own) for own in by_start] if len(by_start) else [(fold, fold.size)]
        return (*found, *((each, each.size) for each in (*self.starts, *self.repeats)))


@dataclass(frozen=True, eq=False)
class Importance:
    """Importance of all features that at least one fold's model sees, by name.

    Attributes:
        fits: What it comes from.
        features: (p,) names in alphabetic order.
        importance: (p,) mean over folds of the mean absolute attribution.
        low: (p,) lower end of the 95 % interval.
        high: (p,) upper end.
        direction: (p,) rank correlation of value and attribution; NaN where there is none.
        twin: (p,) importance with shuffled labels; None without a twin.
        clears: (p,) whether it weighs more than noise does; None without a twin.
        rank_low: (p,) best rank over single fits, from 1.
        rank_high: (p,) worst.
        thresholds: What an importance has to exceed.
        order: Numbers of the features in use, the most important first.
    """

    fits: ModelFits
    features: tuple[str, ...]
    importance: Floats
    low: Floats
    high: Floats
    direction: Floats
    twin: Floats | None
    clears: NDArray[np.bool_] | None
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    thresholds: Thresholds
    order: tuple[int, ...] = field(default=())

    @property
    def ranked(self) -> tuple[str, ...]:
        """Features in use, the most important first."""
        return tuple(self.features[i] for i in self.order)

    @property
    def above(self) -> int | None:
        """How many features clear the twin."""
        return None if self.clears is None else int(self.clears.sum())

    @property
    def error(self) -> float:
        """Largest difference between sums of attributions and outputs."""
        return max(fold.error for fold in self.fits.folds)

    @property
    def is_locally_accurate(self) -> bool:
        """Whether attributions add up to the output within the tolerance of the method."""
        return all(
            fold.error <= TOLERANCES[fold.method] * max(fold.attributed, 1e-9)
            for fold in self.fits.folds
        )

    @property
    def rank_stability(self) -> float | None:
        """Mean rank correlation of importances between folds."""
        return mean_rank_correlation(_by_name(self.fits.folds, self.features))

    def shared_top(self, top: int) -> float | None:
        """Return how many of their most important features two folds share on average."""
        return mean_shared(_by_name(self.fits.folds, self.features), top)

    @property
    def shuffled_stability(self) -> float | None:
        """That between folds with the same shuffled labels."""
        names = _names(fold for twin in self.fits.twins for fold in twin)
        return mean_of_known(
            [mean_rank_correlation(_by_name(twin, names)) for twin in self.fits.twins]
        )

    @property
    def start_stability(self) -> float | None:
        """Mean rank correlation between random starts of the same fold."""
        found = []
        for fold in self.fits.folds:
            others = [each for each in self.fits.starts if each.fold == fold.fold]
            few = [(each.features, each.size) for each in others]
            mine = (
                [(fold.features, own) for own in fold.size_by_start]
                if len(fold.size_by_start)
                else [(fold.features, fold.size_few)]
            )
            found.append(mean_rank_correlation(_aligned([*mine, *few], self.features)))
        return mean_of_known(found)

    @property
    def weights_check(self) -> float | None:
        """Mean rank correlation with importances of the same networks with random weights."""
        found = [fold.weights_check for fold in self.fits.folds]
        return mean_of_known([value if np.isfinite(value) else None for value in found])


def importance_of(fits: ModelFits, table: TableSize) -> Importance:
    """Sum up fits over folds.

    The importance of a feature is the mean absolute attribution over a fold's held-out samples
    (and over classes, if there are more than two), averaged over folds. A feature that a fold's
    model does not see has importance 0 there.

    Args:
        fits: Fits of one model family.
        table: Size of the table that a model could have used.

    Raises:
        ValueError: there is no fold.
    """
    if not fits.folds:
        raise ValueError("Importance needs at least one fold.")
    names = _names(fits.folds)
    sizes = _by_name(fits.folds, names)
    means = sizes.mean(axis=0)
    variances = _aligned([(fold.features, fold.variance) for fold in fits.folds], names)
    low, high = interval_of_means(sizes, variances, _other_repeats(fits, names))
    twin = _twin(fits, names)
    thresholds = _thresholds(fits, means, table)
    joint = thresholds.joint
    clears = None if joint is None or twin is None else means > np.maximum(joint, twin)
    best, worst = _ranks(fits, names)
    # Names break ties, so that the order does not depend on that of the folds.
    order = [int(i) for i in np.lexsort((np.arange(len(names)), -means)) if means[i] > 0.0]
    return Importance(
        fits,
        names,
        means,
        low,
        high,
        _directions(fits.folds, names),
        twin,
        clears,
        best,
        worst,
        thresholds,
        tuple(order),
    )


def _names(folds: Iterable[FoldResult]) -> tuple[str, ...]:
    return tuple(sorted({name for fold in folds for name in fold.features}))


def _aligned(rows: Sequence[tuple[Sequence[str], Floats]], names: Sequence[str]) -> Floats:
    """Return (r, p) values in the order of names, 0 where a row has none.

    What is not named is left out: models of other repeats may see features that none of the
    first repeat sees.
    """
    place = {name: i for i, name in enumerate(names)}
    found = np.zeros((len(rows), len(names)))
    for row, (features, values) in enumerate(rows):
        own = np.array([place.get(name, -1) for name in features], dtype=np.int64)
        found[row, own[own >= 0]] = np.asarray(values)[own >= 0]
    return found


def _by_name(folds: Sequence[FoldResult], names: Sequence[str]) -> Floats:
    return _aligned([(fold.features, fold.size) for fold in folds], names)


def _twin(fits: ModelFits, names: Sequence[str]) -> Floats | None:
    """Return (p,) importances with shuffled labels, mean over folds and shuffles."""
    if not fits.twins:
        return None
    every = _names(fold for twin in fits.twins for fold in twin)
    mean = np.mean([_by_name(twin, every).mean(axis=0) for twin in fits.twins], axis=0)
    found = dict(zip(every, mean, strict=True))
    return np.array([found.get(name, 0.0) for name in names])


def _thresholds(fits: ModelFits, means: Floats, table: TableSize) -> Thresholds:
    shuffled = columns = None
    if fits.twins:
        every = _names(fold for twin in fits.twins for fold in twin)
        shuffled = threshold(
            means, pooled([_by_name(twin, every).mean(axis=0) for twin in fits.twins])
        )
    if fits.noise:
        values = np.concatenate([_of_no_use(fits.folds, folds) for folds in fits.noise])
        copies = copies_of(table.features, table.samples) * len(fits.noise)
        columns = threshold(means, Noise(values[values > 0.0], table.features / copies))
    return Thresholds(shuffled, columns)


def _of_no_use(main: Sequence[FoldResult], beside: Sequence[FoldResult]) -> Floats:
    """Return the importances of one draw of columns of no use, mean over folds."""
    names = tuple(sorted({name for fold in beside for name in fold.noise_features}))
    rows = [
        (fold.noise_features, fold.noise * _dilution(own, fold))
        for own, fold in zip(main, beside, strict=True)
    ]
    mean: Floats = _aligned(rows, names).mean(axis=0)
    return mean


def _other_repeats(fits: ModelFits, names: Sequence[str]) -> list[Floats]:
    """Return the importances (J, p) in the folds of each other repeat."""
    repeats = sorted({each.repeat for each in fits.repeats})
    return [
        _by_name([each for each in fits.repeats if each.repeat == repeat], names)
        for repeat in repeats
    ]


def _dilution(main: FoldResult, beside: FoldResult) -> float:
    """Return by how much real features weigh less beside columns of no use, in one fold.

    A model that spreads its weights over all columns gives each of them less if there are more,
    and a network may have learned for longer in one of two fits.
    """
    total = float(beside.size.sum())
    return float(main.size.sum()) / total if total > 0.0 else 1.0


def _ranks(fits: ModelFits, names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (p,) the best and the worst rank over single fits, 1 for the most important."""
    every = _aligned([(fit.features, sizes) for fit, sizes in fits.single_fits], names)
    found = rankdata(-every, method="min", axis=1).astype(np.int64)
    return found.min(axis=0), found.max(axis=0)


def _directions(folds: Sequence[FoldResult], names: Sequence[str]) -> Floats:
    """Return (p,) rank correlations of value and attribution, folds weighted by samples."""
    found = _aligned([(fold.features, np.nan_to_num(fold.direction)) for fold in folds], names)
    weights = _aligned(
        [(fold.features, np.where(np.isnan(fold.direction), 0, fold.known)) for fold in folds],
        names,
    )
    total = weights.sum(axis=0)
    mean: Floats = (found * weights).sum(axis=0) / np.where(total > 0.0, total, np.nan)
    return mean
