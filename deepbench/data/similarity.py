"""Whether test samples can be told from training samples: adversarial validation.

A classifier learns, without the outcome, which set a unit is in; if it does better than chance on
units it has not seen, the sets differ. Two linear scores are added: ridge regression on the
membership from the products between units (sees many small differences at any number of
features), and the features whose t statistic passes Donoho and Johnstone's threshold
√(2 log p) (doi:10.1093/biomet/81.3.425; sees a single shifted feature among 20,000). Chance is
measured by permuting the membership inside the folds, so that units stay together throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.stats import rankdata
from scipy.stats import t as student_t

from deepbench.data.findings.base import codes_of
from deepbench.data.samples import AllSamples
from deepbench.data.splits import OuterFold, OuterPlan
from deepbench.data.wording import shorten, some_names
from deepbench.seeds import derive_seed
from deepbench.study.records import SimilarityRecord

_LEAST_UNITS = 8
_MOST_UNITS = 1_500
_FOLDS = 5
_PERMUTATIONS = 60  # of a single fold; of several folds so many in all, 24 each at least
_LEAST_PERMUTATIONS = 24
_MOST_LEVELS = 20
_LARGEST = 3.0
_MOST_NAMED = 5
_LEVEL = 0.05
_BLOCK_CELLS = 4_000_000
_BY_CHANCE = frozenset({"holdout", "nested"})

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class _Units:
    """One row per unit.

    Attributes:
        Z: (u, q) means of standardised columns; labels are one column per value.
        owner: (q,) number of the feature of each column.
        names: Names of the features.
        ids: (u,) codes of the units.
    """

    Z: Matrix
    owner: NDArray[np.int64]
    names: tuple[str, ...]
    ids: NDArray[np.int64]


@dataclass(frozen=True)
class _Comparison:
    """What one comparison of two sets gave.

    Attributes:
        name: Of the fold.
        auroc: Out-of-fold AUROC.
        spread: Its standard deviation when membership is permuted.
        columns: Features that tell the sets apart beyond chance, the strongest first.
    """

    name: str
    auroc: float
    spread: float
    columns: tuple[str, ...]


def compare_sets(samples: AllSamples, outer: OuterPlan, seed: int) -> SimilarityRecord | None:
    """Ask whether test and training samples can be told apart by their features.

    Of several folds set aside at random the mean counts; of folds by site, batch or the user's
    own division the one that differs most, with an interval that allows for the choice.

    Args:
        samples: The checked samples.
        outer: How they are divided.
        seed: Seed of folds and permutations.

    Returns:
        The record; None where a set has fewer than eight units, or there is no feature.
    """
    # In a division by time some samples of early units are in neither set.
    used = np.unique(np.concatenate([rows for f in outer.folds for rows in (f.train, f.test)]))
    units = _units(samples if len(used) == len(samples) else samples.take(used), seed)
    if units is None:
        return None
    products = units.Z @ units.Z.T / np.float32(units.Z.shape[1])
    permutations = max(_LEAST_PERMUTATIONS, _PERMUTATIONS // len(outer.folds))
    compared = []
    for fold in outer.folds:
        generator = np.random.default_rng(derive_seed(seed, "similarity", fold.name))
        comparison = _compare(samples, units, products, fold, permutations, generator)
        if comparison is not None:
            compared.append(comparison)
    if not compared:
        return None
    expected = outer.design not in _BY_CHANCE
    return _worst(compared) if expected else _mean(compared)


def _mean(compared: list[_Comparison]) -> SimilarityRecord:
    """Return the mean over folds; their AUROCs are far from independent, so none is averaged out.

    A feature counts if it tells any fold apart with the number of folds allowed for.
    """
    auroc = float(np.mean([c.auroc for c in compared]))
    spread = float(np.mean([c.spread for c in compared]))
    low, high = _interval(auroc, spread, 1.96)
    columns = tuple(dict.fromkeys(name for c in compared for name in c.columns))[:_MOST_NAMED]
    differ = low > 0.5
    shown = f"AUROC {auroc:.2f}, interval {low:.2f} to {high:.2f}"
    if differ:
        by = f", best by {some_names(columns)}" if columns else ""
        sentence = (
            f"Test and training samples can be told apart ({shown}){by}, although they were "
            "divided at random: look for groups of samples that belong together and name them "
            "under [roles]."
        )
    else:
        sentence = (
            f"Test and training samples cannot be told apart by their features ({shown}), as it "
            "should be when they are divided at random."
        )
    return _record(auroc, low, high, False, columns if differ else (), sentence)


def _worst(compared: list[_Comparison]) -> SimilarityRecord:
    worst = max(compared, key=lambda c: c.auroc)
    width = float(-student_t.ppf(_LEVEL / 2 / len(compared), 1e6))
    low, high = _interval(worst.auroc, worst.spread, width)
    which = f" of '{shorten(worst.name)}'" if len(compared) > 1 else ""
    shown = f"AUROC {worst.auroc:.2f}, interval {low:.2f} to {high:.2f}"
    if low > 0.5:
        by = f", best by {some_names(worst.columns)}" if worst.columns else ""
        sentence = (
            f"The test samples{which} can be told from the training samples ({shown}){by}. This "
            "design tests just that: how models do on samples that differ."
        )
    else:
        sentence = (
            f"The test samples{which} cannot be told from the training samples ({shown}): the "
            "sets hardly differ in their features, although the design allows it."
        )
    return _record(worst.auroc, low, high, True, worst.columns if low > 0.5 else (), sentence)


def _record(
    auroc: float, low: float, high: float, expected: bool, columns: tuple[str, ...], sentence: str
) -> SimilarityRecord:
    return SimilarityRecord(
        auroc=auroc, low=low, high=high, expected=expected, columns=columns, sentence=sentence
    )


def _interval(auroc: float, spread: float, width: float) -> tuple[float, float]:
    """Return an interval: the spread at chance, narrower towards the ends as a share's is."""
    inside = min(max(auroc, 0.02), 0.98)
    half = width * spread * 2 * np.sqrt(inside * (1 - inside))
    return float(max(0.0, auroc - half)), float(min(1.0, auroc + half))


