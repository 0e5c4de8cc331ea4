"""How long a budget takes: measured once, kept, and said for every budget."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from deepbench.errors import Cancelled, PlanError
from deepbench.jobs import estimate_time as module
from deepbench.jobs.estimate_time import NO_SPLIT, PREPARING, estimate_time
from deepbench.jobs.measure_costs import measure_costs
from deepbench.messages import EstimateTime, Event, Notice, StageStarted
from deepbench.models.workbench import BenchSource, load_workbench
from deepbench.plan import read_plan
from deepbench.study.folder import Study
from deepbench.study.records import CostsRecord, SplitRecord, TimeEstimateRecord
from deepbench.worker.process import JOB_FUNCTIONS
from deepbench.worker.progress import JobControl, Progress
from tests.end_to_end import tables
from tests.end_to_end.in_process import run_here

FAMILIES = ("dummy", "linear", "naive_bayes")
SMALL = f"""
[budget]
preset = "quick"
[baselines]
families = {json.dumps(FAMILIES)}
[networks]
sizes = ["linear", "small"]
seeds = 2
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan and its study, run up to the split."""
    folder = tmp_path_factory.mktemp("made")
    tables.two_classes(folder / "table.csv")
    run_here(tables.plan_for(folder, "group", SMALL), folder / "s.deepbench", "split")
    return folder


@pytest.fixture
def plan(made: Path, tmp_path: Path) -> Path:
    """A plan whose study is not there."""
    for name in ("table.csv", "plan.toml"):
        shutil.copy(made / name, tmp_path / name)
    return tmp_path / "plan.toml"


@pytest.fixture
def study(made: Path, plan: Path) -> Path:
    """The study of the plan, run up to the split."""
    folder = plan.parent / "s.deepbench"
    shutil.copytree(made / "s.deepbench", folder)
    return folder


def answers(plan: Path) -> dict[str, Any]:
    found = read_plan(plan).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    found["data"]["source"] = str(plan.parent / "table.csv")
    return found


def estimate(
    plan: Path, study: Path, progress: Progress | None = None, **options: Any
) -> TimeEstimateRecord:
    request = EstimateTime(str(plan), str(study), 1, "cpu", **options)
    result = estimate_time(request, progress or Progress())
    return TimeEstimateRecord.model_validate_json(json.dumps(result, allow_nan=False))


def in_window(study: Path, given: dict[str, Any]) -> TimeEstimateRecord:
    request = EstimateTime(None, str(study), 2, "cpu", answers=given, in_window=True)
    result = estimate_time(request, Progress())
    return TimeEstimateRecord.model_validate_json(json.dumps(result, allow_nan=False))


def kinds(study: Path) -> list[str]:
    lines = (study / "ledger.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["kind"] for line in lines]


def test_the_worker_knows_it() -> None:
    assert JOB_FUNCTIONS["EstimateTime"] == f"{estimate_time.__module__}:estimate_time"


def test_without_a_split_it_is_said_and_nothing_is_made(plan: Path, tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    found = in_window(study, answers(plan))
    assert (found.problem, found.budgets) == (NO_SPLIT, ())
    assert not study.exists()
    run_here(plan, study, "check")
    before = kinds(study)
    assert estimate(plan, study).problem == NO_SPLIT
    assert kinds(study) == before


def test_the_command_line_makes_the_split_first_and_says_so(plan: Path, tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    events: list[Event] = []
    found = estimate(plan, study, Progress(events.append), prepare=True)
    assert [event.text for event in events if isinstance(event, Notice)] == [PREPARING]
    stages = [event.key for event in events if isinstance(event, StageStarted)]
    assert (stages[0], stages[-1]) == ("start", "split")
    assert [budget.preset for budget in found.budgets] == ["quick", "standard", "thorough"]
    assert run_here(plan, study, "split") == []  # nothing of it is done again
    quick, standard, thorough = found.budgets
    assert (quick.trials, standard.shuffles, thorough.trials) == (6, 100, 60)
    assert 0.0 < quick.seconds < standard.seconds < thorough.seconds
    assert found.precision is not None
    assert "test units" in found.precision.sentence


def test_it_is_measured_once_whatever_the_budget(
    plan: Path, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = estimate(plan, study)
    assert first.problem == ""

    def refuse(*_: object) -> CostsRecord:
        raise AssertionError("it was measured again")

    monkeypatch.setattr(module, "measure_costs", refuse)
    assert estimate(plan, study) == first
    text = plan.read_text("utf-8")
    plan.write_text(text.replace('"quick"', '"thorough"'), "utf-8")
    other = estimate(plan, study)
    assert (other.chosen, other.budgets) == ("thorough", first.budgets)
    # Other models have not been measured.
    plan.write_text(text.replace('"naive_bayes"', '"knn"'), "utf-8")
    with pytest.raises(AssertionError, match="again"):
        estimate(plan, study)


def test_the_plan_in_the_study_stays_as_it_was(plan: Path, study: Path) -> None:
    before = (study / "plan.toml").read_bytes()
    plan.write_text(plan.read_text("utf-8").replace('"quick"', '"standard"'), "utf-8")
    assert estimate(plan, study).chosen == "standard"
    assert (study / "plan.toml").read_bytes() == before
    assert [kind for kind in kinds(study) if kind == "plan"] == ["plan"]
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []


def test_other_data_want_another_split(plan: Path, study: Path) -> None:
    plan.write_text(plan.read_text("utf-8") + "[split]\ntuning_folds = 4\n", "utf-8")
    assert estimate(plan, study).problem == NO_SPLIT


def test_what_is_wrong_with_a_plan_is_an_answer_in_the_window_only(
    plan: Path, study: Path
) -> None:
    given = answers(plan)
    given["budget"] = {"trials": -1}
    found = in_window(study, given)
    assert "budget" in found.problem
    assert found.hint
    plan.write_text(plan.read_text("utf-8").replace('"quick"', '"soon"'), "utf-8")
    with pytest.raises(PlanError):
        estimate(plan, study, prepare=True)


def test_it_can_be_stopped_while_it_measures(plan: Path, study: Path) -> None:
    control = JobControl()

    def stop(_: Event) -> None:
        control.cancel()

    with pytest.raises(Cancelled):
        estimate(plan, study, Progress(stop, control))
    assert "costs" not in kinds(study)
    assert estimate(plan, study).problem == ""


def test_every_family_is_measured_with_the_clock_it_is_given(study: Path) -> None:
    """Each look at the clock moves it by a second: whatever is measured takes whole seconds."""
    with Study.open_for_reading(study) as opened:
        split = opened.stage_record("split", SplitRecord)
        assert split is not None
        source = BenchSource(
            str(study), opened.record_artifact("split"), None, split.tuning_folds, 1, 1, "cpu"
        )
    ticks = iter(range(10_000))
    names = [*FAMILIES, "network-linear", "network-small"]
    costs = measure_costs(
        load_workbench(source), names, Progress(), clock=lambda: float(next(ticks))
    )
    by_name = {cost.family: cost for cost in costs.families}
    assert list(by_name) == names
    assert by_name["dummy"].shuffle is None  # the floor takes no part in the check
    assert by_name["linear"].shuffle is not None
    assert by_name["linear"].setting == 1.0  # so slow a fit is not repeated
    assert {cost.kind for cost in costs.families[-2:]} == {"network"}
    assert all(cost.setting > 0.0 for cost in costs.families[1:])
    assert costs.sanity == 1.0
    assert costs.seconds > 5.0


def test_a_network_that_trains_long_is_told_from_its_first_epochs(study: Path) -> None:
    with Study.open_for_reading(study) as opened:
        source = BenchSource(str(study), opened.record_artifact("split"), None, 5, 1, 1, "cpu")
    seconds = iter(range(10_000))
    slow = measure_costs(
        load_workbench(source), ["network-small"], Progress(), clock=lambda: float(next(seconds))
    )
    (network,) = slow.families
    # 1 s or 2 s for an epoch of 4 settings on 5 folds: some hundred epochs in all, not three.
    assert 50 / 20 < network.setting < 500 / 20
