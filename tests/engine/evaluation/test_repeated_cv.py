"""Corrected errors of fold scores against the formulas and against what they estimate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from deepbench.evaluation.repeated_cv import fold_difference, fold_standard_error


def test_standard_error_is_that_of_nadeau_and_bengio():
    scores = [0.8, 0.7, 0.9, 0.75, 0.85, 0.8, 0.72, 0.88, 0.79, 0.81]
    # Five folds, two repeats: each fold predicts 1 / 5 and was fitted on 4 / 5.
    expected = np.sqrt((1 / 10 + 0.2 / 0.8) * np.var(scores, ddof=1))
    assert fold_standard_error(scores, 5) == pytest.approx(expected)


def test_difference_is_the_corrected_resampled_t_test():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.8, 0.05, 10), rng.normal(0.75, 0.05, 10)
    found = fold_difference(a, b, 5)
    d = a - b
    t = d.mean() / np.sqrt((1 / 10 + 1 / 4) * d.var(ddof=1))
    p = 2 * stats.t.sf(abs(t), 9)
    assert found.value == pytest.approx(d.mean())
    # The limit touches zero at the level 1 - p.
    touching = fold_difference(a, b, 5, level=1 - p)
    assert min(abs(touching.low), abs(touching.high)) == pytest.approx(0, abs=1e-12)
    assert found.low < d.mean() < found.high


def test_error_of_a_cross_validated_mean_is_seen_and_the_naive_one_is_too_small():
    """Score: mean squared distance from the training mean; its spread over studies is known."""
    rng = np.random.default_rng(1)
    means, corrected, naive = [], [], []
    for _ in range(400):
        y = rng.normal(size=50).reshape(5, 10)
        total = y.sum()
        folds = [((part - (total - part.sum()) / 40) ** 2).mean() for part in y]
        means.append(np.mean(folds))
        corrected.append(fold_standard_error(folds, 5))
        naive.append(np.std(folds, ddof=1) / np.sqrt(5))
    assert np.mean(corrected) > np.std(means)
    assert np.mean(corrected) / np.mean(naive) == pytest.approx(1.5)


def test_folds_without_a_score_are_left_out():
    assert fold_standard_error([0.8, None, 0.7, 0.9, float("nan")], 5) == pytest.approx(
        0.1 * np.sqrt(1 / 3 + 1 / 4)
    )
    assert np.isnan(fold_standard_error([0.8, None, 0.7], 5))
    assert np.isnan(fold_difference([0.8, None, 0.7], [0.7, 0.6, 0.5], 5).low)
    with pytest.raises(ValueError, match="every fold"):
        fold_difference([0.8, 0.7, 0.9], [0.8, 0.7], 5)
