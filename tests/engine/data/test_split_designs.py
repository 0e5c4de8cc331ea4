"""Designs by site, batch, date and the user's own column; the impossible is explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepbench.data.samples import AllSamples
from deepbench.data.splits import OuterPlan, plan_outer_folds
from deepbench.data.splitting.proofs import proofs
from deepbench.errors import DataError, PlanError, StageBlocked
from deepbench.plan import StudyPlan

Make = Callable[..., AllSamples]
MakePlan = Callable[..., StudyPlan]
Split = Callable[..., tuple[OuterPlan, str]]


@pytest.fixture
def split(make_samples: Make, make_plan: MakePlan) -> Split:
    """Splits samples whose annotations are called like their roles; gives the proofs as well."""

    def _split(
        outcome: Any, design: str, options: Any = None, **given: Any
    ) -> tuple[OuterPlan, str]:
        annotations = given.pop("annotations", {})
        plan = make_plan(
            split={"design": design, **(options or {})}, roles={name: name for name in annotations}
        )
        samples = make_samples(outcome, annotations=annotations, **given)
        found = plan_outer_folds(samples, plan)
        return found, " ".join(proofs(samples, found, plan))

    return _split


# --- sites and batches --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "role"), [("leave-one-site-out", "site"), ("leave-one-batch-out", "batch")]
)
def test_each_site_or_batch_is_left_out_once(split: Split, design: str, role: str) -> None:
    values = np.repeat(["a", "b", "c"], 20)
    found, said = split(np.arange(60) % 2, design, annotations={role: values})
    assert [fold.name for fold in found.folds] == [f"{role} a", f"{role} b", f"{role} c"]
    for fold, value in zip(found.folds, "abc", strict=True):
        assert set(values[fold.test]) == {value}
        assert value not in values[fold.train]
    assert f"No {role} is on both sides" in said


def test_the_other_grouping_is_told_where_it_crosses(split: Split) -> None:
    annotations = {"site": np.repeat(["a", "b"], 30), "batch": np.tile(["1", "2", "3"], 20)}
    _, said = split(np.arange(60) % 2, "leave-one-site-out", annotations=annotations)
    assert "No site is on both sides of the split (2 sites)." in said
    assert "3 of 3 batches are on both sides of the split" in said


def test_sites_that_share_a_unit_are_left_out_together(split: Split) -> None:
    units = np.arange(60)
    units[20] = units[0]  # of site b, and of site a
    sites = np.repeat(["a", "b", "c"], 20)
    found, said = split(
        np.arange(60) % 2, "leave-one-site-out", units=units, annotations={"site": sites}
    )
    assert [fold.name for fold in found.folds] == ["site c", "sites a + b"]
    assert "2 sites share units with another site (1 unit)" in said


def test_all_sites_tied_together_is_explained(split: Split) -> None:
    with pytest.raises(StageBlocked) as caught:
        split(
            np.arange(40) // 2 % 2,
            "leave-one-site-out",
            units=np.arange(40) // 2,
            annotations={"site": ["a", "b"] * 20},
        )
    assert "20 units have samples in more than one site, which ties all 2 sites" in str(
        caught.value
    )
    assert 'test every unit once, all 20 units, in 5 parts (split.design = "nested")' in str(
        caught.value
    )


def test_many_batches_are_left_out_in_groups(split: Split) -> None:
    batches = np.array([f"b{i // 3}" for i in range(240)])
    found, said = split(np.arange(240) % 2, "leave-one-batch-out", annotations={"batch": batches})
    assert len(found.folds) == 20
    tested = np.concatenate([fold.test for fold in found.folds])
    assert sorted(tested) == list(range(240))
    for fold in found.folds:
        assert not set(batches[fold.test]) & set(batches[fold.train])
    assert "There are 80 batches to leave out" in said
    assert "No batch is on both sides" in said


def test_sites_with_one_class_are_tested_and_it_is_said(split: Split) -> None:
    outcome = np.r_[np.zeros(15), np.arange(30) % 2].astype(int)
    sites = np.repeat(["a", "b", "c"], 15)
    found, said = split(outcome, "leave-one-site-out", annotations={"site": sites})
    assert len(found.folds) == 3
    assert "Not every test set holds every class" in said
    assert "'site a' holds one class only" in said
    assert "compared with those of other test sets" in said


def test_a_class_of_one_site_says_which_sites_could_be_left_out(split: Split) -> None:
    outcome = np.arange(60) % 2
    outcome[20:40] = np.arange(20) % 3
    sites = np.repeat(["a", "b", "c"], 20)
    with pytest.raises(StageBlocked) as caught:
        split(outcome, "leave-one-site-out", annotations={"site": sites, "batch": ["x", "y"] * 30})
    said = str(caught.value)
    assert "Without 'site b' no sample of class 'class 2' is left to learn from." in said
    assert "Of 3 sites, only 'a' and 'c' could be left out." in said
    assert "test every unit once, all 60 units, in 5 parts" in said
    assert "leave one batch out, all 60 units, in 2 parts" in said


def test_a_class_of_one_unit_says_what_is_missing(split: Split) -> None:
    with pytest.raises(StageBlocked) as caught:
        split([1] + [0] * 39, "nested")
    assert "Class 'class 1' has 1 unit; any test needs two at least" in caught.value.hint


def test_a_missing_role_says_what_is_possible(split: Split) -> None:
    with pytest.raises(PlanError) as caught:
        split(np.arange(40) % 2, "leave-one-batch-out")
    assert caught.value.message == "Leave-one-batch-out needs to know the batch of each sample."
    assert 'split.design = "nested"' in caught.value.hint


# --- time ---------------------------------------------------------------------------------


def test_a_late_class_says_which_share_would_work(split: Split) -> None:
    years = np.repeat(np.arange(2000, 2010), 10).astype(str)
    outcome = np.arange(100) % 2
    outcome[70:] = 0  # class 1 was not seen in the last three years
    annotations = {"date": years}
    with pytest.raises(StageBlocked) as caught:
        split(outcome, "time", annotations=annotations)
    assert "hold no sample of class 'class 1'" in caught.value.message
    assert "the latest 40% of units as test set (split.test_fraction = 0.40)" in caught.value.hint
    found, said = split(outcome, "time", {"test_fraction": 0.4}, annotations=annotations)
    assert len(found.folds[0].test) == 40
    assert "The newest training sample is older than the oldest test sample" in said


def test_two_dates_are_not_guessed_between(make_samples: Make, make_plan: MakePlan) -> None:
    samples = make_samples(
        np.arange(40) % 2, annotations={"taken": range(40), "measured": range(40)}
    )
    plan = make_plan(split={"design": "time"}, roles={"date": ["taken", "measured"]})
    with pytest.raises(PlanError, match="2 columns have that role \\('taken' and 'measured'\\)"):
        plan_outer_folds(samples, plan)


# --- the user's own division --------------------------------------------------------------


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "test"),
        ("Training", "Hold-out"),
        ("TRAINING SET", "external validation"),
        ("learn", "independent_test"),
        ("dev", "Holdout"),
        ("discovery cohort", "External cohort"),
    ],
)
def test_usual_words_are_followed_exactly(split: Split, train: str, test: str) -> None:
    parts = np.array([test if i % 4 == 0 else train for i in range(80)])
    outcome = np.arange(80) // 4 % 2
    found, said = split(outcome, "own", annotations={"part": parts})
    (fold,) = found.folds
    assert fold.test.tolist() == np.flatnonzero(parts == test).tolist()
    assert fold.train.tolist() == np.flatnonzero(parts == train).tolist()
    assert "Your own column 'part' is followed for each sample." in said


def test_tuning_samples_count_as_training_and_it_is_said(split: Split) -> None:
    parts = np.array(["train", "train", "val", "test"] * 20)
    found, said = split(np.arange(80) // 4 % 2, "own", annotations={"part": parts})
    (fold,) = found.folds
    assert fold.test.tolist() == np.flatnonzero(parts == "test").tolist()
    assert len(fold.train) == 60
    assert "The 20 samples marked 'val' count as training samples" in said
    assert "No tuning set shares a sample or a biological unit" in said


@pytest.mark.parametrize("write", [str, "fold {}".format, "Fold_{}".format, "{}.0".format])
def test_numbered_folds_are_each_tested_once(split: Split, write: Callable[[int], str]) -> None:
    numbers = 1 + np.arange(80) // 2 % 4
    parts = [write(number) for number in numbers]
    found, said = split(np.arange(80) % 2, "own", annotations={"part": parts})
    assert [fold.name for fold in found.folds] == ["fold 1", "fold 2", "fold 3", "fold 4"]
    for number, fold in enumerate(found.folds, start=1):
        assert fold.test.tolist() == np.flatnonzero(numbers == number).tolist()
    assert "80 of 80 samples are test samples; none of them twice." in said
    assert "followed for each sample" in said


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["train", "validation"] * 20, "'train' and 'validation', and it is not clear whether"),
        (["train", "apple"] * 20, "holds 'apple', and it is not clear"),
        (["train"] * 40, "has no test samples: all are 'train'"),
        (["test", "external"] * 20, "has no training samples"),
        (["0", "1"] * 20, "holds 0 and 1"),
        (["1", "3"] * 20, "counted from 1 without a gap"),
        (["2"] * 40, "has one value for all samples"),
        ([str(1 + i // 1) for i in range(40)], "has 40 folds"),
        (["train", ""] * 20, "20 samples without a part"),
        (["1", "test"] * 20, "holds '1'"),
    ],
)
def test_what_is_not_clear_is_asked_for(split: Split, parts: list[str], said: str) -> None:
    with pytest.raises(DataError) as caught:
        split(np.arange(40) // 2 % 2, "own", annotations={"part": parts})
    assert said in caught.value.message
    assert 'split.design = "nested"' in caught.value.hint


def test_a_test_set_without_a_class_is_refused(split: Split) -> None:
    with pytest.raises(StageBlocked, match="test set would hold no sample of class 'class 1'"):
        split([0, 1] * 20, "own", annotations={"part": ["test", "train", "train", "train"] * 10})


def test_units_that_the_own_division_tears_apart_are_named(split: Split) -> None:
    units = np.arange(60)
    units[[1, 11]] = units[0]
    parts = np.array(["train"] * 10 + ["test"] * 10 + ["train"] * 40)
    names = [f"p{unit}" for unit in units]
    with pytest.raises(DataError) as caught:
        split(np.arange(60) % 2, "own", units=units, annotations={"part": parts, "unit": names})
    assert "1 unit has samples in different parts" in caught.value.message
    assert "'p0' (samples 'row 2' and 'row 13')" in caught.value.message
    assert "Give all samples of a unit the same part." in caught.value.hint


def test_a_given_division_is_offered_but_not_followed_unasked(split: Split) -> None:
    found, _ = split(np.arange(60) % 2, "auto", annotations={"part": ["train", "test"] * 30})
    assert found.design == "nested"
    assert 'split.design = "own"' in found.why


def test_without_a_column_the_own_division_is_asked_for(split: Split) -> None:
    with pytest.raises(PlanError, match="needs one column"):
        split(np.arange(40) % 2, "own")
