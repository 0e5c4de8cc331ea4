"""Elastic net for two classes, several classes and numbers, also at tens of thousands of columns.

Minimises, over coefficients B (d × J) and intercepts b,

    mean of loss(b + x B) + λ Σ (ρ |B| + (1 - ρ)/2 B²)

with weights on rows in the mean. Each problem is solved on a working set, at first the columns
with the steepest loss; columns outside that violate the optimality conditions join until none
does, so the result is that of all columns (Friedman et al. 2010, section 2.6, doi
10.18637/jss.v033.i01). Looking at all columns is the dear part of a wide table; many problems
share it in one matrix product. Newton's method (`net_newton`) needs so few steps from the empty
model that walking the path of λ, warm start by warm start, takes longer; and the result depends
on nothing but the problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.models.baselines.net_newton import TOLERANCE, NetProblem, NetSolver

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

# A table this narrow is its own working set.
_NARROW = 600
_FIRST_COLUMNS = 300
# Growth of a working set that does not matter for its solution yet.
_FEW = 0.05
_MOST_ROUNDS = 60
# Numbers of all columns' slopes held at a time.
_MOST_NUMBERS = 1_000_000


@dataclass(frozen=True, eq=False)
class Net:
    """A fitted elastic net.

    Attributes:
        columns: (a,) columns whose coefficients are not all 0.
        values: (a, J) their coefficients.
        intercepts: (J,) intercepts.
        converged: Whether it reached the tolerance.
    """

    columns: Rows
    values: Numbers
    intercepts: Numbers
    converged: bool


def fit_nets(columns: Numbers, problems: Sequence[NetProblem]) -> list[Net]:
    """Fit several problems to the same columns.

    Args:
        columns: (d, n) centred columns, each one's numbers side by side in memory.
        problems: Of any loss, label vector and penalty.
    """
    scale = float(np.sqrt(np.vdot(columns, columns) / max(columns.size, 1)))
    most = max(4, _MOST_NUMBERS // max(len(columns), 1))
    return [
        net
        for begin in range(0, len(problems), most)
        for net in _fit_some(columns, problems[begin : begin + most], scale)
    ]


def _fit_some(columns: Numbers, problems: Sequence[NetProblem], scale: float) -> list[Net]:
    solvers = list(_start(columns, problems, scale))
    for _ in range(_MOST_ROUNDS):
        busy = [solver for solver in solvers if not solver.done]
        if not busy:
            break
        for solver in busy:
            solver.improve()
        wide = [solver for solver in busy if len(solver.columns) < len(columns)]
        slopes = _slopes(columns, [solver.residual for solver in wide])
        for solver, steepest in zip(wide, slopes, strict=True):
            missed = _missed(solver, steepest)
            # Precision for a working set that is about to grow would be lost.
            if len(missed) <= _FEW * len(solver.columns):
                solver.tighten()
            if len(missed):
                _widen(solver, columns, missed)
        for solver in busy:
            if len(solver.columns) == len(columns):
                solver.tighten()
    return [_result(solver) for solver in solvers]


def _missed(solver: NetSolver, steepest: Numbers) -> Rows:
    """Return the columns outside the working set that belong into it; the steepest if many."""
    steepest[solver.columns] = 0.0
    missed = np.flatnonzero(steepest > solver.threshold * (1.0 + TOLERANCE))
    return _largest(steepest, missed, max(_FIRST_COLUMNS, len(solver.columns)))


def _start(columns: Numbers, problems: Sequence[NetProblem], scale: float) -> Iterator[NetSolver]:
    nulls = [
        problem.at(np.tile(problem.null_intercepts(), (len(problem.target), 1))).residual
        for problem in problems
    ]
    everything = np.arange(len(columns))
    for problem, steepest in zip(problems, _slopes(columns, nulls), strict=True):
        largest = float(steepest.max(initial=0.0)) / problem.l1_ratio
        solver = NetSolver(problem, problem.fraction * largest, scale)
        if largest <= 1e-12 * scale:  # no column varies, or none goes with the outcome
            solver.done = True
        elif len(columns) <= _NARROW:
            solver.widen(everything, columns)
        else:
            _widen(solver, columns, _largest(steepest, everything, _FIRST_COLUMNS))
        yield solver


def _slopes(columns: Numbers, residuals: Sequence[Numbers]) -> Iterator[Numbers]:
    """Yield (d,) the steepest slope of the loss by each column, over outputs, per residual."""
    if not residuals:
        return
    ends = np.cumsum([residual.shape[1] for residual in residuals])[:-1]
    slopes = np.concatenate([residual.T for residual in residuals]) @ columns.T
    np.abs(slopes, out=slopes)
    for some in np.split(slopes, ends):
        yield some[0] if len(some) == 1 else some.max(axis=0)


def _largest(steepest: Numbers, candidates: Rows, most: int) -> Rows:
    """Return the candidates with the largest slopes, ascending."""
    if len(candidates) <= most:
        return candidates
    order = np.argpartition(-steepest[candidates], most - 1)[:most]
    return np.sort(candidates[order])


def _widen(solver: NetSolver, columns: Numbers, chosen: Rows) -> None:
    solver.widen(chosen, columns[chosen])


def _result(solver: NetSolver) -> Net:
    active = np.flatnonzero(solver.values.any(axis=1))
    order = active[np.argsort(solver.columns[active])]
    return Net(
        solver.columns[order], solver.values[order], solver.intercepts, converged=solver.done
    )
