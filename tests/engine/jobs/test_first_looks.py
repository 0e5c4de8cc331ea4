"""First looks in the scores: they never win, and the correction knows of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deepbench.data.samples import OutcomeInfo
from deepbench.evaluation.corrected_score import corrected_score
from deepbench.evaluation.fold_scores import score
from deepbench.jobs.leaderboard import FamilyTrials, model_record, predictions, winner_score
from deepbench.models.registry import get_family
from deepbench.study.artifacts import array_bytes
from deepbench.study.records import TrialRecord

ROWS = 60
OUTCOME = np.arange(ROWS) % 2
FOLDS = (np.arange(ROWS) // 2 % 5)[None]


def out_of_fold(strength: float, seed: int) -> np.ndarray:
    value = strength * OUTCOME + np.random.default_rng(seed).normal(size=ROWS)
    chance = 1 / (1 + np.exp(-value))
    return np.stack([1 - chance, chance], axis=1)[None]


class Study:
    """Trials of a family of which the first looks score best."""

    def __init__(self) -> None:
        strengths = [(1.5, True), (2.0, True), (0.4, True), (0.9, False), (1.1, False)]
        self.arrays = {
            f"runs/{i}.npy": out_of_fold(strength, i) for i, (strength, _) in enumerate(strengths)
        }
        self.trials = tuple(
            TrialRecord(
                search="main-x",
                family="random_forest",
                number=number,
                params={"n": number},
                score=score("binary", OUTCOME, self.arrays[f"runs/{number}.npy"], FOLDS),
                fold_scores=(),
                seconds=1.0,
                predictions=f"runs/{number}.npy",
                first_look=look,
            )
            for number, (_, look) in enumerate(strengths)
        )

    def read(self, name: str) -> bytes:
        return array_bytes(self.arrays[name])


@pytest.fixture
def study() -> Study:
    return Study()


@pytest.fixture
def context(study: Study) -> Any:
    return SimpleNamespace(study=study, plan=SimpleNamespace(seed=1))


@pytest.fixture
def bench() -> Any:
    training = SimpleNamespace(
        info=OutcomeInfo("y", "binary", ("a", "b")), outcome=OUTCOME, units=np.arange(ROWS)
    )
    return SimpleNamespace(training=training, fold_of=FOLDS)


@pytest.fixture
def group(study: Study) -> FamilyTrials:
    return FamilyTrials(get_family("random_forest"), study.trials, offered=16)


def test_the_best_trial_is_one_in_full(group: FamilyTrials) -> None:
    assert max(group.trials, key=lambda trial: trial.score or 0.0).first_look
    assert group.best.number in (3, 4)
    assert group.best.score == max(trial.score for trial in group.trials if not trial.first_look)


def test_the_plain_score_is_the_winners_and_the_correction_knows_all(
    context: Any, bench: Any, group: FamilyTrials, study: Study
) -> None:
    found = winner_score(context, bench, [group], "x")
    assert found.plain == pytest.approx(group.best.score)
    in_full = [study.arrays[trial.predictions] for trial in group.candidates]
    alone = corrected_score("binary", OUTCOME, np.arange(ROWS), in_full, FOLDS, seed=1)
    assert found.value != pytest.approx(alone.value, abs=1e-3)
    given = predictions(study, [group])  # type: ignore[arg-type]
    for array, wanted in zip(given[:2], in_full, strict=True):
        np.testing.assert_array_equal(array, wanted)
    assert len(given) == len(group.trials)


def test_the_leaderboard_counts_them(context: Any, bench: Any, group: FamilyTrials) -> None:
    record = model_record(context, bench, group)
    assert (record.trials, record.first_looks, record.offered) == (5, 3, 16)
    assert record.best_trial == group.best.number
    assert record.plain == pytest.approx(group.best.score)


def test_looking_does_not_flatter_the_score_of_what_was_promoted() -> None:
    """Without a signal the corrected score stays at chance, whatever was looked at first."""
    biases = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        own = rng.normal(size=(16, ROWS))
        looks = [_chances(row + 0.3 * rng.normal(size=ROWS)) for row in own]
        order = np.argsort([-score("binary", OUTCOME, oof, FOLDS) for oof in looks])[:4]
        in_full = [_chances(own[place]) for place in order]
        given = ("binary", OUTCOME, np.arange(ROWS))
        honest = corrected_score(
            *given, [*in_full, *looks], FOLDS, resamples=200, seed=seed, can_win=4
        )
        flattered = corrected_score(*given, in_full, FOLDS, resamples=200, seed=seed)
        biases.append((honest.value - 0.5, flattered.value - 0.5))
    honest_bias, flattered_bias = np.mean(biases, axis=0)
    assert abs(honest_bias) < 0.03
    assert flattered_bias > honest_bias + 0.02


def _chances(value: np.ndarray) -> np.ndarray:
    chance = 1 / (1 + np.exp(-value))
    return np.stack([1 - chance, chance], axis=1)[None]
