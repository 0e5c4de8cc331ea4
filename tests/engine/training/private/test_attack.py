"""An attack that knows everything but one unit, against the guarantee.

The canary is the only unit whose features are not zero. Whoever looks at the weights says whether
it was there; how well that works bounds ε from below. A mechanism with a hundredth of the noise
has to be caught by the same attack.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

from deepbench.training.lane_records import Architecture
from deepbench.training.private.accountants import Spent, noise_levels
from deepbench.training.private.dp_sgd import UnitRows, train_privately
from deepbench.training.private.noise import SeededNoise
from deepbench.training.private.recipe import Recipe

RUNS, UNITS, STEPS = 400, 10, 8
EPSILON, DELTA = 2.0, 1e-5
ERROR = 0.01
ARCHITECTURE = Architecture((), 2, "classification")


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    levels = noise_levels(EPSILON, DELTA, 1.0, STEPS, 0.0)
    return Recipe(
        units=UNITS,
        delta=DELTA,
        sampling_rate=1.0,
        steps=STEPS,
        clipping_norm=1.0,
        learning_rate=0.5,
        noise=levels.training,
        scaling_noise=None,
        spent=Spent((("RDP", EPSILON),)),
    )


def statistic(recipe: Recipe, seed: int, *, member: bool) -> float:
    units = UNITS if member else UNITS - 1
    x = np.zeros((units, 1))
    if member:
        x[-1] = 1e3
    targets = np.eye(2)[np.arange(units) % 2]
    rows = UnitRows.of(x, targets, np.arange(units))
    # The number of units is public and does not change with the canary.
    made = replace(recipe, units=units)
    noise = SeededNoise(seed)
    network, flat = train_privately(ARCHITECTURE, rows, made, noise)
    ((weight, _),) = network.layers(flat * units)
    return float(weight[1, 0] - weight[0, 0])


def epsilon_at_least(recipe: Recipe) -> float:
    """Lower bound of ε: exact limits of both error rates at each threshold, 99 % each."""
    inside = np.array([statistic(recipe, seed, member=True) for seed in range(RUNS)])
    outside = np.array([statistic(recipe, RUNS + seed, member=False) for seed in range(RUNS)])
    # Thresholds from one half of the runs, error rates from the other.
    half = RUNS // 2
    best = 0.0
    scores = np.concatenate([inside[:half], outside[:half]])
    gains = [(inside[:half] > t).mean() - (outside[:half] > t).mean() for t in scores]
    threshold = scores[int(np.argmax(gains))]
    found = int((inside[half:] > threshold).sum())
    false = int((outside[half:] > threshold).sum())
    for hits, alarms in ((found, false), (half - false, half - found)):
        least = beta.ppf(ERROR, hits, half - hits + 1) if hits else 0.0
        most = beta.ppf(1 - ERROR, alarms + 1, half - alarms) if alarms < half else 1.0
        if least > DELTA:
            best = max(best, float(np.log((least - DELTA) / most)))
    return best


def test_the_attack_stays_below_the_guarantee(recipe: Recipe) -> None:
    assert epsilon_at_least(recipe) <= EPSILON


def test_a_hundredth_of_the_noise_is_caught(recipe: Recipe) -> None:
    assert epsilon_at_least(replace(recipe, noise=recipe.noise / 100.0)) > EPSILON
