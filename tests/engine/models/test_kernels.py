from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist
from sklearn.svm import SVC, SVR

from deepbench.models.baselines import svm, svm_together
from deepbench.models.baselines.kernels import RowProducts, kernel_factor, squared_distances
from deepbench.models.baselines.knn import KnnFamily
from deepbench.models.baselines.naive_bayes import NaiveBayesFamily
from deepbench.models.baselines.svm import SvmFamily
from deepbench.models.baselines.svm_solver import fit_class_machines, fit_number_machine
from deepbench.models.family import BaselineFamily, FitRows
from deepbench.models.problem_shape import ProblemShape

from .fit_rows import rows_of


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
    monkeypatch.setattr(svm_together, "_MOST_ROWS", 100)
    outcome = np.zeros(600, dtype=np.int64)
    outcome[:40] = 1
    x = np.random.default_rng(0).normal(size=(600, 3))
    rows = FitRows(x, np.arange(3), outcome, np.arange(600), "binary")
    sample = svm._sampled(rows)
    assert np.bincount(sample.outcome).tolist() == [93, 40]
    again = svm._sampled(rows)
    np.testing.assert_array_equal(sample.units, again.units)
    np.testing.assert_array_equal(sample.x, x[sample.units])


def test_equal_rows_do_no_harm():
    rows = FitRows(np.zeros((12, 2)), np.arange(2), np.arange(12) % 2, np.arange(12), "binary")
    for kernel in ("rbf", "linear"):
        found = SvmFamily().fit(rows, {"kernel": kernel, "C": 1.0, "width": 1.0}, seed=1)
        np.testing.assert_allclose(found.predict(np.zeros((2, 2))), 0.5, atol=1e-6)


@pytest.mark.parametrize("cost", [0.1, 1.0, 30.0])
def test_class_machines_are_those_of_svc_to_the_last_digit(cost: float):
    rows = rows_of(60, 3)
    matrix = rows.x @ rows.x.T / 60.0
    targets = rows.outcome[:, None] == np.arange(3)
    found = fit_class_machines(matrix, targets, cost)
    assert found.converged
    for j in range(3):
        reference = SVC(C=cost, kernel="precomputed", class_weight="balanced")
        reference.fit(matrix, targets[:, j])
        expected = np.zeros(40)
        expected[reference.support_] = reference.dual_coef_[0]
        np.testing.assert_array_equal(found.weights[:, j], expected)
        assert found.intercepts[j] == reference.intercept_[0]
        np.testing.assert_allclose(
            found.decide(matrix[:7])[:, j], reference.decision_function(matrix[:7]), rtol=1e-9
        )


def test_number_machines_are_those_of_svr():
    rows = rows_of(60, 0)
    matrix = rows.x @ rows.x.T / 60.0
    found = fit_number_machine(matrix, rows.outcome, 2.0)
    mean, spread = rows.outcome.mean(), rows.outcome.std()
    reference = SVR(C=2.0, kernel="precomputed").fit(matrix, (rows.outcome - mean) / spread)
    expected = mean + spread * reference.predict(matrix)
    np.testing.assert_allclose(found.decide(matrix)[:, 0], expected, rtol=1e-12)


def test_a_target_that_never_varies_has_no_machine():
    found = fit_class_machines(np.eye(4), np.ones((4, 1), dtype=bool), 1.0)
    assert np.isnan(found.decide(np.eye(4))).all()


def test_kernel_scales_suit_any_number_of_columns():
    x = np.random.default_rng(0).normal(size=(60, 400))
    products = RowProducts.of(x, x)
    assert kernel_factor(products, True, 0.5) == pytest.approx(
        0.5 / np.median(pdist(x, "sqeuclidean"))
    )
    assert kernel_factor(products, False, 1.0) == pytest.approx(1.0 / (x**2).sum(axis=1).mean())


@pytest.mark.parametrize("columns", [150, 300, 20_000])
@pytest.mark.parametrize("family", [SvmFamily(), KnnFamily(), NaiveBayesFamily()])
def test_wide_tables_have_a_portfolio_of_their_own(family: BaselineFamily, columns: int):
    shape = ProblemShape("binary", 48, 60, columns, 2, 24)
    kept = [params.get("features") for params in family.portfolio(shape)]
    choices = family.filter_choices(shape)
    if not choices:
        assert set(kept) == {None}
        return
    assert set(kept) <= set(choices)
    # The strongest columns are tried first, and all of them are not forgotten.
    assert kept[0] == next(
        k for k in (500 if family.name == "svm" else 100, "all") if k in choices
    )
    assert "all" in kept
