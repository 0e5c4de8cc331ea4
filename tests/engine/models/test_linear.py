from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

from deepbench.data.samples import Task
from deepbench.models.baselines import elastic_net
from deepbench.models.baselines.linear import LinearFamily, LinearPredictor
from deepbench.models.baselines.linear_fits import LEFT_OUT_STRENGTHS
from deepbench.models.family import FitRows
from deepbench.models.problem_shape import ProblemShape


def rows_of(columns: int, classes: int, rows: int = 40, seed: int = 0) -> FitRows:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, columns)) + generator.normal(size=columns)
    if classes:
        outcome = np.arange(rows) % classes
        x[:, 0] += outcome
        task = "binary" if classes == 2 else "multiclass"
    else:
        outcome = 30.0 + 5.0 * x[:, 0] + generator.normal(size=rows)
        task = "regression"
    return FitRows(x, np.arange(columns), outcome, np.arange(rows), task)


def fitted(rows: FitRows, **params: object) -> LinearPredictor:
    return LinearFamily().fit(rows, params, seed=0)


def mean_square(x: np.ndarray) -> float:
    return float(((x - x.mean(axis=0)) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("columns", [6, 150])
def test_l2_classes_are_those_of_scikit_learn(columns: int, classes: int):
    rows = rows_of(columns, classes)
    found = fitted(rows, penalty="l2", strength=20.0)
    reference = LogisticRegression(C=20.0 / mean_square(rows.x), tol=1e-10, max_iter=10_000)
    reference.fit(rows.x, rows.outcome)
    np.testing.assert_allclose(found.coefficients.T, reference.coef_, atol=1e-6)
    np.testing.assert_allclose(found.predict(rows.x), reference.predict_proba(rows.x), atol=1e-6)


@pytest.mark.parametrize("columns", [6, 150])
def test_l2_numbers_are_those_of_scikit_learn(columns: int):
    rows = rows_of(columns, 0)
    found = fitted(rows, penalty="l2", strength=20.0)
    reference = Ridge(alpha=mean_square(rows.x) / 20.0).fit(rows.x, rows.outcome)
    np.testing.assert_allclose(found.coefficients[:, 0], reference.coef_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.predict(rows.x)[:, 0], reference.predict(rows.x), rtol=1e-10)


@pytest.mark.parametrize("l1_ratio", [0.3, 1.0])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("columns", [6, 120])
def test_elastic_net_classes_are_those_of_saga(columns: int, classes: int, l1_ratio: float):
    rows = rows_of(columns, classes)
    found = fitted(rows, penalty="elastic-net", l1_ratio=l1_ratio, fraction=0.2)
    centred = rows.x - rows.x.mean(axis=0)
    shares = np.bincount(rows.outcome) / len(rows.outcome)
    each = np.eye(classes)[rows.outcome] - shares
    largest = np.abs(centred.T @ each).max() / len(centred) / l1_ratio
    reference = LogisticRegression(
        C=1.0 / (0.2 * largest * len(centred)),
        l1_ratio=l1_ratio,
        solver="saga",
        tol=1e-10,
        max_iter=100_000,
        random_state=0,
    ).fit(centred, rows.outcome)
    np.testing.assert_allclose(found.coefficients.T, reference.coef_, atol=1e-5)
    np.testing.assert_allclose(found.predict(rows.x), reference.predict_proba(centred), atol=1e-5)
    assert 0 < np.count_nonzero(found.coefficients) < found.coefficients.size


@pytest.mark.parametrize("columns", [6, 120])
def test_elastic_net_numbers_are_those_of_coordinate_descent(columns: int):
    rows = rows_of(columns, 0)
    centred = rows.x - rows.x.mean(axis=0)
    spread = rows.outcome.std()
    target = (rows.outcome - rows.outcome.mean()) / spread
    largest = np.abs(centred.T @ target).max() / len(centred) / 0.5
    reference = ElasticNet(alpha=0.1 * largest, l1_ratio=0.5, tol=1e-10, max_iter=100_000)
    reference.fit(centred, target)
    found = fitted(rows, penalty="elastic-net", l1_ratio=0.5, fraction=0.1)
    np.testing.assert_allclose(found.coefficients[:, 0] / spread, reference.coef_, atol=1e-6)
    expected = rows.outcome.mean() + spread * reference.predict(centred)
    np.testing.assert_allclose(found.predict(rows.x)[:, 0], expected, atol=1e-4)


@pytest.mark.parametrize("columns", [6, 150])
def test_the_strength_is_the_best_for_units_left_out(columns: int):
    rows = rows_of(columns, 0)
    noisy = rows.outcome + np.random.default_rng(1).normal(scale=10.0, size=len(rows.outcome))
    rows = FitRows(rows.matrix, rows.columns, noisy, rows.units, "regression")
    centred = rows.x - rows.x.mean(axis=0)
    penalties = mean_square(rows.x) / LEFT_OUT_STRENGTHS
    units = rows.units // 2
    errors = np.zeros(len(penalties))
    for number, penalty in enumerate(penalties):
        for unit in np.unique(units):
            out = units == unit
            model = Ridge(alpha=penalty).fit(centred[~out], rows.outcome[~out])
            errors[number] += np.sum((model.predict(centred[out]) - rows.outcome[out]) ** 2)
    best = LEFT_OUT_STRENGTHS[errors.argmin()]
    paired = FitRows(rows.matrix, rows.columns, rows.outcome, units, "regression")
    found = fitted(paired, penalty="l2-left-out")
    expected = fitted(paired, penalty="l2", strength=float(best))
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=1e-9)


def test_an_unfinished_fit_warns(monkeypatch):
    monkeypatch.setattr(elastic_net, "_MOST_ROUNDS", 2)
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        fitted(rows_of(20, 2), penalty="elastic-net", l1_ratio=0.7, fraction=0.05)


def test_constant_columns_do_no_harm():
    rows = rows_of(4, 2)
    rows = FitRows(np.zeros_like(rows.matrix), rows.columns, rows.outcome, rows.units, "binary")
    for params in LinearFamily().portfolio(ProblemShape("binary", 40, 40, 4, 2, 20)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = LinearFamily().fit(rows, params, seed=0)
        np.testing.assert_allclose(found.predict(rows.x), 0.5, atol=1e-6)


@pytest.mark.parametrize(
    "params",
    [
        {"penalty": "l2", "strength": 5.0},
        {"penalty": "elastic-net", "l1_ratio": 0.5, "fraction": 0.1},
    ],
)
@pytest.mark.parametrize("classes", [2, 3])
def test_class_weights_leave_probabilities_honest(params: dict[str, object], classes: int):
    generator = np.random.default_rng(0)
    shares = [0.9, 0.1] if classes == 2 else [0.8, 0.15, 0.05]
    outcome = generator.choice(classes, size=1_500, p=shares)
    x = generator.normal(size=(1_500, 3)) + outcome[:, None] * 0.7
    task = "binary" if classes == 2 else "multiclass"
    rows = FitRows(x, np.arange(3), outcome, np.arange(1_500), task)
    found = fitted(rows, **params, balanced=True).predict(x).mean(axis=0)
    np.testing.assert_allclose(found, np.bincount(outcome) / 1_500, atol=0.04)


def test_class_weights_are_searched_for_uneven_classes_only():
    even = ProblemShape("binary", 80, 100, 5, 2, 48)
    uneven = ProblemShape("binary", 80, 100, 5, 2, 10)
    assert all("balanced" not in params for params in LinearFamily().portfolio(even))
    assert all("balanced" in params for params in LinearFamily().portfolio(uneven))


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("columns", [5, 300, 20_000])
def test_the_first_defaults_differ(task: Task, columns: int):
    portfolio = LinearFamily().portfolio(ProblemShape(task, 100, 100, columns, 2, 50))
    assert len({str(params) for params in portfolio}) == len(portfolio) >= 6
