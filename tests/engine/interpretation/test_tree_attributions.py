"""TreeSHAP on small ensembles against all coalitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from deepbench.interpretation.tree_attributions import explain_trees

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


def forest_nodes(estimator: Any) -> list[dict[str, NDArray[Any]]]:
    found = []
    for each in estimator.estimators_:
        tree = each.tree_
        found.append(
            {
                "left": tree.children_left,
                "right": tree.children_right,
                "feature": tree.feature,
                "threshold": tree.threshold,
                "count": tree.weighted_n_node_samples,
                "value": tree.value[:, 0, :] / len(estimator.estimators_),
            }
        )
    return found


def boosted_nodes(estimator: Any, output: int) -> list[dict[str, NDArray[Any]]]:
    found = []
    for trees in estimator._predictors:
        nodes = trees[output].nodes
        leaf = nodes["is_leaf"].astype(bool)
        found.append(
            {
                "left": np.where(leaf, -1, nodes["left"].astype(np.int64)),
                "right": np.where(leaf, -1, nodes["right"].astype(np.int64)),
                "feature": nodes["feature_idx"],
                "threshold": nodes["num_threshold"],
                "count": nodes["count"].astype(np.float64),
                "value": nodes["value"][:, None],
            }
        )
    return found


def brute_force(shapley: Shapley, trees: list[dict[str, NDArray[Any]]], row: Floats) -> Floats:
    return np.sum([shapley(tree_value(tree, row), COLUMNS) for tree in trees], axis=0)


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_forest_agrees_with_brute_force(classes: int, shapley: Shapley) -> None:
    x, explained = rows(80, 1), rows(3, 9)
    kind = RandomForestClassifier if classes else RandomForestRegressor
    forest = kind(n_estimators=4, max_depth=4, random_state=0).fit(x, outcome_of(x, classes))
    found = explain_trees(forest, explained)
    assert found.scale == ("probability" if classes else "value")
    # The trees compare single-precision values.
    for i, row in enumerate(explained.astype(np.float32)):
        assert found.values[i] == pytest.approx(
            brute_force(shapley, forest_nodes(forest), row), abs=1e-9
        )
    total = found.values.sum(axis=1) + found.base
    outputs = forest.predict_proba(explained) if classes else forest.predict(explained)[:, None]
    assert total == pytest.approx(outputs)
    assert found.outputs == pytest.approx(outputs)


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_boosting_agrees_with_brute_force(classes: int, shapley: Shapley) -> None:
    x, explained = rows(150, 1), rows(3, 9)
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    boosting = kind(max_iter=5, max_leaf_nodes=6, min_samples_leaf=5, random_state=0)
    boosting.fit(x, outcome_of(x, classes))
    found = explain_trees(boosting, explained)
    assert found.scale == ("log-odds" if classes else "value")
    for i, row in enumerate(explained):
        expected = np.hstack(
            [
                brute_force(shapley, boosted_nodes(boosting, output), row)
                for output in range(3 if classes == 3 else 1)
            ]
        )
        if classes == 3:
            expected -= expected.mean(axis=1, keepdims=True)
        elif classes == 2:
            expected = np.hstack([-expected / 2, expected / 2])
        assert found.values[i] == pytest.approx(expected, abs=1e-9)
    total = found.values.sum(axis=1) + found.base
    assert total == pytest.approx(found.outputs)
    if classes:
        p = np.log(boosting.predict_proba(explained))
        assert total == pytest.approx(p - p.mean(axis=1, keepdims=True))