# --- one row per unit -----------------------------------------------------------------------


def _units(samples: AllSamples, seed: int) -> _Units | None:
    ids, unit = np.unique(samples.units, return_inverse=True)
    if len(ids) > _MOST_UNITS:
        generator = np.random.default_rng(derive_seed(seed, "units"))
        chosen = np.sort(generator.choice(len(ids), _MOST_UNITS, replace=False))
        rows = np.flatnonzero(np.isin(unit, chosen))
        ids, unit = np.unique(samples.units[rows], return_inverse=True)
    else:
        rows = np.arange(len(samples))
    features = samples.features if len(rows) == len(samples) else samples.features.iloc[rows]
    is_number = np.array([dtype == np.float64 for dtype in features.dtypes], dtype=bool)
    X = features.loc[:, is_number].to_numpy(dtype=np.float64)
    blocks, owner = [_standard(X)], list(np.flatnonzero(is_number))
    for place in np.flatnonzero(~is_number):
        codes = codes_of(features[str(features.columns[int(place)])])
        if 1 <= codes.max(initial=-1) < _MOST_LEVELS:
            blocks.append(_standard(np.equal.outer(codes, np.arange(codes.max() + 1)) * 1.0))
            owner += [place] * (int(codes.max()) + 1)
    Z = np.hstack(blocks)
    if len(ids) < len(rows):
        Z = _means(Z, unit.astype(np.int64))
    kept = Z.any(axis=0)
    if not kept.any():
        return None
    return _Units(
        np.ascontiguousarray(Z if kept.all() else Z[:, kept]),
        np.array(owner, dtype=np.int64)[kept],
        tuple(str(name) for name in features.columns),
        ids.astype(np.int64),
    )


def _means(Z: Matrix, unit: NDArray[np.int64]) -> Matrix:
    """Return the mean of the rows of each unit."""
    counts = np.bincount(unit)
    weights = (1 / counts[unit]).astype(np.float32)
    shape = (len(counts), len(unit))
    return np.asarray(csr_array((weights, (unit, np.arange(len(unit)))), shape=shape) @ Z)


