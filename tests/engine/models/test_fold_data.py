from __future__ import annotations

from dataclasses import replace

import numpy as np
from sklearn.feature_selection import f_classif

from deepbench.data.samples import Fold, TrainingSet
from deepbench.models import fold_data
from deepbench.models.fold_data import FoldCache
from deepbench.models.preprocessing import Preprocessor


def test_a_fold_is_preprocessed_by_its_fit_rows(training: TrainingSet, folds: tuple[Fold, ...]):
    data = FoldCache(training, folds).data(1)
    by_hand = Preprocessor.fit(training.features.iloc[folds[1].fit])
    fit, tune = training.features.iloc[folds[1].fit], training.features.iloc[folds[1].tune]
    np.testing.assert_array_equal(data.fit, by_hand.transform(fit))
    np.testing.assert_array_equal(data.tune, by_hand.transform(tune))
    assert data.preprocessor.output_names == by_hand.output_names


def test_tuning_rows_change_nothing_in_the_fit(training: TrainingSet, folds: tuple[Fold, ...]):
    features = training.features.copy()
    features.loc[folds[0].tune, "g0"] = 1e6
    outcome = training.outcome.copy()
    outcome[folds[0].tune] = 1 - outcome[folds[0].tune]
    clean = FoldCache(training, folds)
    spoilt = FoldCache(replace(training, features=features), folds)
    np.testing.assert_array_equal(clean.data(0).fit, spoilt.data(0).fit)
    np.testing.assert_array_equal(clean.ranking(0, training.outcome), spoilt.ranking(0, outcome))


def test_ranking_follows_the_outcome_given(training: TrainingSet, folds: tuple[Fold, ...]):
    cache = FoldCache(training, folds)
    shuffled = np.random.default_rng(1).permutation(training.outcome)
    for outcome in (training.outcome, shuffled, training.outcome):
        values = f_classif(cache.data(2).fit, outcome[folds[2].fit])[0]
        np.testing.assert_array_equal(cache.ranking(2, outcome), np.argsort(-values))


def test_a_ranking_is_computed_once(training: TrainingSet, folds: tuple[Fold, ...], monkeypatch):
    calls = []
    original = fold_data.rank_columns
    monkeypatch.setattr(
        fold_data, "rank_columns", lambda *given: calls.append(1) or original(*given)
    )
    cache = FoldCache(training, folds)
    for _ in range(3):
        cache.ranking(0, training.outcome)
    assert len(calls) == 1


def test_memory_stays_bounded(training: TrainingSet, folds: tuple[Fold, ...]):
    one = FoldCache(training, folds).data(0).memory_bytes
    cache = FoldCache(training, folds, memory_bytes=2 * one + one // 2)
    first = cache.data(0)
    cache.data(1)
    assert cache.data(0) is first
    cache.data(2)  # pushes out fold 1, the least recently used
    assert cache.data(0) is first
    tight = FoldCache(training, folds, memory_bytes=0)
    again = tight.data(0)
    assert tight.data(0) is again
    tight.data(1)
    np.testing.assert_array_equal(tight.data(0).fit, again.fit)
    assert tight.data(0) is not again


def test_shape(training: TrainingSet, folds: tuple[Fold, ...]):
    shape = FoldCache(training, folds).shape
    assert (shape.task, shape.rows, shape.units) == ("binary", 36, 30)
    assert (shape.columns, shape.outputs, shape.smallest_class) == (9, 2, 30)
