"""Transformations and filters inside folds, through to stored models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.feature_selection import VarianceThreshold
from sklearn.preprocessing import StandardScaler

from deepbench.data.preparation import Preparation
from deepbench.data.samples import TrainingSet
from deepbench.errors import DataError
from deepbench.interpretation.attributions import attribute
from deepbench.jobs.predict import model_columns
from deepbench.models.fold_data import FoldCache
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.final import fit_network
from deepbench.models.networks.on_folds import NetworkRun, out_of_fold_networks
from deepbench.models.out_of_fold import fit_final, fit_on_fold, out_of_fold
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.registry import BASELINES
from deepbench.models.storage import load_model, save_model

from .conftest import make_folds, make_training

GENES = tuple(f"n{number}" for number in range(30))
COUNTS = Preparation("log1p-cpm", GENES)
LINEAR = BASELINES["linear"]
RIDGE = {"penalty": "l2", "strength": 1.0}


def counted(task: str = "binary") -> TrainingSet:
    """A training set with 30 counts, of which the first five follow the outcome."""
    training = make_training(task)  # type: ignore[arg-type]
    generator = np.random.default_rng(3)
    levels = np.exp(generator.normal(3.0, 1.0, 30))
    means = np.outer(generator.uniform(0.5, 2.0, len(training)), levels)
    means[:, :5] *= 1.0 + 2.0 * (training.outcome == 1)[:, None]
    table = pd.DataFrame(generator.poisson(means).astype(float), columns=list(GENES))
    return replace(training, features=pd.concat([training.features, table], axis=1))


def cpm(features: pd.DataFrame) -> np.ndarray:
    values = features[list(GENES)].to_numpy()
    return np.log2(1.0 + 1e6 * values / values.sum(axis=1, keepdims=True))


def test_only_the_measurements_are_transformed():
    training = counted()
    fit, new = training.features.iloc[:40], training.features.iloc[40:]
    found = Preprocessor.fit(fit, COUNTS)
    names = list(found.output_names)
    places = [names.index(name) for name in GENES]
    expected = StandardScaler().fit(cpm(fit)).transform(cpm(new))
    np.testing.assert_allclose(found.transform(new)[:, places], expected, atol=1e-9)
    plain = Preprocessor.fit(fit)
    other = [name for name in names if name not in GENES]
    assert other == [name for name in plain.output_names if name not in GENES]
    np.testing.assert_array_equal(
        found.transform(new)[:, [names.index(n) for n in other]],
        plain.transform(new)[:, [list(plain.output_names).index(n) for n in other]],
    )


def test_without_preparation_nothing_changes():
    training = counted()
    first = Preprocessor.fit(training.features)
    second = Preprocessor.fit(training.features, Preparation("none", GENES))
    assert first.output_names == second.output_names
    np.testing.assert_array_equal(
        first.transform(training.features), second.transform(training.features)
    )


def test_the_most_variable_are_those_of_the_fit_rows_after_the_transformation():
    features = counted().features
    fit = features.iloc[:40]
    found = Preprocessor.fit(fit, replace(COUNTS, most_variable=7))
    variances = VarianceThreshold().fit(cpm(fit)).variances_
    best = {GENES[i] for i in np.argsort(-variances)[:7]}
    raw = {GENES[i] for i in np.argsort(-fit[list(GENES)].to_numpy().var(axis=0))[:7]}
    assert best != raw
    kept = set(found.source_columns)
    assert kept & set(GENES) == best
    # The filter chooses among the measurements: nothing else is left out.
    assert kept - set(GENES) == set(features.columns) - set(GENES)


def test_gappy_features_are_left_out_by_the_fit_rows():
    features = counted().features.copy()
    features.loc[:20, "n4"] = np.nan
    features.loc[45:, "n5"] = np.nan  # not among the fit rows
    features["rare"] = pd.Series([None] * 30 + ["x"] * 30, dtype=object)
    found = Preprocessor.fit(features.iloc[:40], Preparation(most_missing=0.5))
    assert {"n4", "rare"}.isdisjoint(found.source_columns)
    assert {"n5", "stage", "g4"} <= set(found.source_columns)
    assert found.transform(features).shape == (60, len(found.output_names))


def test_what_is_exactly_as_gappy_as_allowed_stays():
    features = pd.DataFrame({"x": [1.0, np.nan, 2.0, np.nan], "y": [1.0, 2.0, 3.0, 4.0]})
    assert "x" in Preprocessor.fit(features, Preparation(most_missing=0.5)).source_columns
    assert "x" not in Preprocessor.fit(features, Preparation(most_missing=0.49)).source_columns


def test_no_feature_left_is_said():
    features = pd.DataFrame({"x": [1.0, np.nan, np.nan], "t": pd.Series([None, None, "a"])})
    with pytest.raises(DataError, match="No feature is left in a fold") as caught:
        Preprocessor.fit(features, Preparation(most_missing=0.5))
    assert "most_missing" in caught.value.hint


def test_tuning_rows_have_no_say():
    training = counted()
    folds = make_folds(training)
    features = training.features.copy()
    generator = np.random.default_rng(9)
    rows = folds[0].tune
    features.loc[rows, list(GENES)] = generator.permuted(
        features.loc[rows, list(GENES)].to_numpy() ** 2, axis=1
    )
    features.loc[rows[:-1], "g0"] = np.nan
    settled = replace(COUNTS, most_variable=10, most_missing=0.2)
    clean = FoldCache(training, folds, preparation=settled)
    spoilt = FoldCache(replace(training, features=features), folds, preparation=settled)
    assert clean.data(0).preprocessor.output_names == spoilt.data(0).preprocessor.output_names
    np.testing.assert_array_equal(clean.data(0).fit, spoilt.data(0).fit)
    assert clean.data(0).preprocessor.output_names != clean.data(1).preprocessor.output_names


def uneven() -> tuple[TrainingSet, tuple, Preparation]:
    """Folds of which one has far fewer columns than the others."""
    training = counted()
    folds = make_folds(training)
    features = training.features.copy()
    rows = np.setdiff1d(folds[1].fit, folds[0].fit)
    features.loc[rows, list(GENES[10:])] = np.nan
    training = replace(training, features=features)
    return training, folds, replace(COUNTS, most_missing=0.4)


@pytest.mark.parametrize("name", ["linear", "random_forest", "svm", "knn", "naive_bayes"])
def test_models_on_folds_of_different_width(name: str, monkeypatch):
    monkeypatch.setattr("deepbench.models.baselines.random_forest._TREES", 5)
    training, folds, settled = uneven()
    cache = FoldCache(training, folds, preparation=settled)
    widths = {cache.data(i).fit.shape[1] for i in range(3)}
    assert len(widths) > 1
    family = BASELINES[name]
    params = family.portfolio(cache.shape)[0]
    found = out_of_fold(family, cache, params, training.outcome, seed=1).predictions
    assert np.isfinite(found).all()


@pytest.mark.parametrize("kept", [{}, {"features": 20}])
def test_networks_on_folds_of_different_width(kept: dict):
    training, folds, settled = uneven()
    params = {
        "optimizer": "adam", "learning_rate": 5e-3, "weight_decay": 1e-3, "dropout": 0.0,
        "balanced": False, **kept,
    }  # fmt: skip
    family, run = NetworkFamily("small"), NetworkRun(params, training.outcome, seed=4)
    cache = FoldCache(training, folds, preparation=settled)
    assert len({cache.data(i).fit.shape[1] for i in range(3)}) > 1
    device = torch.device("cpu")
    (together,) = out_of_fold_networks(family, cache, [run], 7, device)
    assert np.isfinite(together.predictions).all()
    # A lane's neighbours do not change it, whatever their width.
    alone = FoldCache(training, folds[:1], preparation=settled)
    (single,) = out_of_fold_networks(family, alone, [run], 7, device)
    np.testing.assert_allclose(
        together.predictions[0, folds[0].tune], single.predictions[0, folds[0].tune], atol=1e-5
    )


def test_attributions_of_folds_with_different_features():
    training, folds, settled = uneven()
    cache = FoldCache(training, folds, preparation=settled)
    parts = []
    for index, fold in enumerate(folds):
        model = fit_on_fold(LINEAR, cache, index, RIDGE, training.outcome, seed=1)
        known = training.features.iloc[fold.fit].reset_index(drop=True)
        rows = training.features.iloc[fold.tune].reset_index(drop=True)
        found = attribute(model, known, rows, seed=1)
        assert found.local_accuracy_error < 1e-8
        parts.append((found, model.preprocessor.measured(rows)))
    seen = [set(found.features) for found, _ in parts]
    assert set(GENES) <= seen[0]
    assert seen[1].isdisjoint(GENES[10:])
    # More counts of a gene that follows the outcome speak for it.
    found, values = parts[0]
    added = found.values[:, found.features.index("n1"), 0]
    assert spearmanr(values["n1"], added).statistic > 0.8


def test_directions_are_those_of_the_values_that_the_model_sees():
    training = counted()
    model = fit_final(LINEAR, training, RIDGE, 1, COUNTS)
    np.testing.assert_allclose(
        model.preprocessor.measured(training.features)[list(GENES)], cpm(training.features)
    )


def test_a_stored_model_does_the_same_to_new_samples(tmp_path: Path):
    training = counted()
    settled = replace(COUNTS, most_variable=12, most_missing=0.5)
    model = fit_final(LINEAR, training, RIDGE, 1, settled)
    save_model(model, tmp_path)
    again = load_model(tmp_path)
    np.testing.assert_array_equal(
        again.predict(training.features), model.predict(training.features)
    )
    assert again.preprocessor.transform_name == "log1p-cpm"
    # Twice as deep a sample is the same sample.
    deeper = training.features.copy()
    deeper[list(GENES)] *= 2.0
    np.testing.assert_allclose(again.predict(deeper), model.predict(training.features))


def test_a_model_of_the_first_format_is_still_read(tmp_path: Path):
    training = counted()
    model = fit_final(LINEAR, training, RIDGE, 1)
    save_model(model, tmp_path)
    path = tmp_path / "model.json"
    described = json.loads(path.read_text("utf-8"))
    assert described["format"] == 3
    described["format"] = 1
    del described["transform"]
    path.write_text(json.dumps(described), "utf-8")
    np.testing.assert_array_equal(
        load_model(tmp_path).predict(training.features), model.predict(training.features)
    )


def test_new_counts_below_zero_are_said():
    training = counted()
    model = fit_final(LINEAR, training, RIDGE, 1, COUNTS)
    new = training.features.iloc[:3].copy()
    new.loc[1, "n7"] = -2.0
    with pytest.raises(DataError, match="1 value is below 0, in 'n7': log1p-CPM takes counts"):
        model.predict(new)


def test_a_library_size_needs_all_counts():
    training = counted()
    settled = replace(COUNTS, most_variable=3)
    model = fit_final(LINEAR, training, RIDGE, 1, settled)
    assert set(GENES) <= model_columns(model).used
    logs = fit_final(LINEAR, training, RIDGE, 1, replace(settled, transform="log2"))
    assert len(set(GENES) & model_columns(logs).used) == 3
    narrow = replace(model, columns=np.array([0]))  # a model that sees no count
    assert model_columns(narrow).used == {"g0"}


def test_the_final_network_is_prepared_too():
    training = counted()
    params = {
        "optimizer": "adam", "learning_rate": 5e-3, "weight_decay": 1e-3, "dropout": 0.0,
        "balanced": False,
    }  # fmt: skip
    shape = FoldCache(training, make_folds(training), preparation=COUNTS).shape
    model = fit_network(
        NetworkFamily("linear"), training, shape, params,
        starts=1, seed=2, device=torch.device("cpu"), preparation=COUNTS,
    )  # fmt: skip
    deeper = training.features.copy()
    deeper[list(GENES)] *= 3.0
    np.testing.assert_allclose(model.predict(deeper), model.predict(training.features), atol=1e-6)
