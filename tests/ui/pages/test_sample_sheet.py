"""The page of step 4: roles of columns, and the design that follows."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from deepbench.messages import JobFailed, PreviewTable, SketchDesign
from deepbench.plan.data import Design
from deepbench.study.records import ColumnRecord, CrossTable
from deepbench_ui.models.design_words import NOT_ANSWERED, QUESTIONS
from deepbench_ui.models.role_answers import ROLE_CHOICES
from deepbench_ui.pages import sample_sheet
from deepbench_ui.pages.sample_sheet import (
    NO_DESIGN,
    NOT_A_COLUMN,
    PROPOSALS_STEP,
    STEP,
    USE_PROPOSALS,
    WAIT,
    SampleSheetPage,
)
from deepbench_ui.plots import HeatmapFigure
from deepbench_ui.session import StudySession
from tests.ui.conftest import child, settle
from tests.ui.pages.table_previews import COLUMNS, design, preview


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page ask without waiting for more answers."""
    monkeypatch.setattr(sample_sheet, "_WAIT_MILLISECONDS", 0)


def shown(session: StudySession, qtbot: QtBot) -> SampleSheetPage:
    page = SampleSheetPage(session)
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show()
    page.show_page()
    return page


@pytest.fixture
def answered(session: StudySession) -> StudySession:
    answers = {"data.source": "table.csv", "question.outcome": "group"}
    session.answer_all(answers, "answers")
    return session


@pytest.fixture
def read(answered: StudySession, desk: Any, qtbot: QtBot) -> SampleSheetPage:
    """The page with a table that was read, and its design counted."""
    desk.answers = {"PreviewTable": preview(), "SketchDesign": design()}
    page = shown(answered, qtbot)
    settle()
    settle()
    return page


def shown_columns(page: SampleSheetPage) -> list[str]:
    return [str(page.cells.headerData(n, page.header.orientation())) for n in range(3)]


def choose(page: SampleSheetPage, place: int, role: str) -> None:
    box = page.header.boxes[place]
    box.setCurrentIndex(box.findData(role))
    box.activated.emit(box.currentIndex())


def roles(page: SampleSheetPage) -> dict[str, str]:
    found = zip(shown_columns(page), page.header.boxes, strict=True)
    return {name: box.currentData() for name, box in found}


# --- the table ----------------------------------------------------------------------------


def test_before_there_is_a_table(session: StudySession, desk: Any, qtbot: QtBot) -> None:
    page = shown(session, qtbot)
    settle()
    assert page.empty.isVisible()
    assert not page.roles_card.isVisible()
    assert not page.design_card.isVisible()
    assert desk.asked == []
    session.answer("data.source", "table.csv", "file")
    settle()
    assert not page.empty.isVisible()
    assert page.sentence.text() == WAIT
    assert [type(request) for request in desk.asked] == [PreviewTable, SketchDesign]


def test_columns_with_a_role_come_first(read: SampleSheetPage) -> None:
    assert shown_columns(read) == ["sample", "Group", "p1"]
    assert roles(read) == {"sample": "feature", "Group": "outcome", "p1": "feature"}
    assert read.cells.index(2, 2).data() == "NA"  # as it stands in the file
    first = read.header.boxes[0]
    assert [first.itemText(n) for n in range(first.count())] == [t for _, t, _ in ROLE_CHOICES]
    assert first.accessibleName() == "Role of the column sample"


def test_who_leaves_at_once_finds_the_columns_later(
    answered: StudySession, desk: Any, qtbot: QtBot
) -> None:
    page = shown(answered, qtbot)
    page.hide_page()
    settle()
    assert desk.asked == []
    page.show_page()
    settle()
    assert [type(request) for request in desk.asked] == [PreviewTable, SketchDesign]


