"""The p-value of the shuffled-label check: closed forms, and its error rate when it ends early."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.checks.p_value import ENOUGH_EXCEEDANCES, p_value, sequential_p_value


def test_counts_the_real_score_among_the_shuffled_ones() -> None:
    assert p_value(0.9, np.array([0.5, 0.95, 0.9, 0.2])) == pytest.approx(3 / 5)
    assert p_value(0.9, np.full(99, 0.5)) == pytest.approx(0.01)


def test_without_a_real_score_nothing_is_shown() -> None:
    assert p_value(None, np.zeros(9)) == 1.0
    assert p_value(float("nan"), np.zeros(9)) == 1.0


def test_more_shuffles_are_asked_for_until_the_planned_number() -> None:
    assert sequential_p_value(0.9, np.full(99, 0.5), 100) is None
    found = sequential_p_value(0.9, np.full(100, 0.5), 100)
    assert found is not None
    assert (found.value, found.shuffles, found.ended_early) == (1 / 101, 100, False)


def test_ends_with_the_tenth_score_that_is_as_good() -> None:
    null = np.array([0.4, 0.6] * 20)
    found = sequential_p_value(0.5, null, 100)
    assert found is not None
    assert (found.value, found.shuffles, found.ended_early) == (0.5, 20, True)
    # Shuffles beyond it, done in the same block, change nothing.
    assert sequential_p_value(0.5, null[:20], 100) == found


def test_ends_as_planned_when_the_tenth_is_the_last() -> None:
    null = np.array([0.4] * 90 + [0.6] * 10)
    found = sequential_p_value(0.5, null, 100)
    assert found is not None
    assert (found.value, found.ended_early) == (11 / 101, False)


def test_ending_early_never_takes_a_signal_away() -> None:
    """Wherever it ends early, the p-value of all shuffles would have been above 0.05 too."""
    generator = np.random.default_rng(3)
    for _ in range(400):
        null = generator.normal(size=100)
        real = generator.normal(1.5)
        found = sequential_p_value(real, null, 100)
        assert found is not None
        assert (found.value <= 0.05) == (p_value(real, null) <= 0.05)


def test_is_valid_on_null_data_at_any_level() -> None:
    """P(p <= a) <= a, also for the values that ending early gives: 8,000 repetitions."""
    generator = np.random.default_rng(4)
    found = []
    for _ in range(8_000):
        scores = generator.normal(size=101)
        result = sequential_p_value(scores[0], scores[1:], 100)
        assert result is not None
        found.append(result.value)
    values = np.array(found)
    for level in (0.01, 0.05, 0.1, 0.2, 0.5):
        margin = 4 * np.sqrt(level * (1 - level) / len(values))
        assert np.mean(values <= level) <= level + margin
    assert np.mean(values <= 0.5) > 0.4
    assert ENOUGH_EXCEEDANCES == 10
