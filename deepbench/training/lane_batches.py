"""Which rows each lane sees in each update, with which targets, weights and dropout masks.

Lanes differ in their number of rows and batches. They are laid on one grid of S updates × L
lanes × B rows; places that a lane does not need carry weight 0. All random numbers come from the
lane's own generator on the CPU, so that neither its neighbours nor the device change them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from deepbench.training.lane_records import Architecture, Lane


@dataclass(eq=False)
class PreparedLane:
    """A lane with its targets worked out.

    Attributes:
        lane: The lane as asked for.
        width: Number of its own inputs d.
        fit: Rows that the weights are fitted on.
        stop: Rows that decide early stopping; may be empty.
        center: Mean of the outcome over the fit rows (regression, else 0).
        scale: Standard deviation of the outcome over the fit rows (regression, else 1).
        generator: Source of all its random numbers; its state moves on while training.
    """

    lane: Lane
    width: int
    fit: RowSet
    stop: RowSet
    center: float
    scale: float
    generator: torch.Generator


@dataclass(frozen=True, eq=False)
class RowSet:
    """Rows of one lane: index into the input table (n,), targets (n, K), loss weights (n, 1).

    Class targets are one-hot (smoothed, for fit rows) times the row's weight, as `loss_and_delta`
    wants them.
    """

    index: Tensor
    targets: Tensor
    weights: Tensor


def prepare_lane(
    architecture: Architecture, lane: Lane, outcome: ArrayLike, width: int, offset: int
) -> PreparedLane:
    """Work out a lane's targets and seed its generator.

    Args:
        architecture: Widths and task of the network.
        lane: The lane.
        outcome: (n,) class codes or values.
        width: Number of inputs of the lane's fold.
        offset: Row of the input table at which the fold begins.
    """
    values = np.asarray(outcome)
    center, scale, smoothing = 0.0, 1.0, 0.0
    if architecture.task == "classification":
        class_weights = _class_weights(architecture, lane, values)
        row_weights = class_weights[values]
        targets = np.eye(architecture.outputs)[values] * row_weights[:, None]
        smoothing = lane.settings.smoothing
    else:
        fitted = values[lane.fit_rows].astype(np.float64)
        center, spread = float(fitted.mean()), float(fitted.std())
        scale = spread if spread > 0.0 else 1.0
        row_weights = np.ones(len(values))
        targets = ((values - center) / scale)[:, None]

    spread_evenly = row_weights[:, None] / architecture.outputs

    def row_set(rows: NDArray[np.int64], smoothed: float) -> RowSet:
        own = (1.0 - smoothed) * targets[rows] + smoothed * spread_evenly[rows]
        return RowSet(
            index=torch.from_numpy(np.asarray(rows, dtype=np.int64) + offset),
            targets=torch.from_numpy(own.astype(np.float32)),
            weights=torch.from_numpy(row_weights[rows].astype(np.float32)).unsqueeze(1),
        )

    generator = torch.Generator().manual_seed(lane.seed)
    fit, stop = row_set(lane.fit_rows, smoothing), row_set(lane.stop_rows, 0.0)
    return PreparedLane(lane, width, fit, stop, center, scale, generator)


def _class_weights(
    architecture: Architecture, lane: Lane, codes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return a weight for each class (K,), whose mean over the fit rows is 1."""
    weights = np.ones(architecture.outputs)
    if lane.settings.balanced:
        counts = np.bincount(codes[lane.fit_rows], minlength=architecture.outputs)
        present = counts > 0
        weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights


class PaddedRows:
    """The row sets of L lanes as one batch (L, R), shorter ones padded with weight 0.

    Args:
        architecture: Widths and task of the networks.
        row_sets: One for each lane.
        device: Where the batch lies.

    Attributes:
        index: (L, R) rows of the input table.
        targets: (L, R, K) targets; divided by the lane's number of rows for classes.
        weights: (L, R, 1) loss weights divided by the lane's number of rows.
    """

    def __init__(
        self, architecture: Architecture, row_sets: Sequence[RowSet], device: torch.device
    ) -> None:
        counts = torch.tensor([max(len(rows.index), 1) for rows in row_sets], dtype=torch.float32)
        share = (1.0 / counts).view(-1, 1, 1)
        targets = pad_sequence([rows.targets for rows in row_sets], batch_first=True)
        weights = pad_sequence([rows.weights for rows in row_sets], batch_first=True)
        if architecture.task == "classification":
            targets = targets * share
        self.index = pad_sequence([rows.index for rows in row_sets], batch_first=True).to(device)
        self.targets = targets.to(device)
        self.weights = (weights * share).to(device)


@dataclass(frozen=True, eq=False)
class Dropout:
    """Random numbers that decide which hidden units are dropped in an epoch.

    Attributes:
        draws: (N, H) uniform 16-bit integers for each row of all lanes and each hidden unit.
        order: (S, L, B) row of ``draws`` for each place of the grid.
        threshold: (L, 1, 1) numbers below it drop the unit.
        factor: (L, 1, 1) what a kept unit is multiplied by.
    """

    draws: Tensor
    order: Tensor
    threshold: Tensor
    factor: Tensor

    def masks(self, step: int, active: int) -> Tensor:
        """Return the factors (a, B, H) of all hidden units in an update of the first a lanes."""
        order = self.order[step, :active]
        draws = self.draws.index_select(0, order.reshape(-1)).view(*order.shape, -1)
        kept = draws >= self.threshold[:active]
        return kept.to(torch.float32).mul_(self.factor[:active])


