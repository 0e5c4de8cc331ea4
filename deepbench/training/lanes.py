"""Train many small networks of one architecture at once.

Folds, shuffled labels, settings and seeds all become *lanes* of one batched computation, which
on a CPU is several times faster than training them one after another when the networks are
small. Lanes never exchange anything: a lane's result is that of training it alone, up to the
rounding of single precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepbench.errors import DeepBenchError
from deepbench.training.lane_batches import prepare_lane
from deepbench.training.lane_network import ParameterLayout
from deepbench.training.lane_records import (
    Architecture,
    Lane,
    LaneResult,
    LaneSettings,
    TrainingSchedule,
)
from deepbench.training.lane_training import EVALUATION_ROWS, Progress, train_chunk
from deepbench.training.saved_network import as_module, layer_names, predict_parameters

__all__ = [
    "Architecture",
    "Lane",
    "LaneResult",
    "LaneSettings",
    "TrainingSchedule",
    "as_module",
    "predict_parameters",
    "train_lanes",
]

# More neighbours make a lane no cheaper: 100 lanes on 455 × 30 (widths 64 and 32, dropout) took
# 4.4 s in chunks of at most 16, 3.7 of 32, 3.3 of 64 and 3.2 of 128 on one core.
MAX_LANES = 64

# On a graphics processor the cost of an update is that of starting its kernels, whatever their
# size; beyond this the random numbers, drawn lane by lane on the CPU, are most of an epoch.
MAX_LANES_ELSEWHERE = 256

DEFAULT_MEMORY_LIMIT = 512 * 2**20


def train_lanes(  # noqa: PLR0913 - what is trained, how, where and who watches
    architecture: Architecture,
    inputs: Sequence[NDArray[np.float32]],
    outcomes: Sequence[NDArray[np.int64] | NDArray[np.float64]],
    lanes: Sequence[Lane],
    schedule: TrainingSchedule,
    device: torch.device,
    on_epoch: Callable[[int], None] | None = None,
    *,
    keep_parameters: bool = False,
    memory_limit: int = DEFAULT_MEMORY_LIMIT,
) -> list[LaneResult]:
    """Train all lanes and predict with the best weights of each.

    Which lanes are computed together follows from their settings, order and sizes, the kind of
    device and ``memory_limit``, never from the machine, so that the same call gives the same
    numbers everywhere (up to the rounding of the device's matrix products).

    Args:
        architecture: Widths and task of the networks.
        inputs: Matrices (n, d) of prepared inputs, one for each fold; d may differ.
        outcomes: Vectors (n,) of class codes 0 … K-1, or of values for regression, which are
            standardised over the fit rows of each lane inside and given back in their units.
        lanes: The networks to train.
        schedule: Epochs and patience.
        device: Where to train.
        on_epoch: Called after each epoch with the number of epochs done since the call began
            (lanes that are computed together share an epoch; lanes that do not fit into memory
            together are trained after each other). An exception it raises ends the training.
        keep_parameters: Return the best weights as well.
        memory_limit: Bytes that the state of lanes in training may take.

    Returns:
        A result for each lane, in the order of ``lanes``.

    Raises:
        ValueError: If a lane names rows, inputs or an outcome that do not exist.
        DeepBenchError: If there is not enough memory for even one lane, on the CPU either.
    """
    _check(architecture, inputs, outcomes, lanes)
    if not lanes:
        return []
    layout = ParameterLayout(architecture, max(matrix.shape[1] for matrix in inputs))
    offsets = np.cumsum([0, *(len(matrix) for matrix in inputs)])
    place = _Place(device, _input_table(inputs))

    epochs_done = 0

    def after_epoch() -> None:
        nonlocal epochs_done
        epochs_done += 1
        if on_epoch is not None:
            on_epoch(epochs_done)

    def train(positions: Sequence[int]) -> Iterator[tuple[int, Progress]]:
        prepared = [
            prepare_lane(
                architecture,
                lanes[i],
                outcomes[lanes[i].outcome],
                inputs[lanes[i].inputs].shape[1],
                int(offsets[lanes[i].inputs]),
            )
            for i in positions
        ]
        done = train_chunk(architecture, layout, place.table, prepared, schedule, after_epoch)
        return zip(positions, done, strict=True)

    results: dict[int, LaneResult] = {}
    most = MAX_LANES if device.type == "cpu" else MAX_LANES_ELSEWHERE
    for chunk in _chunks(layout, lanes, memory_limit, most):
        for i, progress in _train_halving(train, chunk, place):
            matrix, outcome = inputs[lanes[i].inputs], outcomes[lanes[i].outcome]
            result = _result(layout, progress, matrix, outcome, keep_parameters)
            results[i] = replace(result, fell_back=place.left)
    return [results[i] for i in range(len(lanes))]


class _Place:
    """Where lanes train: the device asked for, until a lane alone does not fit there.

    The others are as large; they go to the CPU with it.
    """

    def __init__(self, device: torch.device, table: Tensor) -> None:
        self.device = device
        self.left = False
        self._table = table
        self._there: Tensor | None = None

    @property
    def table(self) -> Tensor:
        """The input rows of all folds, on the device."""
        if self._there is None:
            self._there = self._table.to(self.device)
        return self._there

    def leave(self) -> None:
        """Train on the CPU from now on."""
        self.device, self.left, self._there = torch.device("cpu"), True, None

    def forget(self) -> None:
        """Let go of what failed attempts left in the device's memory."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def _train_halving(
    train: Callable[[Sequence[int]], Iterator[tuple[int, Progress]]],
    chunk: Sequence[int],
    place: _Place,
) -> Iterator[tuple[int, Progress]]:
    """Train a chunk; when the device's memory is full, its halves after each other.

    A lane that does not fit alone is trained on the CPU.
    """
    try:
        done = train(chunk)
    except RuntimeError as error:
        if not _is_out_of_memory(error):
            raise
        if len(chunk) == 1 and place.device.type == "cpu":
            raise DeepBenchError(
                "There is not enough memory to train one network.",
                "Close other programs, or choose a smaller network.",
            ) from error
    else:
        yield from done
        return
    # Outside the except block, where the failed attempt's tensors are no longer referenced.
    place.forget()
    if len(chunk) == 1:
        place.leave()
        yield from _train_halving(train, chunk, place)
        return
    half = len(chunk) // 2
    yield from _train_halving(train, chunk[:half], place)
    yield from _train_halving(train, chunk[half:], place)


