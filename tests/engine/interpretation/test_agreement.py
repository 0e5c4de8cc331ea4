"""Agreement of two models, and the sentences and records made of importances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from deepbench.interpretation.agreement import agreement
from deepbench.interpretation.attribution_records import (
    KEPT_FEATURES,
    attribution_record,
    importances_record,
)
from deepbench.interpretation.importance import Importance, ModelFits, TableSize, importance_of
from deepbench.interpretation.univariate import Univariate
from deepbench.study.records import FeatureGroup
from tests.engine.interpretation.fold_fits import given

NO_EFFECTS = Univariate("", {})


def of(sizes: list[float], model: str = "linear", features: int = 100) -> Importance:
    names = [f"g{i:02}" for i in range(len(sizes))]
    fold = given(np.array([sizes, sizes]), names, model=model)
    return importance_of(ModelFits((fold,)), TableSize(2, features))


def with_twin(sizes: list[float], twin: float) -> Importance:
    names = [f"g{i:02}" for i in range(len(sizes))]
    fold = given(np.array([sizes, sizes]), names)
    shuffled = given(np.full((2, len(names)), twin), names, part="twin")
    return importance_of(ModelFits((fold,), twins=((shuffled,),)), TableSize(2, 100))


def test_shared_features_and_ranks() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random(50).tolist(), rng.random(50).tolist()
    found = agreement(of(one), of(other, "network-small"), 100)
    top = set(np.argsort(one)[-20:]) & set(np.argsort(other)[-20:])
    assert (found.models, found.top) == (("linear", "network-small"), 20)
    assert found.shared == len(top)
    assert found.by_chance == pytest.approx(4.0)
    assert found.rank_correlation == pytest.approx(spearmanr(one, other).statistic)
    assert found.sentence.startswith(f"Of the 20 most important features of one model, {len(top)}")
    assert "(4.0 by chance)" in found.sentence


def test_few_features_and_none() -> None:
    found = agreement(of([3.0, 2.0, 1.0, 0.5]), of([0.0, 0.0, 1.0, 2.0]), 4)
    assert (found.top, found.shared) == (2, 0)
    assert "2 most important features of one model, none are among" in found.sentence
    nothing = agreement(of([0.0, 0.0]), of([1.0, 2.0]), 2)
    assert nothing.sentence.startswith("At least one of the two models uses no feature")
    assert nothing.rank_correlation is None


def test_the_record_lists_the_most_important() -> None:
    sizes = np.linspace(1.0, 2.0, 60).tolist()
    single = Univariate("some effect", {"g59": (0.5, 0.01)})
    groups = [
        FeatureGroup(
            features=("g58", "g57"), correlation=0.9, importance=3.9, low=3.0, high=5.0, twin=None
        )
    ]
    record = attribution_record(of(sizes), groups, single, 100)
    assert len(record.features) == KEPT_FEATURES
    first, second = record.features[:2]
    assert (first.feature, first.effect, first.group) == ("g59", 0.5, None)
    assert (second.feature, second.effect, second.group) == ("g58", None, 0)
    assert record.effect_name == "some effect"
    assert (record.samples, record.folds, record.fits) == (2, 1, 1)
    assert any("2 features stand in 1 group" in text for text in record.sentences)
    every = importances_record(of(sizes), single, preview=True)
    assert len(every.features) == len(every.importance) == 60
    assert every.preview
    assert every.effect_p[:2] == (0.01, None)
    assert every.importance[0] == 2.0
    assert set(every.clears_twin) == {None}


def test_noise_is_put_in_words() -> None:
    clear = attribution_record(with_twin([5.0, 4.0, 0.1], 0.5), (), NO_EFFECTS, 100)
    assert any(text.startswith("2 of 3 features stand out from noise") for text in clear.sentences)
    assert [feature.clears_twin for feature in clear.features] == [True, True, False]
    assert clear.above_twin == 2
    one = attribution_record(with_twin([5.0, 0.2], 0.5), (), NO_EFFECTS, 100)
    assert any("1 of 2 features stands out from noise: it weighs" in t for t in one.sentences)
    assert not any("down to 0" in text for text in clear.sentences)
    found = with_twin([5.0, 4.0], 0.5)
    other = replace(found, low=np.array([0.0, 3.0]))
    said = attribution_record(other, (), NO_EFFECTS, 100).sentences
    assert any(
        text.startswith("1 of them has an interval that reaches down to 0") for text in said
    )
    none = attribution_record(with_twin([0.4, 0.1], 0.5), (), NO_EFFECTS, 100)
    assert any(text.startswith("No feature stands out from noise") for text in none.sentences)


def test_what_is_wrong_is_said() -> None:
    fold = given(np.ones((3, 2)), ["a", "b"])

    def said(**changes: float) -> str:
        found = importance_of(ModelFits((replace(fold, **changes),)), TableSize(3, 2))  # type: ignore[arg-type]
        return " ".join(attribution_record(found, (), NO_EFFECTS, 2).sentences)

    assert "not to be relied on" in said(error=0.5)
    assert "random weights" in said(weights_check=0.8)
    assert "random weights" not in said(weights_check=0.2)
    assert "relied on" not in said()
    nothing = importance_of(ModelFits((given(np.zeros((3, 1)), ["a"]),)), TableSize(3, 1))
    record = attribution_record(nothing, (), NO_EFFECTS, 1)
    assert record.sentences == ("The model uses no feature.",)
    assert record.features == ()
