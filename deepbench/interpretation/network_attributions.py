"""Attributions of networks: expected gradients.

Erion et al. 2021, doi:10.1038/s42256-021-00343-w: integrated gradients (Sundararajan et al.
2017, arXiv:1703.01365) along the straight line from a background row to the sample, averaged
over background rows. Here the line is a fixed grid and not random draws, so the same input
gives the same numbers, and the sum differs from the output only by the grid's error. That error
is seen in the first layer's sums already, so the grid of a sample gets finer until it is small.

Along such a line the first layer's sums change linearly, so the gradient is taken at these sums
and multiplied with the first layer's weights once: all points of the line together cost hardly
more than one, however many columns there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from deepbench.interpretation.explanation import Explanation, Floats, of_decisions
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.training.lane_records import Architecture
from deepbench.training.saved_network import Parameters, layer_names

METHOD = "expected gradients"
BACKGROUND_ROWS = 50
# Points of each line, until sums miss outputs by less than this share of the outputs' range.
_STEPS = (8, 32, 128, 512)
_CLOSE_ENOUGH = 0.0005
# Numbers in the first layer's sums of all points looked at together.
_NUMBERS = 4_000_000


@dataclass(frozen=True, eq=False)
class _Layers:
    """A network cut behind its first layer's sums; logits of two classes as one log-odds."""

    first_weight: Floats
    first_bias: Floats
    later: tuple[tuple[Floats, Floats], ...]

    @classmethod
    def of(cls, architecture: Architecture, parameters: Parameters) -> Self:
        """Take one random start apart."""
        layers = [
            (_double(parameters[f"{name}.weight"]), _double(parameters[f"{name}.bias"]))
            for name in layer_names(architecture)
        ]
        if architecture.task == "classification" and architecture.outputs == 2:
            layers[-1] = (np.diff(layers[-1][0], axis=0), np.diff(layers[-1][1]))
        return cls(*layers[0], tuple(layers[1:]))

    def sums(self, x: Floats) -> Floats:
        """Return the first layer's sums (m, h) of rows (m, k)."""
        return x @ self.first_weight.T + self.first_bias

    def outputs(self, sums: Floats) -> Floats:
        """Return the outputs (m, J) from the first layer's sums (m, h)."""
        for weight, bias in self.later:
            sums = np.maximum(sums, 0.0) @ weight.T + bias
        return sums

    def gradients(self, sums: Floats) -> list[Floats]:
        """Return, for each of the J outputs, its gradient (m, h) at the first layer's sums."""
        active = [sums > 0.0]
        for weight, bias in self.later[:-1]:
            sums = np.maximum(sums, 0.0) @ weight.T + bias
            active.append(sums > 0.0)
        return [self._gradient(number, active) for number in range(len(self._last_weight))]

    @property
    def _last_weight(self) -> Floats:
        return self.later[-1][0] if self.later else np.eye(len(self.first_bias))

    def _gradient(self, output: int, active: list[NDArray[np.bool_]]) -> Floats:
        weights = [weight for weight, _ in self.later]
        if not weights:
            return np.broadcast_to(self._last_weight[output], active[0].shape)
        slope: Floats = weights[-1][output] * active[-1]
        for weight, on in zip(weights[-2::-1], active[-2::-1], strict=True):
            slope = (slope @ weight) * on
        return slope


def _double(values: NDArray[np.float32]) -> Floats:
    return values.astype(np.float64)


