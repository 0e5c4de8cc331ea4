"""Elastic net for two classes, several classes and numbers, also at tens of thousands of columns.

Minimises, over coefficients B (d × J) and intercepts b,

    mean of loss(b + x B) + λ Σ (ρ |B| + (1 - ρ)/2 B²)

with weights on rows in the mean. The path from λ_max, where every coefficient is 0, down to
the λ asked for is walked with a working set: the columns in the model and those whose gradient
exceeds the penalty; columns that violate the optimality conditions afterwards are added until
none does, so the result is that of all columns (Friedman et al. 2010, section 2.6, doi
10.18637/jss.v033.i01). Each step is solved by accelerated proximal gradient (Beck & Teboulle
2009, doi 10.1137/080716542) with adaptive restart (O'Donoghue & Candès 2015, doi
10.1007/s10208-013-9150-3). The solver of scikit-learn for the same problem (saga) takes minutes
at omics width.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.special import expit, softmax
from sklearn.exceptions import ConvergenceWarning

Loss = Literal["logistic", "softmax", "squared"]

# Upper bound of the loss' second derivative.
_CURVATURE: dict[Loss, float] = {"logistic": 0.25, "softmax": 0.5, "squared": 1.0}
_PATH_RATIO = 0.6
_TOLERANCE = 1e-3
_PATH_TOLERANCE = 3e-2
_MOST_STEPS = 5_000
_MOST_CHECKS = 20


@dataclass(frozen=True, eq=False)
class ElasticNetProblem:
    """What is to be fitted.

    Attributes:
        x: (n, d) columns.
        target: (n, J) class indicators (J = 1 for two classes), or a standardised outcome.
        weights: (n,) weights of rows that sum to 1.
        loss: Loss function.
        l1_ratio: ρ, in (0, 1].
    """

    x: NDArray[np.float64]
    target: NDArray[np.float64]
    weights: NDArray[np.float64]
    loss: Loss
    l1_ratio: float

    def residual(self, linear: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, J) the derivative of the weighted loss by the linear predictor."""
        if self.loss == "logistic":
            fitted = expit(linear)
        elif self.loss == "softmax":
            fitted = softmax(linear, axis=1)
        else:
            fitted = linear
        error: NDArray[np.float64] = (fitted - self.target) * self.weights[:, None]
        return error

    def null_intercepts(self) -> NDArray[np.float64]:
        """Return (J,) the intercepts of the model without coefficients."""
        mean = self.weights @ self.target
        if self.loss == "logistic":
            return np.log(mean / (1.0 - mean))
        return np.log(mean) if self.loss == "softmax" else mean


def fit_elastic_net(
    problem: ElasticNetProblem, fraction: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coefficients (d, J) and intercepts (J,).

    Args:
        problem: Rows and loss.
        fraction: λ as a share of λ_max, in (0, 1).

    Warns:
        ConvergenceWarning: the last step did not reach the tolerance.
    """
    coefficients = np.zeros((problem.x.shape[1], problem.target.shape[1]))
    intercepts = problem.null_intercepts()
    gradient = problem.x.T @ problem.residual(np.tile(intercepts, (len(problem.x), 1)))
    largest = float(np.abs(gradient).max(initial=0.0)) / problem.l1_ratio
    if largest <= 0.0:
        return coefficients, intercepts
    steps = max(1, round(np.log(fraction) / np.log(_PATH_RATIO)))
    path = largest * np.geomspace(1.0, fraction, steps + 1)
    finished = True
    for penalty in path[1:]:
        tolerance = _TOLERANCE if penalty == path[-1] else _PATH_TOLERANCE
        entering = np.abs(gradient) > problem.l1_ratio * penalty
        active = entering.any(axis=1) | coefficients.any(axis=1)
        for _ in range(_MOST_CHECKS):
            finished = _solve(problem, coefficients, intercepts, active, penalty, tolerance)
            linear = problem.x[:, active] @ coefficients[active] + intercepts
            gradient = problem.x.T @ problem.residual(linear)
            bound = problem.l1_ratio * penalty * (1.0 + tolerance)
            missed = (np.abs(gradient) > bound).any(axis=1) & ~active
            if not missed.any():
                break
            active |= missed
            finished = False
    if not finished:
        warnings.warn("The elastic net did not converge.", ConvergenceWarning, stacklevel=2)
    return coefficients, intercepts


def _solve(
    problem: ElasticNetProblem,
    coefficients: NDArray[np.float64],
    intercepts: NDArray[np.float64],
    active: NDArray[np.bool_],
    penalty: float,
    tolerance: float,
) -> bool:
    """Solve for the active columns, from the values given and into them; say whether it did."""
    part = problem.x[:, active]
    curvature = _CURVATURE[problem.loss]
    # The intercept takes part as a column as long as the longest direction, which keeps the
    # problem well conditioned; it bears no penalty, so its scale changes nothing else.
    length = np.sqrt(_largest_eigenvalue(part, problem.weights))
    design = np.hstack([part, np.full((len(part), 1), max(length, 1e-8))])
    step = 1.0 / (curvature * _largest_eigenvalue(design, problem.weights) * (1.0 + 1e-6))
    threshold = np.full((design.shape[1], 1), step * penalty * problem.l1_ratio)
    threshold[-1] = 0.0
    shrink = np.full((design.shape[1], 1), 1.0 + step * penalty * (1.0 - problem.l1_ratio))
    shrink[-1] = 1.0
    enough = tolerance * penalty * problem.l1_ratio * step

    current = np.vstack([coefficients[active], intercepts / design[0, -1]])
    ahead, momentum = current, 1.0
    for _ in range(_MOST_STEPS):
        moved = ahead - step * (design.T @ problem.residual(design @ ahead))
        following = np.sign(moved) * np.maximum(np.abs(moved) - threshold, 0.0) / shrink
        change = following - current
        if np.abs(following - ahead).max() <= enough:
            current = following
            converged = True
            break
        if np.vdot(ahead - following, change) > 0.0:
            momentum = 1.0
        grown = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        ahead = following + (momentum - 1.0) / grown * change
        current, momentum = following, grown
    else:
        converged = False
    coefficients[active] = current[:-1]
    intercepts[:] = current[-1] * design[0, -1]
    return converged


def _largest_eigenvalue(x: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the largest eigenvalue of Xᵀ W X."""
    if not x.shape[1]:
        return 0.0
    scaled = x * np.sqrt(weights)[:, None]
    gram = scaled @ scaled.T if x.shape[1] > len(x) else scaled.T @ scaled
    last = len(gram) - 1
    try:
        return float(eigh(gram, eigvals_only=True, subset_by_index=(last, last))[0])
    except np.linalg.LinAlgError:
        # The intercept's column makes the largest eigenvalue a double one. LAPACK's search for a
        # single one fails on such now and then ("Internal Error"), that for all of them does not.
        return float(np.linalg.eigvalsh(gram)[-1])
