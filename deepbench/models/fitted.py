"""A model that has been fitted: preprocessing, chosen columns and predictor in one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo
from deepbench.evaluation.metrics import decide
from deepbench.models.calibration import Calibration
from deepbench.models.thresholds import DecisionRule

if TYPE_CHECKING:
    from deepbench.models.preprocessing import Preprocessor


class Predictor(Protocol):
    """Something that predicts from preprocessed columns."""

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        ...


@dataclass(frozen=True)
class FittedModel:
    """A fitted model that predicts from the user's columns.

    Attributes:
        name: Name of the model family, for example ``random_forest`` or ``network-small``.
        info: What is predicted.
        preprocessor: Imputation, scaling and encoding, fitted on the same rows.
        columns: (k,) numbers of the preprocessed columns that the predictor sees.
        predictor: What the family of the model makes, for example a `NetworkPredictor`.
        calibration: Corrects the predictor's class probabilities; None leaves them.
        rule: Which class is said; None says the most probable one.
    """

    name: str
    info: OutcomeInfo
    preprocessor: Preprocessor
    columns: NDArray[np.int64]
    predictor: Predictor
    calibration: Calibration | None = None
    rule: DecisionRule | None = None

    def design_matrix(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n, k) preprocessed columns that the predictor sees."""
        return self.preprocessor.transform(features)[:, self.columns]

    def predict(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Return (n, K) calibrated class probabilities, or (n, 1) values for regression."""
        predicted = self.predictor.predict(self.design_matrix(features))
        return predicted if self.calibration is None else self.calibration.apply(predicted)

    def decide(self, predicted: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return (n,) codes of the classes said, given what `predict` returned."""
        return decide(predicted) if self.rule is None else self.rule.decide(predicted)
