"""The mechanism: clipping by unit, noise, draws of units, and the gradient itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import chi2, kstest, norm

from deepbench.training.lane_records import Architecture
from deepbench.training.private import dp_sgd
from deepbench.training.private.accountants import Spent
from deepbench.training.private.dp_sgd import (
    PrivateNetwork,
    UnitRows,
    clipped,
    drawn_units,
    noisy_gradient,
    train_privately,
)
from deepbench.training.private.noise import SeededNoise
from deepbench.training.private.recipe import Recipe

Floats = NDArray[np.float64]
BINARY = Architecture((), 2, "classification")
DEEP = Architecture((5, 4), 3, "classification")
NUMBER = Architecture((4,), 1, "regression")


class NoNoise:
    """Zeros in place of noise, so that the sum itself can be seen."""

    def normal(self, *shape: int) -> Floats:
        return np.zeros(shape)

    def uniform(self, count: int) -> Floats:
        return np.linspace(0.0, 1.0, count, endpoint=False)


def recipe(units: int, **changes: object) -> Recipe:
    made = Recipe(
        units=units,
        delta=1e-5,
        sampling_rate=1.0,
        steps=20,
        clipping_norm=1.0,
        learning_rate=1.0,
        noise=2.0,
        scaling_noise=None,
        spent=Spent((("RDP", 1.0), ("PRV", 1.0))),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def samples(architecture: Architecture, rows: int = 24, per_unit: int = 3) -> UnitRows:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, 6))
    if architecture.task == "regression":
        targets = rng.normal(size=(rows, 1))
    else:
        targets = np.eye(architecture.outputs)[rng.integers(architecture.outputs, size=rows)]
    units = rng.permutation(np.arange(rows) // per_unit)
    return UnitRows.of(x, targets, units)


def weights(network: PrivateNetwork) -> Floats:
    return np.random.default_rng(2).normal(size=network.size)


def torch_gradient(network: PrivateNetwork, flat: Floats, x: Floats, targets: Floats) -> Floats:
    """Gradient of the mean loss of some rows, by automatic differentiation."""
    leaf = torch.tensor(flat, requires_grad=True)
    activation, place = torch.tensor(x), 0
    for number, (out, fan_in) in enumerate(network.shapes):
        weight = leaf[place : place + out * fan_in].view(out, fan_in)
        place += out * fan_in
        activation = activation @ weight.T + leaf[place : place + out]
        place += out
        if number < len(network.shapes) - 1:
            activation = torch.relu(activation)
    target = torch.tensor(targets)
    if network.architecture.task == "regression":
        loss = 0.5 * ((activation - target) ** 2).sum(dim=1).mean()
    else:
        loss = -(torch.log_softmax(activation, dim=1) * target).sum(dim=1).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    return leaf.grad.numpy()


@pytest.mark.parametrize("architecture", [BINARY, DEEP, NUMBER])
def test_gradient_of_each_unit_is_that_of_automatic_differentiation(
    architecture: Architecture,
) -> None:
    rows = samples(architecture)
    network = PrivateNetwork(architecture, 6)
    flat = weights(network)
    found = network.unit_gradients(flat, rows)
    for number, start in enumerate(rows.starts):
        own = slice(start, start + rows.sizes[number])
        expected = torch_gradient(network, flat, rows.x[own], rows.targets[own])
        np.testing.assert_allclose(found[number], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("architecture", [BINARY, DEEP, NUMBER])
@pytest.mark.parametrize("size", [1.0, 1e6, 1e200])
def test_one_unit_never_adds_more_than_the_clipping_norm(
    architecture: Architecture, size: float
) -> None:
    """A unit with fifty rows made to be as heavy as they can, with and without it."""
    rows = samples(architecture)
    heavy = np.random.default_rng(3).choice([-size, size], size=(50, 6))
    targets = np.repeat(rows.targets[:1], 50, axis=0)
    if architecture.task == "regression":
        targets = targets * size
    with_unit = UnitRows.of(
        np.vstack([rows.x, heavy]),
        np.vstack([rows.targets, targets]),
        np.concatenate([np.repeat(np.arange(len(rows.starts)), rows.sizes), np.full(50, 99)]),
    )
    network = PrivateNetwork(architecture, 6)
    flat = weights(network)
    made = recipe(8, clipping_norm=0.7)
    # Numbers this large overflow on their way, which must not let them through.
    with np.errstate(over="ignore", invalid="ignore"):
        one = noisy_gradient(network, flat, with_unit, made, NoNoise())
        other = noisy_gradient(network, flat, rows, made, NoNoise())
    assert np.isfinite(one).all()
    assert np.linalg.norm(one - other) * 8 <= 0.7 * (1 + 1e-9)


def test_fifty_rows_weigh_no_more_than_one() -> None:
    x, targets = np.full((51, 3), 4.0), np.eye(2)[np.zeros(51, dtype=int)]
    network = PrivateNetwork(BINARY, 3)
    rows = UnitRows.of(x, targets, np.array([0] * 50 + [1]))
    cut = clipped(network.unit_gradients(np.zeros(network.size), rows), 1.0)
    assert np.linalg.norm(cut, axis=1) == pytest.approx([1.0, 1.0])


def test_short_gradients_stay_as_they_are() -> None:
    gradients = np.array([[0.3, 0.4], [3.0, 4.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 0.0]])
    expected = [[0.3, 0.4], [0.6, 0.8], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    np.testing.assert_allclose(clipped(gradients, 1.0), expected)


def test_size_of_the_noise() -> None:
    network = PrivateNetwork(BINARY, 6)
    rows = samples(BINARY, rows=10, per_unit=1)
    made = recipe(10, noise=3.0, clipping_norm=0.5)
    still = noisy_gradient(network, np.zeros(network.size), rows, made, NoNoise())
    noise = SeededNoise(4)
    draws = np.array(
        [
            noisy_gradient(network, np.zeros(network.size), rows, made, noise) - still
            for _ in range(500)
        ]
    )
    # The sum has noise of 3 x 0.5 in each number; it is shown as a mean over 10 units.
    scaled = draws.ravel() / (3.0 * 0.5 / 10)
    assert kstest(scaled, norm.cdf).pvalue > 1e-3
    ends = chi2.ppf([1e-4, 1 - 1e-4], scaled.size) / scaled.size
    assert ends[0] < np.mean(scaled**2) < ends[1]


@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_units_are_drawn_one_by_one_with_the_rate(rate: float) -> None:
    noise, steps, units = SeededNoise(5), 4000, 40
    drawn = np.array([drawn_units(units, rate, noise) for _ in range(steps)])
    by_unit = drawn.sum(axis=0)
    spread = np.sqrt(steps * rate * (1 - rate))
    assert np.abs(by_unit - steps * rate).max() < 4.5 * spread
    # Poisson sampling: the number in a step varies as a binomial one, it is not fixed.
    sizes = drawn.sum(axis=1)
    assert sizes.var() == pytest.approx(units * rate * (1 - rate), rel=0.1)
    # And a unit says nothing about the next.
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 5 / np.sqrt(steps)


def test_at_rate_one_all_units_take_part() -> None:
    assert drawn_units(7, 1.0, SeededNoise(0)).all()


def test_the_mean_is_over_the_units_expected_not_those_drawn() -> None:
    rows = samples(BINARY, rows=10, per_unit=1)
    network = PrivateNetwork(BINARY, 6)
    flat = np.zeros(network.size)
    # `NoNoise` gives 0, 0.1, 0.2, …: three units lie below 0.25.
    found = noisy_gradient(network, flat, rows, recipe(10, sampling_rate=0.25), NoNoise())
    first_three = clipped(network.unit_gradients(flat, rows)[:3], 1.0).sum(axis=0)
    np.testing.assert_allclose(found, first_three / 2.5)


def test_a_step_without_any_unit_is_noise_alone() -> None:
    class Nobody(NoNoise):
        def uniform(self, count: int) -> Floats:
            return np.ones(count)

    rows = samples(BINARY)
    network = PrivateNetwork(BINARY, 6)
    made = recipe(8, sampling_rate=0.5)
    assert not noisy_gradient(network, weights(network), rows, made, Nobody()).any()


@pytest.mark.parametrize("numbers", [1, 40, 10_000])
def test_parts_change_nothing(monkeypatch: pytest.MonkeyPatch, numbers: int) -> None:
    rows = samples(DEEP)
    network = PrivateNetwork(DEEP, 6)
    whole = noisy_gradient(network, weights(network), rows, recipe(8), NoNoise())
    monkeypatch.setattr(dp_sgd, "_CHUNK", numbers)
    found = noisy_gradient(network, weights(network), rows, recipe(8), NoNoise())
    np.testing.assert_allclose(found, whole, rtol=1e-12)


def test_units_are_taken_whole() -> None:
    rows = samples(BINARY)
    chosen = np.arange(8) % 3 == 0
    taken = rows.take(chosen)
    assert taken.sizes.tolist() == rows.sizes[chosen].tolist()
    np.testing.assert_array_equal(taken.x, rows.x[np.repeat(chosen, rows.sizes)])


def test_weights_are_the_mean_of_the_last_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dp_sgd, "noisy_gradient", lambda *_: np.array([-1.0] * 14))
    rows = samples(BINARY)
    _, flat = train_privately(BINARY, rows, recipe(8, steps=4, learning_rate=0.5), NoNoise())
    # After the steps: 0.5, 1, 1.5, 2.
    assert flat == pytest.approx(np.full(14, 1.75))


def test_it_learns() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(300, 3))
    codes = (x[:, 0] > 0).astype(int)
    rows = UnitRows.of(x, np.eye(2)[codes], np.arange(300))
    network, flat = train_privately(BINARY, rows, recipe(300), SeededNoise(7))
    ((weight, bias),) = network.layers(flat)
    outputs = x @ weight.T + bias
    assert np.mean(outputs.argmax(axis=1) == codes) > 0.9


def test_a_recipe_for_another_number_of_units_is_refused() -> None:
    with pytest.raises(ValueError, match="another number of units"):
        train_privately(BINARY, samples(BINARY), recipe(9), NoNoise())
