"""The page of the data check: measurements, review of the design, planted control, questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from deepbench.errors import Choice, DataQuestion
from deepbench.messages import JobFailed
from deepbench.plan import StudyPlan
from deepbench.study.records import CheckRecord, ColumnRecord, SuitabilityRecord
from deepbench.worker.failures import job_end_of
from deepbench_ui.models.preparation_words import (
    NOT_CHECKED,
    NUMBER_PROBLEM,
    PER_CENT_PROBLEM,
    TRANSFORMS,
)
from deepbench_ui.pages.check import CheckPage
from deepbench_ui.session import StudySession
from deepbench_ui.widgets import planted_control, study_review
from tests.ui.conftest import child, settle
from tests.ui.models.test_preparation_words import record as preparation
from tests.ui.models.test_review_figures import detectable, review, share, tie
from tests.ui.pages.opened_study import StudyWriter
from tests.ui.pages.test_check import exploration
from tests.ui.pages.tuned_study import opened

Open = Callable[[], tuple[StudySession, CheckPage]]
VERDICT = SuitabilityRecord(
    verdict="use traditional models", reasons=(), unanswered=(), with_data=True
)


@pytest.fixture
def writer(study_folder: Path, desk: Any) -> StudyWriter:
    desk.answers["JudgeSuitability"] = VERDICT.model_dump(mode="json")
    return StudyWriter(study_folder)


def found(writer: StudyWriter, **other: Any) -> None:
    values: dict[str, Any] = {"findings": (), "left_out_features": (), "features": 3}
    writer.records["check"] = CheckRecord(**(values | other))


@pytest.fixture
def open_page(study_folder: Path, desk: Any, runner: Any, qtbot: QtBot) -> Iterator[Open]:
    def make() -> tuple[StudySession, CheckPage]:
        session, page = stack.enter_context(opened(CheckPage, study_folder, desk, runner, qtbot))
        settle()
        return session, page

    with ExitStack() as stack:
        yield make


def text(page: CheckPage, name: str) -> str:
    said = child(page, f"check.{name}")
    return str(said.text()) if said.isVisible() else ""


def pick(page: CheckPage, value: str) -> None:
    box = child(page, "check.transform")
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


# --- what is done to the measurements -----------------------------------------------------


def test_before_the_check_it_can_be_chosen_what_is_done(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("sample-sheet")
    session, page = open_page()
    assert text(page, "preparation.done") == NOT_CHECKED
    assert text(page, "preparation.pending") == ""
    assert child(page, "check.transform").currentText() == "Guess"
    pick(page, "clr")
    assert session.value("preparation.transform") == "clr"
    assert text(page, "transform.purpose") == TRANSFORMS["clr"][1]
    assert text(page, "preparation.pending") == ""
    pick(page, "")
    assert session.value("preparation") is None


def test_what_was_recognised_is_said_with_its_reason(writer: StudyWriter, open_page: Open) -> None:
    found(writer, preparation=preparation(not_transformed=("age", "BMI")))
    writer.write("check")
    session, page = open_page()
    assert text(page, "preparation.done") == "Inside each fold, log1p-CPM."
    assert text(page, "preparation.why") == "Whole numbers."
    assert child(page, "check.transform").currentText() == "Guess (log1p-CPM)"
    names = child(page, "check.left-alone.names")
    assert names.text().startswith("2 columns: ")
    names.linkActivated.emit("1")
    assert session.selection.selected("feature") == "BMI"
    assert not child(page, "check.left-alone.toggle").isVisible()


def test_another_transformation_waits_for_the_next_check(
    writer: StudyWriter, open_page: Open
) -> None:
    found(writer, preparation=preparation())
    writer.write("check")
    session, page = open_page()
    pick(page, "none")
    assert session.standing().states["check"] == "out of date"
    assert "next check" in text(page, "preparation.pending")
    session.undo()
    assert text(page, "preparation.pending") == ""
    assert session.standing().states["check"] == "done"


def test_the_share_of_gaps_is_written_in_per_cent(writer: StudyWriter, open_page: Open) -> None:
    writer.write("sample-sheet")
    session, page = open_page()
    field = child(page, "check.most-missing")
    QTest.keyClicks(field, "30 %")
    assert session.value("preparation.most_missing") == pytest.approx(0.3)
    assert field.text() == "30 %"  # left alone while it is written
    session.answer("preparation.most_missing", 0.125, "elsewhere")
    assert field.text() == "12.5"
    for wrong in ("0", "101", "-5"):
        field.clear()
        QTest.keyClicks(field, wrong)
        assert text(page, "most-missing.problem") == PER_CENT_PROBLEM
        assert page.next_problem() == PER_CENT_PROBLEM
    # The 10 on the way to 101 was saved; what is no share was not.
    assert session.value("preparation.most_missing") == pytest.approx(0.1)
    field.clear()
    QTest.keyClicks(field, "x")
    assert text(page, "most-missing.problem") == "Write a number, such as 20."
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert page.next_problem() == ""
    assert session.value("preparation") is None


def test_the_number_of_features_kept_is_whole(writer: StudyWriter, open_page: Open) -> None:
    writer.write("sample-sheet")
    session, page = open_page()
    field = child(page, "check.most-variable")
    QTest.keyClicks(field, "1000")
    assert session.value("preparation.most_variable") == 1000
    field.clear()
    QTest.keyClicks(field, "0")
    assert page.next_problem() == NUMBER_PROBLEM
    QTest.keyClicks(field, ".5")
    assert page.next_problem() == "Write a whole number."
    StudyPlan.model_validate(
        {**writer.plan.model_dump(), "preparation": session.value("preparation", {})}
    )


def test_columns_that_are_no_measurements_are_looked_up(
    writer: StudyWriter, open_page: Open
) -> None:
    columns = (ColumnRecord("age", "numeric", "feature", 0, 9),)
    table = writer.records["import"].model_copy(update={"columns": columns})
    writer.records["import"] = table
    writer.write("sample-sheet")
    session, page = open_page()
    field = child(page, "check.not-transformed")
    QTest.keyClicks(field, "age; hight")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert page.next_problem() == "There is no column called “hight”."
    assert session.value("preparation") is None
    for _ in range(7):
        QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert session.value("preparation.not_transformed") == ["age"]
    assert page.next_problem() == ""
    field.clearFocus()
    session.undo()
    assert field.text() == ""


# --- review and planted control -----------------------------------------------------------


def test_before_the_check_the_cards_say_what_will_be_here(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("sample-sheet")
    _, page = open_page()
    assert text(page, "review.empty") == study_review.BEFORE
    assert text(page, "control.sentence") == planted_control.BEFORE
    for name in ("review.ties", "review.shares", "control.power", "review.no-columns"):
        assert not child(page, f"check.{name}").isVisible()


def test_the_review_is_shown_with_its_pictures(writer: StudyWriter, open_page: Open) -> None:
    sentences = ("1,200 rows of 40 units are worth about 52.", "The outcome goes with 'plate'.")
    shares = (share("group", "outcome", 0.08), share("plate", "batch", 0.31))
    found(
        writer, detectable=detectable(),
        review=review(associations=(tie("plate", 0.3),), variance=shares, sentences=sentences),
    )  # fmt: skip
    writer.views["exploration"] = exploration()
    writer.write("check")
    _, page = open_page()
    assert text(page, "review.empty") == ""
    assert page.review.sentences.sentences == sentences
    assert page.review.ties.isVisible()
    assert page.review.ties.figure.rows[0].label == "plate (batch)"
    assert [row.value for row in page.review.shares.figure.rows] == pytest.approx([8.0, 31.0])
    assert text(page, "pca.shares").endswith("and “plate” 31 % (by chance 2.6 %).")
    # The title of the card says what it is.
    assert text(page, "control.sentence") == "With 40 samples."
    assert page.control.power.figure.horizontal.value == 80.0


def test_a_review_without_columns_says_where_roles_are_given(
    writer: StudyWriter, open_page: Open
) -> None:
    found(writer, review=review())
    writer.views["exploration"] = exploration()
    writer.write("check")
    _, page = open_page()
    assert text(page, "review.no-columns") == study_review.NO_COLUMNS
    assert not page.review.ties.isVisible()
    assert text(page, "pca.shares") == ""
    assert text(page, "control.sentence") == planted_control.TOO_FEW


def test_a_check_of_an_earlier_version_has_neither(writer: StudyWriter, open_page: Open) -> None:
    found(writer)
    writer.write("check")
    _, page = open_page()
    assert text(page, "review.empty") == study_review.BEFORE
    assert text(page, "control.sentence") == planted_control.NOT_YET
    assert not page.control.power.isVisible()


# --- what the check cannot go on without --------------------------------------------------


def ask_about(key: str, runner: Any, session: StudySession) -> None:
    """Let a run end with a question, as a worker tells of it."""
    choices = (Choice(["age"], "Leave These as They Are", "1 column"), Choice(["x"], "Others"))
    end = job_end_of(DataQuestion("'age' has values below 0.", key, choices, "Or mend it."), None)
    assert isinstance(end, JobFailed)
    session.start_run("check")
    runner.answer_last(end)


def test_a_question_of_the_check_is_answered_by_a_button(
    writer: StudyWriter, open_page: Open, runner: Any
) -> None:
    writer.write("sample-sheet")
    session, page = open_page()
    assert not page.question.isVisible()
    ask_about("preparation.not_transformed", runner, session)
    assert page.question.isVisible()
    assert text(page, "question.text") == "'age' has values below 0."
    button = child(page, "check.question.0", QPushButton)
    assert button.text() == "Leave These as They Are"
    button.click()
    assert session.value("preparation.not_transformed") == ["age"]
    assert not page.question.isVisible()
    assert child(page, "check.not-transformed").text() == "age"


def test_a_question_goes_with_the_next_run_and_with_another_answer_to_it(
    writer: StudyWriter, open_page: Open, runner: Any
) -> None:
    writer.write("sample-sheet")
    session, page = open_page()
    ask_about("preparation.transform", runner, session)
    session.answer("question.title", "Mice", "title")
    assert page.question.isVisible()
    pick(page, "none")
    assert not page.question.isVisible()
    ask_about("preparation.transform", runner, session)
    assert page.question.isVisible()
    session.start_run("check")
    assert not page.question.isVisible()


def test_a_question_about_the_file_is_not_asked_here(
    writer: StudyWriter, open_page: Open, runner: Any
) -> None:
    writer.write("sample-sheet")
    session, page = open_page()
    ask_about("data.decimal", runner, session)
    assert session.question is not None
    assert not page.question.isVisible()
