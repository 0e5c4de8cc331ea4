"""Importance over folds: means, direction, stability, what noise gets; planted features."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.importance import Importance, ModelFits, TableSize, importance_of
from deepbench.models.family import Params
from tests.engine.interpretation.fold_fits import Fits, given
from tests.engine.interpretation.planted import bench_of, training_set

Floats = NDArray[np.float64]
TABLE = TableSize(40, 50)
FOREST: Params = {"trees": 60, "splits": "best", "tried": 2, "min_samples_leaf": 10}
RIDGE: Params = {"penalty": "l2", "strength": 1.0}
NETWORK: Params = {
    "optimizer": "adam",
    "learning_rate": 5e-3,
    "weight_decay": 1e-2,
    "dropout": 0.0,
    "balanced": False,
    "smoothing": 0.0,
}


def of(*folds: FoldResult, **other: tuple[tuple[FoldResult, ...], ...]) -> Importance:
    return importance_of(ModelFits(tuple(folds), **other), TABLE)  # type: ignore[arg-type]


def drawn(rows: int, columns: int, seed: int, scale: float = 1.0) -> Floats:
    return np.random.default_rng(seed).normal(size=(rows, columns), scale=scale)


def by_name(found: Importance) -> dict[str, float]:
    return {name: float(found.importance[found.features.index(name)]) for name in found.ranked}


def test_importance_is_the_mean_of_folds() -> None:
    first = given(np.array([[1.0, -4.0], [-3.0, 4.0]]), ["a", "b"])
    second = given(np.array([[4.0, 1.0], [4.0, 3.0]]), ["a", "c"])
    found = of(first, second)
    assert by_name(found) == {"a": 3.0, "b": 2.0, "c": 1.0}
    assert found.ranked == ("a", "b", "c")
    assert found.above is None
    assert found.twin is None
    assert (found.rank_low.tolist(), found.rank_high.tolist()) == ([1, 1, 2], [2, 3, 3])


def test_classes_are_averaged() -> None:
    values = np.zeros((1, 2, 3))
    values[0, 0] = [2.0, -1.0, -3.0]
    assert by_name(of(given(values, ["a", "b"]))) == {"a": 2.0}


def test_order_of_folds_changes_nothing_and_names_break_ties() -> None:
    folds = [given(drawn(4, 3, seed), ["c", "a", "b"], fold=seed) for seed in range(3)]
    first, second = of(*folds), of(*folds[::-1])
    assert first.ranked == second.ranked
    assert first.importance == pytest.approx(second.importance)
    level = of(given(np.ones((2, 3)), ["c", "a", "b"]))
    assert level.ranked == ("a", "b", "c")


def test_direction_is_the_rank_correlation_with_the_value() -> None:
    values = drawn(30, 3, 1)
    samples = pd.DataFrame(values, columns=["up", "down", "gap"])
    samples.loc[:9, "gap"] = np.nan
    samples["text"] = "x"
    bent = np.column_stack([np.exp(values[:, 0]), -(values[:, 1] ** 3), values[:, 2] * 2])
    found = of(given(np.column_stack([bent, bent[:, 0]]), ["up", "down", "gap", "text"], samples))
    own = dict(zip(found.features, found.direction, strict=True))
    assert own["up"] == pytest.approx(1.0)
    assert own["down"] == pytest.approx(-1.0)
    assert own["gap"] == pytest.approx(spearmanr(values[10:, 2], bent[10:, 2]).statistic)
    assert np.isnan(own["text"])


def test_directions_of_folds_weigh_by_samples() -> None:
    x = drawn(20, 1, 3)
    long = given(x, ["a"], pd.DataFrame(x, columns=["a"]))
    short = given(-x[:5], ["a"], pd.DataFrame(x[:5], columns=["a"]))
    assert of(long, short).direction[0] == pytest.approx((20 * 1.0 - 5 * 1.0) / 25)
    several = np.repeat(x[:, :, None], 3, axis=2)
    assert np.isnan(of(given(several, ["a"], pd.DataFrame(x, columns=["a"]))).direction[0])


def test_stability_is_the_mean_rank_correlation() -> None:
    folds = [given(drawn(6, 8, seed), list("abcdefgh")) for seed in range(3)]
    sizes = [fold.size for fold in folds]
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = np.mean([spearmanr(sizes[i], sizes[j]).statistic for i, j in pairs])
    found = of(*folds)
    assert found.rank_stability == pytest.approx(expected)
    tops = [set(np.argsort(-size)[:3]) for size in sizes]
    assert found.shared_top(3) == pytest.approx(
        np.mean([len(tops[i] & tops[j]) for i, j in pairs])
    )
    assert found.shared_top(9) is None
    assert of(folds[0]).rank_stability is None


def test_starts_are_compared_within_a_fold() -> None:
    by_start = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    network = given(drawn(4, 3, 1), ["a", "b", "c"], size_by_start=by_start)
    found = of(network)
    assert found.start_stability == pytest.approx(-1.0)
    assert len(found.fits.single_fits) == 2
    assert (found.rank_low.tolist(), found.rank_high.tolist()) == ([1, 2, 1], [3, 2, 3])
    main = given(drawn(4, 3, 1), ["a", "b", "c"], size_few=np.array([5.0, 6.0, 7.0]))
    other = given(drawn(4, 3, 2), ["a", "b", "c"], part="start", size=np.array([1.0, 2.0, 9.0]))
    seeds = importance_of(ModelFits((main,), (other,)), TABLE)
    assert seeds.start_stability == pytest.approx(1.0)


def test_twin_is_the_mean_over_folds_and_shuffles() -> None:
    main = given(np.full((2, 2), 5.0), ["a", "b"])
    twins = (
        (given(np.array([[1.0, 0.0]]), ["a", "b"], part="twin"),),
        (given(np.array([[3.0]]), ["a"], part="twin", number=1),),
    )
    found = of(main, twins=twins)
    assert found.twin is not None
    assert found.twin.tolist() == [2.0, 0.0]
    assert found.thresholds.shuffled == 3.0
    assert found.above == 2


def test_noise_is_stretched_to_the_size_of_the_fold() -> None:
    """A model that gives everything half as much beside columns of no use."""
    main = given(np.array([[8.0, 1.0]]), ["a", "b"])
    half = np.array([4.0, 0.5])
    beside = given(
        np.array([[4.0, 0.5]]),
        ["a", "b"],
        part="noise",
        size=half,
        noise=np.array([1.0]),
        noise_features=("b",),
    )
    twin = (given(np.array([[0.1, 0.1]]), ["a", "b"], part="twin"),)
    found = of(main, twins=(twin,), noise=((beside,),))
    assert found.thresholds.columns == pytest.approx(2.0)
    assert found.clears is not None
    assert found.clears.tolist() == [True, False]


def test_local_accuracy_is_judged_by_the_method() -> None:
    good = given(drawn(5, 3, 1), ["a", "b", "c"])
    exact = replace(good, error=1e-3 * good.attributed)
    assert of(good).is_locally_accurate
    assert not of(good, exact).is_locally_accurate
    assert of(good, exact).error == exact.error
    gradients = replace(exact, method="expected gradients")
    assert of(gradients).is_locally_accurate
    assert not of(replace(gradients, error=0.02 * good.attributed)).is_locally_accurate


def test_no_folds_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one fold"):
        importance_of(ModelFits(()), TABLE)


# --- planted features ---------------------------------------------------------------------


def planted(rows: int, columns: int, seed: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """g0 and g10 decide, g1 and g11 go with them, the others are noise in blocks."""
    rng = np.random.default_rng(seed)
    factors = np.repeat(rng.normal(size=(rows, columns // 10)), 10, axis=1)
    values = 0.5 * factors + 0.85 * rng.normal(size=(rows, columns))
    for decides in (0, 10):
        values[:, decides + 1] = values[:, decides] + 0.3 * rng.normal(size=rows)
    outcome = 2.0 * (values[:, 0] - values[:, 10]) + rng.logistic(size=rows) > 0
    features = pd.DataFrame(values, columns=[f"g{i}" for i in range(columns)])
    return features, outcome.astype(np.int64)


@pytest.mark.parametrize(
    ("family", "params", "least"),
    [
        ("linear", RIDGE, 3),
        ("linear", {"penalty": "elastic-net", "l1_ratio": 0.5, "fraction": 0.3}, 3),
        ("random_forest", FOREST, 2),
        ("network-small", NETWORK, 1),
    ],
    ids=["ridge", "net", "forest", "network"],
)
def test_causal_features_are_on_top_and_noise_stays_below(
    family: str, params: Params, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    features, outcome = planted(150, 300, 4)
    fits = Fits(
        monkeypatch, bench_of(training_set(features, outcome), folds=3), family, params
    ).all()
    found = importance_of(fits, TableSize(150, 300))
    related = {"g0", "g1", "g10", "g11"}
    assert len(set(found.ranked[:4]) & related) >= 3
    assert all(set(found.ranked[:5]) & own for own in ({"g0", "g1"}, {"g10", "g11"}))
    assert found.clears is not None
    clear = {name for name, own in zip(found.features, found.clears, strict=True) if own}
    assert len(clear & related) >= least
    # Blocks of g0 and g10 go with the outcome too; of the 280 others hardly any may be there.
    useless = {name for name in clear if int(name[1:]) >= 20}
    assert len(useless) <= 2
    direction = dict(zip(found.features, found.direction, strict=True))
    assert direction["g0"] > 0.8
    assert direction["g10"] < -0.8


def test_without_signal_nothing_stands_out(monkeypatch: pytest.MonkeyPatch) -> None:
    features, outcome = planted(120, 300, 5)
    shuffled = np.random.default_rng(0).permutation(outcome)
    for family, params in (("linear", RIDGE), ("naive_bayes", {"smoothing": 0.1})):
        bench = bench_of(training_set(features, shuffled), folds=3)
        fits = Fits(monkeypatch, bench, family, params).all()
        assert (importance_of(fits, TableSize(120, 300)).above or 0) <= 2
