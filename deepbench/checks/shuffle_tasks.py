"""Shuffled labels for the process pool: some shuffles of one family, scored.

Each shuffle is scored with every setting given, and the best score counts: choosing among the
settings is part of what is repeated.
"""

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

# The labels as they are, scored in the same way.
TRUE_LABELS = -1


@dataclass(frozen=True)
class ShuffleTask:
    """Shuffles of one family.

    Attributes:
        source: Training samples and folds.
        family: Name of the model family.
        settings: Settings tried for each shuffle; the best score counts.
        numbers: Numbers of the shuffles; the same number is the same shuffle for all families,
            and `TRUE_LABELS` no shuffle.
        block_columns: Annotation columns inside whose values labels are exchanged.
        unit_columns: Annotation columns that name units, of which a matched pair has several.
    """

    source: BenchSource
    family: str
    settings: tuple[Params, ...]
    numbers: tuple[int, ...]
    block_columns: tuple[str, ...]
    unit_columns: tuple[str, ...] = ()


def score_shuffles(task: ShuffleTask) -> list[float]:
    """Return the best tuning score under each shuffle, scored against the shuffled labels.

    Where no score can be computed (one class in each fold) nothing was told apart: that counts as
    the score of guessing.
    """
    bench = load_workbench(task.source)
    outcomes = [_labels(bench, task, number) for number in task.numbers]
    kind = bench.training.info.task
    chance = get_metric(kind, tuning_metric(kind)).chance
    count = len(task.settings)
    predictions = _predictions(bench, task, outcomes)
    best = []
    for place, outcome in enumerate(outcomes):
        of_shuffle = predictions[place * count : (place + 1) * count]
        scores = [score(kind, outcome, oof, bench.fold_of) for oof in of_shuffle]
        finite = [value for value in scores if np.isfinite(value)]
        best.append(max(finite) if finite else chance(outcome))
    return best


def _labels(bench: Workbench, task: ShuffleTask, number: int) -> Outcome:
    training = bench.training
    if number == TRUE_LABELS:
        return training.outcome
    blocks = shuffle_blocks(training, task.block_columns)
    parts = unit_parts(training, task.unit_columns)
    return shuffled_outcome(
        training, blocks, derive_seed(task.source.seed, "shuffle", number), parts
    )


def _predictions(
    bench: Workbench, task: ShuffleTask, outcomes: list[Outcome]
) -> list[NDArray[np.float64]]:
    """Return the out-of-fold predictions of every shuffle and setting, shuffle by shuffle."""
    family = get_family(task.family)
    runs = [
        Run(params, outcome, derive_seed(task.source.seed, "shuffled model", number, place))
        for number, outcome in zip(task.numbers, outcomes, strict=True)
        for place, params in enumerate(task.settings)
    ]
    if isinstance(family, NetworkFamily):
        lanes = [NetworkRun(run.params, run.outcome, run.seed) for run in runs]
        device = torch.device(task.source.device)
        trained = out_of_fold_networks(family, bench.cache, lanes, bench.stop_seed, device)
        return [item.predictions for item in trained]
    assert isinstance(family, BaselineFamily)
    return [item.predictions for item in out_of_fold_runs(family, bench.cache, runs)]
