"""Calibration of class probabilities: recalibration slope and intercept, reliability curve.

Slope and intercept follow Cox (1958, Biometrika 45:562) as used in Van Calster et al. (2019,
BMC Medicine 17:230, doi 10.1186/s12916-019-1466-7). A logistic regression of the outcome on
logit(p) gives the slope (1 is ideal, below 1 means too extreme). The intercept is that of the
model whose slope is held at 1, "calibration in the large" (0 is ideal, above 0 means the
probabilities are too low on the whole).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from deepbench.evaluation.ranking import Floats, Outcome

# A forest says 0 or 1 outright, and the logit of that is infinite.
_SMALLEST_PROBABILITY = 1e-6
_MAX_STEPS = 50
_MAX_HALVINGS = 30
_TOLERANCE = 1e-9
_MIN_PER_BIN = 10


@dataclass(frozen=True)
class ReliabilityCurve:
    """Observed frequency against predicted probability.

    Attributes:
        predicted: (b,) mean predicted probability of each bin, increasing.
        observed: (b,) share of positive samples in each bin.
        counts: (b,) samples in each bin, at least 10.
    """

    predicted: Floats
    observed: Floats
    counts: NDArray[np.int64]


def reliability_curve(y: Outcome, probability: Floats, bins: int = 10) -> ReliabilityCurve:
    """Group samples of similar predicted probability into bins of about equal size.

    Samples with the same probability share a bin, and a bin holds at least 10 samples, so
    there may be fewer bins than asked for; with fewer than 10 samples there is none.

    Args:
        y: (n,) 1 for positive, 0 for negative.
        probability: (n,) predicted probability of the positive class.
        bins: Number of bins aimed for.
    """
    if len(y) < _MIN_PER_BIN:
        return ReliabilityCurve(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64))
    size = max(_MIN_PER_BIN, int(np.ceil(len(y) / bins)))
    order = np.argsort(probability, kind="stable")
    ordered = probability[order]
    may_cut = np.flatnonzero(np.diff(ordered)) + 1
    starts = [0]
    for cut in may_cut:
        if cut - starts[-1] >= size and len(y) - cut >= _MIN_PER_BIN:
            starts.append(int(cut))
    counts = np.diff([*starts, len(y)])
    return ReliabilityCurve(
        predicted=np.add.reduceat(ordered, starts) / counts,
        observed=np.add.reduceat(y[order].astype(np.float64), starts) / counts,
        counts=counts.astype(np.int64),
    )


def logit(probability: Floats) -> Floats:
    """Log odds of probabilities, which are first kept 1e-6 away from 0 and 1."""
    clipped = np.clip(probability, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    result: Floats = np.log(clipped) - np.log1p(-clipped)
    return result


def weighted_slope(y: Outcome, probability: Floats, columns: Floats) -> Floats:
    """Calibration slope (B,) under each weighting of the rows.

    NaN where no finite maximum of the likelihood exists: one class alone, constant
    probabilities, or classes that the probabilities separate without overlap.

    Args:
        y: (n,) 1 for positive, 0 for negative.
        probability: (n,) predicted probability of the positive class.
        columns: (n, B) non-negative weights.
    """
    log_odds = logit(probability)
    usable = _overlap(y == 1, log_odds, columns)
    design = np.column_stack([np.ones(len(y)), log_odds])
    result = np.full(columns.shape[1], np.nan)
    result[usable] = _fit(design, np.zeros(len(y)), y, columns[:, usable])[1]
    return result


def weighted_intercept(y: Outcome, probability: Floats, columns: Floats) -> Floats:
    """Calibration intercept (B,) with the slope held at 1; NaN where a class has no weight.

    Args:
        y: (n,) 1 for positive, 0 for negative.
        probability: (n,) predicted probability of the positive class.
        columns: (n, B) non-negative weights.
    """
    usable = (columns[y == 1].sum(axis=0) > 0) & (columns[y != 1].sum(axis=0) > 0)
    result = np.full(columns.shape[1], np.nan)
    design = np.ones((len(y), 1))
    result[usable] = _fit(design, logit(probability), y, columns[:, usable])[0]
    return result


def _overlap(positive: NDArray[np.bool_], x: Floats, columns: Floats) -> NDArray[np.bool_]:
    """Whether the maximum exists (Albert & Anderson 1984, doi 10.1093/biomet/71.1.1)."""
    present = columns > 0
    lowest = np.where(present, x[:, None], np.inf)
    highest = np.where(present, x[:, None], -np.inf)
    low_pos = lowest[positive].min(axis=0, initial=np.inf)
    low_neg = lowest[~positive].min(axis=0, initial=np.inf)
    high_pos = highest[positive].max(axis=0, initial=-np.inf)
    high_neg = highest[~positive].max(axis=0, initial=-np.inf)
    result: NDArray[np.bool_] = (low_pos < high_neg) & (low_neg < high_pos)
    return result


def _fit(design: Floats, offset: Floats, y: Outcome, columns: Floats) -> Floats:
    """Fit one logistic regression per column of weights; Newton's method with step halving.

    Args:
        design: (n, d) predictors.
        offset: (n,) part of the linear predictor that is not fitted.
        y: (n,) 0 or 1.
        columns: (n, B) weights.

    Returns:
        (d, B) coefficients; NaN where the method did not converge.
    """
    d, total = design.shape[1], columns.shape[1]
    result = np.full((d, total), np.nan)
    products = np.einsum("ni,nj->nij", design, design).reshape(len(y), d * d)
    active = np.arange(total)
    beta = np.zeros((d, total))
    loss = _loss(design @ beta + offset[:, None], y, columns)
    for _ in range(_MAX_STEPS):
        if not len(active):
            break
        weights = columns[:, active]
        fitted = expit(design @ beta + offset[:, None])
        gradient = design.T @ (weights * (y[:, None] - fitted))
        curvature = ((weights * fitted * (1 - fitted)).T @ products).reshape(-1, d, d)
        curvature += 1e-12 * np.eye(d)
        step = np.linalg.solve(curvature, gradient.T[:, :, None])[:, :, 0].T
        beta, loss, moved = _descend(design, offset, y, weights, beta, loss, step)
        done = np.all(np.abs(moved) <= _TOLERANCE * (1 + np.abs(beta)), axis=0)
        result[:, active[done]] = beta[:, done]
        active, beta, loss = active[~done], beta[:, ~done], loss[~done]
    return result


def _descend(
    design: Floats,
    offset: Floats,
    y: Outcome,
    weights: Floats,
    beta: Floats,
    loss: Floats,
    step: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Halve each column's step until its loss does not grow; return coefficients, loss, step."""
    allowed = loss + 1e-12 * (1 + np.abs(loss))
    new_loss = _loss(design @ (beta + step) + offset[:, None], y, weights)
    for _ in range(_MAX_HALVINGS):
        worse = new_loss > allowed
        if not worse.any():
            break
        step = np.where(worse, step / 2, step)
        new_loss = _loss(design @ (beta + step) + offset[:, None], y, weights)
    return beta + step, new_loss, step


def _loss(linear: Floats, y: Outcome, weights: Floats) -> Floats:
    result: Floats = np.einsum(
        "nb,nb->b", weights, np.logaddexp(0.0, linear) - y[:, None] * linear
    )
    return result
