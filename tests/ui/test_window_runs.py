"""Runs in the window: shown, paused, stopped, ended in every way, offered again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepbench.messages import JobFailed, Notice, Progress, StageStarted
from deepbench.study.draft import Draft
from deepbench.workflow import STAGE_BY_KEY
from deepbench_ui import dialogs
from deepbench_ui import window as window_module
from deepbench_ui.next_step import RUNNING
from deepbench_ui.session import StudySession
from deepbench_ui.settings import Settings
from deepbench_ui.widgets import opening_dialog, run_bar
from deepbench_ui.window import (
    CONTINUE,
    DONE,
    INTERRUPTED,
    SHOW_QUESTION,
    STOPPED,
    MainWindow,
)
from tests.ui.conftest import child, in_dialog, settle

MakeWindow = Callable[[], MainWindow]

PLAN = {
    "question.outcome": "group",
    "data.source": "table.csv",
    "privacy.level": "sensitive",
    "suitability.goal": "prediction",
}
DIED = JobFailed(
    "worker died",
    "The calculation process stopped unexpectedly (killed by signal 9).",
    "Nothing that was shown is lost; start it again to continue.",
    1,
)


@pytest.fixture
def session(window: MainWindow, tmp_path: Path) -> StudySession:
    """A study that waits for its import, open in the window."""
    assert window.create_study(tmp_path / "Mine.deepbench")
    assert window.session is not None
    window.session.answer_all(PLAN, "answers")
    window.show_page("import")
    return window.session


@pytest.fixture
def running(window: MainWindow, session: StudySession, runner: Any) -> StudySession:
    """The same, while the import is calculated."""
    window.footer.run_button.click()
    assert len(runner.asked) == 1
    runner.say(StageStarted(3, "import", "Bring in your data", 14))
    return session


def says(window: MainWindow) -> str:
    return window.run_bar.what.text()


def action(window: MainWindow) -> str:
    button = child(window, "window.message.action")
    return str(button.text()) if button.isVisible() else ""


# --- the bar ------------------------------------------------------------------------------


def test_a_run_is_shown_on_every_page(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    assert says(window) == "Step 3, Bring in your data"
    assert window.rail.buttons["import"].state == "running"
    assert (window.run_bar.bar.minimum(), window.run_bar.bar.maximum()) == (0, 0)
    runner.say(Progress(3, 30, 120, "reading rows", "best so far 0.8", 4.0, 12.0))
    assert says(window) == "Step 3, Bring in your data · reading rows · best so far 0.8"
    bar = window.run_bar.bar
    assert (bar.value() - bar.minimum()) / (bar.maximum() - bar.minimum()) == 0.25
    assert window.run_bar.times.text().endswith("elapsed, about 0:12 left in this step")
    assert running.run is not None
    running.run.heard_at -= 20.0  # it was said 20 s ago
    window.run_bar.show_progress()
    assert window.run_bar.times.text().endswith(run_bar.OVERDUE)
    assert window.footer.reason.text() == RUNNING
    assert not window.footer.run_button.isEnabled()
    window.show_page("question")
    assert window.run_bar.isVisible()
    assert window.footer.next_button.isEnabled()
    assert window.footer.reason.text() == ""
    runner.say(Notice("The graphics card is not used."))
    assert window.message.text == "The graphics card is not used."


def test_a_second_run_does_not_begin_meanwhile(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    window.run_page()
    running.start_run("check")
    assert len(runner.asked) == 1


def test_pause_and_resume(window: MainWindow, running: StudySession, runner: Any) -> None:
    pause = window.run_bar.pause_button
    assert pause.text() == run_bar.PAUSE
    pause.click()
    assert runner.controls == ["pause"]
    assert pause.text() == run_bar.RESUME
    assert says(window).endswith(run_bar.PAUSED)
    runner.say(Progress(3, 1, 2, "fitting", "", 4.0, 12.0))
    assert "left in this step" not in window.run_bar.times.text()
    pause.click()
    assert runner.controls == ["pause", "resume"]
    assert pause.text() == run_bar.PAUSE
    assert says(window).endswith("fitting")


def test_stop_then_stop_at_once(window: MainWindow, running: StudySession, runner: Any) -> None:
    stop = window.run_bar.stop_button
    stop.click()
    assert runner.controls == ["cancel"]
    assert says(window) == run_bar.STOPPING
    assert not stop.isEnabled()
    assert not window.run_bar.pause_button.isEnabled()
    window.run_bar._patience.timeout.emit()  # what three seconds do
    assert stop.text() == run_bar.STOP_NOW
    stop.click()
    assert runner.controls == ["cancel", "kill"]
    runner.answer_last(None)
    assert not window.run_bar.isVisible()
    assert window.message.text == STOPPED
    # The next run begins with buttons as new.
    window.footer.run_button.click()
    assert stop.text() == run_bar.STOP
    assert stop.isEnabled()
    assert window.run_bar.pause_button.isEnabled()


def test_a_process_that_does_not_answer_is_said_and_can_be_ended(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    runner.stuck_changed.emit(True)
    assert says(window) == run_bar.STUCK
    assert window.run_bar.stop_button.text() == run_bar.STOP_NOW
    runner.stuck_changed.emit(False)
    assert says(window) == "Step 3, Bring in your data"
    assert window.run_bar.stop_button.text() == run_bar.STOP
    runner.stuck_changed.emit(True)
    window.run_bar.stop_button.click()
    assert runner.controls == ["kill"]
    runner.answer_last(DIED)
    assert window.message.text == STOPPED


# --- ends ---------------------------------------------------------------------------------


def test_done_is_said_until_another_page_is_shown(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    runner.answer_last({})
    assert window.message.text == DONE.format(title="Bring in your data")
    assert action(window) == ""
    assert not window.run_bar.isVisible()
    assert running.interrupted_run == ""
    window.show_page("question")
    assert window.message.text == ""


@pytest.mark.parametrize(
    ("kind", "severity", "again"),
    [
        ("DataError", "danger", False),
        ("PlanError", "danger", False),
        ("StageBlocked", "warning", False),
        ("GateRefused", "warning", False),
        ("StudyError", "danger", True),
        ("out of memory", "danger", True),
        ("disk full", "danger", True),
        ("unexpected", "danger", True),
    ],
)
def test_a_failed_run_says_what_to_do_and_offers_to_go_on_where_that_helps(
    window: MainWindow,
    running: StudySession,
    runner: Any,
    kind: str,
    severity: str,
    again: bool,
) -> None:
    runner.answer_last(JobFailed(kind, "It did not work.", "Do something.", 1))
    assert window.message.text == "It did not work. Do something."
    assert window.message.property("severity") == severity
    assert action(window) == (CONTINUE if again else "")
    assert not window.run_bar.isVisible()
    window.show_page("question")
    running.answer("question.organism", "mouse", "organism")
    assert window.message.text == "It did not work. Do something."


def test_a_run_that_needs_an_answer_leads_to_the_question(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    question = {
        "key": "preparation.transform",
        "message": "'age' has values below 0.",
        "choices": ({"value": "none", "words": "Leave the values as they are"},),
    }
    runner.answer_last(JobFailed("DataQuestion", "'age' has values below 0.", "", 1, question))
    assert window.message.text == "'age' has values below 0."  # no line of a plan
    assert action(window) == SHOW_QUESTION
    child(window, "window.message.action").click()
    assert window.current_page is not None
    assert window.current_page.key == "check"
    settle()
    button = child(window, "check.question.0")
    assert button.isVisible()
    button.click()
    assert running.value("preparation.transform") == "none"
    assert window.message.text == ""


def test_after_the_death_of_the_process_the_run_goes_on_with_a_click(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    runner.answer_last(DIED)
    assert "stopped unexpectedly (killed by signal 9)" in window.message.text
    assert "Nothing that was shown is lost" in window.message.text
    window.show_page("start")
    child(window, "window.message.action").click()
    assert [request.until for request in runner.asked] == ["import", "import"]
    assert window.message.text == ""
    assert window.run_bar.isVisible()
    # A death after a wish to stop is a stop.
    window.run_bar.stop_button.click()
    runner.answer_last(DIED)
    assert window.message.text == STOPPED
    assert action(window) == ""


def test_a_run_that_cannot_begin_says_why(
    window: MainWindow, session: StudySession, runner: Any
) -> None:
    session.answer("question.outcome", None, "outcome")
    session.start_run("import")
    assert runner.asked == []
    assert "outcome" in window.message.text.casefold()
    assert "[question]" not in window.message.text
    session.answer("question.outcome", "group", "outcome")
    assert window.message.text == ""


# --- closing ------------------------------------------------------------------------------


def test_closing_a_study_during_a_run_asks(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    def keep(box: Any) -> None:
        assert box.text() == dialogs.STOP_TEXT
        assert box.defaultButton() is child(box, "stop.keep")
        QTest.keyClick(box, Qt.Key.Key_Escape)

    in_dialog(window.close_study, keep)
    assert window.session is running
    assert running.run is not None
    assert runner.controls == []
    in_dialog(window.close_study, lambda box: child(box, "stop.close").click())
    assert window.session is None
    assert runner.controls == ["kill"]
    assert not window.run_bar.isVisible()
    runner.answer_last(None)  # the end of the run comes late, and is nobody's any more
    assert window.message.text == ""


def test_closing_the_window_during_a_run_asks(
    window: MainWindow, running: StudySession, runner: Any
) -> None:
    in_dialog(window.close, lambda box: child(box, "stop.keep").click())
    assert window.isVisible()
    in_dialog(window.close, lambda box: child(box, "stop.close").click())
    assert not window.isVisible()
    window.shut_down()
    assert runner.controls == ["kill", "close"]
    assert Draft.load(running.folder).run_until == "import"
    assert Settings.load().open_study == ""


def test_without_a_run_the_window_closes_without_a_question(
    window: MainWindow, session: StudySession
) -> None:
    assert window.close()
    assert not window.isVisible()


def test_the_system_is_not_asked_anything(window: MainWindow, running: StudySession) -> None:
    window.close_without_asking()
    assert not window.isVisible()


# --- going on -----------------------------------------------------------------------------


def interrupted(window: MainWindow, session: StudySession, until: str) -> None:
    """Open the study as it is after a run was cut off."""
    session.draft.note_run(until)
    folder = session.folder
    window.close_study()
    window.open_study(folder)


def test_an_interrupted_run_is_offered_and_forgotten_when_it_ends(
    window: MainWindow, session: StudySession, runner: Any
) -> None:
    interrupted(window, session, "baselines")
    stage = STAGE_BY_KEY["baselines"]
    offer = INTERRUPTED.format(number=stage.number, title=stage.title)
    assert window.message.text == offer
    window.show_page("question")
    assert window.message.text == offer
    assert action(window) == CONTINUE
    child(window, "window.message.action").click()
    assert runner.asked[-1].until == "baselines"
    assert window.message.text == ""
    again = window.session
    assert again is not None
    runner.answer_last({})
    assert Draft.load(again.folder).run_until == ""
    interrupted(window, again, "")
    assert window.message.text == ""


def test_a_run_to_a_step_that_is_none_is_not_offered(
    window: MainWindow, session: StudySession
) -> None:
    interrupted(window, session, "no such step")
    assert window.message.text == ""
    assert window.session is not None
    assert window.session.interrupted_run == ""


@pytest.mark.parametrize("agreed", [False, True])
def test_going_on_opens_no_test_set_unasked(
    window: MainWindow,
    session: StudySession,
    runner: Any,
    monkeypatch: pytest.MonkeyPatch,
    agreed: bool,
) -> None:
    asked: list[StudySession] = []

    def may_open(about: StudySession, parent: Any) -> bool:
        asked.append(about)
        return agreed

    monkeypatch.setattr(opening_dialog, "may_open", may_open)
    interrupted(window, session, "report")
    child(window, "window.message.action").click()
    assert asked == [window.session]
    assert [request.until for request in runner.asked] == ["report"] * agreed
    assert (window.message.text == "") == agreed  # who says no is asked again later


# --- the crash before ---------------------------------------------------------------------


def test_a_native_crash_is_shown_at_the_next_start(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "native-crash.txt").write_text("Fatal Python error: Segmentation fault\n")
    window = make_window()
    assert window.message.text == window_module.NATIVE_CRASH
    # Also when a study is opened at once; then it goes with the page.
    window.create_study(tmp_path / "Mine.deepbench")
    assert window.message.text == window_module.NATIVE_CRASH
    window.show_page("question")
    assert window.message.text == ""
    assert "Segmentation fault" in window.faults.notes()["native-crash.txt"]
    assert make_window().message.text == ""
    settle()
