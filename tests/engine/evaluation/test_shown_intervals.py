"""Which interval is shown: errors against closed forms, several models, ends of the scales."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from deepbench.evaluation.fold_scores import score
from deepbench.evaluation.metrics import get_metric
from deepbench.evaluation.panel import metric_interval, paired_difference
from deepbench.evaluation.shown_intervals import TestSamples, shown_difference


def _binary(seed: int, n: int = 60, *, folds: bool = False):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    positive = np.clip(rng.random(n) * 0.7 + 0.2 * y, 0.01, 0.99)
    samples = TestSamples("binary", y, np.arange(n), np.arange(n) // 2 % 5 if folds else None)
    return samples, np.column_stack([1 - positive, positive]), rng


def test_interval_of_a_mean_error_is_that_of_its_logarithm():
    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    samples = TestSamples("regression", y, np.arange(40))
    found = metric_interval(
        get_metric("regression", "mae"), samples, np.zeros((40, 1)), resamples=20_000, seed=1
    )
    off = np.abs(y)
    error = off.std(ddof=1) / np.sqrt(40) / off.mean()
    reach = student.ppf(0.975, 39) * error
    assert found.value == pytest.approx(off.mean())
    assert np.log([found.low, found.high]) == pytest.approx(
        [np.log(off.mean()) - reach, np.log(off.mean()) + reach], abs=0.02
    )


def test_brier_uses_the_error_of_two_class_means():
    samples, p, _ = _binary(1)
    found = metric_interval(get_metric("binary", "brier"), samples, p, resamples=20_000, seed=1)
    off = (p[:, 1] - samples.y) ** 2
    parts = [off[samples.y == k] for k in (0, 1)]
    error = np.sqrt(sum(part.var(ddof=1) / 30 for part in parts)) / 2 / off.mean()
    half = np.log(found.high / found.low) / 2
    assert half == pytest.approx(student.ppf(0.975, 58) * error, rel=0.03)


@pytest.mark.parametrize("sizes", [(4, 16), (10, 10), (7, 9, 4)])
def test_few_units_lose_what_the_bootstrap_takes(sizes):
    y = np.repeat(np.arange(len(sizes)), sizes)
    task = "binary" if len(sizes) == 2 else "multiclass"
    factor, freedom = TestSamples(task, y, np.arange(len(y))).few
    variances = [1 / m for m in sizes]
    unbiased = sum(1 / (m - 1) for m in sizes)
    welch = sum(variances) ** 2 / sum(
        v**2 / (m - 1) for v, m in zip(variances, sizes, strict=True)
    )
    assert factor**2 == pytest.approx(unbiased / sum(variances))
    assert freedom == pytest.approx(welch)


def test_repeated_rows_of_a_unit_add_no_certainty():
    samples, p, _ = _binary(2)
    units = np.repeat(samples.units, 3)
    copied = TestSamples("binary", np.repeat(samples.y, 3), units)
    for name in ("auroc", "brier", "average_precision", "balanced_accuracy"):
        metric = get_metric("binary", name)
        once = metric_interval(metric, samples, p, resamples=500, seed=1)
        more = metric_interval(metric, copied, np.repeat(p, 3, axis=0), resamples=500, seed=1)
        assert (more.low, more.high) == pytest.approx((once.low, once.high), rel=0.02), name


def test_dependence_of_models_fitted_on_each_others_samples():
    samples, _, _ = _binary(3, folds=True)
    # Nadeau & Bengio's guess of the correlation: the share of a fold's test samples.
    assert samples.dependence == pytest.approx(1 + 4 * 0.2)
    assert samples.where(samples.folds == 0).dependence == samples.dependence
    assert TestSamples("binary", samples.y, samples.units).dependence == 1


def test_every_interval_is_wider_by_the_dependence():
    samples, p, _ = _binary(4, folds=True)
    alone = TestSamples("binary", samples.y, samples.units)
    for name in ("brier", "log_loss", "calibration_intercept", "average_precision"):
        metric = get_metric("binary", name)
        narrow = metric_interval(metric, alone, p, resamples=400, seed=1)
        wide = metric_interval(metric, samples, p, resamples=400, seed=1)
        assert wide.value == narrow.value
        assert wide.high - wide.low == pytest.approx(
            np.sqrt(1.8) * (narrow.high - narrow.low), rel=0.12
        ), name


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_auroc_of_several_models_is_counted_within_their_folds(task):
    samples, p, rng = _binary(5, folds=True)
    y = samples.y
    if task == "multiclass":
        y, p = np.arange(60) % 3, rng.dirichlet(np.ones(3), 60)
    several = TestSamples(task, y, samples.units, samples.folds)
    found = metric_interval(get_metric(task, "auroc"), several, p, resamples=200, seed=1)
    assert found.value == pytest.approx(score(task, y, p[None], samples.folds[None]))
    assert found.low < found.value < found.high


def test_difference_is_paired_and_has_students_width():
    samples, p, rng = _binary(6)
    other = np.clip(p + rng.normal(0, 0.02, (60, 1)) * [1, -1], 0.01, 0.99)
    metric = get_metric("binary", "brier")
    found = paired_difference(metric, samples, p, other, resamples=20_000, seed=1)
    off = (p[:, 1] - samples.y) ** 2 - (other[:, 1] - samples.y) ** 2
    error = np.sqrt(sum(off[samples.y == k].var(ddof=1) / 30 for k in (0, 1))) / 2
    assert found.value == pytest.approx(off.mean())
    assert found.high - found.value == pytest.approx(student.ppf(0.975, 58) * error, rel=0.03)
    same = paired_difference(metric, samples, p, p, resamples=50, seed=1)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_perfect_three_classes_keep_a_lower_limit():
    y = np.arange(30) % 3
    samples = TestSamples("multiclass", y, np.arange(30))
    found = metric_interval(
        get_metric("multiclass", "auroc"), samples, np.eye(3)[y], resamples=50, seed=1
    )
    assert (found.value, found.high) == (1, 1)
    assert 0.6 < found.low < 0.95


def test_no_limits_at_the_end_of_a_scale_and_without_scores():
    y = np.arange(20) % 2
    samples = TestSamples("binary", y, np.arange(20))
    perfect = metric_interval(
        get_metric("binary", "average_precision"), samples, np.eye(2)[y], resamples=50, seed=1
    )
    assert perfect.value == 1
    assert np.isnan([perfect.low, perfect.high]).all()
    for name in ("auroc", "balanced_accuracy", "calibration_slope"):
        none = metric_interval(
            get_metric("binary", name),
            TestSamples("binary", np.ones(20, np.int64), np.arange(20)),
            np.eye(2)[y],
            resamples=50,
            seed=1,
        )
        assert np.isnan([none.value, none.low, none.high]).all(), name
    half = np.append(np.ones(10), np.full(11, np.nan))
    assert np.isnan(shown_difference(0.1, half, samples).low)
