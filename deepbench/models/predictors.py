"""Predictors that are not particular to one family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.models.fitted import Predictor


@dataclass(frozen=True, eq=False)
class ConstantPredictor:
    """The same prediction for every sample.

    Attributes:
        values: (K,) class probabilities, or (1,) a value.
    """

    values: NDArray[np.float64]

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        return np.tile(self.values, (len(x), 1))


@dataclass(frozen=True, eq=False)
class PresentClassesPredictor:
    """A classifier that was fitted on rows in which some classes do not occur.

    Attributes:
        inner: Predicts the classes that do occur.
        present: (k,) codes of those classes, ascending.
        outputs: Number K of all classes; absent ones get probability 0.
    """

    inner: Predictor
    present: NDArray[np.int64]
    outputs: int

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities."""
        probabilities = np.zeros((len(x), self.outputs))
        probabilities[:, self.present] = self.inner.predict(x)
        return probabilities
