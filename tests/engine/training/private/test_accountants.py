"""What noise spends, against closed forms and against an integral of our own."""

from __future__ import annotations

import math

import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from deepbench.training.private.accountants import (
    LEAST_NOISE,
    NoisySteps,
    delta_for,
    gaussian_delta,
    gaussian_mu,
    noise_levels,
    prv_epsilon,
    rdp_epsilon,
    spent,
)

DELTA = 1e-5
# What the accountant by convolution adds for its own rounding.
PRV_ERROR = 0.011


def exact_gaussian(mu: float, delta: float) -> float:
    """ε of a Gaussian mechanism by Balle & Wang (2018), written out once more."""

    def excess(epsilon: float) -> float:
        first = norm.cdf(mu / 2 - epsilon / mu)
        second = math.exp(epsilon) * norm.cdf(-mu / 2 - epsilon / mu)
        return float(first - second - delta)

    return float(brentq(excess, 0.0, 60.0))


def hockey_stick(rate: float, noise: float, epsilon: float) -> float:
    """δ at ε of one step with drawn units, by integration, the worse of both directions."""

    def without(x: float) -> float:
        return float(norm.pdf(x, 0.0, noise))

    def with_unit(x: float) -> float:
        return float((1 - rate) * norm.pdf(x, 0.0, noise) + rate * norm.pdf(x, 1.0, noise))

    def lost(p: object, q: object) -> float:
        def above(x: float) -> float:
            return max(p(x) - math.exp(epsilon) * q(x), 0.0)  # type: ignore[operator]

        reach = 12 * noise + 1
        return float(quad(above, -reach, reach, limit=2000, points=[-1.0, 0.0, 1.0])[0])

    return max(lost(with_unit, without), lost(without, with_unit))


@pytest.mark.parametrize("noise", [0.5, 1.0, 4.0, 20.0])
def test_one_step_with_all_units_agrees_with_the_closed_form(noise: float) -> None:
    exact = exact_gaussian(1 / noise, DELTA)
    step = [NoisySteps(noise, 1.0, 1)]
    assert exact < prv_epsilon(step, DELTA) < exact + PRV_ERROR
    assert exact < rdp_epsilon(step, DELTA) < 1.2 * exact + 0.01


def test_steps_with_all_units_add_up_as_one_gaussian() -> None:
    steps = [NoisySteps(3.0, 1.0, 1), NoisySteps(16.0, 1.0, 100)]
    exact = exact_gaussian(math.sqrt(1 / 9 + 100 / 256), DELTA)
    assert exact < prv_epsilon(steps, DELTA) < exact + PRV_ERROR
    assert exact < rdp_epsilon(steps, DELTA) < 1.15 * exact


@pytest.mark.parametrize(("rate", "noise"), [(0.1, 0.8), (0.5, 2.0)])
def test_a_step_with_drawn_units_keeps_its_word(rate: float, noise: float) -> None:
    step = [NoisySteps(noise, rate, 1)]
    for epsilon in (rdp_epsilon(step, DELTA), prv_epsilon(step, DELTA)):
        assert hockey_stick(rate, noise, epsilon) <= DELTA
    # And it is not merely generous: with a little less it would not hold.
    tight = prv_epsilon(step, DELTA) - 3 * PRV_ERROR
    assert hockey_stick(rate, noise, tight) > DELTA


@pytest.mark.parametrize("rate", [0.05, 0.4])
def test_both_accountants_agree(rate: float) -> None:
    steps = [NoisySteps(2.0, 1.0, 1), NoisySteps(1.5, rate, 60)]
    rdp, prv = rdp_epsilon(steps, DELTA), prv_epsilon(steps, DELTA)
    assert 0.85 * rdp < prv < rdp


def test_the_larger_is_what_was_spent() -> None:
    found = spent([NoisySteps(2.0, 1.0, 1)], DELTA)
    epsilons = dict(found.by_accountant)
    assert set(epsilons) == {"RDP", "PRV"}
    assert found.epsilon == max(epsilons.values())


def test_less_noise_than_protects_anybody_is_refused() -> None:
    with pytest.raises(ValueError, match="protects nobody"):
        spent([NoisySteps(LEAST_NOISE * 0.99, 1.0, 1)], DELTA)


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 8.0, 20.0])
@pytest.mark.parametrize("share", [0.0, 0.2])
def test_noise_for_a_budget_spends_it_and_no_more(epsilon: float, share: float) -> None:
    levels = noise_levels(epsilon, DELTA, 1.0, 100, share)
    assert 0.97 * epsilon < levels.spent.epsilon <= epsilon
    assert (levels.scaling is None) == (share == 0.0)
    mu = math.sqrt(100) / levels.training
    if levels.scaling is not None:
        assert (1 / levels.scaling**2) / (1 / levels.scaling**2 + mu**2) == pytest.approx(share)
        mu = math.hypot(mu, 1 / levels.scaling)
    assert exact_gaussian(mu, DELTA) < epsilon


def test_noise_where_units_are_drawn() -> None:
    levels = noise_levels(3.0, DELTA, 0.2, 100, 0.2)
    assert 2.9 < levels.spent.epsilon <= 3.0
    assert levels.training < noise_levels(3.0, DELTA, 1.0, 100, 0.2).training


def test_a_budget_that_needs_no_noise_still_gets_some() -> None:
    levels = noise_levels(500.0, DELTA, 1.0, 1, 0.0)
    assert levels.training == pytest.approx(LEAST_NOISE, rel=1e-6)


@pytest.mark.parametrize("epsilon", [0.5, 3.0, 10.0])
def test_ratio_of_a_budget_is_the_inverse_of_the_closed_form(epsilon: float) -> None:
    mu = gaussian_mu(epsilon, DELTA)
    assert exact_gaussian(mu, DELTA) == pytest.approx(epsilon, rel=1e-6)
    assert gaussian_delta(mu, epsilon) == pytest.approx(DELTA, rel=1e-6)


def test_delta_falls_with_the_number_of_units() -> None:
    assert delta_for(100) == 1e-5
    assert delta_for(50_000) == pytest.approx(2e-6)
