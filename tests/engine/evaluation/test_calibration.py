"""Recalibration against a general optimiser, and bins of the reliability curve."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve

from deepbench.evaluation.calibration import reliability_curve
from deepbench.evaluation.metrics import get_metric

SLOPE = get_metric("binary", "calibration_slope")
INTERCEPT = get_metric("binary", "calibration_intercept")


def _both(p):
    return np.column_stack([1 - p, p])


def _reference(y, p, w):
    """Slope of the two-parameter fit, intercept of the fit with slope 1."""
    x = logit(p)

    def loss(linear):
        return np.sum(w * (np.logaddexp(0, linear) - y * linear))

    options = {"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000}
    both = minimize(lambda b: loss(b[0] + b[1] * x), [0, 1], method="Nelder-Mead", options=options)
    large = minimize(lambda b: loss(b[0] + x), [0], method="Nelder-Mead", options=options)
    return both.x[1], large.x[0]


@pytest.mark.parametrize("seed", range(4))
def test_slope_and_intercept_maximise_the_likelihood(seed):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.02, 0.98, 150)
    y = (rng.random(150) < expit(0.5 * logit(p) - 0.7)).astype(np.int64)
    for w in (np.ones(150), rng.poisson(1, 150).astype(float)):
        slope, intercept = _reference(y, p, w)
        assert SLOPE.function(y, _both(p), w) == pytest.approx(slope, rel=1e-5)
        assert INTERCEPT.function(y, _both(p), w) == pytest.approx(intercept, rel=1e-5)


def test_true_probabilities_are_calibrated_and_exaggerated_ones_are_not():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.05, 0.95, 20_000)
    y = (rng.random(20_000) < truth).astype(np.int64)
    assert SLOPE.function(y, _both(truth)) == pytest.approx(1, abs=0.05)
    assert INTERCEPT.function(y, _both(truth)) == pytest.approx(0, abs=0.05)
    exaggerated, shifted = expit(2 * logit(truth)), expit(logit(truth) - 1)
    assert SLOPE.function(y, _both(exaggerated)) == pytest.approx(0.5, abs=0.03)
    assert INTERCEPT.function(y, _both(shifted)) == pytest.approx(1, abs=0.05)


def test_separated_classes_have_no_slope():
    y = np.array([0, 0, 0, 1, 1, 1])
    for p in ([0.1, 0.2, 0.3, 0.6, 0.7, 0.8], [0.9, 0.8, 0.7, 0.3, 0.2, 0.1]):
        assert np.isnan(SLOPE.function(y, _both(np.array(p))))
    touching = np.array([0.1, 0.2, 0.5, 0.5, 0.7, 0.8])
    assert np.isnan(SLOPE.function(y, _both(touching)))
    barely = np.array([0.1, 0.2, 0.51, 0.5, 0.7, 0.8])
    assert 1 < SLOPE.function(y, _both(barely)) < np.inf


def test_separation_is_judged_by_the_rows_that_have_weight():
    y, p = np.array([0, 0, 1, 1, 0]), np.array([0.1, 0.3, 0.6, 0.8, 0.7])
    slopes = SLOPE.weighted(y, _both(p), np.array([[1.0, 1, 1, 1, 1], [1, 1, 1, 1, 0]]))
    assert np.isfinite(slopes[0])
    assert np.isnan(slopes[1])


def test_certain_probabilities_stay_finite():
    y = np.array([0, 1, 0, 1, 1, 0])
    p = np.array([0.0, 1, 1, 0, 1, 0])
    assert np.isfinite(SLOPE.function(y, _both(p)))
    assert np.isfinite(INTERCEPT.function(y, _both(p)))
    confident_and_wrong = np.full(6, 1e-9)
    assert INTERCEPT.function(y, _both(confident_and_wrong)) == pytest.approx(
        -logit(1e-6), rel=1e-6
    )


def test_reliability_curve_equals_scikit_learn_without_ties():
    rng = np.random.default_rng(1)
    p = rng.random(200)
    y = (rng.random(200) < p).astype(np.int64)
    curve = reliability_curve(y, p, bins=10)
    observed, predicted = calibration_curve(y, p, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(curve.predicted, predicted)
    np.testing.assert_allclose(curve.observed, observed)
    assert (curve.counts == 20).all()


@pytest.mark.parametrize("n", [10, 19, 20, 57, 300])
def test_bins_hold_ten_samples_and_keep_ties_together(n):
    rng = np.random.default_rng(n)
    p = np.round(rng.random(n), 1)
    y = rng.integers(0, 2, n)
    curve = reliability_curve(y, p)
    assert curve.counts.sum() == n
    assert curve.counts.min() >= 10
    assert (np.diff(curve.predicted) > 0).all()
    edges = np.cumsum(curve.counts)[:-1]
    ordered = np.sort(p)
    assert (ordered[edges] > ordered[edges - 1]).all()
    assert np.average(curve.observed, weights=curve.counts) == pytest.approx(y.mean())


def test_reliability_curve_of_few_samples_or_one_value():
    assert len(reliability_curve(np.ones(9), np.linspace(0, 1, 9)).counts) == 0
    flat = reliability_curve(np.tile([0, 1], 20), np.full(40, 0.3))
    assert flat.counts.tolist() == [40]
    assert flat.observed.tolist() == [0.5]
    assert flat.predicted == pytest.approx([0.3])