class NetworkExplainer:
    """Explains the mean of the log-odds (or values) of a network's random starts.

    Args:
        predictor: Trained network.
        background: (b, k) rows to start from; 50 of them are drawn if there are more.
        seed: Seed of the draw.
    """

    def __init__(self, predictor: NetworkPredictor, background: Floats, seed: int) -> None:
        rng = np.random.default_rng(seed)
        count = min(BACKGROUND_ROWS, len(background))
        rows = np.sort(rng.choice(len(background), count, replace=False))
        self._background = background[rows]
        self._members = [
            _Lines(_Layers.of(predictor.architecture, each), self._background)
            for each in predictor.members
        ]
        self._classifies = predictor.architecture.task == "classification"

    def explain(self, x: Floats, first: int = 0) -> Explanation:
        """Explain rows (n, k); nothing is drawn for single rows."""
        by_start = np.stack([member.attributions(x) for member in self._members])
        base = np.mean([member.base for member in self._members], axis=0)
        outputs = np.mean(
            [member.layers.outputs(member.layers.sums(x)) for member in self._members], axis=0
        )
        return of_decisions(
            METHOD,
            self._classifies,
            by_start.mean(axis=0),
            base,
            outputs,
            by_start if len(self._members) > 1 else None,
        )


class _Lines:
    """Straight lines from the background rows to samples, in one random start.

    Args:
        layers: The network.
        background: (b, k) where lines start.
    """

    def __init__(self, layers: _Layers, background: Floats) -> None:
        self.layers = layers
        self._background = background
        self._from = layers.sums(background)
        outputs = layers.outputs(self._from)
        self.base = outputs.mean(axis=0)
        self._range = np.ptp(outputs, axis=0)

    def attributions(self, x: Floats) -> Floats:
        """Return (n, k, J) attributions of rows (n, k)."""
        slopes = self._slopes(self.layers.sums(x))
        outputs = slopes.shape[1]
        found = np.empty((*x.shape, outputs))
        for row in range(len(x)):
            for output in range(outputs):
                # (b, k) mean slope of each line in the columns.
                in_columns = slopes[row, output] @ self.layers.first_weight
                found[row, :, output] = x[row] * in_columns.mean(axis=0)
                in_columns *= self._background
                found[row, :, output] -= in_columns.mean(axis=0)
        return found

    def _slopes(self, to: Floats) -> Floats:
        """Return (n, J, b, h) mean slopes along the lines to samples with sums (n, h)."""
        rows = np.arange(len(to))
        difference = self.layers.outputs(to) - self.base
        found = np.empty((len(to), difference.shape[1], *self._from.shape))
        for steps in _STEPS:
            found[rows] = self._on_grid(to[rows], steps)
            moved = to[rows, None, :] - self._from
            reached = np.einsum("njbh,nbh->nj", found[rows], moved) / len(self._from)
            missed = np.abs(reached - difference[rows])
            rows = rows[(missed > _CLOSE_ENOUGH * self._range).any(axis=1)]
            if not len(rows):
                break
        return found

    def _on_grid(self, to: Floats, steps: int) -> Floats:
        """Return (n, J, b, h) mean slopes at the midpoints of equal parts of the lines."""
        lines, width = self._from.shape
        block = max(1, _NUMBERS // (steps * lines * width))
        way = (np.arange(steps) + 0.5)[:, None, None] / steps
        parts = []
        for begin in range(0, len(to), block):
            moved = to[begin : begin + block, None, None, :] - self._from
            points = (self._from + way * moved).reshape(-1, width)
            shape = (-1, steps, lines, width)
            means = [each.reshape(shape).mean(axis=1) for each in self.layers.gradients(points)]
            parts.append(np.stack(means, axis=1))
        return np.concatenate(parts)


def randomised(predictor: NetworkPredictor, seed: int) -> NetworkPredictor:
    """Return the same network with weights drawn anew, as large on average as the trained ones.

    For the check of Adebayo et al. 2018 (arXiv:1810.03292): attributions that look the same with
    random weights say nothing about what was learned.
    """
    rng = np.random.default_rng(seed)

    def drawn(values: NDArray[np.float32]) -> NDArray[np.float32]:
        spread = float(np.sqrt(np.mean(values.astype(np.float64) ** 2)))
        return rng.normal(scale=spread, size=values.shape).astype(np.float32)

    members = tuple(
        {name: drawn(values) for name, values in member.items()} for member in predictor.members
    )
    return NetworkPredictor(predictor.architecture, members)
