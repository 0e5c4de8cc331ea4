"""Support vector machines on a kernel matrix that is at hand, by libsvm.

WORKAROUND: called below scikit-learn's `SVC` and `SVR`, whose checks of the input take several
times as long as libsvm itself on a few hundred rows. The function is not part of scikit-learn's
public interface; its version is pinned, and tests hold the results to those of `SVC` and `SVR`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import _libsvm

# A bound on the solver, for settings that would take minutes on noise.
_MOST_STEPS = 50_000
_CLASSES, _NUMBERS = 0, 3
# Errors below this share of the outcome's spread cost nothing.
_TUBE = 0.1


@dataclass(frozen=True, eq=False)
class Machines:
    """J machines on the same n rows.

    Attributes:
        weights: (n, J) weights of the rows, 0 but for support vectors.
        intercepts: (J,) intercepts; NaN for a target that never varies.
        converged: Whether every machine reached the tolerance.
    """

    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    converged: bool

    def decide(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (m, J) decision values for the (m, n) kernel of new rows with the fit rows."""
        return np.asarray(matrix @ self.weights + self.intercepts)


def fit_class_machines(
    matrix: NDArray[np.float64], targets: NDArray[np.bool_], cost: float
) -> Machines:
    """Fit one machine per column of (n, J) targets, both sides weighted equally.

    Args:
        matrix: (n, n) kernel matrix.
        targets: (n, J) whether a row is of the class.
        cost: C.
    """
    weights = np.zeros(targets.shape)
    intercepts = np.full(targets.shape[1], np.nan)
    converged = True
    for j, positive in enumerate(targets.T):
        count = int(positive.sum())
        if count in (0, len(positive)):
            continue
        balance = len(positive) / (2.0 * np.array([len(positive) - count, count]))
        used, own, intercept, finished = _solve(matrix, positive, _CLASSES, cost, balance)
        # libsvm's decision values are positive for the first of two classes.
        weights[used, j], intercepts[j] = -own, -intercept
        converged &= finished
    return Machines(weights, intercepts, converged)


def fit_number_machine(
    matrix: NDArray[np.float64], outcome: NDArray[np.float64], cost: float
) -> Machines:
    """Fit one machine on the standardised (n,) outcome; it predicts on the outcome's scale."""
    centre, spread = float(outcome.mean()), float(outcome.std()) or 1.0
    weights = np.zeros((len(outcome), 1))
    scaled = (outcome - centre) / spread
    used, own, intercept, finished = _solve(matrix, scaled, _NUMBERS, cost, np.empty(0))
    weights[used, 0] = spread * own
    return Machines(weights, np.array([spread * intercept + centre]), finished)


def _solve(
    matrix: NDArray[np.float64],
    target: NDArray[np.bool_] | NDArray[np.float64],
    kind: int,
    cost: float,
    balance: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.float64], float, bool]:
    """Return support rows, their weights, the intercept, and whether libsvm finished."""
    _libsvm.set_verbosity_wrap(0)
    found = _libsvm.fit(
        np.ascontiguousarray(matrix),
        target.astype(np.float64),
        svm_type=kind,
        kernel="precomputed",
        C=cost,
        epsilon=_TUBE,
        class_weight=balance,
        max_iter=_MOST_STEPS,
    )
    support, _, _, weights, intercepts, _, _, status, _ = found
    return support, weights[0], float(intercepts[0]), status == 0
