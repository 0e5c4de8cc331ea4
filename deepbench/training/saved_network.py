"""A trained network outside training: its prediction and its form as a torch module."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from deepbench.training.lane_records import Architecture

Parameters = Mapping[str, NDArray[np.float32]]


def layer_names(architecture: Architecture) -> tuple[str, ...]:
    """Return the name of each linear layer in the `as_module` network: ("0", "2", …)."""
    return tuple(str(2 * i) for i in range(len(architecture.hidden) + 1))


def predict_parameters(
    architecture: Architecture, parameters: Parameters, x: ArrayLike
) -> NDArray[np.float64]:
    """Predict rows with a trained network.

    Args:
        architecture: Widths and task of the network.
        parameters: Weights by name, as in `LaneResult.parameters`.
        x: (m, d) inputs, prepared as for training.

    Returns:
        Class probabilities (m, K), or predicted values (m, 1) in the outcome's units.
    """
    activation = np.asarray(x, dtype=np.float32)
    names = layer_names(architecture)
    # Weights of a lane about to be declared diverged may overflow here; the caller checks.
    with np.errstate(over="ignore", invalid="ignore"):
        for name in names:
            activation = activation @ parameters[f"{name}.weight"].T + parameters[f"{name}.bias"]
            if name != names[-1]:
                np.maximum(activation, 0.0, out=activation)
        output = activation.astype(np.float64)
        if architecture.task == "regression":
            return output
        output -= output.max(axis=1, keepdims=True)
        np.exp(output, out=output)
        output /= output.sum(axis=1, keepdims=True)
    return output


def as_module(architecture: Architecture, parameters: Parameters) -> nn.Sequential:
    """Return the network as a torch module in evaluation mode, on the CPU.

    Its output is the logits (m, K) of the classes (softmax gives `predict_parameters`), or the
    predicted value (m, 1) in the outcome's units. Dropout is left out, as it only acts during
    training.

    Args:
        architecture: Widths and task of the network.
        parameters: Weights by name, as in `LaneResult.parameters`.
    """
    layers: list[nn.Module] = []
    for name in layer_names(architecture):
        outputs, inputs = parameters[f"{name}.weight"].shape
        # On the meta device torch draws no initial weights from its global generator.
        layers.append(nn.Linear(inputs, outputs, device="meta"))
        layers.append(nn.ReLU())
    module = nn.Sequential(*layers[:-1])
    module.load_state_dict(
        {name: torch.from_numpy(np.array(value)) for name, value in parameters.items()},
        assign=True,
    )
    return module.eval()
