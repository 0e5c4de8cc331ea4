"""Shuffled labels for the process pool: a chunk of shuffles of one model, scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.data.shuffles import shuffle_blocks, shuffled_outcome, unit_parts
from deepbench.evaluation.fold_scores import score
from deepbench.evaluation.metrics import get_metric, tuning_metric
from deepbench.models.family import BaselineFamily, Params, Run
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.on_folds import NetworkRun, out_of_fold_networks
from deepbench.models.out_of_fold import out_of_fold_runs
from deepbench.models.ranking import Outcome
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, Workbench, load_workbench
from deepbench.seeds import derive_seed


@dataclass(frozen=True)
class ShuffleTask:
    """Shuffles of one model.

    Attributes:
        source: Training samples and folds.
        family: Name of the model family.
        params: Settings chosen with the true labels.
        numbers: Numbers of the shuffles; the same number is the same shuffle for all models.
        block_columns: Annotation columns inside whose values labels are exchanged.
        unit_columns: Annotation columns that name units, of which a matched pair has several.
    """

    source: BenchSource
    family: str
    params: Params
    numbers: tuple[int, ...]
    block_columns: tuple[str, ...]
    unit_columns: tuple[str, ...] = ()


def score_shuffles(task: ShuffleTask) -> list[float]:
    """Return the tuning score under each shuffle, scored against the shuffled labels.

    Where no fold's score can be computed (one class in each of them) nothing was told apart: that
    counts as the score of guessing.
    """
    bench = load_workbench(task.source)
    blocks = shuffle_blocks(bench.training, task.block_columns)
    parts = unit_parts(bench.training, task.unit_columns)
    outcomes = [
        shuffled_outcome(
            bench.training, blocks, derive_seed(task.source.seed, "shuffle", number), parts
        )
        for number in task.numbers
    ]
    kind = bench.training.info.task
    chance = get_metric(kind, tuning_metric(kind)).chance
    found = [
        (score(kind, outcome, oof, bench.fold_of), outcome)
        for outcome, oof in zip(outcomes, _predictions(bench, task, outcomes), strict=True)
    ]
    return [value if np.isfinite(value) else chance(outcome) for value, outcome in found]


def _predictions(
    bench: Workbench, task: ShuffleTask, outcomes: list[Outcome]
) -> list[NDArray[np.float64]]:
    family = get_family(task.family)
    seeds = [derive_seed(task.source.seed, "shuffled model", n) for n in task.numbers]
    if isinstance(family, NetworkFamily):
        runs = [
            NetworkRun(task.params, outcome, seed)
            for outcome, seed in zip(outcomes, seeds, strict=True)
        ]
        device = torch.device(task.source.device)
        found = out_of_fold_networks(family, bench.cache, runs, bench.stop_seed, device)
        return [item.predictions for item in found]
    assert isinstance(family, BaselineFamily)
    runs_alone = [Run(task.params, y, seed) for y, seed in zip(outcomes, seeds, strict=True)]
    return [item.predictions for item in out_of_fold_runs(family, bench.cache, runs_alone)]
