"""From decision values to class probabilities: sigmoids fitted on rows held out by unit.

Platt 1999, with the targets and the reasoning of Lin, Lin & Weng 2007 (doi
10.1007/s10994-007-5018-6). Two things differ from scikit-learn's calibration. Inner folds keep
biological units together. And a slope cannot become negative: with little signal, held-out
decision values run *against* the labels by construction of cross-validation, and a calibration
that follows them turns the ranking of new samples upside down.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from deepbench.models.family import FitRows

_INNER_FOLDS = 3
# Slope, per standard deviation of the decision values, below which none falls.
_LEAST_SLOPE = 0.01

# (fit rows, rows to decide, columns) -> (m, J) decision values; NaN where a class is absent.
Decide = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Sigmoids:
    """One sigmoid per decision value: J = 1 for two classes, else one per class.

    Attributes:
        slopes: (J,) slopes, positive.
        intercepts: (J,) intercepts.
    """

    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def probabilities(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (m, K) class probabilities for (m, J) decision values."""
        p = expit(decisions * self.slopes + self.intercepts)
        if p.shape[1] == 1:
            return np.hstack([1.0 - p, p])
        # All sigmoids may round to 0 for a sample far from every class.
        p = np.maximum(p, np.finfo(np.float64).tiny)
        normalised: NDArray[np.float64] = p / p.sum(axis=1, keepdims=True)
        return normalised


def fit_sigmoids(rows: FitRows, decide: Decide, seed: int) -> Sigmoids:
    """Fit sigmoids on decision values for rows held out, whole units, of the fit rows.

    The filter is repeated without the held-out rows, or calibration would see decisions that
    are better than those on new samples.

    Args:
        rows: Fit rows of a classification.
        decide: Fits on some rows and returns decision values of others.
        seed: Seed of the inner folds.
    """
    codes = rows.outcome.astype(np.int64)
    targets = indicator_targets(codes, rows.classes)
    held_out = np.full(targets.shape, np.nan)
    for fit, apply in _inner_folds(codes, rows.units, seed):
        held_out[apply] = decide(fit, apply, rows.columns_without(fit))
    everything = np.arange(len(codes))
    slopes, intercepts = np.empty(targets.shape[1]), np.empty(targets.shape[1])
    for j in range(targets.shape[1]):
        known = np.isfinite(held_out[:, j])
        if len(np.unique(targets[known, j])) == 2:
            values, target = held_out[known, j], targets[known, j]
        else:  # the class is in one unit only, so nothing can be held out
            values = decide(everything, everything, rows.columns)[:, j]
            target = targets[:, j]
        slopes[j], intercepts[j] = fit_sigmoid(values, target)
    return Sigmoids(slopes, intercepts)


def indicator_targets(codes: NDArray[np.int64], classes: int) -> NDArray[np.bool_]:
    """Return (n, 1) whether a row is of class 1, or (n, K) whether it is of each class."""
    if classes == 2:
        return np.asarray(codes == 1)[:, None]
    return np.asarray(codes[:, None] == np.arange(classes))


def fit_sigmoid(values: NDArray[np.float64], positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and intercept of the sigmoid that turns decision values into probabilities.

    Args:
        values: (n,) decision values.
        positive: (n,) whether the row is of the class; both kinds occur.
    """
    centre, spread = values.mean(), values.std()
    spread = spread if spread > 0.0 else 1.0
    scaled = (values - centre) / spread
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    target = np.where(positive, (n_positive + 1.0) / (n_positive + 2.0), 1.0 / (n_negative + 2.0))

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = point[0] * scaled + point[1]
        error = expit(logit) - target
        value = float(np.mean(np.logaddexp(0.0, logit) - target * logit))
        return value, np.array([np.mean(error * scaled), np.mean(error)])

    start = np.array([1.0, np.log((n_positive + 1.0) / (n_negative + 1.0))])
    bounds = [(_LEAST_SLOPE, None), (None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-10)
    slope = float(found.x[0]) / spread
    return slope, float(found.x[1]) - slope * centre


def _inner_folds(
    codes: NDArray[np.int64], units: NDArray[np.int64], seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return inner folds; none if no class has two units."""
    most = max(len(np.unique(units[codes == code])) for code in np.unique(codes))
    folds = min(_INNER_FOLDS, most)
    if folds < 2:
        return []
    no_data = np.zeros(len(codes))
    with warnings.catch_warnings():
        # A class with fewer units than folds leaves gaps, which the caller deals with.
        warnings.filterwarnings("ignore", message="The least populated class")
        if len(np.unique(units)) == len(units):  # the same balance, much sooner
            plain = StratifiedKFold(folds, shuffle=True, random_state=seed)
            return list(plain.split(no_data, codes))
        grouped = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        return list(grouped.split(no_data, codes, units))
