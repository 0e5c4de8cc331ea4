"""From attributions of held-out samples to the importance of features, and how stable it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from deepbench.interpretation.attributions import Attributions
from deepbench.study.records import AttributionRecord, FeatureImportance

KEPT_FEATURES = 30
TWIN_QUANTILE = 0.95
# Sums of attributions may miss the output by this share of what is attributed at most.
_TOLERANCE = 0.01
# A rank correlation of fewer samples says nothing.
_FEWEST_SAMPLES = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FoldAttributions:
    """What one fold's model uses.

    Attributes:
        attributions: Of samples in the fold's tuning set, by the model fitted without them.
        samples: (n, p) features of the same samples, in the same order, as the model sees them.
        rows: (n,) their numbers in the training set.
    """

    attributions: Attributions
    samples: pd.DataFrame
    rows: NDArray[np.int64]


def importances(
    folds: Sequence[FoldAttributions], twin: Sequence[FoldAttributions] | None = None
) -> AttributionRecord:
    """Sum up attributions over folds.

    The importance of a feature is the mean absolute attribution over a fold's held-out samples
    (and over classes, if there are more than two), averaged over folds. A feature that a fold's
    model does not see has importance 0 there.

    Args:
        folds: Attributions of the same model family in each fold.
        twin: The same from models fitted on shuffled labels.

    Raises:
        ValueError: there is no fold.
    """
    if not folds:
        raise ValueError("Importance needs at least one fold.")
    first = folds[0].attributions
    names = sorted({name for fold in folds for name in fold.attributions.features})
    by_fold = _by_fold(folds, names)
    means = by_fold.mean(axis=0)
    twin_of = _twin_importances(twin)
    # Names break ties, so that the order does not depend on that of the folds.
    order = [i for i in np.lexsort((np.arange(len(names)), -means)) if means[i] > 0.0]
    above = _above_twin(means, twin_of)
    stability = _rank_stability(by_fold)
    error = max(fold.attributions.local_accuracy_error for fold in folds)
    kept = tuple(
        FeatureImportance(
            feature=names[i],
            importance=float(means[i]),
            low=float(by_fold[:, i].min()),
            high=float(by_fold[:, i].max()),
            direction=_direction(folds, names[i]),
            twin=None if twin_of is None else twin_of.get(names[i], 0.0),
        )
        for i in order[:KEPT_FEATURES]
    )
    return AttributionRecord(
        model=first.model,
        method=first.method,
        unit=first.unit,
        samples=sum(len(fold.samples) for fold in folds),
        folds=len(folds),
        features=kept,
        rank_stability=stability,
        local_accuracy_error=error,
        above_twin=above,
        sentences=_sentences(folds, len(order), stability, above, error),
    )


def _by_fold(folds: Sequence[FoldAttributions], names: list[str]) -> Floats:
    """Return (folds, features) mean absolute attributions."""
    place = {name: i for i, name in enumerate(names)}
    by_fold = np.zeros((len(folds), len(names)))
    for row, fold in enumerate(folds):
        columns = [place[name] for name in fold.attributions.features]
        by_fold[row, columns] = np.abs(fold.attributions.values).mean(axis=(0, 2))
    return by_fold


def _twin_importances(twin: Sequence[FoldAttributions] | None) -> dict[str, float] | None:
    if not twin:
        return None
    names = sorted({name for fold in twin for name in fold.attributions.features})
    return dict(zip(names, _by_fold(twin, names).mean(axis=0).tolist(), strict=True))


def _above_twin(means: Floats, twin: dict[str, float] | None) -> int | None:
    """Count features above the 95 % quantile of the features that the twin uses."""
    if twin is None:
        return None
    used = [value for value in twin.values() if value > 0.0]
    threshold = float(np.quantile(used, TWIN_QUANTILE)) if used else 0.0
    return int((means > threshold).sum())


def _rank_stability(by_fold: Floats) -> float | None:
    """Mean Spearman correlation between folds, over features used in at least one of them."""
    used = by_fold[:, (by_fold > 0.0).any(axis=0)]
    if len(used) < 2 or used.shape[1] < 3:
        return None
    ranks = rankdata(used, axis=1)
    ranks = ranks[ranks.std(axis=1) > 0.0]
    if len(ranks) < 2:
        return None
    between = np.corrcoef(ranks)[np.triu_indices(len(ranks), 1)]
    return float(between.mean())


def _direction(folds: Sequence[FoldAttributions], feature: str) -> float | None:
    """Mean over folds of the Spearman correlation between value and attribution.

    None for categorical features, for more than two classes, and where no fold has enough
    different values.
    """
    found: list[float] = []
    weights: list[int] = []
    for fold in folds:
        own = fold.attributions
        if feature not in own.features or own.values.shape[2] != 1:
            continue
        values = fold.samples[feature]
        if not pd.api.types.is_numeric_dtype(values):
            return None
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        known = ~np.isnan(numbers)
        correlation = _spearman(numbers[known], own.values[known, own.features.index(feature), 0])
        if correlation is not None:
            found.append(correlation)
            weights.append(int(known.sum()))
    return float(np.average(found, weights=weights)) if found else None


def _spearman(a: Floats, b: Floats) -> float | None:
    if len(a) < _FEWEST_SAMPLES or np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return None
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])


def _sentences(
    folds: Sequence[FoldAttributions],
    used: int,
    stability: float | None,
    above: int | None,
    error: float,
) -> tuple[str, ...]:
    first = folds[0].attributions
    said = [
        f"Attributions by {first.method}, on samples that the model was not fitted on."
        if used
        else "The model uses no feature."
    ]
    said += dict.fromkeys(text for fold in folds for text in fold.attributions.sentences)
    if stability is not None:
        said.append(
            f"Between folds, the ranks of the features agree with a mean correlation of "
            f"{stability:.2f} (1: the same order in every fold, 0: no agreement)."
        )
    if above is not None and used:
        noun = "feature weighs" if above == 1 else "features weigh"
        said.append(
            f"{above} of {used:,} {noun} more than 95 % of the features that the same model uses "
            "when it is fitted on shuffled labels."
        )
    attributed = max(
        float(np.abs(f.attributions.outputs - f.attributions.base).max(initial=0.0)) for f in folds
    )
    if error > _TOLERANCE * attributed:
        said.append(
            f"The attributions miss the model's output by up to {error:.2g}, so they are not to "
            "be relied on."
        )
    return tuple(said)
