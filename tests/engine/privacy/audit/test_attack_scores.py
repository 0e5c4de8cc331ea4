"""Each attack against its definition, written out with loops."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from deepbench.privacy.audit.attack_scores import (
    _PRIOR,
    ATTACKS,
    attack_final,
    attack_shadows,
)
from deepbench.privacy.audit.membership_intervals import auc_interval
from deepbench.privacy.audit.shadow_models import UnitAnswers, in_halves

from .samples import SEED, samples

SHADOWS, UNITS = 12, 30


def answers(effect: float = 1.0, seed: int = 3) -> tuple[UnitAnswers, np.ndarray]:
    """Draw log odds that are higher for members."""
    draw = np.random.default_rng(seed)
    inside = in_halves(samples(UNITS, 2), range(SHADOWS), SEED)
    odds = draw.normal(size=UNITS) + draw.normal(size=(SHADOWS, UNITS)) + effect * inside
    return UnitAnswers(odds, np.log(1 / (1 + np.exp(-odds)))), inside


def by_name(found, inside):
    attacks = {scores.name: scores for scores in attack_shadows(found, inside, "binary")}
    return {name: scores.score.reshape(inside.shape) for name, scores in attacks.items()}


def others_of(target: int, unit: int, chosen) -> list[int]:
    """Other pairs' shadows that were trained with (or without) the unit."""
    return [s for s in range(SHADOWS) if s // 2 != target // 2 and chosen[s, unit]]


def expected_moments(values, chosen):
    """(S, U) mean and variance by the definition, with loops."""
    count = SHADOWS // 2 - 1
    mean, squares = np.zeros_like(values), np.zeros_like(values)
    for target in range(SHADOWS):
        for unit in range(UNITS):
            own = values[others_of(target, unit, chosen), unit]
            assert len(own) == count
            mean[target, unit] = own.mean()
            squares[target, unit] = ((own - own.mean()) ** 2).sum()
    common = squares.mean() / (count - 1)
    variance = (_PRIOR * common + squares) / (_PRIOR + count - 1)
    return mean, variance * (1 + 1 / count)


def test_lira_is_the_likelihood_ratio_of_two_normal_densities():
    found, inside = answers()
    scores = by_name(found, inside)
    odds = found.confidence
    mean_in, var_in = expected_moments(odds, inside)
    mean_out, var_out = expected_moments(odds, ~inside)
    online = norm.logpdf(odds, mean_in, np.sqrt(var_in)) - norm.logpdf(
        odds, mean_out, np.sqrt(var_out)
    )
    np.testing.assert_allclose(scores["lira-online"], online, atol=1e-9)
    offline = norm.cdf(odds, mean_out, np.sqrt(var_out))
    np.testing.assert_allclose(norm.cdf(scores["lira-offline"]), offline, atol=1e-9)


def test_rmia_counts_the_units_that_lie_below():
    found, inside = answers()
    scores = by_name(found, inside)["rmia"]
    p = np.exp(found.likelihood)
    for target in range(SHADOWS):
        others = [s for s in range(SHADOWS) if s // 2 != target // 2]
        ratio = p[target] / p[others].mean(axis=0)
        share = [(ratio <= own).mean() for own in ratio]
        np.testing.assert_allclose(scores[target], share)


def test_the_confidence_attack_needs_no_other_model():
    found, inside = answers()
    np.testing.assert_array_equal(by_name(found, inside)["confidence"], found.confidence)


def test_the_twin_of_a_target_has_no_say():
    found, inside = answers()
    changed = found.likelihood.copy(), found.confidence.copy()
    for values in changed:
        values[5] -= 3.0
    other = by_name(UnitAnswers(changed[1], changed[0]), inside)
    before = by_name(found, inside)
    np.testing.assert_allclose(other["rmia"][4], before["rmia"][4])
    # The common variance is that of all; the order of the units within the target stays.
    assert not np.allclose(other["rmia"][0], before["rmia"][0])


def test_members_answered_better_are_told_by_every_attack():
    found, inside = answers(effect=3.0)
    for scores in attack_shadows(found, inside, "binary"):
        assert auc_interval(scores).low > 0.7, scores.name


def test_a_constant_model_gives_nothing_away():
    inside = answers()[1]
    same = np.zeros(inside.shape)
    for scores in attack_shadows(UnitAnswers(same, same - 1), inside, "binary"):
        assert auc_interval(scores).value == pytest.approx(0.5)


def test_errors_of_numbers_are_ranked_by_their_size():
    draw = np.random.default_rng(0)
    inside = answers()[1]
    error = draw.exponential(size=inside.shape) * np.where(inside, 0.1, 1.0)
    found = attack_shadows(UnitAnswers(-error, -(error**2)), inside, "regression")
    assert all(auc_interval(scores).low > 0.6 for scores in found)
    exact = attack_shadows(UnitAnswers(0 * error, 0 * error), inside, "regression")
    assert all(np.isfinite(scores.score).all() for scores in exact)


def test_the_final_model_is_compared_with_test_samples():
    scores = attack_final(np.array([2.0, 3.0]), np.array([1.0, 0.0, 2.5]))
    assert scores.member.tolist() == [True, True, False, False, False]
    assert auc_interval(scores).value == pytest.approx(5 / 6)
    assert scores.name in ATTACKS
