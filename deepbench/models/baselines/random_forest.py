"""Random forest."""

from __future__ import annotations

import optuna
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from deepbench.models.family import BaselineFamily, FitRows, Params
from deepbench.models.predictors import EstimatorPredictor
from deepbench.models.problem_shape import ProblemShape

_TREES = 300
_LARGEST_LEAF = 20


class RandomForestFamily(BaselineFamily):
    """Random forest (Breiman 2001, doi 10.1023/A:1010933404324) of 300 trees.

    Search space after Probst, Wright & Boulesteix 2019 (doi 10.1002/widm.1301): the share of
    columns tried at each split and the size of leaves matter, the number of trees only has to be
    large enough. Shares are relative to the columns kept; on wide tables they stay small, since
    the cost is proportional to them. The filter hands on 1,000 columns at most, for time.
    """

    name = "random_forest"
    title = "Random forest"
    most_columns = 1_000

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return three settings: textbook, and two that regularise more."""
        shares = self._shares(shape)
        leaf = min(3, self._largest_leaf(shape))
        settings = [
            {"max_features": shares[0], "min_samples_leaf": 1},
            {"max_features": shares[1], "min_samples_leaf": leaf},
            {"max_features": shares[0], "min_samples_leaf": min(8, self._largest_leaf(shape))},
        ]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        return {
            "max_features": trial.suggest_categorical("max_features", self._shares(shape)),
            "min_samples_leaf": trial.suggest_int(
                "min_samples_leaf", 1, self._largest_leaf(shape), log=True
            ),
            **self.suggest_filter(trial, shape),
        }

    def fit(self, rows: FitRows, params: Params, seed: int) -> EstimatorPredictor:
        """Fit the forest on one core."""
        classifies = rows.task != "regression"
        kind = RandomForestClassifier if classifies else RandomForestRegressor
        forest = kind(
            n_estimators=_TREES,
            max_features=params["max_features"],
            min_samples_leaf=params["min_samples_leaf"],
            random_state=seed,
            n_jobs=1,
        )
        return EstimatorPredictor(forest.fit(rows.x, rows.outcome), classifies)

    @staticmethod
    def _shares(shape: ProblemShape) -> list[str | float]:
        """Return the shares of columns tried at a split, the usual one first."""
        if shape.columns > 200:
            return ["sqrt", 0.1]
        return [1 / 3, "sqrt", 0.7] if shape.task == "regression" else ["sqrt", 0.3, 0.5]

    @staticmethod
    def _largest_leaf(shape: ProblemShape) -> int:
        return max(1, min(_LARGEST_LEAF, shape.rows // 10))
