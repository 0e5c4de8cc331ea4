"""Ridge models of many label vectors: against scikit-learn, and against leaving rows out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from deepbench.models.baselines import ridge_classes
from deepbench.models.baselines.ridge_classes import (
    RidgeProblems,
    Way,
    fit_ridge_classes,
    way_of,
)
from deepbench.models.baselines.ridge_numbers import (
    choose_penalties,
    fit_ridge_numbers,
    left_out_errors,
)
from deepbench.models.baselines.row_space import row_space

STRENGTHS = (0.05, 1.0, 50.0, 1e4)


def scores_of(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(rows, columns))
    scores = row_space(x - x.mean(axis=0)).scores
    return scores / np.sqrt(np.mean(np.sum(scores**2, axis=1)))


def codes_of(rows: int, classes: int, count: int) -> np.ndarray:
    generator = np.random.default_rng(classes)
    return np.stack([generator.permutation(np.arange(rows) % classes) for _ in range(count)])


def problems_of(codes: np.ndarray, row_weights: np.ndarray) -> RidgeProblems:
    """Each label vector with each strength."""
    classes = int(codes.max()) + 1
    each = np.eye(classes)[codes].swapaxes(1, 2)
    targets = each[:, 1:] if classes == 2 else each
    count = len(codes)
    return RidgeProblems(
        np.repeat(targets, len(STRENGTHS), axis=0),
        np.tile(row_weights / row_weights.sum(), (count * len(STRENGTHS), 1)),
        np.tile([1.0 / (strength * row_weights.sum()) for strength in STRENGTHS], count),
    )


@pytest.mark.parametrize("shape", [(50, 6), (40, 100)])
@pytest.mark.parametrize(
    ("classes", "way"),
    [(2, "hessian"), (2, "rows"), (2, "conjugates"), (3, "hessian"), (3, "conjugates")],
)
def test_all_problems_are_those_of_scikit_learn(classes: int, shape: tuple[int, int], way: Way):
    scores = scores_of(*shape)
    codes = codes_of(shape[0], classes, 3)
    weights = np.random.default_rng(0).uniform(0.5, 2.0, size=shape[0])
    found = fit_ridge_classes(scores, problems_of(codes, weights), 100, way)
    assert found.converged.all()
    number = 0
    for labels in codes:
        for strength in STRENGTHS:
            reference = LogisticRegression(
                C=strength, solver="newton-cholesky", tol=1e-9, max_iter=1_000
            ).fit(scores, labels, sample_weight=weights)
            np.testing.assert_allclose(found.coefficients[number], reference.coef_, atol=1e-5)
            shift = found.intercepts[number] - reference.intercept_
            np.testing.assert_allclose(shift - shift.mean() * (classes > 2), 0.0, atol=1e-5)
            number += 1


@pytest.mark.parametrize("classes", [2, 4])
def test_the_slope_of_the_loss_is_zero(classes: int):
    scores = scores_of(40, 100)
    problems = problems_of(codes_of(40, classes, 2), np.ones(40))
    found = fit_ridge_classes(scores, problems, 100, "conjugates")
    linear = found.coefficients @ scores.T + found.intercepts[:, :, None]
    residual = (problems.fitted(linear) - problems.targets) * problems.weights[:, None]
    slope = residual @ scores + problems.penalties[:, None, None] * found.coefficients
    assert np.abs(slope).max() < 1e-8
    assert np.abs(residual.sum(axis=2)).max() < 1e-8


def test_groups_of_problems_change_nothing(monkeypatch):
    scores = scores_of(40, 100)
    problems = problems_of(codes_of(40, 2, 5), np.ones(40))
    together = fit_ridge_classes(scores, problems, 100, "conjugates")
    monkeypatch.setattr(ridge_classes, "_MOST_NUMBERS", 40 * 2 * 3)
    apart = fit_ridge_classes(scores, problems, 100, "conjugates")
    np.testing.assert_allclose(apart.coefficients, together.coefficients, rtol=1e-7, atol=1e-9)


def test_too_few_steps_are_admitted():
    found = fit_ridge_classes(
        scores_of(40, 100), problems_of(codes_of(40, 2, 1), np.ones(40)), 2, "conjugates"
    )
    assert not found.converged[-1]


def test_the_way_follows_from_the_size():
    assert way_of(400, 30, 2, own_columns=False) == "hessian"
    assert way_of(160, 20_000, 1, own_columns=False) == "conjugates"
    assert way_of(160, 500, 1, own_columns=True) == "rows"
    assert way_of(160, 500, 3, own_columns=True) == "conjugates"
    assert way_of(5_000, 500, 1, own_columns=True) == "conjugates"


@pytest.mark.parametrize("columns", [4, 60])
def test_ridge_numbers_are_those_of_scikit_learn(columns: int):
    scores = scores_of(30, columns)
    outcomes = np.random.default_rng(1).normal(size=(30, 3))
    outcomes -= outcomes.mean(axis=0)
    penalties = np.array([0.1, 5.0, 100.0])
    found = fit_ridge_numbers(scores, outcomes, penalties)
    for number, penalty in enumerate(penalties):
        reference = Ridge(alpha=penalty).fit(scores, outcomes[:, number])
        np.testing.assert_allclose(found[:, number], reference.coef_, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("per_unit", [1, 3])
@pytest.mark.parametrize("columns", [4, 60])
@pytest.mark.parametrize("penalty", [0.01, 3.0])
def test_errors_left_out_are_those_of_models_fitted_without(
    penalty: float, columns: int, per_unit: int
):
    scores = scores_of(31, columns)
    outcomes = np.random.default_rng(1).normal(size=(31, 2))
    outcomes -= outcomes.mean(axis=0)
    units = np.random.default_rng(2).permutation(np.arange(31) // per_unit)
    expected = np.empty_like(outcomes)
    for unit in np.unique(units):
        out = units == unit
        model = Ridge(alpha=penalty).fit(scores[~out], outcomes[~out])
        expected[out] = outcomes[out] - model.predict(scores[out])
    found = left_out_errors(scores, outcomes, units, penalty)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


def test_a_single_unit_cannot_be_left_out():
    scores, penalties = scores_of(10, 3), np.array([10.0, 1.0, 0.1])
    outcomes = np.random.default_rng(0).normal(size=(10, 2))
    units = np.zeros(10, dtype=np.int64)
    np.testing.assert_array_equal(choose_penalties(scores, outcomes, units, penalties), 1.0)


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