@dataclass(frozen=True, eq=False)
class Epoch:
    """One pass over the fit rows of all lanes.

    Attributes:
        index: (S, L, B) rows of the input table.
        targets: (S, L, B, K) targets.
        weights: (S, L, B, 1) loss weights, each lane's batch adding to the mean over its rows.
        dropout: Source of the dropout masks, or None if no lane drops units.
    """

    index: Tensor
    targets: Tensor
    weights: Tensor
    dropout: Dropout | None


class EpochGrid:
    """Draws the epochs of a fixed set of lanes, which stand in order of falling `Lane.steps`.

    Args:
        architecture: Widths and task of the networks.
        lanes: The lanes; rebuild the grid when some of them have finished.
        device: Where the drawn epochs lie.

    Attributes:
        active: For each update, the number of lanes (a prefix) that have rows in it.
        shares: (S, L) part of the lane's fit rows that the update covers.
    """

    def __init__(
        self, architecture: Architecture, lanes: Sequence[PreparedLane], device: torch.device
    ) -> None:
        self._architecture = architecture
        self._lanes = tuple(lanes)
        self._device = device
        counts = np.array([len(lane.fit.index) for lane in lanes])
        steps = np.array([lane.lane.steps for lane in lanes])
        # Batches of a lane differ by one row at most: step s covers bounds[s] to bounds[s + 1].
        step = np.arange(steps[0] + 1)[:, None]
        bounds = np.minimum(step, steps) * counts // steps
        sizes = np.diff(bounds, axis=0)
        place = np.arange(sizes.max())
        starts = np.cumsum(counts) - counts
        order = (bounds[:-1] + starts)[:, :, None] + place
        order[place >= sizes[:, :, None]] = counts.sum()

        self.active = [int(n) for n in (steps > step[:-1]).sum(axis=1)]
        self.shares = torch.from_numpy((sizes / counts).astype(np.float32)).to(device)
        self._starts = starts
        self._order = torch.from_numpy(order).to(device)
        per_row = (1.0 / np.maximum(sizes, 1)).astype(np.float32)[:, :, None, None]
        self._per_row = torch.from_numpy(per_row).to(device)
        # One more row, of weight 0, stands for all places that pad.
        self._index = _stack([lane.fit.index for lane in lanes], device)
        self._targets = _stack([lane.fit.targets for lane in lanes], device)
        self._weights = _stack([lane.fit.weights for lane in lanes], device)
        self._prepare_dropout()

    def draw(self) -> Epoch:
        """Shuffle each lane's rows and draw its dropout masks."""
        pieces = [
            torch.randperm(len(lane.fit.index), generator=lane.generator).add_(int(start))
            for lane, start in zip(self._lanes, self._starts, strict=True)
        ]
        pieces.append(torch.tensor([len(self._index) - 1]))
        source = torch.cat(pieces).to(self._device)[self._order]
        weights = self._weights[source] * self._per_row
        targets = self._targets[source]
        if self._architecture.task == "classification":
            targets *= self._per_row
        return Epoch(self._index[source], targets, weights, self._draw_dropout())

    def _prepare_dropout(self) -> None:
        """Work out the threshold and factor of each lane's 16-bit random numbers."""
        rates = [lane.lane.settings.dropout for lane in self._lanes]
        self._drops = any(rates) and bool(self._architecture.hidden)
        dropped = torch.tensor([min(round(rate * 65536), 65535) for rate in rates]).view(-1, 1, 1)
        self._threshold = (dropped - 32768).to(torch.int16).to(self._device)
        self._factor = (65536.0 / (65536.0 - dropped)).to(torch.float32).to(self._device)
        # Places that pad have no random numbers of their own: any will do.
        self._drawn = self._order.clamp(max=len(self._index) - 2)

    def _draw_dropout(self) -> Dropout | None:
        if not self._drops:
            return None
        units = sum(self._architecture.hidden)
        draws = torch.cat([_random_int16(lane, units) for lane in self._lanes])
        return Dropout(draws.to(self._device), self._drawn, self._threshold, self._factor)


def _random_int16(lane: PreparedLane, units: int) -> Tensor:
    """Return uniform 16-bit integers (n, units), or zeros for a lane without dropout.

    Four numbers are cut from each 64-bit draw, which is ten times faster on a CPU than drawing
    Bernoulli variables; dropout rates are thereby rounded to 1/65,536.
    """
    rows = len(lane.fit.index)
    if lane.lane.settings.dropout == 0.0:
        return torch.zeros(rows, units, dtype=torch.int16)
    draws = torch.empty(math.ceil(rows * units / 4), dtype=torch.int64)
    draws.random_(-(2**63), None, generator=lane.generator)
    return draws.view(torch.int16)[: rows * units].view(rows, units)


def _stack(parts: Sequence[Tensor], device: torch.device) -> Tensor:
    """Return the parts below each other and one more row of zeros."""
    padding = torch.zeros_like(parts[0][:1])
    return torch.cat([*parts, padding]).to(device)
