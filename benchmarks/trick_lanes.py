"""A trainer of many networks with the tricks that `network_tricks` compares.

It stands in for `deepbench.training.lanes.train_lanes`: same arguments, same results, slower, as
torch differentiates what the engine has by hand. Nothing of the product uses it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepbench.seeds import derive_seed
from deepbench.training.lane_records import Architecture, Lane, LaneResult, TrainingSchedule


@dataclass(frozen=True)
class Trick:
    """What differs from the engine's plain multilayer perceptron."""

    engine: bool = False
    activation: str = "relu"
    scaling: bool = False
    smoothing: float | None = 0.0  # None: as the settings say
    schedule: bool = False
    clip: bool = False
    plr: int = 0
    tabm: int = 1
    bag: int = 1
    epochs: bool = False
    starts: int = 3


class Network:
    """L networks of one architecture, with what a trick adds; parameters need gradients."""

    def __init__(
        self, trick: Trick, architecture: Architecture, width: int, lanes: Sequence[Lane]
    ) -> None:
        self.trick = trick
        count, members = len(lanes), trick.tabm
        draw = torch.Generator().manual_seed(derive_seed(lanes[0].seed, "network"))
        self.weights: list[Tensor] = []
        self.others: list[Tensor] = []
        self.plr: tuple[Tensor, Tensor] | None = None
        if trick.plr:
            frequencies = 0.3 * torch.randn(count, width, trick.plr, generator=draw)
            embed = torch.randn(count, width, 2 * trick.plr, 4, generator=draw)
            self.plr = (frequencies, embed / math.sqrt(2 * trick.plr))
            self.others += list(self.plr)
            width *= 5
        self.scale = torch.ones(count, 1, width)
        if trick.scaling:
            self.others.append(self.scale)
        widths = [width, *architecture.hidden, architecture.outputs]
        self.layers: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
        for number, (fan_in, fan_out) in enumerate(pairwise(widths)):
            is_last = number == len(widths) - 2
            gain = 0.03 if is_last else 1.0 if trick.activation == "selu" else math.sqrt(2.0)
            drawn = torch.randn(count, fan_in, fan_out, generator=draw)
            weight = drawn * gain / math.sqrt(fan_in)
            # Only the first factors start at random signs, as TabM does.
            signs = torch.randint(0, 2, (count, members, 1, fan_in), generator=draw) * 2.0 - 1.0
            before = signs if number == 0 and members > 1 else torch.ones_like(signs)
            after = torch.ones(count, members, 1, fan_out)
            bias = torch.zeros(count, members, 1, fan_out)
            self.weights.append(weight)
            self.others += [bias] if members == 1 else [bias, before, after]
            self.layers.append((weight, bias, before, after))
        for parameter in self.parameters:
            parameter.requires_grad_()

    @property
    def parameters(self) -> list[Tensor]:
        """Return every tensor that is learned; weights first."""
        return [*self.weights, *self.others]

    def outputs(self, x: Tensor, dropout: Tensor | None) -> Tensor:
        """Return (L, M, B, K) outputs of (L, B, d) inputs; dropout rates (L, 1, 1, 1)."""
        if self.plr is not None:
            frequencies, embed = self.plr
            angles = 2 * math.pi * x[..., None] * frequencies[:, None]
            waves = torch.cat([angles.sin(), angles.cos()], dim=-1)
            embedded = torch.einsum("lbdf,ldfe->lbde", waves, embed).relu()
            x = torch.cat([x, embedded.flatten(2)], dim=-1)
        hidden = (x * self.scale)[:, None]
        members = self.trick.tabm
        for number, (weight, bias, before, after) in enumerate(self.layers):
            if members > 1:
                hidden = hidden * before
            count, parts, rows, fan_in = hidden.shape
            product = hidden.reshape(count, parts * rows, fan_in) @ weight
            hidden = product.view(count, parts, rows, -1)
            hidden = hidden * after + bias if members > 1 else hidden + bias
            if number < len(self.layers) - 1:
                hidden = self._activate(hidden)
                if dropout is not None:
                    kept = torch.rand_like(hidden) >= dropout
                    hidden = hidden * kept / (1.0 - dropout)
        return hidden

    def _activate(self, x: Tensor) -> Tensor:
        kinds: dict[str, Callable[[Tensor], Tensor]] = {
            "relu": torch.relu,
            "mish": torch.nn.functional.mish,
            "selu": torch.selu,
        }
        return kinds[self.trick.activation](x)


@dataclass(eq=False)
class _Rows:
    """Rows of L lanes, shorter sets padded with weight 0."""

    x: Tensor
    y: Tensor
    weight: Tensor


