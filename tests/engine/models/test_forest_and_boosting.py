from __future__ import annotations

import numpy as np
import pytest
from numpy.random import RandomState
from scipy.special import expit
from scipy.stats import spearmanr
from sklearn.ensemble import ExtraTreesClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier, ExtraTreeRegressor

from deepbench.models.baselines import decision_trees, random_forest
from deepbench.models.baselines.decision_trees import draw_rows
from deepbench.models.baselines.gradient_boosting import GradientBoostingFamily
from deepbench.models.baselines.random_forest import RandomForestFamily
from deepbench.models.family import BaselineFamily, FitRows, Params
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import out_of_fold
from deepbench.models.problem_shape import ProblemShape

from .conftest import make_folds, make_training

FOREST = {"trees": 3, "splits": "best", "tried": 2, "min_samples_leaf": 3}
BOOSTING = {
    "learning_rate": 0.2,
    "iterations": 4,
    "leaves": 5,
    "min_samples_leaf": 4,
    "l2": 0.5,
    "tried": 2,
}


def rows_of(columns: int, classes: int, rows: int = 40, seed: int = 0) -> FitRows:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, columns))
    if classes:
        outcome = np.arange(rows) % classes
        x[:, 0] += outcome
        task = "binary" if classes == 2 else "multiclass"
    else:
        outcome = 30.0 + 5.0 * x[:, 0] + generator.normal(size=rows)
        task = "regression"
    return FitRows(x, np.arange(columns), outcome, np.arange(rows), task)


