"""What is done to measurements, in words."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from deepbench.plan.data import Transform
from deepbench.study.records import PreparationRecord
from deepbench_ui.models.preparation_words import (
    AS_THEY_ARE,
    NOT_CHECKED,
    TRANSFORMS,
    done_line,
    guess_title,
    is_pending,
    not_columns,
    split_names,
)


def record(**other: Any) -> PreparationRecord:
    values: dict[str, Any] = {
        "kind": "counts", "why": "Whole numbers.", "transform": "log1p-cpm",
        "proposed": "log1p-cpm", "columns": 100, "sentence": "Inside each fold, log1p-CPM.",
    }  # fmt: skip
    return PreparationRecord(**(values | other))


def test_every_transformation_of_the_plan_has_words() -> None:
    assert set(TRANSFORMS) == set(get_args(Transform))
    assert next(iter(TRANSFORMS)) == "auto"


def test_what_is_done_is_said_before_and_after_the_check() -> None:
    assert done_line(None) == NOT_CHECKED
    assert done_line(record()) == "Inside each fold, log1p-CPM."
    unknown = record(kind="unknown", transform="none", proposed="none", sentence="")
    assert done_line(unknown) == AS_THEY_ARE
    filtered = unknown.model_copy(update={"sentence": "In each fold, 50 are kept."})
    assert done_line(filtered) == f"{AS_THEY_ARE} In each fold, 50 are kept."


def test_the_guess_is_named() -> None:
    assert guess_title(None) == "Guess"
    assert guess_title(record()) == "Guess (log1p-CPM)"
    assert guess_title(record(proposed="none")) == "Guess (none)"


@pytest.mark.parametrize(
    ("transform", "asked", "pending"),
    [
        ("log1p-cpm", "", False),
        ("log1p-cpm", "clr", True),
        ("clr", "clr", False),
        ("clr", "", True),
    ],
)
def test_a_choice_waits_for_the_next_check(transform: str, asked: str, pending: bool) -> None:
    found = record(transform=transform)
    assert is_pending(found, current=False, asked=asked) == pending
    assert not is_pending(found, current=True, asked=asked)
    assert not is_pending(None, current=False, asked=asked)


def test_names_are_split_at_semicolons_and_looked_up() -> None:
    assert split_names(" age; BMI ,kg/m2;;age ") == ["age", "BMI ,kg/m2"]
    assert not_columns(["AGE"], ["age"]) == ""
    assert not_columns(["age", "x", "y"], ["age"]) == "There is no column called “x” or “y”."
    assert not_columns(["x"], []) == ""  # before the table is known nothing can be said
