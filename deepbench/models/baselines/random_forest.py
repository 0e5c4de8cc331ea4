"""Random forest."""

from __future__ import annotations

import math

import optuna
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from deepbench.models.family import FILTER_ABOVE, BaselineFamily, FitRows, Params
from deepbench.models.predictors import EstimatorPredictor
from deepbench.models.problem_shape import ProblemShape

_TREES = 200
# Rows drawn for each tree at most.
_MOST_ROWS = 1_000
_LARGEST_LEAF = 20


class RandomForestFamily(BaselineFamily):
    """Random forest (Breiman 2001, doi 10.1023/A:1010933404324) of 200 trees.

    Search space after Probst, Wright & Boulesteix 2019 (doi 10.1002/widm.1301): the number of
    columns tried at each split and the size of leaves matter, the number of trees only has to be
    large enough. ``tried`` is that number of columns, in multiples of the root of the columns
    kept. For time, a tree is grown on a bootstrap of 1,000 rows at most (smaller ones make
    trees less alike, by the same source often to the good), and the filter hands on 1,000
    columns at most: 300 full trees took 9 s at 3,200 × 200, and a tuning run has 80 of them. On
    a table of 4,177 × 8 (abalone) the bound changed R² by less than 0.01.
    """

    name = "random_forest"
    title = "Random forest"
    most_columns = 1_000

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return three settings: textbook, and two that regularise more."""
        # The root of the columns for classes, about a third of them for numbers.
        usual, other = (2, 1) if shape.task == "regression" else (1, 2)
        leaf = min(3, self._largest_leaf(shape))
        settings = [
            {"tried": usual, "min_samples_leaf": 1},
            {"tried": other, "min_samples_leaf": leaf},
            {"tried": usual, "min_samples_leaf": min(8, self._largest_leaf(shape))},
        ]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        return {
            "tried": trial.suggest_categorical("tried", self._multiples(shape)),
            "min_samples_leaf": trial.suggest_int(
                "min_samples_leaf", 1, self._largest_leaf(shape), log=True
            ),
            **self.suggest_filter(trial, shape),
        }

    def fit(self, rows: FitRows, params: Params, seed: int) -> EstimatorPredictor:
        """Fit the forest on one core."""
        classifies = rows.task != "regression"
        kind = RandomForestClassifier if classifies else RandomForestRegressor
        x = rows.x
        tried = math.ceil(params["tried"] * math.sqrt(x.shape[1]))
        forest = kind(
            n_estimators=_TREES,
            max_features=min(tried, x.shape[1]),
            max_samples=min(len(x), _MOST_ROWS),
            min_samples_leaf=params["min_samples_leaf"],
            random_state=seed,
            n_jobs=1,
        )
        return EstimatorPredictor(forest.fit(x, rows.outcome), classifies)

    @staticmethod
    def _multiples(shape: ProblemShape) -> list[int]:
        return [1, 2] if shape.columns > FILTER_ABOVE else [1, 2, 4]

    @staticmethod
    def _largest_leaf(shape: ProblemShape) -> int:
        return max(1, min(_LARGEST_LEAF, shape.rows // 10))
