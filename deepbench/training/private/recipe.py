"""How a private network is trained, from public numbers alone.

Settings that were tuned on the samples would spend budget of their own, so there is nothing to
tune: steps, clipping, noise and learning rate follow from the number of units and features and
from ε. The rules were found on simulated tables (60 to 1,500 units, 5 to 30 features, ε from 1 to
8), never on a study's samples:

* Full batches. For a given number of steps the noise of their sum weighs least (De et al. 2022,
  arXiv 2204.13650). Units are drawn (Poisson sampling) only where all of them would take too long.
* A hundred steps, the second half of which are averaged; averaging noisy weights is free.
* The learning rate goes with the ratio of what the units say to the noise on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from deepbench.training.lane_records import Task
from deepbench.training.private.accountants import (
    LARGEST_DELTA,
    NoisySteps,
    Spent,
    delta_for,
    gaussian_mu,
    noise_levels,
)

STEPS = 100
CLIPPING_NORM = 1.0
# Units in a step, from which on they are drawn.
_MOST_UNITS = 4096
# Part of the budget that scales the features.
_SCALING_SHARE = 0.2
_RATE_PER_RATIO = 0.06
_SLOWEST = 0.25
# Squared errors bend four times as much as cross-entropy does at most, and all along the way:
# inputs are of length 1, so steps of 1 still settle.
_FASTEST: dict[Task, float] = {"classification": 8.0, "regression": 1.0}
# Ratios of what all units say to the noise on the weights of a linear network: below the first
# a model is hardly better than none; from the second on most simulated tables gave a useful one.
# That is 500, 190 and 81 units with 30 features and two classes at ε = 1, 3 and 8.
_HOPELESS_RATIO = 4.0
_ENOUGH_RATIO = 17.0


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a private network is trained; no part of it saw the data.

    Attributes:
        units: Number of units, which is taken for public.
        delta: Probability with which the guarantee may fail.
        sampling_rate: Probability with which each unit takes part in a step.
        steps: Number of steps.
        clipping_norm: Largest norm of what one unit adds to a step.
        learning_rate: Length of a step, for gradients that are means over units.
        noise: Noise multiplier of a step.
        scaling_noise: Noise multiplier of scaling; None if all ranges are declared.
        spent: What training spends, by accountant.
    """

    units: int
    delta: float
    sampling_rate: float
    steps: int
    clipping_norm: float
    learning_rate: float
    noise: float
    scaling_noise: float | None
    spent: Spent

    @property
    def noisy_steps(self) -> tuple[NoisySteps, ...]:
        """All that spends budget, in order."""
        training = NoisySteps(self.noise, self.sampling_rate, self.steps)
        if self.scaling_noise is None:
            return (training,)
        return (NoisySteps(self.scaling_noise, 1.0, 1), training)


def make_recipe(
    units: int, parameters: int, epsilon: float, *, task: Task, scales: bool
) -> Recipe:
    """Return how to train at a budget.

    Args:
        units: Biological units to train on.
        parameters: Weights and biases of the network.
        epsilon: The budget.
        task: Kind of network.
        scales: Whether any feature or the outcome is scaled by what the samples say.
    """
    rate = min(1.0, _MOST_UNITS / units)
    delta = delta_for(units)
    levels = noise_levels(epsilon, delta, rate, STEPS, _SCALING_SHARE if scales else 0.0)
    # Of a mean over units and all steps.
    ratio = units * rate * math.sqrt(STEPS) / (levels.training * math.sqrt(parameters))
    return Recipe(
        units=units,
        delta=delta,
        sampling_rate=rate,
        steps=STEPS,
        clipping_norm=CLIPPING_NORM,
        learning_rate=min(max(_RATE_PER_RATIO * ratio, _SLOWEST), _FASTEST[task]),
        noise=levels.training,
        scaling_noise=levels.scaling,
        spent=levels.spent,
    )


def is_hopeless(units: int, features: int, outputs: int, epsilon: float) -> bool:
    """Say whether the noise drowns what so many units can say, whatever the signal is."""
    mu = gaussian_mu(epsilon, delta_for(units))
    return units * mu < _HOPELESS_RATIO * math.sqrt((features + 1) * outputs)


def units_needed(features: int, outputs: int, epsilon: float) -> int:
    """Return about how many units a useful model needs, in two digits.

    Args:
        features: Features it learns from.
        outputs: Number of classes, or 1.
        epsilon: The budget.
    """
    mu = gaussian_mu(epsilon, LARGEST_DELTA)
    exact = _ENOUGH_RATIO * math.sqrt((features + 1) * outputs) / mu
    digits = int(10 ** max(math.floor(math.log10(exact)) - 1, 0))
    return math.ceil(exact / digits) * digits
