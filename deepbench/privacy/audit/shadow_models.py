"""Shadow models: the chosen family and settings, trained on random halves of the units.

Two shadows make a pair: what trains one is left out of the other. Each unit is thus in exactly
half of them, and which one of a pair it is in is the toss of a coin that nothing else depends on.
That makes the audit exact where nothing leaks: without an effect of having been trained on, no
attack can do better than chance on average.

What is kept of a shadow is two numbers per unit; its rows never go further.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.data.samples import Fold, Task, TrainingSet
from deepbench.models.family import BaselineFamily, Params, Run
from deepbench.models.fold_data import FoldCache
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.on_folds import NetworkRun, out_of_fold_networks
from deepbench.models.out_of_fold import out_of_fold_runs
from deepbench.models.ranking import Outcome
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, Workbench, load_workbench
from deepbench.seeds import derive_seed

# Probabilities are kept this far from 0 and 1.
_LEAST = 1e-6
# Groups of like outcome that are halved each by itself, where the outcome is a number.
_STRATA = 4


@dataclass(frozen=True, eq=False)
class UnitAnswers:
    """How well models answered for each unit; S models, U units.

    Attributes:
        confidence: (S, U) for classes the mean over a unit's rows of the log odds of the true
            class; for numbers minus the root mean squared error of its rows.
        likelihood: (S, U) the mean log probability of the true class; for numbers minus the mean
            squared error.
    """

    confidence: NDArray[np.float64]
    likelihood: NDArray[np.float64]

    @classmethod
    def of_rows(
        cls,
        predictions: NDArray[np.float64],
        outcome: Outcome,
        units: NDArray[np.int64],
        task: str,
    ) -> UnitAnswers:
        """Return the answers of models from what they predict.

        Args:
            predictions: (S, n, K) class probabilities, or (S, n, 1) values.
            outcome: (n,) true outcome.
            units: (n,) codes of the biological unit.
            task: Kind of outcome.
        """
        code = np.unique(units, return_inverse=True)[1]
        rows = np.bincount(code).astype(np.float64)

        def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.stack([np.bincount(code, weights=own) for own in values]) / rows

        if task == "regression":
            squared = mean((predictions[:, :, 0] - outcome) ** 2)
            return cls(-np.sqrt(squared), -squared)
        own = np.arange(len(outcome))
        p = np.clip(predictions[:, own, outcome.astype(np.int64)], _LEAST, 1 - _LEAST)
        return cls(mean(np.log(p) - np.log1p(-p)), mean(np.log(p)))


@dataclass(frozen=True)
class ShadowTask:
    """Shadows to train.

    Attributes:
        source: Training samples.
        family: Name of the chosen family.
        params: Its settings.
        starts: Random starts of a network.
        numbers: Numbers of the shadows; 2k and 2k + 1 are a pair.
    """

    source: BenchSource
    family: str
    params: Params
    starts: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Trained:
    """What is kept of shadows.

    Attributes:
        values: (2, S, U) confidence and likelihood of each unit under each shadow.
        seconds: Seconds of one core that training them took.
    """

    values: NDArray[np.float64]
    seconds: float


def train_shadows(task: ShadowTask) -> Trained:
    """Train shadows and let them answer for all units."""
    began = time.perf_counter()
    bench = load_workbench(task.source)
    training = bench.training
    inside = in_halves(training, task.numbers, task.source.seed)
    code = np.unique(training.units, return_inverse=True)[1]
    rows = [np.flatnonzero(half[code]) for half in inside]
    family = get_family(task.family)
    if isinstance(family, NetworkFamily):
        predictions = _networks(bench, family, task, rows)
    else:
        assert isinstance(family, BaselineFamily)
        predictions = _baselines(bench, family, task, rows)
    found = UnitAnswers.of_rows(predictions, training.outcome, training.units, training.info.task)
    values = np.stack([found.confidence, found.likelihood])
    return Trained(values, time.perf_counter() - began)


def in_halves(
    training: TrainingSet, numbers: tuple[int, ...] | range, seed: int
) -> NDArray[np.bool_]:
    """Return (S, U) which units train each shadow; units in the order of their codes.

    Classes are halved each by themselves, numbers by quarters of their range.

    Args:
        training: All training samples.
        numbers: Numbers of the shadows.
        seed: Master seed.
    """
    strata = unit_strata(training.outcome, training.units, training.info.task)
    halves = []
    for number in numbers:
        draw = np.random.default_rng(derive_seed(seed, "audit", "halves", number // 2))
        inside = np.zeros(len(strata), dtype=np.bool_)
        for stratum in np.unique(strata):
            units = draw.permutation(np.flatnonzero(strata == stratum))
            odd = len(units) % 2 and draw.random() < 0.5
            inside[units[: len(units) // 2 + int(odd)]] = True
        halves.append(inside if number % 2 == 0 else ~inside)
    return np.stack(halves)


def unit_strata(outcome: Outcome, units: NDArray[np.int64], task: Task) -> NDArray[np.int64]:
    """Return (U,) the class of each unit's first row, or the quarter that its mean lies in."""
    _, first, code = np.unique(units, return_index=True, return_inverse=True)
    if task != "regression":
        return outcome[first].astype(np.int64)
    means = np.bincount(code, weights=outcome) / np.bincount(code)
    place = np.argsort(np.argsort(means, kind="stable"), kind="stable")
    return np.asarray(place * _STRATA // len(means), dtype=np.int64)


def _baselines(
    bench: Workbench, family: BaselineFamily, task: ShadowTask, rows: list[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Return (S, n, K) what shadows of a traditional model predict for all rows."""
    everyone = np.arange(len(bench.training))
    predictions = []
    for number, fit in zip(task.numbers, rows, strict=True):
        # One at a time: two wide tables need not lie in memory together.
        folds = (Fold(0, 0, fit, everyone),)
        cache = FoldCache(bench.training, folds, preparation=bench.preparation)
        seed = derive_seed(task.source.seed, "audit", "shadow", number)
        run = Run(task.params, bench.training.outcome, seed)
        predictions.append(out_of_fold_runs(family, cache, [run])[0].predictions[0])
    return np.stack(predictions)


def _networks(
    bench: Workbench, family: NetworkFamily, task: ShadowTask, rows: list[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Return (S, n, K) the mean over random starts, each with its own rows held back.

    As the final network: starts that diverged do not count. All starts of all shadows are
    lanes of one computation.
    """
    everyone = np.arange(len(bench.training))
    folds = tuple(
        Fold(place, start, fit, everyone)
        for place, fit in enumerate(rows)
        for start in range(task.starts)
    )
    cache = FoldCache(bench.training, folds, preparation=bench.preparation)
    seed = derive_seed(task.source.seed, "audit", "shadows", task.numbers[0])
    run = NetworkRun(task.params, bench.training.outcome, seed)
    device = torch.device(task.source.device)
    lanes = out_of_fold_networks(family, cache, [run], seed, device)[0].folds
    predictions = []
    for first in range(0, len(lanes), task.starts):
        own = lanes[first : first + task.starts]
        sound = [lane.predictions for lane in own if not lane.diverged]
        predictions.append(np.mean(sound, axis=0) if sound else own[0].predictions)
    return np.stack(predictions)