class Trainer:
    """Stands in for `train_lanes`, with a trick; slower, as torch differentiates."""

    def __init__(self, trick: Trick) -> None:
        self.trick = trick

    def __call__(
        self,
        architecture: Architecture,
        inputs: Sequence[NDArray[np.float32]],
        outcomes: Sequence[NDArray[Any]],
        lanes: Sequence[Lane],
        schedule: TrainingSchedule,
        *_: object,
    ) -> list[LaneResult]:
        """Train all lanes; lanes of one optimizer, batch size and width together."""
        results: dict[int, LaneResult] = {}
        groups: dict[tuple[object, ...], list[int]] = {}
        for i, lane in enumerate(lanes):
            wide = inputs[lane.inputs].shape[1]
            # Widths of rotated folds differ by a row or two; a filter's differ by more.
            key = (lane.settings.optimizer, lane.settings.batch_size, math.ceil(wide / 40))
            groups.setdefault(key, []).append(i)
        for members in groups.values():
            chosen = [lanes[i] for i in members]
            found = self._train(architecture, inputs, outcomes, chosen, schedule)
            results |= dict(zip(members, found, strict=True))
        return [results[i] for i in range(len(lanes))]

    def _train(
        self,
        architecture: Architecture,
        inputs: Sequence[NDArray[np.float32]],
        outcomes: Sequence[NDArray[Any]],
        lanes: Sequence[Lane],
        schedule: TrainingSchedule,
    ) -> list[LaneResult]:
        trick = self.trick
        torch.manual_seed(lanes[0].seed)
        width = max(inputs[lane.inputs].shape[1] for lane in lanes)
        tables = [_padded(self._prepared(inputs, lane), width) for lane in lanes]
        spread = [_standard(architecture, outcomes[lane.outcome], lane) for lane in lanes]
        network = Network(trick, architecture, width, lanes)
        fit = _rows(architecture, tables, outcomes, lanes, spread, "fit_rows")
        stop = _rows(architecture, tables, outcomes, lanes, spread, "stop_rows")
        rate = torch.tensor([lane.settings.learning_rate for lane in lanes])
        decay = torch.tensor([lane.settings.weight_decay for lane in lanes])
        dropout = torch.tensor([lane.settings.dropout for lane in lanes]).view(-1, 1, 1, 1)
        update = _Updates(network, lanes[0].settings.optimizer == "adam")
        best = [p.detach().clone() for p in network.parameters]
        lowest = torch.full((len(lanes),), math.inf)
        best_epoch = torch.zeros(len(lanes), dtype=torch.int64)
        patience = 60 if trick.schedule else schedule.patience
        steps = max(lane.steps for lane in lanes)
        epoch, epochs = 0, 60 if trick.schedule else schedule.max_epochs
        for epoch in range(1, epochs + 1):
            order = torch.rand(fit.weight.shape[:2]).argsort(dim=1)
            for step, places in enumerate(torch.tensor_split(order, steps, dim=1)):
                done = (epoch - 1 + step / steps) / epochs
                batch = _take(fit, places)
                outputs = network.outputs(batch.x, dropout)
                loss = self._loss(architecture, outputs, batch, trick.smoothing or 0.0)
                gradients = torch.autograd.grad(loss.sum(), network.parameters)
                update(gradients, *self._pace(rate, decay, done))
            with torch.no_grad():
                loss = self._loss(architecture, network.outputs(stop.x, None), stop, 0.0)
                waiting = epoch - best_epoch <= patience
                improved = (loss < lowest) & waiting
                lowest = torch.where(improved, loss, lowest)
                best_epoch[improved] = epoch
                for kept, current in zip(best, network.parameters, strict=True):
                    kept[improved] = current[improved]
            if epoch - int(best_epoch.max()) >= patience:
                break
        with torch.no_grad():
            for kept, current in zip(best, network.parameters, strict=True):
                current.copy_(kept)
        longest = max(len(lane.predict_rows) for lane in lanes)
        rows = [np.resize(lane.predict_rows, longest) for lane in lanes]
        x = torch.stack([table[i] for table, i in zip(tables, rows, strict=True)])
        with torch.no_grad():
            outputs = network.outputs(x, None)
        if architecture.task == "classification":
            outputs = torch.softmax(outputs, dim=-1)
        mean = outputs.mean(dim=1).numpy().astype(np.float64)
        return [
            LaneResult(
                predictions=mean[i, : len(lane.predict_rows)] * spread[i][1] + spread[i][0],
                best_epoch=int(best_epoch[i]),
                epochs=epoch,
                first_loss=0.0,
                curve=(),
                parameters={},
                diverged=False,
            )
            for i, lane in enumerate(lanes)
        ]

    def _prepared(self, inputs: Sequence[NDArray[np.float32]], lane: Lane) -> NDArray[np.float32]:
        x = inputs[lane.inputs]
        if not self.trick.clip:
            return x
        # Robust scale and smooth clipping, from the fit rows.
        fit = x[lane.fit_rows]
        low, middle, high = np.quantile(fit, [0.25, 0.5, 0.75], axis=0)
        spread = np.where(high > low, high - low, np.ptp(fit, axis=0) / 2)
        scaled = (x - middle) / np.where(spread > 0, spread, 1.0)
        clipped: NDArray[np.float32] = (scaled / np.sqrt(1 + (scaled / 3) ** 2)).astype(np.float32)
        return clipped

    def _pace(self, rate: Tensor, decay: Tensor, done: float) -> tuple[Tensor, Tensor]:
        if not self.trick.schedule:
            return rate, decay
        wave = 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + 15 * done)))
        return rate * 2 * wave, decay * 0.5 * (1 + math.cos(math.pi * done))

    @staticmethod
    def _loss(architecture: Architecture, outputs: Tensor, rows: _Rows, smooth: float) -> Tensor:
        """Return each lane's loss (L,): the mean of its members' own losses."""
        targets = rows.y[:, None]
        if architecture.task == "regression":
            by_row = ((outputs - targets) ** 2).sum(dim=-1)
        else:
            soft = targets * (1 - smooth) + smooth / architecture.outputs
            by_row = -(torch.log_softmax(outputs, dim=-1) * soft).sum(dim=-1)
        weights = rows.weight[:, None, :, 0]
        return (by_row * weights).sum(dim=2).div(weights.sum(dim=2).clamp(min=1e-6)).mean(dim=1)


