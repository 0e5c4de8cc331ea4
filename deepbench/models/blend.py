"""A blend: several fitted models of different families, whose predictions are averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.models.fitted import FittedModel


@dataclass(frozen=True)
class BlendModel:
    """The mean of fitted models; what each weighs is the same.

    Attributes:
        members: Fitted on the same samples, each with its own calibration, so that their
            probabilities can be averaged.
    """

    members: tuple[FittedModel, ...]

    def predict(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        parts = [member.predict(features) for member in self.members]
        mean: NDArray[np.float64] = np.mean(parts, axis=0)
        return mean

    def decide(self, predicted: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return (n,) codes of the classes said, given what `predict` returned."""
        return self.members[0].decide(predicted)
