"""Which search a page shows: the main one of the answers, or that of the record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deepbench.plan import BASELINE_NAMES, StudyPlan, plan_from_answers
from deepbench.study.effort import PRESET_EFFORTS, search_name
from deepbench.study.records import LeaderboardRecord, ModelRecord, TrialRecord
from deepbench.training.budget import effort_for
from deepbench.workflow import fingerprints
from deepbench_ui.models.searches import (
    is_main,
    planned_search,
    search_to_show,
    shuffles_of,
    trials_of,
    trials_per_family,
)

Make = Callable[..., TrialRecord]
MakeModel = Callable[..., ModelRecord]


def _plan(**parts: dict[str, object]) -> StudyPlan:
    return plan_from_answers({"question": {"outcome": "y"}, "data": {"source": "t.csv"}, **parts})


@pytest.mark.parametrize("preset", ["quick", "standard", "thorough"])
@pytest.mark.parametrize("trials", [None, 40])
def test_budget_is_that_of_the_engine(preset: str, trials: int | None) -> None:
    budget = {"preset": preset} | ({"trials": trials} if trials else {})
    plan = _plan(budget=budget, shuffles={"replicates": 55} if trials else {})
    effort = effort_for(plan, 200, 11)
    assert (trials_per_family(plan), shuffles_of(plan)) == (effort.trials, effort.shuffles)


def test_planned_search_has_the_name_that_the_ledger_gives_it() -> None:
    plan = _plan(budget={"preset": "quick"})
    split = fingerprints(plan, "abc")["split"]
    assert planned_search(plan, "abc") == search_name(split, 1, 6, None)
    assert is_main(planned_search(plan, "abc"))
    assert not is_main(search_name(split, 1, 6, 0))


def test_a_search_is_another_one_when_effort_or_seed_change_and_not_with_its_families() -> None:
    same = planned_search(_plan(), "abc")
    assert planned_search(_plan(baselines={"families": ["dummy", "svm"]}), "abc") == same
    assert planned_search(_plan(budget={"trials": 17}), "abc") != same
    assert planned_search(_plan(), "abd") != same
    assert len(PRESET_EFFORTS) == 3


def test_trials_inside_outer_folds_are_never_shown(make_trial: Make) -> None:
    trials = [make_trial("svm", 0), make_trial("svm", 0, search="outer-0-b")]
    search = search_to_show(trials, BASELINE_NAMES, None, "", running=False)
    assert trials_of(trials, search, BASELINE_NAMES) == trials[:1]


def test_while_running_the_planned_search_is_shown_even_before_its_first_trial(
    make_trial: Make, make_model: MakeModel
) -> None:
    trials = [make_trial("svm", 1, 0.9)]
    record = LeaderboardRecord(models=(make_model("svm"),), sentences=())
    assert search_to_show(trials, BASELINE_NAMES, record, "main-new", running=True) == "main-new"


def test_the_record_shows_its_own_search_also_when_a_later_one_was_stopped(
    make_trial: Make, make_model: MakeModel
) -> None:
    params = {"strength": 2.5}
    trials = [
        make_trial("svm", 1, 0.9, params=params),
        make_trial("linear", 1, 0.9, params=params),
        make_trial("svm", 1, 0.9, params=params, search="main-b"),
    ]
    record = LeaderboardRecord(models=(make_model("linear"), make_model("svm")), sentences=())
    shown = search_to_show(trials, BASELINE_NAMES, record, "main-b", running=False)
    assert shown == "main-a"


def test_without_a_record_the_planned_search_goes_before_the_last(make_trial: Make) -> None:
    trials = [make_trial("svm", 0), make_trial("svm", 0, search="main-b")]
    assert search_to_show(trials, BASELINE_NAMES, None, "main-a", running=False) == "main-a"
    assert search_to_show(trials, BASELINE_NAMES, None, "main-c", running=False) == "main-b"
    assert search_to_show(trials, ("network-small",), None, "main-a", running=False) == ""
