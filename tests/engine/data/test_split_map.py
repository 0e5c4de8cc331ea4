"""The map of the split: places, names and outcomes; its folds against those of the searches."""

from dataclasses import replace

import numpy as np
import pytest

from deepbench.data.split_map import split_map, unit_names
from deepbench.data.splits import plan_outer_folds


def mapped(samples, plan, units=()):
    outer = plan_outer_folds(samples, plan)
    return outer, split_map(samples, outer, unit_columns=units, folds=5, master_seed=plan.seed)


def test_hold_out_hides_the_outcomes_of_its_test_samples(make_samples, make_plan):
    samples = make_samples(np.arange(100) % 2)
    outer, shown = mapped(samples, make_plan(split={"design": "holdout"}))
    (fold,) = outer.folds
    assert shown.samples == tuple(samples.sample_ids)
    assert shown.outer_folds == ("holdout",)
    places = np.array(shown.places[0])
    assert set(np.flatnonzero(places == 2)) == set(fold.test)
    assert len(fold.train) / 5 == pytest.approx((places == 1).sum(), abs=1)
    numbers = np.array(shown.tuning_fold)
    assert (numbers[fold.test] == -1).all()
    assert set(numbers[fold.train]) == {0, 1, 2, 3, 4}
    assert ((numbers == 0) == (places == 1)).all()
    told = np.array(shown.outcomes, dtype=object)
    assert set(told[fold.test]) == {""}
    assert told[fold.train].tolist() == [f"class {y}" for y in samples.outcome[fold.train]]


def test_in_nested_resampling_every_sample_is_a_test_sample_once(make_samples, make_plan):
    samples = make_samples(np.arange(60) % 2, units=np.arange(60) // 2)
    _, shown = mapped(samples, make_plan(split={"design": "nested"}))
    places = np.array(shown.places)
    assert places.shape == (5, 60)
    assert ((places == 2).sum(axis=0) == 1).all()
    assert (places == 1).any(axis=1).all()
    assert set(shown.tuning_fold) == {0, 1, 2, 3, 4}
    assert "" not in shown.outcomes
    pairs = places.reshape(5, 30, 2)
    assert (pairs[:, :, 0] == pairs[:, :, 1]).all()  # units stay together


def test_what_is_in_neither_set_of_a_split_by_time(make_samples, make_plan):
    year = [str(2000 + i // 10) for i in range(100)]
    units = np.arange(100)
    units[99] = 0  # a unit that began first and was measured again last
    samples = make_samples(np.arange(100) % 2, units=units, annotations={"year": year})
    _, shown = mapped(samples, make_plan(roles={"date": ["year"]}, split={"design": "time"}))
    assert shown.places[0][99] == -1
    assert shown.places[0][98] == 2
    assert (shown.outcomes[99], shown.tuning_fold[99]) == ("", -1)


def test_names_of_units(make_samples):
    notes = {
        "mouse": ["m1", "m1", "m2", "", "", "m3", "m4"] + [f"n{i}" for i in range(7)],
        "litter": ["a", "a", "a", "", "b", "c", "c"] + ["z"] * 7,
    }
    samples = make_samples(np.arange(14) % 2, annotations=notes)
    units = np.array([0, 0, 1, 2, 3, 4, 4, *range(5, 12)])
    samples = replace(samples, units=units)
    assert unit_names(samples, ["mouse"])[:7] == (
        "m1",
        "m1",
        "m2",
        "row 5",
        "row 6",
        "row 7",
        "row 7",
    )
    assert unit_names(samples, ["mouse", "litter"])[:5] == (
        "m1 / a", "m1 / a", "m2 / a", "row 5", " / b",
    )  # fmt: skip
    assert unit_names(samples, ["no longer there"])[:3] == ("row 2", "row 2", "row 4")
