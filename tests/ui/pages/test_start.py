"""The page of step 0: sensitivity, this computer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from deepbench.messages import Doctor, JobFailed
from deepbench.study.folder import Study
from deepbench.study.records import (
    EthicsRecord,
    IdentifierFinding,
    MachineRecord,
    SensitivityRecord,
)
from deepbench.worker.pool_size import default_workers
from deepbench_ui.pages.start import LEVELS, MACHINE_WAIT, REASON, StartPage
from deepbench_ui.session import StudySession
from tests.ui.conftest import child

MACHINE = MachineRecord(
    system="Linux", processor_cores=4, memory_gb=15.64, disk_free_gb=120.0, device="cpu",
    device_sentence="No graphics card was found; networks train on the processor.", versions={},
)  # fmt: skip


@pytest.fixture
def page(session: StudySession, qtbot: QtBot) -> StartPage:
    made = StartPage(session)
    qtbot.addWidget(made)
    made.resize(900, 900)
    made.show()
    made.show_page()
    return made


def choose(page: StartPage, level: str) -> None:
    child(page, f"start.level.{level}").click()


# --- sensitivity --------------------------------------------------------------------------


def test_nothing_is_chosen_for_the_user(page: StartPage, session: StudySession) -> None:
    assert session.value("privacy.level") is None
    assert not any(button.isChecked() for button in page.level.buttons.values())
    assert session.standing().states["start"] == "needs a decision"


@pytest.mark.parametrize("level", [option.value for option in LEVELS])
def test_a_level_is_an_answer_and_a_low_one_needs_a_reason(
    page: StartPage, session: StudySession, level: str
) -> None:
    choose(page, level)
    assert session.value("privacy.level") == level
    low = level in ("public", "internal")
    assert page.reason.isVisible() == low
    assert page.reason_label.isVisible() == low
    assert page.next_problem() == (REASON if low else "")


def test_a_reason_is_words(page: StartPage, session: StudySession) -> None:
    choose(page, "public")
    QTest.keyClicks(page.reason, "  ")
    assert page.next_problem() == REASON
    QTest.keyClicks(page.reason, "cell lines ")
    assert session.value("privacy.reason") == "cell lines"
    assert page.next_problem() == ""
    # Typing is one step to take back.
    session.undo()
    assert session.value("privacy.reason") is None
    session.undo()
    assert session.value("privacy.level") is None
    assert not any(button.isChecked() for button in page.level.buttons.values())
    assert not page.reason.isVisible()


def test_raising_the_level_keeps_the_reason_for_later(
    page: StartPage, session: StudySession
) -> None:
    choose(page, "internal")
    QTest.keyClicks(page.reason, "mice")
    choose(page, "sensitive")
    assert page.next_problem() == ""
    choose(page, "internal")
    assert page.reason.text() == "mice"
    assert page.next_problem() == ""


@pytest.mark.parametrize("scanned", [False, True])
def test_a_level_below_the_one_of_the_register_needs_a_reason(
    page: StartPage, session: StudySession, scanned: bool
) -> None:
    found = SensitivityRecord(
        answered="restricted",
        asked_by_scan="public",
        in_force="restricted",
        findings=(),
        rare=None,
        sentences=(),
    )
    register = EthicsRecord(
        level="restricted",
        entries=(),
        may_leave=(),
        sentences=(),
        sensitivity=found if scanned else None,
    )
    with Study.open_for_writing(session.folder, in_window=True) as study:
        study.finish_stage("ethics", "f", register, 1.0)
        for event in study.ledger:
            session.history.add(event)
    choose(page, "restricted")
    assert not page.reason.isVisible()
    choose(page, "sensitive")
    assert page.reason.isVisible()
    assert page.next_problem() == REASON


# --- questions that suggest a level --------------------------------------------------------


def answer(page: StartPage, **given: str) -> None:
    for key, value in given.items():
        child(page, f"start.about.{key.replace('_', '-')}.{value}", QRadioButton).click()


PATIENTS = {
    "people": "yes",
    "identifiers": "no",
    "profiles": "no",
    "few_or_children": "no",
    "published": "no",
    "agreement": "no",
}


def test_questions_suggest_a_level_and_choose_none(page: StartPage, session: StudySession) -> None:
    assert page.about.is_open
    assert page.about.use.isHidden()
    answer(page, **PATIENTS)
    assert session.value("privacy.about") == PATIENTS
    assert session.value("privacy.level") is None
    assert page.about.suggestion.text() == (
        "These answers suggest: Sensitive. The data is about people, or may be, and not everybody "
        "can have it."
    )
    page.about.use.click()
    assert session.value("privacy.level") == "sensitive"
    assert session.value("privacy.reason") is None
    assert page.about.use.isHidden()
    assert "agree" in page.about.suggestion.text()
    choose(page, "restricted")
    assert session.value("privacy.level") == "restricted", "the choice stays the user’s"
    assert not page.about.use.isHidden()


def test_a_lower_level_comes_with_the_reason_of_the_answers(
    page: StartPage, session: StudySession
) -> None:
    answer(page, people="no", published="no", agreement="no")
    assert page.about.questions["identifiers"].isHidden(), "only asked of people"
    page.about.use.click()
    assert session.value("privacy.level") == "internal"
    assert page.reason.text() == "The data is not about people, and it is not published yet."
    assert page.next_problem() == ""
    session.undo()
    assert session.value("privacy.level") is None


def test_a_reason_that_was_given_is_kept(page: StartPage, session: StudySession) -> None:
    session.answer("privacy.reason", "Plants.", "reason")
    answer(page, people="no", published="no", agreement="no")
    page.about.use.click()
    assert session.value("privacy.reason") == "Plants."


def test_what_the_scan_found_is_said_above_the_choice(session: StudySession, qtbot: QtBot) -> None:
    session.answer("privacy.level", "internal", "level")
    mails = IdentifierFinding(
        kind="e-mail",
        where="values",
        column="Contact",
        count=2,
        raises_to="restricted",
        sentence="Values hold e-mail addresses.",
    )
    names = mails.model_copy(update={"column": "who", "sentence": "Values hold names."})
    for part, findings in (("table", [mails, names]), ("samples", [])):
        found = [each.model_dump(mode="json") for each in findings]
        session.history.scans.append({"part": part, "findings": found, "rare": None})
    made = StartPage(session)
    qtbot.addWidget(made)
    made.show_page()
    assert made.scan.text == (
        "Column “Contact”: Values hold e-mail addresses. (1 more at step 13.) The data is treated "
        "as restricted, although you chose internal. If that is wrong, settle it in the ethics "
        "register (step 13) with a reason."
    )
    session.answer("privacy.level", "restricted", "level")
    assert made.scan.text == ""


# --- this computer ------------------------------------------------------------------------


def test_the_machine_is_looked_at_once_and_shown(
    page: StartPage, desk: Any, session: StudySession
) -> None:
    assert desk.asked == [Doctor("auto", str(session.folder))]
    assert page.machine_note.text() == MACHINE_WAIT
    desk.answer_last({"machine": MACHINE.model_dump(mode="json")})
    assert not page.machine_note.isVisible()
    facts = [child(page, f"start.machine.{row}").text() for row in range(5)]
    assert facts == [
        "Linux",
        "4 cores",
        "15.6 GB",
        "120.0 GB",
        "No graphics card was found; networks train on the processor.",
    ]
    page.hide_page()
    page.show_page()
    assert len(desk.asked) == 1


def test_one_core_is_one_core(page: StartPage, desk: Any) -> None:
    one = MACHINE.model_copy(update={"processor_cores": 1})
    desk.answer_last({"machine": one.model_dump(mode="json")})
    assert child(page, "start.machine.1").text() == "1 core"


def test_a_look_that_fails_is_said_and_can_be_repeated(page: StartPage, desk: Any) -> None:
    desk.answer_last(JobFailed("worker died", "The process stopped.", "Try again.", 1))
    assert page.machine_note.text() == "The process stopped. Try again."
    assert page.machine_note.isVisible()
    child(page, "start.check-machine", QPushButton).click()
    assert page.machine_note.text() == MACHINE_WAIT
    desk.answer_last({"machine": MACHINE.model_dump(mode="json")})
    assert not page.machine_note.isVisible()
    assert child(page, "start.machine.0").text() == "Linux"


def test_another_device_is_tried_and_told(
    page: StartPage, desk: Any, session: StudySession, qtbot: QtBot
) -> None:
    page.device.setCurrentIndex(page.device.findData("cuda"))
    with qtbot.waitSignal(session.machine_chosen):
        page.device.activated.emit(page.device.currentIndex())
    assert session.device == "cuda"
    assert desk.asked[-1] == Doctor("cuda", str(session.folder))


def test_the_number_of_processes_is_chosen(
    page: StartPage, session: StudySession, qtbot: QtBot, runner: Any
) -> None:
    assert str(default_workers()) in page.workers.currentText()
    page.workers.setCurrentIndex(page.workers.findData(1))
    with qtbot.waitSignal(session.machine_chosen):
        page.workers.activated.emit(page.workers.currentIndex())
    session.answer_all({"question.outcome": "a", "data.source": "b.csv"}, "answers")
    session.start_run("import")
    assert runner.asked[-1].workers == 1


@pytest.mark.parametrize(("place", "warned"), [("Dropbox", True), ("Documents", False)])
def test_a_folder_that_a_cloud_copies_is_said(
    tmp_path: Path,
    open_study: Callable[[Path], StudySession],
    qtbot: QtBot,
    place: str,
    warned: bool,
) -> None:
    folder = tmp_path / place / "My study.deepbench"
    page = StartPage(open_study(folder))
    qtbot.addWidget(page)
    assert str(folder) in child(page, "start.folder").text()
    banners = page.findChildren(type(page.state_banner), "start.folder-warning.0")
    assert [("cloud service" in banner.text) for banner in banners] == [True] * warned