def shape_of(rows: int = 100, columns: int = 9) -> ProblemShape:
    return ProblemShape("binary", rows, rows, columns, 2, rows // 2)


@pytest.mark.parametrize(
    ("splits", "kind"), [("best", DecisionTreeClassifier), ("random", ExtraTreeClassifier)]
)
@pytest.mark.parametrize("classes", [2, 3])
def test_trees_for_classes_are_those_of_the_gini_index(splits, kind, classes: int):
    rows = rows_of(9, classes, rows=90)
    params = {**FOREST, "splits": splits}
    found = RandomForestFamily().fit(rows, params, seed=7)
    expected = np.zeros((90, classes))
    random = RandomState(7)
    for _ in range(3):
        seen = draw_rows(90, 0.632, 90, random)
        assert len(seen) == 57
        tree = kind(max_features=6, min_samples_leaf=3, random_state=random)
        expected += tree.fit(rows.x[seen], rows.outcome[seen]).predict_proba(rows.x) / 3
    np.testing.assert_allclose(found.predict(rows.x), expected, atol=1e-12)


def test_the_forest_scores_like_that_of_scikit_learn():
    rows, fresh = rows_of(12, 0, rows=200), rows_of(12, 0, rows=200, seed=5)
    params = {**FOREST, "trees": 100, "min_samples_leaf": 2}
    found = RandomForestFamily().fit(rows, params, seed=1).predict(fresh.x)[:, 0]
    reference = RandomForestRegressor(100, max_features=7, min_samples_leaf=2, random_state=1)
    expected = reference.fit(rows.x, rows.outcome).predict(fresh.x)
    assert np.corrcoef(found, expected)[0, 1] > 0.98
    assert np.corrcoef(found, fresh.outcome)[0, 1] == pytest.approx(
        np.corrcoef(expected, fresh.outcome)[0, 1], abs=0.03
    )


def test_random_splits_score_like_extremely_randomised_trees():
    rows, fresh = rows_of(12, 2, rows=200), rows_of(12, 2, rows=200, seed=5)
    params = {"trees": 100, "splits": "random", "tried": 2, "min_samples_leaf": 3}
    found = RandomForestFamily().fit(rows, params, seed=1).predict(fresh.x)[:, 1]
    reference = ExtraTreesClassifier(100, max_features=7, min_samples_leaf=3, random_state=1)
    expected = reference.fit(rows.x, rows.outcome).predict_proba(fresh.x)[:, 1]
    assert spearmanr(found, expected).statistic > 0.9


def test_settings_of_older_studies_mean_a_full_forest_of_best_splits(monkeypatch):
    monkeypatch.setattr(random_forest, "_TREES", 3)
    rows = rows_of(6, 2)
    old = RandomForestFamily().fit(rows, {"tried": 2, "min_samples_leaf": 3}, seed=2)
    new = RandomForestFamily().fit(rows, FOREST, seed=2)
    np.testing.assert_array_equal(old.predict(rows.x), new.predict(rows.x))


def test_settings_of_older_studies_give_the_share_of_columns():
    rows = rows_of(16, 2)
    shared = {name: value for name, value in BOOSTING.items() if name != "tried"}
    old = GradientBoostingFamily().fit(rows, {**shared, "max_features": 0.5}, seed=2)
    new = GradientBoostingFamily().fit(rows, {**shared, "tried": 2}, seed=2)
    np.testing.assert_array_equal(old.predict(rows.x), new.predict(rows.x))


def test_trees_of_a_long_table_see_a_bounded_number_of_rows(monkeypatch):
    monkeypatch.setattr(random_forest, "_MOST_ROWS", 25)
    rows = rows_of(4, 2, rows=60)
    found = RandomForestFamily().fit(rows, FOREST, seed=7)
    assert found.count[found.roots].tolist() == [25, 25, 25]


@pytest.mark.parametrize(("family", "params"), [(RandomForestFamily(), FOREST),
                                                (GradientBoostingFamily(), BOOSTING)])  # fmt: skip
def test_no_leaf_is_smaller_than_asked(family: BaselineFamily, params: Params):
    rows = rows_of(5, 3, rows=80)
    found = family.fit(rows, params, seed=3)
    leaf = found.children[:, 0] == np.arange(len(found.feature))
    assert found.count[leaf].min() >= params["min_samples_leaf"]
    assert leaf.sum() > len(found.roots)


@pytest.mark.parametrize(("share", "most", "expected"), [(0.6, 99, 24), (0.6, 9, 9), (0.01, 9, 1)])
def test_a_tree_sees_some_rows_once(share: float, most: int, expected: int):
    random = RandomState(0)
    seen = [draw_rows(40, share, most, random) for _ in range(300)]
    assert all(len(np.unique(rows)) == len(rows) == expected for rows in seen)
    times = np.bincount(np.concatenate(seen), minlength=40)
    assert times / 300 == pytest.approx(expected / 40, abs=0.12)


def test_a_step_of_boosting_is_a_newton_step():
    rows = rows_of(5, 2, rows=60)
    found = GradientBoostingFamily().fit(rows, BOOSTING, seed=7).predict(rows.x)
    y = rows.outcome
    raw = np.full(60, np.log(y.mean() / (1 - y.mean())))
    random = RandomState(7)
    for _ in range(4):
        seen = draw_rows(60, 0.8, 60, random)
        p = expit(raw)
        tree = ExtraTreeRegressor(
            max_features=5, max_leaf_nodes=5, min_samples_leaf=4, random_state=random
        ).fit(rows.x[seen], (y - p)[seen])
        leaf = tree.apply(rows.x)
        for node in np.unique(leaf):
            inside = seen[leaf[seen] == node]
            above, below = (y - p)[inside].sum(), (p * (1 - p))[inside].sum()
            raw[leaf == node] += 0.2 * above / (below + 0.5)
    np.testing.assert_allclose(found, np.column_stack([1 - expit(raw), expit(raw)]), rtol=1e-9)


def test_without_penalty_and_noise_boosting_of_numbers_steps_to_leaf_means():
    rows = rows_of(3, 0, rows=60)
    params = {**BOOSTING, "iterations": 1, "learning_rate": 1.0, "l2": 1e-12}
    found = GradientBoostingFamily().fit(rows, params, seed=4).predict(rows.x)[:, 0]
    seen = draw_rows(60, 0.8, 60, RandomState(4))
    for value in np.unique(found.round(9)):
        inside = seen[np.isclose(found[seen], value)]
        assert rows.outcome[inside].mean() == pytest.approx(value)


@pytest.mark.parametrize("classes", [2, 3])
def test_boosting_finds_what_a_linear_model_finds(classes: int):
    rows, fresh = (rows_of(8, classes, rows=300, seed=seed) for seed in (0, 1))
    x = fresh.x
    params = {**BOOSTING, "iterations": 80, "learning_rate": 0.1, "l2": 1.0}
    found = GradientBoostingFamily().fit(rows, params, seed=0).predict(x)
    linear = LogisticRegression().fit(rows.x, rows.outcome).predict_proba(x)
    scores = [
        roc_auc_score(fresh.outcome, p[:, 1] if classes == 2 else p, multi_class="ovr")
        for p in (found, linear)
    ]
    assert scores[0] > scores[1] - 0.06
    assert scores[0] > 0.7
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_a_constant_outcome_is_predicted():
    rows = rows_of(3, 0)
    rows = FitRows(rows.matrix, rows.columns, np.full(40, 7.5), rows.units, "regression")
    for family, params in ((RandomForestFamily(), FOREST), (GradientBoostingFamily(), BOOSTING)):
        np.testing.assert_allclose(family.fit(rows, params, seed=0).predict(rows.x), 7.5)


def test_blocks_of_rows_predict_as_all_together(monkeypatch):
    rows = rows_of(4, 3)
    found = RandomForestFamily().fit(rows, FOREST, seed=0)
    whole = found.predict(rows.x)
    monkeypatch.setattr(decision_trees, "_BLOCK", 7)
    np.testing.assert_array_equal(found.predict(rows.x), whole)
    assert found.predict(rows.x[:0]).shape == (0, 3)


@pytest.mark.parametrize("family", [RandomForestFamily(), GradientBoostingFamily()])
def test_low_effort_is_the_same_setting_with_fewer_trees(family: BaselineFamily):
    training = make_training("binary", rows=90)
    cache = FoldCache(training, make_folds(training))
    for params in family.portfolio(shape_of()):
        cheap = family.at_low_effort(params, shape_of())
        assert cheap is not None
        changed = {name for name in params if cheap[name] != params[name]}
        sizes = {"trees", "iterations"} & changed
        assert len(sizes) == 1
        assert changed <= {"trees", "iterations", "learning_rate"}
        assert all(cheap[name] <= params[name] / 4 for name in sizes)
        found = out_of_fold(family, cache, cheap, training.outcome, seed=1).predictions[0]
        assert roc_auc_score(training.outcome, found[:, 1]) > 0.7


def test_by_default_a_leaf_holds_several_samples():
    family = RandomForestFamily()
    leaves = [params["min_samples_leaf"] for params in family.portfolio(shape_of(rows=400))]
    assert leaves[0] == 5
    assert min(leaves) == 3
    smallest = [params["min_samples_leaf"] for params in family.portfolio(shape_of(rows=6))]
    assert min(smallest) == 2
