"""Newton's method for one elastic net on a working set of columns.

At the optimum every coefficient follows from the residuals r (n × J, the derivative of the loss
by the linear predictor η): b = S(-Xᵀ r, λρ) / (λ(1 - ρ)), with S the soft threshold. What is left
is one equation in η, n × J numbers whatever the number of columns:

    η = b₀ + X b(r(η)).

It is solved by semismooth Newton steps with a line search on the dual objective, of which the
equation is the gradient (Li, Sun & Toh 2018, doi 10.1137/16M1097572). The lasso has ρ = 1: there,
and for the intercept, which bears no penalty, the distance from the last solution is penalised
instead (proximal point, Rockafellar 1976, doi 10.1137/0314056), less each time. A step costs a
linear system in the number of active columns or of rows, whichever are fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dposv

from deepbench.models.baselines.net_losses import Loss, LossAt, OneOutput, loss_at, null_intercepts

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

_MOST_STEPS = 80
_MOST_HALVINGS = 25
# The pull of the last solution on coefficients, as a multiple of the penalty: at first, by which
# factor it shrinks, and at least (below, rounding shows). It takes the sum with the penalty's own
# quadratic part, so where that is strong there is no such pull.
_FIRST_PULL, _LESS_PULL, _LEAST_PULL = 2.0, 0.2, 5e-4
# The same for the intercept; the loss bends by some tenths there.
_INTERCEPT_PULL = 1e-4
# How exactly the equation is solved, as a share of the penalty: at first, by which factor that
# shrinks with and without pull, and in the end.
_FIRST_TOLERANCE, TOLERANCE = 0.1, 1e-6
_LESS_TOLERANCE, _LESS_WITHOUT_PULL = 0.03, 0.003
# Larger systems are solved by conjugate gradients; with several outputs, whose columns make large
# systems, smaller ones too where the penalty's quadratic part is a fair share of all of it, so
# that a few gradients do.
_LARGEST_SYSTEM, _LARGEST_STIFF_SYSTEM = 3_000, 400
_STIFF = 0.1
_MOST_CONJUGATE = 300


@dataclass(frozen=True, eq=False)
class NetProblem:
    """What is to be fitted to some columns.

    Attributes:
        target: (n, J) class indicators (J = 1 for two classes), or a standardised outcome.
        weights: (n,) weights of rows that sum to 1.
        loss: Loss function.
        l1_ratio: ρ, in (0, 1].
        fraction: λ as a share of λ_max, at which every coefficient is 0; in (0, 1).
    """

    target: Numbers
    weights: Numbers
    loss: Loss
    l1_ratio: float
    fraction: float

    def at(self, linear: Numbers) -> LossAt:
        """Return the loss at a (n, J) linear predictor."""
        return loss_at(self.loss, self.target, self.weights[:, None], linear)

    def null_intercepts(self) -> Numbers:
        """Return (J,) the intercepts of the model without coefficients."""
        return null_intercepts(self.loss, self.target, self.weights[:, None])


@dataclass(frozen=True, eq=False)
class _Look:
    """Coefficients that follow from a linear predictor, and how good it is.

    Attributes:
        loss: The loss at the linear predictor.
        values: (w, J) coefficients.
        intercepts: (J,) intercepts.
        merit: Dual objective, up to a constant.
    """

    loss: LossAt
    values: Numbers
    intercepts: Numbers
    merit: float


class NetSolver:
    """An elastic net on a working set that can be widened.

    Args:
        problem: What is to be fitted.
        penalty: λ.
        scale: Root mean square of the columns.

    Attributes:
        columns: (w,) numbers of the columns in the working set.
        values: (w, J) coefficients.
        intercepts: (J,) intercepts.
        done: Whether the working set's solution has reached the tolerance.
    """

    def __init__(self, problem: NetProblem, penalty: float, scale: float) -> None:
        self.problem = problem
        self.penalty = penalty
        rows, outputs = problem.target.shape
        self.columns: Rows = np.zeros(0, dtype=np.int64)
        self.values = np.zeros((0, outputs))
        self.intercepts = problem.null_intercepts()
        self.done = False
        self._part = np.zeros((0, rows))
        self._linear = np.tile(self.intercepts, (rows, 1))
        self._own = penalty * (1.0 - problem.l1_ratio)
        self._unit = self.threshold * scale
        self._pull = max(_FIRST_PULL * self._unit - self._own, 0.0)
        self._tolerance = _FIRST_TOLERANCE
        self._gram: tuple[Rows, Numbers] | None = None

    @property
    def threshold(self) -> float:
        """The largest slope of the loss that a coefficient of 0 withstands."""
        return self.penalty * self.problem.l1_ratio

    @property
    def residual(self) -> Numbers:
        """(n, J) derivative of the loss by the linear predictor."""
        return self.problem.at(self._linear).residual

    def widen(self, columns: Rows, part: Numbers) -> None:
        """Take (v,) more columns, (v, n) centred values, into the working set."""
        self.columns = np.concatenate([self.columns, columns])
        self._part = np.concatenate([self._part, part]) if len(self._part) else part
        more = np.zeros((len(columns), self.values.shape[1]))
        self.values = np.concatenate([self.values, more])
        self.done = False

    def improve(self) -> None:
        """Solve for the working set to the present tolerance."""
        before, before_intercepts = self.values, self.intercepts
        finished = self._solve(self._tolerance * self.threshold)
        moved = self._pull * np.abs(self.values - before).max(initial=0.0)
        moved = max(moved, _INTERCEPT_PULL * np.abs(self.intercepts - before_intercepts).max())
        last = self._tolerance <= TOLERANCE
        self.done = bool(last and finished and moved <= TOLERANCE * self.threshold)

    def tighten(self) -> None:
        """Lower the tolerance, and the pull of the last solution."""
        less = _LESS_TOLERANCE if self._pull else _LESS_WITHOUT_PULL
        self._tolerance = max(self._tolerance * less, TOLERANCE)
        least = _LEAST_PULL * self._unit
        if self._pull * _LESS_PULL >= least:
            self._pull *= _LESS_PULL
        else:  # the lasso cannot do without
            self._pull = min(self._pull, least) if self.problem.l1_ratio == 1.0 else 0.0

    def _solve(self, enough: float) -> bool:
        """Take Newton steps from the last linear predictor; say whether the equation holds."""
        linear = self._linear
        here = self._look(linear)
        finished = False
        for _ in range(_MOST_STEPS):
            gap = linear - self._predict(here)
            curved = here.loss.curved(gap)
            if np.abs(curved).sum() <= enough:
                finished = True
                break
            step = self._step(here, gap, curved)
            ahead = self._search(linear, here, step, float(np.vdot(curved, step)))
            if ahead is None:
                break
            linear, here = ahead
        self._linear, self.values, self.intercepts = linear, here.values, here.intercepts
        return finished

    def _look(self, linear: Numbers) -> _Look:
        loss = self.problem.at(linear)
        slope = self._part @ loss.residual
        if self._pull:
            slope -= self._pull * self.values
        stiff = self._own + self._pull
        values = np.copysign(np.maximum(np.abs(slope) - self.threshold, 0.0), slope)
        values /= -stiff
        intercepts = self.intercepts - loss.residual.sum(axis=0) / _INTERCEPT_PULL
        merit = (
            float(np.vdot(loss.residual, linear))
            - loss.value
            + 0.5 * stiff * float(np.vdot(values, values))
            + 0.5 * _INTERCEPT_PULL * float(intercepts @ intercepts)
        )
        return _Look(loss, values, intercepts, merit)

    def _predict(self, here: _Look) -> Numbers:
        active = np.flatnonzero(here.values.any(axis=1))
        return self._part[active].T @ here.values[active] + here.intercepts

    def _search(
        self, linear: Numbers, here: _Look, step: Numbers, slope: float
    ) -> tuple[Numbers, _Look] | None:
        """Halve the step until the merit falls; None if it does not."""
        share = 1.0
        slack = 1e-13 * (1.0 + abs(here.merit))
        for _ in range(_MOST_HALVINGS):
            moved = linear + share * step
            there = self._look(moved)
            if there.merit <= here.merit + 1e-4 * share * slope + slack:
                return moved, there
            share *= 0.5
        return None

    def _step(self, here: _Look, gap: Numbers, curved: Numbers) -> Numbers:
        """Return (n, J) the Newton step: -(I + G D)⁻¹ gap.

        G holds the products of rows over the active columns and the intercept, D the curvature.
        """
        stiff = self._own + self._pull
        active = [np.flatnonzero(column) for column in here.values.T]
        rows, outputs = gap.shape
        size = sum(len(some) for some in active) + outputs
        if isinstance(here.loss, OneOutput) and rows < size and rows <= _LARGEST_SYSTEM:
            return self._step_by_rows(here.loss, gap, active[0], stiff)
        ones = np.full((1, rows), 1.0 / np.sqrt(_INTERCEPT_PULL))
        blocks = [np.concatenate([self._part[some] / np.sqrt(stiff), ones]) for some in active]
        easy = outputs > 1 and stiff >= _STIFF * self._unit
        largest = _LARGEST_STIFF_SYSTEM if easy else _LARGEST_SYSTEM
        solve = _solve_directly if size <= largest else _solve_in_steps
        return _spread(blocks, solve(blocks, here.loss, _gather(blocks, curved))) - gap

    def _step_by_rows(self, loss: OneOutput, gap: Numbers, active: Rows, stiff: float) -> Numbers:
        """Return the step by a system of n equations; two classes or a number only."""
        products = self._products(active) / stiff + 1.0 / _INTERCEPT_PULL
        root = np.sqrt(loss.curvature[:, 0])
        system = products * root * root[:, None]
        system.flat[:: len(root) + 1] += 1.0
        answer = _positive_solve(system, root * gap[:, 0])
        return (products @ (root * answer))[:, None] - gap

    def _products(self, active: Rows) -> Numbers:
        """Return (n, n) products of rows over active columns; from those of the step before."""
        if self._gram is None:
            found = self._part[active].T @ self._part[active]
        else:
            before, found = self._gram
            changes = np.zeros(len(self._part), dtype=np.int64)
            changes[active] = 1
            changes[before] -= 1
            gone, new = np.flatnonzero(changes < 0), np.flatnonzero(changes > 0)
            found = found + self._part[new].T @ self._part[new]
            found -= self._part[gone].T @ self._part[gone]
        self._gram = active, found
        return found


def _gather(blocks: Sequence[Numbers], change: Numbers) -> Numbers:
    """Return the sums over rows of each output's columns times its change, one after another."""
    return np.concatenate([block @ change[:, j] for j, block in enumerate(blocks)])


