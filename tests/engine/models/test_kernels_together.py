"""Runs on a fold together, against each run fitted alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from deepbench.data.samples import Task, TrainingSet
from deepbench.models.baselines import label_vectors as sharing
from deepbench.models.baselines import naive_bayes_together, neighbours, svm_together
from deepbench.models.baselines.knn import KnnFamily
from deepbench.models.baselines.naive_bayes import NaiveBayesFamily
from deepbench.models.baselines.svm import SvmFamily
from deepbench.models.family import BaselineFamily, Params, Run
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import fit_on_fold, out_of_fold_runs
from deepbench.models.ranking import Outcome

from .conftest import make_folds, make_training

SETTINGS: dict[str, list[Params]] = {
    "svm": [
        {"kernel": "rbf", "C": 1.0, "width": 1.0},
        {"kernel": "linear", "C": 0.3},
        {"kernel": "rbf", "C": 30.0, "width": 1.0},
        {"kernel": "rbf", "C": 3.0, "width": 0.2},
    ],
    "knn": [
        {"neighbours": 5, "weights": "distance", "components": 0},
        {"neighbours": 50, "weights": "uniform", "components": 0},
        {"neighbours": 9, "weights": "uniform", "components": 5},
        {"neighbours": 3, "weights": "distance", "components": 20},
    ],
    "naive_bayes": [{"smoothing": value} for value in (0.1, 0.001, 1.0)],
}
FAMILIES: dict[str, BaselineFamily] = {
    "svm": SvmFamily(),
    "knn": KnnFamily(),
    "naive_bayes": NaiveBayesFamily(),
}
CASES = [
    pytest.param(family, task, id=f"{name}-{task}")
    for name, family in FAMILIES.items()
    for task in ("binary", "multiclass", "regression")
    if task in family.tasks
]
FILTERS: list[Params] = [{}, {"features": 20}, {"features": "all"}, {"features": 100}]


def runs_of(
    family: BaselineFamily,
    outcomes: Sequence[Outcome],
    filters: Sequence[Params] = FILTERS,
) -> list[Run]:
    settings = [{**own, **kept} for own in SETTINGS[family.name] for kept in filters]
    return [
        Run(params, outcome, seed)
        for seed, (params, outcome) in enumerate((p, y) for y in outcomes for p in settings)
    ]


def shuffles(training: TrainingSet, count: int) -> list[Outcome]:
    """Labels exchanged between units of two rows each."""
    generator = np.random.default_rng(4)
    by_unit = training.outcome[::2]
    return [np.repeat(generator.permutation(by_unit), 2) for _ in range(count)]


def assert_same_as_alone(
    family: BaselineFamily, training: TrainingSet, runs: Sequence[Run], index: int = 1
) -> None:
    cache = FoldCache(training, make_folds(training))
    found = family.predict_together(cache.view(index), runs)
    tune = training.features.iloc[cache.folds[index].tune]
    for run, together in zip(runs, found, strict=True):
        alone = fit_on_fold(family, cache, index, run.params, run.outcome, run.seed)
        assert together is not None
        assert together.converged
        np.testing.assert_allclose(
            together.values, alone.predict(tune), rtol=1e-7, atol=1e-9, err_msg=str(run.params)
        )


@pytest.mark.parametrize(("family", "task"), CASES)
def test_together_gives_the_numbers_of_each_run_alone(family: BaselineFamily, task: Task):
    training = make_training(task, rows=66, columns=240)
    outcomes = [training.outcome, *shuffles(training, 2), training.outcome.copy()]
    assert_same_as_alone(family, training, runs_of(family, outcomes))


@pytest.mark.parametrize(("family", "task"), CASES)
def test_narrow_tables_too(family: BaselineFamily, task: Task):
    training = make_training(task, rows=90, columns=24)
    outcomes = [training.outcome, *shuffles(training, 3)]
    assert_same_as_alone(family, training, runs_of(family, outcomes, filters=[{}]))


@pytest.mark.parametrize(("family", "task"), CASES)
def test_twin_columns_at_the_edge_of_the_filter(family: BaselineFamily, task: Task):
    training = make_training(task, rows=66, columns=105)
    twice = training.features.add_suffix("-again").join(training.features)
    training = replace(training, features=twice)
    outcomes = [training.outcome, *shuffles(training, 2)]
    filters: list[Params] = [{"features": 21}, {"features": 100}]
    assert_same_as_alone(family, training, runs_of(family, outcomes, filters))


@pytest.mark.parametrize(("family", "task"), CASES)
def test_how_much_is_held_at_a_time_changes_nothing(
    family: BaselineFamily, task: Task, monkeypatch: pytest.MonkeyPatch
):
    training = make_training(task, rows=66, columns=240)
    runs = runs_of(family, [training.outcome, *shuffles(training, 3)])
    folds = make_folds(training)
    once = out_of_fold_runs(family, FoldCache(training, folds), runs)
    monkeypatch.setattr(sharing, "_MOST_NUMBERS", 1)
    monkeypatch.setattr(naive_bayes_together, "_MOST_NUMBERS", 1)
    monkeypatch.setattr(neighbours, "_BLOCK", 200)
    in_pieces = out_of_fold_runs(family, FoldCache(training, folds), runs)
    for one, other in zip(once, in_pieces, strict=True):
        np.testing.assert_allclose(one.predictions, other.predictions, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("family", [FAMILIES["svm"], FAMILIES["naive_bayes"]])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_class_in_one_unit_is_calibrated_on_the_fit_rows(family: BaselineFamily, task: Task):
    training = make_training(task, rows=66, columns=240)
    outcome = np.where(training.outcome == 1, 0, training.outcome)
    outcome[40:44] = 1  # rows 40 and 41 are fit rows of fold 1, a unit by themselves
    assert_same_as_alone(family, training, runs_of(family, [outcome]), index=1)


@pytest.mark.parametrize("family", list(FAMILIES.values()))
def test_a_missing_class_is_left_to_be_fitted_alone(family: BaselineFamily):
    training = make_training("multiclass")
    rare = np.where(training.outcome == 1, 0, training.outcome)
    rare[:6] = 1  # all in the tuning rows of fold 0
    runs = runs_of(family, [rare, training.outcome], filters=[{}])
    view = FoldCache(training, make_folds(training)).view(0)
    found = family.predict_together(view, runs)
    half = len(runs) // 2
    assert all(one is None for one in found[:half])
    assert all(one is not None for one in found[half:])
    assert family.predict_together(view, runs[:half]) == [None] * half


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_machines_on_a_sample_of_many_rows(task: Task, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(svm_together, "_MOST_ROWS", 30)
    monkeypatch.setattr(svm_together, "_LEAST_OF_CLASS", 8)
    training = make_training(task, rows=90, columns=240)
    outcomes = [training.outcome, *shuffles(training, 2)]
    family = SvmFamily()
    assert_same_as_alone(family, training, runs_of(family, outcomes))


def test_machines_that_stop_early_say_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("deepbench.models.baselines.svm_solver._MOST_STEPS", 2)
    training = make_training("binary")
    runs = runs_of(SvmFamily(), [training.outcome], filters=[{}])
    found = out_of_fold_runs(SvmFamily(), FoldCache(training, make_folds(training)), runs)
    assert all("3 of 3 folds" in one.note for one in found)


def test_settings_are_calibrated_on_the_same_inner_folds():
    training = make_training("binary")
    cache = FoldCache(training, make_folds(training))
    params = SETTINGS["svm"][0]
    runs = [Run(params, training.outcome, seed) for seed in (1, 2)]
    one, other = SvmFamily().predict_together(cache.view(0), runs)
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one.values, other.values)
