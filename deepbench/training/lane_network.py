"""Forward and backward pass of many networks of one architecture at once.

The backward pass is written by hand: it skips the gradient of the inputs, reuses buffers and
keeps no graph, which on a CPU is what makes many small networks cheap. Tests hold it against
`torch.autograd`.

Shapes: L lanes, B rows in a batch, d inputs, h hidden units, K outputs. A lane's parameters lie
in one row of a matrix (L, P), all weights before all biases, so that an optimizer handles every
layer in one operation and can decay the weights alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepbench.training.lane_records import Architecture
from deepbench.training.saved_network import layer_names

# The output layer starts this much smaller than variance-preserving, so that the first
# predictions are nearly equal for all classes and the first loss is close to log(K) or 1.
OUTPUT_SCALE = 0.03


class ParameterLayout:
    """Where weights and biases lie in a lane's row of parameters.

    Args:
        architecture: Widths and task of the networks.
        width: Number of inputs d (the largest, where folds differ).
    """

    def __init__(self, architecture: Architecture, width: int) -> None:
        self.architecture = architecture
        self.widths = (width, *architecture.hidden, architecture.outputs)
        self.shapes = tuple((fan_out, fan_in) for fan_in, fan_out in pairwise(self.widths))
        self.n_weights = sum(fan_in * fan_out for fan_out, fan_in in self.shapes)
        self.size = self.n_weights + sum(self.widths[1:])

    def weights(self, flat: Tensor) -> list[Tensor]:
        """Return views (L, fan_out, fan_in) of the weights in ``flat`` (L, P)."""
        sizes = [fan_in * fan_out for fan_out, fan_in in self.shapes]
        parts = torch.split(flat[:, : self.n_weights], sizes, dim=1)
        return [part.view(-1, *shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def biases(self, flat: Tensor) -> list[Tensor]:
        """Return views (L, fan_out) of the biases in ``flat`` (L, P)."""
        return list(torch.split(flat[:, self.n_weights :], list(self.widths[1:]), dim=1))

    def initial(self, width: int, generator: torch.Generator) -> Tensor:
        """Draw the initial parameters (P,) of a lane with ``width`` inputs.

        Hidden layers follow He et al. (2015, doi:10.1109/ICCV.2015.123); biases are zero.
        Weights of inputs that only pad this lane are zero and stay zero.
        """
        flat = torch.zeros(1, self.size)
        for i, weight in enumerate(self.weights(flat)):
            fan_out, fan_in = self.shapes[i]
            if i == 0:
                fan_in = width
            is_output = i == len(self.shapes) - 1
            gain = OUTPUT_SCALE if is_output else math.sqrt(2.0)
            drawn = torch.randn(fan_out, fan_in, generator=generator)
            weight[0, :, :fan_in] = drawn * (gain / math.sqrt(fan_in))
        return flat[0]

    def named(self, flat: Tensor, width: int) -> dict[str, NDArray[np.float32]]:
        """Return one lane's parameters (P,) by name, without the inputs that only pad it."""
        rows = flat.detach().cpu().unsqueeze(0)
        named: dict[str, NDArray[np.float32]] = {}
        layers = zip(
            layer_names(self.architecture), self.weights(rows), self.biases(rows), strict=True
        )
        for name, weight, bias in layers:
            matrix = weight[0, :, :width] if name == "0" else weight[0]
            named[f"{name}.weight"] = matrix.numpy().copy()
            named[f"{name}.bias"] = bias[0].numpy().copy()
        return named


class LaneNetwork:
    """Networks of L lanes, their parameters ``flat`` (L, P) and gradients ``gradient`` (L, P)."""

    def __init__(self, layout: ParameterLayout, flat: Tensor, gradient: Tensor) -> None:
        self.layout = layout
        self.flat = flat
        self.gradient = gradient
        self._weights = layout.weights(flat)
        self._biases = [bias.unsqueeze(1) for bias in layout.biases(flat)]
        self._weight_gradients = layout.weights(gradient)
        self._bias_gradients = layout.biases(gradient)

    def forward(self, x: Tensor, masks: Sequence[Tensor] | None = None) -> list[Tensor]:
        """Return the activations of all layers.

        Args:
            x: (L, B, d) inputs.
            masks: For each hidden layer, (L, B, h) dropout factors: 0 where a unit is dropped,
                1/(1 - dropout) where it is kept. None: no lane drops units.

        Returns:
            ``x``, each hidden activation (L, B, h) after ReLU and dropout, outputs (L, B, K).
        """
        activations = [x]
        for i, (weight, bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            activation = torch.baddbmm(bias, activations[-1], weight.mT)
            if i < len(self._weights) - 1:
                activation.relu_()
                if masks is not None:
                    activation.mul_(masks[i])
            activations.append(activation)
        return activations

    def backward(
        self,
        activations: Sequence[Tensor],
        delta: Tensor,
        masks: Sequence[Tensor] | None = None,
    ) -> None:
        """Fill ``gradient`` from the gradient of the outputs, ``delta`` (L, B, K)."""
        for i in range(len(self._weights) - 1, -1, -1):
            # Not with out=: into a view of rows, torch multiplies one lane after another.
            self._weight_gradients[i].copy_(torch.bmm(delta.mT, activations[i]))
            torch.sum(delta, dim=1, out=self._bias_gradients[i])
            if i == 0:
                return
            delta = torch.bmm(delta, self._weights[i])
            if masks is not None:
                delta.mul_(masks[i - 1])
            # A dropped unit is zero as well, so this also covers what dropout took away.
            delta = torch.ops.aten.threshold_backward(delta, activations[i], 0.0)


def loss_and_delta(
    architecture: Architecture, outputs: Tensor, targets: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor]:
    """Return each lane's loss and its gradient with respect to the outputs.

    Args:
        architecture: Tells the loss: softmax cross-entropy or squared error.
        outputs: (L, B, K) logits or standardised predictions.
        targets: (L, B, K) one-hot classes times ``weights``, or standardised outcomes (L, B, 1).
        weights: (L, B, 1) weight of each row in the loss, 0 for rows that only pad.

    Returns:
        The weighted sum of row losses (L,), and its gradient (L, B, K).
    """
    if architecture.task == "regression":
        error = outputs - targets
        weighted = error * weights
        return (weighted * error).sum(dim=(1, 2)), weighted.mul_(2.0)
    log_probability = torch.log_softmax(outputs, dim=2)
    loss = -(log_probability * targets).sum(dim=(1, 2))
    return loss, log_probability.exp_().mul_(weights).sub_(targets)
