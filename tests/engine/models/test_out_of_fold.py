from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from deepbench.data.samples import Fold, TrainingSet
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import fit_final, out_of_fold
from deepbench.models.registry import BASELINES

from .conftest import make_folds, make_training

DUMMY, LINEAR, FOREST = (BASELINES[name] for name in ("dummy", "linear", "random_forest"))


def test_rows_are_predicted_by_models_that_did_not_see_them(
    training: TrainingSet, folds: tuple[Fold, ...]
):
    found = out_of_fold(DUMMY, FoldCache(training, folds), {}, training.outcome, seed=1)
    for fold in folds:
        share = training.outcome[fold.fit].mean()
        np.testing.assert_allclose(found.predictions[0, fold.tune, 1], share)


def test_the_mean_is_the_dummy_of_a_regression():
    training = make_training("regression")
    folds = make_folds(training)
    found = out_of_fold(DUMMY, FoldCache(training, folds), {}, training.outcome, seed=1)
    for fold in folds:
        mean = training.outcome[fold.fit].mean()
        np.testing.assert_allclose(found.predictions[0, fold.tune, 0], mean)


def test_rows_without_a_fold_are_not_predicted(training: TrainingSet, folds: tuple[Fold, ...]):
    found = out_of_fold(DUMMY, FoldCache(training, folds[:2]), {}, training.outcome, seed=1)
    missing = np.isnan(found.predictions[0]).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(missing), folds[2].tune)


def test_repeats_are_kept_apart(training: TrainingSet):
    folds = make_folds(training, repeats=2)
    params = {"penalty": "l2", "strength": 1.0}
    cache = FoldCache(training, folds)
    found = out_of_fold(LINEAR, cache, params, training.outcome, seed=1).predictions
    alone = FoldCache(training, folds[:3])
    first = out_of_fold(LINEAR, alone, params, training.outcome, seed=1).predictions
    np.testing.assert_array_equal(found[0], first[0])
    assert not np.array_equal(found[0], found[1])


def test_the_seed_matters_where_chance_does(training: TrainingSet, folds, monkeypatch):
    monkeypatch.setattr("deepbench.models.baselines.random_forest._TREES", 5)
    cache = FoldCache(training, folds)
    params = {"tried": 1, "min_samples_leaf": 1}
    first, second = (
        out_of_fold(FOREST, cache, params, training.outcome, seed=seed) for seed in (1, 2)
    )
    assert not np.array_equal(first.predictions, second.predictions)


def test_unfinished_fits_become_a_note(training: TrainingSet, folds, monkeypatch):
    monkeypatch.setattr("deepbench.models.baselines.linear._MOST_STEPS", 1)
    cache = FoldCache(training, folds)
    params = {"penalty": "l2", "strength": 1000.0}
    found = out_of_fold(LINEAR, cache, params, training.outcome, seed=1)
    assert "in 3 of 3 folds" in found.note
    assert np.isfinite(found.predictions).all()


def test_other_warnings_are_not_swallowed(training: TrainingSet, folds, monkeypatch):
    original = type(DUMMY).fit

    def loud(self, rows, params, seed):
        warnings.warn("something else", UserWarning, stacklevel=1)
        warnings.warn("slow", ConvergenceWarning, stacklevel=1)
        return original(self, rows, params, seed)

    monkeypatch.setattr(type(DUMMY), "fit", loud)
    cache = FoldCache(training, folds)
    with pytest.warns(UserWarning, match="something else"):
        out_of_fold(DUMMY, cache, {}, training.outcome, seed=1)


def test_the_final_filter_sees_all_training_rows():
    training = make_training(columns=300)
    model = fit_final(LINEAR, training, {"penalty": "l2", "strength": 1.0, "features": 20}, 1)
    assert len(model.columns) == 20
    assert {0, 1, 2} <= set(model.columns.tolist())
    assert model.predict(training.features).shape == (60, 2)


def test_filtering_before_the_folds_would_find_signal_in_noise():
    """The filter inside the fold finds none; the same columns chosen from all rows do."""
    noise = make_training(columns=400)
    noise.features.iloc[:, :400] = np.random.default_rng(0).normal(size=(60, 400))
    noise = replace(noise, outcome=np.arange(60) // 2 % 2)
    params = {"penalty": "l2", "strength": 10.0, "features": 20}

    def accuracy(training: TrainingSet) -> float:
        cache = FoldCache(training, make_folds(training))
        found = out_of_fold(LINEAR, cache, params, training.outcome, seed=1).predictions[0]
        return float(np.mean(found.argmax(axis=1) == training.outcome))

    chosen = fit_final(LINEAR, noise, params, 1).columns
    assert accuracy(noise) < 0.7
    assert accuracy(replace(noise, features=noise.features.iloc[:, chosen])) > 0.8
