"""Intervals of an attack against other implementations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score, roc_curve

from deepbench.privacy.audit.attack_scores import AttackScores
from deepbench.privacy.audit.membership_intervals import (
    auc_interval,
    false_positives,
    joint_level,
    korn_graubard,
    true_positives_interval,
)
from deepbench.privacy.audit.memorisation import memorised_units


def scores(count: int = 400, models: int = 4, effect: float = 1.0, digits: int = 8, seed: int = 0):
    draw = np.random.default_rng(seed)
    member = draw.random((models, count)) < 0.5
    value = np.round(draw.normal(size=(models, count)) + effect * member, digits)
    return AttackScores(
        "rmia",
        value.ravel(),
        member.ravel(),
        np.tile(np.arange(count), models),
        np.repeat(np.arange(models), count),
    )


def test_the_auc_is_that_within_the_models():
    found = scores()
    within = [
        roc_auc_score(found.member[found.targets == t], found.score[found.targets == t])
        for t in range(4)
    ]
    assert auc_interval(found).value == pytest.approx(np.mean(within), abs=1e-3)


@pytest.mark.parametrize("digits", [8, 1, 0])
def test_true_positives_are_read_off_the_roc_curve(digits):
    found = scores(digits=digits)
    false, true, _ = roc_curve(found.member, found.score, drop_intermediate=False)
    expected = np.interp(0.01, false, true)
    assert true_positives_interval(found, seed=1).value == pytest.approx(expected)


def test_scores_that_say_nothing_find_as_many_members_as_others():
    found = scores()
    same = AttackScores("rmia", 0 * found.score, found.member, found.units, found.targets)
    interval = true_positives_interval(same, seed=1)
    assert interval.value == pytest.approx(0.01)
    assert interval.low <= 0.01 <= interval.high


def test_perfect_scores_find_everybody():
    found = scores()
    interval = true_positives_interval(
        AttackScores("rmia", found.member * 1.0, found.member, found.units, found.targets), seed=1
    )
    assert interval.value == interval.high == 1.0
    assert interval.low > 0.98


def test_few_others_show_no_small_share_of_false_alarms():
    found = scores(count=40, models=1)
    assert false_positives(found) == pytest.approx(1 / (~found.member).sum())
    assert false_positives(scores()) == 0.01


def test_the_interval_of_a_plain_share_is_that_of_clopper_and_pearson():
    expected = binomtest(12, 300).proportion_ci(0.95, "exact")
    share = 12 / 300
    found = korn_graubard(share, share * (1 - share) / 300, 300, 300)
    assert found == pytest.approx((expected.low, expected.high))


def test_dependent_scores_are_worth_fewer():
    share = 0.1
    exact = binomtest(5, 50).proportion_ci(0.95, "exact")
    found = korn_graubard(share, share * (1 - share) / 50, 300, 100)
    assert found == pytest.approx((exact.low, exact.high))
    none = binomtest(0, 80).proportion_ci(0.95, "exact")
    assert korn_graubard(0.0, 0.0, 5_000, 80) == pytest.approx((none.low, none.high))


def test_repeated_answers_of_a_unit_do_not_make_an_attack_surer():
    once = scores(count=300, models=1, seed=4)
    copied = AttackScores(
        "rmia",
        np.tile(once.score, 8),
        np.tile(once.member, 8),
        np.tile(once.units, 8),
        np.repeat(np.arange(8), 300),
    )
    one, eight = auc_interval(once), auc_interval(copied)
    assert eight.value == pytest.approx(one.value)
    assert eight.high - eight.low == pytest.approx(one.high - one.low, rel=0.01)
    few, many = (true_positives_interval(each, seed=1) for each in (once, copied))
    assert many.high - many.low > 0.8 * (few.high - few.low)


def test_intervals_of_several_attacks_are_wider():
    assert joint_level(1) == pytest.approx(0.95)
    assert joint_level(4) == pytest.approx(0.9875)
    found = scores()
    alone, joint = auc_interval(found), auc_interval(found, joint_level(4))
    assert joint.low < alone.low < alone.high < joint.high


def test_units_found_in_most_models_they_trained_are_memorised():
    found = scores(count=500, models=8, effect=0.0)
    marked = np.isin(found.units, [3, 77])
    value = np.where(marked & found.member, 9.0, found.score)
    always = np.where(found.units == 123, 9.0, value)
    planted = AttackScores("rmia", always, found.member, found.units, found.targets)
    # A unit that every model is sure of, trained on it or not, is not given away.
    assert memorised_units(planted).tolist() == [3, 77]
    assert len(memorised_units(found)) == 0


def test_equal_scores_single_nobody_out():
    found = scores()
    same = AttackScores("rmia", 0 * found.score, found.member, found.units, found.targets)
    assert len(memorised_units(same)) == 0
