"""A private network as a model: what is in its file, and that it predicts like any other."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from deepbench.data.preparation import Preparation
from deepbench.data.samples import Task, TrainingSet
from deepbench.evaluation.metrics import get_metric, tuning_metric
from deepbench.evaluation.shown_intervals import TestSamples, shown_interval
from deepbench.models.networks import private_folds
from deepbench.models.networks.private import (
    PrivateChoices,
    choices_for,
    fit_private,
    numeric_features,
    recipe_for,
)
from deepbench.models.networks.private_folds import PrivateFoldTask, private_fold, private_score
from deepbench.models.storage import load_model, model_files, save_model
from deepbench.training.private.noise import SeededNoise, SystemNoise

from .conftest import make_folds, make_training

LINEAR = PrivateChoices("network-linear", ())
SMALL = PrivateChoices("network-small", (16,))
TASKS: list[Task] = ["binary", "multiclass", "regression"]


def fitted(training: TrainingSet, choices: PrivateChoices = LINEAR, epsilon: float = 8.0):
    recipe = recipe_for(training, choices, epsilon)
    return fit_private(training, choices, recipe, SeededNoise(1))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("choices", [LINEAR, SMALL])
def test_it_is_stored_and_predicts_the_same(
    tmp_path: Path, task: Task, choices: PrivateChoices
) -> None:
    training = make_training(task, rows=120)
    model = fitted(training, choices)
    save_model(model, tmp_path)
    again = load_model(tmp_path)
    predicted = model.predict(training.features)
    assert predicted.shape == (120, training.info.outputs)
    assert np.isfinite(predicted).all()
    np.testing.assert_array_equal(again.predict(training.features), predicted)
    if training.info.classes:
        np.testing.assert_allclose(predicted.sum(axis=1), 1.0)


@pytest.mark.parametrize("task", TASKS)
def test_it_learns(task: Task) -> None:
    training = make_training(task, rows=1200)
    model = fitted(training)
    metric = get_metric(task, tuning_metric(task))
    score = metric.function(training.outcome, model.predict(training.features))
    assert score > metric.chance(training.outcome) + 0.2


def test_no_value_of_the_samples_is_in_its_file() -> None:
    training = make_training(rows=120)
    model = fitted(training)
    values = training.features[list(numeric_features(training.features))].to_numpy()
    exact = np.concatenate(
        [
            values[np.isfinite(values)],
            np.nanmean(values, axis=0),
            np.nanmedian(values, axis=0),
            np.nanstd(values, axis=0),
        ]
    )
    held = model.preprocessor
    stored = np.concatenate(
        [held.medians, held.means, held.scales, np.ravel(list(held.ranges.values()))]
    )
    assert np.abs(stored[:, None] - exact[None, :]).min() > 1e-9
    # Neither is a text of theirs: categories would be read from the samples.
    content = b"".join(model_files(model).values())
    assert held.encoder is None
    assert b"III" not in content


def test_the_file_depends_on_the_samples_through_noise_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where all sums are hidden by noise, other samples of the same shape give the same file."""
    one = make_training(rows=60)
    features = one.features.copy()
    numbers = list(numeric_features(features))
    features[numbers] = 1000.0 - 50.0 * features[numbers].fillna(3.0)
    features["stage"] = "IV"
    other = dataclasses.replace(one, features=features, outcome=1 - one.outcome)
    recipe = recipe_for(one, LINEAR, 3.0)
    assert recipe == recipe_for(other, LINEAR, 3.0)
    monkeypatch.setattr(
        "deepbench.training.private.dp_sgd.clipped", lambda found, _: np.zeros_like(found)
    )
    monkeypatch.setattr(
        "deepbench.training.private.scaling.unit_histograms",
        lambda values, _, edges: np.zeros((values.shape[1], len(edges) - 1)),
    )
    files = [model_files(fit_private(t, LINEAR, recipe, SeededNoise(1))) for t in (one, other)]
    assert files[0] == files[1]


