"""Trials for the process pool: picklable arguments in, plain results out.

Each runs on one thread and depends on nothing but its arguments and the study folder, so that
neither the number of processes nor the order of tasks changes a number.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.models.family import BaselineFamily, Params, Run
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.curves import thinned, typical_curve
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.final import fit_network
from deepbench.models.networks.on_folds import NetworkOutOfFold, NetworkRun, out_of_fold_networks
from deepbench.models.out_of_fold import fit_final, out_of_fold_runs
from deepbench.models.ranking import Outcome
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, Workbench, load_workbench
from deepbench.seeds import derive_seed
from deepbench.study.records import CurveRecord

# Points of a trial's curve: a picture needs no more, and every trial is a line of the ledger.
_TRIAL_POINTS = 60
FELL_BACK = (
    "Trained on the processor (CPU): the memory of the graphics processor was too small for one "
    "network."
)


@dataclass(frozen=True)
class TrialTask:
    """Trials of one family to score on all tuning folds.

    Attributes:
        source: Training samples and folds.
        family: Name of the family.
        numbers: Numbers of the trials.
        params: Settings of each trial.
    """

    source: BenchSource
    family: str
    numbers: tuple[int, ...]
    params: tuple[Params, ...]


@dataclass(frozen=True, eq=False)
class TrialOutcome:
    """What a trial predicted, and what it cost.

    Attributes:
        number: Number of the trial.
        predictions: (R, n, K) out-of-fold predictions.
        seconds: Seconds of one core; networks trained together share theirs evenly.
        note: What a reader should know, or empty.
        curve: Loss by epoch of a network's middle fold; None for baselines, and where training
            diverged at once.
    """

    number: int
    predictions: NDArray[np.float64]
    seconds: float
    note: str
    curve: CurveRecord | None = None


def trial_seed(source: BenchSource, family: str, number: int) -> int:
    """Return the seed of a trial, by name."""
    return derive_seed(source.seed, "trial", source.fold_name, family, number)


def evaluate_trials(task: TrialTask) -> list[TrialOutcome]:
    """Score the trials of a task."""
    bench = load_workbench(task.source)
    family = get_family(task.family)
    began = time.perf_counter()
    if isinstance(family, NetworkFamily):
        seeds = [trial_seed(task.source, family.name, number) for number in task.numbers]
        found = train_on_folds(bench, family, task.params, bench.training.outcome, seeds)
        seconds = (time.perf_counter() - began) / len(found)
        return [
            TrialOutcome(number, item.predictions, seconds, _note(item), _curve(item))
            for number, item in zip(task.numbers, found, strict=True)
        ]
    assert isinstance(family, BaselineFamily)
    runs = [
        Run(params, bench.training.outcome, trial_seed(task.source, family.name, number))
        for number, params in zip(task.numbers, task.params, strict=True)
    ]
    together = out_of_fold_runs(family, bench.cache, runs)
    seconds = (time.perf_counter() - began) / len(together)
    return [
        TrialOutcome(number, item.predictions, seconds, item.note)
        for number, item in zip(task.numbers, together, strict=True)
    ]


def train_on_folds(
    bench: Workbench,
    family: NetworkFamily,
    params: tuple[Params, ...],
    outcome: Outcome,
    seeds: list[int],
) -> list[NetworkOutOfFold]:
    """Train settings (each with its seed) on all folds together."""
    runs = [NetworkRun(p, outcome, seed) for p, seed in zip(params, seeds, strict=True)]
    device = torch.device(bench.source.device)
    return out_of_fold_networks(family, bench.cache, runs, bench.stop_seed, device)


def _curve(item: NetworkOutOfFold) -> CurveRecord | None:
    curve = typical_curve(item.folds)
    return None if curve is None else thinned(curve, _TRIAL_POINTS)


def _note(item: NetworkOutOfFold) -> str:
    diverged = sum(fold.diverged for fold in item.folds)
    notes = []
    if diverged:
        notes.append(
            f"Training diverged in {diverged} of {len(item.folds)} folds (the steps were too "
            "large)."
        )
    if any(fold.fell_back for fold in item.folds):
        notes.append(FELL_BACK)
    return " ".join(notes)


@dataclass(frozen=True)
class FinalTask:
    """A model to fit on all training samples.

    Attributes:
        source: Training samples.
        family: Name of the family.
        params: Settings chosen by tuning.
        starts: Random starts of a network.
    """

    source: BenchSource
    family: str
    params: Params
    starts: int


def fit_final_model(task: FinalTask) -> FittedModel:
    """Fit the chosen settings on all training samples of the source."""
    bench = load_workbench(task.source)
    family = get_family(task.family)
    seed = derive_seed(task.source.seed, "final", task.source.fold_name, task.family)
    if isinstance(family, NetworkFamily):
        return fit_network(
            family,
            bench.training,
            bench.shape,
            task.params,
            starts=task.starts,
            seed=seed,
            device=torch.device(task.source.device),
            preparation=bench.preparation,
        )
    assert isinstance(family, BaselineFamily)
    return fit_final(family, bench.training, task.params, seed, bench.preparation)


@dataclass(frozen=True)
class NetworkDetailTask:
    """The chosen settings of a network size, from several random starts."""

    source: BenchSource
    family: str
    params: Params
    starts: int


@dataclass(frozen=True, eq=False)
class NetworkDetail:
    """What is shown of a network size beside its score.

    Attributes:
        predictions: Out-of-fold predictions of each random start, (R, n, K).
        curve: Loss by epoch of the first start's middle fold; None if it diverged at once.
    """

    predictions: tuple[NDArray[np.float64], ...]
    curve: CurveRecord | None


def network_detail(task: NetworkDetailTask) -> NetworkDetail:
    """Train the chosen settings from several random starts and keep the curves."""
    bench = load_workbench(task.source)
    family = get_family(task.family)
    assert isinstance(family, NetworkFamily)
    seeds = [
        derive_seed(task.source.seed, "start", task.source.fold_name, task.family, number)
        for number in range(task.starts)
    ]
    found = train_on_folds(
        bench, family, (task.params,) * task.starts, bench.training.outcome, seeds
    )
    return NetworkDetail(
        predictions=tuple(item.predictions for item in found),
        curve=typical_curve(found[0].folds),
    )
