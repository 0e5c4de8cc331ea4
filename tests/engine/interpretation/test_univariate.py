"""Effects of single features against SciPy's tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kruskal, mannwhitneyu, spearmanr

from deepbench.interpretation.univariate import univariate
from tests.engine.interpretation.planted import training_set


def table(rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    features = pd.DataFrame(np.round(rng.normal(size=(rows, 3)), 1), columns=["a", "b", "gap"])
    features.loc[::7, "gap"] = np.nan
    features["constant"] = 1.0
    features["empty"] = np.nan
    features["text"] = "x"
    return features


def test_two_classes_agree_with_mann_and_whitney() -> None:
    features, codes = table(), np.arange(60) % 2
    features["a"] += codes
    found = univariate(features, training_set(features, codes))
    for name in ("a", "b", "gap"):
        known = features[name].notna().to_numpy()
        up, down = (features[name][known & (codes == code)] for code in (1, 0))
        test = mannwhitneyu(up, down, use_continuity=False, method="asymptotic")
        effect, p = found.effects[name]
        assert effect == pytest.approx(2 * test.statistic / (len(up) * len(down)) - 1)
        assert p == pytest.approx(test.pvalue)
    assert set(found.effects) == {"a", "b", "gap"}
    assert found.effects["a"][0] > 0.3
    assert found.name.endswith("higher in yes)")


def test_several_classes_agree_with_kruskal_and_wallis() -> None:
    features, codes = table(), np.arange(60) % 3
    features["a"] += 2.0 * (codes == 1)
    found = univariate(features, training_set(features, codes, "multiclass"))
    for name in ("a", "b", "gap"):
        known = features[name].notna().to_numpy()
        groups = [features[name][known & (codes == code)] for code in range(3)]
        h, p = kruskal(*groups)
        count = int(known.sum())
        effect, own_p = found.effects[name]
        assert own_p == pytest.approx(p)
        assert effect == pytest.approx(max((h - 2) / (count - 3), 0.0))


def test_numbers_agree_with_spearman() -> None:
    features = table()
    outcome = features["a"].to_numpy() + np.random.default_rng(1).normal(size=60)
    found = univariate(features, training_set(features, outcome, "regression"))
    for name in ("a", "b", "gap"):
        expected = spearmanr(features[name], outcome, nan_policy="omit")
        assert found.effects[name] == pytest.approx((expected.statistic, expected.pvalue))


def test_samples_of_one_unit_count_once() -> None:
    features, codes = table(20)[["a", "b"]], np.arange(20) % 2
    once = univariate(features, training_set(features, codes))
    again = pd.concat([features] * 5, ignore_index=True)
    units = np.tile(np.arange(20), 5)
    repeated = univariate(again, training_set(again, np.tile(codes, 5), units=units))
    for name in ("a", "b"):
        assert repeated.effects[name] == pytest.approx(once.effects[name])
