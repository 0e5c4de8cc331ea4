from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.calibration import _sigmoid_calibration

from deepbench.models.baselines.inner_folds import inner_folds
from deepbench.models.baselines.naive_bayes import NaiveBayesFamily
from deepbench.models.baselines.probabilities import Sigmoids, fit_sigmoids
from deepbench.models.baselines.sigmoid_fits import LEAST_SLOPE, Labelled, fit_many
from deepbench.models.baselines.svm import SvmFamily
from deepbench.models.family import FitRows
from deepbench.models.ranking import rank_columns

from .fit_rows import rows_of


def grouped(rows: FitRows) -> FitRows:
    units = np.arange(len(rows.outcome)) // 6
    return FitRows(rows.matrix, rows.columns, rows.outcome, units, rows.task)


def test_the_sigmoid_is_that_of_platt():
    generator = np.random.default_rng(0)
    positive = generator.random(80) < 0.4
    values = generator.normal(size=80) + 1.5 * positive
    (slope,), (intercept,) = fit_many([(values, positive)])
    a, b = _sigmoid_calibration(values, positive.astype(int))
    assert slope == pytest.approx(-a, rel=1e-4)
    assert intercept == pytest.approx(-b, rel=1e-3)


def test_calibration_never_reverses_a_ranking():
    positive = np.arange(40) % 2 == 0
    (slope,), (intercept,) = fit_many([(np.where(positive, -1.0, 1.0), positive)])
    assert slope > 0.0
    np.testing.assert_allclose(1.0 / (1.0 + np.exp(-intercept)), 0.5, atol=0.02)


def test_calibration_keeps_units_together_and_repeats_the_filter():
    rows = grouped(rows_of(30, 2, rows=60))
    kept = np.sort(rank_columns(rows.matrix, rows.outcome, "binary")[:5])
    rows = FitRows(rows.matrix, kept, rows.outcome, rows.units, "binary")
    calls = []

    def decide(fit: np.ndarray, apply: np.ndarray, columns: np.ndarray) -> np.ndarray:
        calls.append((fit, apply, columns))
        return rows.matrix[apply][:, columns[:1]]

    fit_sigmoids(rows, decide)
    assert len(calls) == 3
    for fit, apply, columns in calls:
        assert not set(rows.units[fit]) & set(rows.units[apply])
        inner = rank_columns(rows.matrix[fit], rows.outcome[fit], "binary")[:5]
        np.testing.assert_array_equal(columns, np.sort(inner))
    held_out = np.concatenate([apply for _, apply, _ in calls])
    np.testing.assert_array_equal(np.sort(held_out), np.arange(60))


def test_a_class_in_one_unit_still_gets_a_probability():
    rows = rows_of(4, 2, rows=24)
    outcome = np.zeros(24, dtype=np.int64)
    outcome[:4] = 1
    rows = grouped(
        FitRows(rows.matrix + 3 * outcome[:, None], rows.columns, outcome, rows.units, "binary")
    )
    for family, params in (
        (SvmFamily(), {"kernel": "linear", "C": 1.0}),
        (NaiveBayesFamily(), {"smoothing": 0.1}),
    ):
        found = family.fit(rows, params, seed=1).predict(rows.x)
        assert np.isfinite(found).all()
        assert found[:4, 1].mean() > found[4:, 1].mean()


def test_far_from_every_class_probabilities_still_sum_to_one():
    sigmoids = Sigmoids(np.full(3, 1.0), np.zeros(3))
    found = sigmoids.probabilities(np.full((1, 3), -1e6))
    np.testing.assert_allclose(found, 1.0 / 3.0)


def test_sigmoids_fitted_together_are_where_another_optimiser_finds_them():
    problems = _problems()
    slopes, intercepts = fit_many(problems)
    for (values, positive), slope, intercept in zip(problems, slopes, intercepts, strict=True):
        spread = values.std() or 1.0
        found = np.array([slope * spread, intercept + slope * values.mean()])
        expected, least = _optimum(values, positive)
        assert _loss(found, values, positive) <= least + 1e-12
        if values.std() > 0.0:
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
        assert found[0] >= LEAST_SLOPE * (1.0 - 1e-12)


def test_each_sigmoid_is_that_fitted_alone():
    problems = _problems()
    together = np.column_stack(fit_many(problems))
    apart = np.vstack([np.column_stack(fit_many([one])) for one in problems])
    np.testing.assert_allclose(together, apart, rtol=1e-9)


def _problems() -> list[Labelled]:
    """Signal, none, against the labels, separated narrowly and widely, huge, tiny, constant."""
    generator = np.random.default_rng(1)
    problems: list[Labelled] = []
    for size, pull, scale in (
        (50, 1.0, 1.0),
        (80, 0.0, 1e-6),
        (64, -1.0, 1.0),
        (31, 40.0, 1e7),
        (12, 3.0, 1.0),
        (400, 2.0, 300.0),
    ):
        positive = generator.random(size) < 0.3
        positive[:2] = True, False
        problems.append((scale * (generator.normal(size=size) + pull * positive), positive))
    close = np.arange(30) >= 15
    problems.append((np.where(close, 1.0, 1.0 - 1e-7) + 1e-3 * np.arange(30), close))
    problems.append((np.full(20, 3.0), np.arange(20) < 5))
    return problems


def _loss(point: np.ndarray, values: np.ndarray, positive: np.ndarray) -> float:
    scaled = (values - values.mean()) / (values.std() or 1.0)
    more, less = positive.sum(), (~positive).sum()
    target = np.where(positive, (more + 1.0) / (more + 2.0), 1.0 / (less + 2.0))
    logit = point[0] * scaled + point[1]
    return float(np.mean(np.logaddexp(0.0, logit) - target * logit))


def _optimum(values: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, float]:
    found = minimize(
        _loss,
        [1.0, 0.0],
        args=(values, positive),
        method="L-BFGS-B",
        bounds=[(LEAST_SLOPE, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 10_000, "maxfun": 100_000},
    )
    return found.x, float(found.fun)


# --- inner folds --------------------------------------------------------------------------


def test_inner_folds_keep_units_together_and_classes_even():
    generator = np.random.default_rng(2)
    units = generator.permutation(np.repeat(np.arange(50), 3))
    of_unit = generator.choice(4, size=50, p=[0.5, 0.3, 0.1, 0.1])
    folds = inner_folds(of_unit[units], units)
    assert set(folds) == {0, 1, 2}
    by_unit = [np.unique(folds[units == unit]) for unit in range(50)]
    assert all(len(found) == 1 for found in by_unit)
    place = np.array([found[0] for found in by_unit])
    counts = [np.bincount(place[of_unit == k], minlength=3) for k in range(4)]
    assert all(np.ptp(count) <= 1 for count in [*counts, np.bincount(place)])


def test_inner_folds_do_not_follow_the_order_of_rows():
    folds = inner_folds(np.zeros(300, dtype=np.int64), np.arange(300))
    assert np.bincount(folds).tolist() == [100, 100, 100]
    repeats = np.mean([a == b for a, b in pairwise(folds)])
    assert 0.2 < repeats < 0.47


def test_two_units_make_two_inner_folds_and_one_unit_none():
    codes = np.array([0, 0, 1, 1, 1])
    assert set(inner_folds(codes, np.array([5, 5, 5, 9, 9]))) == {0, 1}
    assert set(inner_folds(codes, np.array([5, 5, 9, 9, 9]))) == {0}