def test_missing_values_become_the_centre() -> None:
    training = make_training(rows=120)
    model = fitted(training)
    row = training.features.iloc[[0]].copy()
    gaps = row.copy()
    numbers = list(numeric_features(row))
    gaps[numbers] = np.nan
    row[numbers] = model.preprocessor.means
    np.testing.assert_allclose(model.predict(gaps), model.predict(row), rtol=1e-6)
    np.testing.assert_allclose(model.design_matrix(gaps), 0.0, atol=1e-12)


def test_texts_are_not_asked_for() -> None:
    training = make_training(rows=120)
    model = fitted(training)
    without = training.features.drop(columns="stage")
    np.testing.assert_array_equal(
        model.predict(without.iloc[:, ::-1]), model.predict(training.features)
    )


def test_outliers_are_cut_off() -> None:
    training = make_training(rows=120)
    model = fitted(training)
    far, farther = (training.features.iloc[[0]].copy() for _ in range(2))
    far["g0"], farther["g0"] = 1e6, 1e9
    np.testing.assert_array_equal(model.predict(far), model.predict(farther))


def test_declared_ranges_are_used_and_cost_nothing() -> None:
    training = make_training(rows=120)
    names = numeric_features(training.features)
    ranges = dict.fromkeys(names, (-6.0, 10.0))
    choices = PrivateChoices("network-linear", (), ranges=ranges)
    recipe = recipe_for(training, choices, 3.0)
    assert recipe.scaling_noise is None
    model = fit_private(training, choices, recipe, SeededNoise(1))
    assert model.preprocessor.ranges == ranges
    np.testing.assert_array_equal(model.preprocessor.means, 2.0)
    # The ends of a range are where values are cut off.
    ends = training.features.iloc[[0, 0, 0]].copy()
    ends["g1"] = [10.0, 11.0, 1e9]
    predicted = model.predict(ends)
    np.testing.assert_array_equal(predicted[0], predicted[1])
    np.testing.assert_array_equal(predicted[0], predicted[2])
    ends["g1"] = [9.0, 10.0, 10.0]
    assert model.predict(ends)[0, 1] != model.predict(ends)[1, 1]


def test_a_regression_without_a_declared_outcome_still_scales() -> None:
    training = make_training("regression", rows=120)
    names = numeric_features(training.features)
    choices = PrivateChoices("network-linear", (), ranges=dict.fromkeys(names, (-5.0, 5.0)))
    assert recipe_for(training, choices, 3.0).scaling_noise is not None
    ranges = {**choices.ranges, training.info.column: (0.0, 100.0)}
    declared = PrivateChoices("network-linear", (), ranges=ranges)
    assert recipe_for(training, declared, 3.0).scaling_noise is None


def test_the_outcome_of_a_regression_keeps_its_unit() -> None:
    training = make_training("regression", rows=600)
    large = dataclasses.replace(training, outcome=1000.0 * training.outcome)
    one, other = fitted(training), fitted(large)
    predicted = other.predict(training.features)[:, 0]
    assert 20_000 < predicted.mean() < 80_000
    assert np.corrcoef(predicted, one.predict(training.features)[:, 0])[0, 1] > 0.8


def test_a_named_transformation_is_applied_sample_by_sample() -> None:
    training = make_training(rows=120)
    columns = ("g0", "g1", "g2", "g3", "g4")
    features = training.features.copy()
    features[list(columns)] = np.exp2(features[list(columns)]) * 100.0
    raw = dataclasses.replace(training, features=features)
    preparation = Preparation("log2", columns)
    ranges = {"g0": (0.0, 1.0)}
    choices = choices_for("network-linear", (), preparation, named_transform=True, ranges=ranges)
    assert choices.transform == "log2"
    assert choices.ranges == {}
    logged = dataclasses.replace(
        raw, features=features.assign(**{c: np.log2(features[c] + 1.0) for c in columns})
    )
    np.testing.assert_allclose(
        fitted(raw, choices).predict(raw.features), fitted(logged).predict(logged.features)
    )


