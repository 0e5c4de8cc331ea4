from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

from deepbench.models.baselines import elastic_net
from deepbench.models.baselines.elastic_net import ElasticNetProblem, fit_elastic_net
from deepbench.models.baselines.linear import LinearFamily, LinearPredictor
from deepbench.models.baselines.row_space import row_space
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
    np.testing.assert_allclose(found.coefficients.T, reference.coef_, atol=2e-4)
    np.testing.assert_allclose(found.predict(rows.x), reference.predict_proba(rows.x), atol=5e-4)


@pytest.mark.parametrize("columns", [6, 150])
def test_l2_numbers_are_those_of_scikit_learn(columns: int):
    rows = rows_of(columns, 0)
    found = fitted(rows, penalty="l2", strength=20.0)
    reference = Ridge(alpha=mean_square(rows.x) / 20.0).fit(rows.x, rows.outcome)
    np.testing.assert_allclose(found.coefficients[:, 0], reference.coef_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.predict(rows.x)[:, 0], reference.predict(rows.x), rtol=1e-10)


def problem(rows: FitRows, l1_ratio: float) -> ElasticNetProblem:
    x = rows.x - rows.x.mean(axis=0)
    classes = rows.classes
    loss = {0: "squared", 2: "logistic"}.get(classes, "softmax")
    if classes == 2:
        target = (rows.outcome == 1).astype(float)[:, None]
    elif classes:
        target = np.eye(classes)[rows.outcome]
    else:
        target = ((rows.outcome - rows.outcome.mean()) / rows.outcome.std())[:, None]
    return ElasticNetProblem(x, target, np.full(len(x), 1.0 / len(x)), loss, l1_ratio)


def largest_penalty(given: ElasticNetProblem) -> float:
    null = np.tile(given.null_intercepts(), (len(given.x), 1))
    return float(np.abs(given.x.T @ given.residual(null)).max() / given.l1_ratio)


@pytest.fixture
def exact(monkeypatch):
    """Ask for more digits than the tuning needs."""
    monkeypatch.setattr(elastic_net, "_TOLERANCE", 1e-6)
    monkeypatch.setattr(elastic_net, "_MOST_STEPS", 100_000)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("columns", [6, 120])
@pytest.mark.parametrize("l1_ratio", [0.3, 1.0])
def test_elastic_net_classes_are_those_of_saga(columns: int, classes: int, l1_ratio: float):
    rows = rows_of(columns, classes)
    given = problem(rows, l1_ratio)
    coefficients, intercepts = fit_elastic_net(given, fraction=0.2)
    reference = LogisticRegression(
        C=1.0 / (0.2 * largest_penalty(given) * len(given.x)),
        l1_ratio=l1_ratio,
        solver="saga",
        tol=1e-10,
        max_iter=100_000,
        random_state=0,
    ).fit(given.x, rows.outcome)
    np.testing.assert_allclose(coefficients.T, reference.coef_, atol=1e-5)
    shift = intercepts - reference.intercept_
    np.testing.assert_allclose(shift - shift.mean() * (classes > 2), 0.0, atol=1e-5)
    assert 0 < np.count_nonzero(coefficients) < coefficients.size


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("columns", [6, 120])
def test_elastic_net_numbers_are_those_of_coordinate_descent(columns: int):
    rows = rows_of(columns, 0)
    given = problem(rows, 0.5)
    coefficients, _ = fit_elastic_net(given, fraction=0.1)
    reference = ElasticNet(
        alpha=0.1 * largest_penalty(given), l1_ratio=0.5, tol=1e-10, max_iter=100_000
    ).fit(given.x, given.target[:, 0])
    np.testing.assert_allclose(coefficients[:, 0], reference.coef_, atol=1e-6)
    found = fitted(rows, penalty="elastic-net", l1_ratio=0.5, fraction=0.1)
    expected = rows.outcome.mean() + rows.outcome.std() * reference.predict(given.x)
    np.testing.assert_allclose(found.predict(rows.x)[:, 0], expected, atol=1e-4)


def test_the_tolerance_of_the_tuning_is_enough(monkeypatch):
    rows = rows_of(120, 2)
    params = {"penalty": "elastic-net", "l1_ratio": 0.5, "fraction": 0.05}
    coarse = fitted(rows, **params).predict(rows.x)
    monkeypatch.setattr(elastic_net, "_TOLERANCE", 1e-7)
    np.testing.assert_allclose(coarse, fitted(rows, **params).predict(rows.x), atol=2e-3)


def test_at_the_largest_penalty_nothing_is_left():
    given = problem(rows_of(20, 2), 0.7)
    coefficients, _ = fit_elastic_net(given, fraction=0.999)
    assert np.count_nonzero(coefficients) <= 1


def test_an_unfinished_fit_warns(monkeypatch):
    monkeypatch.setattr(elastic_net, "_MOST_STEPS", 2)
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        fit_elastic_net(problem(rows_of(20, 2), 0.7), fraction=0.05)


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


@pytest.mark.parametrize("shape", [(30, 8), (12, 200)])
def test_row_space_is_the_singular_value_decomposition(shape: tuple[int, int]):
    x = np.random.default_rng(0).normal(size=shape)
    x -= x.mean(axis=0)
    space = row_space(x)
    values = np.linalg.svd(x, compute_uv=False)
    rank = min(shape[0] - 1, shape[1])
    np.testing.assert_allclose(np.linalg.norm(space.scores, axis=0), values[:rank], rtol=1e-8)
    np.testing.assert_allclose(space.directions.T @ space.directions, np.eye(rank), atol=1e-8)
    np.testing.assert_allclose(space.scores @ space.directions.T, x, atol=1e-8)
    few = row_space(x, most=3)
    np.testing.assert_array_equal(few.scores, space.scores[:, :3])


def test_row_space_of_equal_rows_is_empty():
    assert row_space(np.zeros((5, 9))).scores.shape == (5, 0)


def test_an_eigenvalue_that_lapack_fails_to_single_out_is_found(monkeypatch):
    """Its search fails on some double eigenvalues, and the intercept's column makes them."""
    given = problem(rows_of(6, 2), 0.7)
    expected = fit_elastic_net(given, fraction=0.1)

    def refuse(*arguments: object, **options: object) -> None:
        raise np.linalg.LinAlgError("Internal Error.")

    monkeypatch.setattr(elastic_net, "eigh", refuse)
    found = fit_elastic_net(given, fraction=0.1)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-6)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-6)
