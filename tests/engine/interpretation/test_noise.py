"""What noise gets: columns of no use, and the threshold that importances have to exceed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepbench.interpretation.fold_models import fold_model
from deepbench.interpretation.noise_columns import (
    copied_from,
    copies_of,
    donor_rows,
    is_noise,
    noise_sources,
    with_noise,
)
from deepbench.interpretation.noise_threshold import Noise, Thresholds, pooled, threshold
from tests.engine.interpretation.fold_fits import Fits
from tests.engine.interpretation.planted import bench_of, training_set


def test_donors_are_other_units_and_one_donor_serves_a_unit() -> None:
    units = np.repeat(np.arange(40), 3)
    donors = donor_rows(units, seed=1)
    of_units = units[donors].reshape(40, 3)
    assert (of_units == of_units[:, :1]).all()
    assert sorted(of_units[:, 0].tolist()) == list(range(40))
    assert (of_units[:, 0] != np.arange(40)).mean() > 0.9
    # Rows of a donor are all used, in turn.
    assert len(set(donors.tolist())) == 120
    uneven = donor_rows(np.array([0, 0, 0, 1]), seed=3)
    assert set(uneven.tolist()) <= {0, 1, 2, 3}


def test_copies_stand_beside_what_they_are_copies_of() -> None:
    matrix = np.arange(12.0).reshape(3, 4)
    donors = [matrix[1], matrix[2], matrix[0]]
    wide, names = with_noise(matrix, ("a", "b", "b", "c"), frozenset({"b"}), donors)
    assert np.array_equal(wide[:, :4], matrix)
    assert np.array_equal(wide[:, 4:], matrix[[1, 2, 0], 1:3])
    assert names[:4] == ("a", "b", "b", "c")
    assert [is_noise(name) for name in names] == [False] * 4 + [True] * 2
    assert copied_from(names[4]) == copied_from(names[5]) == "b"


def test_so_many_columns_are_copied_as_memory_has_room_for() -> None:
    assert copies_of(30, 500) == 30
    assert copies_of(20_000, 500) == 10_000
    names = [f"g{i}" for i in range(20_000)]
    drawn = noise_sources(names, 500, seed=1)
    assert len(drawn) == 10_000
    assert drawn != noise_sources(names, 500, seed=2)


def test_a_copy_has_the_same_values_in_every_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    features = pd.DataFrame(rng.normal(size=(60, 3)), columns=["a", "b", "c"])
    features["kind"] = np.array(["x", "y"], dtype=object)[rng.integers(0, 2, 60)]
    bench = bench_of(training_set(features, np.arange(60) % 2), folds=3)
    fits = Fits(monkeypatch, bench, "linear", {"penalty": "l2", "strength": 1.0})
    orders = []
    for number, fold in enumerate(bench.folds):
        model = fold_model(bench, fits.task("noise", number).fit)
        rows = np.concatenate([fold.fit, fold.tune])
        values = np.concatenate([model.fit, model.tune])[np.argsort(rows)]
        copy = [i for i, name in enumerate(model.sources) if is_noise(name)]
        assert len(copy) == 5
        first = next(i for i in copy if copied_from(model.sources[i]) == "a")
        orders.append(np.argsort(values[:, first]))
        # It is a permutation of the real column, and knows nothing of it.
        assert np.sort(values[:, first]) == pytest.approx(np.sort(values[:, 0]))
        assert abs(np.corrcoef(values[:, first], values[:, 0])[0, 1]) < 0.5
    assert np.array_equal(orders[0], orders[1])
    assert np.array_equal(orders[0], orders[2])


def test_threshold_is_the_smallest_with_few_false_ones_above() -> None:
    importance = np.concatenate([np.full(40, 5.0), np.full(60, 1.0)])
    noise = Noise(np.array([0.5, 0.9, 4.0]), factor=1.0)
    # Above 0.9: one expected among 100. Above 0.5: two. Above 0: three of 100, which is enough.
    assert threshold(importance, noise) == 0.0
    assert threshold(importance, Noise(noise.values, factor=2.0)) == 0.5
    assert threshold(importance, Noise(noise.values, factor=4.0)) == 0.9
    assert threshold(importance, Noise(noise.values, factor=100.0)) == 4.0
    assert threshold(np.array([1.0, 2.0]), noise) == 4.0
    assert threshold(importance, Noise(np.empty(0), factor=1.0)) == 0.0


def test_every_shuffle_is_a_chance_for_every_feature() -> None:
    found = pooled([np.array([0.0, 1.0]), np.array([2.0, 0.0]), np.array([0.0, 0.0])])
    assert sorted(found.values.tolist()) == [1.0, 2.0]
    assert found.factor == pytest.approx(1 / 3)


def test_the_larger_of_two_thresholds_holds() -> None:
    assert Thresholds(1.0, 3.0).joint == 3.0
    assert Thresholds(1.0, 3.0).stretch == 3.0
    assert Thresholds(3.0, 1.0).stretch == 1.0
    assert Thresholds(2.0, None).joint == 2.0
    assert Thresholds(None, None).joint is None
    assert Thresholds(0.0, 1.0).stretch == 1.0


def test_as_many_noise_features_stand_out_as_are_expected() -> None:
    """20,000 features of no use and 50 of use: few false ones among those above."""
    false, found = 0, 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        importance = np.concatenate(
            [rng.exponential(size=20_000), 12.0 + rng.exponential(size=50)]
        )
        noise = Noise(rng.exponential(size=30_000), factor=20_050 / 30_000)
        above = importance > threshold(importance, noise)
        false += int(above[:20_000].sum())
        found += int(above.sum())
    assert found > 450
    assert false / found < 0.1