def test_a_recognised_transformation_is_left_out() -> None:
    preparation = Preparation("log2", ("g0",))
    ranges = {"g0": (0.0, 1.0)}
    choices = choices_for("network-linear", (), preparation, named_transform=False, ranges=ranges)
    assert choices.transform == "none"
    assert choices.measurements == ()
    assert choices.ranges == ranges


def test_two_models_of_the_system_noise_differ() -> None:
    training = make_training(rows=60)
    recipe = recipe_for(training, LINEAR, 3.0)
    files = [model_files(fit_private(training, LINEAR, recipe, SystemNoise())) for _ in range(2)]
    assert files[0] != files[1]


def test_folds_are_trained_on_their_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    training = make_training(rows=60)
    bench = Bench(training)
    monkeypatch.setattr(private_folds, "load_workbench", lambda _: bench)
    task = PrivateFoldTask(None, LINEAR, 8.0, 1, 3, 5)  # type: ignore[arg-type]
    found = private_fold(task)
    fold = bench.folds[1]
    assert found.shape == (3, len(fold.tune), 2)
    assert len(np.unique(found[:, 0, 0])) == 3
    np.testing.assert_array_equal(private_fold(task), found)
    # Nothing of the rows that are predicted reaches the model.
    features = training.features.copy()
    outcome = training.outcome.copy()
    outcome[fold.tune] = 1 - outcome[fold.tune]
    bench.training = dataclasses.replace(training, features=features, outcome=outcome)
    np.testing.assert_array_equal(private_fold(task), found)


class Bench:
    def __init__(self, training: TrainingSet) -> None:
        self.training = training
        self.folds = make_folds(training)


def predictions(seed: int, codes: NDArray[np.int64]) -> NDArray[np.float64]:
    logit = codes + np.random.default_rng(seed).normal(size=len(codes))
    share = 1 / (1 + np.exp(-logit))
    return np.column_stack([1 - share, share])


def test_score_of_equal_draws_is_that_of_one() -> None:
    codes = np.arange(80) % 2
    samples = TestSamples("binary", codes, np.arange(80) // 2, np.arange(80) // 16)
    p = predictions(1, codes)
    found = private_score(samples, [p, p, p], seed=3)
    expected = shown_interval(get_metric("binary", "auroc"), samples, p, np.zeros(1), seed=3)
    assert found.interval.value == pytest.approx(expected.value)
    assert found.interval.low == pytest.approx(expected.low)
    assert found.interval.high == pytest.approx(expected.high)
    assert found.draws == pytest.approx([expected.value] * 3)


def test_other_noise_makes_the_interval_wider() -> None:
    codes = np.arange(80) % 2
    samples = TestSamples("binary", codes, np.arange(80), np.arange(80) // 16)
    several = [predictions(seed, codes) for seed in range(4)]
    metric = get_metric("binary", "auroc")
    alone = [shown_interval(metric, samples, p, np.zeros(1), seed=3) for p in several]
    found = private_score(samples, several, seed=3)
    values = np.array([each.value for each in alone])
    assert found.interval.value == pytest.approx(values.mean())
    below = np.mean([each.value - each.low for each in alone])
    between = norm.ppf(0.975) * values.std(ddof=1)
    assert found.interval.value - found.interval.low == pytest.approx(np.hypot(below, between))
    assert found.interval.high <= 1.0


def test_score_of_a_regression() -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(size=60)
    samples = TestSamples("regression", y, np.arange(60), np.arange(60) // 12)
    several = [(y + rng.normal(scale=0.5, size=60))[:, None] for _ in range(3)]
    found = private_score(samples, several, seed=3)
    expected = [1 - ((y - p[:, 0]) ** 2).sum() / ((y - y.mean()) ** 2).sum() for p in several]
    assert found.draws == pytest.approx(expected)
    assert found.interval.low < found.interval.value < found.interval.high


def test_a_table_of_numbers_has_its_names_in_order() -> None:
    features = pd.DataFrame({"b": [1.0], "text": ["x"], "a": [2]})
    assert numeric_features(features) == ("b", "a")
