"""Noisy gradient descent with differential privacy by unit (DP-SGD).

Abadi et al. 2016, arXiv 1607.00133, with units in place of samples: the gradient of a unit is the
mean over its samples, and is cut to the clipping norm as a whole, so that a patient with fifty
samples weighs no more than one with a single sample. Opacus clips by sample and has no groups of
samples, therefore the mechanism stands here; the accounting is Opacus' (`accountants`).

What leaves the loop depends on the samples only through sums of clipped gradients with noise on
them. Batch normalisation would mix samples, early stopping would look at samples again: there is
neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.training.lane_records import Architecture
from deepbench.training.private.noise import NoiseSource
from deepbench.training.private.recipe import Recipe

Floats = NDArray[np.float64]

# Gradients of so many numbers are held at once.
_CHUNK = 1 << 22
_OUTPUT_SCALE = 0.1
# Part of the steps, the last ones, whose weights are averaged.
_AVERAGED = 0.5


@dataclass(frozen=True, eq=False)
class UnitRows:
    """Samples in the order of their units.

    Attributes:
        x: (n, d) inputs.
        targets: (n, K) one-hot classes, or (n, 1) scaled outcomes.
        starts: (U,) first row of each unit.
    """

    x: Floats
    targets: Floats
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, x: Floats, targets: Floats, units: NDArray[np.int64]) -> UnitRows:
        """Sort samples by unit."""
        order = np.argsort(units, kind="stable")
        starts = np.unique(units[order], return_index=True)[1].astype(np.int64)
        return cls(x[order], targets[order], starts)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(U,) number of samples of each unit."""
        return np.diff(self.starts, append=len(self.x))

    def take(self, chosen: NDArray[np.bool_]) -> UnitRows:
        """Return some of the units."""
        if chosen.all():
            return self
        sizes = self.sizes
        rows = np.repeat(chosen, sizes)
        kept = sizes[chosen]
        starts = np.cumsum(kept) - kept
        return UnitRows(self.x[rows], self.targets[rows], starts.astype(np.int64))

    def parts(self, rows: int) -> Iterator[UnitRows]:
        """Yield the units in parts of about so many rows, one unit at least."""
        ends = np.append(self.starts[1:], len(self.x))
        first = 0
        while first < len(self.starts):
            begin = self.starts[first]
            last = max(int(np.searchsorted(ends, begin + rows, side="right")), first + 1)
            yield UnitRows(
                self.x[begin : ends[last - 1]],
                self.targets[begin : ends[last - 1]],
                self.starts[first:last] - begin,
            )
            first = last


class PrivateNetwork:
    """A network whose weights and biases lie in one vector.

    Args:
        architecture: Widths and task.
        inputs: Number of inputs.
    """

    def __init__(self, architecture: Architecture, inputs: int) -> None:
        self.architecture = architecture
        widths = (inputs, *architecture.hidden, architecture.outputs)
        self.shapes = tuple(zip(widths[1:], widths[:-1], strict=True))
        self.size = sum(out * (fan_in + 1) for out, fan_in in self.shapes)

    def layers(self, flat: Floats) -> list[tuple[Floats, Floats]]:
        """Return weight (out, in) and bias (out,) of each layer, as views."""
        found, place = [], 0
        for out, fan_in in self.shapes:
            weight = flat[place : place + out * fan_in].reshape(out, fan_in)
            place += out * fan_in
            found.append((weight, flat[place : place + out]))
            place += out
        return found

    def initial(self, noise: NoiseSource) -> Floats:
        """Draw initial parameters: zero without hidden layers, else as in the lanes."""
        flat = np.zeros(self.size)
        if not self.architecture.hidden:
            return flat
        layers = self.layers(flat)
        for number, (weight, _) in enumerate(layers):
            gain = _OUTPUT_SCALE if number == len(layers) - 1 else math.sqrt(2.0)
            weight[:] = noise.normal(*weight.shape) * gain / math.sqrt(weight.shape[1])
        return flat

    def unit_gradients(self, flat: Floats, rows: UnitRows) -> Floats:
        """Return (U, P) the gradient of each unit's mean loss.

        The loss is the cross-entropy, or half the squared error.
        """
        layers = self.layers(flat)
        activations = [rows.x]
        for number, (weight, bias) in enumerate(layers):
            out = activations[-1] @ weight.T + bias
            activations.append(np.maximum(out, 0.0) if number < len(layers) - 1 else out)
        delta = self._delta(activations.pop(), rows.targets)
        gradients = np.empty((len(rows.x), self.size))
        end = self.size
        for (weight, bias), activation in zip(
            reversed(layers), reversed(activations), strict=True
        ):
            gradients[:, end - bias.size : end] = delta
            end -= bias.size
            products = delta[:, :, None] * activation[:, None, :]
            gradients[:, end - weight.size : end] = products.reshape(len(products), -1)
            end -= weight.size
            if end:
                delta = (delta @ weight) * (activation > 0.0)
        if len(rows.starts) == len(rows.x):
            return gradients
        return np.add.reduceat(gradients, rows.starts, axis=0) / rows.sizes[:, None]

    def _delta(self, outputs: Floats, targets: Floats) -> Floats:
        if self.architecture.task == "regression":
            return outputs - targets
        outputs = outputs - outputs.max(axis=1, keepdims=True)
        shares = np.exp(outputs)
        shares /= shares.sum(axis=1, keepdims=True)
        return np.asarray(shares - targets)


