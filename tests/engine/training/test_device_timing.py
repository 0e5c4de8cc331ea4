"""A graphics processor is used only where it pays; all but the marked test simulate devices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from deepbench.errors import DeepBenchError
from deepbench.training.device import DeviceReport
from deepbench.training.device_timing import (
    LOSS_TOLERANCE,
    LaneProblem,
    LaneTiming,
    device_for,
    time_lanes,
)

PROBLEM = LaneProblem(rows=100, columns=30, outputs=2)
CARD = DeviceReport("Test Card 8 GB", "cuda", True, "Networks train on Test Card 8 GB.")
LOSSES = (0.70, 0.65, 0.61)


class Devices:
    """Devices that take as long as the test says."""

    def __init__(
        self,
        cpu: float,
        card: float,
        card_losses: tuple[float, ...] = LOSSES,
        error: Exception | None = None,
    ) -> None:
        self._seconds = {"cpu": cpu, "cuda": card}
        self._losses = {"cpu": LOSSES, "cuda": card_losses}
        self._error = error
        self.asked: list[str] = []

    def __call__(self, device: torch.device, problem: LaneProblem) -> LaneTiming:
        assert problem == PROBLEM
        self.asked.append(device.type)
        if device.type == "cuda" and self._error is not None:
            raise self._error
        return LaneTiming(self._seconds[device.type], self._losses[device.type])


def test_a_faster_card_is_used() -> None:
    assert device_for(CARD, PROBLEM, time_on=Devices(cpu=1.0, card=0.2)) is CARD


def test_a_card_that_is_slower_for_this_size_is_not_used_and_it_is_said() -> None:
    chosen = device_for(CARD, PROBLEM, time_on=Devices(cpu=0.2, card=1.0))
    assert (chosen.kind, chosen.usable) == ("cpu", True)
    assert chosen.sentence == (
        "Networks train on the processor (CPU): for a table of this size it is faster than "
        "Test Card 8 GB."
    )


def test_processes_share_the_work_on_the_cpu_but_not_on_the_card() -> None:
    devices = Devices(cpu=1.0, card=0.4)
    assert device_for(CARD, PROBLEM, processes=2, time_on=devices).kind == "cuda"
    assert device_for(CARD, PROBLEM, processes=4, time_on=devices).kind == "cpu"


@pytest.mark.parametrize("wrong", [(0.70, 0.65, 0.63), (0.70, float("nan"), 0.61), ()])
def test_a_fast_card_that_miscalculates_is_not_used(wrong: tuple[float, ...]) -> None:
    chosen = device_for(CARD, PROBLEM, time_on=Devices(1.0, 0.1, card_losses=wrong))
    assert chosen.kind == "cpu"
    assert "Test Card 8 GB computes results that differ from the CPU's" in chosen.sentence


def test_rounding_of_single_precision_is_no_miscalculation() -> None:
    rounded = tuple(loss * (1 + 0.1 * LOSS_TOLERANCE) for loss in LOSSES)
    assert device_for(CARD, PROBLEM, time_on=Devices(1.0, 0.1, card_losses=rounded)) is CARD


@pytest.mark.parametrize(
    "error",
    [RuntimeError("CUDA error: unspecified\nlaunch failure"), DeepBenchError("No memory.")],
)
def test_a_card_that_fails_while_it_is_timed_is_not_used(error: Exception) -> None:
    chosen = device_for(CARD, PROBLEM, time_on=Devices(1.0, 0.1, error=error))
    assert chosen.kind == "cpu"
    assert "Test Card 8 GB failed while it was timed (" in chosen.sentence
    assert "launch failure" not in chosen.sentence


def test_without_a_graphics_processor_nothing_is_timed() -> None:
    cpu = DeviceReport("CPU", "cpu", True, "Networks train on the processor (CPU).")
    devices = Devices(1.0, 1.0)
    assert device_for(cpu, PROBLEM, time_on=devices) is cpu
    assert devices.asked == []


@pytest.mark.parametrize("outputs", [1, 2, 4])
def test_the_batch_is_a_real_one(outputs: int) -> None:
    ticks = iter([10.0, 12.5])
    timing = time_lanes(
        torch.device("cpu"), LaneProblem(60, 20_000, outputs), clock=lambda: next(ticks)
    )
    assert timing.seconds == 2.5
    assert len(timing.losses) == 4 * 5 * 3  # settings, folds, epochs
    chance = np.log(outputs) if outputs > 1 else 1.0
    # Measurements of pure noise: it learns by heart, beginning at what knowing nothing costs.
    first = np.mean(timing.losses[::3])
    assert 0.3 * chance < first < 1.2 * chance
    assert np.mean(timing.losses[2::3]) < first


def test_the_same_device_agrees_with_itself() -> None:
    cpu = torch.device("cpu")
    assert time_lanes(cpu, PROBLEM).losses == time_lanes(cpu, PROBLEM).losses


@pytest.fixture
def _deterministic() -> Iterator[None]:
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(before)


@pytest.mark.gpu
@pytest.mark.usefixtures("_deterministic")
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA graphics processor")
def test_a_real_card_agrees_with_the_cpu() -> None:
    card = time_lanes(torch.device("cuda"), PROBLEM)
    cpu = time_lanes(torch.device("cpu"), PROBLEM)
    np.testing.assert_allclose(card.losses, cpu.losses, rtol=LOSS_TOLERANCE)
