"""Neighbours of the samples shown, and how many of them agree with the prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepbench.data.samples import TrainingSet
from deepbench.interpretation.explanations import most_shown, observed, shown_places
from deepbench.interpretation.fold_results import FoldResult
from deepbench.study.records.interpretation_views import NeighboursRecord, TrustRecord

# A trust score beyond this is that of a sample with a twin among the fit samples.
_MOST_TRUST = 1_000.0


def trust_record(folds: Sequence[FoldResult], training: TrainingSet) -> TrustRecord:
    """Return the neighbours of the samples that `explanations` shows, in the same order.

    For numbers a neighbour agrees whose outcome lies within the model's mean absolute error,
    over all held-out samples, of the prediction.

    Args:
        folds: The main fit of one model family in each fold.
        training: Where the samples come from.
    """
    error = _typical_error(folds, training)
    samples = [
        _neighbours(fold, place, training, error)
        for fold in folds
        for place in shown_places(len(fold.rows), most_shown(len(folds)))
    ]
    return TrustRecord(
        model=folds[0].model,
        space=folds[0].neighbours.space if folds[0].neighbours else "",
        samples=tuple(samples),
    )


def _typical_error(folds: Sequence[FoldResult], training: TrainingSet) -> float:
    """Return the mean absolute error of held-out values; 0 for classes, which agree or do not."""
    if training.info.classes:
        return 0.0
    errors = [
        np.abs(fold.neighbours.predicted - training.outcome[fold.rows])
        for fold in folds
        if fold.neighbours is not None
    ]
    return float(np.concatenate(errors).mean())


def _neighbours(
    fold: FoldResult, place: int, training: TrainingSet, error: float
) -> NeighboursRecord:
    own = fold.neighbours
    assert own is not None
    rows = own.nearest[place]
    away = np.abs(training.outcome[rows] - own.predicted[place])
    trust = float(own.trust[place])
    return NeighboursRecord(
        sample=str(training.sample_ids[fold.rows[place]]),
        neighbours=tuple(training.sample_ids[rows].tolist()),
        outcomes=tuple(observed(training, rows)),
        distances=tuple(round(value, 4) for value in own.distances[place].tolist()),
        trust=round(min(trust, _MOST_TRUST), 3) if np.isfinite(trust) else None,
        agreement=float((away <= error).mean()) if len(rows) else None,
    )
