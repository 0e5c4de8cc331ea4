"""Attributions of held-out samples, fold by fold, for the process pool.

Each tuning fold's model is fitted again with the chosen settings and explains samples of its
tuning set, which it has not seen. The twin is the same with shuffled labels: what a model
trained on noise would seem to use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.data.shuffles import shuffle_blocks, shuffled_outcome, unit_parts
from deepbench.interpretation.attributions import attribute
from deepbench.interpretation.importance import FoldAttributions
from deepbench.models.family import BaselineFamily, Params
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.final import fit_network
from deepbench.models.out_of_fold import fit_on_fold
from deepbench.models.ranking import Outcome
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, Workbench, load_workbench
from deepbench.seeds import derive_seed

# Explained samples of a fold, and fit rows that stand for "not known".
MOST_SAMPLES = 40
MOST_BACKGROUND = 100


@dataclass(frozen=True)
class AttributionTask:
    """One fold of one model.

    Attributes:
        source: Training samples and folds.
        family: Name of the model family.
        params: Settings chosen by tuning.
        fold: Number of the fold.
        shuffled: Whether labels are shuffled (the twin).
        block_columns: Annotation columns inside whose values labels are exchanged.
        unit_columns: Annotation columns that name units, of which a matched pair has several.
    """

    source: BenchSource
    family: str
    params: Params
    fold: int
    shuffled: bool
    block_columns: tuple[str, ...]
    unit_columns: tuple[str, ...] = ()


def attribute_fold(task: AttributionTask) -> FoldAttributions:
    """Fit on the fold's fit rows and explain some of its tuning rows."""
    bench = load_workbench(task.source)
    fold = bench.folds[task.fold]
    seed = derive_seed(task.source.seed, "attribution", task.family, task.fold, task.shuffled)
    model = _fit(bench, task, _outcome(bench, task), seed)
    explained = _explained_rows(bench, task.fold)
    generator = np.random.default_rng(seed)
    background = np.sort(generator.permutation(fold.fit)[:MOST_BACKGROUND])
    features = bench.training.features
    samples = features.iloc[explained].reset_index(drop=True)
    known = features.iloc[background].reset_index(drop=True)
    attributions = attribute(model, known, samples, seed)
    # The direction of an effect is that of the value the model sees: a count says little beside
    # the counts of a deeper sample.
    return FoldAttributions(attributions, model.preprocessor.measured(samples), explained)


def _explained_rows(bench: Workbench, fold: int) -> NDArray[np.int64]:
    """Draw the samples of a fold to explain, the same for every model, so that they compare."""
    generator = np.random.default_rng(derive_seed(bench.source.seed, "explained samples", fold))
    return np.sort(generator.permutation(bench.folds[fold].tune)[:MOST_SAMPLES])


def _outcome(bench: Workbench, task: AttributionTask) -> Outcome:
    if not task.shuffled:
        return bench.training.outcome
    blocks = shuffle_blocks(bench.training, task.block_columns)
    parts = unit_parts(bench.training, task.unit_columns)
    return shuffled_outcome(bench.training, blocks, derive_seed(task.source.seed, "twin"), parts)


def _fit(bench: Workbench, task: AttributionTask, outcome: Outcome, seed: int) -> FittedModel:
    family = get_family(task.family)
    if isinstance(family, NetworkFamily):
        part = replace(bench.training, outcome=outcome).take(bench.folds[task.fold].fit)
        device = torch.device(task.source.device)
        return fit_network(
            family,
            part,
            bench.shape,
            task.params,
            starts=1,
            seed=seed,
            device=device,
            preparation=bench.preparation,
        )
    assert isinstance(family, BaselineFamily)
    return fit_on_fold(family, bench.cache, task.fold, task.params, outcome, seed)
