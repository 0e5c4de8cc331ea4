"""Errors by group: intervals, p-values, marks; planted failures found, false alarms rare."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, fisher_exact

from deepbench.data.multiplicity import benjamini_hochberg
from deepbench.evaluation.error_intervals import mean_score, share_score
from deepbench.interpretation.error_groups import exchange_p_values
from deepbench.interpretation.failures import FailureQuestion, error_places
from deepbench.interpretation.sample_groups import sample_groups, shown_features
from tests.engine.interpretation.held_out_samples import held_out, samples_of, with_errors

ROLES = {"site": ("site",), "sensitive": ("sex", "age"), "unit": ("patient",)}
QUESTION = FailureQuestion("linear", "Linear model", ROLES, (), 0.1, seed=5)


def clinic(rng: np.random.Generator, n: int) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Six features, site and sex."""
    features = pd.DataFrame(rng.normal(size=(n, 5)), columns=[f"g{i}" for i in range(5)])
    features["bmi"] = rng.normal(25, 4, n).round(1)
    notes = {
        "site": rng.choice(["A", "B", "C"], n, p=[0.4, 0.25, 0.35]).tolist(),
        "sex": rng.choice(["female", "male"], n).tolist(),
        "age": [f"{value:.0f}" for value in rng.uniform(20, 90, n)],
    }
    return features, notes


# --- intervals ------------------------------------------------------------------------------


def test_a_share_of_single_samples_has_jeffreys_interval() -> None:
    wrong = np.arange(40) < 7
    found = share_score(wrong, np.arange(40), 1.0)
    assert found.value == 7 / 40
    np.testing.assert_allclose([found.low, found.high], beta.ppf([0.025, 0.975], 7.5, 33.5))


@pytest.mark.parametrize("wrong", [False, True])
def test_nothing_wrong_still_has_a_width(wrong: bool) -> None:
    found = share_score(np.full(8, wrong), np.arange(8), 1.0)
    assert found.high - found.low > 0.2
    assert (found.low, found.high)[wrong] == float(wrong)


def test_repeated_samples_and_dependent_folds_widen_an_interval() -> None:
    rng = np.random.default_rng(1)
    wrong = np.repeat(rng.random(20) < 0.3, 10)
    alone = share_score(wrong, np.arange(200), 1.0)
    together = share_score(wrong, np.repeat(np.arange(20), 10), 1.0)
    dependent = share_score(wrong, np.repeat(np.arange(20), 10), 1.8)
    widths = [score.high - score.low for score in (alone, together, dependent)]
    assert widths[1] > 2 * widths[0]
    assert widths[2] > widths[1]


def test_a_mean_error_is_covered_as_often_as_promised() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(400):
        scale = np.repeat(rng.lognormal(0, 0.5, 15), 3)
        found = mean_score(rng.exponential(scale), np.repeat(np.arange(15), 3), 1.0)
        hits += found.low <= np.exp(0.125) <= found.high
    assert 360 <= hits <= 396


def test_a_mean_error_of_nothing_has_no_limits() -> None:
    assert mean_score(np.zeros(5), np.arange(5), 1.0).low is None
    assert mean_score(np.ones(5), np.zeros(5, dtype=int), 1.0).high is None


# --- p-values -------------------------------------------------------------------------------


def test_single_samples_get_fishers_exact_p_value() -> None:
    wrong = np.r_[np.ones(6), np.zeros(6), np.ones(5), np.zeros(23)]
    member = np.arange(40) < 12
    table = [[6, 6], [5, 23]]
    exact = fisher_exact(table, alternative="greater").pvalue
    found = exchange_p_values(wrong, np.arange(40), member[None], seed=1)[0]
    assert found == pytest.approx(exact, rel=0.2)


