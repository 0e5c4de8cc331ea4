from __future__ import annotations

import pytest

from deepbench.plan import StudyPlan, parse_plan
from deepbench.training.budget import Effort, effort_for


def plan(more: str = "") -> StudyPlan:
    return parse_plan(f'[question]\noutcome = "y"\n[data]\nsource = "t.csv"\n{more}')


def test_the_default_is_the_standard_preset():
    assert effort_for(plan(), units=400, families=11) == Effort(
        trials=16,
        tuning_folds=5,
        tuning_repeats=1,
        shuffles=100,
        outer_folds=5,
        seeds=3,
        seconds_per_family=None,
    )


@pytest.mark.parametrize(
    ("preset", "trials", "shuffles", "repeats"),
    [("quick", 6, 20, 1), ("standard", 16, 100, 2), ("thorough", 60, 1000, 2)],
)
def test_presets(preset: str, trials: int, shuffles: int, repeats: int):
    found = effort_for(plan(f'[budget]\npreset = "{preset}"'), units=99, families=1)
    assert (found.trials, found.shuffles, found.tuning_repeats) == (trials, shuffles, repeats)


def test_repeats_steady_small_studies():
    assert effort_for(plan(), units=99, families=1).tuning_repeats == 2
    assert effort_for(plan(), units=100, families=1).tuning_repeats == 1


def test_what_the_plan_says_goes_first():
    text = """
    [budget]
    preset = "quick"
    trials = 9
    minutes = 11
    [split]
    tuning_folds = 4
    tuning_repeats = 3
    outer_folds = 7
    [networks]
    seeds = 2
    [shuffles]
    replicates = 50
    """
    assert effort_for(plan(text), units=30, families=11) == Effort(9, 4, 3, 50, 7, 2, 60.0)
