"""Ways to set test samples aside, in words."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from deepbench.plan import HOLDOUT_FROM_UNITS, SplitDesign
from deepbench.study.records import CheckRecord, SplitMapRecord
from deepbench_ui.models.split_words import (
    AUTO_UNKNOWN,
    TEXTS,
    TITLES,
    UnitCounts,
    describe_design,
    design_now,
    fold_columns,
    fold_note,
    fold_title,
    proof_lines,
    sample_map,
    unit_counts,
)
from tests.ui.pages.opened_study import sheet, split


def test_every_design_of_the_plan_can_be_chosen() -> None:
    assert set(TITLES) == set(TEXTS) == set(get_args(SplitDesign))


@pytest.mark.parametrize(
    ("units", "design", "said"),
    [
        (HOLDOUT_FROM_UNITS, "holdout", "You have 300 biological units, enough"),
        (HOLDOUT_FROM_UNITS - 1, "nested", "You have 299 biological units, too few"),
        (None, "auto", AUTO_UNKNOWN),
    ],
)
def test_what_the_number_of_units_decides(units: int | None, design: str, said: str) -> None:
    assert design_now({}, units) == design
    text, possible = describe_design("auto", {}, units)
    assert text.startswith(said)
    assert possible


def test_an_answer_is_not_overruled_by_the_units() -> None:
    assert design_now({"split": {"design": "nested"}}, 5000) == "nested"


@pytest.mark.parametrize(("design", "role"), [("leave-one-site-out", "site"), ("time", "date")])
def test_a_design_that_needs_a_role_is_possible_with_it(design: str, role: str) -> None:
    text, possible = describe_design(design, {}, 50)
    assert not possible
    assert text.endswith(f"Not possible now: no column has the role “{role}” (step 4).")
    assert describe_design(design, {"roles": {role: ["x"]}}, 50) == (TEXTS[design], True)


def counts(check: dict[str, Any] | None, **sheet_values: Any) -> UnitCounts:
    record = sheet().model_copy(update=sheet_values)
    values: dict[str, Any] = {"findings": (), "left_out_features": (), "features": 3}
    return unit_counts(record, None if check is None else CheckRecord(**values, **check))


def test_units_are_those_after_the_check() -> None:
    classes = {"healthy": 12, "ill": 13}
    assert unit_counts(None, None) == UnitCounts()
    assert counts(None, class_units=classes) == UnitCounts(25, 12)
    assert counts({}, class_units=classes) == UnitCounts(25, 12)
    merged = {"units": 9, "class_units": {"healthy": 4, "ill": 5, "lost": 0}}
    assert counts(merged, class_units=classes) == UnitCounts(9, 4)
    assert counts(None, classes=(), task="regression").rarest is None


def test_fewer_parts_are_announced() -> None:
    assert fold_note(5, UnitCounts(9, 4)) == (
        "The rarest class has 4 biological units, so there will be 4 test parts."
    )
    assert "1 biological unit, so there will be 2" in fold_note(5, UnitCounts(9, 1))
    assert fold_note(5, UnitCounts(9, 5)) == fold_note(5, UnitCounts(9)) == ""


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("holdout", "Hold-out"),
        ("latest", "Latest samples"),
        ("fold 2", "Fold 2"),
        ("site Lyon", "Site Lyon"),
    ],
)
def test_folds_have_names(name: str, title: str) -> None:
    assert fold_title(name) == title


def test_the_table_counts_units_samples_and_classes() -> None:
    fold = split().outer_folds[0].model_copy(update={"test_classes": {"healthy": 2, "ill": 4}})
    columns = fold_columns(("healthy", "ill"))
    assert [column.text(fold) for column in columns] == ["Fold 1", "20", "24", "5", "6", "2", "4"]
    assert columns[-1].title == "“ill” in test"
    assert columns[1].sort_key(fold) == 20


def test_not_every_line_is_a_proof() -> None:
    lines = (
        "No biological unit is on both sides of the split (checked on 9 units, 1 fold).",
        "Not every test set holds every class; scores are computed over all.",
        "2 samples of units that began before the test set does, but measured after that, are in "
        "neither set.",
    )
    shown = proof_lines(lines)
    assert [proved for _, proved in shown] == [True, False, False]
    assert tuple(text for text, _ in shown) == lines


def placed(units: tuple[str, ...]) -> SplitMapRecord:
    return SplitMapRecord(
        samples=("s1", "s2", "s3", "s4"),
        units=units,
        outcomes=("",) * 4,
        outer_folds=("latest",),
        places=((0, 1, 2, -1),),
        tuning_fold=(-1,) * 4,
    )


def test_the_map_puts_each_sample_in_its_set() -> None:
    figure = sample_map(placed(("u1", "u1", "u2", "u2")))
    assert figure.folds[0].label == "Latest samples"
    assert figure.folds[0].sets == ("training", "tuning", "test", "")
    assert figure.units == ("u1", "u1", "u2", "u2")
    assert figure.per_sample


def test_units_of_one_sample_each_are_not_drawn() -> None:
    assert sample_map(placed(("a", "b", "c", "d"))).units == ()
