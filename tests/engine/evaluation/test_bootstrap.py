"""Resampling of units, and percentile limits."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.evaluation.bootstrap import (
    count_blocks,
    interval_of,
    percentile_interval,
    unit_weights,
    weight_blocks,
)


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


def test_counts_of_units_are_the_weights_of_their_rows():
    units, y, _ = _units(3)
    (counts,) = count_blocks(units, 40, 7, y, 40)
    place = np.unique(units, return_inverse=True)[1]
    np.testing.assert_array_equal(counts[place].T, unit_weights(units, 40, 7, y))


def test_percentiles_leave_out_what_is_not_computable():
    values = np.arange(101.0)
    assert percentile_interval(values, 0.9) == pytest.approx((5, 95))
    half = np.append(values, [np.nan] * 101)
    assert percentile_interval(half, 0.9) == pytest.approx((5, 95))
    assert np.isnan(percentile_interval(np.append(values, [np.nan] * 102))).all()
    assert np.isnan(percentile_interval(np.empty(0))).all()
    assert interval_of(50, np.append(values, [np.nan] * 20)).resamples == 101
