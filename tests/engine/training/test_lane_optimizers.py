from __future__ import annotations

from typing import Literal

import pytest
import torch

from deepbench.training.lane_network import LaneNetwork, ParameterLayout
from deepbench.training.lane_optimizers import MAX_GRADIENT_NORM, make_optimizer
from deepbench.training.lane_records import Architecture, LaneSettings

CPU = torch.device("cpu")
LAYOUT = ParameterLayout(Architecture((4,), 2, "classification"), 3)


def settings(
    name: Literal["adam", "sgd"], learning_rate: float, weight_decay: float
) -> LaneSettings:
    return LaneSettings(learning_rate, weight_decay, 0.0, name, 8, False)


def reference(
    lane: LaneSettings, start: torch.Tensor, gradients: list[torch.Tensor]
) -> torch.Tensor:
    """Return parameters after torch's own optimizer, biases without decay."""
    weights = start[: LAYOUT.n_weights].clone().requires_grad_()
    biases = start[LAYOUT.n_weights :].clone().requires_grad_()
    groups = [
        {"params": [weights], "weight_decay": lane.weight_decay},
        {"params": [biases], "weight_decay": 0.0},
    ]
    optimizer: torch.optim.Optimizer
    if lane.optimizer == "adam":
        optimizer = torch.optim.AdamW(groups, lr=lane.learning_rate)
    else:
        optimizer = torch.optim.SGD(groups, lr=lane.learning_rate, momentum=0.9, nesterov=True)
    for gradient in gradients:
        weights.grad = gradient[: LAYOUT.n_weights].clone()
        biases.grad = gradient[LAYOUT.n_weights :].clone()
        torch.nn.utils.clip_grad_norm_([weights, biases], MAX_GRADIENT_NORM)
        optimizer.step()
    return torch.cat([weights, biases]).detach()


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_updates_equal_those_of_torch_for_each_lane(name: Literal["adam", "sgd"]) -> None:
    lanes = [settings(name, 0.01, 0.0), settings(name, 0.1, 0.5), settings(name, 0.003, 0.1)]
    generator = torch.Generator().manual_seed(1)
    flat = torch.randn(3, LAYOUT.size, generator=generator)
    start = flat.clone()
    optimizer = make_optimizer(LAYOUT, lanes, CPU)
    # The second gradient is long enough to be clipped; the last lane sits out two updates.
    gradients = [s * torch.randn(3, LAYOUT.size, generator=generator) for s in (1, 20, 0.1, 1)]
    for step, gradient in enumerate(gradients):
        active = 2 if step in (1, 2) else 3
        network = LaneNetwork(LAYOUT, flat[:active], gradient[:active].clone())
        optimizer.step(network)
    for i, lane in enumerate(lanes):
        seen = [g[i] for step, g in enumerate(gradients) if i < 2 or step not in (1, 2)]
        torch.testing.assert_close(flat[i], reference(lane, start[i], seen))


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_state_follows_the_lanes_that_stay(name: Literal["adam", "sgd"]) -> None:
    lanes = [settings(name, 0.01, 0.0), settings(name, 0.1, 0.5)]
    generator = torch.Generator().manual_seed(1)
    flat = torch.randn(2, LAYOUT.size, generator=generator)
    start = flat[1].clone()
    gradients = [torch.randn(2, LAYOUT.size, generator=generator) for _ in range(3)]
    optimizer = make_optimizer(LAYOUT, lanes, CPU)
    optimizer.step(LaneNetwork(LAYOUT, flat, gradients[0].clone()))
    optimizer.select(torch.tensor([1]))
    flat = flat[1:].clone()
    for gradient in gradients[1:]:
        optimizer.step(LaneNetwork(LAYOUT, flat, gradient[1:].clone()))
    expected = reference(lanes[1], start, [gradient[1] for gradient in gradients])
    torch.testing.assert_close(flat[0], expected)
