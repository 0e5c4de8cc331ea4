"""Histogram gradient boosting."""

from __future__ import annotations

import optuna
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from deepbench.models.family import FILTER_ABOVE, BaselineFamily, FitRows, Params
from deepbench.models.predictors import EstimatorPredictor
from deepbench.models.problem_shape import ProblemShape

_ITERATIONS = (50, 100, 200)
# One tree per class and iteration; more than this per fit buys time, not score.
_MOST_TREES = 400
_FEW_ROWS = 1_000


class GradientBoostingFamily(BaselineFamily):
    """Histogram gradient boosting (Friedman 2001, doi 10.1214/aos/1013203451; Ke et al. 2017).

    The number of iterations is searched in place of early stopping: a part set aside for
    stopping would be missed on small tables. Learning rate, leaves, leaf size and L2 penalty as
    in the grids of Grinsztajn et al. 2022 (arXiv 2207.08815), with smaller trees, as tables here
    have fewer rows. Columns are sampled at each split (``max_features``).

    For time, the filter hands on 1,000 columns at most, and values are grouped into fewer bins
    where there are many columns or few rows: at 20,000 columns the defaults took 80 times as
    long as a plain boosting of the same score.
    """

    name = "gradient_boosting"
    title = "Gradient boosting"
    most_columns = 1_000

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return three settings: medium trees, stumps of a few leaves, slow and strongly held."""
        iterations = self._iterations(shape)
        largest = self._largest_leaf(shape)
        rows = [
            (0.1, iterations[len(iterations) // 2], 7, 5, 1.0, 0.5),
            (0.1, iterations[0], 3, 10, 0.1, 0.3),
            (0.05, iterations[-1], 15, 10, 10.0, 0.3),
        ]
        settings = [
            {
                "learning_rate": rate,
                "iterations": count,
                "leaves": leaves,
                "min_samples_leaf": min(leaf, largest),
                "l2": penalty,
                "max_features": share,
            }
            for rate, count, leaves, leaf, penalty, share in rows
        ]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        return {
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
            "iterations": trial.suggest_categorical("iterations", self._iterations(shape)),
            "leaves": trial.suggest_categorical("leaves", [3, 7, 15]),
            "min_samples_leaf": trial.suggest_int(
                "min_samples_leaf", 2, self._largest_leaf(shape), log=True
            ),
            "l2": trial.suggest_float("l2", 1e-2, 1e2, log=True),
            "max_features": trial.suggest_categorical("max_features", [0.3, 0.5, 1.0]),
            **self.suggest_filter(trial, shape),
        }

    def fit(self, rows: FitRows, params: Params, seed: int) -> EstimatorPredictor:
        """Fit the ensemble."""
        classifies = rows.task != "regression"
        kind = HistGradientBoostingClassifier if classifies else HistGradientBoostingRegressor
        x = rows.x
        bins = 32 if x.shape[1] > FILTER_ABOVE else 64 if len(x) < _FEW_ROWS else 255
        ensemble = kind(
            learning_rate=params["learning_rate"],
            max_iter=params["iterations"],
            max_leaf_nodes=params["leaves"],
            min_samples_leaf=params["min_samples_leaf"],
            l2_regularization=params["l2"],
            max_features=params["max_features"],
            max_bins=bins,
            early_stopping=False,
            random_state=seed,
        )
        return EstimatorPredictor(ensemble.fit(x, rows.outcome), classifies)

    @staticmethod
    def _iterations(shape: ProblemShape) -> list[int]:
        trees = shape.outputs if shape.task == "multiclass" else 1
        few = [count for count in _ITERATIONS if count * trees <= _MOST_TREES]
        return few or [max(10, _MOST_TREES // trees)]

    @staticmethod
    def _largest_leaf(shape: ProblemShape) -> int:
        return max(3, min(40, shape.rows // 8))
