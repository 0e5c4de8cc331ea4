"""TreeSHAP on small ensembles against all coalitions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from deepbench.data.samples import Task
from deepbench.interpretation.tree_attributions import TreesExplainer
from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.baselines.gradient_boosting import GradientBoostingFamily
from deepbench.models.baselines.random_forest import RandomForestFamily
from deepbench.models.family import BaselineFamily, FitRows, Params

Floats = NDArray[np.float64]
Value = Callable[[tuple[int, ...]], Floats]
Shapley = Callable[[Value, int], Floats]
COLUMNS = 4


def rows(count: int, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, COLUMNS))


def outcome_of(x: Floats, classes: int) -> NDArray[Any]:
    """A main effect and an interaction, as a number (0 classes) or cut into classes."""
    raw = x[:, 0] + x[:, 1] * x[:, 2]
    if not classes:
        return raw
    return np.digitize(raw, np.quantile(raw, np.linspace(0, 1, classes + 1)[1:-1]))


def tree_value(nodes: dict[str, NDArray[Any]], row: Floats) -> Value:
    """Algorithm 1 of Lundberg et al. 2020: unknown columns follow the fit rows' shares."""

    def below(node: int, known: tuple[int, ...]) -> Floats:
        left, right = int(nodes["left"][node]), int(nodes["right"][node])
        if left < 0:
            return np.asarray(nodes["value"][node], dtype=np.float64)
        feature = int(nodes["feature"][node])
        if feature in known:
            goes_left = row[feature] <= nodes["threshold"][node]
            return below(left if goes_left else right, known)
        share = nodes["count"][left] / nodes["count"][node]
        return share * below(left, known) + (1.0 - share) * below(right, known)

    return lambda known: below(0, known)


def trees_of(predictor: TreesPredictor) -> list[dict[str, NDArray[Any]]]:
    found = []
    for root, end in pairwise([*predictor.roots, len(predictor.feature)]):
        nodes = slice(root, end)
        left, right = predictor.children[nodes].T - root
        leaf = left == np.arange(end - root)
        found.append(
            {
                "left": np.where(leaf, -1, left),
                "right": np.where(leaf, -1, right),
                "feature": predictor.feature[nodes],
                "threshold": predictor.threshold[nodes],
                "count": predictor.count[nodes],
                "value": predictor.values[nodes],
            }
        )
    return found


def brute_force(shapley: Shapley, trees: list[dict[str, NDArray[Any]]], row: Floats) -> Floats:
    return np.sum([shapley(tree_value(tree, row), COLUMNS) for tree in trees], axis=0)


def fitted(family: BaselineFamily, x: Floats, classes: int, params: Params) -> TreesPredictor:
    task: Task = "regression" if not classes else "binary" if classes == 2 else "multiclass"
    y = outcome_of(x, classes)
    found = family.fit(FitRows(x, np.arange(COLUMNS), y, np.arange(len(x)), task), params, 0)
    assert isinstance(found, TreesPredictor)
    return found


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_forest_agrees_with_brute_force(classes: int, shapley: Shapley) -> None:
    x, explained = rows(80, 1), rows(3, 9)
    params = {"trees": 4, "splits": "best", "tried": 1, "min_samples_leaf": 5}
    forest = fitted(RandomForestFamily(), x, classes, params)
    found = TreesExplainer(forest).explain(explained)
    assert found.scale == ("probability" if classes else "value")
    # The trees compare single-precision values.
    for i, row in enumerate(explained.astype(np.float32)):
        assert found.values[i] == pytest.approx(
            brute_force(shapley, trees_of(forest), row), abs=1e-9
        )
    total = found.values.sum(axis=1) + found.base
    assert total == pytest.approx(forest.predict(explained))
    assert found.outputs == pytest.approx(forest.predict(explained))


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_boosting_agrees_with_brute_force(classes: int, shapley: Shapley) -> None:
    x, explained = rows(150, 1), rows(3, 9)
    params = {"iterations": 5, "leaves": 6, "min_samples_leaf": 5, "learning_rate": 0.3}
    boosting = fitted(GradientBoostingFamily(), x, classes, {**params, "l2": 1.0, "tried": 2})
    found = TreesExplainer(boosting).explain(explained)
    assert found.scale == ("log-odds" if classes else "value")
    for i, row in enumerate(explained.astype(np.float32)):
        expected = brute_force(shapley, trees_of(boosting), row)
        if classes == 3:
            expected -= expected.mean(axis=1, keepdims=True)
        elif classes == 2:
            expected = np.hstack([-expected / 2, expected / 2])
        assert found.values[i] == pytest.approx(expected, abs=1e-9)
    total = found.values.sum(axis=1) + found.base
    assert total == pytest.approx(found.outputs)
    outputs = boosting.predict(explained)
    if classes:
        p = np.log(outputs)
        assert total == pytest.approx(p - p.mean(axis=1, keepdims=True))
    else:
        assert total == pytest.approx(outputs)
