"""Random forest, of best or of random splits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor, ExtraTreeRegressor

from deepbench.models.baselines.decision_trees import (
    FILTERS,
    GrownTree,
    Scale,
    TreesPredictor,
    draw_rows,
    growing,
    single_precision,
)
from deepbench.models.baselines.portfolio import with_filters
from deepbench.models.family import FILTER_ABOVE, BaselineFamily, FitRows, Params
from deepbench.models.problem_shape import ProblemShape

_TREES = 200
# Forests of so many trees rank settings much as full ones do.
_FEW_TREES = 50
# Share of the rows that a tree sees: as many as a bootstrap holds (1 - 1/e).
_SHARE = 0.632
# Rows a tree sees at most.
_MOST_ROWS = 1_000
_USUAL_LEAF, _SMALLEST_LEAF, _LARGEST_LEAF = 5, 3, 20
_KINDS = {"best": DecisionTreeRegressor, "random": ExtraTreeRegressor}


class RandomForestFamily(BaselineFamily):
    """Random forest of 200 trees.

    ``splits`` is "best" for the forest of Breiman 2001 (doi 10.1023/A:1010933404324), which
    looks for the best threshold of each column tried, and "random" for extremely randomised
    trees (Geurts, Ernst & Wehenkel 2006, doi 10.1007/s10994-006-6226-1), which draw one: as good
    on most tables, and two to four times as fast. ``tried`` is the number of columns tried at
    each split, in multiples of the root of the columns kept.

    Search space after Probst, Wright & Boulesteix 2019 (doi 10.1002/widm.1301): columns tried
    and leaf size matter, the number of trees only has to be large enough. Each tree sees 63 % of
    the rows, drawn without replacement (no worse than the bootstrap, by the same source), and
    1,000 rows at most. A leaf holds three rows or more, five by default: a leaf of one memorises
    a sample, for little or no gain in score.
    """

    name = "random_forest"
    title = "Random forest"

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return four settings, best guess first."""
        # The root of the columns for classes, about a third of them for numbers; random
        # thresholds want twice as many.
        usual = 2 if shape.task == "regression" else 1
        leaf, small = self._usual_leaf(shape), self._smallest_leaf(shape)
        rows: list[tuple[str, int, int]] = [
            ("random", min(2 * usual, self._multiples(shape)[-1]), leaf),
            ("best", usual, leaf),
            ("random", usual, small),
            ("best", 2, min(2 * leaf, self._largest_leaf(shape))),
        ]
        settings = [
            {"trees": _TREES, "splits": splits, "tried": tried, "min_samples_leaf": least}
            for splits, tried, least in rows
        ]
        return with_filters(self, list(zip(settings, FILTERS, strict=True)), shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        return {
            "trees": _TREES,
            "splits": trial.suggest_categorical("splits", list(_KINDS)),
            "tried": trial.suggest_categorical("tried", self._multiples(shape)),
            "min_samples_leaf": trial.suggest_int(
                "min_samples_leaf", self._smallest_leaf(shape), self._largest_leaf(shape), log=True
            ),
            **self.suggest_filter(trial, shape),
        }

    def at_low_effort(self, params: Params, shape: ProblemShape) -> Params:
        """Return the settings with a quarter of the trees."""
        return {**params, "trees": _FEW_TREES}

    def fit(self, rows: FitRows, params: Params, seed: int) -> TreesPredictor:
        """Grow the trees, each on its own draw of rows."""
        # One generator for all: making one takes as long as a small tree.
        random = np.random.RandomState(seed)
        x, outcome = single_precision(rows.x), _memberships(rows)
        tried = math.ceil(params["tried"] * math.sqrt(x.shape[1]))
        # Settings of older studies name neither.
        count = params.get("trees", _TREES)
        options: dict[str, Any] = {
            "max_features": min(tried, x.shape[1]),
            "min_samples_leaf": params["min_samples_leaf"],
        }
        kind = _KINDS[params.get("splits", "best")]
        trees = []
        with growing():
            for _ in range(count):
                seen = draw_rows(len(x), _SHARE, _MOST_ROWS, random)
                tree = kind(**options, random_state=random)
                tree.fit(x[seen], outcome[seen], check_input=False)
                trees.append(GrownTree.of(tree, _leaf_values(tree, rows.classes) / count))
        base = np.zeros(max(rows.classes, 1))
        scale: Scale = "value" if rows.task == "regression" else "probability"
        return TreesPredictor.of(scale, base, trees)

    @staticmethod
    def _multiples(shape: ProblemShape) -> list[int]:
        return [1, 2] if shape.columns > FILTER_ABOVE else [1, 2, 4]

    @staticmethod
    def _largest_leaf(shape: ProblemShape) -> int:
        return max(2, min(_LARGEST_LEAF, shape.rows // 8))

    def _smallest_leaf(self, shape: ProblemShape) -> int:
        return min(_SMALLEST_LEAF, self._largest_leaf(shape))

    def _usual_leaf(self, shape: ProblemShape) -> int:
        return min(_USUAL_LEAF, self._largest_leaf(shape))


def _memberships(rows: FitRows) -> NDArray[np.float64]:
    """Return what trees are grown on: (n,) values or membership of class 1, or (n, K) of all."""
    if rows.classes > 2:
        found: NDArray[np.float64] = np.eye(rows.classes)[rows.outcome.astype(np.int64)]
        return found
    return rows.outcome.astype(np.float64)


def _leaf_values(tree: DecisionTreeRegressor, classes: int) -> NDArray[np.float64]:
    """Return (m, K) class shares, or (m, 1) mean values, of the nodes."""
    values: NDArray[np.float64] = tree.tree_.value[:, :, 0]
    return np.hstack([1.0 - values, values]) if classes == 2 else values
