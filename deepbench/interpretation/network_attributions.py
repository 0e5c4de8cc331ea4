"""Attributions of networks: expected gradients.

Erion et al. 2021, doi:10.1038/s42256-021-00343-w: integrated gradients (Sundararajan et al.
2017, arXiv:1703.01365) along the straight line from a background row to the sample, averaged
over background rows. Here the line is a fixed grid and not random draws, so the same input
gives the same numbers, and the sum differs from the output only by the grid's error.

Along such a line the first layer's sums change linearly, so the gradient is taken at these sums
and multiplied with the first layer's weights once: the cost hardly depends on the number of
columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepbench.interpretation.explanation import (
    Explanation,
    Floats,
    Report,
    of_decisions,
    silent,
)
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.training.lane_records import Architecture
from deepbench.training.saved_network import Parameters, layer_names

METHOD = "expected gradients"
BACKGROUND_ROWS = 50
_STEPS = 50


@dataclass(frozen=True, eq=False)
class _Layers:
    """A network cut behind its first layer's sums; logits of two classes as one log-odds."""

    first_weight: Tensor
    first_bias: Tensor
    later: tuple[tuple[Tensor, Tensor], ...]
    is_contrast: bool

    @classmethod
    def of(cls, architecture: Architecture, parameters: Parameters) -> Self:
        """Take one random start apart."""
        layers = [
            (_double(parameters[f"{name}.weight"]), _double(parameters[f"{name}.bias"]))
            for name in layer_names(architecture)
        ]
        contrast = architecture.task == "classification" and architecture.outputs == 2
        return cls(*layers[0], tuple(layers[1:]), contrast)

    def sums(self, x: Tensor) -> Tensor:
        """Return the first layer's sums (m, h) of rows (m, k)."""
        return x @ self.first_weight.T + self.first_bias

    def outputs(self, sums: Tensor) -> Tensor:
        """Return the outputs (m, O) from the first layer's sums (m, h)."""
        for weight, bias in self.later:
            sums = torch.relu(sums) @ weight.T + bias
        return sums[:, 1:] - sums[:, :1] if self.is_contrast else sums


def _double(values: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(values.astype(np.float64))


def explain_network(
    predictor: NetworkPredictor,
    background: Floats,
    x: Floats,
    seed: int,
    report: Report = silent,
) -> Explanation:
    """Explain the mean of the log-odds (or values) of a network's random starts.

    Args:
        predictor: Trained network.
        background: (b, k) rows to start from; 50 of them are drawn if there are more.
        x: (n, k) rows to explain.
        seed: Seed of the draw.
        report: Called after each row of each random start.
    """
    rng = np.random.default_rng(seed)
    count = min(BACKGROUND_ROWS, len(background))
    rows = np.sort(rng.choice(len(background), count, replace=False))
    start, end = torch.from_numpy(background[rows]), torch.from_numpy(x)
    members = [_Layers.of(predictor.architecture, each) for each in predictor.members]
    total = len(members) * len(x)
    by_member = [
        np.stack(
            [
                _attributions(layers, start, row, report, number * len(x) + i, total)
                for i, row in enumerate(end)
            ]
        )
        for number, layers in enumerate(members)
    ]
    values = np.mean(by_member, axis=0)
    base = _mean_outputs(members, start).mean(axis=0)
    outputs = _mean_outputs(members, end)
    classifies = predictor.architecture.task == "classification"
    return of_decisions(METHOD, classifies, values, base, outputs)


def _mean_outputs(members: list[_Layers], rows: Tensor) -> Floats:
    outputs = [layers.outputs(layers.sums(rows)) for layers in members]
    mean: Floats = torch.stack(outputs).mean(dim=0).numpy()
    return mean


def _attributions(
    layers: _Layers, start: Tensor, row: Tensor, report: Report, done: int, total: int
) -> Floats:
    """Return (k, O) attributions of one row (k,) from the background rows ``start`` (b, k)."""
    from_sums, to_sums = layers.sums(start), layers.sums(row[None])
    # Midpoints of equal parts of the way from 0 to 1.
    way = (torch.arange(_STEPS, dtype=torch.float64) + 0.5) / _STEPS
    points = from_sums + way[:, None, None] * (to_sums - from_sums)
    points = points.view(_STEPS * len(start), -1).requires_grad_()
    outputs = layers.outputs(points)
    columns = []
    for k in range(outputs.shape[1]):
        (gradient,) = torch.autograd.grad(outputs[:, k].sum(), points, retain_graph=True)
        mean_gradient = gradient.view(_STEPS, len(start), -1).mean(dim=0)
        in_columns = mean_gradient @ layers.first_weight
        columns.append(((row - start) * in_columns).mean(dim=0))
    report(done + 1, total)
    found: Floats = torch.stack(columns, dim=1).detach().numpy()
    return found
