"""The loss curve that is shown of a network that was trained on several folds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from deepbench.study.records import CurveRecord
from deepbench.training.lane_records import LaneResult


def typical_curve(folds: Sequence[LaneResult]) -> CurveRecord | None:
    """Return the curve of the fold whose best epoch is in the middle.

    Folds stop at different epochs, so a mean over them would be no curve of any network. The
    curve ends before the first loss that is not finite; None if that is the first epoch.
    """
    by_epoch = sorted(folds, key=lambda fold: fold.best_epoch)
    fold = by_epoch[len(by_epoch) // 2]
    finite = [all(map(math.isfinite, losses)) for losses in fold.curve]
    shown = fold.curve[: [*finite, False].index(False)]
    if not shown:
        return None
    return CurveRecord(
        training=tuple(fit for fit, _ in shown),
        tuning=tuple(stop for _, stop in shown),
        best_epoch=fold.best_epoch,
    )


def thinned(curve: CurveRecord, most_points: int) -> CurveRecord:
    """Return at most so many epochs of a curve: first, best, last, and evenly between them.

    Losses are rounded to six digits.
    """
    length = len(curve.training)
    if length > most_points:
        places = set(np.linspace(0, length - 1, most_points - 1).round().astype(int).tolist())
        if curve.best_epoch:
            places.add(curve.best_epoch - 1)
        kept = sorted(places)
    else:
        kept = list(range(length))
    return CurveRecord(
        training=tuple(_rounded(curve.training[place]) for place in kept),
        tuning=tuple(_rounded(curve.tuning[place]) for place in kept),
        best_epoch=curve.best_epoch,
        epochs=tuple(place + 1 for place in kept),
    )


def _rounded(loss: float) -> float:
    return float(f"{loss:.6g}")
