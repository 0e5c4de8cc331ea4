from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor

from deepbench.models.baselines import random_forest
from deepbench.models.baselines.gradient_boosting import GradientBoostingFamily
from deepbench.models.baselines.random_forest import RandomForestFamily
from deepbench.models.problem_shape import ProblemShape

from .test_linear import rows_of


def test_the_forest_is_that_of_scikit_learn(monkeypatch):
    monkeypatch.setattr(random_forest, "_TREES", 10)
    rows = rows_of(9, 0)
    found = RandomForestFamily().fit(rows, {"tried": 2, "min_samples_leaf": 3}, seed=7)
    reference = RandomForestRegressor(10, max_features=6, min_samples_leaf=3, random_state=7)
    reference.fit(rows.x, rows.outcome)
    np.testing.assert_array_equal(found.predict(rows.x)[:, 0], reference.predict(rows.x))


def test_trees_of_a_long_table_see_a_bounded_number_of_rows(monkeypatch):
    monkeypatch.setattr(random_forest, "_TREES", 3)
    monkeypatch.setattr(random_forest, "_MOST_ROWS", 25)
    rows = rows_of(4, 2)
    found = RandomForestFamily().fit(rows, {"tried": 9, "min_samples_leaf": 1}, seed=7)
    for tree in found.estimator.estimators_:
        assert tree.tree_.weighted_n_node_samples[0] == 25
        assert tree.max_features_ == 4


def test_boosting_is_that_of_scikit_learn():
    rows = rows_of(5, 2)
    params = {
        "learning_rate": 0.2,
        "iterations": 5,
        "leaves": 3,
        "min_samples_leaf": 4,
        "l2": 0.5,
        "max_features": 0.5,
    }
    found = GradientBoostingFamily().fit(rows, params, seed=7)
    reference = HistGradientBoostingClassifier(
        learning_rate=0.2,
        max_iter=5,
        max_leaf_nodes=3,
        min_samples_leaf=4,
        l2_regularization=0.5,
        max_features=0.5,
        max_bins=64,
        early_stopping=False,
        random_state=7,
    ).fit(rows.x, rows.outcome)
    np.testing.assert_array_equal(found.predict(rows.x), reference.predict_proba(rows.x))


@pytest.mark.parametrize(("classes", "longest"), [(2, 200), (3, 100), (8, 50), (20, 20)])
def test_many_classes_get_fewer_iterations(classes: int, longest: int):
    task = "binary" if classes == 2 else "multiclass"
    shape = ProblemShape(task, 100, 100, 5, classes, 10)
    defaults = GradientBoostingFamily().portfolio(shape)
    assert max(params["iterations"] for params in defaults) == longest
