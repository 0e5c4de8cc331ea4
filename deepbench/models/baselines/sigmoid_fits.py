"""Many two-parameter sigmoids fitted at once by Newton's method.

The loss is that of Platt 1999 with his targets, the method that of Lin, Lin & Weng 2007 (doi
10.1007/s10994-007-5018-6): Newton steps, halved until the loss falls. All sigmoids take their
steps together, and those that have arrived drop out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

# Slope, per standard deviation of the decision values, below which none falls.
LEAST_SLOPE = 0.01
_MOST_STEPS, _MOST_HALVINGS = 100, 40
_ARRIVED = 1e-10
# Keeps a Newton step finite where all decision values are the same.
_RIDGE = 1e-12
_SUFFICIENT = 1e-4

# Decision values (n,) and whether each row is of the class (n,); both kinds occur.
Labelled = tuple[NDArray[np.float64], NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class _Problems:
    """Padded to (M, n): scaled decision values, targets, weights (0 where padded)."""

    scaled: NDArray[np.float64]
    target: NDArray[np.float64]
    weight: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> _Problems:
        return _Problems(self.scaled[rows], self.target[rows], self.weight[rows])

    def loss(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (M,) mean cross-entropies at (M, 2) slopes and intercepts."""
        logit = self.logit(point)
        # log(1 + exp(logit)), which numpy's logaddexp gives several times more slowly.
        softplus = np.maximum(logit, 0.0) + np.log1p(np.exp(-np.abs(logit)))
        losses: NDArray[np.float64] = np.einsum(
            "ij,ij->i", self.weight, softplus - self.target * logit
        )
        return losses

    def logit(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (M, n) log odds."""
        return np.asarray(point[:, :1] * self.scaled + point[:, 1:])

    def newton(
        self, point: NDArray[np.float64], free: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (M, 2) gradients and Newton steps; the slope only moves where it is free."""
        p = expit(self.logit(point))
        error = self.weight * (p - self.target)
        curve = self.weight * p * (1.0 - p)
        gradient = np.column_stack(
            [free * np.einsum("ij,ij->i", error, self.scaled), error.sum(axis=1)]
        )
        along = curve * self.scaled
        slope = np.where(free, np.einsum("ij,ij->i", along, self.scaled), 1.0) + _RIDGE
        both = free * along.sum(axis=1)
        level = curve.sum(axis=1) + _RIDGE
        determinant = slope * level - both**2
        step = np.column_stack(
            [
                both * gradient[:, 1] - level * gradient[:, 0],
                both * gradient[:, 0] - slope * gradient[:, 1],
            ]
        )
        return gradient, step / determinant[:, None]


def fit_many(problems: Sequence[Labelled]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (M,) slopes and (M,) intercepts that turn decision values into log odds.

    A slope does not fall below `LEAST_SLOPE` per standard deviation of the decision values. The
    loss is convex, so where the best slope lies below, the best permitted point has the least
    slope and the intercept that suits it.
    """
    centres = np.array([values.mean() for values, _ in problems])
    spreads = np.array([values.std() for values, _ in problems])
    spreads[spreads <= 0.0] = 1.0
    padded, point = _padded(problems, centres, spreads)
    everyone = np.ones(len(point), dtype=np.bool_)
    point = _descend(padded, point, everyone)
    low = np.flatnonzero(point[:, 0] < LEAST_SLOPE)
    if len(low):
        point[low, 0] = LEAST_SLOPE
        point[low] = _descend(padded.take(low), point[low], ~everyone[low])
    slopes = point[:, 0] / spreads
    return slopes, point[:, 1] - slopes * centres


def _padded(
    problems: Sequence[Labelled], centres: NDArray[np.float64], spreads: NDArray[np.float64]
) -> tuple[_Problems, NDArray[np.float64]]:
    shape = (len(problems), max(len(values) for values, _ in problems))
    scaled, target, weight = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    start = np.ones((len(problems), 2))
    for m, (values, positive) in enumerate(problems):
        rows = slice(0, len(values))
        scaled[m, rows] = (values - centres[m]) / spreads[m]
        n_positive = int(positive.sum())
        n_negative = len(positive) - n_positive
        above, below = (n_positive + 1.0) / (n_positive + 2.0), 1.0 / (n_negative + 2.0)
        target[m, rows] = np.where(positive, above, below)
        weight[m, rows] = 1.0 / len(values)
        start[m, 1] = np.log((n_positive + 1.0) / (n_negative + 1.0))
    return _Problems(scaled, target, weight), start


def _descend(
    problems: _Problems, point: NDArray[np.float64], free: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the (M, 2) points at which the losses are least."""
    point = point.copy()
    left = np.arange(len(point))
    for _ in range(_MOST_STEPS):
        here = problems if len(left) == len(point) else problems.take(left)
        gradient, step = here.newton(point[left], free[left])
        moving = np.abs(gradient).max(axis=1) > _ARRIVED
        if not moving.any():
            break
        if not moving.all():
            rows = np.flatnonzero(moving)
            here, left = here.take(rows), left[rows]
            gradient, step = gradient[rows], step[rows]
        moved = _halved(here, point[left], gradient, step)
        point[left] = moved[0]
        left = left[moved[1]]
        if not len(left):
            break
    return point


def _halved(
    problems: _Problems,
    point: NDArray[np.float64],
    gradient: NDArray[np.float64],
    step: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the points after their steps, and which of them moved."""
    before = problems.loss(point)
    fall = _SUFFICIENT * np.einsum("ij,ij->i", gradient, step)
    size = np.ones(len(point))
    high = np.zeros(len(point), dtype=np.bool_)
    for _ in range(_MOST_HALVINGS):
        # Near the optimum a step changes the loss by less than its rounding.
        bound = before + size * fall + 1e-15 * np.abs(before)
        high = problems.loss(point + size[:, None] * step) > bound
        if not high.any():
            break
        size[high] /= 2.0
    size[high] = 0.0
    return point + size[:, None] * step, ~high
