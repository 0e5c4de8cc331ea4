"""How private networks are trained: by public numbers alone, within the budget."""

from __future__ import annotations

import pytest

from deepbench.training.private.accountants import spent
from deepbench.training.private.recipe import is_hopeless, make_recipe, units_needed


@pytest.mark.parametrize("epsilon", [1.0, 3.0])
@pytest.mark.parametrize("units", [40, 500])
def test_what_is_spent_is_that_of_all_steps(units: int, epsilon: float) -> None:
    recipe = make_recipe(units, 62, epsilon, task="classification", scales=True)
    assert recipe.spent == spent(recipe.noisy_steps, recipe.delta)
    assert recipe.spent.epsilon <= epsilon
    assert [each.steps for each in recipe.noisy_steps] == [1, recipe.steps]


def test_declared_ranges_leave_the_budget_to_training() -> None:
    with_scaling = make_recipe(200, 62, 3.0, task="classification", scales=True)
    without = make_recipe(200, 62, 3.0, task="classification", scales=False)
    assert without.scaling_noise is None
    assert without.noise < with_scaling.noise
    assert len(without.noisy_steps) == 1


def test_units_are_drawn_only_where_there_are_many() -> None:
    assert make_recipe(4096, 62, 3.0, task="classification", scales=True).sampling_rate == 1.0
    many = make_recipe(40_960, 62, 3.0, task="classification", scales=True)
    assert many.sampling_rate == pytest.approx(0.1)
    assert many.delta == pytest.approx(1 / 409_600)
    assert many.spent.epsilon <= 3.0


def test_less_is_learned_in_a_step_the_more_noise_there_is() -> None:
    rates = [
        make_recipe(200, 62, e, task="classification", scales=True).learning_rate
        for e in (0.5, 3.0, 20.0)
    ]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


def test_steps_of_a_regression_are_short_enough_to_settle() -> None:
    fast = make_recipe(4000, 62, 8.0, task="regression", scales=True)
    assert fast.learning_rate == 1.0
    assert make_recipe(4000, 62, 8.0, task="classification", scales=True).learning_rate > 1.0


def test_units_needed() -> None:
    """Measured: 120 to 500 with 30 features, about 2,000 with 2,000 (in between for ε = 3)."""
    assert units_needed(30, 2, 1.0) == 500
    assert 80 <= units_needed(30, 2, 8.0) <= 120
    assert 1000 <= units_needed(2000, 2, 3.0) <= 2000


def test_hopeless() -> None:
    assert is_hopeless(60, 20_000, 2, 8.0)
    assert is_hopeless(12, 30, 2, 1.0)
    assert not is_hopeless(500, 30, 2, 1.0)
    # Never where enough was asked for.
    for epsilon in (1.0, 3.0, 8.0):
        assert not is_hopeless(units_needed(30, 2, epsilon), 30, 2, epsilon)
