"""Linear models of several settings and label vectors on the same rows and columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from deepbench.models.baselines.elastic_net import Net, fit_nets
from deepbench.models.baselines.linear_outcome import LinearOutcome
from deepbench.models.baselines.net_newton import NetProblem
from deepbench.models.baselines.ridge_classes import RidgeProblems, fit_ridge_classes, way_of
from deepbench.models.baselines.ridge_numbers import choose_penalties, fit_ridge_numbers
from deepbench.models.baselines.row_space import RowSpace, row_space
from deepbench.models.family import Params

Numbers = NDArray[np.float64]

RIDGE, RIDGE_LEFT_OUT, ELASTIC_NET = "l2", "l2-left-out", "elastic-net"
# Strengths that leaving units out chooses from, weakest model first: the range of the search.
LEFT_OUT_STRENGTHS = np.geomspace(1e-3, 1e4, 29)


@dataclass(frozen=True, eq=False)
class LinearJob:
    """A model to fit.

    Attributes:
        params: Settings.
        outcome: What it is fitted to.
    """

    params: Params
    outcome: LinearOutcome


@dataclass(frozen=True, eq=False)
class RidgeFit:
    """A ridge.

    Attributes:
        values: (k, J) coefficients of the columns, or (r, J) of principal coordinates.
        rotated: Which of the two.
        intercepts: (J,) intercepts.
        converged: Whether it reached the tolerance.
    """

    values: Numbers
    rotated: bool
    intercepts: Numbers
    converged: bool


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Rows on their principal directions.

    Attributes:
        fit: (n, r) fit rows.
        tune: (m, r) rows to predict.
    """

    fit: Numbers
    tune: Numbers


class LinearRows:
    """Rows of a linear model in the forms its solvers ask for, each made when first needed.

    Args:
        fit: (n, k) fit rows.
        tune: (m, k) rows to predict; none if None.
        units: (n,) biological units of the fit rows.
        own_columns: Whether a filter chose the columns by labels.
        keep: Returns what the function it is given makes, or what it made before.
    """

    def __init__(
        self,
        fit: Numbers,
        tune: Numbers | None,
        units: NDArray[np.int64],
        own_columns: bool,
        keep: Callable[[Callable[[], Coordinates]], Coordinates] | None = None,
    ) -> None:
        self.units = units
        self.own_columns = own_columns
        self._fit = fit
        self._tune = tune
        self._keep = keep

    @cached_property
    def means(self) -> Numbers:
        """(k,) means of the fit rows."""
        found: Numbers = self._fit.mean(axis=0)
        return found

    @cached_property
    def columns(self) -> Numbers:
        """(k, n) centred columns of the fit rows, each one's numbers side by side in memory."""
        return np.subtract(self._fit.T, self.means[:, None], order="C")

    @cached_property
    def space(self) -> RowSpace:
        """Principal coordinates of the fit rows, and the directions."""
        return row_space(self.columns.T)

    @cached_property
    def coordinates(self) -> Coordinates:
        """Principal coordinates of all rows."""
        return self._project() if self._keep is None else self._keep(self._project)

    def _project(self) -> Coordinates:
        return Coordinates(self.space.scores, self.tune @ self.space.directions)

    @cached_property
    def tune(self) -> Numbers:
        """(m, k) rows to predict, minus the means of the fit rows."""
        return np.zeros((0, len(self.means))) if self._tune is None else self._tune - self.means

    def tune_linear(self, fitted: RidgeFit | Net) -> Numbers:
        """Return (m, J) the linear predictor of the rows to predict."""
        if isinstance(fitted, Net):
            return self.tune[:, fitted.columns] @ fitted.values + fitted.intercepts
        tune = self.coordinates.tune if fitted.rotated else self.tune
        return tune @ fitted.values + fitted.intercepts


def fit_jobs(rows: LinearRows, jobs: Sequence[LinearJob], most_steps: int) -> list[RidgeFit | Net]:
    """Fit all jobs.

    Args:
        rows: The rows.
        jobs: Of one kind of outcome.
        most_steps: Newton steps of a ridge at most.
    """
    nets = [n for n, job in enumerate(jobs) if job.params["penalty"] == ELASTIC_NET]
    ridges = [n for n, job in enumerate(jobs) if job.params["penalty"] != ELASTIC_NET]
    found: dict[int, RidgeFit | Net] = {}
    if nets:
        problems = [_net_problem(jobs[n]) for n in nets]
        found.update(zip(nets, fit_nets(rows.columns, problems), strict=True))
    if ridges:
        some = [jobs[n] for n in ridges]
        numbers = some[0].outcome.loss == "squared"
        fits = _ridge_numbers(rows, some) if numbers else _ridge_classes(rows, some, most_steps)
        found.update(zip(ridges, fits, strict=True))
    return [found[n] for n in range(len(jobs))]


def _net_problem(job: LinearJob) -> NetProblem:
    outcome = job.outcome
    return NetProblem(
        outcome.target,
        outcome.weights,
        outcome.loss,
        job.params["l1_ratio"],
        job.params["fraction"],
    )


def _ridge_classes(rows: LinearRows, jobs: Sequence[LinearJob], most_steps: int) -> list[RidgeFit]:
    outputs, n = jobs[0].outcome.target.shape[1], len(jobs[0].outcome.target)
    way = way_of(n, len(rows.means), outputs, rows.own_columns)
    # Whoever shares the columns with others shares their principal coordinates too.
    rotated = way == "conjugates" or not rows.own_columns
    x = rows.coordinates.fit if rotated else rows.columns.T
    length = _mean_length(x)
    problems = RidgeProblems(
        np.stack([job.outcome.target.T for job in jobs]),
        np.stack([job.outcome.weights for job in jobs]),
        np.array([1.0 / (job.params["strength"] * n) for job in jobs]),
    )
    fits = fit_ridge_classes(x / length, problems, most_steps, way)
    parts = zip(fits.coefficients, fits.intercepts, fits.converged, strict=True)
    return [
        RidgeFit(values.T / length, rotated, level, bool(done)) for values, level, done in parts
    ]


def _ridge_numbers(rows: LinearRows, jobs: Sequence[LinearJob]) -> list[RidgeFit]:
    scores = rows.coordinates.fit
    square = _mean_length(scores) ** 2
    outcomes = np.hstack([job.outcome.target for job in jobs])
    penalties = np.zeros(len(jobs))
    chosen = np.array([job.params["penalty"] == RIDGE_LEFT_OUT for job in jobs])
    if chosen.any():
        choices = square / LEFT_OUT_STRENGTHS
        penalties[chosen] = choose_penalties(scores, outcomes[:, chosen], rows.units, choices)
    for n, job in enumerate(jobs):
        if not chosen[n]:
            penalties[n] = square / job.params["strength"]
    values = fit_ridge_numbers(scores, outcomes, penalties)
    return [RidgeFit(column[:, None], True, np.zeros(1), True) for column in values.T]


def _mean_length(x: Numbers) -> float:
    """Return the root of the mean squared length of a row; 1 if all rows are zero."""
    length = float(np.sqrt(np.einsum("ij,ij->", x, x) / len(x)))
    return length if length > 0.0 else 1.0
