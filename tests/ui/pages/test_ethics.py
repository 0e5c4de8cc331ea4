"""Step 13: governance, decisions on the register, groups, what may leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from deepbench.plan import PrivacyLevel
from deepbench.privacy.leaving import LEAVING, may_leave
from deepbench.study.draft import Draft
from deepbench.study.folder import Study
from deepbench.study.records import RareCombinationsRecord, RegisterEventRecord
from deepbench.study.sensitivity_scan import EVENT
from deepbench_ui.models.register_rows import today
from deepbench_ui.pages.ethics import EthicsPage
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.leaving_tab import LEAVES_MARKS, LeavingTab
from deepbench_ui.widgets.privacy_tab import PrivacyTab
from deepbench_ui.widgets.register_tab import RegisterTab
from deepbench_ui.widgets.subgroups_tab import SubgroupsTab
from tests.engine.reporting import audited
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


def register(page: EthicsPage) -> RegisterTab:
    return view(page, "register", RegisterTab)


def view(page: EthicsPage, key: str, kind: type[Any]) -> Any:
    page.tabs.open(key)
    found = page.tabs.view(key)
    assert isinstance(found, kind)
    return found


def name_of(page: EthicsPage, issue: str) -> str:
    return register(page).cards[issue].objectName()


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
    assert "first comes step 10" in register(page).text.text()
    assert register(page).cards == {}
    assert "treated as sensitive" in page.level.text()
    for key, kind in (("groups", SubgroupsTab), ("leaving", LeavingTab)):
        shown = view(page, key, kind)
        assert shown.findings.isHidden()
        assert "will stand here" in shown.empty.text()
    privacy = view(page, "privacy", PrivacyTab)
    assert privacy.scan.sentences == ("The table has not been read yet (step 3).",)
    assert privacy.audit.findings.isHidden()


def test_before_the_register_is_filled_its_button_is_named(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    page = show(open_study(finished.until(tmp_path, "claims")))
    assert "“Fill the Register” below" in register(page).text.text()


def test_entries_stand_with_their_state_and_decision(page: EthicsPage) -> None:
    assert list(register(page).cards) == [OPEN, "consent not stated"], "open ones come first"
    waiting, done = register(page).cards.values()
    assert (waiting.state.text(), done.state.text()) == ("Open", "Resolved")
    assert "few test samples" in waiting.text.text()
    assert register(page).counts.text() == "1 open, 1 decided."
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
    form = register(page).cards[OPEN].form
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
    entry["date"] = today()
    assert Draft.load(page.session.folder).value("ethics.entries") == [finished.DECIDED, entry]
    assert page.session.draft.problem() is None
    card = register(page).cards[OPEN]
    assert card.state.text() == "Resolved"
    assert "written into the register when it is filled again" in card.note.text()
    assert page.session.standing().states["ethics"] == "out of date"
    assert "Out of date" in page.state_banner.text


def test_what_else_is_asked_comes_with_the_decision(page: EthicsPage) -> None:
    form = register(page).cards[OPEN].form
    assert form.details.isHidden()
    child(page, f"{name_of(page, OPEN)}.decision.accepted", QRadioButton).click()
    assert not form.details.isHidden()


def test_return_in_a_field_records_only_a_complete_decision(page: EthicsPage) -> None:
    child(page, f"{name_of(page, OPEN)}.decision.accepted", QRadioButton).click()
    field = child(page, f"{name_of(page, OPEN)}.reason", QLineEdit)
    QTest.keyClicks(field, "no\r")
    assert page.session.value("ethics.entries") == [finished.DECIDED]


def test_what_is_typed_survives_other_changes(page: EthicsPage) -> None:
    name = name_of(page, OPEN)
    child(page, f"{name}.decision.accepted", QRadioButton).click()
    QTest.keyClicks(child(page, f"{name}.reason", QLineEdit), "It is being de")
    page.session.answer("ethics.approval", "EC 2025-1", "approval")
    page.session.results_changed.emit()
    assert child(page, f"{name}.reason", QLineEdit).text() == "It is being de"
    assert page.next_problem() == (
        "A decision on “small group: hospital” was begun. Say who decided."
    )


def test_a_decision_can_be_taken_back_and_corrected(page: EthicsPage) -> None:
    decide(page, OPEN)
    assert page.next_problem() == ""
    child(page, f"{name_of(page, OPEN)}.take-back", QPushButton).click()
    assert page.session.value("ethics.entries") == [finished.DECIDED]
    form = register(page).cards[OPEN].form
    assert not form.isHidden()
    assert (form.reason.text(), form.by.text()) == (REASON, "A. Okafor")
    assert "Record Decision" in page.next_problem()
    form.button.click()
    assert register(page).cards[OPEN].state.text() == "Accepted"
    page.session.undo()
    assert register(page).cards[OPEN].row.is_open


def test_taking_back_an_older_decision_opens_the_entry(page: EthicsPage) -> None:
    register(page).cards["consent not stated"].take_back.click()
    assert page.session.value("ethics.entries") is None
    assert register(page).cards["consent not stated"].state.text() == "Open"


def test_an_entry_that_was_answered_above_says_how_it_goes(page: EthicsPage) -> None:
    register(page).cards["consent not stated"].take_back.click()
    assert "fill the register again" in register(page).cards["consent not stated"].note.text()
    page.session.answer("ethics.consent", None, "consent")
    assert register(page).cards["consent not stated"].note.isHidden()


def test_a_decision_on_what_was_not_raised_can_be_taken_back(page: EthicsPage) -> None:
    stale = finished.DECIDED | {"issue": "batch or site: plate"}
    page.session.answer("ethics.entries", [finished.DECIDED, stale], "")
    card = register(page).cards["batch or site: plate"]
    assert "Not raised" in card.text.text()
    card.take_back.click()
    assert page.session.value("ethics.entries") == [finished.DECIDED]
    assert "batch or site: plate" not in register(page).cards


# --- what people raise and say ------------------------------------------------------------


def raise_issue(page: EthicsPage, issue: str) -> None:
    tab = register(page)
    if not tab.raise_issue.is_open:
        tab.raise_issue.head.click()
    for key, text in (("issue", issue), ("text", "The relatives were not asked."), ("by", "RK")):
        field = child(page, f"ethics.raise.{key}", QLineEdit)
        field.clear()
        QTest.keyClicks(field, text)


def test_a_person_raises_an_issue_and_takes_it_back(page: EthicsPage) -> None:
    raise_issue(page, "Relatives")
    assert "was begun" in page.next_problem()
    child(page, "ethics.raise.raise", QPushButton).click()
    raised = {
        "issue": "Relatives",
        "text": "The relatives were not asked.",
        "by": "RK",
        "date": today(),
    }
    assert Draft.load(page.session.folder).value("ethics.raised") == [raised]
    assert page.session.draft.problem() is None
    assert page.next_problem() == ""
    card = register(page).cards["Relatives"]
    assert card.raised_by.text() == f"Raised by RK on {today()}"
    assert "written into the register" in card.note.text()
    assert register(page).counts.text() == "2 open, 1 decided."
    decide(page, "Relatives")
    assert card.state.text() == "Accepted"
    card.withdraw.click()
    assert page.session.value("ethics.raised") is None
    assert page.session.value("ethics.entries") == [finished.DECIDED], "its decision goes with it"
    assert "Relatives" not in register(page).cards
    assert page.session.draft.problem() is None


@pytest.mark.parametrize(
    ("issue", "said"),
    [
        ("Small  group: HOSPITAL", "an entry of this name already"),
        ("subgroup gap: nobody", "The program uses this name itself"),
        ("ab", "Name it in a few words"),
    ],
)
def test_names_that_cannot_be_told_apart_are_not_taken(
    page: EthicsPage, issue: str, said: str
) -> None:
    raise_issue(page, issue)
    form = register(page).raise_issue
    assert said in form.missing.text()
    assert not form.button.isEnabled()


def test_what_is_said_is_kept_with_the_entry(page: EthicsPage) -> None:
    card = register(page).cards[OPEN]
    name = f"{name_of(page, OPEN)}.discussion"
    card.discussion.head.click()
    text = child(page, f"{name}.comment", QLineEdit)
    QTest.keyClicks(text, "Ask the third hospital.")
    assert not card.discussion.button.isEnabled(), "nobody says it yet"
    assert "Add Comment" in page.next_problem()
    QTest.keyClicks(child(page, f"{name}.comment-by", QLineEdit), "RK")
    child(page, f"{name}.add-comment", QPushButton).click()
    comment = {"issue": OPEN, "text": "Ask the third hospital.", "by": "RK", "date": today()}
    assert page.session.value("ethics.comments") == [comment]
    assert card.discussion.comments.sentences == (f"RK, {today()}: Ask the third hospital. (new)",)
    assert text.text() == ""
    assert page.session.draft.problem() is None


def test_the_history_stands_with_its_entry_and_of_others_below(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    def event(issue: str, what: Any, day: int, text: str = "", by: str = "program") -> Any:
        return RegisterEventRecord(
            time=f"2026-03-0{day}T10:00:00", issue=issue, what=what, by=by, text=text
        )

    folder = finished.study(tmp_path)
    history = (
        event(OPEN, "raised", 1, "Few."),
        event(OPEN, "accepted", 2, "Discussed.", "EW"),
        event(OPEN, "reopened", 3),
        event("causal claim: 1 place", "raised", 1, "Causes."),
        event("causal claim: 1 place", "no longer raised", 4),
    )
    record = finished.records.ethics().model_copy(update={"history": history})
    finished.finish(folder, "ethics", record)
    page = show(open_study(folder))
    assert register(page).cards[OPEN].discussion.history.sentences == (
        "2026-03-01: raised by the program.",
        "2026-03-02: accepted by EW: Discussed.",
        "2026-03-03: the decision was taken back; open again.",
    )
    assert not register(page).past.isHidden()
    assert register(page).past_lines.sentences == (
        "causal claim: 1 place: 2026-03-01: raised by the program. 2026-03-04: not raised any "
        "more.",
    )


# --- groups -------------------------------------------------------------------------------


def test_groups_are_compared_by_the_measure_that_is_chosen(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    folder = finished.study(tmp_path)
    record = finished.records.ethics().model_copy(update={"subgroups": audited.AUDIT})
    finished.finish(folder, "ethics", record)
    page = show(open_study(folder))
    groups = view(page, "groups", SubgroupsTab)
    settle()
    assert groups.short.sentences == audited.AUDIT.sentences
    assert "West" in groups.small.sentences[0]
    assert groups.measure.currentData() == "missed", "what stands out is shown first"
    assert groups.rows.rowCount() == 2
    figure = groups.panel.figure
    assert figure is not None
    assert [row.label for row in figure.rows] == ["▲ sex: f", "sex: m"]  # type: ignore[attr-defined]
    groups.measure.setCurrentIndex(groups.measure.findData("score"))
    groups.measure.activated.emit(groups.measure.currentIndex())
    settle()
    assert groups.panel.figure is not None
    assert groups.panel.figure.title == "AUROC by group"
    assert not groups.panel.figure.per_sample


def test_a_locked_test_set_has_no_groups(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    page = show(open_study(finished.without_signal(tmp_path)))
    assert "was not opened" in view(page, "groups", SubgroupsTab).empty.text()


def test_a_test_of_an_earlier_version_says_why_there_are_none(page: EthicsPage) -> None:
    assert "an earlier version" in view(page, "groups", SubgroupsTab).empty.text()


# --- privacy ------------------------------------------------------------------------------


def test_effort_and_private_training_are_answers(page: EthicsPage) -> None:
    tab = view(page, "privacy", PrivacyTab)
    assert child(page, "ethics.audit.effort.quick", QRadioButton).isChecked()
    child(page, "ethics.audit.effort.thorough", QRadioButton).click()
    assert page.session.value("privacy.audit") == "thorough"
    assert tab.private.budget.isHidden()
    child(page, "ethics.private.switch", QCheckBox).click()
    assert page.session.value("privacy.private_training") is True
    assert not tab.private.budget.isHidden()
    child(page, "ethics.private.budget.1", QRadioButton).click()
    assert page.session.value("privacy.epsilon") == 1.0
    assert page.session.draft.problem() is None
    child(page, "ethics.private.switch", QCheckBox).click()
    assert page.session.value("privacy.private_training") is None


def test_known_limits_of_features_are_answers(page: EthicsPage) -> None:
    ranges = view(page, "privacy", PrivacyTab).private.ranges
    assert ranges.isHidden()
    child(page, "ethics.private.switch", QCheckBox).click()
    assert not ranges.isHidden()
    ranges.field.setPlainText("marker 1: 0 to 4,5")
    assert page.session.value("privacy.ranges") == {"marker 1": [0.0, 4.5]}
    assert page.session.draft.problem() is None
    assert ranges.note.isHidden()
    ranges.field.setPlainText("marker 1: 0 to 4,5\nmarker X: 0 to 1")
    assert ranges.note.text() == (
        "Line 2: the table has no column “marker X”. Until then the answer stays as it was."
    )
    assert page.session.value("privacy.ranges") == {"marker 1": [0.0, 4.5]}
    # Another answer does not take away what is being corrected.
    child(page, "ethics.private.budget.1", QRadioButton).click()
    assert ranges.field.toPlainText().endswith("marker X: 0 to 1")
    page.session.answer("privacy.ranges", None, "values")
    assert ranges.field.toPlainText() == ""
    assert ranges.note.isHidden()


def test_what_the_attacks_and_private_training_found_is_shown(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    folder = finished.study(tmp_path)
    record = finished.records.ethics().model_copy(
        update={"audit": audited.ATTACKED, "private_training": audited.PRIVATE}
    )
    finished.finish(folder, "ethics", record)
    page = show(open_study(folder))
    tab = view(page, "privacy", PrivacyTab)
    settle()
    assert tab.audit.verdict.text == "Above the limits for a model that leaves."
    assert "Quick audit of logistic regression: 120 units" in tab.audit.facts.text()
    assert tab.audit.attacks.rowCount() == 2
    assert tab.audit.attributes.rowCount() == 1
    assert tab.audit.sentences.sentences == audited.ATTACKED.sentences
    assert dict(tab.private.certificate.facts)["Guarantee"].startswith("ε = 2.98, δ = 0.00001")
    assert tab.private.panel.figure is not None
    assert tab.private.panel.figure.title == "What privacy costs"


def test_columns_that_identify_are_ticked_and_counted(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], EthicsPage]
) -> None:
    folder = finished.study(tmp_path)
    rare = RareCombinationsRecord(
        columns=("hospital",), units=120, k=2, alone=0, below_ten=6, sentence="Few share it."
    )
    with Study.open_for_writing(folder) as study:
        scan = {"part": "samples", "findings": [], "rare": rare.model_dump(mode="json")}
        study.record(EVENT, scan)
    page = show(open_study(folder))
    quasi = view(page, "privacy", PrivacyTab).quasi
    assert "hospital" in quasi.rows.names
    assert "id" not in quasi.rows.names, "the name of a sample is no attribute"
    assert quasi.ticked.text() == "Nothing is ticked, so nothing is counted."
    place = quasi.rows.names.index("hospital")
    on = Qt.CheckState.Checked
    assert quasi.rows.setData(quasi.rows.index(place), on, Qt.ItemDataRole.CheckStateRole)
    assert page.session.value("privacy.quasi_identifiers") == ["hospital"]
    assert quasi.counted.sentences[0] == "Few share it."
    assert "k = 2; 0 are alone, 6 in groups of fewer than ten." in quasi.counted.sentences[1]
    page.session.answer("privacy.quasi_identifiers", ["hospital", "age"], "")
    assert quasi.counted.sentences == ("It is counted when the register is filled.",)


# --- what may leave -----------------------------------------------------------------------


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
    leaves = view(page, "leaving", LeavingTab).leaves
    marks = [part for part in leaves.findChildren(QLabel) if part.accessibleName()]
    names = {"override": "Stays", "no": "Never leaves"}
    assert [part.accessibleName() for part in marks] == [
        names.get(row.at(level).outcome, "May leave") for row in LEAVING
    ]
    assert {*names.values(), "May leave"} == {mark[3] for mark in LEAVES_MARKS}


APPROVAL = {
    "what": "model",
    "requester": "A. Okafor",
    "approver": "R. Keller",
    "role": "data protection officer",
    "recipient": "University of X",
    "legal_basis": "Agreement of 3 March",
    "expires": "2099-01-31",
    "reason": "They compare it with their own model of this assay.",
}


def approve(page: EthicsPage, **changes: str) -> Any:
    form = view(page, "leaving", LeavingTab).form
    if not form.is_open:
        form.head.click()
    given = {**APPROVAL, **changes}
    form.what.setCurrentIndex(form.what.findData(given.pop("what")))
    form.what.activated.emit(form.what.currentIndex())
    for key, text in given.items():
        form.fields[key].clear()
        QTest.keyClicks(form.fields[key], text)
    return form


def test_an_approval_is_recorded_listed_and_taken_back(page: EthicsPage) -> None:
    form = approve(page)
    assert "was begun" in page.next_problem()
    child(page, "ethics.approve.record", QPushButton).click()
    assert page.session.value("ethics.approvals") == [APPROVAL]
    assert page.session.draft.problem() is None
    assert not form.is_begun
    assert page.next_problem() == ""
    tab = view(page, "leaving", LeavingTab)
    texts = " ".join(label.text() for label in tab.findChildren(QLabel))
    assert "The finished model, for University of X, until 2099-01-31" in texts
    assert "holds when “Fill the Register” below has run again" in tab.pending.text
    child(page, "ethics.approval.0.take-back", QPushButton).click()
    assert page.session.value("ethics.approvals") is None


def test_nobody_approves_their_own_wish(page: EthicsPage) -> None:
    form = approve(page, requester="Prof. Rahel Keller", approver="keller,  rahel")
    assert form.missing.text() == ("Who asks for it and who approves it have to be two persons.")
    child(page, "ethics.approve.record", QPushButton).click()
    assert page.session.value("ethics.approvals") is None


def test_it_fits_a_narrow_window(page: EthicsPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitExposed(page)
    for key in page.tabs.keys:
        page.tabs.open(key)
        settle()
        assert page.scroll_area.horizontalScrollBar().maximum() == 0
