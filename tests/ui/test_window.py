"""The window round an open study: what may follow, undo, messages, look, keys, memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from deepbench.messages import JobFailed, Notice
from deepbench.study import draft as draft_module
from deepbench.study.folder import Study
from deepbench.study.records import CheckRecord, FindingRecord
from deepbench_ui import next_step
from deepbench_ui.pages.base import BLOCKED, OUTDATED
from deepbench_ui.pages.registry import PAGES
from deepbench_ui.pages.start import REASON
from deepbench_ui.session import StudySession
from deepbench_ui.window import MainWindow
from tests.ui.conftest import child, settle
from tests.ui.pages.opened_study import StudyWriter

MakeWindow = Callable[[], MainWindow]

PLAN = {
    "question.outcome": "group",
    "data.source": "table.csv",
    "privacy.level": "sensitive",
    "suitability.goal": "prediction",
}


@pytest.fixture
def session(window: MainWindow, tmp_path: Path) -> StudySession:
    """A new study, open in the window."""
    assert window.create_study(tmp_path / "Mine.deepbench")
    assert window.session is not None
    return window.session


@pytest.fixture
def opened(window: MainWindow, study_folder: Path) -> Callable[..., StudySession]:
    """Open a study that was run up to a stage."""

    def make(until: str, **records: Any) -> StudySession:
        writer = StudyWriter(study_folder)
        writer.records |= records
        writer.write(until)
        window.open_study(study_folder)
        assert window.session is not None
        return window.session

    return make


def press(window: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    keys = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        keys |= modifier
    QTest.keyClick(window, key, keys)
    settle()


def trigger(window: MainWindow, name: str) -> None:
    child(window, f"menu.{name}", QAction).trigger()


def shown(window: MainWindow) -> str:
    return window.current_page.key if window.current_page else ""


def footer(window: MainWindow) -> tuple[str, bool, bool]:
    """Return the footer's reason, whether Next can be pressed, and whether the step's button."""
    below = window.footer
    can_run = below.run_button.isVisible() and below.run_button.isEnabled()
    return below.reason.text(), below.next_button.isEnabled(), can_run


def outcome(rail: MainWindow) -> dict[str, str]:
    return {key: button.state for key, button in rail.rail.buttons.items()}


# --- what may follow ----------------------------------------------------------------------


def test_what_a_page_waits_for_stands_beside_next(
    window: MainWindow, session: StudySession
) -> None:
    assert not window.footer.back_button.isEnabled()
    assert footer(window) == ("Say how sensitive the data is.", False, False)
    session.answer("privacy.level", "public", "level")
    assert footer(window) == (REASON, False, False)
    session.answer("privacy.reason", "cell lines", "reason")
    assert footer(window) == ("", True, False)
    window.footer.next_button.click()
    assert shown(window) == "question"
    assert footer(window) == ("Name the outcome: what shall be predicted?", False, False)
    assert window.footer.next_button.toolTip() == "Name the outcome: what shall be predicted?"
    session.answer("question.outcome", "group", "outcome")
    window.footer.next_button.click()
    assert shown(window) == "suitability"
    assert footer(window) == ("Answer at least one of the questions.", False, False)
    session.answer("suitability.goal", "prediction", "goal")
    window.footer.next_button.click()
    assert footer(window) == ("Choose the file with your table.", False, False)
    assert window.footer.run_button.text() == "Read the Table"
    session.answer("data.source", "table.csv", "file")
    assert footer(window) == ("“Read the Table” comes first.", False, True)
    window.footer.back_button.click()
    assert shown(window) == "suitability"
    window.show_page("split")
    assert footer(window) == ("First finish step 5: Check the data.", False, False)
    assert not window.footer.run_button.isVisible()


def test_nothing_runs_before_the_sensitivity_is_said(
    window: MainWindow, session: StudySession, runner: Any
) -> None:
    session.answer_all({**PLAN, "privacy.level": None}, "answers")
    window.show_page("import")
    assert footer(window) == (next_step.NO_LEVEL, False, False)
    press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert runner.asked == []
    session.answer("privacy.level", "sensitive", "level")
    assert footer(window)[2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"question.outcome": None}, next_step.NO_OUTCOME),
        ({"data.source": None}, next_step.NO_FILE),
        ({"split.test_fraction": 3}, "must be less than 0.5, not 3. Correct the value there."),
        ({"privacy.level": None}, next_step.NO_LEVEL),
    ],
)
def test_a_step_that_was_run_says_why_it_cannot_be_run_again(
    window: MainWindow, opened: Callable[..., StudySession], changes: dict[str, Any], reason: str
) -> None:
    session = opened("check")
    window.show_page("import")
    session.answer_all({"data.missing": ["NA"], **changes}, "answers")
    said, can_next, can_run = footer(window)
    assert reason in said
    assert not can_next
    assert not can_run
    assert window.footer.run_button.isVisible()


def test_a_changed_answer_puts_what_follows_out_of_date(
    window: MainWindow, opened: Callable[..., StudySession]
) -> None:
    session = opened("baselines")
    before = outcome(window)
    assert {before[key] for key in ("import", "check", "split", "baselines")} == {"done"}
    assert before["networks"] == "ready"
    window.show_page("split")
    assert footer(window)[:2] == ("", True)
    session.answer("split.tuning_folds", 4, "folds")
    after = outcome(window)
    assert {after[key] for key in ("question", "import", "check")} == {"done"}
    assert {after[key] for key in ("split", "baselines")} == {"out of date"}
    assert "An answer was changed since" in window.rail.buttons["split"].toolTip()
    assert "Out of date" in window.rail.buttons["split"].accessibleName()
    page = window.current_page
    assert page is not None
    assert page.state_banner.text == OUTDATED.format(verb=page.run_verb)
    assert footer(window) == ("", False, True)
    assert window.footer.run_button.text() == page.run_verb
    trigger(window, "undo")
    assert outcome(window) == before
    assert page.state_banner.text == ""


def test_a_step_that_refused_says_why_on_its_page(
    window: MainWindow, study_folder: Path, opened: Callable[..., StudySession]
) -> None:
    StudyWriter(study_folder).write("check")
    with Study.open_for_writing(study_folder) as study:
        why = {"stage": "split", "message": "Too few units.", "hint": "Collect more."}
        study.record("stage_blocked", why)
    window.open_study(study_folder)
    window.show_page("split")
    assert outcome(window)["split"] == "blocked"
    page = window.current_page
    assert page is not None
    assert page.state_banner.text == BLOCKED.format(reason="Too few units. Collect more.")
    assert footer(window) == ("", False, True)


def test_a_decision_is_waited_for(window: MainWindow, opened: Callable[..., StudySession]) -> None:
    finding = FindingRecord(
        kind="outcome and batch", severity="serious", where="batch", message="They go together."
    )
    session = opened(
        "check", check=CheckRecord(findings=(finding,), left_out_features=(), features=3)
    )
    window.show_page("check")
    assert outcome(window)["check"] == "needs a decision"
    assert footer(window) == ("1 serious finding still needs your decision.", False, False)
    session.answer(("check", "reasons", finding.name), "one plate", "reason")
    assert footer(window)[1]


def test_a_wrong_number_is_no_answer_and_keeps_next_closed(
    window: MainWindow, session: StudySession
) -> None:
    session.answer_all(PLAN, "answers")
    window.show_page("question")
    field = child(window, "question.useful-score", QLineEdit)
    QTest.keyClicks(field, "0,7")
    assert footer(window) == ("", True, False)
    QTest.keyClicks(field, "x")
    assert footer(window) == ("Write a number, such as 0.85.", False, False)
    assert session.value("question.useful_score") == 0.7
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert footer(window) == ("", True, False)


def test_a_step_is_not_run_with_a_number_that_is_still_wrong(
    window: MainWindow, opened: Callable[..., StudySession]
) -> None:
    opened("split")
    window.show_page("baselines")
    assert footer(window)[2]
    field = child(window, "baselines.minutes", QLineEdit)
    if not field.isVisible():
        pytest.fail("the field for minutes is not shown")
    QTest.keyClicks(field, "soon")
    assert footer(window) == ("Write a number, such as 0.85.", False, False)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert footer(window)[2]


def test_the_last_page_has_no_next(window: MainWindow, session: StudySession) -> None:
    window.show_page(PAGES[-1].key)
    assert not window.footer.next_button.isEnabled()
    window.go_forward()
    assert shown(window) == PAGES[-1].key
    window.show_page(PAGES[0].key)
    window.go_back()
    assert shown(window) == PAGES[0].key


# --- undo ---------------------------------------------------------------------------------


def test_undo_and_redo_go_to_the_page_of_the_answer(
    window: MainWindow, session: StudySession
) -> None:
    undo, redo = child(window, "menu.undo", QAction), child(window, "menu.redo", QAction)
    assert not undo.isEnabled()
    assert undo.text() == "Undo"
    window.show_page("question")
    session.answer("question.decision", "a larger study", "decision")
    window.show_page("import")
    session.answer(("data", "types", "A & B"), "categorical", "type of A & B")
    assert undo.text() == "Undo: type of A && B"
    window.show_page("start")
    undo.trigger()
    assert shown(window) == "import"
    assert session.value("data.types") is None
    undo.trigger()
    assert shown(window) == "question"
    assert child(window, "question.decision", QLineEdit).text() == ""
    assert not undo.isEnabled()
    assert redo.text() == "Redo: decision"
    window.show_page("start")
    redo.trigger()
    assert shown(window) == "question"
    assert child(window, "question.decision", QLineEdit).text() == "a larger study"
    redo.trigger()
    assert shown(window) == "import"
    assert not redo.isEnabled()
    window.close_study()
    assert not undo.isEnabled()


def test_undo_survives_the_end_of_the_program(window: MainWindow, session: StudySession) -> None:
    session.answer("data.origin", "our lab", "origin")
    folder = session.folder
    window.close_study()
    window.open_study(folder)
    trigger(window, "undo")
    assert window.session is not None
    assert window.session.value("data.origin") is None


# --- a disk that refuses ------------------------------------------------------------------


def test_an_answer_that_cannot_be_saved_is_not_shown_as_given(
    window: MainWindow, session: StudySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.answer("privacy.level", "sensitive", "level")
    level = child(window, "start.level.restricted")

    def full(path: Path, content: bytes) -> None:
        raise draft_module.StudyError(f"{path.name} could not be written.", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(draft_module, "write_atomically", full)
        level.click()
        assert window.message.text == "draft.json could not be written. Free some space."
        assert session.value("privacy.level") == "sensitive"
        assert not level.isChecked()
        assert child(window, "start.level.sensitive").isChecked()
        trigger(window, "undo")
        assert session.value("privacy.level") == "sensitive"
        assert child(window, "menu.undo", QAction).text() == "Undo: level"
        window.show_page("question")
        QTest.keyClicks(child(window, "question.organism", QLineEdit), "m")
        assert child(window, "question.organism", QLineEdit).text() == ""
        assert "could not be written" in window.message.text
    QTest.keyClicks(child(window, "question.organism", QLineEdit), "mouse")
    assert session.value("question.organism") == "mouse"
    assert window.message.text == ""
    assert draft_module.Draft.load(session.folder).answers == session.draft.answers


# --- messages -----------------------------------------------------------------------------


def test_information_goes_with_the_page_and_warnings_stay(
    window: MainWindow, session: StudySession
) -> None:
    session.noticed.emit("The graphics card is not used.")
    assert window.message.text == "The graphics card is not used."
    window.show_page("question")
    assert window.message.text == ""
    window.tell("warning", "There is already something called A.")
    window.show_page("start")
    assert window.message.text == "There is already something called A."


def test_a_question_to_the_desk_that_fails_is_said(
    window: MainWindow, session: StudySession, desk: Any
) -> None:
    window.show_page("suitability")
    child(window, "suitability").update_page()
    failed = JobFailed("worker died", "The calculation process stopped.", "Start it again.", 1)
    session.ask(Notice("x"), lambda _: None)  # type: ignore[arg-type]
    desk.answer_last(failed)  # the machine check of the first page, which says it itself
    assert window.message.text == ""
    desk.answer_last(failed)
    assert window.message.text == "The calculation process stopped. Start it again."


def test_options_of_the_command_line_become_what_the_window_has(window: MainWindow) -> None:
    from deepbench.worker.failures import job_end_of

    class OutOfMemoryError(RuntimeError):
        pass

    for error in (MemoryError(), OutOfMemoryError()):
        end = job_end_of(error, None)
        assert isinstance(end, JobFailed)
        assert "--" in end.hint
        window.tell("danger", f"{end.message} {end.hint}")
        assert "--" not in window.message.text
        assert "ran out of memory" in window.message.text
        assert "What was finished is kept; start it again to continue." in window.message.text