def clipped(gradients: Floats, norm: float) -> Floats:
    """Return (U, P) gradients, those longer than ``norm`` cut to it."""
    lengths = np.sqrt(np.einsum("ij,ij->i", gradients, gradients))
    # A gradient that is not finite says nothing, and must not carry anything either.
    usable = np.isfinite(lengths)
    factors = np.where(usable, norm / np.maximum(lengths, norm), 0.0)
    found: Floats = np.where(usable[:, None], gradients, 0.0) * factors[:, None]
    return found


def drawn_units(units: int, rate: float, noise: NoiseSource) -> NDArray[np.bool_]:
    """Draw which units take part in a step: each by itself, with the same probability."""
    if rate >= 1.0:
        return np.ones(units, dtype=np.bool_)
    return noise.uniform(units) < rate


def noisy_gradient(
    network: PrivateNetwork, flat: Floats, rows: UnitRows, recipe: Recipe, noise: NoiseSource
) -> Floats:
    """Return (P,) one step's gradient: sum over drawn units, clipped, with noise, as a mean.

    It is divided by the number of units that is expected, not by that drawn, which is private.
    """
    chosen = rows.take(drawn_units(len(rows.starts), recipe.sampling_rate, noise))
    total = np.zeros(network.size)
    for part in chosen.parts(max(_CHUNK // network.size, 1)):
        total += clipped(network.unit_gradients(flat, part), recipe.clipping_norm).sum(axis=0)
    total += recipe.noise * recipe.clipping_norm * noise.normal(network.size)
    return total / (recipe.units * recipe.sampling_rate)


def train_privately(
    architecture: Architecture, rows: UnitRows, recipe: Recipe, noise: NoiseSource
) -> tuple[PrivateNetwork, Floats]:
    """Train a network with differential privacy by unit.

    Args:
        architecture: Widths and task.
        rows: The samples, scaled without or within the budget, of length about 1.
        recipe: Steps, clipping and noise; its units are those of ``rows``.
        noise: Where noise, draws of units and initial weights come from.

    Returns:
        The network, and its parameters (P,): the mean over the last half of the steps.

    Raises:
        ValueError: the recipe was made for another number of units.
    """
    if len(rows.starts) != recipe.units:
        raise ValueError("The recipe was made for another number of units.")
    network = PrivateNetwork(architecture, rows.x.shape[1])
    flat = network.initial(noise)
    total, averaged = np.zeros(network.size), 0
    for step in range(recipe.steps):
        flat = flat - recipe.learning_rate * noisy_gradient(network, flat, rows, recipe, noise)
        if step >= recipe.steps * _AVERAGED:
            total += flat
            averaged += 1
    return network, total / averaged
