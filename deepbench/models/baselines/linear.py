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
from deepbench.models.family import (
    ALL_COLUMNS,
    BaselineFamily,
    FitRows,
    Params,
    Predicted,
    Run,
)
from deepbench.models.fold_data import FoldView
from deepbench.models.problem_shape import ProblemShape

# Class weights are searched when the rarest class has less than this part of its even share.
_RARE = 0.6
_MOST_STEPS = 100
# Ranges of the search; wide tables have more columns than rows.
_STRENGTHS, _WIDE_STRENGTHS = (0.03, 3_000.0), (0.03, 100.0)
_FRACTIONS, _WIDE_FRACTIONS = (0.002, 0.7), (0.02, 0.8)


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
    10.1093/biostatistics/kxh010). For numbers there is ``l2-left-out`` too: the strength with the
    smallest error for biological units of the fit rows left out one by one, in closed form
    (Allen 1974, doi 10.1080/00401706.1974.10489157); a filter has seen them, though, and then
    the strength comes out on the weak side.
    Elastic net (Zou & Hastie 2005, doi 10.1111/j.1467-9868.2005.00503.x): ``fraction`` of the
    penalty at which every coefficient is 0. As in glmnet (Friedman et al. 2010, doi
    10.18637/jss.v033.i01) the search goes further down where rows outnumber columns; where they
    do not, neither smaller fractions nor a C beyond 100 gained anything in simulations.
    The defaults come from simulated tables of 80 and 160 samples with 2,000 and 10,000 features
    (few strong features, correlated blocks, factors that show in many): strong penalties and
    filtered columns did best on average; a ridge on all columns is there for signals spread over
    very many. Those of narrow tables come from seven tables of 100 to 569 samples.
    With uneven classes, weighing them equally is part of the search.
    """

    name = "linear"
    title = "Linear model (elastic net)"
    complexity = 1

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return six settings, and the strength from units left out for numbers."""
        settings = self._wide_defaults(shape) if _is_wide(shape) else self._defaults(shape)
        plain = {"balanced": False} if _is_uneven(shape) else {}
        return [{**own, **plain} for own in settings]

    def _wide_defaults(self, shape: ProblemShape) -> list[Params]:
        settings = [
            (_net(0.5, 0.3), ALL_COLUMNS),
            (_ridge(1.0), 100),
            (_ridge(1.0), ALL_COLUMNS),
            (_net(0.1, 0.3), 500),
            (_ridge(0.3), 20),
            (_net(1.0, 0.1), ALL_COLUMNS),
        ]
        if shape.task == "regression":
            settings.insert(1, ({"penalty": RIDGE_LEFT_OUT}, 100))
        choices = self.filter_choices(shape)
        return [
            {**own, **({"features": kept if kept in choices else choices[-1]} if choices else {})}
            for own, kept in settings
        ]

    def _defaults(self, shape: ProblemShape) -> list[Params]:
        settings = [
            _ridge(10.0),
            _net(0.5, 0.1),
            _ridge(1.0),
            _net(0.5, 0.01),
            _net(1.0, 0.3),
            _ridge(100.0),
        ]
        if shape.task == "regression":
            settings.insert(0, {"penalty": RIDGE_LEFT_OUT})
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        wide = _is_wide(shape)
        penalties = [RIDGE, ELASTIC_NET]
        if shape.task == "regression":
            penalties.append(RIDGE_LEFT_OUT)
        params: Params = {"penalty": trial.suggest_categorical("penalty", penalties)}
        if params["penalty"] == RIDGE:
            least, most = _WIDE_STRENGTHS if wide else _STRENGTHS
            params["strength"] = trial.suggest_float("strength", least, most, log=True)
        elif params["penalty"] == ELASTIC_NET:
            least, most = _WIDE_FRACTIONS if wide else _FRACTIONS
            params["l1_ratio"] = trial.suggest_float("l1_ratio", 0.1, 1.0, step=0.1)
            params["fraction"] = trial.suggest_float("fraction", least, most, log=True)
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


def _is_wide(shape: ProblemShape) -> bool:
    return shape.columns > shape.rows


def _ridge(strength: float) -> Params:
    return {"penalty": RIDGE, "strength": strength}


def _net(l1_ratio: float, fraction: float) -> Params:
    return {"penalty": ELASTIC_NET, "l1_ratio": l1_ratio, "fraction": fraction}
