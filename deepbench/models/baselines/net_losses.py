"""Losses of the elastic net: value, first and second derivative by the linear predictor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

Loss = Literal["logistic", "softmax", "squared"]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LossAt(ABC):
    """A weighted mean loss at one linear predictor.

    Attributes:
        target: (n, J) class indicators (J = 1 for two classes), or a standardised outcome.
        weights: (n, 1) weights of rows, which sum to 1.
        linear: (n, J) linear predictor.
        fitted: (n, J) probabilities, or the linear predictor itself.
        residual: (n, J) first derivative.
    """

    several_outputs: ClassVar[bool] = False

    target: Numbers
    weights: Numbers
    linear: Numbers
    fitted: Numbers
    residual: Numbers

    @property
    @abstractmethod
    def value(self) -> float:
        """The loss."""

    @abstractmethod
    def curvature(self, i: int, j: int) -> Numbers:
        """Return (n,) the second derivative by outputs i and j."""

    def curved(self, change: Numbers) -> Numbers:
        """Return (n, J) the second derivative times a (n, J) change."""
        return self.curvature(0, 0)[:, None] * change


class SquaredLoss(LossAt):
    """Half the squared error."""

    @property
    def value(self) -> float:
        """The loss."""
        return 0.5 * float(np.vdot(self.residual, self.fitted - self.target))

    def curvature(self, i: int, j: int) -> Numbers:
        """Return (n,) the second derivative."""
        return self.weights[:, 0]


class LogisticLoss(LossAt):
    """Negative log-likelihood of the second of two classes."""

    @property
    def value(self) -> float:
        """The loss."""
        losses = np.logaddexp(0.0, self.linear) - self.target * self.linear
        return float(np.vdot(self.weights, losses))

    def curvature(self, i: int, j: int) -> Numbers:
        """Return (n,) the second derivative."""
        found: Numbers = self.weights[:, 0] * self.fitted[:, 0] * (1.0 - self.fitted[:, 0])
        return found


class SoftmaxLoss(LossAt):
    """Negative log-likelihood of several classes."""

    several_outputs = True

    @property
    def value(self) -> float:
        """The loss."""
        likely = np.einsum("ij,ij->i", self.target, self.linear)
        return float(self.weights[:, 0] @ (logsumexp(self.linear, axis=1) - likely))

    def curvature(self, i: int, j: int) -> Numbers:
        """Return (n,) the second derivative by two outputs."""
        own = self.fitted[:, i] * ((i == j) - self.fitted[:, j])
        return self.weights[:, 0] * own

    def curved(self, change: Numbers) -> Numbers:
        """Return (n, J) the second derivative times a (n, J) change."""
        mean = np.einsum("ij,ij->i", self.fitted, change)[:, None]
        found: Numbers = self.weights * self.fitted * (change - mean)
        return found


def loss_at(loss: Loss, target: Numbers, weights: Numbers, linear: Numbers) -> LossAt:
    """Return a loss at a linear predictor.

    Args:
        loss: Which one.
        target: (n, J) class indicators, or a standardised outcome.
        weights: (n, 1) weights of rows, which sum to 1.
        linear: (n, J) linear predictor.
    """
    if loss == "logistic":
        fitted: Numbers = expit(linear)
        return LogisticLoss(target, weights, linear, fitted, (fitted - target) * weights)
    if loss == "squared":
        return SquaredLoss(target, weights, linear, linear, (linear - target) * weights)
    # scipy's softmax takes twice as long at these sizes.
    above = np.exp(linear - linear.max(axis=1, keepdims=True))
    fitted = above / above.sum(axis=1, keepdims=True)
    return SoftmaxLoss(target, weights, linear, fitted, (fitted - target) * weights)


def null_intercepts(loss: Loss, target: Numbers, weights: Numbers) -> Numbers:
    """Return (J,) the intercepts of the model without coefficients."""
    mean: Numbers = weights[:, 0] @ target
    if loss == "logistic":
        return np.log(mean / (1.0 - mean))
    return np.log(mean) if loss == "softmax" else mean
