"""Everything shown about one set of predictions: the metric panel, the curves, the confusion."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.delong import delong_interval
from deepbench.evaluation.metrics import SAYING_CLASSES, Metric, decide, metrics_for
from deepbench.evaluation.ranking import Floats, Outcome
from deepbench.evaluation.shown_intervals import (
    TestSamples,
    percentiles,
    shown_difference,
    shown_interval,
)


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
    samples: TestSamples,
    p: Floats,
    *,
    resamples: int = 2000,
    seed: int,
    said: NDArray[np.int64] | None = None,
) -> dict[str, Interval]:
    """All metrics of the task, each with the 95 % interval that `shown_intervals` chose for it.

    All metrics see the same resamples of units. For two classes the entries `auroc_delong` and
    `auroc_bootstrap` add two other intervals of the AUROC, by which the shown one can be judged.

    Args:
        samples: The test samples.
        p: (n, K) class probabilities, or (n, 1) for regression.
        resamples: Number of resamples.
        seed: Seed of the draws.
        said: (n,) codes of the classes said; the most probable ones if absent.
    """
    metrics = metrics_for(samples.task)
    values: dict[str, list[Floats]] = {name: [] for name in metrics}
    for weights in samples.weights(resamples, seed):
        for name, metric in metrics.items():
            values[name].append(_resampled(metric, samples, p, weights))
    panel = {
        name: shown_interval(
            metric, samples, p, np.concatenate(values[name]), said=said, seed=seed
        )
        for name, metric in metrics.items()
    }
    if samples.task == "binary":
        panel["auroc_delong"] = delong_interval(
            samples.y,
            p[:, 1],
            units=samples.units,
            folds=samples.folds,
            dependence=samples.dependence,
        )
        found = percentiles(panel["auroc"].value, np.concatenate(values["auroc"]), samples)
        panel["auroc_bootstrap"] = replace(
            found, low=max(found.low, 0.0), high=min(found.high, 1.0)
        )
    return panel


def metric_interval(
    metric: Metric,
    samples: TestSamples,
    p: Floats,
    *,
    resamples: int = 2000,
    seed: int,
    said: NDArray[np.int64] | None = None,
) -> Interval:
    """One metric with its interval; arguments and numbers as in `metric_panel`."""
    values = [_resampled(metric, samples, p, w) for w in samples.weights(resamples, seed)]
    return shown_interval(metric, samples, p, np.concatenate(values), said=said, seed=seed)


def paired_difference(
    metric: Metric,
    samples: TestSamples,
    p_a: Floats,
    p_b: Floats,
    *,
    resamples: int = 2000,
    seed: int,
) -> Interval:
    """Score of A minus score of B on the same samples, with its 95 % interval.

    Both models are scored on the same resamples of units, so that what makes a sample easy or
    hard for both cancels out. Arguments as in `metric_panel`.
    """
    values = [
        samples.weighted(metric, p_a, weights) - samples.weighted(metric, p_b, weights)
        for weights in samples.weights(resamples, seed)
    ]
    value = samples.value(metric, p_a) - samples.value(metric, p_b)
    return shown_difference(value, np.concatenate(values), samples)


def _resampled(metric: Metric, samples: TestSamples, p: Floats, weights: Floats) -> Floats:
    """Scores under resampled units; none are needed where tables are drawn."""
    if metric.name in SAYING_CLASSES:
        return np.full(len(weights), np.nan)
    return samples.weighted(metric, p, weights)


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
