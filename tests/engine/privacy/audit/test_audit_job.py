"""The audit of a study that was run: kept, continued, and the same with any number of workers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from deepbench.cli import _request, build_parser
from deepbench.errors import Cancelled, StageBlocked, StudyError
from deepbench.jobs.audit_model import audit_in_stage, audit_model, latest_audit
from deepbench.jobs.run_study import open_job, run_study
from deepbench.messages import AuditModel, Event, RunStudy, decode, encode
from deepbench.study.folder import Study
from deepbench.worker.progress import JobControl, Progress
from tests.end_to_end import tables

PLAN = f"""
[roles]
sample = ["sample"]
sensitive = ["tissue"]
[split]
design = "holdout"
[budget]
trials = 2
[baselines]
families = ["dummy", "linear"]
[networks]
sizes = []
{tables.FEW_SHUFFLES}"""
KINDS = ("audited", "audit_shadows")


def request_to_run(place: Path) -> RunStudy:
    plan, study = str(place / "plan.toml"), str(place / "s.deepbench")
    return RunStudy(plan, None, study, until="test", device="cpu")


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study run to the test."""
    place = tmp_path_factory.mktemp("tested")
    tables.two_classes(place / "table.csv", rows=120, shift=3.0)
    tables.plan_for(place, "group", PLAN)
    run_study(request_to_run(place), Progress())
    return place


@pytest.fixture
def study(tested: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(tested, tmp_path / "copy")
    return tmp_path / "copy" / "s.deepbench"


def audit(study: Path, effort: str = "quick", workers: int = 1, **kwargs: Any) -> dict[str, Any]:
    found = audit_model(AuditModel(str(study), effort, workers, "cpu"), Progress(**kwargs))
    return {key: value for key, value in found["audit"].items() if key != "seconds"}


def lines(study: Path) -> list[str]:
    return [event.kind for event in Study.open_for_reading(study).ledger if event.kind in KINDS]


def test_the_finished_model_is_attacked(study: Path):
    record = audit(study)
    assert record["model"] == "linear"
    assert record["shadows"] == 16
    # Training samples; the finished model is tried on the 24 test samples as well.
    assert record["members"] == 96
    assert [each["name"] for each in record["attacks"]][-1] == "final"
    assert record["attacks"][-1]["false_positives"] == pytest.approx(1 / 24)
    assert [each["column"] for each in record["attributes"]] == ["tissue"]
    assert len(record["model_sha256"]) == 64
    assert lines(study).count("audit_shadows") == 8


def test_a_finished_audit_is_not_repeated(study: Path):
    first, before = audit(study), lines(study)
    assert audit(study) == first
    assert lines(study) == before
    found = latest_audit(Study.open_for_reading(study))
    assert found is not None
    assert found.effort == "quick"


def test_a_thorough_audit_goes_on_from_a_quick_one(study: Path, monkeypatch):
    monkeypatch.setattr(
        "deepbench.jobs.audit_shadows._SHADOWS", {"quick": (8, 8), "thorough": (12, 12)}
    )
    audit(study)
    assert lines(study).count("audit_shadows") == 4
    assert audit(study, "thorough")["shadows"] == 12
    assert lines(study).count("audit_shadows") == 6
    found = latest_audit(Study.open_for_reading(study))
    assert found is not None
    assert found.effort == "thorough"
    audit(study)
    assert found == latest_audit(Study.open_for_reading(study))


def test_a_stopped_audit_goes_on_where_it_stopped(study: Path, tested: Path, tmp_path: Path):
    control = JobControl()
    seen: list[Event] = []

    def stop(event: Event) -> None:
        seen.append(event)
        if len(lines(study)) == 3:
            control.cancel()

    with pytest.raises(Cancelled):
        audit_model(
            AuditModel(str(study), "quick", 1, "cpu"), Progress(stop, control, min_interval=0.0)
        )
    assert 3 <= len(lines(study)) < 8
    continued = audit(study)
    assert lines(study).count("audit_shadows") == 8
    shutil.copytree(tested, tmp_path / "other")
    assert continued == audit(tmp_path / "other" / "s.deepbench")


@pytest.mark.slow
def test_two_workers_find_the_same(study: Path, tested: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(
        "deepbench.jobs.audit_shadows._SHADOWS", {"quick": (8, 8), "thorough": (8, 8)}
    )
    shutil.copytree(tested, tmp_path / "other")
    assert audit(study) == audit(tmp_path / "other" / "s.deepbench", workers=2)


def test_stage_13_asks_for_what_the_plan_says(study: Path):
    plan = study.parent / "plan.toml"
    with open_job(request_to_run(study.parent), Progress()) as context:
        found = audit_in_stage(context)
        assert found is not None
        assert found.effort == "quick"
        without = context.plan.privacy.model_copy(update={"audit": "no"})
        silent = context.plan.model_copy(update={"privacy": without})
        object.__setattr__(context, "plan", silent)
        assert audit_in_stage(context) is None
    assert plan.is_file()


def test_without_a_finished_model_there_is_nothing_to_attack(tmp_path: Path):
    tables.two_classes(tmp_path / "table.csv", rows=40)
    tables.plan_for(tmp_path, "group", PLAN)
    run = request_to_run(tmp_path)
    run_study(RunStudy(run.plan_path, None, run.study, until="split", device="cpu"), Progress())
    with pytest.raises(StageBlocked, match="no finished model"):
        audit(Path(run.study))


def test_a_model_from_before_a_change_is_not_attacked(study: Path):
    plan = study.parent / "plan.toml"
    plan.write_text(plan.read_text("utf-8").replace("trials = 2", "trials = 3"), "utf-8")
    run = request_to_run(study.parent)
    run_study(RunStudy(run.plan_path, None, run.study, until="split", device="cpu"), Progress())
    with pytest.raises(StudyError, match="before the last change"):
        audit(study)


def test_the_command_line_asks_for_it():
    options = build_parser().parse_args(
        ["audit", "s.deepbench", "--effort", "thorough", "--workers", "3"]
    )
    asked = _request(options)
    assert isinstance(asked, AuditModel)
    assert (asked.effort, asked.workers) == ("thorough", 3)
    assert decode(encode(asked)) == asked
