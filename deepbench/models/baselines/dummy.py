"""The model that knows nothing: class frequencies, or the mean."""

from __future__ import annotations

import numpy as np
import optuna

from deepbench.models.family import BaselineFamily, FitRows, Params
from deepbench.models.predictors import ConstantPredictor
from deepbench.models.problem_shape import ProblemShape


class DummyFamily(BaselineFamily):
    """Predicts the class frequencies of the fit rows, or their mean. It has no settings."""

    name = "dummy"
    title = "No model (class frequencies or mean)"
    complexity = 0

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return the one setting there is."""
        return [{}]

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Return the one setting there is."""
        return {}

    def fit(self, rows: FitRows, params: Params, seed: int) -> ConstantPredictor:
        """Take frequencies or the mean; ``params`` and ``seed`` have no effect."""
        if rows.task == "regression":
            return ConstantPredictor(np.array([rows.outcome.mean()]))
        counts = np.bincount(rows.outcome.astype(np.int64), minlength=rows.classes)
        return ConstantPredictor(counts / counts.sum())
