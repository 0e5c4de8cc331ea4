"""Logistic regression with an L2 penalty for many label vectors and strengths at once.

All problems share their rows. Newton's method; the step of all problems together comes from
conjugate gradients, whose products with the rows are one matrix product for all problems
(truncated Newton; Nocedal & Wright 2006, "Numerical Optimization", section 7.1). On principal
directions the diagonal of the Hessian is nearly all of it and makes a good preconditioner. A small
Hessian is formed instead; and for few problems on columns of their own, which a filter chose by
their labels, a system in the number of rows is sooner solved. Neither needs principal directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dposv
from scipy.special import expit, logsumexp

Numbers = NDArray[np.float64]
# From the Hessian; from a system in the number of rows; by conjugate gradients.
Way = Literal["hessian", "rows", "conjugates"]

# Gradient that counts as none; rows have length 1 on average and weights that sum to 1.
_TOLERANCE = 1e-9
_MOST_HALVINGS = 30
# Hessians up to this size are formed; systems in the number of rows up to that.
_SMALL_HESSIAN = 128
_MOST_ROWS = 1_000
# How exactly conjugate gradients find the Newton step: as exactly as the gradient is small,
# within these bounds.
_LEAST_EXACT, _MOST_EXACT = 0.1, 1e-5
_MOST_CONJUGATE = 300
# Given to the intercept's curvature, so that intercepts of all classes cannot shift together.
_STEADY = 1e-5
# Numbers in one array of a group of problems.
_MOST_NUMBERS = 2_000_000


@dataclass(frozen=True, eq=False)
class RidgeProblems:
    """Label vectors and penalties.

    Attributes:
        targets: (L, J, n) class indicators; J = 1 for two classes.
        weights: (L, n) weights of rows, which sum to 1.
        penalties: (L,) factor of half the sum of squared coefficients.
    """

    targets: Numbers
    weights: Numbers
    penalties: Numbers

    def __len__(self) -> int:
        return len(self.penalties)

    def take(self, chosen: NDArray[np.int64]) -> RidgeProblems:
        """Return some of the problems."""
        return RidgeProblems(self.targets[chosen], self.weights[chosen], self.penalties[chosen])

    def fitted(self, linear: Numbers) -> Numbers:
        """Return (L, J, n) probabilities of (L, J, n) linear predictors."""
        if linear.shape[1] == 1:
            return np.asarray(expit(linear))
        above = np.exp(linear - linear.max(axis=1, keepdims=True))
        found: Numbers = above / above.sum(axis=1, keepdims=True)
        return found

    def losses(self, linear: Numbers, points: Numbers) -> Numbers:
        """Return (L,) the weighted losses with penalties."""
        likely = np.einsum("ljn,ljn->ln", self.targets, linear)
        one = linear.shape[1] == 1
        whole = np.logaddexp(0.0, linear[:, 0]) if one else logsumexp(linear, axis=1)
        fit = np.einsum("ln,ln->l", self.weights, whole - likely)
        found: Numbers = fit + 0.5 * self.penalties * np.einsum(
            "ljr,ljr->l", points[:, :, :-1], points[:, :, :-1]
        )
        return found

    def bend(self, fitted: Numbers, change: Numbers) -> Numbers:
        """Return (L, J, n) the loss' second derivative times a change of linear predictors."""
        if change.shape[1] == 1:
            found: Numbers = self.weights[:, None] * fitted * (1.0 - fitted) * change
            return found
        mean = np.einsum("ljn,ljn->ln", fitted, change)[:, None]
        several: Numbers = self.weights[:, None] * fitted * (change - mean)
        return several


@dataclass(frozen=True, eq=False)
class RidgeFits:
    """Fitted problems.

    Attributes:
        coefficients: (L, J, k) coefficients.
        intercepts: (L, J) intercepts.
        converged: (L,) whether each reached the tolerance.
    """

    coefficients: Numbers
    intercepts: Numbers
    converged: NDArray[np.bool_]


def way_of(rows: int, columns: int, outputs: int, own_columns: bool) -> Way:
    """Return how steps are found; it decides nothing about where they lead.

    Args:
        rows: n.
        columns: k.
        outputs: J.
        own_columns: Whether a filter chose the columns by the labels, so that few problems
            share them.
    """
    if outputs * (columns + 1) <= _SMALL_HESSIAN:
        return "hessian"
    return "rows" if own_columns and outputs == 1 and rows <= _MOST_ROWS else "conjugates"


