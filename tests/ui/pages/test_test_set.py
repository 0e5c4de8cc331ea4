"""Step 10 in the window, before the test set is opened: nothing is opened unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QPlainTextEdit

from deepbench_ui.pages.test_set import TestPage
from tests.ui.conftest import child, settle
from tests.ui.pages import opened_study as made

Show = made.Opener[TestPage]


@pytest.fixture
def writer(study_folder: Path) -> made.StudyWriter:
    return made.StudyWriter(study_folder)


@pytest.fixture
def show(writer: made.StudyWriter, desk: Any, runner: Any, qapp: QApplication) -> Iterator[Show]:
    opener = made.Opener(writer, TestPage, desk, runner)
    yield opener
    opener.close()


def text(page: TestPage, name: str) -> str:
    return str(child(page, name).text())


def in_dialog(page: TestPage, do: Callable[[QDialog], None]) -> bool:
    """Answer the question before running; return what the page then says."""
    seen: list[str] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        seen.append(dialog.objectName())
        do(dialog)

    QTimer.singleShot(0, page, answer)
    result = page.confirm_run()
    assert seen == ["test.confirm"]
    return result


def press(name: str) -> Callable[[QDialog], None]:
    return lambda dialog: child(dialog, name, QAbstractButton).click()


def no_dialog(page: TestPage) -> bool:
    """Return what the page says without asking; a question would hold the test up."""
    rejected: list[bool] = []

    def refuse() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            rejected.append(True)
            dialog.reject()

    QTimer.singleShot(0, page, refuse)
    result = page.confirm_run()
    settle()
    assert rejected == []
    return result


# --- before -------------------------------------------------------------------------------


def test_before_it_says_what_will_happen_and_what_to_expect(show: Show) -> None:
    page = show("shuffles")
    said = " ".join(page.steps.sentences)
    assert "within one standard error" in said
    assert "opened, once" in said
    assert "ledger" in said
    expected = text(page, "test.expected")
    # The support vector machine has the best corrected score, 0.9.
    assert "Support vector machine" in expected
    assert "0.900 (95 % interval 0.850–0.950)" in expected
    assert not page.again.isVisible()
    assert not page.verdict.isVisible()
    assert not page.pictures.isVisible()


def test_the_effort_ledger_shows_trials_and_seconds_of_each_family(show: Show) -> None:
    page = show("shuffles")
    heads, rows = page.effort_rows.table()
    assert heads[:3] == ["Model", "Settings tried", "Time"]
    assert [row[0] for row in rows][-1] == "Small network"
    assert rows[1][1:3] == ["8", "3.0 s"]
    assert rows[1][4] == "0.880 (0.830–0.930)"


def test_several_outer_folds_are_said_to_take_their_time(
    writer: made.StudyWriter, show: Show
) -> None:
    writer.records["split"] = made.split(folds=5)
    assert "each of the 5 outer folds" in " ".join(show("shuffles").steps.sentences)


@pytest.mark.parametrize(("button", "goes"), [("open", True), ("cancel", False)])
def test_opening_is_asked_for(show: Show, button: str, goes: bool) -> None:
    page = show("shuffles")
    assert in_dialog(page, press(f"test.confirm.{button}")) is goes


def test_enter_does_not_open_the_test_set(show: Show) -> None:
    page = show("shuffles")
    defaults: list[str] = []

    def look(dialog: QDialog) -> None:
        buttons = dialog.findChildren(QAbstractButton)
        defaults.extend(b.objectName() for b in buttons if getattr(b, "isDefault", bool)())
        dialog.reject()

    assert not in_dialog(page, look)
    assert defaults == ["test.confirm.cancel"]


@pytest.mark.parametrize("signal", ["no", "unclear"])
def test_without_a_signal_nothing_opens_and_nothing_is_asked(
    writer: made.StudyWriter, show: Show, signal: str
) -> None:
    writer.records["shuffles"] = made.shuffled(signal)
    page = show("shuffles")
    assert "stays locked" in page.steps.sentences[-1]
    assert page.run_verb == "Choose the Model"
    assert not page.expected.isVisible()
    assert no_dialog(page)


def test_with_the_check_still_to_do_the_question_says_perhaps(show: Show) -> None:
    page = show("networks")
    assert "If it finds a signal" in " ".join(page.steps.sentences)
    asked: list[str] = []

    def look(dialog: QDialog) -> None:
        asked.append(child(dialog, "test.confirm.text.0").text())
        dialog.reject()

    assert not in_dialog(page, look)
    assert "only if it finds a signal" in asked[0]


# --- again --------------------------------------------------------------------------------


def test_a_second_opening_needs_a_reason(writer: made.StudyWriter, show: Show) -> None:
    writer.openings = ["other answers"]
    page = show("shuffles")
    assert page.again.isVisible()
    assert "say why" in page.next_problem().lower()

    def without(dialog: QDialog) -> None:
        button = child(dialog, "test.confirm.open", QAbstractButton)
        assert not button.isEnabled()
        button.click()
        assert dialog.isVisible()
        dialog.reject()

    assert not in_dialog(page, without)

    def with_reason(dialog: QDialog) -> None:
        child(dialog, "test.confirm.reason", QPlainTextEdit).setPlainText("Two samples swapped.")
        child(dialog, "test.confirm.open", QAbstractButton).click()

    assert in_dialog(page, with_reason)
    assert page.session.value("split.reuse_reason") == "Two samples swapped."
    assert page.next_problem() == ""
    assert page.reason.text == "Two samples swapped."


def test_going_on_after_an_interruption_is_no_second_opening(
    writer: made.StudyWriter, show: Show
) -> None:
    writer.openings = [""]
    page = show("shuffles")
    assert not page.again.isVisible()
    assert "no second opening" in " ".join(page.steps.sentences)
    assert no_dialog(page)


def test_an_opened_test_set_is_not_put_out_of_date_by_chance(
    writer: made.StudyWriter, show: Show
) -> None:
    made.found(writer)
    page = show("test")
    assert not page.again.isVisible()
    page.session.answer("seed", 7, "seed")
    assert page.session.standing().states["test"] == "out of date"
    assert page.again.isVisible()
