"""The score of private training on the tuning folds: each fold trains by itself, with new noise.

Models of folds are scored and thrown away, so their noise repeats (`SeededNoise`): the same plan
gives the same scores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.metrics import get_metric, tuning_metric
from deepbench.evaluation.shown_intervals import TestSamples, shown_interval
from deepbench.models.networks.private import PrivateChoices, fit_private, recipe_for
from deepbench.models.workbench import BenchSource, load_workbench
from deepbench.seeds import derive_seed
from deepbench.training.private.noise import SeededNoise

Floats = NDArray[np.float64]

_RESAMPLES = 1000
_LEVEL = 0.95


@dataclass(frozen=True)
class PrivateFoldTask:
    """Private training on one fold, several times with different noise.

    Attributes:
        source: Training samples and folds.
        choices: What was settled without looking at the samples.
        epsilon: The budget.
        fold: Number of the fold.
        draws: How often.
        seed: Seed from which that of each draw derives.
    """

    source: BenchSource
    choices: PrivateChoices
    epsilon: float
    fold: int
    draws: int
    seed: int


def private_fold(task: PrivateFoldTask) -> Floats:
    """Return (draws, b, K) predictions of the fold's tuning rows."""
    bench = load_workbench(task.source)
    fold = bench.folds[task.fold]
    fit, tune = bench.training.take(fold.fit), bench.training.take(fold.tune)
    recipe = recipe_for(fit, task.choices, task.epsilon)
    found = []
    for draw in range(task.draws):
        noise = SeededNoise(derive_seed(task.seed, "noise", task.fold, draw))
        model = fit_private(fit, task.choices, recipe, noise)
        found.append(model.predict(tune.features))
    return np.stack(found)


@dataclass(frozen=True)
class PrivateScore:
    """What private training is worth at one budget.

    Attributes:
        interval: Mean score over the draws of noise, with its 95 % interval over units; how far
            other noise may lie from the mean is part of it.
        draws: The score with each draw.
    """

    interval: Interval
    draws: tuple[float, ...]


def private_score(samples: TestSamples, predictions: Sequence[Floats], seed: int) -> PrivateScore:
    """Score several draws of noise.

    Args:
        samples: Outcome, units and folds of the rows predicted.
        predictions: For each draw (n, K) out-of-fold predictions.
        seed: Seed of the resamples.
    """
    metric = get_metric(samples.task, tuning_metric(samples.task))
    weights = list(samples.weights(_RESAMPLES, seed))
    found = []
    for p in predictions:
        values = np.concatenate([samples.weighted(metric, p, block) for block in weights])
        found.append(shown_interval(metric, samples, p, values, seed=seed))
    scores = np.array([each.value for each in found])
    mean = float(scores.mean())
    between = float(norm.ppf((1 + _LEVEL) / 2) * scores.std(ddof=1)) if len(scores) > 1 else 0.0
    below = float(np.mean([each.value - each.low for each in found]))
    above = float(np.mean([each.high - each.value for each in found]))
    interval = Interval(mean, mean - math.hypot(below, between), mean + math.hypot(above, between))
    return PrivateScore(_within_reach(interval), tuple(map(float, scores)))


def _within_reach(found: Interval) -> Interval:
    """Cut limits off at 1, above which no tuning score lies."""
    return Interval(found.value, found.low, min(found.high, 1.0))
