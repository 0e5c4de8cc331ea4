"""The effect of each feature on its own, without any model, and how likely by chance.

All from ranks, so that neither outliers nor transformations of single features matter. Two
classes: rank-biserial correlation, which is 2 AUC - 1 (Mann and Whitney's test). Several: share of
the variance of ranks that is between classes (eta squared of Kruskal and Wallis's H). Numbers:
Spearman's correlation. p-values are asymptotic, with correction for ties. Samples of one unit
with one outcome are averaged first: they are not independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm, rankdata
from scipy.stats import t as student

from deepbench.data.samples import TrainingSet
from deepbench.interpretation.ranks import ranks

Floats = NDArray[np.float64]

_TWO_CLASSES = "rank-biserial correlation (above 0: higher in {positive})"
_CLASSES = "share of the variance of ranks between classes"
_NUMBERS = "Spearman's correlation with {outcome}"
_FEWEST = 4
# Columns looked at together, which bounds the memory.
_BLOCK = 4_000


@dataclass(frozen=True, eq=False)
class Univariate:
    """Effects of single features.

    Attributes:
        name: What an effect is.
        effects: By feature: the effect and its p-value; features with text are left out, and
            those with too few values.
    """

    name: str
    effects: dict[str, tuple[float, float]]


def univariate(features: pd.DataFrame, training: TrainingSet) -> Univariate:
    """Return the effect of every numeric feature.

    Args:
        features: (n, ...) features as the models see them.
        training: Their outcome and units.
    """
    info = training.info
    numeric = [n for n in features.columns if pd.api.types.is_numeric_dtype(features[n].dtype)]
    together, outcome = _averaged(training)
    effects: dict[str, tuple[float, float]] = {}
    for begin in range(0, len(numeric), _BLOCK):
        names = numeric[begin : begin + _BLOCK]
        values = together(features[names].to_numpy(np.float64, na_value=np.nan))
        found, p = (
            _with_numbers(values, outcome)
            if info.task == "regression"
            else _with_classes(values, outcome.astype(np.int64), info.outputs)
        )
        for name, effect, chance in zip(names, found.tolist(), p.tolist(), strict=True):
            if np.isfinite(effect):
                effects[str(name)] = (effect, chance)
    name = {
        "binary": _TWO_CLASSES.format(positive=info.classes[-1] if info.classes else ""),
        "multiclass": _CLASSES,
        "regression": _NUMBERS.format(outcome=info.column),
    }[info.task]
    return Univariate(name, effects)


class _Means:
    """Averages rows of one unit with one outcome; missing values do not count."""

    def __init__(self, group_of: NDArray[np.int64]) -> None:
        self._order = np.argsort(group_of, kind="stable")
        self._starts = np.flatnonzero(np.diff(group_of[self._order], prepend=-1))
        self.first = self._order[self._starts]

    def __call__(self, values: Floats) -> Floats:
        if len(self._starts) == len(values):
            return values[self.first]
        ordered = values[self._order]
        there = np.add.reduceat((~np.isnan(ordered)).astype(np.float64), self._starts, axis=0)
        sums = np.add.reduceat(np.nan_to_num(ordered), self._starts, axis=0)
        found: Floats = np.where(there > 0.0, sums / np.maximum(there, 1.0), np.nan)
        return found


def _averaged(training: TrainingSet) -> tuple[_Means, Floats]:
    """Return what averages rows, and the outcome of each average."""
    outcome = training.outcome.astype(np.float64)
    keys = pd.DataFrame({"unit": training.units, "outcome": outcome})
    means = _Means(np.asarray(keys.groupby(["unit", "outcome"]).ngroup(), dtype=np.int64))
    return means, outcome[means.first]


def _with_classes(values: Floats, codes: NDArray[np.int64], classes: int) -> tuple[Floats, Floats]:
    centred = ranks(values)
    there = ~np.isnan(values)
    of_class = np.eye(classes)[codes]
    counts = of_class.T @ there
    sums = of_class.T @ centred
    total = counts.sum(axis=0)
    spread = (centred**2).sum(axis=0)
    present = (counts > 0).sum(axis=0)
    usable = (total >= _FEWEST) & (spread > 0.0) & (present > 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Kruskal and Wallis's H, corrected for ties; for two classes Mann and Whitney's z².
        h = (total - 1) * (sums**2 / np.maximum(counts, 1)).sum(axis=0) / spread
        if classes == 2:
            means = sums / np.maximum(counts, 1)
            effect = 2.0 * (means[1] - means[0]) / total
            p = 2.0 * norm.sf(np.sqrt(h))
        else:
            effect = np.clip((h - present + 1) / (total - present), 0.0, 1.0)
            p = chi2.sf(h, np.maximum(present - 1, 1))
    return np.where(usable, effect, np.nan), np.where(usable, p, np.nan)


def _with_numbers(values: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    missing = np.isnan(values)
    effect = np.full(values.shape[1], np.nan)
    whole = np.flatnonzero(~missing.any(axis=0))
    effect[whole] = _spearman(ranks(values[:, whole]), outcome)
    for column in np.flatnonzero(missing.any(axis=0)):
        there = ~missing[:, column]
        if there.sum() >= _FEWEST:
            effect[column] = _spearman(ranks(values[there, column, None]), outcome[there])[0]
    left = (~missing).sum(axis=0) - 2
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.abs(effect) * np.sqrt(left / np.maximum(1.0 - effect**2, 0.0))
    p = 2.0 * student.sf(t, np.maximum(left, 1))
    usable = np.isfinite(effect) & (left + 2 >= _FEWEST)
    return np.where(usable, effect, np.nan), np.where(usable, p, np.nan)


def _spearman(centred: Floats, outcome: Floats) -> Floats:
    own = rankdata(outcome)
    own -= own.mean()
    length = np.sqrt((centred**2).sum(axis=0) * (own**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(length > 0.0, own @ centred / length, np.nan)
    return np.clip(found, -1.0, 1.0)