def test_units_of_equal_size_get_the_p_value_of_all_exchanges() -> None:
    errors = np.array(
        [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 0]]
    )
    totals = errors.sum(axis=1)
    observed = totals[:3].sum()
    every = [sum(totals[list(some)]) >= observed for some in itertools.combinations(range(7), 3)]
    units = np.repeat(np.arange(7), 3)
    found = exchange_p_values(errors.ravel().astype(float), units, (units < 3)[None], seed=1)[0]
    assert found == pytest.approx(np.mean(every), rel=0.25)


def test_samples_of_one_unit_do_not_count_as_many() -> None:
    """One unit with twenty errors is one unlucky unit, whatever its samples say."""
    units = np.r_[np.zeros(20, dtype=int), np.arange(1, 41)]
    member = np.arange(60) < 24
    error = (units == 0).astype(float)
    alone = exchange_p_values(error, np.arange(60), member[None], seed=1)[0]
    together = exchange_p_values(error, units, member[None], seed=1)[0]
    assert alone < 0.001
    assert together == pytest.approx(5 / 41, rel=0.25)


@pytest.mark.parametrize("inside", [False, True])
def test_p_values_are_uniform_where_errors_stand_at_random(inside: bool) -> None:
    """Units of different sizes with errors that go together; groups of units, or inside units."""
    rng = np.random.default_rng(3)
    low = 0
    for number in range(150):
        sizes = rng.integers(1, 8, 30)
        units = np.repeat(np.arange(30), sizes)
        error = (rng.random(len(units)) < rng.beta(0.5, 1.0, 30)[units]).astype(float)
        member = rng.random(len(units)) < 0.4 if inside else (rng.random(30) < 0.4)[units]
        if member.all() or not member.any():
            continue
        low += exchange_p_values(error, units, member[None], seed=number)[0] <= 0.1
    assert low <= 25


def test_benjamini_hochberg_by_its_definition() -> None:
    p = [0.01, 0.02, 0.03, 0.5, 0.04]
    found = benjamini_hochberg(p)
    ranked = sorted(p)
    by_hand = {v: min(ranked[j] * 5 / (j + 1) for j in range(i, 5)) for i, v in enumerate(ranked)}
    np.testing.assert_allclose(found, [by_hand[value] for value in p])
    assert benjamini_hochberg([]) == []


# --- groups ---------------------------------------------------------------------------------


def test_small_groups_are_put_together_or_left_out_and_counted() -> None:
    site = ["A"] * 20 + ["B"] * 10 + ["C"] * 3 + ["D"] * 3 + [""] * 4
    batch = ["x"] * 37 + ["y"] * 3
    samples = samples_of(
        np.arange(40) % 2,
        pd.DataFrame({"g": np.ones(40)}),
        annotations={"site": site, "batch": batch},
    )
    found = sample_groups(samples, samples.units, {"site": ("site",), "batch": ("batch",)}, ())
    labels = [(group.column, group.label, int(group.member.sum())) for group in found.groups]
    assert labels == [
        ("site", "A", 20),
        ("site", "B", 10),
        ("site", "2 others together", 6),
        ("diagnosis", "healthy", 20),
        ("diagnosis", "ill", 20),
    ]
    assert found.too_small == 1


def test_ranges_are_quarters_that_do_not_overlap_and_gaps_are_a_group() -> None:
    values = np.r_[np.arange(1, 33) * 1.23456789, np.full(8, np.nan)]
    samples = samples_of(np.arange(40) % 2, pd.DataFrame({"crp": values}))
    found = sample_groups(samples, samples.units, {}, ("crp",)).groups
    ranges = [group for group in found if group.kind == "feature"]
    assert np.sum([group.member for group in ranges], axis=0).tolist() == [1] * 40
    assert ranges[0].label.startswith("up to ")
    assert ranges[-1].label == "not given"
    for group in ranges[:-1]:
        inside = values[group.member]
        assert 7 <= len(inside) <= 9
        bounds = [
            float(word) for word in group.label.replace(",", "").split() if word[0].isdigit()
        ]
        assert group.label.startswith("above") == (inside.min() > bounds[0])


