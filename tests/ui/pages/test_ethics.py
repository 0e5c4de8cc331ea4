"""Step 13: governance, decisions on the register, groups, what may leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from deepbench.plan import PrivacyLevel
from deepbench.privacy.leaving import LEAVING, may_leave
from deepbench.study.draft import Draft
from deepbench_ui.pages.ethics import LEAVES_MARKS, EthicsPage
from deepbench_ui.session import StudySession
from tests.ui.conftest import child, settle
from tests.ui.pages import finished

Opener = Callable[[Path], StudySession]
OPEN = "small group: hospital"
REASON = "The third hospital joined late"


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[StudySession], EthicsPage]:
    def make(session: StudySession) -> EthicsPage:
        page = EthicsPage(session)
        qtbot.addWidget(page)
        page.resize(700, 500)
        page.show_page()
        return page

    return make


@pytest.fixture
def page(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> EthicsPage:
    return show(open_study(finished.study(tmp_path)))


def name_of(page: EthicsPage, issue: str) -> str:
    return page.cards[issue].objectName()


def decide(page: EthicsPage, issue: str, reason: str = REASON, by: str = "A. Okafor") -> None:
    name = name_of(page, issue)
    child(page, f"{name}.decision.accepted", QRadioButton).click()
    QTest.keyClicks(child(page, f"{name}.reason", QLineEdit), reason)
    QTest.keyClicks(child(page, f"{name}.by", QLineEdit), by)
    child(page, f"{name}.decide", QPushButton).click()


def test_a_new_study_says_what_will_be_here(
    session: StudySession, show: Callable[[StudySession], EthicsPage]
) -> None:
    page = show(session)
    assert "first comes step 10" in page.register_text.text()
    assert page.cards == {}
    assert page.groups.isHidden()
    assert page.leaves.isHidden()
    assert "treated as sensitive" in page.level_text.text()


def test_before_the_register_is_filled_its_button_is_named(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    page = show(open_study(finished.until(tmp_path, "claims")))
    assert "“Fill the Register” below" in page.register_text.text()


def test_entries_stand_with_their_state_and_decision(page: EthicsPage) -> None:
    assert list(page.cards) == [OPEN, "consent not stated"], "open ones come first"
    waiting, done = page.cards.values()
    assert (waiting.state.text(), done.state.text()) == ("Open", "Resolved")
    assert "few test samples" in waiting.text.text()
    assert not waiting.form.isHidden()
    assert done.form.isHidden()
    assert done.decision.text() == "Dr. A. Okafor: Covered by the broad consent of 2019"
    assert done.note.isHidden()


def test_governance_is_written_into_the_draft(page: EthicsPage) -> None:
    field = child(page, "ethics.licence", QLineEdit)
    field.clear()
    QTest.keyClicks(field, "CC BY 4.0")
    assert Draft.load(page.session.folder).value("data.licence") == "CC BY 4.0"


def test_a_decision_is_recorded_when_it_is_complete(page: EthicsPage) -> None:
    name = name_of(page, OPEN)
    form = page.cards[OPEN].form
    button = child(page, f"{name}.decide", QPushButton)
    assert not button.isEnabled()
    assert form.missing.text() == "Choose Resolved or Accepted."
    child(page, f"{name}.decision.resolved", QRadioButton).click()
    assert form.missing.text() == "Give a reason of at least 10 letters."
    QTest.keyClicks(child(page, f"{name}.reason", QLineEdit), "Ten signs.")
    assert form.missing.text() == "Say who decided."
    assert page.session.value("ethics.entries") == [finished.DECIDED]
    QTest.keyClicks(child(page, f"{name}.by", QLineEdit), "AO")
    assert form.missing.text() == ""
    button.click()
    entry = {"issue": OPEN, "decision": "resolved", "reason": "Ten signs.", "by": "AO"}
    assert Draft.load(page.session.folder).value("ethics.entries") == [finished.DECIDED, entry]
    assert page.session.draft.problem() is None
    card = page.cards[OPEN]
    assert card.state.text() == "Resolved"
    assert "written into the register when it is filled again" in card.note.text()
    assert page.session.standing().states["ethics"] == "out of date"
    assert "Out of date" in page.state_banner.text


def test_return_in_a_field_records_only_a_complete_decision(page: EthicsPage) -> None:
    field = child(page, f"{name_of(page, OPEN)}.reason", QLineEdit)
    QTest.keyClicks(field, "no\r")
    assert page.session.value("ethics.entries") == [finished.DECIDED]


def test_what_is_typed_survives_other_changes(page: EthicsPage) -> None:
    name = name_of(page, OPEN)
    QTest.keyClicks(child(page, f"{name}.reason", QLineEdit), "It is being")
    page.session.answer("ethics.approval", "EC 2025-1", "approval")
    page.session.results_changed.emit()
    assert child(page, f"{name}.reason", QLineEdit).text() == "It is being"
    assert page.next_problem() == (
        "A decision on “small group: hospital” was begun. Choose Resolved or Accepted."
    )


def test_a_decision_can_be_taken_back_and_corrected(page: EthicsPage) -> None:
    decide(page, OPEN)
    assert page.next_problem() == ""
    child(page, f"{name_of(page, OPEN)}.take-back", QPushButton).click()
    assert page.session.value("ethics.entries") == [finished.DECIDED]
    form = page.cards[OPEN].form
    assert not form.isHidden()
    assert (form.reason.text(), form.by.text()) == (REASON, "A. Okafor")
    assert "Record Decision" in page.next_problem()
    form.button.click()
    assert page.cards[OPEN].state.text() == "Accepted"
    page.session.undo()
    assert page.cards[OPEN].row.is_open


def test_taking_back_an_older_decision_opens_the_entry(page: EthicsPage) -> None:
    page.cards["consent not stated"].take_back.click()
    assert page.session.value("ethics.entries") is None
    assert page.cards["consent not stated"].state.text() == "Open"


def test_an_entry_that_was_answered_above_says_how_it_goes(page: EthicsPage) -> None:
    page.cards["consent not stated"].take_back.click()
    assert "fill the register again" in page.cards["consent not stated"].note.text()
    page.session.answer("ethics.consent", None, "consent")
    assert page.cards["consent not stated"].note.isHidden()


def test_a_decision_on_what_was_not_raised_can_be_taken_back(page: EthicsPage) -> None:
    stale = finished.DECIDED | {"issue": "batch or site: plate"}
    page.session.answer("ethics.entries", [finished.DECIDED, stale], "")
    card = page.cards["batch or site: plate"]
    assert "Not raised" in card.text.text()
    card.take_back.click()
    assert page.session.value("ethics.entries") == [finished.DECIDED]
    assert "batch or site: plate" not in page.cards


def test_groups_are_compared_but_for_those_that_are_too_small(page: EthicsPage) -> None:
    panel = page.panels["hospital"]
    assert panel.figure is not None
    assert [row.label for row in panel.figure.rows] == ["North", "South"]  # type: ignore[attr-defined]
    assert page.too_small.sentences == (
        "hospital: Fewer than 10 test units, so nothing can be said: West.",
    )


def test_a_locked_test_set_has_no_groups(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    page = show(open_study(finished.without_signal(tmp_path)))
    assert "was not opened" in page.groups_empty.text()
    assert page.panels == {}


@pytest.mark.parametrize("level", ["public", "internal", "sensitive", "restricted"])
def test_what_may_leave_is_marked_as_the_rules_say(
    tmp_path: Path,
    open_study: Opener,
    show: Callable[[StudySession], EthicsPage],
    level: PrivacyLevel,
) -> None:
    folder = finished.study(tmp_path)
    record = finished.records.ethics(level)
    finished.finish(folder, "ethics", record.model_copy(update={"may_leave": may_leave(level)}))
    page = show(open_study(folder))
    marks = [part for part in page.leaves.findChildren(QLabel) if part.accessibleName()]
    may = dict.fromkeys(("yes", "audit", "certificate"), "May leave")
    names = {**may, "override": "Stays", "no": "Never leaves"}
    assert [part.accessibleName() for part in marks] == [
        names[row.at(level).outcome] for row in LEAVING
    ]
    assert set(names.values()) == {mark[3] for mark in LEAVES_MARKS}


def test_it_fits_a_narrow_window(page: EthicsPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitExposed(page)
    settle()
    assert page.scroll_area.horizontalScrollBar().maximum() == 0
