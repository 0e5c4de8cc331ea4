"""Predict new samples: from the table to the answer of the gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from deepbench.messages import JobFailed, Predict
from deepbench.privacy.leaving import rule_for
from deepbench_ui.models.prediction_levels import LEVELS, prediction_rule
from deepbench_ui.pages.predict import NO_NOTES, PredictPage
from deepbench_ui.session import StudySession
from tests.ui.conftest import child, settle
from tests.ui.pages import finished

Opener = Callable[[Path], StudySession]
OUTPUT = "/somewhere/new-predictions.csv"


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[StudySession], PredictPage]:
    def make(session: StudySession) -> PredictPage:
        page = PredictPage(session)
        qtbot.addWidget(page)
        page.resize(700, 500)
        page.show_page()
        return page

    return make


@pytest.fixture
def page(
    tmp_path: Path,
    open_study: Opener,
    show: Callable[[StudySession], PredictPage],
    monkeypatch: pytest.MonkeyPatch,
) -> PredictPage:
    made = show(open_study(finished.study(tmp_path)))
    monkeypatch.setattr(made.session, "choose_file", lambda *_: OUTPUT)
    return made


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "new samples.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    return str(path)


def begin(page: PredictPage, table: str) -> None:
    page.use_file(table)
    child(page, "predict.predict", QPushButton).click()


def test_without_a_model_the_page_is_calm(
    session: StudySession, show: Callable[[StudySession], PredictPage]
) -> None:
    page = show(session)
    assert "first comes step 10" in page.empty.text()
    assert page.predict_card.isHidden()


def test_no_signal_means_no_predictions(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], PredictPage]
) -> None:
    page = show(open_study(finished.without_signal(tmp_path)))
    assert "would be guesses" in page.empty.text()
    assert page.predict_card.isHidden()


def test_the_model_stands_with_what_is_expected_of_it(page: PredictPage) -> None:
    assert page.model.text() == (
        "Support vector machine. AUROC expected on samples like those of the study: "
        "0.966 (0.945–0.983)."
    )
    assert page.empty.isHidden()
    assert not page.button.isEnabled()
    assert page.note.text() == "Choose the table first."
    assert page.old.text == ""
    page.session.answer("split.test_fraction", 0.3, "share")
    assert "as it was before the change" in page.old.text


def test_a_table_is_predicted_and_the_notes_are_shown(
    page: PredictPage, desk: Any, table: str
) -> None:
    begin(page, table)
    request = desk.asked[-1]
    assert request == Predict(str(page.session.folder), table, OUTPUT, in_window=True)
    assert not page.button.isEnabled()
    assert not page.choose.isEnabled()
    assert not page.cancel.isHidden()
    assert page.note.text() == "Reading new samples.csv and predicting …"
    note = "3 of 8 samples have values outside the range seen in training."
    desk.answer_last(
        {"lines": [f"8 samples predicted with svm: {OUTPUT}", note], "output": OUTPUT}
    )
    assert page.outcome.text.startswith(f"8 samples predicted with svm: {OUTPUT}.")
    assert page.notes.sentences == (note,)
    assert page.cancel.isHidden()
    assert page.button.isEnabled()


def test_nothing_unusual_is_said_too(page: PredictPage, desk: Any, table: str) -> None:
    begin(page, table)
    desk.answer_last({"lines": ["8 samples predicted"], "output": OUTPUT})
    assert page.notes.sentences == (NO_NOTES,)


def test_a_wrong_table_shows_its_sentence(page: PredictPage, desk: Any, table: str) -> None:
    begin(page, table)
    failed = JobFailed("DataError", "new samples.csv lacks 1 of the 3 columns.", "Add it.", 2)
    desk.answer_last(failed)
    assert page.outcome.text == "new samples.csv lacks 1 of the 3 columns. Add it."
    assert page.outcome.property("severity") == "danger"
    assert page.notes_title.isHidden()
    assert page.button.isEnabled()
    page.use_file(table)
    assert page.result.isHidden(), "another table begins anew"


def test_cancel_reaches_the_worker_and_frees_the_page(
    page: PredictPage, desk: Any, table: str
) -> None:
    begin(page, table)
    child(page, "predict.cancel", QPushButton).click()
    assert desk.controls == ["cancel"]
    assert page.note.text() == "Stopping …"
    desk.answer_last(None)
    assert page.note.text() == "Stopped; nothing was written."
    assert page.result.isHidden()
    assert page.button.isEnabled()
    assert page.cancel.isHidden()


def test_no_file_to_write_asks_nothing(
    page: PredictPage, desk: Any, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.session, "choose_file", lambda *_: "")
    begin(page, table)
    assert desk.asked == []
    assert page.button.isEnabled()


def test_a_running_calculation_comes_first(page: PredictPage, runner: Any, table: str) -> None:
    page.use_file(table)
    page.session.start_run("report")
    assert not page.button.isEnabled()
    assert "running" in page.note.text()
    runner.answer_last({})
    assert page.button.isEnabled()


def test_the_table_can_be_chosen(
    page: PredictPage, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    page.choose.click()
    assert "No file yet" in page.file.text()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (table, ""))
    page.choose.click()
    assert page.file.text() == table


@pytest.mark.parametrize("is_file", [True, False])
def test_a_table_can_be_dropped_and_is_not_the_studys_table(
    page: PredictPage, table: str, is_file: bool
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(table if is_file else str(Path(table).parent))])
    keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, *keys)
    enter.ignore()
    page.dragEnterEvent(enter)
    assert enter.isAccepted() == is_file
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, *keys))
    assert (page.file.text() == table) == is_file
    assert page.session.value("data.source") != table


def test_an_earlier_answer_of_the_level_is_not_loosened(page: PredictPage, table: str) -> None:
    page.use_file(table)
    assert "rounded to three decimals" in page.level.text
    page.session.answer("privacy.level", "public", "level")
    assert "rounded to three decimals" in page.level.text
    page.session.answer("privacy.level", "restricted", "level")
    assert "predictions do not leave it" in page.level.text
    assert not page.button.isEnabled()


@pytest.mark.parametrize("level", LEVELS)
def test_the_rule_is_the_gates(level: str) -> None:
    rule = rule_for("predictions", level)  # type: ignore[arg-type]
    found = prediction_rule(level, None)
    assert found.allowed == (rule.outcome == "yes")
    assert ("rounded" in found.sentence) == ("rounded" in rule.condition)
    assert prediction_rule(level, "restricted") == prediction_rule("restricted", None)


def test_an_unanswered_level_is_sensitive() -> None:
    assert prediction_rule(None, None) == prediction_rule("sensitive", None)
    assert prediction_rule("public", "internal") == prediction_rule("internal", None)


def test_it_fits_a_narrow_window(page: PredictPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitExposed(page)
    settle()
    assert page.scroll_area.horizontalScrollBar().maximum() == 0