# --- roles --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", [value for value, _, _ in ROLE_CHOICES if value not in ("feature", "outcome")]
)
def test_a_role_is_given_and_counted(
    read: SampleSheetPage, answered: StudySession, desk: Any, role: str
) -> None:
    asked = len(desk.asked)
    choose(read, 2, role)
    assert answered.value(f"roles.{role}") == ["p1"]
    assert answered.draft.undo_label == STEP.format(column="p1")
    settle()
    assert [type(request) for request in desk.asked[asked:]] == [SketchDesign]
    assert desk.asked[-1].answers["roles"] == {role: ["p1"]}
    answered.undo()
    assert answered.value("roles") is None
    assert roles(read)["p1"] == "feature"


def test_the_outcome_can_be_moved_and_taken_away(
    read: SampleSheetPage, answered: StudySession
) -> None:
    choose(read, 2, "outcome")
    assert answered.value("question.outcome") == "p1"
    assert roles(read) == {"sample": "feature", "Group": "feature", "p1": "outcome"}
    choose(read, 2, "batch")
    assert answered.value("question.outcome") is None
    assert answered.value("roles.batch") == ["p1"]


def test_proposals_are_taken_with_one_click(read: SampleSheetPage, answered: StudySession) -> None:
    assert "sample as sample name" in read.proposal.text
    button = child(read, "sample-sheet.proposal.action", QPushButton)
    assert button.text() == USE_PROPOSALS
    button.click()
    assert answered.value("roles.sample") == ["sample"]
    assert answered.draft.undo_label == PROPOSALS_STEP
    assert read.proposal.text == ""
    assert roles(read)["sample"] == "sample"
    answered.undo()
    assert read.proposal.text != ""


def test_a_role_of_one_s_own_is_kept_before_a_proposal(
    read: SampleSheetPage, answered: StudySession
) -> None:
    choose(read, 0, "unit")
    assert read.proposal.text == ""
    assert answered.draft.answers["roles"] == {"unit": ["sample"]}


# --- columns that are not shown -----------------------------------------------------------


@pytest.fixture
def wide(answered: StudySession, desk: Any, qtbot: QtBot) -> SampleSheetPage:
    """The page with a table of more columns than are shown."""
    more = tuple(ColumnRecord(f"Gene {n}", "numeric", "feature", 0, 9) for n in range(100))
    desk.answers = {
        "PreviewTable": preview(columns=(*COLUMNS, *more)),
        "SketchDesign": design(),
    }
    page = shown(answered, qtbot)
    settle()
    settle()
    return page


def test_no_name_is_asked_for_when_all_columns_are_shown(read: SampleSheetPage) -> None:
    assert not read.other_row.isVisible()
    assert not read.other_text.isVisible()


def test_any_column_can_be_given_a_role_by_its_name(
    wide: SampleSheetPage, answered: StudySession
) -> None:
    assert wide.other_row.isVisible()
    QTest.keyClicks(wide.other, " gene 42 ")
    wide.other_role.setCurrentIndex(wide.other_role.findData("batch"))
    child(wide, "sample-sheet.give-role").click()
    assert answered.value("roles.batch") == ["Gene 42"]
    assert wide.other.text() == ""
    assert not wide.other_note.isVisible()


def test_a_name_that_is_no_column_is_said(wide: SampleSheetPage, answered: StudySession) -> None:
    QTest.keyClicks(wide.other, "gene 420")
    child(wide, "sample-sheet.give-role").click()
    assert wide.other_note.text() == NOT_A_COLUMN.format(name="gene 420")
    assert wide.other_note.isVisible()
    assert wide.other.text() == "gene 420"
    assert answered.value("roles") is None
    wide.other.setText("Gene 4")
    child(wide, "sample-sheet.give-role").click()
    assert not wide.other_note.isVisible()


# --- the design ---------------------------------------------------------------------------


def panels(page: SampleSheetPage) -> list[str]:
    return [panel.objectName() for panel in page._panels if panel.isVisible()]


def test_the_design_is_counted_and_drawn(read: SampleSheetPage, desk: Any) -> None:
    assert read.sentence.text() == "18 samples of 18 units in 2 classes."
    assert panels(read) == ["sample-sheet.table.0"]
    assert not read.problem.isVisible()
    desk.answers["SketchDesign"] = design(tables=(), sentence="")
    choose(read, 2, "ignore")
    settle()
    settle()
    assert panels(read) == []
    assert read.sentence.text() == NO_DESIGN


