"""Linear models of many settings and label vectors on a fold are those fitted one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from deepbench.data.samples import Task, TrainingSet
from deepbench.models.baselines import linear
from deepbench.models.baselines.linear import LinearFamily
from deepbench.models.family import Params, Run
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import fit_on_fold, out_of_fold_runs

from .conftest import make_folds, make_training

FAMILY = LinearFamily()
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")


def settings(task: Task) -> list[Params]:
    ridges: list[Params] = [
        {"penalty": "l2", "strength": strength, "features": kept}
        for strength in (0.1, 300.0)
        for kept in (20, 100, "all")
    ]
    nets: list[Params] = [
        {"penalty": "elastic-net", "l1_ratio": l1_ratio, "fraction": fraction, "features": kept}
        for l1_ratio, fraction in [(0.1, 0.1), (1.0, 0.05)]
        for kept in (20, "all")
    ]
    if task == "regression":
        return [*ridges, *nets, {"penalty": "l2-left-out", "features": 20}]
    weighed: list[Params] = [{**params, "balanced": True} for params in [*ridges[-2:], *nets[-2:]]]
    return [*ridges, *nets, *weighed]


def outcomes(training: TrainingSet) -> Iterator[np.ndarray]:
    yield training.outcome
    generator = np.random.default_rng(0)
    for _ in range(2):
        yield generator.permutation(training.outcome)


def uneven(training: TrainingSet) -> TrainingSet:
    """Two thirds of the units in one class."""
    outcome = np.where(training.units % 6 == 0, training.outcome, training.outcome * 0)
    outcome[-6:] = np.repeat(np.arange(training.info.outputs), 6)[:6] if False else outcome[-6:]
    return replace(training, outcome=outcome)


@pytest.mark.parametrize("columns", [9, 250])
@pytest.mark.parametrize("task", TASKS)
def test_together_is_one_by_one(task: Task, columns: int):
    training = make_training(task, columns=columns)
    cache = FoldCache(training, make_folds(training, repeats=2))
    tried = settings(task)
    runs = [Run(params, outcome, 1) for outcome in outcomes(training) for params in tried]
    together = out_of_fold_runs(FAMILY, cache, runs)
    for run, found in zip(runs, together, strict=True):
        assert found.note == ""
        for index, fold in enumerate(cache.folds):
            model = fit_on_fold(FAMILY, cache, index, run.params, run.outcome, seed=1)
            alone = model.predictor.predict(cache.data(index).tune[:, model.columns])
            np.testing.assert_allclose(
                found.predictions[fold.repeat, fold.tune], alone, rtol=1e-7, atol=1e-9
            )
