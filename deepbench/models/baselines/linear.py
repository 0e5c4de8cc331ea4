"""Linear models: logistic and linear regression with an L2 or elastic-net penalty."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from deepbench.models.baselines.elastic_net import Net
from deepbench.models.baselines.linear_fits import (
    ELASTIC_NET,
    RIDGE,
    RIDGE_LEFT_OUT,
    LinearJob,
    LinearRows,
    fit_jobs,
)
from deepbench.models.baselines.linear_outcome import linear_outcome, predictions
from deepbench.models.baselines.linear_together import predict_linear
from deepbench.models.family import BaselineFamily, FitRows, Params, Predicted, Run
from deepbench.models.fold_data import FoldView
from deepbench.models.problem_shape import ProblemShape

# Class weights are searched when the rarest class has less than this part of its even share.
_RARE = 0.6
_MOST_STEPS = 100


@dataclass(frozen=True, eq=False)
class LinearPredictor:
    """A fitted linear model.

    Attributes:
        coefficients: (k, J) coefficients of the columns: J = 1 for two classes (log odds of the
            second) and for regression, else one column of logits per class.
        intercepts: (J,) intercepts.
        classifies: Whether the linear predictor is turned into probabilities.
    """

    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    classifies: bool

    def decide(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, J) the linear predictor."""
        return x @ self.coefficients + self.intercepts

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        return predictions(self.decide(x), self.classifies)


class LinearFamily(BaselineFamily):
    """Logistic or linear regression with an L2 (ridge) or elastic-net penalty.

    L2: ``strength`` is C for rows scaled to length 1 on average, so that one range fits 10
    columns and 10,000. With more columns than rows the fit takes place in the row space and
    the coefficients are rotated back, which is exact (Hastie & Tibshirani 2004, doi
    10.1093/biostatistics/kxh010).
    For numbers there is ``l2-left-out`` too: the strength with the smallest error for biological
    units of the fit rows left out one by one, in closed form (Allen 1974).
    Elastic net (Zou & Hastie 2005, doi 10.1111/j.1467-9868.2005.00503.x): ``fraction`` of the
    penalty at which every coefficient is 0, on the range of glmnet (Friedman et al. 2010, doi
    10.18637/jss.v033.i01).
    With uneven classes, weighing them equally is part of the search.
    """

    name = "linear"
    title = "Linear model (elastic net)"
    complexity = 1

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return five settings: ridge from weak to strong, the lasso, and halfway."""
        settings: list[Params] = [
            {"penalty": RIDGE, "strength": 30.0},
            {"penalty": ELASTIC_NET, "l1_ratio": 0.5, "fraction": 0.1},
            {"penalty": RIDGE, "strength": 1.0},
            {"penalty": ELASTIC_NET, "l1_ratio": 1.0, "fraction": 0.03},
            {"penalty": RIDGE, "strength": 1000.0},
        ]
        if shape.task == "regression":
            settings.insert(0, {"penalty": RIDGE_LEFT_OUT})
        plain = {"balanced": False} if _is_uneven(shape) else {}
        return self.combine([{**own, **plain} for own in settings], shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        penalties = [RIDGE, ELASTIC_NET]
        if shape.task == "regression":
            penalties.append(RIDGE_LEFT_OUT)
        params: Params = {"penalty": trial.suggest_categorical("penalty", penalties)}
        if params["penalty"] == RIDGE:
            params["strength"] = trial.suggest_float("strength", 1e-2, 1e4, log=True)
        elif params["penalty"] == ELASTIC_NET:
            params["l1_ratio"] = trial.suggest_float("l1_ratio", 0.1, 1.0, step=0.1)
            params["fraction"] = trial.suggest_float("fraction", 0.01, 0.7, log=True)
        if _is_uneven(shape):
            params["balanced"] = trial.suggest_categorical("balanced", [False, True])
        return {**params, **self.suggest_filter(trial, shape)}

    def fit(self, rows: FitRows, params: Params, seed: int) -> LinearPredictor:
        """Fit the coefficients; ``seed`` has no effect."""
        filtered = len(rows.columns) < rows.matrix.shape[1]
        own = LinearRows(rows.x, None, rows.units, filtered)
        outcome = linear_outcome(rows.outcome, rows.task, params.get("balanced", False))
        found = fit_jobs(own, [LinearJob(params, outcome)], _MOST_STEPS)[0]
        if not found.converged:
            warnings.warn("The linear model did not converge.", ConvergenceWarning, stacklevel=2)
        if isinstance(found, Net):
            coefficients = np.zeros((len(own.means), found.values.shape[1]))
            coefficients[found.columns] = outcome.scale * found.values
        else:
            coefficients = outcome.scale * found.values
            if found.rotated:
                coefficients = own.space.directions @ coefficients
        level = outcome.scale * found.intercepts + outcome.offset
        return LinearPredictor(
            coefficients, level - own.means @ coefficients, rows.task != "regression"
        )

    def predict_together(self, fold: FoldView, runs: Sequence[Run]) -> list[Predicted | None]:
        """Predict for several runs; see `BaselineFamily.predict_together`."""
        return predict_linear(fold, runs, _MOST_STEPS)


def _is_uneven(shape: ProblemShape) -> bool:
    even_share = shape.rows / shape.outputs
    return shape.task != "regression" and shape.smallest_class < _RARE * even_share
