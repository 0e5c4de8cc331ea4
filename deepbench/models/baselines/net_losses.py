"""Losses of the elastic net: value, first and second derivative by the linear predictor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

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
    def curved(self, change: Numbers) -> Numbers:
        """Return (n, J) the second derivative times a (n, J) change."""

    @abstractmethod
    def system(self, blocks: Sequence[Numbers]) -> Numbers:
        """Return I + S D Sᵀ, D the second derivative and S the columns of all outputs.

        Args:
            blocks: (v, n) columns of each output.
        """


class OneOutput(LossAt):
    """A loss of one linear predictor."""

    @property
    @abstractmethod
    def curvature(self) -> Numbers:
        """(n, 1) the second derivative."""

    def curved(self, change: Numbers) -> Numbers:
        """Return (n, 1) the second derivative times a (n, 1) change."""
        return self.curvature * change

    def system(self, blocks: Sequence[Numbers]) -> Numbers:
        """Return I + S D Sᵀ."""
        found = _outer(blocks, self.curvature)
        found.flat[:: len(found) + 1] += 1.0
        return found


class SquaredLoss(OneOutput):
    """Half the squared error."""

    @property
    def value(self) -> float:
        """The loss."""
        return 0.5 * float(np.vdot(self.residual, self.fitted - self.target))

    @property
    def curvature(self) -> Numbers:
        """(n, 1) the second derivative."""
        return self.weights


class LogisticLoss(OneOutput):
    """Negative log-likelihood of the second of two classes."""

    @property
    def value(self) -> float:
        """The loss."""
        losses = np.logaddexp(0.0, self.linear) - self.target * self.linear
        return float(np.vdot(self.weights, losses))

    @property
    def curvature(self) -> Numbers:
        """(n, 1) the second derivative."""
        found: Numbers = self.weights * self.fitted * (1.0 - self.fitted)
        return found


class SoftmaxLoss(LossAt):
    """Negative log-likelihood of several classes."""

    @property
    def value(self) -> float:
        """The loss."""
        # Of each row's own class: the log of its probability, exact however small that is.
        own = np.einsum("ij,ij->i", self.target, self.linear)
        most = self.linear.max(axis=1)
        whole = most + np.log(np.exp(self.linear - most[:, None]).sum(axis=1))
        return float(self.weights[:, 0] @ (whole - own))

    def curved(self, change: Numbers) -> Numbers:
        """Return (n, J) the second derivative times a (n, J) change."""
        mean = np.einsum("ij,ij->i", self.fitted, change)[:, None]
        found: Numbers = self.weights * self.fitted * (change - mean)
        return found

    def system(self, blocks: Sequence[Numbers]) -> Numbers:
        """Return I + S D Sᵀ, S the columns of all outputs."""
        # D is diagonal, less a product of rank one in each row.
        found = -_outer(
            [block * self.fitted[:, j] for j, block in enumerate(blocks)], self.weights
        )
        begin = 0
        for j, block in enumerate(blocks):
            own = slice(begin, begin + len(block))
            found[own, own] += _outer([block], self.weights * self.fitted[:, j : j + 1])
            begin += len(block)
        found.flat[:: len(found) + 1] += 1.0
        return found


def _outer(blocks: Sequence[Numbers], weights: Numbers) -> Numbers:
    """Return the products of all columns (v, n) with each other, rows weighted."""
    together = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    weighted = together * np.sqrt(weights[:, 0])
    found: Numbers = weighted @ weighted.T
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
    above = np.exp(linear - linear.max(axis=1, keepdims=True))
    fitted = above / above.sum(axis=1, keepdims=True)
    return SoftmaxLoss(target, weights, linear, fitted, (fitted - target) * weights)


def null_intercepts(loss: Loss, target: Numbers, weights: Numbers) -> Numbers:
    """Return (J,) the intercepts of the model without coefficients."""
    mean: Numbers = weights[:, 0] @ target
    if loss == "logistic":
        return np.log(mean / (1.0 - mean))
    return np.log(mean) if loss == "softmax" else mean
