"""Sentences where another way to compute would have said something else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import OutcomeInfo, TestSet
from deepbench.jobs.choosing import second_opinion
from deepbench.jobs.test_scores import (
    FoldPredictions,
    TestPredictions,
    difference,
    panel,
    unsteady_interval,
)
from deepbench.study.records import ComparisonRecord, Score


def _comparison(low: float, high: float, folds: Score | None) -> ComparisonRecord:
    return ComparisonRecord(
        network="network-small",
        baseline="linear",
        metric="auroc",
        difference=0.02,
        low=low,
        high=high,
        by_folds=folds,
    )


def test_a_second_opinion_that_agrees_is_not_said() -> None:
    agree = Score(value=0.02, low=-0.01, high=0.05)
    assert second_opinion(_comparison(-0.02, 0.06, agree)) == ()
    assert second_opinion(_comparison(-0.02, 0.06, None)) == ()
    assert second_opinion(None) == ()


@pytest.mark.parametrize(
    ("limits", "folds", "other", "decided"),
    [
        ((-0.02, 0.06), (0.01, 0.03), "count as better", "neither better nor worse"),
        ((0.01, 0.06), (-0.01, 0.05), "count as neither better nor worse", "they are better"),
        ((-0.02, 0.06), (-0.05, -0.01), "count as worse", "neither better nor worse"),
    ],
)
def test_a_second_opinion_that_disagrees_says_which_one_decides(
    limits: tuple[float, float], folds: tuple[float, float], other: str, decided: str
) -> None:
    score = Score(value=0.02, low=folds[0], high=folds[1])
    (sentence,) = second_opinion(_comparison(*limits, score))
    assert other in sentence
    assert decided in sentence
    assert "corrected score decides" in sentence


def test_intervals_of_the_auroc_that_end_far_apart_are_named() -> None:
    shown = Score(value=0.97, low=0.83, high=0.99)
    near = Score(value=0.97, low=0.85, high=0.99)
    far = Score(value=0.97, low=0.9, high=1.0)
    assert unsteady_interval({"auroc": shown, "auroc_delong": near}) == ()
    assert unsteady_interval({"r2": far}) == ()
    nothing = Score(value=0.97, low=None, high=None)
    assert unsteady_interval({"auroc": shown, "auroc_bootstrap": nothing}) == ()
    (sentence,) = unsteady_interval({"auroc": shown, "auroc_delong": near, "auroc_bootstrap": far})
    assert "0.83 to 0.99 is shown" in sentence
    assert "the bootstrap says 0.90 to 1.00" in sentence
    assert "DeLong" not in sentence


# --- several models ------------------------------------------------------------------------


def _part(first: int, shift: float) -> FoldPredictions:
    """Twelve test samples of a model whose scores lie elsewhere than those of the others."""
    rng = np.random.default_rng(first)
    y = np.arange(12) % 2
    score = np.clip(0.1 + 0.1 * y + rng.normal(0, 0.05, 12) + shift, 0, 1)
    info = OutcomeInfo(column="group", task="binary", classes=("A", "B"))
    test = TestSet(
        features=pd.DataFrame({"g": np.zeros(12)}),
        outcome=y,
        units=np.arange(first, first + 12),
        sample_ids=np.array([f"s{i}" for i in range(first, first + 12)]),
        annotations=pd.DataFrame(index=range(12)),
        info=info,
    )
    p = np.column_stack([1 - score, score])
    half = np.full((12, 2), 0.5)
    said = {"chosen": y, "network": y, "baseline": y}
    return FoldPredictions(test, {"chosen": p, "network": p, "baseline": half}, said)


def test_scores_of_different_models_are_not_compared() -> None:
    parts = [_part(12 * k, 0.15 * k) for k in range(5)]
    found = TestPredictions.gather(parts)
    assert found.folds is not None
    alone = [panel(TestPredictions.gather([part]), "chosen", 1)["auroc"].value for part in parts]
    together = panel(found, "chosen", 1)
    # Equal folds: the mean of theirs. Pooled, the shifts would hide the classes.
    assert together["auroc"].value == pytest.approx(np.mean(alone))
    gain = difference(found, "network", "baseline", 1)
    assert gain is not None
    assert gain.value == pytest.approx(np.mean(alone) - 0.5)


def test_one_test_set_has_no_folds() -> None:
    assert TestPredictions.gather([_part(0, 0.0)]).folds is None
