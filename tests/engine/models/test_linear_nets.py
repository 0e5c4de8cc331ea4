"""The elastic net's solver: optimality conditions, and every way of finding a step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from deepbench.models.baselines import elastic_net, net_newton
from deepbench.models.baselines.elastic_net import Net, fit_nets
from deepbench.models.baselines.net_losses import Loss
from deepbench.models.baselines.net_newton import NetProblem, NetSolver

LOSSES: tuple[Loss, ...] = ("logistic", "softmax", "squared")


def columns_of(number: int, rows: int = 40, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 4)) @ generator.normal(size=(4, number))
    x += generator.normal(size=x.shape)
    return np.ascontiguousarray((x - x.mean(axis=0)).T)


def problem_of(
    columns: np.ndarray, loss: Loss, l1_ratio: float, fraction: float, seed: int = 0
) -> NetProblem:
    generator = np.random.default_rng(seed)
    rows = columns.shape[1]
    hidden = columns[0] + generator.normal(size=rows)
    if loss == "logistic":
        target = (hidden > 0.0).astype(float)[:, None]
    elif loss == "softmax":
        target = np.eye(3)[np.digitize(hidden, [-0.5, 0.5])]
    else:
        target = ((hidden - hidden.mean()) / hidden.std())[:, None]
    weights = generator.uniform(0.5, 1.5, size=rows)
    return NetProblem(target, weights / weights.sum(), loss, l1_ratio, fraction)


def largest_penalty(columns: np.ndarray, given: NetProblem) -> float:
    null = np.tile(given.null_intercepts(), (columns.shape[1], 1))
    return float(np.abs(columns @ given.at(null).residual).max() / given.l1_ratio)


def violation(columns: np.ndarray, given: NetProblem, net: Net) -> float:
    """Return by how much the optimality conditions are missed, as a share of the penalty."""
    penalty = given.fraction * largest_penalty(columns, given)
    values = np.zeros((len(columns), given.target.shape[1]))
    values[net.columns] = net.values
    residual = given.at(columns.T @ values + net.intercepts).residual
    slope = columns @ residual + penalty * (1.0 - given.l1_ratio) * values
    limit = penalty * given.l1_ratio
    missed = np.where(
        values != 0.0,
        np.abs(slope + limit * np.sign(values)),
        np.maximum(np.abs(slope) - limit, 0),
    )
    return float(max(missed.max(), np.abs(residual.sum(axis=0)).max()) / limit)


@pytest.mark.parametrize("fraction", [0.5, 0.02])
@pytest.mark.parametrize("l1_ratio", [0.1, 0.9, 1.0])
@pytest.mark.parametrize("number", [5, 150, 1_200])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_conditions_of_the_optimum_hold(
    loss: Loss, number: int, l1_ratio: float, fraction: float
):
    columns = columns_of(number)
    given = problem_of(columns, loss, l1_ratio, fraction)
    net = fit_nets(columns, [given])[0]
    assert net.converged
    assert violation(columns, given, net) < 1e-4


@pytest.mark.parametrize("loss", LOSSES)
def test_every_way_of_finding_a_step_leads_to_the_same_place(loss: Loss, monkeypatch):
    columns = columns_of(300)
    given = problem_of(columns, loss, 0.2, 0.05)
    monkeypatch.setattr(net_newton, "_LARGEST_STIFF_SYSTEM", 3_000)
    ways: list[str] = []
    for name in ("_solve_directly", "_solve_in_steps"):
        monkeypatch.setattr(net_newton, name, _noted(getattr(net_newton, name), ways))
    by_rows = _noted(NetSolver._step_by_rows, ways)
    monkeypatch.setattr(NetSolver, "_step_by_rows", by_rows)
    found = fit_nets(columns, [given])[0]
    assert set(ways) == {"_solve_directly"} | ({"_step_by_rows"} if loss != "softmax" else set())
    ways.clear()
    monkeypatch.setattr(net_newton, "_LARGEST_SYSTEM", 10)
    monkeypatch.setattr(net_newton, "_LARGEST_STIFF_SYSTEM", 10)
    other = fit_nets(columns, [given])[0]
    assert "_solve_in_steps" in ways
    assert "_step_by_rows" not in ways
    np.testing.assert_array_equal(other.columns, found.columns)
    np.testing.assert_allclose(other.values, found.values, atol=1e-5)


def _noted(function: Callable[..., np.ndarray], ways: list[str]) -> Callable[..., np.ndarray]:
    def call(*arguments: object) -> np.ndarray:
        ways.append(function.__name__)
        return function(*arguments)

    return call


def test_a_working_set_gives_what_all_columns_give(monkeypatch):
    columns = columns_of(900)
    problems = [
        problem_of(columns, loss, l1_ratio, fraction, seed)
        for seed, loss in enumerate(LOSSES)
        for l1_ratio, fraction in [(0.1, 0.02), (1.0, 0.1)]
    ]
    monkeypatch.setattr(elastic_net, "_NARROW", 10_000)
    whole = fit_nets(columns, problems)
    monkeypatch.setattr(elastic_net, "_NARROW", 100)
    monkeypatch.setattr(elastic_net, "_FIRST_COLUMNS", 20)
    for one, other in zip(whole, fit_nets(columns, problems), strict=True):
        np.testing.assert_array_equal(one.columns, other.columns)
        np.testing.assert_allclose(one.values, other.values, atol=1e-5)


def test_problems_together_are_those_one_by_one(monkeypatch):
    monkeypatch.setattr(elastic_net, "_MOST_NUMBERS", 2_000 * 5)  # several groups
    columns = columns_of(2_000)
    problems = [
        problem_of(columns, loss, 0.5, fraction, seed)
        for seed in range(3)
        for loss in LOSSES
        for fraction in (0.3, 0.05)
    ]
    for problem, net in zip(problems, fit_nets(columns, problems), strict=True):
        alone = fit_nets(columns, [problem])[0]
        np.testing.assert_array_equal(net.columns, alone.columns)
        np.testing.assert_allclose(net.values, alone.values, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(net.intercepts, alone.intercepts, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_scale_of_the_columns_changes_nothing(scale: float):
    columns = columns_of(100)
    given = problem_of(columns, "logistic", 1.0, 0.05)
    found, other = (fit_nets(columns * factor, [given])[0] for factor in (1.0, scale))
    assert other.converged
    np.testing.assert_array_equal(found.columns, other.columns)
    np.testing.assert_allclose(found.values, other.values * scale, atol=1e-5)


def test_perfectly_separated_classes_converge():
    columns = columns_of(30)
    columns[0] = np.sign(columns[0]) * (1.0 + np.abs(columns[0]))
    target = (columns[0] > 0.0).astype(float)[:, None]
    given = NetProblem(target, np.full(40, 1 / 40), "logistic", 0.5, 0.002)
    net = fit_nets(columns, [given])[0]
    assert net.converged
    assert violation(columns, given, net) < 1e-4


@pytest.mark.parametrize("loss", LOSSES)
def test_at_the_largest_penalty_nothing_is_left(loss: Loss):
    columns = columns_of(20)
    assert len(fit_nets(columns, [problem_of(columns, loss, 0.7, 0.9999)])[0].columns) <= 1
    empty = fit_nets(np.zeros((20, 40)), [problem_of(columns, loss, 0.7, 0.1)])[0]
    assert len(empty.columns) == 0
    assert empty.converged


def test_too_few_rounds_are_admitted(monkeypatch):
    monkeypatch.setattr(elastic_net, "_MOST_ROUNDS", 2)
    columns = columns_of(200)
    assert not fit_nets(columns, [problem_of(columns, "logistic", 1.0, 0.02)])[0].converged
