"""Importance over folds: means, ranges, direction, stability, twin; a planted feature is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from deepbench.data.samples import OutcomeInfo
from deepbench.interpretation.attributions import Attributions, attribute
from deepbench.interpretation.importance import KEPT_FEATURES, FoldAttributions, importances
from deepbench.models.baselines.random_forest import RandomForestFamily
from deepbench.models.family import FitRows
from deepbench.models.fitted import FittedModel
from deepbench.models.preprocessing import Preprocessor

Floats = NDArray[np.float64]


def fold(
    values: Floats, names: list[str], samples: pd.DataFrame | None = None
) -> FoldAttributions:
    """A fold with attributions (n, p) or (n, p, O) that add up."""
    values = values if values.ndim == 3 else values[:, :, None]
    outputs = values.sum(axis=1)
    found = Attributions(
        model="linear",
        method="linear SHAP (exact)",
        scale="log-odds",
        unit="log-odds of yes",
        features=tuple(names),
        values=values,
        rest=np.zeros_like(outputs),
        base=np.zeros(outputs.shape[1]),
        outputs=outputs,
    )
    if samples is None:
        samples = pd.DataFrame(np.zeros((len(values), len(names))), columns=names)
    return FoldAttributions(found, samples, np.arange(len(values)))


def drawn(rows: int, columns: int, seed: int, scale: float = 1.0) -> Floats:
    return np.random.default_rng(seed).normal(size=(rows, columns), scale=scale)


def test_importance_is_the_mean_of_folds_and_the_range_is_of_folds() -> None:
    first = fold(np.array([[1.0, -4.0], [-3.0, 4.0]]), ["a", "b"])
    second = fold(np.array([[4.0, 1.0], [4.0, 3.0]]), ["a", "c"])
    record = importances([first, second])
    found = {f.feature: (f.importance, f.low, f.high) for f in record.features}
    assert found == {"a": (3.0, 2.0, 4.0), "b": (2.0, 0.0, 4.0), "c": (1.0, 0.0, 2.0)}
    assert [f.feature for f in record.features] == ["a", "b", "c"]
    assert (record.samples, record.folds) == (4, 2)
    assert record.above_twin is None
    assert all(f.twin is None for f in record.features)


def test_classes_are_averaged() -> None:
    values = np.array([[[1.0, -1.0, 0.0], [3.0, 0.0, -3.0]]])
    record = importances([fold(values, ["a", "b"])])
    assert [f.importance for f in record.features] == pytest.approx([2.0, 2.0 / 3.0])
    assert [f.direction for f in record.features] == [None, None]


def test_direction_is_the_rank_correlation_inside_folds() -> None:
    folds, expected = [], []
    for seed, rows in ((1, 10), (2, 20)):
        numbers = drawn(rows, 2, seed)
        values = numbers**3 * [1.0, -1.0] + drawn(rows, 2, seed + 10, 0.3)
        folds.append(fold(values, ["up", "down"], pd.DataFrame(numbers, columns=["up", "down"])))
        expected.append([spearmanr(numbers[:, i], values[:, i]).statistic for i in range(2)])
    weighted = np.average(expected, axis=0, weights=[10, 20])
    found = {f.feature: f.direction for f in importances(folds).features}
    assert found["up"] == pytest.approx(weighted[0])
    assert found["down"] == pytest.approx(weighted[1])


def test_no_direction_for_texts_and_constants_and_missing_values_are_left_out() -> None:
    values = drawn(12, 3, 1)
    numbers = np.arange(12.0)
    numbers[[2, 5]] = np.nan
    samples = pd.DataFrame({"text": ["x", "y"] * 6, "constant": 1.0, "gaps": numbers})
    found = {
        f.feature: f.direction
        for f in importances([fold(values, ["text", "constant", "gaps"], samples)]).features
    }
    known = ~np.isnan(numbers)
    assert found["text"] is None
    assert found["constant"] is None
    assert found["gaps"] == pytest.approx(spearmanr(numbers[known], values[known, 2]).statistic)


def test_rank_stability_is_the_mean_correlation_between_folds() -> None:
    names = [f"f{i}" for i in range(8)]
    tables = [np.abs(drawn(1, 8, seed)) for seed in range(3)]
    record = importances([fold(values, names) for values in tables])
    pairs = [spearmanr(tables[i][0], tables[j][0]).statistic for i, j in ((0, 1), (0, 2), (1, 2))]
    assert record.rank_stability == pytest.approx(np.mean(pairs))
    assert importances([fold(tables[0], names)]).rank_stability is None


def test_features_that_no_fold_uses_do_not_feign_stability() -> None:
    names = [f"f{i}" for i in range(200)]
    used = [np.abs(drawn(1, 5, seed)) for seed in range(2)]
    padded = [np.hstack([values, np.zeros((1, 195))]) for values in used]
    with_zeros = importances([fold(values, names) for values in padded])
    without = importances([fold(values, names[:5]) for values in used])
    assert with_zeros.rank_stability == pytest.approx(without.rank_stability)
    assert len(with_zeros.features) == 5


def test_twin_sets_the_bar_at_its_own_quantile() -> None:
    names = [f"f{i}" for i in range(100)]
    real = np.full((4, 100), 0.5)
    real[:, :3] = 9.0
    twin = np.tile(np.linspace(0.01, 1.0, 100), (4, 1))
    record = importances([fold(real, names)], [fold(twin, names)])
    assert record.above_twin == 3
    assert record.features[0].twin == pytest.approx(0.01)
    assert "3 of 100 features weigh more than 95 % of the features" in " ".join(record.sentences)
    # Features that the twin does not use may not lower its bar.
    sparse = twin.copy()
    sparse[:, :80] = 0.0
    assert importances([fold(real, names)], [fold(sparse, names)]).above_twin == 3


def test_only_the_strongest_are_kept_and_ties_go_by_name() -> None:
    names = [f"f{i:02}" for i in range(50)]
    folds = [fold(np.ones((2, 50)), names[::-1])]
    record = importances(folds)
    assert [f.feature for f in record.features] == names[:KEPT_FEATURES]


def test_model_without_features_says_so() -> None:
    record = importances([fold(np.zeros((3, 2)), ["a", "b"])])
    assert record.features == ()
    assert record.sentences == ("The model uses no feature.",)


def test_attributions_that_do_not_add_up_are_told() -> None:
    good = fold(drawn(5, 3, 1), ["a", "b", "c"])
    own = good.attributions
    off = Attributions(**{**vars(own), "outputs": own.outputs + 0.5})
    record = importances([good, FoldAttributions(off, good.samples, good.rows)])
    assert record.local_accuracy_error == pytest.approx(0.5)
    assert "not to be relied on" in record.sentences[-1]
    assert "relied on" not in " ".join(importances([good]).sentences)


def test_no_folds_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one fold"):
        importances([])


def test_planted_feature_is_on_top_and_noise_stays_below_the_twin() -> None:
    rng = np.random.default_rng(4)
    features = pd.DataFrame(rng.normal(size=(240, 20)), columns=[f"g{i}" for i in range(20)])
    outcome = (features["g7"] + 0.5 * rng.normal(size=240) > 0).astype(int).to_numpy()
    info = OutcomeInfo("relapse", "binary", ("no", "yes"))

    def explained(labels: NDArray[np.int64]) -> list[FoldAttributions]:
        folds = []
        for number in range(3):
            held_out = np.arange(240) % 3 == number
            preprocessor = Preprocessor.fit(features[~held_out])
            x = preprocessor.transform(features[~held_out])
            rows = FitRows(x, np.arange(20), labels[~held_out], np.arange(len(x)), "binary")
            params = {"trees": 40, "splits": "best", "tried": 1, "min_samples_leaf": 5}
            predictor = RandomForestFamily().fit(rows, params, seed=0)
            model = FittedModel("random_forest", info, preprocessor, np.arange(20), predictor)
            chosen = np.flatnonzero(held_out)[:20]
            samples = features.iloc[chosen].reset_index(drop=True)
            found = attribute(model, features[~held_out], samples, 1)
            folds.append(FoldAttributions(found, samples, chosen))
        return folds

    record = importances(explained(outcome), explained(rng.permutation(outcome)))
    assert record.features[0].feature == "g7"
    assert record.features[0].direction is not None
    assert record.features[0].direction > 0.8
    assert record.above_twin is not None
    assert 1 <= record.above_twin <= 3
    assert record.local_accuracy_error is not None
    assert record.local_accuracy_error < 1e-9
