"""The page of the traditional models: answers, live leaderboard, results, trials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepbench.messages import LetOut
from deepbench.study.records import LeaderboardRecord, LearningCurveRecord
from deepbench_ui.pages.baselines import (
    EMPTY,
    NOT_OFFERED,
    ONE_NEEDED,
    BaselinesPage,
    budget_cards,
)
from deepbench_ui.pages.tuning_page import STARTING
from deepbench_ui.session import StudySession
from tests.ui.conftest import child
from tests.ui.pages.opened_study import StudyWriter, board, model, sheet
from tests.ui.pages.tuned_study import append_trials, begin, heard, opened, trial

Open = Callable[[], tuple[StudySession, BaselinesPage]]


@pytest.fixture
def writer(study_folder: Path) -> StudyWriter:
    return StudyWriter(study_folder)


@pytest.fixture
def open_page(study_folder: Path, desk: Any, runner: Any, qtbot: QtBot) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(opened(BaselinesPage, study_folder, desk, runner, qtbot))


def _press(page: QWidget, name: str, qtbot: QtBot) -> None:
    control = child(page, name)
    place = QPoint(12, control.height() // 2)
    qtbot.mouseClick(control, Qt.MouseButton.LeftButton, pos=place)


def _cells(page: BaselinesPage, column: int) -> list[str]:
    rows = page.board.rows
    return [rows.index(place, column).data() for place in range(rows.rowCount())]


# --- answers ------------------------------------------------------------------------------


def test_before_anything_the_page_asks_and_says_what_will_be_here(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("split")
    _, page = open_page()
    assert page.fold.is_open
    assert page.empty.text() == EMPTY
    assert page.empty.isVisible()
    assert not page.found.isVisible()
    assert page.budget.buttons["standard"].isChecked()


def test_cards_say_what_each_budget_buys() -> None:
    said = {card.value: card.buys for card in budget_cards()}
    assert said["quick"] == (
        "6 settings per family",
        "Up to 20 shuffles",
        "Smallest possible p-value 0.048",
    )
    assert said["thorough"][1:] == ("Up to 1,000 shuffles", "Smallest possible p-value 0.001")


def test_a_card_is_chosen_also_beside_its_button(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    _press(page, "baselines.budget.quick", qtbot)
    assert session.value("budget.preset") == "quick"
    card = page.budget.buttons["thorough"].parentWidget()
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=card.rect().bottomRight() / 1.2)
    assert session.value("budget.preset") == "thorough"
    session.undo()
    assert page.budget.buttons["quick"].isChecked()


def test_a_number_of_its_own_is_said_and_can_be_given_back(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    assert not page.own_trials.isVisible()
    session.answer("budget.trials", 40, "trials")
    assert "40 settings per family" in page.own_trials.text
    _press(page, "baselines.own-trials.action", qtbot)
    assert session.value("budget.trials") is None
    assert not page.own_trials.isVisible()


def test_minutes_are_a_number_above_zero(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    qtbot.keyClicks(child(page, "baselines.minutes"), "2,5")
    assert session.value("budget.minutes") == 2.5
    assert page.next_problem() == ""
    child(page, "baselines.minutes").clear()
    qtbot.keyClicks(child(page, "baselines.minutes"), "0")
    assert "above 0" in page.next_problem()


def test_families_are_ticked_and_the_floor_stays(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    floor = child(page, "baselines.family.dummy")
    assert floor.isChecked()
    assert not floor.isEnabled()
    _press(page, "baselines.family.knn", qtbot)
    assert "knn" not in session.value("baselines.families")
    assert "dummy" in session.value("baselines.families")
    _press(page, "baselines.family.knn", qtbot)
    assert session.value("baselines.families") is None


def test_the_last_model_beside_the_floor_cannot_be_unticked(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    session.answer("baselines.families", ["dummy", "svm"], "families")
    _press(page, "baselines.family.svm", qtbot)
    assert session.value("baselines.families") == ["dummy", "svm"]
    assert child(page, "baselines.family.svm").isChecked()
    assert page.family_note.text() == ONE_NEEDED
    _press(page, "baselines.family.knn", qtbot)
    assert session.value("baselines.families") == ["dummy", "svm", "knn"]
    assert not page.family_note.isVisible()


def test_a_plan_without_the_floor_can_have_it_back(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    session.answer("baselines.families", ["svm"], "families")
    _press(page, "baselines.family.dummy", qtbot)
    assert session.value("baselines.families") == ["dummy", "svm"]


def test_a_family_for_classes_is_said_to_be_left_out_for_a_number(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.records["sample-sheet"] = sheet("regression", ())
    writer.write("split")
    _, page = open_page()
    assert page._texts["naive_bayes"].text() == NOT_OFFERED
    assert "naive_bayes" not in page.asked_families()


# --- while it runs ------------------------------------------------------------------------


def test_scores_come_in_live_and_those_of_outer_folds_do_not(
    writer: StudyWriter,
    open_page: Open,
    study_folder: Path,
    runner: Any,
    qtbot: QtBot,
) -> None:
    writer.write("split")
    session, page = open_page()
    begin(session, runner, "baselines")
    assert page.empty.text() == STARTING
    assert not page.fold.is_open
    with heard(qtbot, session):
        append_trials(
            study_folder,
            trial(writer, "svm", 0, 0.7),
            trial(writer, "svm", 1, 0.8, search="outer-0-x"),
        )
    assert not page.empty.isVisible()
    assert page.browser.rows.rowCount() == 1
    assert _cells(page, 0)[0] == "No model"
    with (
        qtbot.assertNotEmitted(page.board.rows.modelReset),
        qtbot.assertNotEmitted(page.browser.rows.modelReset),
        heard(qtbot, session),
    ):
        append_trials(study_folder, trial(writer, "svm", 1, 0.9), trial(writer, "knn", 0, 0.6))
    by_model = dict(zip(_cells(page, 0), _cells(page, 2), strict=True))
    assert by_model["Support vector machine"] == "0.900"
    assert by_model["Nearest neighbours"] == "0.600"
    assert by_model["Naive Bayes"] == "–"
    assert _cells(page, 3) == ["when finished"] * 7
    figure = page.board.figure.figure
    assert figure is not None
    assert [row.name for row in figure.rows] == ["svm", "knn"]
    assert not page.curve.isVisible()


def test_what_has_not_changed_is_not_drawn_again(
    writer: StudyWriter,
    open_page: Open,
    study_folder: Path,
    runner: Any,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer.write("split")
    session, page = open_page()
    begin(session, runner, "baselines")
    with heard(qtbot, session):
        append_trials(study_folder, trial(writer, "svm", 0, 0.7))
    drawn: list[object] = []
    monkeypatch.setattr(page.board.figure, "show_figure", drawn.append)
    with heard(qtbot, session):
        append_trials(study_folder, trial(writer, "svm", 1, 0.6))
    assert drawn == []
    with heard(qtbot, session):
        append_trials(study_folder, trial(writer, "svm", 2, 0.8))
    assert len(drawn) == 1


# --- when it is done ----------------------------------------------------------------------


@pytest.fixture
def done(writer: StudyWriter, study_folder: Path) -> StudyWriter:
    curve = LearningCurveRecord(
        model="svm", metric="auroc", samples=(10, 20), scores=(0.6, 0.7), spreads=(0.1, 0.1)
    )
    models = (
        model("dummy", 0.5),
        model("svm", 0.88).model_copy(
            update={"plain": 0.9, "best_trial": 1, "params": {"kernel": "rbf", "C": 1.5}}
        ),
    )
    writer.records["baselines"] = LeaderboardRecord(
        models=models, sentences=("Naive Bayes was left out.",), learning_curve=curve
    )
    writer.write("baselines")
    with_dummy = trial(writer, "dummy", 0, 0.51)
    append_trials(
        study_folder,
        with_dummy,
        trial(writer, "svm", 0, 0.7),
        trial(writer, "svm", 1, 0.9),
        trial(writer, "svm", 0, 0.99, search="outer-1-y"),
    )
    return writer


def test_the_record_is_shown_with_corrected_scores(done: StudyWriter, open_page: Open) -> None:
    _, page = open_page()
    assert not page.fold.is_open
    assert "standard budget, 6 families" in page.fold.head.text()
    assert _cells(page, 0) == ["No model", "Support vector machine"]
    assert _cells(page, 2) == ["0.510", "0.900"]
    assert _cells(page, 3)[1] == "0.880 (0.830–0.930)"
    assert "not how well the model performs" in page.board.about.text()
    assert page.board.effort.text().startswith("Equal effort: 8 settings")
    assert page.sentences.sentences == ("Naive Bayes was left out.",)
    assert page.curve.isVisible()
    assert page.curve.figure is not None


def test_a_row_selects_its_model_everywhere_and_shows_what_is_selected_elsewhere(
    done: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    session, page = open_page()
    view = page.board.panel.view
    place = view.visualRect(page.board.rows.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.selection.selected("model") == "svm"
    session.selection.select("model", "dummy")
    assert [index.row() for index in view.selectionModel().selectedRows()] == [0]
    session.selection.select("model", "network-small")
    assert not view.selectionModel().hasSelection()


def test_a_trial_shows_its_settings_and_fold_scores(
    done: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    session, page = open_page()
    view = page.browser.panel.view
    view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert page.browser.rows.name_at(0) == "svm 1"
    view.setFocus()
    view.setCurrentIndex(page.browser.rows.index(1, 0))
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert session.selection.selected("trial") == "svm 1"
    assert page.browser.heading.text() == "Support vector machine, settings 2"
    said = [part.text() for part in page.browser.detail.findChildren(type(page.empty))]
    assert {"Border", "curved", "Firmness (C)", "1.5"} <= set(said)
    assert "0.800  1.000  0.900  0.900  0.900" in said


def test_trials_of_outer_folds_are_not_in_the_table(done: StudyWriter, open_page: Open) -> None:
    _, page = open_page()
    rows = page.browser.rows
    assert sorted(rows.name_at(place) for place in range(rows.rowCount())) == [
        "dummy 0",
        "svm 0",
        "svm 1",
    ]


def test_results_stay_in_sight_when_an_answer_was_changed(
    done: StudyWriter, open_page: Open
) -> None:
    session, page = open_page()
    session.answer("budget.trials", 40, "trials")
    assert "Out of date" in page.state_banner.text
    assert _cells(page, 3)[1] == "0.880 (0.830–0.930)"
    assert page.browser.rows.rowCount() == 3


def test_a_table_leaves_through_the_gate_only(
    done: StudyWriter, open_page: Open, desk: Any, qtbot: QtBot
) -> None:
    _, page = open_page()
    clipboard = QApplication.clipboard()
    clipboard.setText("before")
    view = page.board.panel.view
    view.setCurrentIndex(page.board.rows.index(1, 0))
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    (request,) = desk.asked
    assert isinstance(request, LetOut)
    assert (request.kind, request.destination, request.per_sample) == ("table", "clipboard", False)
    assert clipboard.text() == "before"
    desk.answer_last({"output": "clipboard"})
    assert clipboard.text().splitlines()[0].split("\t")[:2] == ["Model", "Tried"]
    assert page.board.panel.message == "Copied."


def test_a_refused_table_is_said_and_nothing_is_copied(
    done: StudyWriter, open_page: Open, desk: Any, qtbot: QtBot
) -> None:
    from deepbench.messages import JobFailed

    _, page = open_page()
    QApplication.clipboard().setText("before")
    _press(page, "baselines.leaderboard.board.copy", qtbot)
    desk.answer_last(JobFailed("GateRefused", "This may not leave.", "Ask.", 3))
    assert page.board.panel.message == "This may not leave. Ask."
    assert QApplication.clipboard().text() == "before"


def test_a_finished_stage_without_trials_in_the_ledger_is_shown_all_the_same(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.records["baselines"] = board(model("dummy", 0.5), model("svm", 0.9))
    writer.write("baselines")
    _, page = open_page()
    assert _cells(page, 0) == ["No model", "Support vector machine"]
    assert page.browser.rows.rowCount() == 0
