"""The outcome as linear models fit it, and their linear predictor turned into predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from deepbench.data.samples import Task
from deepbench.models.baselines.net_losses import Loss
from deepbench.models.ranking import Outcome

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LinearOutcome:
    """What a linear model is fitted to, and how to get back from it.

    Attributes:
        target: (n, J) indicators of the second of two classes or of each of several, or a
            standardised outcome.
        weights: (n,) weights of rows, which sum to 1.
        loss: Loss that suits it.
        scale: What coefficients and intercepts are multiplied by afterwards.
        offset: (J,) what is added to the intercepts then.
    """

    target: Numbers
    weights: Numbers
    loss: Loss
    scale: float
    offset: Numbers

    def finish(self, linear: Numbers) -> Numbers:
        """Return (n, J) the linear predictor of the outcome itself from that of the target."""
        return self.scale * linear + self.offset


def linear_outcome(outcome: Outcome, task: Task, balanced: bool) -> LinearOutcome:
    """Return the outcome as linear models fit it.

    Args:
        outcome: (n,) class codes, each of which occurs, or values.
        task: Kind of outcome.
        balanced: Whether classes weigh the same. The intercepts are corrected afterwards (King &
            Zeng 2001, doi 10.1093/oxfordjournals.pan.a004868), as weights otherwise make
            probabilities too high for the rare class.
    """
    rows = len(outcome)
    if task == "regression":
        values = outcome.astype(np.float64)
        mean, spread = float(values.mean()), float(values.std()) or 1.0
        target = ((values - mean) / spread)[:, None]
        return LinearOutcome(
            target, np.full(rows, 1.0 / rows), "squared", spread, np.array([mean])
        )
    codes = outcome.astype(np.int64)
    counts = np.bincount(codes)
    by_class = rows / (len(counts) * counts) if balanced else np.ones(len(counts))
    weights = by_class[codes] / by_class[codes].sum()
    prior = np.log(by_class)
    if len(counts) == 2:
        second = (codes == 1).astype(np.float64)[:, None]
        return LinearOutcome(second, weights, "logistic", 1.0, prior[:1] - prior[1:])
    each = (codes[:, None] == np.arange(len(counts))).astype(np.float64)
    return LinearOutcome(each, weights, "softmax", 1.0, -prior)


def predictions(linear: Numbers, classifies: bool) -> Numbers:
    """Return (n, K) class probabilities, or (n, 1) values, of a (n, J) linear predictor."""
    if not classifies:
        return linear
    if linear.shape[1] > 1:
        return np.asarray(softmax(linear, axis=1))
    return np.hstack([expit(-linear), expit(linear)])
