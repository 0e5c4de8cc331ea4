"""Within-fold scores against counting pairs one by one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from deepbench.evaluation.fold_scores import fold_spread, score, weighted_scores


def _folds(rng, repeats: int, n: int, k: int = 3):
    return np.stack([rng.permutation(n) % k for _ in range(repeats)])


def _pairs(y, scores, fold_of, weights):
    """Correctly ordered weight and total weight, pair by pair; ties half."""
    won = total = 0.0
    for r in range(len(fold_of)):
        for i in np.flatnonzero(y):
            for j in np.flatnonzero(~y):
                if fold_of[r, i] == fold_of[r, j] >= 0:
                    weight = weights[i] * weights[j]
                    order = np.sign(scores[r, i] - scores[r, j])
                    won += weight * (order + 1) / 2
                    total += weight
    return won, total


def _binary(seed: int, n: int = 30, repeats: int = 2):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    positive = np.round(rng.random((repeats, n)) + 0.2 * y, 1)
    fold_of = _folds(rng, repeats, n)
    return y, np.stack([1 - positive, positive], axis=2), fold_of, rng


@pytest.mark.parametrize("seed", range(4))
def test_binary_equals_counting_pairs(seed):
    y, oof, fold_of, rng = _binary(seed)
    fold_of[0, :4] = -1
    oof[0, :4] = np.nan
    weights = rng.poisson(1, (6, len(y))).astype(float)
    expected = [np.divide(*_pairs(y == 1, oof[:, :, 1], fold_of, w)) for w in weights]
    got = weighted_scores("binary", y, oof, fold_of, weights)
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    unweighted = np.divide(*_pairs(y == 1, oof[:, :, 1], fold_of, np.ones(len(y))))
    assert score("binary", y, oof, fold_of) == pytest.approx(unweighted)


def test_multiclass_is_the_mean_over_classes():
    rng = np.random.default_rng(5)
    y, oof = rng.integers(0, 3, 30), np.round(rng.random((2, 30, 3)), 1)
    fold_of = _folds(rng, 2, 30)
    w = rng.uniform(0, 2, 30)
    expected = np.mean([np.divide(*_pairs(y == k, oof[:, :, k], fold_of, w)) for k in range(3)])
    got = weighted_scores("multiclass", y, oof, fold_of, w[None])[0]
    assert got == pytest.approx(expected)


def test_a_class_without_weight_is_left_out_of_the_mean():
    rng = np.random.default_rng(6)
    y, oof, fold_of = rng.integers(0, 3, 30), rng.random((1, 30, 3)), _folds(rng, 1, 30)
    w = (y != 2).astype(float)
    expected = np.mean([np.divide(*_pairs(y == k, oof[:, :, k], fold_of, w)) for k in range(2)])
    got = weighted_scores("multiclass", y, oof, fold_of, w[None])[0]
    assert got == pytest.approx(expected)


def test_scales_of_the_folds_do_not_matter():
    y, oof, fold_of, _ = _binary(7)
    shifted = oof.copy()
    shifted[:, :, 1] = np.exp(3 * shifted[:, :, 1]) + 100.0 * fold_of
    assert score("binary", y, shifted, fold_of) == score("binary", y, oof, fold_of)


def test_more_weightings_than_a_block_equal_each_alone():
    y, oof, fold_of, rng = _binary(8)
    weights = rng.poisson(1, (1100, len(y))).astype(float)
    got = weighted_scores("binary", y, oof, fold_of, weights)
    alone = [weighted_scores("binary", y, oof, fold_of, w[None])[0] for w in weights[::100]]
    np.testing.assert_array_equal(got[::100], alone)


def test_r2_pools_rows_and_repeats():
    rng = np.random.default_rng(9)
    y = rng.normal(50, 2, 25)
    oof = y[None, :, None] + rng.normal(size=(3, 25, 1))
    fold_of = _folds(rng, 3, 25)
    fold_of[1, :5] = -1
    oof[1, :5] = np.nan
    seen = fold_of >= 0
    w = rng.uniform(0, 2, 25)
    expected = r2_score(
        np.tile(y, (3, 1))[seen], oof[:, :, 0][seen], sample_weight=np.tile(w, (3, 1))[seen]
    )
    assert weighted_scores("regression", y, oof, fold_of, w[None])[0] == pytest.approx(expected)


def test_missing_prediction_in_a_fold_makes_the_score_nan():
    y, oof, fold_of, _ = _binary(1)
    oof[1, 0] = np.nan
    assert np.isnan(score("binary", y, oof, fold_of))


def test_not_computable():
    y, oof, fold_of, _ = _binary(2)
    assert np.isnan(score("binary", np.zeros_like(y), oof, fold_of))
    assert np.isnan(score("regression", np.full(30, 0.1), oof[:, :, :1], fold_of))
    assert np.isnan(weighted_scores("binary", y, oof, fold_of, np.zeros((1, 30)))[0])
    assert score("binary", y, np.full_like(oof, 0.5), fold_of) == 0.5


def test_spread_is_the_score_of_each_fold():
    y, oof, fold_of, _ = _binary(3)
    expected = [
        roc_auc_score(y[fold_of[r] == f], oof[r, fold_of[r] == f, 1])
        for r in range(2)
        for f in range(3)
    ]
    np.testing.assert_allclose(fold_spread("binary", y, oof, fold_of), expected)


def test_shapes_that_do_not_fit_are_refused():
    y, oof, fold_of, _ = _binary(4)
    with pytest.raises(ValueError, match="fold_of"):
        score("binary", y, oof[:1], fold_of)
    with pytest.raises(ValueError, match="fold_of"):
        score("binary", y[:-1], oof, fold_of)
