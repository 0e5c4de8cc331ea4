"""p-values by exchange of groups between units, against exact tests."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from deepbench.privacy.subgroups.exchange import EXCHANGES, Measure, Units, exchange_p_values
from deepbench.privacy.subgroups.measures import Answered


def mean_of(values: NDArray[np.float64]) -> Measure:
    return lambda weights: weights @ values / weights.sum(axis=1)


@pytest.mark.parametrize(("inside", "outside"), [(9, 12), (6, 15), (4, 20)])
def test_shares_of_single_samples_agree_with_fisher(inside: int, outside: int) -> None:
    wrong = np.zeros(100)
    wrong[:inside] = 1
    wrong[25 : 25 + outside] = 1
    member = np.arange(100) < 25
    found = exchange_p_values(
        Units.of(np.arange(100)),
        {"a": member, "b": ~member},
        ["a"],
        mean_of(wrong),
        5,
        two_sided=False,
    )
    table = [[inside, 25 - inside], [outside, 75 - outside]]
    exact = fisher_exact(table, alternative="greater").pvalue
    # A group that is clear stops early: the fewer exchanges, the rougher.
    assert found["a"] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 200))
    assert set(found) == {"a"}


def test_a_certain_gap_has_the_smallest_p_value_there_is() -> None:
    wrong = np.repeat([1.0, 0.0], 40)
    member = wrong == 1
    groups = {"a": member, "b": ~member}
    found = exchange_p_values(
        Units.of(np.arange(80)), groups, list(groups), mean_of(wrong), 1, two_sided=False
    )
    assert found["a"] == 1 / (1 + EXCHANGES)
    assert found["b"] > 0.99, "being better is no reason to be marked"


def test_rows_of_a_unit_stay_together() -> None:
    """Copying each sample ten times is no more evidence."""
    wrong = np.zeros(30)
    wrong[:7] = 1
    member = np.arange(30) < 12
    once = exchange_p_values(
        Units.of(np.arange(30)), {"a": member}, ["a"], mean_of(wrong), 3, two_sided=False
    )
    often = exchange_p_values(
        Units.of(np.repeat(np.arange(30), 10)),
        {"a": np.repeat(member, 10)},
        ["a"],
        mean_of(np.repeat(wrong, 10)),
        3,
        two_sided=False,
    )
    assert often["a"] == pytest.approx(once["a"], rel=0.4)


def test_units_change_places_within_their_stratum() -> None:
    strata = np.repeat([0, 1], 20)
    codes = np.array([0] * 15 + [1] * 5 + [0] * 5 + [1] * 15)
    drawn = Units.of(np.arange(40), strata).exchanged(codes, 50, np.random.default_rng(1))
    assert (drawn[:, :20].sum(axis=1) == 5).all()
    assert (drawn[:, 20:].sum(axis=1) == 15).all()
    assert len({tuple(row) for row in drawn}) > 40


def test_a_group_with_more_ill_people_is_not_called_worse_for_that() -> None:
    """The same scores in both groups, but 80 % of one and 20 % of the other are ill."""
    rng = np.random.default_rng(4)
    member = np.arange(200) < 100
    y = np.where(member, rng.random(200) < 0.8, rng.random(200) < 0.2).astype(np.int64)
    score = 1 / (1 + np.exp(-(2.0 * (2 * y - 1) + rng.normal(0, 1.5, 200))))
    p = np.stack([1 - score, score], axis=1)
    answered = Answered("binary", y, p, (score > 0.5).astype(np.int64), np.arange(200))
    for name in ("score", "missed", "false alarms"):
        units, rows, measure = answered.exchange(name)
        groups = {"a": member[rows], "b": ~member[rows]}
        found = exchange_p_values(units, groups, list(groups), measure, 2, two_sided=False)
        assert min(found.values()) > 0.01
