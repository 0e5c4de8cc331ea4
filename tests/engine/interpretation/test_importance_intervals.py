"""Intervals of importances: the jackknife by groups, and that they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t as student

from deepbench.interpretation.fold_sums import unit_variance
from deepbench.interpretation.importance_intervals import interval_of_means

Floats = NDArray[np.float64]


def test_width_is_that_of_the_jackknife_where_all_variance_is_of_fits() -> None:
    folds = np.array([[1.0], [2.0], [4.0], [5.0]])
    low, high = interval_of_means(folds, np.zeros((4, 1)))
    # Means without each of four groups: variance (J - 1) / J times the sum of squares.
    jackknife = np.sqrt(3 / 4 * ((folds - 3.0) ** 2).sum())
    assert high[0] - 3.0 == pytest.approx(student.ppf(0.975, 3) * jackknife)
    assert low[0] == 0.0


def test_what_units_explain_is_not_taken_for_fits() -> None:
    folds = np.array([[10.0], [11.0], [12.0]])
    by_units = np.full((3, 1), 0.5)
    _, high = interval_of_means(folds, by_units)
    of_fits = (1.0 - 0.5) * 4 / 3
    assert high[0] - 11.0 == pytest.approx(student.ppf(0.975, 2) * np.sqrt(of_fits + 0.5 / 3))
    _, more = interval_of_means(folds, np.full((3, 1), 9.0))
    assert more[0] - 11.0 == pytest.approx(student.ppf(0.975, 2) * np.sqrt(0.25 * 4 / 3 + 9.0 / 3))


def test_other_repeats_say_how_far_folds_spread() -> None:
    folds, other = np.array([[1.0], [3.0]]), np.array([[1.0], [7.0]])
    _, alone = interval_of_means(folds, np.zeros((2, 1)))
    _, high = interval_of_means(folds, np.zeros((2, 1)), [other])
    assert (high[0] - 2.0) / (alone[0] - 2.0) == pytest.approx(np.sqrt((2.0 + 18.0) / 2 / 2.0))


def test_one_fold_has_the_interval_of_its_units() -> None:
    low, high = interval_of_means(np.array([[5.0]]), np.array([[0.04]]))
    assert high[0] > 5.0 > low[0] >= 0.0


def test_variance_over_units_is_that_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=(30, 2)).astype(np.float32)
    own = unit_variance(values, np.arange(30))
    assert own == pytest.approx(values.var(axis=0, ddof=1) / 30, rel=1e-5)
    # Copies of a sample are no new units.
    twice = unit_variance(np.repeat(values, 2, axis=0), np.repeat(np.arange(30), 2))
    assert twice == pytest.approx(own, rel=1e-5)
    assert np.isnan(unit_variance(values, np.zeros(30, dtype=np.int64))).all()


def test_intervals_hold_the_truth() -> None:
    """Mean absolute attribution of a linear regression; truth from many other tables."""
    rows, folds, tables = 60, 5, 150
    weights = np.array([1.0, 0.4, 0.0])
    found = np.empty((tables, 2, 3))
    importances = np.empty((tables, 3))
    for number in range(tables):
        rng = np.random.default_rng(number)
        x = rng.normal(size=(rows, 3))
        y = x @ weights + 1.5 * rng.normal(size=rows)
        place = np.arange(rows) % folds
        means, variances = np.empty((folds, 3)), np.empty((folds, 3))
        for fold in range(folds):
            fitted = np.linalg.lstsq(x[place != fold], y[place != fold], rcond=None)[0]
            start = x[place != fold].mean(axis=0)
            sizes = np.abs((x[place == fold] - start) * fitted).astype(np.float32)
            means[fold] = sizes.mean(axis=0)
            variances[fold] = unit_variance(sizes, np.arange(len(sizes)))
        found[number] = interval_of_means(means, variances)
        importances[number] = means.mean(axis=0)
    truth = importances.mean(axis=0)
    held = ((found[:, 0] <= truth) & (truth <= found[:, 1])).mean(axis=0)
    assert (held >= 0.88).all()
    # And no wider than they need to be.
    spread = importances.std(axis=0)
    assert ((found[:, 1, :2] - found[:, 0, :2]).mean(axis=0) < 3.0 * 3.92 * spread[:2]).all()
