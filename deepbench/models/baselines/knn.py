"""k nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from deepbench.models.baselines.row_space import row_space
from deepbench.models.family import BaselineFamily, FitRows, Params
from deepbench.models.problem_shape import ProblemShape

_COMPONENTS = (5, 20, 50)
_LEAST_NEIGHBOURS, _MOST_NEIGHBOURS = 3, 50
# Below this width distances mean enough without a projection.
_PROJECT_ABOVE = 20


@dataclass(frozen=True, eq=False)
class NeighboursPredictor:
    """Nearest neighbours, on principal components or on the columns themselves.

    Attributes:
        estimator: Fitted neighbours; it holds the fit rows.
        means: (k,) means taken off before projecting.
        directions: (k, r) principal directions; None to use the columns themselves.
        prior: (K,) class frequencies, which count as one more neighbour, so that no
            probability is 0 or 1; None for regression.
    """

    estimator: Any
    means: NDArray[np.float64]
    directions: NDArray[np.float64] | None
    prior: NDArray[np.float64] | None

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        where = x if self.directions is None else (x - self.means) @ self.directions
        if self.prior is None:
            return np.asarray(self.estimator.predict(where)).reshape(-1, 1)
        neighbours = self.estimator.n_neighbors
        votes = neighbours * self.estimator.predict_proba(where)
        return np.asarray((votes + self.prior) / (neighbours + 1.0))


class KnnFamily(BaselineFamily):
    """k nearest neighbours by Euclidean distance of standardised columns.

    Distances lose their meaning as columns are added (Beyer et al. 1999, doi
    10.1007/3-540-49257-7_15), so on wider tables principal components and the filter are part of
    the search. A saved model holds training samples.
    """

    name = "knn"
    title = "Nearest neighbours"
    stores_samples = True

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return three settings: few, some and many neighbours."""
        most, components = self._most(shape), self._components(shape)
        first = components[min(1, len(components) - 1)] if components else 0
        rows = [(10, "distance", 0), (5, "distance", first), (25, "uniform", 0)]
        settings = [
            {
                "neighbours": min(count, most),
                "weights": weights,
                **({"components": kept} if components else {}),
            }
            for count, weights, kept in rows
        ]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space; ``components`` 0 means no projection."""
        params: Params = {
            "neighbours": trial.suggest_int(
                "neighbours", self._least(shape), self._most(shape), log=True
            ),
            "weights": trial.suggest_categorical("weights", ["distance", "uniform"]),
        }
        components = self._components(shape)
        if components:
            params["components"] = trial.suggest_categorical("components", components)
        return {**params, **self.suggest_filter(trial, shape)}

    def fit(self, rows: FitRows, params: Params, seed: int) -> NeighboursPredictor:
        """Keep the fit rows, projected if asked for; ``seed`` has no effect."""
        x = rows.x
        means = x.mean(axis=0)
        directions = None
        components = params.get("components", 0)
        if components:
            space = row_space(x - means, most=components)
            x, directions = space.scores, space.directions
        classifies = rows.task != "regression"
        kind = KNeighborsClassifier if classifies else KNeighborsRegressor
        # An inner fit can have fewer rows than the smallest fold that the search knows of.
        neighbours = min(params["neighbours"], len(x))
        estimator = kind(neighbours, weights=params["weights"], algorithm="brute")
        estimator.fit(x, rows.outcome)
        prior = np.bincount(rows.outcome.astype(np.int64)) / len(x) if classifies else None
        return NeighboursPredictor(estimator, means, directions, prior)

    @staticmethod
    def _most(shape: ProblemShape) -> int:
        return max(1, min(_MOST_NEIGHBOURS, shape.rows // 3))

    def _least(self, shape: ProblemShape) -> int:
        return min(_LEAST_NEIGHBOURS, self._most(shape))

    @staticmethod
    def _components(shape: ProblemShape) -> list[int]:
        if shape.columns <= _PROJECT_ABOVE:
            return []
        limit = min(shape.columns, shape.rows)
        return [0, *(count for count in _COMPONENTS if count < limit)]
