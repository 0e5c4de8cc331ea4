from __future__ import annotations

import itertools

import numpy as np
import pytest

from deepbench.training.stopping import (
    Told,
    expected_best,
    expected_gain,
    nothing_to_gain,
    paired_noise,
)

# Folds differ by 0.1, whatever the settings: what settings differ by less is noise.
NOISY = ((0.1, -0.1, 0.1, -0.1, 0.0), (-0.1, 0.1, 0.0, 0.1, -0.1), (0.0, 0.1, -0.1, -0.1, 0.1))


def trial(score: float, noise: tuple[float, ...] = (0.0,) * 5) -> Told:
    return Told(score, tuple(score + shift for shift in noise))


def noisy(scores: list[float]) -> list[Told]:
    return [trial(score, NOISY[place % 3]) for place, score in enumerate(scores)]


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_the_expected_best_is_the_mean_over_all_choices(count: int) -> None:
    scores = np.array([0.3, 0.9, 0.5, 0.5, 0.7, 0.1])
    choices = itertools.combinations(scores, count)
    assert expected_best(scores, count) == pytest.approx(np.mean([max(c) for c in choices]))


def test_the_gain_is_not_understated_for_trials_drawn_alike() -> None:
    rng = np.random.default_rng(5)
    drawn = rng.beta(8, 3, size=(4000, 16))
    bound = np.mean([expected_gain(row[:8], 8) for row in drawn])
    true = np.mean(drawn.max(axis=1) - drawn[:, :8].max(axis=1))
    assert true < bound < 4 * true


def test_nobody_gains_more_than_is_left_to_the_best_possible() -> None:
    assert expected_gain(np.array([0.2, 0.3, 0.9, 0.99]), 100) == pytest.approx(0.01)
    assert expected_gain(np.array([0.2, 0.3, 0.4, 1.0]), 100) == 0.0


def test_the_noise_is_the_corrected_error_of_the_paired_difference() -> None:
    best = Told(0.9, (0.9, 0.8, 1.0, 0.9, 0.9))
    rival = Told(0.8, (0.7, 0.8, 0.9, 0.8, 0.8))
    differences = np.subtract(best.folds, rival.folds)
    wanted = np.sqrt(differences.var(ddof=1) * (1 / 5 + 1 / 4))
    assert paired_noise([rival, best], 5) == pytest.approx(wanted)


def test_folds_without_a_score_are_left_out_and_too_few_say_nothing() -> None:
    best = Told(0.9, (0.9, None, 1.0, 0.9, 0.9))
    rival = Told(0.8, (0.7, 0.8, None, 0.8, 0.8))
    differences = np.array([0.2, 0.1, 0.1])
    wanted = np.sqrt(differences.var(ddof=1) * (1 / 3 + 1 / 4))
    assert paired_noise([best, rival], 5) == pytest.approx(wanted)
    assert paired_noise([best, Told(0.8, (0.7, None, None, 0.8, None))], 5) is None
    assert not nothing_to_gain([best, Told(0.8, (None,) * 5)], 4, 1, 5)


def test_alike_within_noise_there_is_nothing_to_gain() -> None:
    close = noisy([0.700, 0.701, 0.699, 0.702, 0.700, 0.701, 0.700, 0.701])
    assert nothing_to_gain(close, further=8, last_batch=4, tuning_folds=5)


def test_a_search_that_still_climbs_goes_on() -> None:
    climbing = noisy([0.60, 0.62, 0.61, 0.63, 0.70, 0.75, 0.80, 0.85])
    assert not nothing_to_gain(climbing, further=8, last_batch=4, tuning_folds=5)


def test_what_the_last_batch_added_counts() -> None:
    """Two equal scores at the top hide the climb from the bound, not from the batch."""
    told = noisy([0.60] * 12 + [0.85] * 4)
    assert expected_gain(np.array([item.score for item in told]), 1) < 0.02
    assert not nothing_to_gain(told, further=1, last_batch=4, tuning_folds=5)
    assert nothing_to_gain(told, further=1, last_batch=1, tuning_folds=5)


def test_more_trials_left_are_worth_more() -> None:
    told = noisy([0.60, 0.66, 0.68, 0.66, 0.63, 0.65, 0.67, 0.675])
    assert nothing_to_gain(told, further=1, last_batch=4, tuning_folds=5)
    assert not nothing_to_gain(told, further=40, last_batch=4, tuning_folds=5)


def test_a_perfect_score_ends_the_search() -> None:
    assert nothing_to_gain([trial(1.0), trial(0.9), trial(1.0)], 50, 1, 5)


def test_trials_without_a_score_say_nothing() -> None:
    assert not nothing_to_gain([Told(None), Told(None), Told(0.7, (0.7,) * 5)], 4, 1, 5)
    assert not nothing_to_gain([], 4, 1, 5)
