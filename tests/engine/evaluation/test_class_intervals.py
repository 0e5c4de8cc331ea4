"""Drawn tables against the beta distribution, and design effects."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from deepbench.evaluation.class_intervals import class_interval, design_effect, drawn_tables
from deepbench.evaluation.metrics import get_metric


def _drawn(y, said, units=None, *, dependence=1.0, draws=20_000, classes=2):
    units = np.arange(len(y)) if units is None else units
    return drawn_tables(y, said, classes, units, dependence=dependence, draws=draws, seed=1)


def test_shares_follow_jeffreys_beta():
    y, said = np.repeat([0, 1], [30, 10]), np.repeat([0, 1, 0, 1], [24, 6, 3, 7])
    tables = _drawn(y, said).reshape(-1, 2, 2)
    recall = tables[:, 1, 1] / tables[:, 1].sum(axis=1)
    expected = beta(7.5, 3.5)
    np.testing.assert_allclose(
        np.quantile(recall, [0.025, 0.5, 0.975]), expected.ppf([0.025, 0.5, 0.975]), atol=0.01
    )
    np.testing.assert_allclose(tables.sum(axis=2), np.tile([0.75, 0.25], (20_000, 1)))


def test_perfect_classes_have_a_lower_limit():
    y = np.repeat([0, 1], 10)
    for name in ("balanced_accuracy", "mcc", "f1", "accuracy"):
        found = class_interval(get_metric("binary", name), 1.0, _drawn(y, y))
        assert found.high == 1.0
        assert 0.5 < found.low < 0.95, name


def test_mean_of_draws_is_near_the_score_for_many_samples():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 3000)
    said = np.where(rng.random(3000) < 0.7, y, rng.integers(0, 3, 3000))
    tables = _drawn(y, said, classes=3, draws=500)
    for name in ("balanced_accuracy", "mcc", "f1", "accuracy"):
        metric = get_metric("multiclass", name)
        value = metric.function(y, np.eye(3)[said])
        found = class_interval(metric, value, tables)
        assert (found.low + found.high) / 2 == pytest.approx(value, abs=0.01)
        assert 0.02 < found.high - found.low < 0.09


def test_copies_of_a_row_have_the_full_design_effect_and_independent_rows_almost_none():
    rng = np.random.default_rng(1)
    right = rng.random(200) < 0.7
    assert design_effect(np.repeat(right, 5), np.repeat(np.arange(200), 5)) == pytest.approx(5)
    single = design_effect(rng.random(1000) < 0.7, np.repeat(np.arange(200), 5))
    assert 1 <= single < 1.4
    assert design_effect(right, np.arange(200)) == 1.0


def test_few_units_are_taken_to_say_the_same_in_all_their_rows():
    everything_right = np.ones(10, bool)
    assert design_effect(everything_right, np.repeat([0, 1], 5)) == 5.0
    alternating = np.tile([True, False], 10)
    assert design_effect(alternating, np.repeat([0, 1], 10)) > 4


def test_dependence_is_a_factor_of_the_variance():
    y, said = np.repeat([0, 1], 200), np.repeat([0, 1, 0, 1], [150, 50, 50, 150])
    metric = get_metric("binary", "accuracy")
    plain, wide = (class_interval(metric, 0.75, _drawn(y, said, dependence=d)) for d in (1.0, 2.0))
    ratio = (wide.high - wide.low) / (plain.high - plain.low)
    assert ratio == pytest.approx(np.sqrt(2), rel=0.03)
