from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from deepbench.training.lane_network import LaneNetwork, ParameterLayout, loss_and_delta
from deepbench.training.lane_records import Architecture, Task


def reference_loss(
    architecture: Architecture,
    layers: list[tuple[Tensor, Tensor]],
    x: Tensor,
    masks: list[Tensor],
    target: Tensor,
    weights: Tensor,
) -> Tensor:
    """Return one lane's loss, written with torch.nn.functional for autograd."""
    for i, (weight, bias) in enumerate(layers):
        x = functional.linear(x, weight, bias)
        if i < len(layers) - 1:
            x = functional.relu(x) * masks[i]
    if architecture.task == "regression":
        return (functional.mse_loss(x, target, reduction="none") * weights).sum()
    codes = target.argmax(dim=1)
    rows = functional.cross_entropy(x, codes, reduction="none")
    return (rows * weights[:, 0]).sum()


@pytest.mark.parametrize("hidden", [(), (5,), (6, 4)])
@pytest.mark.parametrize(("task", "outputs"), [("classification", 3), ("regression", 1)])
@pytest.mark.parametrize("dropout", [False, True])
def test_gradients_equal_those_of_autograd(
    hidden: tuple[int, ...], task: Task, outputs: int, dropout: bool
) -> None:
    generator = torch.Generator().manual_seed(3)
    architecture = Architecture(hidden, outputs, task)
    layout = ParameterLayout(architecture, 7)
    lanes, rows = 3, 9
    flat = torch.randn(lanes, layout.size, generator=generator, dtype=torch.float64)
    gradient = torch.full_like(flat, math.nan)
    x = torch.randn(lanes, rows, 7, generator=generator, dtype=torch.float64)
    weights = torch.rand(lanes, rows, 1, generator=generator, dtype=torch.float64)
    weights[1, 6:] = 0.0  # this lane has fewer rows
    masks = [
        (torch.rand(lanes, rows, h, generator=generator) > 0.4).double() / 0.6 for h in hidden
    ]
    if not dropout:
        masks = [torch.ones_like(mask) for mask in masks]
    if task == "regression":
        target = torch.randn(lanes, rows, 1, generator=generator, dtype=torch.float64)
        weighted_target = target
    else:
        codes = torch.randint(0, outputs, (lanes, rows), generator=generator)
        target = functional.one_hot(codes, outputs).double()
        weighted_target = target * weights

    network = LaneNetwork(layout, flat, gradient)
    used = masks if dropout else None
    activations = network.forward(x, used)
    loss, delta = loss_and_delta(architecture, activations[-1], weighted_target, weights)
    network.backward(activations, delta, used)

    leaf = flat.clone().requires_grad_()
    views = list(zip(layout.weights(leaf), layout.biases(leaf), strict=True))
    expected = torch.stack(
        [
            reference_loss(
                architecture,
                [(weight[lane], bias[lane]) for weight, bias in views],
                x[lane],
                [mask[lane] for mask in masks],
                target[lane],
                weights[lane],
            )
            for lane in range(lanes)
        ]
    )
    (expected_gradient,) = torch.autograd.grad(expected.sum(), leaf)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(gradient, expected_gradient)


def test_initial_weights_keep_the_variance_of_the_inputs() -> None:
    layout = ParameterLayout(Architecture((400, 300), 2, "classification"), 200)
    flat = layout.initial(200, torch.Generator().manual_seed(0))[None]
    spread = [float(weight.std()) for weight in layout.weights(flat)]
    assert spread[0] == pytest.approx(math.sqrt(2 / 200), rel=0.02)
    assert spread[1] == pytest.approx(math.sqrt(2 / 400), rel=0.02)
    assert spread[2] < 0.1 / math.sqrt(300)
    assert all(bool((bias == 0).all()) for bias in layout.biases(flat))


def test_padding_of_narrow_inputs_changes_no_initial_weight() -> None:
    architecture = Architecture((4,), 2, "classification")
    narrow, wide = ParameterLayout(architecture, 3), ParameterLayout(architecture, 5)
    alone = narrow.named(narrow.initial(3, torch.Generator().manual_seed(0)), 3)
    padded = wide.initial(3, torch.Generator().manual_seed(0))
    named = wide.named(padded, 3)
    assert alone.keys() == named.keys()
    assert all((alone[name] == named[name]).all() for name in alone)
    assert bool((wide.weights(padded[None])[0][0, :, 3:] == 0).all())
