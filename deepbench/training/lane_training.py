"""Train a chunk of lanes to the end: epochs, early stopping, dropping finished lanes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from deepbench.training.lane_batches import EpochGrid, PaddedRows, PreparedLane
from deepbench.training.lane_network import LaneNetwork, ParameterLayout, loss_and_delta
from deepbench.training.lane_optimizers import make_optimizer
from deepbench.training.lane_records import Architecture, TrainingSchedule

# Rows evaluated at a time, to bound the memory of activations.
EVALUATION_ROWS = 256

# Cross-entropy or standardised squared error beyond this is divergence, though still finite:
# clipped gradients can carry weights far away without ever reaching infinity.
LOSS_CEILING = 1e8


@dataclass(eq=False)
class Progress:
    """How a lane is doing.

    Attributes:
        lane: The lane.
        first_loss: Loss of the fit rows before the first update.
        best_loss: Lowest stop loss so far.
        best_epoch: Epoch in which it was reached, 0 before the first.
        curve: (fit loss, stop loss) of each epoch.
        diverged: A loss was not finite or beyond the ceiling.
        parameters: (P,) best parameters on the CPU, once the lane has finished.
    """

    lane: PreparedLane
    first_loss: float
    best_loss: float = math.inf
    best_epoch: int = 0
    curve: list[tuple[float, float]] = field(default_factory=list)
    diverged: bool = False
    parameters: Tensor | None = None

    def record(self, fit_loss: float, stop_loss: float) -> bool:
        """Note an epoch; return whether its weights are the ones to keep."""
        has_stop = len(self.lane.stop.index) > 0
        self.curve.append((fit_loss, stop_loss if has_stop else math.nan))
        watched = stop_loss if has_stop else fit_loss
        if not (abs(fit_loss) < LOSS_CEILING and abs(watched) < LOSS_CEILING):
            self.diverged = True
            return False
        if has_stop and not stop_loss < self.best_loss:
            return False
        self.best_loss, self.best_epoch = watched, len(self.curve)
        return True

    def finished(self, schedule: TrainingSchedule) -> bool:
        """Return whether the lane needs no more epochs."""
        waited = len(self.curve) - self.best_epoch
        return (
            self.diverged
            or len(self.curve) >= schedule.max_epochs
            or (len(self.lane.stop.index) > 0 and waited >= schedule.patience)
        )


def train_chunk(
    architecture: Architecture,
    layout: ParameterLayout,
    table: Tensor,
    lanes: Sequence[PreparedLane],
    schedule: TrainingSchedule,
    after_epoch: Callable[[], None],
) -> list[Progress]:
    """Train lanes of one optimizer and batch size beside each other.

    Args:
        architecture: Widths and task of the networks.
        layout: Where parameters lie in a lane's row.
        table: (N, d) input rows of all folds, on the device to train on.
        lanes: Lanes in order of falling `Lane.steps`.
        schedule: Epochs and patience.
        after_epoch: Called after each epoch; what it raises ends the training.

    Returns:
        The finished lanes, in the order given.
    """
    with torch.no_grad():
        chunk = _Chunk(architecture, layout, table, lanes)
        everyone = list(chunk.running)
        while chunk.running:
            chunk.run_epoch()
            chunk.retire(schedule)
            after_epoch()
    return everyone


class _Chunk:
    """The lanes still in training, their parameters, optimizer and rows."""

    def __init__(
        self,
        architecture: Architecture,
        layout: ParameterLayout,
        table: Tensor,
        lanes: Sequence[PreparedLane],
    ) -> None:
        self._architecture = architecture
        self._layout = layout
        self._table = table
        self._device = table.device
        initial = [layout.initial(lane.width, lane.generator) for lane in lanes]
        self._flat = torch.stack(initial).to(self._device)
        self._best = self._flat.clone()
        settings = [lane.lane.settings for lane in lanes]
        self._optimizer = make_optimizer(layout, settings, self._device)
        self._arrange(lanes)
        first = self._evaluate(
            PaddedRows(architecture, [lane.fit for lane in lanes], self._device)
        )
        self.running = [
            Progress(lane, loss) for lane, loss in zip(lanes, first.tolist(), strict=True)
        ]

    def run_epoch(self) -> None:
        """Update all lanes with each of their rows once, then note losses and best weights."""
        fit_loss = self._update_all()
        stop_loss = self._evaluate(self._stop)
        losses = torch.stack([fit_loss, stop_loss]).tolist()
        improved = [
            i
            for i, progress in enumerate(self.running)
            if progress.record(losses[0][i], losses[1][i])
        ]
        if len(improved) == len(self.running):
            self._best.copy_(self._flat)
        elif improved:
            index = torch.tensor(improved, device=self._device)
            self._best.index_copy_(0, index, self._flat.index_select(0, index))

    def retire(self, schedule: TrainingSchedule) -> None:
        """Take finished lanes out, so that the rest trains faster."""
        done = [progress.finished(schedule) for progress in self.running]
        if not any(done):
            return
        # One transfer for all of them: each makes a graphics processor wait.
        ended = torch.tensor([i for i, is_done in enumerate(done) if is_done], device=self._device)
        best = iter(self._best.index_select(0, ended).cpu())
        for i, progress in enumerate(self.running):
            if done[i]:
                progress.parameters = next(best)
        left = [i for i, is_done in enumerate(done) if not is_done]
        self.running = [self.running[i] for i in left]
        if not left:
            return
        index = torch.tensor(left, device=self._device)
        self._flat = self._flat.index_select(0, index)
        self._best = self._best.index_select(0, index)
        self._optimizer.select(index)
        self._arrange([progress.lane for progress in self.running])

    def _arrange(self, lanes: Sequence[PreparedLane]) -> None:
        """Lay out the rows of ``lanes``, which are those of ``self._flat``."""
        self._grid = EpochGrid(self._architecture, lanes, self._device)
        self._stop = PaddedRows(self._architecture, [lane.stop for lane in lanes], self._device)
        gradient = torch.zeros_like(self._flat)
        self._networks = {
            active: LaneNetwork(self._layout, self._flat[:active], gradient[:active])
            for active in sorted({*self._grid.active, len(lanes)})
        }

    def _update_all(self) -> Tensor:
        """Run the updates of an epoch; return each lane's mean loss over them (L,)."""
        epoch = self._grid.draw()
        total = torch.zeros(len(self._flat), device=self._device)
        for step, active in enumerate(self._grid.active):
            network = self._networks[active]
            masks = None
            if epoch.dropout is not None:
                units = list(self._architecture.hidden)
                masks = torch.split(epoch.dropout.masks(step, active), units, dim=2)
            activations = network.forward(self._rows(epoch.index[step, :active]), masks)
            loss, delta = loss_and_delta(
                self._architecture,
                activations[-1],
                epoch.targets[step, :active],
                epoch.weights[step, :active],
            )
            total[:active].addcmul_(loss, self._grid.shares[step, :active])
            network.backward(activations, delta, masks)
            self._optimizer.step(network)
        return total

    def _evaluate(self, rows: PaddedRows) -> Tensor:
        """Return each lane's mean loss (L,) over ``rows``, without dropout."""
        network = self._networks[len(self._flat)]
        total = torch.zeros(len(self._flat), device=self._device)
        blocks = zip(
            torch.split(rows.index, EVALUATION_ROWS, dim=1),
            torch.split(rows.targets, EVALUATION_ROWS, dim=1),
            torch.split(rows.weights, EVALUATION_ROWS, dim=1),
            strict=True,
        )
        for index, targets, weights in blocks:
            outputs = network.forward(self._rows(index))[-1]
            total += loss_and_delta(self._architecture, outputs, targets, weights)[0]
        return total

    def _rows(self, index: Tensor) -> Tensor:
        """Return the inputs (L, B, d) of ``index`` (L, B)."""
        flat = self._table.index_select(0, index.reshape(-1))
        return flat.view(*index.shape, self._table.shape[1])
