from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.utils import Bunch

from deepbench.training.lanes import Architecture
from deepbench.training.sanity import initial_loss, overfits_eight, sanity_checks

NETWORK = Architecture((16, 8), 2, "classification")


def test_a_sound_network_passes_both(problem: Bunch) -> None:
    start, memory = sanity_checks(NETWORK, problem.x, problem.codes, seed=1)
    assert (start.name, start.passed) == ("initial_loss", True)
    assert start.expected == pytest.approx(math.log(2))
    assert (memory.name, memory.passed) == ("overfits_eight", True)
    assert memory.value < memory.expected
    assert "by heart" in memory.sentence


def test_expected_first_loss_follows_the_task(problem: Bunch) -> None:
    five = Architecture((16,), 5, "classification")
    value, expected = initial_loss(five, problem.x, np.arange(120) % 5, seed=1)
    assert expected == pytest.approx(math.log(5))
    assert value == pytest.approx(expected, rel=0.05)
    regression = Architecture((16,), 1, "regression")
    value, expected = initial_loss(regression, problem.x, problem.targets, seed=1)
    assert expected == 1.0
    assert value == pytest.approx(1.0, rel=0.05)


def test_regression_learns_eight_samples(problem: Bunch) -> None:
    learned, loss = overfits_eight(
        Architecture((16,), 1, "regression"), problem.x, problem.targets, seed=1
    )
    assert learned
    assert loss < 0.05


def test_unscaled_inputs_are_noticed(problem: Bunch) -> None:
    start, _ = sanity_checks(NETWORK, problem.x * np.float32(1000), problem.codes, seed=1)
    assert not start.passed
    assert "not scaled" in start.sentence


def test_contradicting_samples_cannot_be_learned() -> None:
    x = np.ones((20, 4), dtype=np.float32)
    _, memory = sanity_checks(NETWORK, x, np.arange(20) % 2, seed=1)
    assert not memory.passed
    # Half of the equal samples belong to each class: log 2 is the best that anyone could do.
    assert memory.value == pytest.approx(math.log(2), abs=1e-3)
    assert "could not learn" in memory.sentence


def test_a_rare_class_is_among_the_eight() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3)).astype(np.float32)
    codes = np.zeros(200, dtype=np.int64)
    codes[150] = 1
    x[:] = x[0]
    x[150] += 5
    # All samples but the rare one are equal: with it among the eight the loss starts near log 2
    # and the network has to tell it apart.
    learned, loss = overfits_eight(NETWORK, x, codes, seed=3)
    assert learned
    x[150] = x[0]
    learned, loss = overfits_eight(NETWORK, x, codes, seed=3)
    assert not learned
    share = 1 / 8
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    assert loss == pytest.approx(entropy, abs=1e-3)
