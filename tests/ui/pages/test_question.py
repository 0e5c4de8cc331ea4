"""The page of step 1: outcome, context, scores, the plan kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from deepbench.messages import ExportStudy, JobFailed
from deepbench.study.records import ColumnRecord
from deepbench_ui.pages.question import (
    CEILING_PROBLEM,
    EXPORTED,
    USEFUL_PROBLEM,
    QuestionPage,
)
from deepbench_ui.session import StudySession
from tests.ui.conftest import child
from tests.ui.pages.opened_study import StudyWriter, imported

NO_NUMBER = "Write a number, such as 0.85."


def shown(session: StudySession, qtbot: QtBot) -> QuestionPage:
    page = QuestionPage(session)
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show()
    page.show_page()
    return page


@pytest.fixture
def page(session: StudySession, qtbot: QtBot) -> QuestionPage:
    return shown(session, qtbot)


@pytest.fixture
def with_table(
    study_folder: Path, open_study: Callable[[Path], StudySession], qtbot: QtBot
) -> QuestionPage:
    """The page of a study whose table was read."""
    writer = StudyWriter(study_folder)
    names = ["sample", "group", "grade", *(f"p{n}" for n in range(300))]
    columns = tuple(ColumnRecord(name, "numeric", "feature", 0, 9) for name in names)
    writer.records["import"] = imported().model_copy(update={"columns": columns})
    writer.write("import")
    return shown(open_study(study_folder), qtbot)


# --- the outcome --------------------------------------------------------------------------


def test_an_outcome_is_typed_and_is_one_step(page: QuestionPage, session: StudySession) -> None:
    QTest.keyClicks(page._line, " Condition ")
    assert session.value("question.outcome") == "Condition"
    assert page._line.text() == " Condition "  # not changed under the user's fingers
    assert page.outcome.count() == 0
    session.undo()
    assert session.value("question.outcome") is None
    assert page._line.text() == ""


def test_an_outcome_taken_out_is_no_answer(page: QuestionPage, session: StudySession) -> None:
    QTest.keyClicks(page._line, "x")
    QTest.keyClick(page._line, Qt.Key.Key_Backspace)
    assert session.value("question.outcome") is None


def test_what_stands_in_the_field_is_what_is_saved(with_table: QuestionPage) -> None:
    line, session = with_table._line, with_table.session
    assert line.text() == session.value("question.outcome") == "group"
    line.selectAll()
    QTest.keyClicks(line, "gra")
    assert line.text() == session.value("question.outcome") == "gra"
    completer = with_table.outcome.completer()
    assert completer is not None
    assert completer.completionCount() == 1
    QTest.keyClick(completer.popup(), Qt.Key.Key_Down)
    QTest.keyClick(completer.popup(), Qt.Key.Key_Return)
    assert line.text() == session.value("question.outcome") == "grade"


def test_columns_are_offered_once_the_table_is_known(with_table: QuestionPage) -> None:
    box = with_table.outcome
    assert [box.itemText(n) for n in range(3)] == ["sample", "group", "grade"]
    assert box.count() == 200
    box.setCurrentIndex(2)
    box.textActivated.emit("grade")
    assert with_table.session.value("question.outcome") == "grade"


def test_scrolling_over_the_field_changes_nothing(with_table: QuestionPage) -> None:
    with_table.session.answer("question.outcome", "p7", "outcome")
    place = QPointF(5, 5)
    event = QWheelEvent(
        place,
        with_table.outcome.mapToGlobal(place),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(with_table.outcome, event)
    assert with_table.session.value("question.outcome") == "p7"
    assert with_table._line.text() == "p7"


def test_kind_and_class(page: QuestionPage, session: StudySession) -> None:
    assert page.kind.buttons["auto"].isChecked()
    page.kind.buttons["regression"].click()
    assert session.value("question.task") == "regression"
    QTest.keyClicks(page.positive.field, "case")
    assert session.value("question.positive") == "case"
    session.undo()
    session.undo()
    assert page.kind.buttons["auto"].isChecked()


def test_context_is_kept(page: QuestionPage, session: StudySession) -> None:
    for field in page.texts:
        QTest.keyClicks(field.field, "Mäuse".replace("ä", "ae"))
    assert {session.value(f"question.{key}") for key in ("decision", "organism", "title")} == {
        "Maeuse"
    }


# --- scores -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "saved", "problem"),
    [
        ("0.75", 0.75, ""),
        ("0,75", 0.75, ""),
        (" 1 ", 1.0, ""),
        ("0", 0.0, ""),
        ("1.5", None, USEFUL_PROBLEM),
        ("-0.1", None, USEFUL_PROBLEM),
        ("75 %", None, NO_NUMBER),
        ("nan", None, NO_NUMBER),
        ("high", None, NO_NUMBER),
    ],
)
def test_a_useful_score(
    page: QuestionPage, session: StudySession, typed: str, saved: float | None, problem: str
) -> None:
    field = child(page, "question.useful-score")
    field.setText(typed)
    field.textEdited.emit(typed)
    assert session.value("question.useful_score") == saved
    note = child(page, "question.useful-score.problem")
    assert note.isVisible() == bool(problem)
    assert note.text() == problem
    assert page.next_problem() == problem


def test_a_wrong_number_keeps_the_answer_before_and_the_typing(
    page: QuestionPage, session: StudySession
) -> None:
    field = child(page, "question.ceiling")
    QTest.keyClicks(field, "0.9")
    page.activateWindow()
    field.setFocus()
    QTest.keyClicks(field, "x")
    assert session.value("suitability.expected_ceiling") == 0.9
    session.answer("question.organism", "rice", "organism")  # the page is shown anew
    assert field.text() == "0.9x"
    assert page.next_problem() == NO_NUMBER
    field.setText("0")
    field.textEdited.emit("0")
    assert page.next_problem() == CEILING_PROBLEM
    field.clear()
    field.textEdited.emit("")
    assert page.next_problem() == ""
    assert session.value("suitability.expected_ceiling") is None


# --- the plan kept ------------------------------------------------------------------------


@pytest.fixture
def asks_for(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def name(path: str) -> None:
        monkeypatch.setattr(StudySession, "choose_file", lambda *_: path)

    return name


def test_the_plan_leaves_through_the_gate(
    page: QuestionPage, session: StudySession, desk: Any, asks_for: Callable[[str], None]
) -> None:
    save = child(page, "question.save-plan", QPushButton)
    asks_for("")
    save.click()
    assert desk.asked == []
    asks_for("/x/plan.toml")
    save.click()
    assert desk.asked == [ExportStudy(str(session.folder), "plan", "/x/plan.toml", in_window=True)]
    desk.answer_last({"output": "/x/plan.toml"})
    answer = child(page, "question.save-plan.answer")
    assert answer.text() == EXPORTED.format(path="/x/plan.toml")


def test_a_plan_that_may_not_leave_says_why(
    page: QuestionPage, desk: Any, asks_for: Callable[[str], None]
) -> None:
    asks_for("/x/plan.toml")
    child(page, "question.save-plan", QPushButton).click()
    desk.answer_last(JobFailed("StudyError", "There is no plan yet.", "Name the outcome.", 2))
    answer = child(page, "question.save-plan.answer")
    assert answer.text() == "There is no plan yet. Name the outcome."
