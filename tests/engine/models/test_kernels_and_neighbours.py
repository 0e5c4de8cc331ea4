from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist
from sklearn.calibration import _sigmoid_calibration
from sklearn.decomposition import PCA
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import SVC, SVR

from deepbench.models.baselines import svm
from deepbench.models.baselines.knn import KnnFamily
from deepbench.models.baselines.naive_bayes import NaiveBayesFamily, log_odds
from deepbench.models.baselines.probabilities import Sigmoids, fit_sigmoid, fit_sigmoids
from deepbench.models.baselines.svm import SvmFamily, squared_distances
from deepbench.models.family import FitRows
from deepbench.models.ranking import rank_columns

from .test_linear import rows_of


def grouped(rows: FitRows) -> FitRows:
    units = np.arange(len(rows.outcome)) // 6
    return FitRows(rows.matrix, rows.columns, rows.outcome, units, rows.task)


# --- support vector machine ---------------------------------------------------------------


def test_gaussian_decisions_are_those_of_scikit_learn():
    rows = rows_of(8, 2)
    found = SvmFamily().fit(rows, {"kernel": "rbf", "C": 3.0, "width": 0.5}, seed=1)
    gamma = 0.5 / np.median(pdist(rows.x, "sqeuclidean"))
    reference = SVC(C=3.0, gamma=gamma, class_weight="balanced").fit(rows.x, rows.outcome)
    new = np.random.default_rng(5).normal(size=(9, 8))
    np.testing.assert_allclose(
        found.decide(new)[:, 0], reference.decision_function(new), atol=1e-2
    )


def test_linear_decisions_of_three_classes_are_one_against_the_others():
    rows = rows_of(50, 3)
    found = SvmFamily().fit(rows, {"kernel": "linear", "C": 2.0}, seed=1)
    cost = 2.0 / (rows.x**2).sum(axis=1).mean()
    for k in range(3):
        reference = SVC(C=cost, kernel="linear", class_weight="balanced")
        reference.fit(rows.x, rows.outcome == k)
        np.testing.assert_allclose(
            found.decide(rows.x)[:, k], reference.decision_function(rows.x), atol=1e-2
        )


def test_regression_is_that_of_scikit_learn_on_the_standardised_outcome():
    rows = rows_of(8, 0)
    found = SvmFamily().fit(rows, {"kernel": "linear", "C": 5.0}, seed=1)
    mean, spread = rows.outcome.mean(), rows.outcome.std()
    cost = 5.0 / (rows.x**2).sum(axis=1).mean()
    reference = SVR(C=cost, kernel="linear", epsilon=0.1).fit(
        rows.x, (rows.outcome - mean) / spread
    )
    expected = mean + spread * reference.predict(rows.x)
    np.testing.assert_allclose(found.predict(rows.x)[:, 0], expected, atol=0.05)


def test_squared_distances():
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(7, 4)), generator.normal(size=(5, 4))
    np.testing.assert_allclose(squared_distances(a, b), cdist(a, b, "sqeuclidean"), atol=1e-12)


def test_many_rows_are_sampled_and_rare_classes_kept(monkeypatch):
    monkeypatch.setattr(svm, "_MOST_ROWS", 100)
    outcome = np.zeros(600, dtype=np.int64)
    outcome[:40] = 1
    x = np.random.default_rng(0).normal(size=(600, 3))
    rows = FitRows(x, np.arange(3), outcome, np.arange(600), "binary")
    sample = svm._sampled(rows, seed=1)
    assert np.bincount(sample.outcome).tolist() == [93, 40]
    again = svm._sampled(rows, seed=1)
    np.testing.assert_array_equal(sample.units, again.units)
    np.testing.assert_array_equal(sample.x, x[sample.units])


def test_equal_rows_do_no_harm():
    rows = FitRows(np.zeros((12, 2)), np.arange(2), np.arange(12) % 2, np.arange(12), "binary")
    for kernel in ("rbf", "linear"):
        found = SvmFamily().fit(rows, {"kernel": kernel, "C": 1.0, "width": 1.0}, seed=1)
        np.testing.assert_allclose(found.predict(np.zeros((2, 2))), 0.5, atol=1e-6)


# --- probabilities ------------------------------------------------------------------------


def test_the_sigmoid_is_that_of_platt():
    generator = np.random.default_rng(0)
    positive = generator.random(80) < 0.4
    values = generator.normal(size=80) + 1.5 * positive
    slope, intercept = fit_sigmoid(values, positive)
    a, b = _sigmoid_calibration(values, positive.astype(int))
    assert slope == pytest.approx(-a, rel=1e-4)
    assert intercept == pytest.approx(-b, rel=1e-3)


def test_calibration_never_reverses_a_ranking():
    positive = np.arange(40) % 2 == 0
    slope, intercept = fit_sigmoid(np.where(positive, -1.0, 1.0), positive)
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

    fit_sigmoids(rows, decide, seed=1)
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


# --- naive Bayes --------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
def test_log_odds_are_those_of_the_posterior(classes: int):
    rows = rows_of(3, classes)
    model = GaussianNB().fit(rows.x, rows.outcome)
    p = model.predict_proba(rows.x)
    expected = np.log(p / (1.0 - p))
    found = log_odds(model, rows.x)
    np.testing.assert_allclose(found, expected[:, 1:] if classes == 2 else expected, rtol=1e-6)


def test_naive_bayes_with_many_columns_is_not_sure_of_everything():
    rows = rows_of(3_000, 2, rows=60)
    raw = GaussianNB(var_smoothing=0.1).fit(rows.x, rows.outcome).predict_proba(rows.x[:, ::-1])
    assert (raw.max(axis=1) > 1.0 - 1e-6).mean() > 0.5
    found = NaiveBayesFamily().fit(rows, {"smoothing": 0.1}, seed=1).predict(rows.x[:, ::-1])
    assert found.max() < 1.0 - 1e-6
    assert len(np.unique(found[:, 1])) == 60


# --- neighbours ---------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [12, 90])
def test_neighbours_on_components_are_those_of_a_pipeline(columns: int):
    new = np.random.default_rng(5).normal(size=(9, columns))
    params = {"neighbours": 5, "weights": "distance", "components": 4}
    numbers, classes = rows_of(columns, 0), rows_of(columns, 3)
    pca = PCA(4, svd_solver="full").fit(numbers.x)
    reference = KNeighborsRegressor(5, weights="distance")
    reference.fit(pca.transform(numbers.x), numbers.outcome)
    found = KnnFamily().fit(numbers, params, seed=0).predict(new)
    np.testing.assert_allclose(found[:, 0], reference.predict(pca.transform(new)), rtol=1e-6)

    pca = PCA(4, svd_solver="full").fit(classes.x)
    voter = KNeighborsClassifier(5, weights="distance")
    voter.fit(pca.transform(classes.x), classes.outcome)
    shares = np.bincount(classes.outcome) / 40
    expected = (5 * voter.predict_proba(pca.transform(new)) + shares) / 6
    found = KnnFamily().fit(classes, params, seed=0).predict(new)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_more_neighbours_than_rows_means_all_of_them():
    rows = rows_of(3, 2, rows=6)
    found = KnnFamily().fit(rows, {"neighbours": 50, "weights": "uniform"}, seed=0)
    np.testing.assert_allclose(found.predict(rows.x), 0.5)
