"""Groups of correlated features: clusters, summed attributions, their twin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from deepbench.interpretation.correlated_groups import Cluster, clusters, group_records
from deepbench.interpretation.importance_intervals import interval_of_means
from deepbench.interpretation.noise_threshold import Thresholds
from deepbench.interpretation.ranks import correlations, ranks
from tests.engine.interpretation.fold_fits import given


def correlated(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    own = rng.normal(size=rows)
    return pd.DataFrame(
        {
            "a": own,
            "b": -np.exp(own) + 0.01 * rng.normal(size=rows),
            "c": own + 0.1 * rng.normal(size=rows),
            "chain": own + 0.55 * rng.normal(size=rows),
            "alone": rng.normal(size=rows),
            "text": np.array(["x", "y"], dtype=object)[rng.integers(0, 2, rows)],
        }
    )


def test_any_two_of_a_group_are_correlated() -> None:
    features = correlated()
    (found,) = clusters(features, ["alone", "c", "text", "b", "a"])
    assert found.features == ("c", "b", "a")
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    least = min(abs(spearmanr(features[x], features[y]).statistic) for x, y in pairs)
    assert found.correlation == pytest.approx(least)
    # One that is like some of them but not like all stays out: no chains.
    with_chain = clusters(features, ["a", "b", "c", "chain"])
    for group in with_chain:
        values = features[list(group.features)]
        assert np.abs(spearmanr(values).statistic).min() >= 0.8


def test_only_features_in_use_are_looked_at() -> None:
    assert clusters(correlated(), ["a", "alone", "text"]) == ()
    assert clusters(correlated(), []) == ()


def test_ranks_and_correlations_are_spearmans() -> None:
    values = np.round(np.random.default_rng(2).normal(size=(40, 4)), 1)
    assert correlations(ranks(values)) == pytest.approx(spearmanr(values).statistic)
    values[:5, 0] = np.nan
    gaps = correlations(ranks(values))
    assert abs(gaps[0, 1]) <= 1.0
    constant = correlations(ranks(np.column_stack([np.ones(9), np.arange(9.0)])))
    assert constant.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_importance_of_a_group_is_that_of_the_sums() -> None:
    rng = np.random.default_rng(1)
    folds = [given(rng.normal(size=(9, 3)), ["a", "b", "c"], fold=number) for number in range(3)]
    cluster = Cluster(("a", "c"), 0.9)
    twin = given(np.full((4, 3), 0.01), ["a", "b", "c"], part="twin")
    units = np.arange(9)
    (found,) = group_records([cluster], folds, [[twin]], Thresholds(0.1, 0.2), units)
    sums = []
    for fold in folds:
        assert fold.single is not None
        sums.append(np.abs(fold.single.values[:, 0, 0] + fold.single.values[:, 2, 0]))
    means = np.array([[own.mean()] for own in sums])
    assert found.importance == pytest.approx(means.mean())
    variances = np.array([[own.var(ddof=1) / 9] for own in sums])
    low, high = interval_of_means(means, variances)
    assert (found.low, found.high) == pytest.approx((low[0], high[0]), rel=1e-5)
    assert found.twin == pytest.approx(0.02)
    assert found.clears_twin


def test_a_group_has_to_exceed_its_twin_as_noise_weighs_in_the_model() -> None:
    folds = [given(np.full((3, 2), 0.5), ["a", "b"])]
    twin = [[given(np.full((3, 2), 0.2), ["a", "b"], part="twin")]]
    cluster = [Cluster(("a", "b"), 0.9)]

    def clears(thresholds: Thresholds) -> bool | None:
        return group_records(cluster, folds, twin, thresholds, np.arange(3))[0].clears_twin

    assert clears(Thresholds(0.1, 0.2))
    assert not clears(Thresholds(0.1, 0.3))  # noise weighs three times as much: 0.4 becomes 1.2
    assert not clears(Thresholds(1.1, None))
    no_twin = group_records(cluster, folds, [], Thresholds(None, None), np.arange(3))
    assert no_twin[0].clears_twin is None


def test_opposite_attributions_of_a_group_cancel() -> None:
    values = np.column_stack([np.ones(4), -np.ones(4)])
    (found,) = group_records(
        [Cluster(("a", "b"), 0.9)],
        [given(values, ["a", "b"])],
        [],
        Thresholds(None, None),
        np.arange(4),
    )
    assert found.importance == 0.0
