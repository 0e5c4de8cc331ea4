"""The band of the learning curve and what is said of its end."""

import numpy as np
import pytest

from deepbench.checks.learning_curve import CurvePoint, band, resampled_scores
from deepbench.evaluation.bootstrap import percentile_interval, unit_weights
from deepbench.evaluation.metrics import metrics_for


def point(samples, score, noise, seed=0):
    draws = np.random.default_rng(seed).normal(0, noise, 1000)
    return CurvePoint(samples, score, 0.1, score + draws)


def test_band_of_one_fold_is_the_bootstrap_interval_of_the_auroc():
    generator = np.random.default_rng(3)
    outcome = np.arange(120) % 2
    chance = np.clip(0.5 + 0.15 * (2 * outcome - 1) + generator.normal(0, 0.25, 120), 0, 1)
    predicted = np.stack([1 - chance, chance], axis=1)
    fold_of = np.zeros((1, 120), dtype=np.int64)
    resampled = resampled_scores(
        "binary", outcome, predicted[None], fold_of, np.arange(120), seed=5
    )
    found = np.quantile(resampled, [0.025, 0.975])
    metric = metrics_for("binary")["auroc"]
    weights = unit_weights(np.arange(120), 4000, 1, outcome)
    other = percentile_interval(metric.weighted(outcome, predicted, weights))
    assert found == pytest.approx(list(other), abs=0.015)


@pytest.mark.parametrize(
    ("gain", "noise", "said"),
    [
        (0.05, 0.001, "still climbs"),
        (0.001, 0.001, "levelled off"),
        (0.02, 0.05, "cannot be told"),
        (-0.05, 0.001, "levelled off"),
    ],
)
def test_what_the_end_of_the_curve_says(gain, noise, said):
    shown = band([point(50, 0.6, 0.05), point(75, 0.7, 0.0), point(100, 0.7 + gain, noise)])
    assert said in shown.sentence
    assert "From 75 to 100 training samples" in shown.sentence
    assert shown.gain.value == pytest.approx(gain)


def test_the_gain_is_paired():
    """Both parts meet the same resamples: what is common to them cancels out."""
    common = np.random.default_rng(1).normal(0, 0.1, 1000)
    before = CurvePoint(75, 0.7, 0.1, 0.7 + common)
    last = CurvePoint(100, 0.72, 0.1, 0.72 + common)
    shown = band([before, last])
    assert (shown.gain.low, shown.gain.high) == pytest.approx((0.02, 0.02))
    assert shown.high[1] - shown.low[1] > 0.3


def test_without_a_score_nothing_is_said():
    missing = CurvePoint(75, None, None, np.full(1000, np.nan))
    shown = band([missing, point(100, 0.7, 0.1)])
    assert shown.gain is None
    assert shown.sentence == ""
    assert shown.low[0] is None
