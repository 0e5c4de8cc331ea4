"""Everything shown about one set of predictions: the metric panel, the curves, the confusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.bootstrap import Interval, interval_of, strata_of, weight_blocks
from deepbench.evaluation.delong import delong_interval
from deepbench.evaluation.metrics import SAYING_CLASSES, Task, decide, metrics_for
from deepbench.evaluation.ranking import Floats, Outcome


@dataclass(frozen=True)
class Curves:
    """Points of the ROC and of the precision-recall curve, and the confusion matrix.

    Attributes:
        false_positive_rate: (r,) increasing from 0 to 1; NaN without negative samples.
        true_positive_rate: (r,) increasing from 0 to 1; NaN without positive samples.
        recall: (q,) increasing from 0 to 1; NaN without positive samples.
        precision: (q,) at each recall; the first point is (0, 1) by convention.
        confusion: (2, 2) counts: rows are the truth, columns the class said.
    """

    false_positive_rate: Floats
    true_positive_rate: Floats
    recall: Floats
    precision: Floats
    confusion: NDArray[np.int64]


def metric_panel(
    task: Task,
    y: Outcome,
    p: Floats,
    units: NDArray[np.int64],
    *,
    resamples: int = 2000,
    seed: int,
    said: NDArray[np.int64] | None = None,
) -> dict[str, Interval]:
    """All metrics of the task, each with its 95 % bootstrap interval over units.

    All metrics see the same resamples. For two classes the entry `auroc_delong` adds DeLong's
    interval of the AUROC, whose coverage is steadier than the bootstrap's in small sets.

    Args:
        task: Kind of outcome.
        y: (n,) class codes or values.
        p: (n, K) class probabilities, or (n, 1) for regression.
        units: (n,) code of the biological unit.
        resamples: Number of resamples.
        seed: Seed of the draws.
        said: (n,) codes of the classes said; the most probable ones if absent.
    """
    metrics = metrics_for(task)
    shown = dict.fromkeys(metrics, p)
    if said is not None:
        shown |= dict.fromkeys(SAYING_CLASSES & shown.keys(), np.eye(p.shape[1])[said])
    values: dict[str, list[Floats]] = {name: [] for name in metrics}
    for weights in weight_blocks(units, resamples, seed, strata_of(task, y)):
        for name, metric in metrics.items():
            values[name].append(metric.weighted(y, shown[name], weights))
    panel = {
        name: interval_of(metric.function(y, shown[name]), np.concatenate(values[name]))
        for name, metric in metrics.items()
    }
    if task == "binary":
        panel["auroc_delong"] = delong_interval(y, p[:, 1], units=units)
    return panel


def binary_curves(y: Outcome, p: Floats, said: NDArray[np.int64] | None = None) -> Curves:
    """Curves of a model with two classes.

    Samples of equal probability enter together; ROC points on a straight line are left out.

    Args:
        y: (n,) 1 for positive, 0 for negative.
        p: (n, 2) class probabilities.
        said: (n,) codes of the classes said; the more probable ones if absent.
    """
    order = np.argsort(-p[:, 1], kind="stable")
    ends = np.append(np.flatnonzero(np.diff(p[order, 1])), len(y) - 1)
    hits = np.append(0, np.cumsum(y[order] == 1)[ends])
    false_alarms = np.append(0, np.cumsum(y[order] != 1)[ends])
    up, right = np.diff(hits), np.diff(false_alarms)
    bends = np.concatenate([[True], up[:-1] * right[1:] != up[1:] * right[:-1], [True]])
    precision = np.append(1.0, hits[1:] / (hits + false_alarms)[1:])
    return Curves(
        false_positive_rate=_share(false_alarms)[bends],
        true_positive_rate=_share(hits)[bends],
        recall=_share(hits),
        precision=precision,
        confusion=confusion(y, p, 2, said),
    )


def _share(counts: NDArray[np.int64]) -> Floats:
    return counts / counts[-1] if counts[-1] else np.full(len(counts), np.nan)


def confusion(
    y: Outcome, p: Floats, classes: int, said: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Counts (K, K) of true class (rows) by class said (columns), if absent the most probable."""
    cells = y.astype(np.int64) * classes + (decide(p) if said is None else said)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)
