"""Resampling of units, and intervals against a plain loop over resampled rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from deepbench.evaluation.bootstrap import (
    interval_of,
    metric_interval,
    paired_difference,
    percentile_interval,
    unit_weights,
    weight_blocks,
)
from deepbench.evaluation.metrics import get_metric


def _units(seed: int = 0):
    """40 units of one to three rows, with scattered codes; one class per unit."""
    rng = np.random.default_rng(seed)
    units = rng.permutation(np.repeat(np.arange(40) * 7 + 3, rng.integers(1, 4, 40)))
    return units, (units % 3 == 0).astype(np.int64), rng


def test_rows_of_a_unit_share_their_weight_and_units_keep_their_number():
    units, y, _ = _units()
    for labels in (None, y):
        weights = unit_weights(units, 50, 1, labels)
        for unit in np.unique(units):
            of_unit = weights[:, units == unit]
            assert (of_unit == of_unit[:, :1]).all()
        first = np.unique(units, return_index=True)[1]
        assert (weights[:, first].sum(axis=1) == 40).all()


def test_classes_keep_their_number_of_units():
    units, y, _ = _units()
    first = np.unique(units, return_index=True)[1]
    drawn = unit_weights(units, 200, 1, y)[:, first][:, y[first] == 1].sum(axis=1)
    assert (drawn == y[first].sum()).all()


def test_a_unit_of_two_classes_lifts_the_stratification():
    units = np.array([0, 0, 1, 1, 2, 2])
    mixed = unit_weights(units, 500, 1, np.array([0, 1, 0, 0, 1, 1]))
    np.testing.assert_array_equal(mixed, unit_weights(units, 500, 1))
    assert (mixed[:, 2] == 0).any()


def test_counts_follow_the_binomial_distribution():
    weights = unit_weights(np.arange(10), 20_000, 2)
    assert weights.mean(axis=0) == pytest.approx(np.ones(10), abs=0.04)
    assert weights.var(axis=0) == pytest.approx(np.full(10, 0.9), abs=0.06)
    assert (weights == 0).mean() == pytest.approx(0.9**10, abs=0.01)


def test_blocks_change_no_number_and_seeds_do():
    units, y, _ = _units()
    whole = unit_weights(units, 23, 5, y)
    np.testing.assert_array_equal(np.concatenate([*weight_blocks(units, 23, 5, y, 4)]), whole)
    assert not np.array_equal(whole, unit_weights(units, 23, 6, y))


def test_interval_equals_a_loop_over_resampled_rows():
    units, y, rng = _units(1)
    positive = np.round(rng.random(len(y)) + 0.3 * y, 1) / 2
    p = np.column_stack([1 - positive, positive])
    values = []
    for counts in unit_weights(units, 300, 9, y).astype(int):
        rows = np.repeat(np.arange(len(y)), counts)
        values.append(roc_auc_score(y[rows], positive[rows]))
    interval = metric_interval(get_metric("binary", "auroc"), y, p, units, resamples=300, seed=9)
    assert interval.value == pytest.approx(roc_auc_score(y, positive))
    assert (interval.low, interval.high) == pytest.approx(
        tuple(np.quantile(values, [0.025, 0.975]))
    )
    assert interval.resamples == 300


def test_interval_of_a_mean_has_the_width_of_theory():
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    p = np.zeros((400, 1))
    interval = metric_interval(
        get_metric("regression", "mae"), y, p, np.arange(400), resamples=4000, seed=1
    )
    half_width = 1.96 * np.abs(y).std() / 20
    assert interval.high - interval.value == pytest.approx(half_width, rel=0.08)
    assert interval.value - interval.low == pytest.approx(half_width, rel=0.08)


def test_repeated_rows_of_a_unit_add_no_certainty():
    rng = np.random.default_rng(1)
    y, p = rng.normal(size=50), np.zeros((50, 1))
    metric = get_metric("regression", "rmse")
    once = metric_interval(metric, y, p, np.arange(50), seed=1)
    twice = metric_interval(
        metric, np.repeat(y, 3), np.repeat(p, 3, axis=0), np.repeat(np.arange(50), 3), seed=1
    )
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))


def test_paired_difference_uses_the_same_resamples_for_both():
    units, y, rng = _units(2)
    a, b = (np.column_stack([1 - s, s]) for s in rng.random((2, len(y))))
    metric = get_metric("binary", "brier")
    weights = unit_weights(units, 200, 3, y)
    expected = [metric.function(y, a, w) - metric.function(y, b, w) for w in weights]
    got = paired_difference(metric, y, a, b, units, resamples=200, seed=3)
    assert got.value == pytest.approx(metric.function(y, a) - metric.function(y, b))
    assert (got.low, got.high) == pytest.approx(tuple(np.quantile(expected, [0.025, 0.975])))
    same = paired_difference(metric, y, a, a, units, resamples=50, seed=3)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_percentiles_leave_out_what_is_not_computable():
    values = np.arange(101.0)
    assert percentile_interval(values, 0.9) == pytest.approx((5, 95))
    half = np.append(values, [np.nan] * 101)
    assert percentile_interval(half, 0.9) == pytest.approx((5, 95))
    assert np.isnan(percentile_interval(np.append(values, [np.nan] * 102))).all()
    assert np.isnan(percentile_interval(np.empty(0))).all()
    assert interval_of(50, np.append(values, [np.nan] * 20)).resamples == 101


@pytest.mark.parametrize("resamples", [1, 40])
def test_one_class_has_neither_value_nor_limits(resamples):
    p = np.column_stack([np.linspace(0, 1, 9), np.linspace(1, 0, 9)])
    interval = metric_interval(
        get_metric("binary", "auroc"),
        np.ones(9, np.int64),
        p,
        np.arange(9),
        resamples=resamples,
        seed=0,
    )
    assert np.isnan([interval.value, interval.low, interval.high]).all()


def test_constant_scores_have_a_degenerate_interval():
    y = np.tile([0, 1], 10)
    interval = metric_interval(
        get_metric("binary", "auroc"), y, np.full((20, 2), 0.5), np.arange(20), seed=0
    )
    assert (interval.value, interval.low, interval.high) == (0.5, 0.5, 0.5)
