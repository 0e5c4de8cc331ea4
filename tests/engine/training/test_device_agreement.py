"""A graphics processor and the CPU train the same networks, up to rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.utils import Bunch

from deepbench.training.determinism import (
    OTHER_EPOCH_SHARE,
    PROBABILITY_TOLERANCE,
    make_deterministic,
)
from deepbench.training.lanes import (
    Architecture,
    Lane,
    LaneResult,
    TrainingSchedule,
    train_lanes,
)

MakeLane = Callable[..., Lane]
CPU = torch.device("cpu")
ARCHITECTURE = Architecture((64, 32), 2, "classification")
SCHEDULE = TrainingSchedule(max_epochs=60, patience=12)


@pytest.fixture(autouse=True)
def _deterministic() -> Iterator[None]:
    before = torch.are_deterministic_algorithms_enabled()
    make_deterministic()
    yield
    torch.use_deterministic_algorithms(before)


def lanes_of(make_lane: MakeLane) -> list[Lane]:
    return [
        make_lane(seed=seed, dropout=dropout, optimizer=optimizer, learning_rate=rate)
        for seed in range(5)
        for dropout, optimizer, rate in [(0.2, "adam", 2e-3), (0.0, "adam", 5e-3),
                                         (0.2, "sgd", 2e-2), (0.5, "adam", 5e-4)]
    ]  # fmt: skip


def train(
    problem: Bunch, x: NDArray[np.float32], make_lane: MakeLane, device: torch.device
) -> list[LaneResult]:
    lanes = lanes_of(make_lane)
    return train_lanes(ARCHITECTURE, [x], [problem.codes], lanes, SCHEDULE, device)


def agree(here: list[LaneResult], there: list[LaneResult]) -> None:
    """Hold two trainings to what `deepbench.training.determinism` promises."""
    pairs = list(zip(here, there, strict=True))
    same = [(a, b) for a, b in pairs if a.best_epoch == b.best_epoch]
    assert len(pairs) - len(same) <= OTHER_EPOCH_SHARE * len(pairs)
    for a, b in same:
        np.testing.assert_allclose(a.predictions, b.predictions, atol=PROBABILITY_TOLERANCE)


def test_rounding_of_the_inputs_stays_within_the_promise(
    problem: Bunch, make_lane: MakeLane
) -> None:
    """As large an error as another order of sums makes, on any machine."""
    rng = np.random.default_rng(3)
    up = rng.choice([-np.inf, np.inf], problem.x.shape).astype(np.float32)
    here = train(problem, problem.x, make_lane, CPU)
    there = train(problem, np.nextafter(problem.x, up), make_lane, CPU)
    assert any((a.predictions != b.predictions).any() for a, b in zip(here, there, strict=True))
    agree(here, there)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA graphics processor")
def test_a_real_card_agrees_with_the_cpu(problem: Bunch, make_lane: MakeLane) -> None:
    here = train(problem, problem.x, make_lane, CPU)
    agree(here, train(problem, problem.x, make_lane, torch.device("cuda")))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA graphics processor")
def test_a_real_card_repeats_itself(problem: Bunch, make_lane: MakeLane) -> None:
    card = torch.device("cuda")
    for a, b in zip(
        train(problem, problem.x, make_lane, card),
        train(problem, problem.x, make_lane, card),
        strict=True,
    ):
        np.testing.assert_array_equal(a.predictions, b.predictions)
