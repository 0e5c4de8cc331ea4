"""DeLong's variance against the textbook's double sums, and the interval at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from deepbench.evaluation.delong import delong_interval, delong_variance


def _textbook(y, score):
    """Structural components by comparing every pair (DeLong et al. 1988)."""
    x, z = score[y == 1], score[y == 0]
    psi = (np.sign(x[:, None] - z[None, :]) + 1) / 2
    v10, v01 = psi.mean(axis=1), psi.mean(axis=0)
    return psi.mean(), v10.var(ddof=1) / len(x) + v01.var(ddof=1) / len(z)


def _obuchowski(y, score, units):
    """Clustered variance (Obuchowski 1997), with sums over clusters written out."""
    psi = (np.sign(score[:, None] - score[None, :]) + 1) / 2
    m, n = (y == 1).sum(), (y == 0).sum()
    auroc = psi[np.ix_(y == 1, y == 0)].mean()
    clusters = np.unique(units)
    with_pos = sum((y[units == c] == 1).any() for c in clusters)
    with_neg = sum((y[units == c] == 0).any() for c in clusters)
    s10 = s01 = s11 = 0.0
    for c in clusters:
        a = sum(psi[i, y == 0].mean() - auroc for i in np.flatnonzero((units == c) & (y == 1)))
        b = sum(psi[y == 1, j].mean() - auroc for j in np.flatnonzero((units == c) & (y == 0)))
        s10 += with_pos / ((with_pos - 1) * m) * a * a
        s01 += with_neg / ((with_neg - 1) * n) * b * b
        s11 += len(clusters) / (len(clusters) - 1) * a * b
    return s10 / m + s01 / n + 2 * s11 / (m * n)


def _sample(seed: int, n: int = 60):
    rng = np.random.default_rng(seed)
    y = np.append([0, 0, 1, 1], rng.integers(0, 2, n - 4))
    return y, np.round(rng.normal(size=n) + y, 1), rng


@pytest.mark.parametrize("seed", range(5))
def test_variance_equals_the_textbook(seed):
    y, score, _ = _sample(seed)
    assert delong_variance(y, score) == pytest.approx(_textbook(y, score))


@pytest.mark.parametrize("seed", range(5))
def test_variance_with_units_equals_the_sums_over_clusters(seed):
    y, score, rng = _sample(seed)
    units = rng.integers(0, 20, len(y)) * 5
    expected = _obuchowski(y, score, units)
    assert delong_variance(y, score, units)[1] == pytest.approx(expected)


def test_copies_of_a_sample_add_no_certainty():
    y, score, _ = _sample(1)
    copied = delong_variance(np.repeat(y, 3), np.repeat(score, 3), np.repeat(np.arange(60), 3))
    assert copied == pytest.approx(delong_variance(y, score))


def test_interval_is_symmetric_in_log_odds():
    y, score, _ = _sample(2)
    interval = delong_interval(y, score, 0.9)
    auroc, variance = _textbook(y, score)
    assert interval.value == pytest.approx(roc_auc_score(y, score))
    odds = [np.log(a / (1 - a)) for a in (interval.low, interval.value, interval.high)]
    half_width = norm.ppf(0.95) * np.sqrt(variance) / (auroc * (1 - auroc))
    assert np.diff(odds) == pytest.approx([half_width, half_width])


def test_coverage_on_normal_scores():
    rng = np.random.default_rng(0)
    truth, y = norm.cdf(1 / np.sqrt(2)), np.repeat([0, 1], 25)
    intervals = [delong_interval(y, rng.normal(size=50) + y) for _ in range(600)]
    covered = np.mean([i.low <= truth <= i.high for i in intervals])
    assert 0.92 < covered < 0.985


@pytest.mark.parametrize(("m", "n"), [(10, 10), (3, 40)])
def test_perfect_order_has_a_lower_limit_that_depends_on_the_numbers(m, n):
    y = np.repeat([0, 1], [n, m])
    perfect = delong_interval(y, np.arange(m + n) * 1.0)
    assert (perfect.value, perfect.high) == (1, 1)
    a, b, c = perfect.low, perfect.low / (2 - perfect.low), 2 * perfect.low**2 / (1 + perfect.low)
    # Hanley & McNeil's variance with (m + n) / 2 in place of both numbers, as Newcombe has it.
    half = (m + n) / 2 - 1
    variance = (a * (1 - a) + half * (b - a * a) + half * (c - a * a)) / (m * n)
    assert 1 - a == pytest.approx(norm.ppf(0.975) * np.sqrt(variance))
    inverted = delong_interval(y, -np.arange(m + n) * 1.0)
    assert (inverted.value, inverted.low) == (0, 0)
    assert inverted.high == pytest.approx(1 - perfect.low)


def test_perfect_order_counts_units_rather_than_rows():
    y, score = np.repeat([0, 1], 8), np.arange(16) * 1.0
    copied = delong_interval(
        np.repeat(y, 4), np.repeat(score, 4), units=np.repeat(np.arange(16), 4)
    )
    assert copied == delong_interval(y, score)


def test_constant_scores_and_too_few_samples():
    y = np.tile([0, 1], 6)
    constant = delong_interval(y, np.ones(12))
    assert (constant.value, constant.low, constant.high) == (0.5, 0.5, 0.5)
    one_class = delong_interval(np.ones(5), np.arange(5.0))
    assert np.isnan([one_class.value, one_class.low, one_class.high]).all()
    one_positive = delong_interval(np.array([0, 0, 1]), np.array([1.0, 3, 2]))
    assert one_positive.value == 0.5
    assert np.isnan([one_positive.low, one_positive.high]).all()
