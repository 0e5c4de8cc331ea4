"""The score interval against its equation, and DeLong's variance over several models."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from deepbench.evaluation.auroc_interval import auroc_interval
from deepbench.evaluation.delong import delong_interval, delong_variance


def _sample(seed: int, n: int = 60):
    rng = np.random.default_rng(seed)
    y = np.append([0, 0, 1, 1], rng.integers(0, 2, n - 4))
    return y, np.round(rng.normal(size=n) + y, 1), rng


def _hanley(a, m, n):
    """Hanley & McNeil's variance with half of all samples in place of either number."""
    half = (m + n) / 2 - 1
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    return (a * (1 - a) + half * (q1 - a * a) + half * (q2 - a * a)) / (m * n)


@pytest.mark.parametrize("seed", range(4))
def test_limits_solve_the_equation(seed):
    y, score, _ = _sample(seed)
    interval = auroc_interval(y, score, np.arange(60))
    m, n = int(y.sum()), int((1 - y).sum())
    auroc, variance = delong_variance(y, score)
    k = min(m, n)
    factor = (variance / _hanley(auroc, m, n)) ** (k / (k + 8))
    assert interval.value == pytest.approx(roc_auc_score(y, score))
    for limit in (interval.low, interval.high):
        z = (limit - auroc) / np.sqrt(factor * _hanley(limit, m, n))
        assert abs(z) == pytest.approx(norm.ppf(0.975))
    assert interval.low < auroc < interval.high


def test_perfect_order_is_as_delongs_open_limit():
    y, score = np.repeat([0, 1], [10, 6]), np.arange(16.0)
    for scores in (score, -score):
        ours, other = auroc_interval(y, scores, np.arange(16)), delong_interval(y, scores)
        assert (ours.low, ours.high) == pytest.approx((other.low, other.high))


def test_coverage_near_the_end_where_the_percentile_bootstrap_covers_seventy():
    rng = np.random.default_rng(0)
    y, apart = np.repeat([0, 1], 10), np.sqrt(2) * norm.ppf(0.97)
    found = [auroc_interval(y, rng.normal(size=20) + apart * y, np.arange(20)) for _ in range(500)]
    assert 0.92 < np.mean([i.low <= 0.97 <= i.high for i in found]) < 0.99


def test_copies_of_a_sample_add_no_certainty():
    y, score, _ = _sample(1)
    once = auroc_interval(y, score, np.arange(60))
    copied = auroc_interval(np.repeat(y, 3), np.repeat(score, 3), np.repeat(np.arange(60), 3))
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))


def test_dependent_models_widen_the_interval():
    y, score, _ = _sample(2)
    plain = auroc_interval(y, score, np.arange(60))
    wide = auroc_interval(y, score, np.arange(60), dependence=1.8)
    assert wide.value == plain.value
    assert wide.low < plain.low < plain.high < wide.high


def test_no_limits_where_there_are_too_few_and_none_but_the_value_where_all_are_equal():
    flat = auroc_interval(np.tile([0, 1], 6), np.ones(12), np.arange(12))
    assert (flat.value, flat.low, flat.high) == (0.5, 0.5, 0.5)
    one = auroc_interval(np.array([0, 0, 1]), np.array([1.0, 3, 2]), np.arange(3))
    assert one.value == 0.5
    assert np.isnan([one.low, one.high]).all()
    assert np.isnan(auroc_interval(np.ones(4), np.arange(4.0), np.arange(4)).value)


# --- several models ------------------------------------------------------------------------


def test_auroc_over_folds_compares_within_folds_only():
    y, score, rng = _sample(3)
    folds = rng.integers(0, 4, 60)
    shifted = score + 100.0 * folds
    won = pairs = 0.0
    for fold in range(4):
        here = folds == fold
        of_fold = y[here].sum() * (1 - y[here]).sum()
        won += of_fold * roc_auc_score(y[here], score[here])
        pairs += of_fold
    assert delong_variance(y, shifted, folds=folds)[0] == pytest.approx(won / pairs)
    assert auroc_interval(y, shifted, np.arange(60), folds).value == pytest.approx(won / pairs)
    assert auroc_interval(y, shifted, np.arange(60)).value < won / pairs - 0.05


def test_variance_over_equal_folds_is_that_of_the_mean():
    """Each fold the same sample: the mean of J independent AUROCs of equal variance."""
    y, score, _ = _sample(4)
    auroc, variance = delong_variance(y, score)
    many = delong_variance(np.tile(y, 5), np.tile(score, 5), folds=np.repeat(np.arange(5), 60))
    assert many[0] == pytest.approx(auroc)
    # Up to n / (n - 1), which is taken over all units rather than those of a fold.
    assert many[1] == pytest.approx(variance / 5, rel=0.05)


def test_a_fold_of_one_class_is_left_out():
    y, score, _ = _sample(5)
    alone = delong_variance(y, score)
    more = delong_variance(
        np.append(y, [1, 1]), np.append(score, [0, 0]), folds=np.append(np.zeros(60, int), [1, 1])
    )
    assert more == pytest.approx(alone)
