"""What every traditional model must keep, whatever it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from deepbench.data.samples import Task
from deepbench.models.family import BaselineFamily
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import fit_final, fit_on_fold, out_of_fold
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import BASELINES, NETWORKS, baselines_for, get_family
from deepbench.models.storage import load_model, save_model

from .conftest import CLASSES, make_folds, make_training

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
OFFERED = [
    pytest.param(family, task, id=f"{family.name}-{task}")
    for family in BASELINES.values()
    for task in TASKS
    if task in family.tasks
]
FAMILIES = [pytest.param(family, id=family.name) for family in BASELINES.values()]

both = pytest.mark.parametrize(("family", "task"), OFFERED)


def shape_of(task: Task, columns: int = 9, rows: int = 40, smallest: int = 15) -> ProblemShape:
    return ProblemShape(task, rows, rows, columns, max(len(CLASSES[task]), 1), smallest)


def shapes_of(task: Task) -> list[ProblemShape]:
    return [
        shape_of(task),
        shape_of(task, columns=10_000, rows=128, smallest=60),
        shape_of(task, columns=2, rows=6, smallest=1),
        shape_of(task, columns=300, rows=5_000, smallest=20),
    ]


def first_default(family: BaselineFamily, task: Task) -> dict[str, object]:
    return family.portfolio(shape_of(task))[0]


@pytest.fixture(autouse=True)
def small_ensembles(monkeypatch):
    monkeypatch.setattr("deepbench.models.baselines.random_forest._TREES", 20)
    monkeypatch.setattr("deepbench.models.baselines.gradient_boosting._ITERATIONS", (5, 10, 20))


@both
def test_predictions_fit_the_outcome(family: BaselineFamily, task: Task):
    training = make_training(task)
    cache = FoldCache(training, make_folds(training, repeats=2))
    found = out_of_fold(family, cache, first_default(family, task), training.outcome, seed=1)
    assert found.note == ""
    assert found.predictions.shape == (2, 60, training.info.outputs)
    assert np.isfinite(found.predictions).all()
    if task != "regression":
        np.testing.assert_allclose(found.predictions.sum(axis=2), 1.0, rtol=1e-12)
        assert found.predictions.min() >= 0.0


@pytest.mark.parametrize(
    ("family", "task"), [case for case in OFFERED if not case.id.startswith("dummy")]
)
def test_finds_a_plain_signal(family: BaselineFamily, task: Task):
    training = make_training(task, rows=90)
    cache = FoldCache(training, make_folds(training))
    params = first_default(family, task)
    found = out_of_fold(family, cache, params, training.outcome, seed=1).predictions[0]
    if task == "regression":
        assert np.corrcoef(found[:, 0], training.outcome)[0, 1] > 0.5
    else:
        chance = 1.0 / training.info.outputs
        assert np.mean(found.argmax(axis=1) == training.outcome) > chance + 0.15


@both
def test_the_same_seed_gives_the_same_numbers(family: BaselineFamily, task: Task):
    training = make_training(task)
    folds = make_folds(training)
    params = first_default(family, task)
    first, second = (
        out_of_fold(family, FoldCache(training, folds), params, training.outcome, seed=5)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.predictions, second.predictions)


@both
def test_the_model_of_a_fold_is_the_one_that_predicted(family: BaselineFamily, task: Task):
    training = make_training(task)
    cache = FoldCache(training, make_folds(training))
    params = first_default(family, task)
    found = out_of_fold(family, cache, params, training.outcome, seed=5)
    model = fit_on_fold(family, cache, 1, params, training.outcome, seed=5)
    tune = cache.folds[1].tune
    predicted = model.predict(training.features.iloc[tune])
    np.testing.assert_allclose(predicted, found.predictions[0, tune], rtol=1e-12)


@both
def test_rows_are_predicted_one_by_one(family: BaselineFamily, task: Task):
    training = make_training(task)
    model = fit_final(family, training, first_default(family, task), seed=1)
    together = model.predict(training.features.iloc[:5])
    apart = np.vstack([model.predict(training.features.iloc[[i]]) for i in range(5)])
    np.testing.assert_allclose(together, apart, rtol=1e-9, atol=1e-12)


@both
def test_tuning_rows_have_no_say(family: BaselineFamily, task: Task):
    training = make_training(task)
    folds = make_folds(training)
    outcome = training.outcome.copy()
    outcome[folds[0].tune] = outcome[folds[0].tune][::-1]
    params = first_default(family, task)
    models = [
        fit_on_fold(family, FoldCache(training, folds), 0, params, labels, seed=5)
        for labels in (training.outcome, outcome)
    ]
    first, second = (model.predict(training.features) for model in models)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "family", [pytest.param(f, id=f.name) for f in BASELINES.values() if "binary" in f.tasks]
)
def test_a_class_missing_in_a_fold_keeps_its_column(family: BaselineFamily):
    training = make_training("multiclass")
    outcome = np.where(training.outcome == 1, 0, training.outcome)
    outcome[:6] = 1  # all of class "b" is in the tuning rows of fold 0
    training = replace(training, outcome=outcome)
    cache = FoldCache(training, make_folds(training))
    params = first_default(family, "multiclass")
    found = out_of_fold(family, cache, params, outcome, seed=1).predictions[0]
    tune = cache.folds[0].tune
    np.testing.assert_array_equal(found[tune, 1], 0.0)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    others = cache.folds[1].tune
    if family.name != "knn":  # none of the few may be a neighbour, yet it counts as a class
        assert (found[others, 1] > 0.0).any()


@pytest.mark.parametrize("family", FAMILIES)
def test_one_class_alone_is_predicted_for_sure(family: BaselineFamily):
    training = make_training("binary")
    outcome = np.zeros(60, dtype=np.int64)
    cache = FoldCache(training, make_folds(training))
    found = out_of_fold(family, cache, first_default(family, "binary"), outcome, seed=1)
    np.testing.assert_array_equal(found.predictions[0], np.tile([1.0, 0.0], (60, 1)))


@both
def test_defaults_lie_in_the_search_space(family: BaselineFamily, task: Task):
    for shape in shapes_of(task):
        defaults = family.portfolio(shape)
        assert defaults
        for params in defaults:
            assert family.suggest(optuna.trial.FixedTrial(params), shape) == params


@both
def test_settings_are_plain_json(family: BaselineFamily, task: Task):
    for shape in shapes_of(task):
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
        drawn = [family.suggest(study.ask(), shape) for _ in range(5)]
        for params in [*drawn, *family.portfolio(shape)]:
            assert json.loads(json.dumps(params)) == params


@both
def test_drawn_settings_can_be_fitted(family: BaselineFamily, task: Task):
    training = make_training(task, rows=48, columns=220)
    cache = FoldCache(training, make_folds(training))
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=3))
    for _ in range(4):
        params = family.suggest(study.ask(), cache.shape)
        found = out_of_fold(family, cache, params, training.outcome, seed=1)
        assert np.isfinite(found.predictions).all(), params


@both
def test_stored_and_read_back_it_predicts_the_same(
    family: BaselineFamily, task: Task, tmp_path: Path
):
    training = make_training(task)
    for number, params in enumerate(family.portfolio(shape_of(task))):
        model = fit_final(family, training, params, seed=1)
        save_model(model, tmp_path / str(number))
        again = load_model(tmp_path / str(number))
        np.testing.assert_array_equal(
            again.predict(training.features), model.predict(training.features)
        )
        assert (again.name, again.info) == (model.name, training.info)


@pytest.mark.parametrize("family", FAMILIES)
def test_who_keeps_samples_says_so(family: BaselineFamily):
    training = make_training("binary", columns=6)
    params = first_default(family, "binary")
    model = fit_final(family, training, params, seed=1)
    arrays = _arrays_inside(model.predictor)
    rows = {row.tobytes() for row in model.design_matrix(training.features)}
    holds = any(
        row.tobytes() in rows
        for array in arrays
        if array.ndim == 2 and array.shape[1] == len(model.columns)
        for row in np.ascontiguousarray(array, dtype=np.float64)
    )
    assert holds == family.stores_samples


def _arrays_inside(thing: object, seen: set[int] | None = None) -> list[np.ndarray]:
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return []
    seen.add(id(thing))
    if isinstance(thing, np.ndarray) and thing.dtype != object:
        return [thing]
    parts = list(vars(thing).values()) if hasattr(thing, "__dict__") else []
    parts += list(thing) if isinstance(thing, list | tuple | np.ndarray) else []
    return [array for part in parts for array in _arrays_inside(part, seen)]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_filter_is_searched_on_wide_tables_only(family: BaselineFamily):
    task: Task = "binary"
    assert family.filter_choices(shape_of(task, columns=200)) == []
    wide = family.filter_choices(shape_of(task, columns=10_000))
    assert wide == [20, 100, 500, "all"]
    assert family.filter_choices(shape_of(task, columns=300)) == [20, 100, "all"]


def test_the_filter_keeps_the_strongest_columns():
    ranking = np.array([7, 2, 9, 0])
    family = get_family("linear")
    assert family.kept_columns({"features": 2}, ranking).tolist() == [2, 7]
    assert family.kept_columns({"features": "all"}, ranking).tolist() == [0, 2, 7, 9]
    assert family.kept_columns({}, ranking).tolist() == [0, 2, 7, 9]
    assert family.kept_columns({"features": 100}, ranking).tolist() == [0, 2, 7, 9]


def test_complexity_orders_the_choice():
    order = sorted([*BASELINES.values(), *NETWORKS.values()], key=lambda f: f.complexity)
    assert [family.name for family in order[:2]] == ["dummy", "linear"]
    assert {family.complexity for family in order[2:7]} == {2}
    assert [f.name.removeprefix("network-") for f in order[7:]] == [
        "linear",
        "small",
        "medium",
        "large",
    ]


def test_who_is_not_offered_says_why():
    families, sentences = baselines_for(["linear", "naive_bayes"], "regression")
    assert [family.name for family in families] == ["linear"]
    assert sentences == (BASELINES["naive_bayes"].not_offered,)
    assert all(f.not_offered for f in BASELINES.values() if len(f.tasks) < len(TASKS))
    assert get_family("network-small") is NETWORKS["network-small"]
