"""Ranking and simple models of panels, against other implementations and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge

from deepbench.interpretation.panels_models import PENALTIES, class_targets, fit_sizes
from deepbench.interpretation.panels_ranking import outcome_columns, rank_features
from deepbench.interpretation.panels_stability import poor, selection_stability

Floats = NDArray[np.float64]


def drawn(rows: int, columns: int, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=(rows, columns))


def left_over(x: Floats, y: Floats) -> float:
    """Sum of squares that a least-squares fit with an intercept leaves."""
    design = np.column_stack([np.ones(len(x)), x])
    return float(((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum())


def test_forward_order_is_that_of_least_squares() -> None:
    x = drawn(60, 8, 1)
    x[:, 3] = x[:, 0] + 0.3 * x[:, 3]  # correlated, so that what is left over counts
    y = x[:, 0] + 0.8 * x[:, 1] - 0.5 * x[:, 5] + drawn(60, 1, 2)[:, 0]
    expected: list[int] = []
    for _ in range(5):
        others = [j for j in range(8) if j not in expected]
        expected.append(min(others, key=lambda j: left_over(x[:, [*expected, j]], y)))
    said = outcome_columns(y, "regression")
    assert rank_features(x, np.arange(8), said, 5, "forward") == expected


def test_discounted_order_is_relevance_less_what_is_shared() -> None:
    x = drawn(80, 7, 3)
    x[:, 1] = x[:, 0] + 0.2 * x[:, 1]
    codes = (x[:, 0] + 0.7 * x[:, 4] + drawn(80, 1, 4)[:, 0] > 0).astype(np.int64)
    square = np.corrcoef(np.column_stack([x, codes]).T) ** 2
    expected: list[int] = []
    for _ in range(4):
        others = [j for j in range(7) if j not in expected]
        expected.append(
            max(others, key=lambda j: square[j, 7] * (1 - max([0, *square[j, expected]])))
        )
    said = outcome_columns(codes, "binary")
    assert rank_features(x, np.arange(7), said, 4, "discounted") == expected
    assert expected[1] != 1  # the twin of the first does not come second


@pytest.mark.parametrize("way", ["forward", "discounted"])
def test_columns_of_one_feature_join_together_and_constants_never(way: str) -> None:
    x = drawn(50, 6, 5)
    x[:, 4] = 1.0
    group_of = np.array([0, 1, 1, 2, 3, 4])
    said = outcome_columns(x[:, 2], "regression")
    order = rank_features(x, group_of, said, 10, way)  # type: ignore[arg-type]
    assert order[0] == 1
    assert sorted(order) == [0, 1, 2, 4]


def test_relevance_of_classes_is_the_share_explained() -> None:
    """The sum over classes is between-class over total variation, up to a factor K - 1."""
    codes = np.repeat([0, 1, 2], [10, 20, 30])
    x = drawn(60, 1, 6) + codes[:, None]
    said = outcome_columns(codes, "multiclass")
    one = x[:, 0] - x.mean()
    between = sum((codes == k).sum() * one[codes == k].mean() ** 2 for k in range(3))
    found = float(((said.T @ one) ** 2).sum())
    assert found == pytest.approx(between / 2.0)


def test_logistic_models_are_those_of_scikit_learn() -> None:
    x = drawn(90, 5, 7)
    codes = (x[:, 0] - x[:, 1] + drawn(90, 1, 8)[:, 0] > 0.5).astype(np.int64)
    found = fit_sizes(
        x, np.arange(5), [1, 0, 3], class_targets(codes, "binary", 2), classifies=True
    )
    predicted = found.predict(x)
    for size in (1, 2, 3):
        for number, penalty in enumerate(PENALTIES):
            other = LogisticRegression(C=1 / (penalty * 90), tol=1e-10, max_iter=1000)
            columns = [1, 0, 3][:size]
            wanted = other.fit(x[:, columns], codes).predict_proba(x[:, columns])
            assert predicted[size - 1, number] == pytest.approx(wanted, abs=2e-4)
    assert (found.coefficients[0, :, 1:3] == 0).all()


def test_several_classes_are_told_one_from_the_rest_and_add_up() -> None:
    x = drawn(90, 3, 9)
    codes = np.argmax(2 * x + drawn(90, 3, 10), axis=1)
    target = class_targets(codes, "multiclass", 3)
    found = fit_sizes(x, np.arange(3), [0, 1, 2], target, classifies=True).predict(x)
    assert found.shape == (3, 3, 90, 3)
    assert found.sum(axis=-1) == pytest.approx(1.0)
    one = [
        LogisticRegression(C=1 / (PENALTIES[1] * 90), tol=1e-10)
        .fit(x, codes == k)
        .predict_proba(x)
        for k in range(3)
    ]
    wanted = np.column_stack([chance[:, 1] for chance in one])
    wanted /= wanted.sum(axis=1, keepdims=True)
    assert found[2, 1] == pytest.approx(wanted, abs=2e-4)


def test_a_class_without_a_row_gets_next_to_no_probability() -> None:
    x = drawn(40, 2, 11)
    codes = np.arange(40) % 2
    target = class_targets(codes, "multiclass", 3)
    found = fit_sizes(x, np.arange(2), [0, 1], target, classifies=True).predict(x)
    assert np.isfinite(found).all()
    assert found[..., 2].max() < 0.01


def test_separable_classes_converge() -> None:
    x = np.linspace(-1, 1, 30)[:, None] * 100.0
    codes = (x[:, 0] > 0).astype(np.int64)
    found = fit_sizes(x, np.zeros(1, int), [0], class_targets(codes, "binary", 2), classifies=True)
    predicted = found.predict(x)[0, :, :, 1]
    assert np.isfinite(found.coefficients).all()
    assert ((predicted > 0.5) == (codes == 1)).all()


def test_ridge_is_that_of_scikit_learn() -> None:
    x, y = drawn(50, 4, 12), 100.0 + drawn(50, 1, 13)[:, 0]
    found = fit_sizes(x, np.arange(4), [2, 0], y[:, None], classifies=False).predict(x)
    for number, penalty in enumerate(PENALTIES):
        wanted = Ridge(alpha=penalty * 50).fit(x[:, [2, 0]], y).predict(x[:, [2, 0]])
        assert found[1, number, :, 0] == pytest.approx(wanted, abs=1e-4)


def test_stability_of_same_of_disjoint_and_of_random_selections() -> None:
    assert selection_stability([{"a", "b"}] * 4, 10) == pytest.approx(1.0)
    # Two fits, one of two features each, never the same: the least there is, -1 / (M - 1).
    assert selection_stability([{"a"}, {"b"}], 2) == pytest.approx(-1.0)
    generator = np.random.default_rng(0)
    random = [{str(i) for i in generator.choice(50, 5, replace=False)} for _ in range(400)]
    assert selection_stability(random, 50) == pytest.approx(0.0, abs=0.01)


def test_stability_of_one_size_is_kunchevas_index() -> None:
    """For selections of one size the index equals the mean of Kuncheva's over pairs."""
    chosen = [{"a", "b"}, {"a", "c"}, {"a", "b"}]
    shared = [1, 2, 1]
    kuncheva = np.mean([(r - 4 / 6) / (2 - 4 / 6) for r in shared])
    assert selection_stability(chosen, 6) == pytest.approx(kuncheva)
    assert not poor(0.5)
    assert poor(0.2)


def test_no_stability_where_there_is_nothing_to_compare() -> None:
    assert selection_stability([{"a"}], 5) is None
    assert selection_stability([{"a", "b"}] * 3, 2) is None
    assert selection_stability([set(), set()], 2) is None
