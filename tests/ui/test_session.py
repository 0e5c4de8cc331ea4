"""An open study: answers on disk, runs started, paused, stopped, failed and offered again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from deepbench.errors import StudyError
from deepbench.messages import (
    Doctor,
    ExportStudy,
    JobFailed,
    LetOut,
    Progress,
    RunStudy,
    StageStarted,
)
from deepbench_ui import session as session_module
from deepbench_ui.session import RunEnd, StudySession

ANSWERS = {
    "question.outcome": "group",
    "data.source": "table.csv",
    "privacy.level": "public",
}


@pytest.fixture
def answered(session: StudySession) -> StudySession:
    session.answer_all(ANSWERS, "answers")
    return session


def ends(session: StudySession) -> list[RunEnd]:
    found: list[RunEnd] = []
    session.run_ended.connect(found.append)
    return found


def test_a_run_sends_the_answers_and_says_that_the_window_has_the_study(
    answered: StudySession, runner: Any
) -> None:
    answered.start_run("import")
    request = runner.asked[-1]
    assert isinstance(request, RunStudy)
    assert request.answers == answered.draft.answers
    assert request.in_window
    assert request.until == "import"
    assert answered.draft.run_until == "import"


def test_without_a_plan_nothing_runs_and_the_reason_is_said(
    session: StudySession, runner: Any, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.failed) as said:
        session.start_run("import")
    assert "outcome" in said.args[0] or "[question]" in said.args[0]
    assert runner.asked == []


def test_progress_moves_the_run_and_its_stage(answered: StudySession, runner: Any) -> None:
    answered.start_run("import")
    runner.say(StageStarted(3, "import", "Bring in your data", 14))
    assert answered.run is not None
    assert answered.run.stage == "import"
    assert answered.standing().states["import"] == "running"
    runner.say(Progress(3, 1, 4, "reading", "", 1.0, 3.0))
    assert answered.run.progress is not None
    assert answered.run.progress.done == 1


def test_the_time_left_is_counted_down_until_it_is_said_anew(
    answered: StudySession, runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(session_module.time, "monotonic", lambda: now)
    answered.start_run("import")
    assert answered.run is not None
    assert answered.run.remaining is None
    now += 5.0
    runner.say(Progress(3, 1, 4, "reading", "", 1.0, 30.0))
    assert answered.run.remaining == 30.0
    now += 12.0
    assert answered.run.remaining == 18.0
    answered.pause()
    now += 500.0
    assert answered.run.remaining == 18.0
    answered.resume()
    now += 20.0
    assert answered.run.remaining == -2.0  # longer than was said
    runner.say(Progress(3, 2, 4, "reading", "", 33.0, 10.0))
    assert answered.run.remaining == 10.0
    runner.say(Progress(3, 3, 4, "reading", "", 33.5, None))
    assert answered.run.remaining is None


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ({}, "done"),
        (None, "stopped"),
        (JobFailed("DataError", "The file is empty.", "Choose another.", 2), "failed"),
    ],
)
def test_a_run_ends_once_and_is_not_offered_again(
    answered: StudySession,
    runner: Any,
    result: dict[str, object] | JobFailed | None,
    outcome: str,
) -> None:
    found = ends(answered)
    answered.start_run("import")
    runner.answer_last(result)
    assert [end.outcome for end in found] == [outcome]
    assert answered.run is None
    assert answered.interrupted_run == ""


def test_a_killed_worker_after_a_wish_to_stop_is_a_stop(
    answered: StudySession, runner: Any
) -> None:
    found = ends(answered)
    answered.start_run("import")
    answered.stop_hard()
    assert runner.controls == ["kill"]
    runner.answer_last(JobFailed("worker died", "It stopped.", "", 1))
    assert [end.outcome for end in found] == ["stopped"]


def test_pause_and_resume_reach_the_worker_once_each(answered: StudySession, runner: Any) -> None:
    answered.start_run("import")
    answered.pause()
    answered.pause()
    assert answered.run is not None
    assert answered.run.paused
    answered.resume()
    answered.resume()
    assert runner.controls == ["pause", "resume"]


def test_a_study_closed_during_a_run_offers_to_continue(
    answered: StudySession, desk: Any, runner: Any, study_folder: Path
) -> None:
    answered.start_run("baselines")
    answered.close()
    again = StudySession(study_folder, desk, runner)  # type: ignore[arg-type]
    assert again.interrupted_run == "baselines"
    again.forget_interrupted_run()
    again.close()
    third = StudySession(study_folder, desk, runner)  # type: ignore[arg-type]
    assert third.interrupted_run == ""
    third.close()


def test_a_second_window_is_refused(
    answered: StudySession, desk: Any, runner: Any, study_folder: Path
) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom deepbench.study.lock import open_in_window\n"
        "from deepbench.errors import StudyError\n"
        "try:\n    open_in_window(Path(sys.argv[1]))\nexcept StudyError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(study_folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "open in a DeepBench window" in done.stdout


def test_the_command_line_is_refused_while_the_window_has_the_study(
    answered: StudySession, study_folder: Path
) -> None:
    from deepbench.study.folder import Study

    with pytest.raises(StudyError, match="open in a DeepBench window"):
        Study.open_for_writing(study_folder)


def test_answers_of_the_desk_do_not_reach_a_closed_study(session: StudySession, desk: Any) -> None:
    heard: list[object] = []
    session.ask(Doctor(), heard.append)
    session.close()
    desk.answer_last({"machine": 1})
    assert heard == []


def test_what_leaves_is_asked_of_the_gate(session: StudySession, desk: Any, qtbot: QtBot) -> None:
    done: list[str] = []
    refused: list[str] = []
    desk.answers["LetOut"] = JobFailed("GateRefused", "It may not.", "Choose PNG.", 3)
    session.let_out(
        kind="figure",
        title="ROC",
        suffix="svg",
        content=b"<svg/>",
        per_sample=False,
        destination="clipboard",
        on_done=done.append,
        on_refused=refused.append,
        shown=b"<svg/>",
    )
    request = desk.asked[-1]
    assert isinstance(request, LetOut)
    assert request.content == request.shown == "PHN2Zy8+"
    session.export("report", "x.html", done.append, refused.append)
    assert isinstance(desk.asked[-1], ExportStudy)
    qtbot.waitUntil(lambda: bool(refused))
    assert refused == ["It may not. Choose PNG."]
    assert done == []