class _Rows:
    """What all problems share.

    Args:
        x: (n, k) rows.
        way: How steps are found.

    Attributes:
        design: (n, k + 1) rows and a column of ones.
        way: As given.
        squares: (k + 1,) mean squares of the design's columns.
        products: (n, n) products of rows.
    """

    def __init__(self, x: Numbers, way: Way) -> None:
        self.design = np.hstack([x, np.ones((len(x), 1))])
        self.way = way
        self.squares = np.einsum("nr,nr->r", self.design, self.design) / len(x)
        self.products = x @ x.T if way == "rows" else np.zeros((0, 0))


def fit_ridge_classes(x: Numbers, problems: RidgeProblems, most_steps: int, way: Way) -> RidgeFits:
    """Fit all problems.

    Args:
        x: (n, k) centred rows of length about 1; coordinates on orthogonal directions unless
            the way can do without.
        problems: Targets, weights and penalties.
        most_steps: Newton steps at most.
        way: How steps are found; see `way_of`.
    """
    count, outputs, rows = problems.targets.shape
    shared = _Rows(x, way)
    wide = shared.design.shape[1]
    points = np.zeros((count, outputs, wide))
    converged = np.zeros(count, dtype=bool)
    held = rows * outputs * (wide if way == "hessian" else 2)
    some = max(1, _MOST_NUMBERS // held)
    for begin in range(0, count, some):
        part = np.arange(begin, min(begin + some, count))
        points[part], converged[part] = _fit_group(shared, problems.take(part), most_steps)
    if outputs > 1:  # shifting all classes changes no probability, and least is 0 on average
        points -= points.mean(axis=1, keepdims=True)
    return RidgeFits(points[:, :, :-1], points[:, :, -1], converged)


def _fit_group(
    shared: _Rows, problems: RidgeProblems, most_steps: int
) -> tuple[Numbers, NDArray[np.bool_]]:
    design = shared.design
    count, outputs, _ = problems.targets.shape
    points = np.zeros((count, outputs, design.shape[1]))
    means = np.einsum("ljn,ln->lj", problems.targets, problems.weights)
    points[:, :, -1] = np.log(means / (1.0 - means)) if outputs == 1 else np.log(means)
    converged = np.zeros(count, dtype=bool)
    busy = np.arange(count)
    for step in range(most_steps + 1):
        here = problems.take(busy)
        linear = points[busy] @ design.T
        fitted = here.fitted(linear)
        by_row = (fitted - here.targets) * here.weights[:, None]
        gradient = _slopes(design, here, by_row, points[busy])
        steep = np.abs(gradient).max(axis=(1, 2)) > _TOLERANCE
        converged[busy[~steep]] = True
        if not steep.any() or step == most_steps:
            break
        going = np.flatnonzero(steep)
        busy, here = busy[going], here.take(going)
        change = _newton_step(shared, here, fitted[going], gradient[going])
        moved = _search(design, here, points[busy], linear[going], change, gradient[going])
        points[busy] += moved[:, None, None] * change
        # Where no step is downhill any more, rounding is all that is left.
        converged[busy[moved == 0.0]] = True
        busy = busy[moved > 0.0]
        if not len(busy):
            break
    return points, converged


def _slopes(design: Numbers, problems: RidgeProblems, by_row: Numbers, points: Numbers) -> Numbers:
    """Return (L, J, k + 1) derivatives from those by the linear predictor, with the penalty."""
    found: Numbers = by_row @ design
    found[:, :, :-1] += problems.penalties[:, None, None] * points[:, :, :-1]
    return found


def _newton_step(
    shared: _Rows, problems: RidgeProblems, fitted: Numbers, gradient: Numbers
) -> Numbers:
    if shared.way == "hessian":
        return _step_by_hessian(shared.design, problems, fitted, gradient)
    if shared.way == "rows":
        steps = [
            _step_by_rows(shared, problems.take(np.array([one])), fitted[one, 0], gradient[one, 0])
            for one in range(len(problems))
        ]
        return np.stack(steps)[:, None]
    return _step_by_conjugates(shared, problems, fitted, gradient)


def _step_by_rows(
    shared: _Rows, problem: RidgeProblems, fitted: Numbers, gradient: Numbers
) -> Numbers:
    """Return (k + 1,) the step of one problem with two classes, by Woodbury's identity."""
    penalty = float(problem.penalties[0])
    root = np.sqrt(problem.weights[0] * fitted * (1.0 - fitted))
    system = (shared.products / penalty + 1.0 / _STEADY) * root * root[:, None]
    system.flat[:: len(root) + 1] += 1.0
    scaled = gradient / penalty
    scaled[-1] = gradient[-1] / _STEADY
    # Transposed for LAPACK's order of numbers; the system is symmetric.
    _, answer, failed = dposv(system.T, root * (shared.design @ scaled), lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("The system is not positive definite.")
    back = shared.design.T @ (root * answer) / penalty
    back[-1] *= penalty / _STEADY
    found: Numbers = back - scaled
    return found


def _step_by_hessian(
    design: Numbers, problems: RidgeProblems, fitted: Numbers, gradient: Numbers
) -> Numbers:
    count, outputs, wide = gradient.shape
    hessians = np.empty((count, outputs, wide, outputs, wide))
    for i in range(outputs):
        for j in range(outputs):
            curvature = problems.weights * fitted[:, i] * ((i == j) - fitted[:, j])
            hessians[:, i, :, j] = (design.T * curvature[:, None]) @ design
    flat = hessians.reshape(count, outputs * wide, outputs * wide)
    added = np.repeat(problems.penalties[:, None], wide, axis=1)
    added[:, -1] = 0.0 if outputs == 1 else _STEADY
    diagonal = np.arange(outputs * wide)
    flat[:, diagonal, diagonal] += np.tile(added, (1, outputs))
    step = np.linalg.solve(flat, -gradient.reshape(count, -1, 1))
    return np.asarray(step.reshape(gradient.shape), dtype=np.float64)


def _step_by_conjugates(
    shared: _Rows, problems: RidgeProblems, fitted: Numbers, gradient: Numbers
) -> Numbers:
    """Return the steps of all problems, more exact the nearer the optimum."""
    design = shared.design
    bend = (problems.weights[:, None] * fitted * (1.0 - fitted)).sum(axis=2)
    scale = bend[:, :, None] * shared.squares
    scale[:, :, :-1] += problems.penalties[:, None, None]
    scale[:, :, -1] += _STEADY
    step = np.zeros_like(gradient)
    left_over = -gradient
    direction = left_over / scale
    size = _products(left_over, direction)
    steepness = np.abs(gradient).max(axis=(1, 2))
    enough = np.clip(steepness, _MOST_EXACT, _LEAST_EXACT) ** 2 * size
    busy = np.arange(len(gradient))
    here = problems
    for _ in range(_MOST_CONJUGATE):
        image = _slopes(design, here, here.bend(fitted[busy], direction @ design.T), direction)
        image[:, :, -1] += _STEADY * direction[:, :, -1]
        share = (size / _products(direction, image))[:, None, None]
        step[busy] += share * direction
        left_over -= share * image
        towards = left_over / scale[busy]
        following = _products(left_over, towards)
        direction = towards + (following / size)[:, None, None] * direction
        size = following
        go = size > enough[busy]
        if not go.any():
            break
        if not go.all():
            busy, size, left_over, direction = busy[go], size[go], left_over[go], direction[go]
            here = problems.take(busy)
    return step


def _products(left: Numbers, right: Numbers) -> Numbers:
    """Return (L,) the inner products of two points of each problem."""
    found: Numbers = np.einsum("ljr,ljr->l", left, right)
    return found


def _search(
    design: Numbers,
    problems: RidgeProblems,
    points: Numbers,
    linear: Numbers,
    change: Numbers,
    gradient: Numbers,
) -> Numbers:
    """Return (L,) shares of the steps, halved until losses fall; 0 where none does."""
    towards = change @ design.T
    slope = _products(gradient, change)
    losses = problems.losses(linear, points)
    slack = 1e-15 * (1.0 + np.abs(losses))
    share = np.ones(len(points))
    waiting = np.arange(len(points))
    for _ in range(_MOST_HALVINGS):
        part = share[waiting, None, None]
        there = problems.take(waiting).losses(
            linear[waiting] + part * towards[waiting], points[waiting] + part * change[waiting]
        )
        limit = losses[waiting] + 1e-4 * share[waiting] * slope[waiting] + slack[waiting]
        waiting = waiting[there > limit]
        if not len(waiting):
            return share
        share[waiting] *= 0.5
    share[waiting] = 0.0
    return share
