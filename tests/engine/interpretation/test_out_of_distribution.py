"""Samples unlike the others: a planted one is found, ordinary ones are left in peace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

from deepbench.data.samples import Fold, TrainingSet
from deepbench.interpretation import out_of_distribution
from deepbench.interpretation.out_of_distribution import FoldDistances, distances_in_fold
from deepbench.models.fold_data import FoldCache
from tests.engine.models.conftest import make_folds, make_training


def measured(training: TrainingSet, folds: tuple[Fold, ...]) -> list[FoldDistances]:
    cache = FoldCache(training, folds)
    return [distances_in_fold(cache.data(i), training.units, seed=1) for i in range(len(folds))]


def planted(rows: int, columns: int, row: int, shift: float, some: int) -> TrainingSet:
    training = make_training(rows=rows, columns=columns)
    features = training.features.copy()
    features.iloc[row, :some] += shift
    return replace(training, features=features)


def test_distances_are_those_to_the_nearest_of_other_units() -> None:
    training = make_training(rows=60)
    folds = make_folds(training)
    data = FoldCache(training, folds).data(0)
    found = distances_in_fold(data, training.units, seed=1)
    fit, tune = out_of_distribution._robust(data.fit, data.tune)
    near = NearestNeighbors(n_neighbors=5).fit(fit)
    expected, places = near.kneighbors(tune)
    np.testing.assert_allclose(found.distance, expected.mean(axis=1), rtol=1e-3)
    np.testing.assert_array_equal(found.neighbours[:, 0], data.fold.fit[places[:, 0]])
    # Fit rows have their own unit, and the twin in it, left out.
    units = training.units[data.fold.fit]
    far = np.linalg.norm(fit[:, None] - fit[None], axis=2)
    far[units[:, None] == units[None, :]] = np.inf
    usual = np.sort(far, axis=1)[:, :5].mean(axis=1)
    assert found.typical == pytest.approx(np.median(usual), rel=1e-3)
    weights = 1 / np.bincount(units)[units]
    by_hand = [(1 + weights[usual >= d].sum()) / (1 + found.units) for d in found.distance]
    np.testing.assert_allclose(found.p_value, by_hand, atol=0.03)


@pytest.mark.parametrize(("columns", "some", "shift"), [(8, 8, 9.0), (3000, 600, 4.0)])
def test_a_planted_sample_is_found_alone_with_its_features(
    columns: int, some: int, shift: float
) -> None:
    training = planted(200, columns, row=31, shift=shift, some=some)
    found = measured(training, make_folds(training))
    unlike = [int(row) for fold in found for row in fold.rows[fold.unlike]]
    assert unlike == [31]
    named = [names for fold in found for names in fold.far_features if names]
    assert named
    assert set(named[0]) <= {f"g{i}" for i in range(some)}
    p = next(fold.p_value[fold.rows == 31] for fold in found if 31 in fold.rows)
    assert p[0] == pytest.approx(1 / (found[0].units + 1), rel=0.1)


def test_ordinary_samples_are_not_called_unlike() -> None:
    for columns in (8, 400):
        training = make_training(rows=300, columns=columns, seed=columns)
        found = measured(training, make_folds(training))
        assert sum(int(fold.unlike.sum()) for fold in found) == 0


def test_conformal_p_values_are_uniform() -> None:
    training = make_training(rows=600, columns=8, seed=4)
    p = np.concatenate([fold.p_value for fold in measured(training, make_folds(training))])
    assert 0.04 < (p <= 0.1).mean() < 0.17
    assert 0.4 < (p <= 0.5).mean() < 0.6


def test_few_units_say_nothing() -> None:
    training = planted(18, 5, row=3, shift=50.0, some=5)
    found = measured(training, make_folds(training))
    assert not any(fold.unlike.any() for fold in found)


def test_a_unit_without_others_has_no_neighbours() -> None:
    training = make_training(rows=12)
    one = replace(training, units=np.r_[np.zeros(8, dtype=np.int64), np.ones(4, dtype=np.int64)])
    rows = np.arange(12)
    found = measured(one, (Fold(0, 0, rows[:8], rows[8:]),))[0]
    assert found.neighbours.shape == (4, 8)
    assert not found.unlike.any()
    assert np.isfinite(found.p_value).all()


def test_many_fit_rows_are_compared_with_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out_of_distribution, "_MOST_REFERENCES", 50)
    training = planted(300, 8, row=31, shift=9.0, some=8)
    found = measured(training, make_folds(training))
    assert [int(row) for fold in found for row in fold.rows[fold.unlike]] == [31]
    assert found[0].units <= 50


def test_text_and_missing_values_count() -> None:
    training = make_training(rows=120)
    features = training.features.copy()
    features["stage"] = pd.Series(["I", "II"] * 60, dtype=object)
    features.iloc[5, 0] = np.nan
    found = measured(replace(training, features=features), make_folds(training))
    assert all(np.isfinite(fold.distance).all() for fold in found)
