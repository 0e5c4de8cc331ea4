"""What private training spends: ε of noisy steps by two accountants, and the noise for an ε.

Both accountants are those of Opacus. That of Rényi differential privacy (Mironov 2017, arXiv
1702.07476; Mironov, Talwar & Zhang 2019, arXiv 1908.10530) is simple and a little pessimistic;
that of privacy loss random variables (Gopi, Lee & Wutschitz 2021, arXiv 2106.02848) is tight, by
numerical convolution. They share little code, so a mistake in one shows as a disagreement; what
is printed is the larger.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

# Below it the accountant by convolution asks for gigabytes, and nothing is private any more.
LEAST_NOISE = 0.3
LARGEST_DELTA = 1e-5
# Orders of Opacus, and larger ones, which small budgets need.
_ORDERS = (*(1 + tenth / 10.0 for tenth in range(1, 100)), *range(12, 64), *range(64, 513, 16))
_SMALLEST_MU = 1e-4
_LARGEST_MU = 40.0
_SEARCH_STEPS = 50
_STEP_BACK = 0.99


@dataclass(frozen=True)
class NoisySteps:
    """Steps that each add up contributions of norm 1 at most and add Gaussian noise.

    Attributes:
        noise_multiplier: Standard deviation of the noise, in units of the largest contribution.
        sampling_rate: Probability with which each unit takes part in a step; 1 for all units.
        steps: Number of steps.
    """

    noise_multiplier: float
    sampling_rate: float
    steps: int


@dataclass(frozen=True)
class Spent:
    """What noisy steps spent, by accountant.

    Attributes:
        by_accountant: ε by name of the accountant.
    """

    by_accountant: tuple[tuple[str, float], ...]

    @property
    def epsilon(self) -> float:
        """The larger of them."""
        return max(epsilon for _, epsilon in self.by_accountant)


def delta_for(units: int) -> float:
    """Return δ: the probability with which the guarantee may fail, far below one in all units."""
    return min(LARGEST_DELTA, 1.0 / (10.0 * units))


def spent(steps: Sequence[NoisySteps], delta: float) -> Spent:
    """Return ε of all steps together, by both accountants.

    Raises:
        ValueError: the noise is so small that there is no privacy worth counting.
    """
    for each in steps:
        if each.noise_multiplier < LEAST_NOISE:
            raise ValueError(f"A noise multiplier below {LEAST_NOISE} protects nobody.")
    return Spent((("RDP", rdp_epsilon(steps, delta)), ("PRV", prv_epsilon(steps, delta))))


def rdp_epsilon(steps: Sequence[NoisySteps], delta: float) -> float:
    """Return ε by Rényi differential privacy."""
    from opacus.accountants.analysis.rdp import compute_rdp, get_privacy_spent

    total = np.zeros(len(_ORDERS))
    for each in steps:
        total += compute_rdp(
            q=each.sampling_rate,
            noise_multiplier=each.noise_multiplier,
            steps=each.steps,
            orders=list(_ORDERS),
        )
    with warnings.catch_warnings():
        # A bound at the first or last order is a bound as well, only not the tightest.
        warnings.filterwarnings("ignore", message="Optimal order is the")
        epsilon, _ = get_privacy_spent(orders=list(_ORDERS), rdp=total, delta=delta)
    return float(epsilon)


def prv_epsilon(steps: Sequence[NoisySteps], delta: float) -> float:
    """Return an upper bound of ε by privacy loss random variables."""
    from opacus.accountants import PRVAccountant

    accountant = PRVAccountant()
    accountant.history = [
        (each.noise_multiplier, each.sampling_rate, each.steps) for each in steps
    ]
    # A step with all units has log(1 - 1) at the end of its range.
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Optimal order is the")
        return float(accountant.get_epsilon(delta))


def gaussian_mu(epsilon: float, delta: float) -> float:
    """Return sensitivity over noise of the one Gaussian mechanism that spends exactly this.

    Balle & Wang (2018), arXiv 1805.06083, theorem 8.
    """

    def excess(mu: float) -> float:
        return gaussian_delta(mu, epsilon) - delta

    return float(brentq(excess, _SMALLEST_MU, _LARGEST_MU))


def gaussian_delta(mu: float, epsilon: float) -> float:
    """Return δ at ε of a Gaussian mechanism with this ratio of sensitivity to noise."""
    lost = float(norm.cdf(mu / 2 - epsilon / mu))
    # The second term is a product of a huge and a tiny number.
    return lost - math.exp(epsilon + float(norm.logcdf(-mu / 2 - epsilon / mu)))


@dataclass(frozen=True)
class NoiseLevels:
    """The noise that a budget asks for.

    Attributes:
        scaling: Noise multiplier of the one step that scales the features; None without it.
        training: Noise multiplier of each training step.
        spent: What both together spend.
    """

    scaling: float | None
    training: float
    spent: Spent


@lru_cache(maxsize=64)
def noise_levels(
    epsilon: float, delta: float, sampling_rate: float, steps: int, scaling_share: float
) -> NoiseLevels:
    """Return the smallest noise that keeps the larger of both accountants within ε.

    Args:
        epsilon: The budget.
        delta: Probability with which the guarantee may fail.
        sampling_rate: Probability with which a unit takes part in a training step.
        steps: Training steps.
        scaling_share: Part of the budget (of its square, in which Gaussian steps add up) for
            scaling; 0 for no such step.
    """

    def noisy_steps(mu: float) -> tuple[NoisySteps, ...]:
        rate = sampling_rate * math.sqrt(steps) / math.sqrt(1.0 - scaling_share)
        training = NoisySteps(rate / mu, sampling_rate, steps)
        if not scaling_share:
            return (training,)
        return (NoisySteps(1.0 / (mu * math.sqrt(scaling_share)), 1.0, 1), training)

    def least_noise(mu: float) -> float:
        return min(each.noise_multiplier for each in noisy_steps(mu))

    # Noise multipliers go with 1 / mu.
    high = min(_LARGEST_MU, least_noise(1.0) / LEAST_NOISE * (1.0 - 1e-9))
    low = _SMALLEST_MU
    if rdp_epsilon(noisy_steps(high), delta) <= epsilon:
        low = high
    for _ in range(_SEARCH_STEPS if low < high else 0):
        middle = math.sqrt(low * high)
        if rdp_epsilon(noisy_steps(middle), delta) <= epsilon:
            low = middle
        else:
            high = middle
        if high / low < 1.0 + 1e-4:
            break
    found = spent(noisy_steps(low), delta)
    while found.epsilon > epsilon:
        low *= _STEP_BACK
        found = spent(noisy_steps(low), delta)
    levels = noisy_steps(low)
    scaling = levels[0].noise_multiplier if scaling_share else None
    return NoiseLevels(scaling, levels[-1].noise_multiplier, found)
