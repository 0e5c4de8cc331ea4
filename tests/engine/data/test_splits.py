"""Units stay together, classes are spread, the past trains: for any samples, or it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples, OutcomeInfo, TrainingSet, fold_numbers
from deepbench.data.splits import (
    OuterPlan,
    plan_outer_folds,
    stop_rows,
    strata,
    tuning_folds,
)
from deepbench.data.splitting.proofs import proofs
from deepbench.errors import DataError, PlanError, StageBlocked
from deepbench.plan import HOLDOUT_FROM_UNITS, StudyPlan

Make = Callable[..., AllSamples]
MakePlan = Callable[..., StudyPlan]


def as_training(samples: AllSamples) -> TrainingSet:
    return TrainingSet(**{f.name: getattr(samples, f.name) for f in fields(samples)})


@pytest.fixture
def split(make_samples: Make, make_plan: MakePlan) -> Callable[..., OuterPlan]:
    def _split(outcome: Any, design: str = "auto", roles: Any = None, **given: Any) -> OuterPlan:
        options = {"design": design, **given.pop("split", {})}
        plan = make_plan(split=options, roles=roles or {})
        return plan_outer_folds(make_samples(outcome, **given), plan)

    return _split


# --- for any samples ----------------------------------------------------------------------


@st.composite
def grouped(draw: st.DrawFn) -> tuple[str, NDArray[np.float64], NDArray[np.int64]]:
    """Task, outcome and units: from one row a unit to a unit that holds most rows."""
    task = draw(st.sampled_from(["binary", "multiclass", "regression"]))
    sizes = draw(st.lists(st.integers(1, 6), min_size=10, max_size=40))
    if draw(st.booleans()):
        sizes = [1] * len(sizes)
    elif draw(st.booleans()):
        sizes[0] = 60
    units = np.repeat(np.arange(len(sizes)), sizes)
    generator = np.random.default_rng(draw(st.integers(0, 2**16)))
    if task == "regression":
        levels = draw(st.sampled_from([2, 3, 1000]))
        outcome = generator.integers(0, levels, len(sizes)) + 0.5
    else:
        outcome = generator.integers(0, 2 if task == "binary" else 4, len(sizes)).astype(float)
        classes = 2 if task == "binary" else 4
        assume(np.bincount(outcome.astype(int), minlength=classes).min() >= 2)
    values = outcome[units]
    if draw(st.booleans()):  # outcomes that vary inside units
        values = np.where(generator.random(len(units)) < 0.3, outcome[0], values)
        if task != "regression":
            classes = 2 if task == "binary" else 4
            spread = [len(np.unique(units[values == code])) for code in range(classes)]
            assume(min(spread) >= 2)
    order = generator.permutation(len(units))
    return task, values[order], units[order]


@given(given_samples=grouped(), seed=st.integers(0, 100))
def test_tuning_folds_are_a_partition_by_units(
    given_samples: tuple[str, NDArray[np.float64], NDArray[np.int64]], seed: int
) -> None:
    samples = _plain_samples(*given_samples)
    folds = tuning_folds(samples, 5, 2, seed)
    assert {fold.repeat for fold in folds} == {0, 1}
    for fold in folds:
        assert len(fold.fit)
        assert len(fold.tune)
        assert not set(samples.units[fold.fit]) & set(samples.units[fold.tune])
        together = np.sort(np.concatenate([fold.fit, fold.tune]))
        np.testing.assert_array_equal(together, np.arange(len(samples)))
    # Every row is tuned on exactly once in a repeat.
    for repeat in (0, 1):
        rows = np.concatenate([fold.tune for fold in folds if fold.repeat == repeat])
        np.testing.assert_array_equal(np.sort(rows), np.arange(len(samples)))
    assert (fold_numbers(folds, len(samples)) >= 0).all()


@given(given_samples=grouped(), seed=st.integers(0, 100))
def test_early_stopping_uses_whole_units_of_the_fit_rows(
    given_samples: tuple[str, NDArray[np.float64], NDArray[np.int64]], seed: int
) -> None:
    samples = _plain_samples(*given_samples)
    fit = tuning_folds(samples, 5, 1, seed)[0].fit
    assume(len(np.unique(samples.units[fit])) > 1)
    stop = stop_rows(samples, fit, seed)
    rest = np.setdiff1d(fit, stop)
    assert set(stop) < set(fit)
    assert len(stop)
    assert not set(samples.units[stop]) & set(samples.units[rest])
    np.testing.assert_array_equal(stop, stop_rows(samples, fit, seed))


def _plain_samples(
    task: str, outcome: NDArray[np.float64], units: NDArray[np.int64]
) -> TrainingSet:
    classes = () if task == "regression" else tuple("abcd"[: 2 if task == "binary" else 4])
    return TrainingSet(
        features=pd.DataFrame({"g": np.arange(len(outcome), dtype=float)}),
        outcome=outcome if task == "regression" else outcome.astype(np.int64),
        sample_ids=np.array([f"s{i}" for i in range(len(outcome))]),
        units=units,
        annotations=pd.DataFrame(index=range(len(outcome))),
        info=OutcomeInfo("y", task, classes),  # type: ignore[arg-type]
    )


# --- strata -------------------------------------------------------------------------------


def test_strata_of_a_regression_are_fifths_of_the_samples(make_samples: Make) -> None:
    outcome = np.random.default_rng(0).normal(size=100)
    codes = strata(make_samples(outcome, task="regression"))
    assert np.bincount(codes).tolist() == [20] * 5
    highest = [outcome[codes == code].max() for code in range(4)]
    lowest = [outcome[codes == code].min() for code in range(1, 5)]
    assert all(a < b for a, b in zip(highest, lowest, strict=True))
    assert np.bincount(strata(make_samples(outcome, task="regression"), 2)).tolist() == [50, 50]


def test_equal_outcomes_share_a_stratum(make_samples: Make) -> None:
    outcome = np.array([0.0] * 50 + [1.0] * 6 + [2.0] * 4)
    codes = strata(make_samples(outcome, task="regression"))
    assert codes.tolist() == [0] * 50 + [1] * 10
    assert set(strata(make_samples([2.0] * 9, task="regression"))) == {1}


def test_classes_are_their_own_strata(make_samples: Make) -> None:
    outcome = [0, 1, 2, 1, 0, 2]
    assert strata(make_samples(outcome)).tolist() == outcome


@pytest.mark.parametrize("units", [2, 3, 8, 10, 16, 20, 24, 31])
def test_few_units_of_a_regression_can_be_split(make_samples: Make, units: int) -> None:
    outcome = np.random.default_rng(units).normal(size=units)
    training = as_training(make_samples(outcome, task="regression"))
    folds = tuning_folds(training, 5, 1, 0)
    assert len(folds) == min(5, units)
    sizes = [len(fold.tune) for fold in folds]
    assert max(sizes) - min(sizes) <= 1


def test_one_unit_cannot_be_split(make_samples: Make) -> None:
    training = as_training(make_samples([0.5, 1.5], task="regression", units=[4, 4]))
    with pytest.raises(StageBlocked, match="1 unit cannot be divided"):
        tuning_folds(training, 5, 1, 0)


# --- the design ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "design", "folds"),
    [(HOLDOUT_FROM_UNITS - 1, "nested", 5), (HOLDOUT_FROM_UNITS, "holdout", 1)],
)
def test_the_design_goes_by_units_not_rows(
    split: Callable[..., OuterPlan], units: int, design: str, folds: int
) -> None:
    labels = np.arange(units) % 2
    found = split(np.repeat(labels, 2), units=np.repeat(np.arange(units), 2))
    assert (found.design, len(found.folds)) == (design, folds)
    assert f"{units} units" in found.why


@pytest.mark.parametrize("fraction", [0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.33, 0.4, 0.45])
def test_a_holdout_has_the_share_that_was_asked_for(
    split: Callable[..., OuterPlan], fraction: float
) -> None:
    labels = np.arange(600) % 3 == 0
    found = split(labels.astype(int), "holdout", split={"test_fraction": fraction})
    (fold,) = found.folds
    assert len(fold.test) == pytest.approx(600 * fraction, abs=4)
    assert np.mean(labels[fold.test]) == pytest.approx(1 / 3, abs=0.02)


def test_a_unit_with_most_rows_does_not_become_the_test_set(
    split: Callable[..., OuterPlan],
) -> None:
    units = np.r_[np.zeros(600, dtype=int), 1 + np.arange(400)]
    (fold,) = split(np.arange(1000) % 2, "holdout", units=units).folds
    assert 80 <= len(fold.test) <= 200
    assert 0 not in units[fold.test]


def test_nested_folds_test_every_unit_once(
    split: Callable[..., OuterPlan], make_samples: Make, make_plan: MakePlan
) -> None:
    units = np.arange(120) // 3
    outcome = (np.arange(40) % 4 == 0).astype(int)[units]
    samples = make_samples(outcome, units=units)
    found = split(outcome, "nested", units=units)
    tested = np.concatenate([fold.test for fold in found.folds])
    np.testing.assert_array_equal(np.sort(tested), np.arange(120))
    for fold in found.folds:
        assert not set(units[fold.train]) & set(units[fold.test])
        assert sum(outcome[fold.test][::3]) == 2
    text = " ".join(proofs(samples, found, make_plan()))
    assert "No biological unit is on both sides of the split (checked on 40 units" in text
    assert "120 of 120 samples are test samples" in text
    assert "Every class is in every set." in text


def test_another_seed_gives_another_split(make_samples: Make, make_plan: MakePlan) -> None:
    samples = make_samples(np.arange(400) % 2)
    found = [
        plan_outer_folds(samples, make_plan(seed=seed)).folds[0].test.tolist()
        for seed in (1, 1, 2)
    ]
    assert found[0] == found[1] != found[2]


def test_a_class_of_one_unit_is_refused(split: Callable[..., OuterPlan]) -> None:
    with pytest.raises(StageBlocked, match="no sample of class 'class 1' is left to learn from"):
        split([1] + [0] * 60)


# --- sites --------------------------------------------------------------------------------


def _by_site(
    split: Callable[..., OuterPlan], outcome: Any, sites: list[str | None], **given: Any
) -> OuterPlan:
    return split(
        outcome,
        "leave-one-site-out",
        roles={"site": "site"},
        annotations={"site": sites},
        **given,
    )


def test_each_site_is_left_out_once(split: Callable[..., OuterPlan]) -> None:
    sites = ["north"] * 30 + ["south"] * 29 + ["west"]
    found = _by_site(split, np.arange(60) % 2, sites)
    assert [fold.name for fold in found.folds] == ["site north", "site south", "site west"]
    assert [len(fold.test) for fold in found.folds] == [30, 29, 1]
    for fold in found.folds:
        assert len({sites[row] for row in fold.test}) == 1
        assert not {sites[row] for row in fold.test} & {sites[row] for row in fold.train}


@pytest.mark.parametrize(
    ("outcome", "sites", "units", "error", "said"),
    [
        ([0, 1] * 20, ["a"] * 40, None, StageBlocked, "come from one site"),
        ([0, 1] * 20, ["a"] * 39 + [""], None, DataError, "1 sample without a site"),
        ([0, 1] * 20, ["a"] * 38 + [None, " "], None, DataError, "2 samples without a site"),
        ([0, 1] * 20, ["a", "b"] * 20, [i // 2 for i in range(40)], StageBlocked, "20 units"),
        ([0] * 20 + [1] * 20, ["a"] * 20 + ["b"] * 20, None, StageBlocked, "class 'class 0'"),
    ],
)
def test_sites_that_cannot_be_left_out(
    split: Callable[..., OuterPlan],
    outcome: list[int],
    sites: list[str | None],
    units: list[int] | None,
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        _by_site(split, outcome, sites, units=units)


@pytest.mark.parametrize("design", ["leave-one-site-out", "time"])
def test_a_role_that_is_missing_is_asked_for(split: Callable[..., OuterPlan], design: str) -> None:
    with pytest.raises(PlanError, match=r"needs to know the (site|date) of each sample"):
        split([0, 1] * 20, design)


# --- time ---------------------------------------------------------------------------------


def _by_time(
    split: Callable[..., OuterPlan], dates: list[Any], outcome: Any = None, **given: Any
) -> OuterPlan:
    labels = np.arange(len(dates)) % 2 if outcome is None else outcome
    return split(labels, "time", roles={"date": "date"}, annotations={"date": dates}, **given)


@pytest.mark.parametrize(
    "dates",
    [
        [str(1950 + i) for i in range(40)],
        [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(40)],
        [f"2024-01-01T00:{i:02d}:00{'+00:00' if i % 2 else 'Z'}" for i in range(40)],
        [f"{2000.5 + i}" for i in range(40)],
    ],
)
def test_the_latest_fifth_is_tested(split: Callable[..., OuterPlan], dates: list[str]) -> None:
    order = np.random.default_rng(0).permutation(40)
    (fold,) = _by_time(split, [dates[i] for i in order], order % 2).folds
    assert sorted(order[fold.test]) == list(range(32, 40))
    assert sorted(order[fold.train]) == list(range(32))


@given(days=st.lists(st.integers(2000, 2009), min_size=40, max_size=40))
def test_nothing_is_trained_on_that_is_not_before_all_that_is_tested(days: list[int]) -> None:
    assume(len(set(days)) > 1)
    samples, plan = _dated(days, units=np.arange(40) // 2)
    try:
        (fold,) = plan_outer_folds(samples, plan).folds
    except StageBlocked:
        return
    dates = np.array(days)
    assert dates[fold.train].max() < dates[fold.test].min()
    assert not set(samples.units[fold.train]) & set(samples.units[fold.test])
    left = 40 - len(fold.train) - len(fold.test)
    said = " ".join(proofs(samples, plan_outer_folds(samples, plan), plan))
    assert ("are in neither set" in said or "is in neither set" in said) == (left > 0)


def _dated(days: list[int], units: NDArray[np.int64]) -> tuple[AllSamples, StudyPlan]:
    training = _plain_samples("binary", (units % 2).astype(float), units)
    kept = {f.name: getattr(training, f.name) for f in fields(training)}
    kept["annotations"] = pd.DataFrame({"date": [str(day) for day in days]}, dtype=object)
    plan = {
        "question": {"outcome": "y"},
        "data": {"source": "t.csv"},
        "roles": {"date": "date"},
        "split": {"design": "time"},
    }
    return AllSamples(**kept), StudyPlan.model_validate(plan)


def test_equal_dates_stay_on_one_side(split: Callable[..., OuterPlan]) -> None:
    (fold,) = _by_time(split, ["2020"] * 25 + ["2021"] * 15).folds
    assert fold.test.tolist() == list(range(25, 40))


@pytest.mark.parametrize(
    ("dates", "error", "said"),
    [
        (["2020-01-01"] * 40, StageBlocked, "the same date"),
        (["2020-01-01"] * 39 + [None], DataError, "1 sample without a date.*'row 41'"),
        (["2020-01-01"] * 39 + [""], DataError, "1 sample without a date"),
        (["2020-01-01"] * 38 + ["31.12.2020"] * 2, DataError, "'row 40'.*year-month-day"),
        ([f"{1 + i % 28}.12" for i in range(40)], DataError, "year-month-day"),
    ],
)
def test_dates_that_cannot_be_used(
    split: Callable[..., OuterPlan], dates: list[Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        _by_time(split, dates)


def test_a_class_that_is_not_tested_is_refused(split: Callable[..., OuterPlan]) -> None:
    dates = [str(1950 + i) for i in range(40)]
    with pytest.raises(StageBlocked, match="test set would hold no sample of class 'class 1'"):
        _by_time(split, dates, [i % 2 if i < 30 else 0 for i in range(40)])
