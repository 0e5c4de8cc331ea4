"""Jobs that a window asks for: answers in place of a plan, under the window's lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import deepbench
from deepbench.errors import DataError, DeepBenchError, PlanError, StudyError
from deepbench.jobs.predict import predict
from deepbench.jobs.run_study import run_study
from deepbench.jobs.summary import printed_plan, study_summary
from deepbench.jobs.write_report import write_report
from deepbench.messages import Predict, RunStudy, StageFinished, StageSkipped, WriteReport
from deepbench.plan import plan_from_answers
from deepbench.reporting.html_report import render_html
from deepbench.study.folder import Study
from deepbench.study.lock import open_in_window
from deepbench.worker.progress import Progress

WHAT_A_WINDOW_LOADS = (
    "deepbench.messages",
    "deepbench.plan",
    "deepbench.study.folder",
    "deepbench.study.ledger",
    "deepbench.study.lock",
    "deepbench.study.records",
    "deepbench.worker.client",
    "deepbench.workflow",
)


def answers(source: str = "../table.csv") -> dict[str, Any]:
    return {"question": {"outcome": "group"}, "data": {"source": source}}


def request(folder: Path, plan: dict[str, Any], *, in_window: bool = True) -> RunStudy:
    return RunStudy(
        None, None, str(folder), "import", device="cpu", answers=plan, in_window=in_window
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the study will lie, beside its table."""
    rows = "".join(f"s{n},{n % 2},{n * 0.5}\n" for n in range(20))
    (tmp_path / "table.csv").write_text(f"name,group,level\n{rows}")
    return tmp_path / "a.deepbench"


def test_answers_run_in_the_study_that_the_window_has_open(folder: Path) -> None:
    window = open_in_window(folder)
    events: list[object] = []
    run_study(request(folder, answers()), Progress(events.append))
    assert [e.key for e in events if isinstance(e, StageFinished)][-1] == "import"
    with Study.open_for_reading(folder) as study:
        assert study.plan() == plan_from_answers(answers())
        assert study.problems() == []
    with pytest.raises(StudyError, match="open in a DeepBench window"):
        run_study(request(folder, answers(), in_window=False), Progress())
    window.release()


def test_the_same_answers_continue_and_others_do_again_what_depends_on_them(folder: Path) -> None:
    run_study(request(folder, answers()), Progress())
    events: list[object] = []
    changed = {**answers(), "question": {"outcome": "group", "title": "Mice"}}
    for plan in (answers(), changed):
        run_study(request(folder, plan), Progress(events.append))
    skipped = [e.key for e in events if isinstance(e, StageSkipped)]
    assert skipped == ["start", "question", "suitability", "import", "start", "import"]


def test_the_table_is_found_from_the_study_on(folder: Path) -> None:
    with pytest.raises(DataError, match=r"other\.csv"):
        run_study(request(folder, answers("other.csv")), Progress())
    assert not folder.exists()
    run_study(request(folder, answers(str(folder.parent / "table.csv"))), Progress())


def test_answers_that_are_no_plan_yet_are_said(folder: Path) -> None:
    with pytest.raises(PlanError) as caught:
        run_study(request(folder, {"question": {"outcome": "group"}}), Progress())
    assert caught.value.message == "the study's answers: [data] is missing."


@pytest.mark.parametrize("in_window", [True, False])
def test_predictions_and_report_are_asked_for_by_the_window(folder: Path, in_window: bool) -> None:
    run_study(request(folder, answers()), Progress())
    window = open_in_window(folder)
    study, table, out = str(folder), str(folder.parent / "table.csv"), folder.parent
    # Whoever is let in finds that the study has not come so far.
    with pytest.raises(DeepBenchError) as caught:
        predict(Predict(study, table, str(out / "p.csv"), in_window), Progress())
    assert ("no finished model" in caught.value.message) == in_window
    assert ("open in a DeepBench window" in caught.value.message) != in_window
    with pytest.raises(DeepBenchError) as caught:
        write_report(WriteReport(study, str(out / "r.html"), in_window), Progress())
    assert ("has not run yet" in caught.value.message) == in_window
    assert ("open in a DeepBench window" in caught.value.message) != in_window
    window.release()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/home/alice.smith/HIV/table.csv", "table.csv"),
        ("../../alice.smith/table.csv", "table.csv"),
        (r"C:\Users\alice.smith\table.csv", "table.csv"),
        (r"\\server\alice.smith\table.csv", "table.csv"),
        ("C:/Users/alice.smith/µ table.csv", "µ table.csv"),
        ("table.csv", "table.csv"),
        ("/", "/"),
    ],
)
def test_the_folders_of_the_table_are_not_printed(source: str, name: str, tmp_path: Path) -> None:
    plan = plan_from_answers(answers(source))
    assert printed_plan(plan) == plan_from_answers(answers(name))
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        study.save_plan(plan)
        assert study.plan() == plan  # a run goes on with the whole path
        summary = study_summary(study)
    for text in (summary.plan_toml, render_html(summary)):
        assert "alice" not in text
        assert name in text


def test_the_window_loads_no_numbers_with_the_study() -> None:
    heavy = {"numpy", "pandas", "scipy", "sklearn", "torch", "pyarrow", "matplotlib", "shap"}
    program = f"""
import importlib, sys
for name in {WHAT_A_WINDOW_LOADS!r}:
    importlib.import_module(name)
    loaded = {heavy!r} & set(sys.modules)
    assert not loaded, f"{{name}} loads {{loaded}}"
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(deepbench.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
