"""What the imitated model says of samples that it was not fitted on.

A simple model that learns from the out-of-fold answers of other folds would know the labels it is
scored on: the models behind those answers were fitted on them, and a linear model with few
features passes them on. So for each fold the answers come from models that saw neither that fold
nor the sample itself: one fit for each pair of folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo
from deepbench.models.family import BaselineFamily, Params
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.final import fit_network
from deepbench.models.out_of_fold import fit_final
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, Workbench, load_workbench
from deepbench.seeds import derive_seed

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

#: Probabilities are moved this far from 0 and 1, so that one sure answer cannot outweigh all.
SUREST = 0.01
# With more folds than this the others are taken in blocks, to spare fits.
_MOST_PAIRED_FOLDS = 6
_BLOCKS = 4


@dataclass(frozen=True)
class TeacherTask:
    """A fit of the imitated model without some folds, of which it then speaks.

    Attributes:
        source: Training samples and folds.
        family: Name of the model family.
        params: Settings chosen by tuning.
        without: Numbers of the folds (places in the workbench) that are left out.
    """

    source: BenchSource
    family: str
    params: Params
    without: tuple[int, ...]


def teacher_answers(task: TeacherTask) -> Floats:
    """Return (n, K) predictions; NaN for samples the model was fitted on."""
    bench = load_workbench(task.source)
    fit = rows_without(bench, task.without)
    held = np.setdiff1d(np.arange(len(bench.training), dtype=np.int64), fit)
    model = fit_teacher(bench, task, fit)
    answers = np.full((len(bench.training), bench.training.info.outputs), np.nan)
    part = bench.training.features.iloc[held].reset_index(drop=True)
    answers[held] = model.predict(part)
    return answers


def rows_without(bench: Workbench, folds: Sequence[int]) -> Codes:
    """Return the rows that all of the folds are fitted on."""
    fit = bench.folds[folds[0]].fit
    for fold in folds[1:]:
        fit = np.intersect1d(fit, bench.folds[fold].fit)
    return fit


def fit_teacher(bench: Workbench, task: TeacherTask, rows: Codes) -> FittedModel:
    """Fit the imitated model on some rows."""
    family = get_family(task.family)
    seed = derive_seed(task.source.seed, "imitation", task.family, *task.without)
    part = bench.training.take(rows)
    if isinstance(family, NetworkFamily):
        return fit_network(
            family,
            part,
            bench.shape,
            task.params,
            starts=1,
            seed=seed,
            device=torch.device(task.source.device),
            preparation=bench.preparation,
        )
    assert isinstance(family, BaselineFamily)
    return fit_final(family, part, task.params, seed, bench.preparation)


def left_out_together(folds: Sequence[int]) -> dict[int, tuple[tuple[int, ...], ...]]:
    """Return, for each fold, the sets of folds that models are fitted without.

    Every set holds the fold itself, and each other fold is in one of its sets.
    """
    found = {}
    for fold in folds:
        others = [other for other in folds if other != fold]
        blocks = (
            [[other] for other in others]
            if len(folds) <= _MOST_PAIRED_FOLDS
            else [others[begin::_BLOCKS] for begin in range(_BLOCKS)]
        )
        found[fold] = tuple(tuple(sorted([fold, *block])) for block in blocks)
    return found


def as_output(predicted: Floats, info: OutcomeInfo) -> Floats:
    """Return (n, q) what is imitated: log-odds of two classes, else probabilities or values."""
    if info.task != "binary":
        return predicted
    chance = np.clip(predicted[:, 1:], SUREST, 1.0 - SUREST)
    odds: Floats = np.log(chance / (1.0 - chance))
    return odds


def output_name(info: OutcomeInfo) -> str:
    """Return what `as_output` is, in words."""
    if info.task == "binary":
        return f"log-odds of {info.classes[1]}"
    return f"units of {info.column}" if info.task == "regression" else "probability"