def _spread(blocks: Sequence[Numbers], values: Numbers) -> Numbers:
    """Return (n, J) what coefficients, one output after another, add to the linear predictor."""
    ends = np.cumsum([len(block) for block in blocks])[:-1]
    parts = zip(blocks, np.split(values, ends), strict=True)
    return np.column_stack([part @ block for block, part in parts])


def _solve_directly(blocks: Sequence[Numbers], loss: LossAt, right: Numbers) -> Numbers:
    """Solve (I + S D Sᵀ) u = right, S the columns of all outputs."""
    return _positive_solve(loss.system(blocks), right)


def _solve_in_steps(blocks: Sequence[Numbers], loss: LossAt, right: Numbers) -> Numbers:
    """Solve the same by conjugate gradients, which never form the system."""

    def times(values: Numbers) -> Numbers:
        return values + _gather(blocks, loss.curved(_spread(blocks, values)))

    return _conjugate_gradients(times, right, 1e-4)


def _conjugate_gradients(
    times: Callable[[Numbers], Numbers], right: Numbers, tolerance: float
) -> Numbers:
    """Return an approximate solution of a symmetric positive definite system."""
    found = np.zeros_like(right)
    left_over = right.copy()
    direction = left_over
    size = first = float(left_over @ left_over)
    for _ in range(_MOST_CONJUGATE):
        if size <= tolerance**2 * first:
            break
        image = times(direction)
        share = size / float(direction @ image)
        found += share * direction
        left_over -= share * image
        following = float(left_over @ left_over)
        direction = left_over + following / size * direction
        size = following
    return found


def _positive_solve(system: Numbers, right: Numbers) -> Numbers:
    """Solve a symmetric positive definite system; the least eigenvalue is 1 or more."""
    # Transposed for LAPACK's order of numbers; the system is symmetric.
    _, found, failed = dposv(system.T, right, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("The system is not positive definite.")
    answer: Numbers = found
    return answer