def _standard(X: Floats) -> Matrix:
    """Return columns of mean 0 and variance 1, cut at three, gaps as 0."""
    standard = np.zeros(X.shape, dtype=np.float32)
    width = max(1, _BLOCK_CELLS // max(1, len(X)))
    for first in range(0, X.shape[1], width):
        block = X[:, first : first + width]
        gaps = np.isnan(block)
        counts = np.maximum((~gaps).sum(axis=0), 1)
        values = np.where(gaps, 0.0, block)
        values /= np.maximum(np.abs(values).max(axis=0), np.finfo(float).tiny)
        values -= values.sum(axis=0) / counts
        values[gaps] = 0.0
        spread = np.sqrt((values**2).sum(axis=0) / counts)
        values /= np.where(spread > 1e-9, spread, np.inf)
        standard[:, first : first + width] = np.clip(values, -_LARGEST, _LARGEST)
    return standard


# --- one comparison -------------------------------------------------------------------------


def _compare(
    samples: AllSamples,
    units: _Units,
    products: Matrix,
    fold: OuterFold,
    permutations: int,
    generator: np.random.Generator,
) -> _Comparison | None:
    in_test = np.isin(units.ids, samples.units[fold.test])
    used = np.flatnonzero(in_test | np.isin(units.ids, samples.units[fold.train]))
    member = in_test[used]
    if min(member.sum(), (~member).sum()) < _LEAST_UNITS:
        return None
    Z = units.Z if len(used) == len(units.ids) else units.Z[used]
    parts = _parts(member, generator)
    labels = _permuted(member, parts, permutations, generator)
    own = products[np.ix_(used, used)].astype(np.float64)
    scores = _out_of_fold(Z, own, labels, parts)
    aurocs = _aurocs(scores, labels)
    columns = _telling(Z, member, units)
    return _Comparison(fold.name, float(aurocs[0]), float(aurocs[1:].std()), columns)


def _parts(member: Bools, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return (u,) numbers of folds, both sets spread evenly."""
    parts = np.empty(len(member), dtype=np.int64)
    for side in (True, False):
        rows = generator.permutation(np.flatnonzero(member == side))
        parts[rows] = np.arange(len(rows)) % _FOLDS
    return parts


def _permuted(
    member: Bools, parts: NDArray[np.int64], permutations: int, generator: np.random.Generator
) -> Bools:
    """Return (u, 1 + permutations) memberships: the true one, then permuted inside folds."""
    labels = np.empty((len(member), 1 + permutations), dtype=bool)
    labels[:, 0] = member
    for number in range(1, 1 + permutations):
        for part in range(_FOLDS):
            rows = np.flatnonzero(parts == part)
            labels[rows, number] = generator.permutation(member[rows])
    return labels


def _out_of_fold(Z: Matrix, products: Floats, labels: Bools, parts: NDArray[np.int64]) -> Floats:
    """Return (u, k) scores of each unit by models that were fitted without its fold."""
    scores = np.zeros(labels.shape)
    for part in range(_FOLDS):
        fit, held = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        told = labels[fit].astype(np.float64)
        told -= told.mean(axis=0)
        ridge = _ridge(products, fit, held, told)
        few = _screened(Z, fit, held, told)
        scores[held] = _scaled(ridge) + _scaled(few)
    return scores


def _ridge(
    products: Floats, fit: NDArray[np.int64], held: NDArray[np.int64], told: Floats
) -> Floats:
    """Return ridge regression scores from centred products between units."""
    inside = products[np.ix_(fit, fit)]
    across = products[np.ix_(held, fit)]
    means = inside.mean(axis=0)
    across = across - across.mean(axis=1, keepdims=True) - means + means.mean()
    inside = inside - means - means[:, None] + means.mean()
    inside[np.diag_indices_from(inside)] += np.trace(inside) / len(fit)
    return np.asarray(across @ cho_solve(cho_factor(inside), told), dtype=np.float64)


def _screened(Z: Matrix, fit: NDArray[np.int64], held: NDArray[np.int64], told: Floats) -> Floats:
    """Return scores from the columns whose t statistics pass √(2 log p); 0 where none does."""
    own = Z[fit]
    weights = own.T @ told.astype(np.float32)
    mean = own.mean(axis=0)
    spread = np.sqrt(np.maximum(np.einsum("ij,ij->j", own, own) / len(fit) - mean**2, 1e-12))
    weights /= spread[:, None] * np.sqrt((told**2).sum(axis=0)).astype(np.float32)
    threshold = np.sqrt(2 * np.log(max(2, Z.shape[1])))
    passing = np.flatnonzero((np.abs(weights) > threshold).any(axis=1))
    if not len(passing):
        return np.zeros((len(held), told.shape[1]))
    kept = weights[passing]
    kept = np.sign(kept) * np.maximum(np.abs(kept) - threshold, 0)
    centred = (Z[np.ix_(held, passing)] - mean[passing]) / spread[passing]
    return np.asarray(centred @ kept, dtype=np.float64)


def _scaled(scores: Floats) -> Floats:
    """Return scores with standard deviation 1 in each column, and mean as it is."""
    spread = scores.std(axis=0)
    return np.asarray(scores / np.where(spread > 0, spread, 1.0), dtype=np.float64)


def _aurocs(scores: Floats, labels: Bools) -> Floats:
    """Return (k,) AUROCs of columns of scores for columns of labels."""
    ranks = rankdata(scores, axis=0)
    n1 = labels.sum(axis=0)
    n0 = len(labels) - n1
    total = np.where(labels, ranks, 0.0).sum(axis=0)
    return np.asarray((total - n1 * (n1 + 1) / 2) / (n1 * n0), dtype=np.float64)


def _telling(Z: Matrix, member: Bools, units: _Units) -> tuple[str, ...]:
    """Return the features whose means differ between the sets beyond chance, best first."""
    told = member.astype(np.float64) - member.mean()
    centred_sum = told @ Z
    variance = np.maximum(Z.var(axis=0, dtype=np.float64), 1e-12) * len(Z) * (told @ told)
    rho = np.clip(centred_sum / np.sqrt(variance), -1 + 1e-12, 1 - 1e-12)
    freedom = len(Z) - 2
    chances = 2 * student_t.sf(np.abs(rho) * np.sqrt(freedom / (1 - rho**2)), freedom)
    best = [i for i in np.argsort(chances, kind="stable") if chances[i] * len(rho) < _LEVEL]
    names = dict.fromkeys(units.names[units.owner[i]] for i in best)
    return tuple(names)[:_MOST_NAMED]
