"""Linear models: logistic and linear regression with an L2 or elastic-net penalty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from deepbench.models.baselines.elastic_net import ElasticNetProblem, fit_elastic_net
from deepbench.models.baselines.row_space import row_space
from deepbench.models.family import BaselineFamily, FitRows, Params
from deepbench.models.problem_shape import ProblemShape

# Class weights are searched when the rarest class has less than this part of its even share.
_RARE = 0.6
_MOST_STEPS = 2_000


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
        linear = self.decide(x)
        if not self.classifies:
            return linear
        if linear.shape[1] > 1:
            return np.asarray(softmax(linear, axis=1))
        return np.hstack([expit(-linear), expit(linear)])


class LinearFamily(BaselineFamily):
    """Logistic or linear regression with an L2 (ridge) or elastic-net penalty.

    L2: ``strength`` is C for rows scaled to length 1 on average, so that one range fits 10
    columns and 10,000. With more columns than rows the fit takes place in the row space and
    the coefficients are rotated back, which is exact (Hastie & Tibshirani 2004, doi
    10.1093/biostatistics/kxh010).
    Elastic net (Zou & Hastie 2005, doi 10.1111/j.1467-9868.2005.00503.x): ``fraction`` of the
    penalty at which every coefficient is 0, on the range of glmnet (Friedman et al. 2010, doi
    10.18637/jss.v033.i01).
    With uneven classes, weighing them equally is part of the search; the intercept is corrected
    afterwards (King & Zeng 2001, doi 10.1093/oxfordjournals.pan.a004868), as weights otherwise
    make probabilities too high for the rare class.
    """

    name = "linear"
    title = "Linear model (elastic net)"
    complexity = 1

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return five settings: ridge from weak to strong, the lasso, and halfway."""
        settings: list[Params] = [
            {"penalty": "l2", "strength": 30.0},
            {"penalty": "elastic-net", "l1_ratio": 0.5, "fraction": 0.1},
            {"penalty": "l2", "strength": 1.0},
            {"penalty": "elastic-net", "l1_ratio": 1.0, "fraction": 0.03},
            {"penalty": "l2", "strength": 1000.0},
        ]
        plain = {"balanced": False} if _is_uneven(shape) else {}
        return self.combine([{**own, **plain} for own in settings], shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        params: Params = {"penalty": trial.suggest_categorical("penalty", ["l2", "elastic-net"])}
        if params["penalty"] == "l2":
            params["strength"] = trial.suggest_float("strength", 1e-2, 1e4, log=True)
        else:
            params["l1_ratio"] = trial.suggest_float("l1_ratio", 0.1, 1.0, step=0.1)
            params["fraction"] = trial.suggest_float("fraction", 0.01, 0.7, log=True)
        if _is_uneven(shape):
            params["balanced"] = trial.suggest_categorical("balanced", [False, True])
        return {**params, **self.suggest_filter(trial, shape)}

    def fit(self, rows: FitRows, params: Params, seed: int) -> LinearPredictor:
        """Fit the coefficients; ``seed`` has no effect."""
        x = rows.x
        means = x.mean(axis=0)
        centred = x - means
        fit = _fit_numbers if rows.task == "regression" else _fit_classes
        coefficients, intercepts = fit(centred, rows, params)
        return LinearPredictor(
            coefficients, intercepts - means @ coefficients, rows.task != "regression"
        )


def _is_uneven(shape: ProblemShape) -> bool:
    even_share = shape.rows / shape.outputs
    return shape.task != "regression" and shape.smallest_class < _RARE * even_share


def _fit_classes(
    centred: NDArray[np.float64], rows: FitRows, params: Params
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    codes = rows.outcome.astype(np.int64)
    counts = np.bincount(codes)
    weights = (
        len(codes) / (len(counts) * counts) if params.get("balanced") else np.ones(len(counts))
    )
    if params["penalty"] == "l2":
        coefficients, intercepts = _fit_ridge_classes(centred, codes, weights, params["strength"])
    else:
        row_weights = weights[codes] / weights[codes].sum()
        two = len(counts) == 2
        target = (codes == 1)[:, None] if two else codes[:, None] == np.arange(len(counts))
        problem = ElasticNetProblem(
            centred,
            target.astype(np.float64),
            row_weights,
            "logistic" if two else "softmax",
            params["l1_ratio"],
        )
        coefficients, intercepts = fit_elastic_net(problem, params["fraction"])
    prior = np.log(weights)
    return coefficients, intercepts - (prior[1:] - prior[:1] if len(prior) == 2 else prior)


def _fit_ridge_classes(
    centred: NDArray[np.float64],
    codes: NDArray[np.int64],
    weights: NDArray[np.float64],
    strength: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit logistic regression; in the row space if there are more columns than rows."""
    directions = None
    design = centred
    if centred.shape[1] > len(centred):
        space = row_space(centred)
        design, directions = space.scores, space.directions
    length = _mean_length(centred)
    model = LogisticRegression(
        C=strength,
        class_weight=dict(enumerate(weights)),
        max_iter=_MOST_STEPS,
        tol=1e-5,
    ).fit(design / length, codes)
    coefficients = model.coef_.T / length
    if directions is not None:
        coefficients = directions @ coefficients
    return coefficients, model.intercept_


def _fit_numbers(
    centred: NDArray[np.float64], rows: FitRows, params: Params
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean, spread = float(rows.outcome.mean()), float(rows.outcome.std()) or 1.0
    target = ((rows.outcome.astype(np.float64) - mean) / spread)[:, None]
    if params["penalty"] == "l2":
        space = row_space(centred)
        # Ridge in closed form: each direction is shrunk by its own variance.
        penalty = _mean_length(centred) ** 2 / params["strength"]
        shrunk = (space.scores.T @ target) / (
            np.einsum("ij,ij->j", space.scores, space.scores)[:, None] + penalty
        )
        coefficients, intercept = space.directions @ shrunk, np.zeros(1)
    else:
        equal = np.full(len(target), 1.0 / len(target))
        problem = ElasticNetProblem(centred, target, equal, "squared", params["l1_ratio"])
        coefficients, intercept = fit_elastic_net(problem, params["fraction"])
    return spread * coefficients, spread * intercept + mean


def _mean_length(centred: NDArray[np.float64]) -> float:
    """Return the root of the mean squared length of a row; 1 if all rows are zero."""
    length = float(np.sqrt(np.einsum("ij,ij->", centred, centred) / len(centred)))
    return length if length > 0.0 else 1.0