class _Updates:
    """AdamW or Nesterov momentum for every lane's own rate, gradients clipped by lane."""

    def __init__(self, network: Network, adam: bool) -> None:
        self._network, self._adam, self._steps = network, adam, 0
        self._first = [torch.zeros_like(p) for p in network.parameters]
        self._second = [torch.zeros_like(p) for p in network.parameters]

    @torch.no_grad()
    def __call__(self, gradients: Sequence[Tensor], rate: Tensor, decay: Tensor) -> None:
        self._steps += 1
        squares = torch.stack([g.flatten(1).square().sum(dim=1) for g in gradients]).sum(dim=0)
        clip = (5.0 / (squares.sqrt() + 1e-6)).clamp(max=1.0)
        every = zip(self._network.parameters, gradients, self._first, self._second, strict=True)
        for number, (parameter, raw, first, second) in enumerate(every):
            lane = (-1, *[1] * (raw.dim() - 1))
            gradient = raw * clip.view(lane)
            own_decay = decay.view(lane) if number < len(self._network.weights) else 0.0
            is_scale = parameter is self._network.scale
            own_rate = rate.view(lane) * (6.0 if is_scale else 1.0)
            if self._adam:
                parameter.mul_(1.0 - own_rate * own_decay)
                first.lerp_(gradient, 0.1)
                second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
                root = (second / (1 - 0.999**self._steps)).sqrt_().add_(1e-8)
                parameter.sub_(own_rate * first / (1 - 0.9**self._steps) / root)
            else:
                gradient = gradient + own_decay * parameter
                first.mul_(0.9).add_(gradient)
                parameter.sub_(own_rate * (gradient + 0.9 * first))


def _padded(x: NDArray[np.float32], width: int) -> Tensor:
    return torch.nn.functional.pad(torch.from_numpy(x), (0, width - x.shape[1]))


def _standard(
    architecture: Architecture, outcome: NDArray[Any], lane: Lane
) -> tuple[float, float]:
    if architecture.task == "classification":
        return 0.0, 1.0
    fitted = outcome[lane.fit_rows]
    return float(fitted.mean()), float(fitted.std()) or 1.0


def _rows(
    architecture: Architecture,
    tables: Sequence[Tensor],
    outcomes: Sequence[NDArray[Any]],
    lanes: Sequence[Lane],
    spread: Sequence[tuple[float, float]],
    which: str,
) -> _Rows:
    longest = max(len(getattr(lane, which)) for lane in lanes)
    x, y, weights = [], [], []
    for table, lane, (centre, scale) in zip(tables, lanes, spread, strict=True):
        rows = getattr(lane, which)
        padded = np.resize(rows, longest)
        outcome = outcomes[lane.outcome]
        weight = np.ones(len(outcome))
        if architecture.task == "classification":
            if lane.settings.balanced:
                counts = np.bincount(outcome[lane.fit_rows], minlength=architecture.outputs)
                weight = (len(lane.fit_rows) / (len(counts) * np.maximum(counts, 1)))[outcome]
            target = np.eye(architecture.outputs)[outcome[padded]]
        else:
            target = ((outcome[padded] - centre) / scale)[:, None]
        own = np.where(np.arange(longest) < len(rows), weight[padded], 0.0)
        x.append(table[padded])
        y.append(torch.from_numpy(target.astype(np.float32)))
        weights.append(torch.from_numpy(own.astype(np.float32))[:, None])
    return _Rows(torch.stack(x), torch.stack(y), torch.stack(weights))


def _take(rows: _Rows, places: Tensor) -> _Rows:
    index = places[:, :, None]
    parts = (torch.take_along_dim(part, index, dim=1) for part in (rows.x, rows.y, rows.weight))
    return _Rows(*parts)
