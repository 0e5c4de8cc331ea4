"""Optimizers that update many lanes at once, each with its own step size and weight decay.

An update may touch only the first ``a`` lanes: lanes are ordered by their number of batches in
an epoch, so those that still have rows are always a prefix, and the others keep parameters and
state untouched.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from deepbench.training.lane_network import LaneNetwork, ParameterLayout
from deepbench.training.lane_records import LaneSettings

MAX_GRADIENT_NORM = 5.0


class LaneOptimizer(ABC):
    """State and update rule of an optimizer for L lanes.

    Args:
        layout: Where weights end and biases begin.
        settings: Hyperparameters of each lane, in lane order.
        device: Where the parameters lie.
    """

    def __init__(
        self, layout: ParameterLayout, settings: Sequence[LaneSettings], device: torch.device
    ) -> None:
        self._n_weights = layout.n_weights
        self._rate = _column([lane.learning_rate for lane in settings], device)
        self._decay = _column([lane.weight_decay for lane in settings], device)

    def step(self, network: LaneNetwork) -> None:
        """Update ``network.flat`` (a, P) from ``network.gradient``, the first a lanes."""
        gradient = network.gradient
        norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
        # The formula of torch.nn.utils.clip_grad_norm_, for each lane apart.
        gradient.mul_((MAX_GRADIENT_NORM / (norm + 1e-6)).clamp_(max=1.0))
        self._update(network.flat, gradient)

    def select(self, index: Tensor) -> None:
        """Keep only the lanes in ``index``, in that order."""
        self._rate = self._rate.index_select(0, index)
        self._decay = self._decay.index_select(0, index)

    @abstractmethod
    def _update(self, flat: Tensor, gradient: Tensor) -> None:
        """Update ``flat`` (a, P) in place from the clipped ``gradient`` (a, P)."""


class AdamW(LaneOptimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101)."""

    BETA1 = 0.9
    BETA2 = 0.999
    EPSILON = 1e-8

    def __init__(
        self, layout: ParameterLayout, settings: Sequence[LaneSettings], device: torch.device
    ) -> None:
        super().__init__(layout, settings, device)
        self._mean = torch.zeros(len(settings), layout.size, device=device)
        self._square = torch.zeros_like(self._mean)
        self._steps = torch.zeros(len(settings), 1, device=device)

    def _update(self, flat: Tensor, gradient: Tensor) -> None:
        active = flat.shape[0]
        mean, square, steps = self._mean[:active], self._square[:active], self._steps[:active]
        rate = self._rate[:active]
        steps.add_(1.0)
        # expm1 keeps 1 - beta**t exact in single precision, where the plain form is not.
        correction1 = torch.expm1(steps * math.log(self.BETA1)).neg_()
        root2 = torch.expm1(steps * math.log(self.BETA2)).neg_().sqrt_()
        flat[:, : self._n_weights].mul_(1.0 - rate * self._decay[:active])
        mean.lerp_(gradient, 1.0 - self.BETA1)
        square.mul_(self.BETA2).addcmul_(gradient, gradient, value=1.0 - self.BETA2)
        # The gradient has been used: its memory takes the denominator.
        torch.sqrt(square, out=gradient)
        gradient.add_(root2 * self.EPSILON)
        torch.div(mean, gradient, out=gradient)
        flat.addcmul_(gradient, root2.mul_(rate).div_(correction1), value=-1.0)

    def select(self, index: Tensor) -> None:
        """Keep only the lanes in ``index``, with their state."""
        super().select(index)
        self._mean = self._mean.index_select(0, index)
        self._square = self._square.index_select(0, index)
        self._steps = self._steps.index_select(0, index)


class NesterovSgd(LaneOptimizer):
    """Stochastic gradient descent with Nesterov momentum, in the form of `torch.optim.SGD`."""

    MOMENTUM = 0.9

    def __init__(
        self, layout: ParameterLayout, settings: Sequence[LaneSettings], device: torch.device
    ) -> None:
        super().__init__(layout, settings, device)
        # torch starts the velocity at the first gradient; from zero the recursion gives the same.
        self._velocity = torch.zeros(len(settings), layout.size, device=device)

    def _update(self, flat: Tensor, gradient: Tensor) -> None:
        active = flat.shape[0]
        velocity = self._velocity[:active]
        gradient[:, : self._n_weights].addcmul_(flat[:, : self._n_weights], self._decay[:active])
        velocity.mul_(self.MOMENTUM).add_(gradient)
        gradient.add_(velocity, alpha=self.MOMENTUM)
        flat.addcmul_(gradient, self._rate[:active], value=-1.0)

    def select(self, index: Tensor) -> None:
        """Keep only the lanes in ``index``, with their state."""
        super().select(index)
        self._velocity = self._velocity.index_select(0, index)


def make_optimizer(
    layout: ParameterLayout, settings: Sequence[LaneSettings], device: torch.device
) -> LaneOptimizer:
    """Return the optimizer that all ``settings`` name (a chunk of lanes shares one)."""
    kinds = {"adam": AdamW, "sgd": NesterovSgd}
    (name,) = {lane.optimizer for lane in settings}
    return kinds[name](layout, settings, device)


def _column(values: Sequence[float], device: torch.device) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device=device).unsqueeze(1)