def _is_out_of_memory(error: RuntimeError) -> bool:
    # Apple's and the CPU's allocators raise plain RuntimeErrors, with these words.
    text = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in text
        or "not enough memory" in text
        or "can't allocate memory" in text
    )


def _chunks(
    layout: ParameterLayout, lanes: Sequence[Lane], memory_limit: int, most: int
) -> Iterator[list[int]]:
    """Yield the positions of lanes to train together: same optimizer and batch size.

    At most so many, and no more than the memory holds.

    Within a chunk, lanes stand in order of falling number of updates in an epoch.
    """

    def group(i: int) -> tuple[str, int]:
        return lanes[i].settings.optimizer, lanes[i].settings.batch_size

    def order(i: int) -> tuple[str, int, int, int]:
        return (*group(i), -lanes[i].steps, i)

    for _, members in groupby(sorted(range(len(lanes)), key=order), key=group):
        positions = list(members)
        largest = max(_lane_bytes(layout, lanes[i]) for i in positions)
        size = min(most, max(1, memory_limit // largest))
        # Chunks of equal size: the cost of an update is mostly the same for few lanes or many.
        n_chunks = math.ceil(len(positions) / size)
        for part in np.array_split(positions, n_chunks):
            yield [int(i) for i in part]


def _lane_bytes(layout: ParameterLayout, lane: Lane) -> int:
    """Estimate the memory that a lane takes while it trains."""
    width, outputs = layout.widths[0], layout.widths[-1]
    units = sum(layout.architecture.hidden)
    fit, stop = len(lane.fit_rows), len(lane.stop_rows)
    # Parameters, gradient, two moments, best weights, and room for temporaries.
    state = 4 * 8 * layout.size
    batch = 4 * max(lane.settings.batch_size, EVALUATION_ROWS) * (width + 3 * units)
    masks = 4 * fit * units if lane.settings.dropout > 0.0 else 0
    rows = (fit + stop) * (24 + 12 * outputs)
    return state + batch + masks + rows


def _input_table(inputs: Sequence[NDArray[np.float32]]) -> Tensor:
    """Return all matrices below each other (N, d), narrow ones padded with zeros."""
    width = max(matrix.shape[1] for matrix in inputs)
    table = np.zeros((sum(len(matrix) for matrix in inputs), width), dtype=np.float32)
    start = 0
    for matrix in inputs:
        table[start : start + len(matrix), : matrix.shape[1]] = matrix
        start += len(matrix)
    return torch.from_numpy(table)


def _result(
    layout: ParameterLayout,
    progress: Progress,
    matrix: NDArray[np.float32],
    outcome: NDArray[np.int64] | NDArray[np.float64],
    keep_parameters: bool,
) -> LaneResult:
    """Predict with the best weights, or with the fit rows' outcome if the lane diverged."""
    architecture, prepared = layout.architecture, progress.lane
    lane = prepared.lane
    assert progress.parameters is not None, "a lane ends with its best parameters"
    parameters = layout.named(progress.parameters, prepared.width)
    if architecture.task == "regression":
        # The network answers in the outcome's units from here on.
        last = layer_names(architecture)[-1]
        parameters[f"{last}.weight"] *= np.float32(prepared.scale)
        bias = parameters[f"{last}.bias"] * prepared.scale + prepared.center
        parameters[f"{last}.bias"] = bias.astype(np.float32)
    predictions = predict_parameters(architecture, parameters, matrix[lane.predict_rows])
    diverged = progress.diverged or not bool(np.isfinite(predictions).all())
    if diverged:
        predictions = _without_network(architecture, lane, outcome)
    return LaneResult(
        predictions=predictions,
        best_epoch=0 if diverged else progress.best_epoch,
        epochs=len(progress.curve),
        first_loss=progress.first_loss,
        curve=tuple(progress.curve),
        parameters=parameters if keep_parameters and not diverged else {},
        diverged=diverged,
    )


def _without_network(
    architecture: Architecture, lane: Lane, outcome: NDArray[np.int64] | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return class frequencies (m, K) or the mean (m, 1) of the lane's fit rows."""
    fitted = np.asarray(outcome)[lane.fit_rows]
    if architecture.task == "regression":
        return np.full((len(lane.predict_rows), 1), fitted.mean(dtype=np.float64))
    shares = np.bincount(fitted, minlength=architecture.outputs) / len(fitted)
    return np.tile(shares, (len(lane.predict_rows), 1))


def _check(
    architecture: Architecture,
    inputs: Sequence[NDArray[np.float32]],
    outcomes: Sequence[NDArray[np.int64] | NDArray[np.float64]],
    lanes: Sequence[Lane],
) -> None:
    """Refuse lanes that name what does not exist, before anything is trained."""
    for outcome in outcomes:
        if architecture.task == "classification" and (
            outcome.dtype.kind not in "iu"
            or outcome.min() < 0
            or outcome.max() >= architecture.outputs
        ):
            raise ValueError(f"Class codes must be integers from 0 to {architecture.outputs - 1}.")
    for i, lane in enumerate(lanes):
        if not (0 <= lane.inputs < len(inputs) and 0 <= lane.outcome < len(outcomes)):
            raise ValueError(f"Lane {i} names inputs or an outcome that do not exist.")
        n = len(inputs[lane.inputs])
        if len(outcomes[lane.outcome]) != n:
            raise ValueError(f"Lane {i}: inputs and outcome differ in their number of rows.")
        if len(lane.fit_rows) == 0:
            raise ValueError(f"Lane {i} has no rows to fit on.")
        rows = np.concatenate([lane.fit_rows, lane.stop_rows, lane.predict_rows])
        if rows.min() < 0 or rows.max() >= n:
            raise ValueError(f"Lane {i} names rows that do not exist.")