def test_features_that_are_missing_together_are_one_group() -> None:
    gone = np.arange(40) < 10
    values = np.random.default_rng(0).normal(size=(40, 5))
    values[gone, :4] = np.nan
    samples = samples_of(np.arange(40) % 2, pd.DataFrame(values).rename(columns=str))
    found = sample_groups(samples, samples.units, {}, tuple("01234")).groups
    missing = [group.column for group in found if group.label == "not given"]
    assert missing == ["0, 1, 2 and 1 more"]


def test_few_values_stand_for_themselves_and_units_go_by_size() -> None:
    units = np.repeat(np.arange(15), [1] * 5 + [2] * 5 + [4] * 5)
    grade = np.arange(35) % 3 + 1.0
    samples = samples_of(np.arange(35) % 2, pd.DataFrame({"grade": grade}), units=units)
    found = sample_groups(samples, units, {}, ("grade",)).groups
    assert [g.label for g in found if g.kind == "feature"] == ["1", "2", "3"]
    assert [g.label for g in found if g.kind == "unit size"] == [
        "1 sample", "2 samples", "4 samples",
    ]  # fmt: skip


def test_dates_are_called_by_their_first_and_last_day() -> None:
    days = [f"2021-{1 + i // 25:02d}-{1 + i % 25:02d}" for i in range(40)]
    samples = samples_of(
        np.arange(40) % 2, pd.DataFrame({"g": np.ones(40)}), annotations={"day": days}
    )
    found = sample_groups(samples, samples.units, {"date": ("day",)}, ()).groups
    assert [group.label for group in found][:2] == [
        "2021-01-01 to 2021-01-10", "2021-01-11 to 2021-01-20",
    ]  # fmt: skip


def test_wide_tables_are_looked_at_where_the_model_looks() -> None:
    narrow = pd.DataFrame(np.zeros((2, 50))).rename(columns=str)
    wide = pd.DataFrame(np.zeros((2, 51))).rename(columns=str)
    assert len(shown_features(narrow, ("3",))) == 50
    assert shown_features(wide, ("40", "3")) == ("3", "40")


# --- planted and not planted ----------------------------------------------------------------


def test_a_site_where_labels_are_flipped_is_marked_and_others_are_not() -> None:
    rng = np.random.default_rng(7)
    features, notes = clinic(rng, 240)
    rate = np.where(np.array(notes["site"]) == "B", 0.5, 0.12)
    held = with_errors(rng.random(240) < rate, features, annotations=notes)
    places = error_places(held, QUESTION)
    first = places.groups[0]
    assert (first.column, first.group, first.marked) == ("site", "B", True)
    assert first.rate.low > first.rest
    assert {group.column for group in places.groups if group.marked} == {"site"}


def test_a_larger_error_in_old_units_is_found_in_regression() -> None:
    rng = np.random.default_rng(8)
    units = np.repeat(np.arange(60), 3)
    features, notes = clinic(rng, 180)
    age = rng.uniform(20, 90, 60).round()[units]
    notes["age"] = [f"{value:.0f}" for value in age]
    y = rng.normal(50, 10, 180)
    off = rng.normal(0, np.where(age > 72, 9.0, 3.0))
    samples = samples_of(y, features, units=units, annotations=notes, classes=())
    held = held_out(samples, (y + off)[:, None])
    marked = [group for group in error_places(held, QUESTION).groups if group.marked]
    assert [(group.column, group.group[:5]) for group in marked] == [("age", "above")]
    assert marked[0].rate.low > marked[0].rest


def test_errors_at_random_are_hardly_ever_marked() -> None:
    """About 40 groups and slices in each of 30 tables; 5 % are promised."""
    alarms = 0
    for seed in range(30):
        rng = np.random.default_rng(1000 + seed)
        features, notes = clinic(rng, 100)
        held = with_errors(rng.random(100) < 0.25, features, seed, annotations=notes)
        places = error_places(held, QUESTION)
        assert len(places.groups) > 30
        alarms += any(group.marked for group in (*places.groups, *places.slices))
    assert alarms <= 4
