"""Linear models of many settings and label vectors on a fold are those fitted one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepbench.data.samples import Task, TrainingSet
from deepbench.models.baselines.linear import LinearFamily
from deepbench.models.family import Params, Run
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import fit_on_fold, out_of_fold_runs

from .conftest import make_folds, make_training

FAMILY = LinearFamily()
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")


def settings(task: Task) -> list[Params]:
    found: list[Params] = [
        {"penalty": "l2", "strength": strength, "features": kept}
        for strength, kept in [(0.1, 20), (300.0, 20), (300.0, 100), (1.0, "all"), (300.0, "all")]
    ]
    found += [
        {"penalty": "elastic-net", "l1_ratio": l1_ratio, "fraction": fraction, "features": kept}
        for l1_ratio, fraction, kept in [(0.2, 0.1, 100), (0.5, 0.05, "all"), (1.0, 0.2, "all")]
    ]
    if task == "regression":
        return [*found, *({"penalty": "l2-left-out", "features": kept} for kept in (20, "all"))]
    return [*found, *({**found[n], "balanced": True} for n in (1, 3, 5, 6))]


def uneven(training: TrainingSet) -> TrainingSet:
    """Make three in four rows of the second half's classes ones of the first class."""
    if training.info.task == "regression":
        return training
    return replace(training, outcome=np.where(training.units % 4 > 0, 0, training.outcome))


def labels(training: TrainingSet) -> list[np.ndarray]:
    return [training.outcome, np.random.default_rng(0).permutation(training.outcome)]


@pytest.mark.parametrize("columns", [9, 250])
@pytest.mark.parametrize("task", TASKS)
def test_together_is_one_by_one(task: Task, columns: int):
    training = uneven(make_training(task, rows=90, columns=columns))
    folds = make_folds(training, folds=2, repeats=2)
    cache = FoldCache(training, (folds[0], folds[3]))
    runs = [Run(params, outcome, 1) for outcome in labels(training) for params in settings(task)]
    for run, found in zip(runs, out_of_fold_runs(FAMILY, cache, runs), strict=True):
        assert found.note == ""
        for index, fold in enumerate(cache.folds):
            model = fit_on_fold(FAMILY, cache, index, run.params, run.outcome, seed=1)
            alone = model.predictor.predict(cache.data(index).tune[:, model.columns])
            np.testing.assert_allclose(
                found.predictions[fold.repeat, fold.tune], alone, rtol=1e-7, atol=1e-9
            )


def test_runs_that_lack_a_class_are_left_to_be_fitted_alone():
    training = make_training("multiclass")
    cache = FoldCache(training, make_folds(training))
    without = training.outcome.copy()
    fit = cache.folds[0].fit
    without[fit] = np.where(without[fit] == 1, 0, without[fit])
    params: Params = {"penalty": "l2", "strength": 1.0}
    runs = [Run(params, training.outcome, 0), Run(params, without, 0)]
    found = FAMILY.predict_together(cache.view(0), runs)
    assert found[0] is not None
    assert found[1] is None


def test_what_comes_together_does_not_matter():
    training = make_training("binary", columns=250)
    cache = FoldCache(training, make_folds(training))
    runs = [Run(params, training.outcome, 0) for params in settings("binary")]
    together = out_of_fold_runs(FAMILY, cache, runs)
    for run, found in zip(runs, together, strict=True):
        alone = out_of_fold_runs(FAMILY, FoldCache(training, cache.folds), [run])[0]
        np.testing.assert_allclose(alone.predictions, found.predictions, rtol=1e-7, atol=1e-9)


def test_a_fit_that_stops_early_says_so(monkeypatch):
    monkeypatch.setattr("deepbench.models.baselines.linear._MOST_STEPS", 1)
    training = make_training("binary")
    cache = FoldCache(training, make_folds(training))
    run = Run({"penalty": "l2", "strength": 1000.0}, training.outcome, 0)
    found = FAMILY.predict_together(cache.view(0), [run])[0]
    assert found is not None
    assert not found.converged
