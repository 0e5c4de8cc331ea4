"""Whether a graphics processor pays for a problem of this size: timed, not guessed.

A small table keeps a graphics processor waiting: every update starts dozens of short kernels, and
starting one costs more than computing it. So a typical batch of networks is trained for some
epochs on made-up numbers of the problem's size, there and on the CPU. The losses of both are
compared as well: this is the very computation that counts, not a small test of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.errors import DeepBenchError
from deepbench.training.device import DRIVER_ERRORS, DeviceReport, first_line, probe_device
from deepbench.training.lanes import (
    Architecture,
    Lane,
    LaneResult,
    LaneSettings,
    TrainingSchedule,
    train_lanes,
)

Clock = Callable[[], float]

# The medium network, four settings on five folds: what a task of a search trains together.
_HIDDEN = (64, 32)
_FOLDS = 5
_SETTINGS = 4
_EPOCHS = 3
# More rows or inputs only make a graphics processor pay more clearly.
_MOST_ROWS = 4_000
_MOST_COLUMNS = 1_000
#: How far losses of three epochs may lie apart, relative to themselves: far more than single
#: precision leaves open, far less than a wrong kernel does.
LOSS_TOLERANCE = 0.01


@dataclass(frozen=True)
class LaneProblem:
    """The size of a problem, as far as it decides how long a network trains.

    Attributes:
        rows: Training samples.
        columns: Features; networks see no more than there are rows (rotation).
        outputs: Classes, or 1 for regression.
    """

    rows: int
    columns: int
    outputs: int


@dataclass(frozen=True)
class LaneTiming:
    """What a device took for the batch, and what came out.

    Attributes:
        seconds: Seconds of the epochs, after a first run that loads kernels.
        losses: Loss after each epoch of each network.
    """

    seconds: float
    losses: tuple[float, ...]


def time_lanes(
    device: torch.device, problem: LaneProblem, clock: Clock = time.perf_counter
) -> LaneTiming:
    """Train a typical batch of networks of this size on a device, twice; time the second run."""
    rng = np.random.default_rng(0)
    rows = min(max(problem.rows, 10), _MOST_ROWS)
    columns = min(problem.columns, rows, _MOST_COLUMNS)
    x = rng.normal(size=(rows, columns)).astype(np.float32)
    outcome = _outcome(problem, rng, rows)
    architecture = Architecture(
        _HIDDEN, problem.outputs, "classification" if problem.outputs > 1 else "regression"
    )

    def train(epochs: int) -> list[LaneResult]:
        schedule = TrainingSchedule(max_epochs=epochs, patience=epochs)
        return train_lanes(architecture, [x], [outcome], _lanes(rows), schedule, device)

    train(1)
    began = clock()
    results = train(_EPOCHS)
    seconds = clock() - began
    return LaneTiming(seconds, tuple(fit for lane in results for fit, _ in lane.curve))


def _outcome(
    problem: LaneProblem, rng: np.random.Generator, rows: int
) -> NDArray[np.int64] | NDArray[np.float64]:
    if problem.outputs == 1:
        return rng.normal(size=rows)
    return np.arange(rows, dtype=np.int64) % problem.outputs


def _lanes(rows: int) -> list[Lane]:
    every = np.arange(rows, dtype=np.int64)
    lanes = []
    for fold in range(_FOLDS):
        tune, stop = every[fold::_FOLDS], every[(fold + 1) % _FOLDS :: _FOLDS]
        fit = np.setdiff1d(every, np.union1d(tune, stop))
        for number in range(_SETTINGS):
            settings = LaneSettings(
                learning_rate=1e-3 * (number + 1),
                weight_decay=1e-2,
                dropout=0.2,
                optimizer="adam",
                batch_size=32 if rows < 1_000 else 128,
                balanced=False,
            )
            lanes.append(Lane(0, 0, fit, stop, tune, settings, seed=number))
    return lanes


def device_for(
    found: DeviceReport,
    problem: LaneProblem,
    processes: int = 1,
    time_on: Callable[[torch.device, LaneProblem], LaneTiming] = time_lanes,
) -> DeviceReport:
    """Return the device that trains networks of this size sooner: the one found, or the CPU.

    Args:
        found: A usable graphics processor, or the CPU, which is returned as it is.
        problem: Size of the problem.
        processes: Processes that would share the work on the CPU; they gain little from sharing
            one graphics processor.
        time_on: Times a batch (`time_lanes`).
    """
    if found.kind == "cpu":
        return found
    try:
        there = time_on(found.device, problem)
    except (*DRIVER_ERRORS, DeepBenchError) as error:
        return _on_cpu(f"{found.name} failed while it was timed ({first_line(error)})")
    here = time_on(torch.device("cpu"), problem)
    if not _agree(here.losses, there.losses):
        return _on_cpu(f"{found.name} computes results that differ from the CPU's")
    if there.seconds > here.seconds / max(processes, 1):
        return _on_cpu(f"for a table of this size it is faster than {found.name}")
    return found


def _agree(here: tuple[float, ...], there: tuple[float, ...]) -> bool:
    a, b = np.array(here), np.array(there)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= LOSS_TOLERANCE * np.abs(a)))


def _on_cpu(reason: str) -> DeviceReport:
    cpu = probe_device("cpu")
    return DeviceReport(cpu.name, "cpu", cpu.usable, f"{cpu.sentence[:-1]}: {reason}.")