def test_roles_that_cannot_hold_are_said(read: SampleSheetPage, desk: Any) -> None:
    desk.answers["SketchDesign"] = design(
        problem="The units have different outcomes ([roles] unit).", hint="Check the unit."
    )
    choose(read, 2, "unit")
    settle()
    settle()
    assert read.problem.text == (
        "The units have different outcomes (the biological unit, step 4). Check the unit."
    )
    desk.answers["SketchDesign"] = design()
    choose(read, 2, "feature")
    settle()
    settle()
    assert read.problem.text == ""


def test_counts_for_earlier_roles_are_ignored(read: SampleSheetPage, desk: Any) -> None:
    desk.answers = {}
    choose(read, 2, "batch")
    settle()
    choose(read, 2, "site")
    settle()
    desk.answer_last(design(sentence="with a batch"))
    assert read.sentence.text() == "18 samples of 18 units in 2 classes."
    desk.answer_last(design(sentence="with a site"))
    assert read.sentence.text() == "with a site"


def test_a_table_that_cannot_be_read_is_said(
    answered: StudySession, desk: Any, qtbot: QtBot
) -> None:
    desk.answers["PreviewTable"] = JobFailed("worker died", "The process stopped.", "Again.", 1)
    page = shown(answered, qtbot)
    settle()
    settle()
    assert page.problem.text == "The process stopped. Again."


def test_units_stand_beside_samples_where_they_differ(read: SampleSheetPage, desk: Any) -> None:
    table = CrossTable(
        row_title="Batch", column_title="Group", rows=("1",), columns=("ill", "well"),
        counts=((3, 4),), units=((1, 4),),
    )  # fmt: skip
    desk.answers["SketchDesign"] = design(tables=(table, table))
    choose(read, 2, "batch")
    settle()
    settle()
    assert panels(read) == ["sample-sheet.table.0", "sample-sheet.table.1"]
    figure = read._panels[0].figure
    assert isinstance(figure, HeatmapFigure)
    assert figure.texts == (("3 samples\n1 unit", "4 samples\n4 units"),)


# --- how the samples were collected -------------------------------------------------------


def question(page: SampleSheetPage, name: str) -> QComboBox:
    box: QComboBox = child(page, f"sample-sheet.{name}")
    return box


def pick(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_all_questions_on_the_design_are_asked() -> None:
    assert [each.key for each in QUESTIONS] == list(Design.model_fields)
    for each in QUESTIONS:
        allowed = get_args(get_args(Design.model_fields[each.key].annotation)[0])
        assert tuple(value for value, _ in each.answers) == allowed


@pytest.mark.parametrize(
    ("key", "value"),
    [(each.key, value) for each in QUESTIONS for value, _ in each.answers],
)
def test_a_question_on_the_design_is_answered_and_taken_back(
    read: SampleSheetPage, answered: StudySession, desk: Any, key: str, value: str
) -> None:
    asked = len(desk.asked)
    box = question(read, key.replace("_", "-"))
    assert box.currentText() == NOT_ANSWERED
    pick(box, value)
    assert answered.value(f"design.{key}") == value
    settle()
    assert len(desk.asked) == asked  # no role changed: nothing is counted again
    answered.undo()
    assert box.currentText() == NOT_ANSWERED
    answered.redo()
    assert box.currentData() == value
    pick(box, "")
    assert answered.value("design") is None


def test_the_design_can_be_told_before_there_is_a_table(
    session: StudySession, qtbot: QtBot
) -> None:
    page = shown(session, qtbot)
    box = question(page, "allocation")
    assert box.isVisible()
    pick(box, "matched")
    assert session.value("design.allocation") == "matched"


def test_the_list_of_a_question_opens_with_the_arrow_key(read: SampleSheetPage) -> None:
    box = question(read, "repeated")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.view().isVisible()
    box.hidePopup()
    assert box.currentText() == NOT_ANSWERED
