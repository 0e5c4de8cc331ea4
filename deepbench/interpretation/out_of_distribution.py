"""Samples unlike those that the model learned from.

In each tuning fold a held-out sample is compared with the fit rows: its mean distance to the five
nearest of other units, among all preprocessed features on a common robust scale. (Not among
principal components: held-out rows lie nearer to the middle there than those that made them.) Fit
rows are measured in the same way, which gives a conformal p-value: the share of units at least as
far out (Vovk, Gammerman & Shafer 2005). It is never below 1 / (n + 1) with n units, and of n
samples about one reaches that by chance; so a sample counts as unlike only if its distance also
lies far outside those of the fit rows: above the upper quartile by three times the distance
between the quartiles, in logarithms (Tukey's "far out").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.models.fold_data import FoldData
from deepbench.models.workbench import BenchSource, load_workbench
from deepbench.seeds import derive_seed

NEIGHBOURS = 5
#: Neighbours by which it is judged how hard a sample is to predict.
SIMILAR = 25
CHANCE = 0.05
_FAR_OUT = 3.0
_MOST_REFERENCES = 4_000
_BLOCK = 1_000
_TO_SPREAD = 1.4826
_LARGEST = 10.0
_MOST_NAMED = 3
_LEAST_ROWS = 8
_NONE = -1
# A feature is named where the sample lies so many spreads from its neighbours.
_FAR_FEATURE = 3.0

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class UnlikeTask:
    """One tuning fold to look at.

    Attributes:
        source: Training samples and folds.
        fold: Number of the fold.
    """

    source: BenchSource
    fold: int


@dataclass(frozen=True, eq=False)
class FoldDistances:
    """How far the held-out samples of a fold lie from its fit rows.

    Attributes:
        rows: (b,) numbers of the held-out samples in the training set.
        distance: (b,) mean distance to the nearest fit rows.
        typical: Median of the same over fit rows.
        units: Number of units of these.
        p_value: (b,) conformal p-values.
        unlike: (b,) which samples are unlike the fit rows.
        far_features: For each sample that is unlike, the user's features in which it lies
            farthest from its neighbours; empty for the others.
        neighbours: (b, k) numbers of the nearest fit rows in the training set, nearest first; -1
            where there are fewer of other units.
    """

    rows: Codes
    distance: Floats
    typical: float
    units: int
    p_value: Floats
    unlike: Bools
    far_features: tuple[tuple[str, ...], ...]
    neighbours: Codes


def fold_distances(task: UnlikeTask) -> FoldDistances:
    """Measure the held-out samples of one tuning fold; for the process pool."""
    bench = load_workbench(task.source)
    seed = derive_seed(task.source.seed, "reference rows", task.fold)
    with threadpool_limits(limits=1):
        return distances_in_fold(bench.cache.data(task.fold), bench.training.units, seed)


def distances_in_fold(data: FoldData, units: Codes, seed: int) -> FoldDistances:
    """Measure the held-out samples of a fold.

    Args:
        data: The preprocessed fold.
        units: (n,) codes of the biological unit of all training samples.
        seed: Seed of the fit rows that are compared with, where there are very many.
    """
    kept = _references(len(data.fit), seed)
    fit_rows = data.fold.fit[kept]
    fit, tune = _robust(data.fit[kept], data.tune)
    own, held = units[fit_rows], units[data.fold.tune]
    usual, _ = _nearest(fit, own, fit, own)
    distance, places = _nearest(tune, held, fit, own)
    p_value = _conformal(distance, usual, own)
    unlike = (p_value <= CHANCE) & (distance > _far_out(usual))
    names = data.preprocessor.source_columns
    far = [
        _far_features(tune[i], fit[places[i, :NEIGHBOURS]], names) if unlike[i] else ()
        for i in range(len(tune))
    ]
    return FoldDistances(
        rows=data.fold.tune,
        distance=distance,
        typical=float(np.median(usual)),
        units=len(np.unique(own)),
        p_value=p_value,
        unlike=unlike,
        far_features=tuple(far),
        neighbours=np.where(places == _NONE, _NONE, fit_rows[places]),
    )


def _references(rows: int, seed: int) -> Codes:
    """Return the fit rows to compare with: all, or so many drawn at random."""
    if rows <= _MOST_REFERENCES:
        return np.arange(rows, dtype=np.int64)
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(rows, _MOST_REFERENCES, replace=False)).astype(np.int64)


def _robust(fit: Floats, tune: Floats) -> tuple[Matrix, Matrix]:
    """Return both on a scale by median and median deviation of the fit rows, cut at ten.

    A column most of whose rows agree keeps the scale it has.
    """
    centre = np.median(fit, axis=0)
    spread = _TO_SPREAD * np.median(np.abs(fit - centre), axis=0)
    # Where the tails are so heavy that the middle says little, the standard deviation, 1, counts.
    spread = np.where(spread > 0.1, spread, 1.0)

    def scaled(values: Floats) -> Matrix:
        kept = np.clip((values - centre) / spread, -_LARGEST, _LARGEST)
        return kept.astype(np.float32)

    return scaled(fit), scaled(tune)


def _nearest(
    rows: Matrix, units: Codes, others: Matrix, other_units: Codes
) -> tuple[Floats, Codes]:
    """Return (b,) mean distances to the nearest rows of other units, and (b, k) their places.

    Places are -1, and a distance infinite, where there are too few rows.
    """
    most = min(SIMILAR, len(others))
    lengths = (others * others).sum(axis=1)
    distance, places = np.empty(len(rows)), np.empty((len(rows), most), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        squares = (rows[part] ** 2).sum(axis=1)[:, None] + lengths - 2.0 * (rows[part] @ others.T)
        squares = np.maximum(squares, 0.0)
        squares[units[part, None] == other_units[None, :]] = np.inf
        near = np.argpartition(squares, most - 1, axis=1)[:, :most]
        order = np.argsort(np.take_along_axis(squares, near, axis=1), axis=1, kind="stable")
        near = np.take_along_axis(near, order, axis=1)
        found = np.take_along_axis(squares, near, axis=1)
        distance[part] = np.sqrt(found[:, :NEIGHBOURS]).mean(axis=1)
        places[part] = np.where(np.isfinite(found), near, _NONE)
    return distance, places


def _conformal(distance: Floats, usual: Floats, units: Codes) -> Floats:
    """Return (b,) shares of units with a row at least as far out, the sample's own counted in.

    The rows of a unit count as one together.
    """
    unit = np.unique(units, return_inverse=True)[1]
    sizes = np.bincount(unit)
    order = np.argsort(usual, kind="stable")
    weight = np.append(np.cumsum((1.0 / sizes[unit])[order][::-1])[::-1], 0.0)
    reached = weight[np.searchsorted(usual[order], distance, side="left")]
    found: Floats = (1.0 + reached) / (1.0 + len(sizes))
    return found


def _far_out(usual: Floats) -> float:
    """Return the distance beyond which a sample lies far outside."""
    known = usual[np.isfinite(usual) & (usual > 0)]
    if len(known) < _LEAST_ROWS:
        return np.inf
    low, high = np.quantile(np.log(known), [0.25, 0.75])
    return float(np.exp(high + _FAR_OUT * (high - low)))


def _far_features(sample: Matrix, neighbours: Matrix, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the user's features in which a sample lies farthest from its neighbours."""
    off = np.abs(sample - np.median(neighbours, axis=0))
    order = [int(i) for i in np.argsort(-off, kind="stable") if off[i] >= _FAR_FEATURE]
    return tuple(dict.fromkeys(names[i] for i in order))[:_MOST_NAMED]
