"""Step 11 in the window, with all that the stage can find: six views, their answers, the gate."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from deepbench.messages import JobFailed, LetOut
from deepbench.study.records import AllImportancesRecord, InterpretationRecord, Record
from deepbench_ui.pages.interpretation import InterpretationPage
from deepbench_ui.plots import (
    CurvesFigure,
    DotIntervalFigure,
    HeatmapFigure,
    ScatterFigure,
)
from deepbench_ui.session import StudySession
from tests.ui.conftest import FakeBridge, child, settle
from tests.ui.pages import interpreted_study as interpreted
from tests.ui.pages import opened_study as made
from tests.ui.pages.interpretation_page import Show, figure, opened


@pytest.fixture
def writer(study_folder: Path) -> made.StudyWriter:
    writer = made.StudyWriter(study_folder)
    writer.records["test"] = made.choice(made.tested(), recommended="random_forest")
    writer.openings = [""]
    found = interpreted.everything()
    writer.records["interpretation"] = found.record
    writer.views |= found.views
    return writer


@pytest.fixture
def show(writer: made.StudyWriter, desk: Any, runner: Any, qapp: QApplication) -> Iterator[Show]:
    opener = made.Opener(writer, InterpretationPage, desk, runner)
    yield opener
    opener.close()


def changed(writer: made.StudyWriter, **parts: Any) -> None:
    """Let the stage have found something else."""
    record = writer.records["interpretation"].model_copy(update=parts)
    assert isinstance(record, InterpretationRecord)
    writer.records["interpretation"] = record


def let_out(request: Any) -> dict[str, Any]:
    return {"output": request.destination}


# --- tabs -----------------------------------------------------------------------------------


def test_arrow_keys_go_through_the_views_and_all_of_them_fit(show: Show, qtbot: QtBot) -> None:
    page = show("interpretation")
    bar = page.tabs.bar
    seen = [page.tabs.current]
    bar.setFocus()
    for _ in range(bar.count() - 1):
        qtbot.keyClick(bar, Qt.Key.Key_Right)
        seen.append(page.tabs.current)
    assert seen == ["features", "samples", "panels", "failures", "copy", "gene-sets"]
    for width in (700, 1600):
        page.resize(width, 600)
        settle()
        assert bar.tabRect(bar.count() - 1).right() <= bar.width()
        assert bool(bar.property("tight")) is (width == 700)
        for key in page.tabs.keys:
            opened(page, key)
            assert page.scroll_area.horizontalScrollBar().maximum() == 0


def test_only_the_view_that_is_shown_is_made(show: Show) -> None:
    page = show("interpretation")
    assert [key for key in page.tabs.keys if page.tabs.is_made(key)] == ["features"]


def test_a_view_that_was_made_follows_the_model(show: Show) -> None:
    page = show("interpretation")
    assert opened(page, "copy") is not None
    models = child(page, "interpretation.model", QComboBox)
    models.setCurrentIndex(1)
    models.activated.emit(1)
    made.drawn(page)
    head = child(page, "interpretation.copy.0.head")
    assert head.text() == "A simple sum that imitates: Small network"


# --- features -------------------------------------------------------------------------------


def test_groups_are_read_in_place_of_features(show: Show) -> None:
    page = show("interpretation")
    view = page.tabs.view("features")
    assert not view.groups_frame.isVisible()
    child(page, "interpretation.reading.groups", QAbstractButton).click()
    shown = figure(page, "importance")
    assert isinstance(shown, DotIntervalFigure)
    assert shown.rows[0].label == "MMP9 and 2 more"
    assert view.groups_frame.isVisible()
    child(page, "interpretation.reading.single", QAbstractButton).click()
    assert figure(page, "importance").rows[0].label == "MMP9"


def test_without_groups_there_is_nothing_to_switch(writer: made.StudyWriter, show: Show) -> None:
    bare = interpreted.attributed("random_forest").model_copy(update={"groups": ()})
    changed(writer, models=(bare,))
    page = show("interpretation")
    assert not child(page, "interpretation.reading").isVisible()


def test_the_colour_is_chosen_by_the_program_or_the_user(show: Show) -> None:
    page = show("interpretation")
    colour = child(page, "interpretation.colour", QComboBox)
    assert colour.currentText() == "Automatic: HLA-DRA"
    assert figure(page, "dependence").value_title == "HLA-DRA"
    colour.setCurrentIndex(colour.findText("age"))
    colour.activated.emit(colour.currentIndex())
    assert figure(page, "dependence").value_title == "age"
    page.session.selection.select("feature", "CD177")
    assert figure(page, "dependence").value_title == "age"
    # A feature is no colour for itself.
    page.session.selection.select("feature", "age")
    assert colour.currentIndex() == 0
    page.session.selection.select("feature", "sex")
    assert not colour.isEnabled()


def test_a_feature_beyond_those_listed_is_found_and_its_rank_said(
    show: Show, qtbot: QtBot
) -> None:
    page = show("interpretation")
    field = child(page, "interpretation.feature", QLineEdit)
    field.setText("gene00005")
    field.setModified(True)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert page.session.selection.selected("feature") == "GENE00005"
    assert figure(page, "dependence") is None
    said = child(page, "interpretation.dependence.empty").text()
    assert said.startswith("GENE00005 is number 36 of 60 features by importance.")


def test_a_point_of_the_volcano_selects_its_feature(show: Show) -> None:
    page = show("interpretation")
    shown = figure(page, "volcano")
    assert isinstance(shown, ScatterFigure)
    child(page, "interpretation.volcano.plot").choose(3)
    assert page.session.selection.selected("feature") == "ARG1"
    assert "ARG1" in figure(page, "dependence").title


def test_twenty_thousand_features_are_shown_sorted_and_filtered(
    writer: made.StudyWriter, show: Show
) -> None:
    writer.views["importances"] = AllImportancesRecord(
        models=(interpreted.importances("random_forest", 20_000),)
    )
    page = show("interpretation")
    table = page.tabs.view("features").table
    assert table.rows.rowCount() == 20_000
    assert table.said.text() == "20,000 features of 20,000 shown."
    table.rows.sort(1, Qt.SortOrder.AscendingOrder)
    assert table.rows.name_at(0) == "GENE19969"
    field = child(page, "interpretation.features.filter", QLineEdit)
    field.setText("hla")
    table.only_clear.setChecked(True)
    settle()
    assert [table.rows.name_at(n) for n in range(table.rows.rowCount())] == ["HLA-DRA"]
    assert table.said.text() == "1 feature of 20,000 shown."
    assert len(figure(page, "volcano").drawn()) == 19_999


def test_names_leave_only_with_the_answer_of_the_gate(show: Show, desk: FakeBridge) -> None:
    page = show("interpretation")
    table = page.tabs.view("features").table
    table.only_clear.setChecked(True)
    QGuiApplication.clipboard().clear()
    desk.answers["LetOut"] = JobFailed("GateRefused", "Not at this level.", "Ask.", 4)
    button = child(page, "interpretation.features.copy-names", QAbstractButton)
    button.click()
    settle()
    assert QGuiApplication.clipboard().text() == ""
    assert "Not at this level." in table.panel.message
    desk.answers["LetOut"] = let_out
    button.click()
    settle()
    names = QGuiApplication.clipboard().text().splitlines()
    assert names == [table.rows.name_at(n) for n in range(table.rows.rowCount())]
    assert names[:2] == ["MMP9", "CD177"]
    request = desk.asked[-1]
    assert isinstance(request, LetOut)
    assert (request.kind, request.per_sample, request.destination) == ("text", False, "clipboard")


def test_a_long_table_leaves_whole(
    writer: made.StudyWriter, show: Show, desk: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.views["importances"] = AllImportancesRecord(
        models=(interpreted.importances("random_forest", 2500),)
    )
    page = show("interpretation")
    desk.answers["LetOut"] = let_out
    monkeypatch.setattr(StudySession, "choose_file", lambda *_: "/somewhere/features.csv")
    child(page, "interpretation.features.save", QAbstractButton).click()
    while not any(isinstance(request, LetOut) for request in desk.asked):
        settle()
    settle()
    request = desk.asked[-1]
    assert isinstance(request, LetOut)
    lines = base64.b64decode(request.content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2501
    assert lines[0].startswith("Feature,Importance,95 % interval")
    assert lines[-1].startswith("GENE02469,")
    assert page.tabs.view("features").table.panel.message == "Saved."


# --- a first look ---------------------------------------------------------------------------


def preview() -> Record:
    return AllImportancesRecord(
        models=(interpreted.importances("random_forest", 60, preview=True),)
    )


def test_a_first_look_is_shown_as_one(writer: made.StudyWriter, show: Show) -> None:
    writer.views = {"importances": preview()}
    page = show("test")
    view = page.tabs.view("features")
    assert view.preview.text.startswith("First look on few samples; the rest was not calculated.")
    assert isinstance(figure(page, "importance"), DotIntervalFigure)
    assert isinstance(figure(page, "volcano"), ScatterFigure)
    assert figure(page, "dependence") is None
    assert view.short.sentences[1].endswith("features weigh more than with shuffled labels.")
    assert opened(page, "panels").empty.isVisible()


def test_while_the_rest_is_calculated_it_says_so(writer: made.StudyWriter, show: Show) -> None:
    writer.views = {"importances": preview()}
    page = show("test")
    run = type("Run", (), {"stage": "interpretation", "paused": False})()
    page.session.run = run
    page.session._standing = None
    page.session.run_changed.emit()
    made.drawn(page)
    view = page.tabs.view("features")
    assert view.preview.text == "First look on few samples; the rest is being calculated."
    assert opened(page, "failures").empty.text().endswith("It is being calculated.")
    page.session.run = None


# --- single samples -------------------------------------------------------------------------


def test_a_sample_has_its_neighbours_and_their_verdict(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "samples")
    assert view.trust.sentences[0].startswith("The neighbourhood agrees with the model")
    assert view.neighbours.rowCount() == 10
    page.session.selection.select("sample", "S002")
    assert view.trust.sentences[0].startswith("The neighbourhood disagrees with the model")
    assert view.samples.table()[0][-1] == "Neighbourhood"
    assert [row[-1] for row in view.samples.table()[1][:3]] == [
        "agrees",
        "is divided",
        "disagrees",
    ]


def test_without_neighbours_it_says_so(writer: made.StudyWriter, show: Show) -> None:
    del writer.views["trust"]
    page = show("interpretation")
    view = opened(page, "samples")
    assert view.no_neighbours.isVisible()
    assert not view.near_panel.isVisible()
    assert "Neighbourhood" not in view.samples.table()[0]


def test_the_heat_map_can_put_alike_samples_together(show: Show) -> None:
    page = show("interpretation")
    opened(page, "samples")
    by_output = figure(page, "heatmap")
    assert isinstance(by_output, HeatmapFigure)
    child(page, "interpretation.order.similarity", QAbstractButton).click()
    alike = figure(page, "heatmap")
    assert sorted(alike.row_labels) == sorted(by_output.row_labels)
    assert alike.row_labels != by_output.row_labels


# --- panels, failures, copies ---------------------------------------------------------------


def test_panels_are_drawn_and_listed(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "panels")
    assert isinstance(figure(page, "panels"), CurvesFigure)
    assert view.features.rowCount() == 7
    assert view.sizes.rowCount() == 20
    view.feature_panel.view.selectionModel().setCurrentIndex(
        view.features.index(2, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    assert page.session.selection.selected("feature") == "S100A12"


def test_failures_are_shown_by_kind_and_reason(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "failures")
    assert len(figure(page, "groups").rows) == 11
    view.kind.setCurrentIndex(view.kind.findData("class"))
    view.kind.activated.emit(view.kind.currentIndex())
    assert [row.label for row in figure(page, "groups").rows] == ["class: ill", "class: healthy"]
    assert view.group_rows.rowCount() == 2
    assert len(view.slices.sentences) == 2
    assert view.conformal_rows.rowCount() == 2
    worst = view.worst
    worst.reason.setCurrentIndex(worst.reason.findData("label"))
    worst.reason.activated.emit(worst.reason.currentIndex())
    assert [worst.rows.name_at(n) for n in range(worst.rows.rowCount())] == ["S007"]
    page.session.selection.select("sample", "S007")
    assert worst.why.sentences[0].endswith("the outcome may be wrong.")


def test_failures_of_another_model_than_the_one_looked_at_say_whose(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "failures")
    assert not view.whose.isVisible()
    models = child(page, "interpretation.model", QComboBox)
    models.setCurrentIndex(1)
    models.activated.emit(1)
    made.drawn(page)
    assert view.whose.isVisible()
    assert "Random forest" in view.whose.text()


def test_single_samples_go_through_the_gate_as_such(show: Show, desk: FakeBridge) -> None:
    page = show("interpretation")
    opened(page, "failures")
    desk.answers["LetOut"] = let_out
    child(page, "interpretation.worst.copy", QAbstractButton).click()
    settle()
    request = desk.asked[-1]
    assert isinstance(request, LetOut)
    assert request.per_sample


def test_copies_and_contradictions_are_shown(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "copy")
    assert view.directions.table()[1][0][0] == "HLA-DRA"
    assert view.said.sentences == (
        "You expected higher HLA-DRA to go with ill; the model lowers it.",
    )
    assert figure(page, "copy.0.terms").rows[0].label == "MMP9"
    assert not child(page, "interpretation.copy.1.terms").isVisible()
    assert (
        page.findChild(type(view.said), "interpretation.copy.1.rules")
        .sentences[2]
        .startswith("MMP9 up to 8.1")
    )


# --- answers --------------------------------------------------------------------------------


def test_an_expectation_is_an_answer_and_can_be_taken_back(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "copy")
    view.expectations.fold.head.click()
    first = view.expectations.buttons["MMP9", "lower"]
    first.click()
    place = ("interpretation", "expected", "MMP9")
    assert page.session.value(place) == "lower"
    assert page.session.standing().states["interpretation"] == "out of date"
    settle()
    # What is out of date is greyed, what is answered is not.
    assert view.findings.isVisible()
    assert page.session.undo() is not None
    assert page.session.value(place) is None
    assert view.expectations.buttons["MMP9", ""].isChecked()
    view.expectations.buttons["HLA-DRA", "higher"].click()
    view.expectations.buttons["HLA-DRA", ""].click()
    assert page.session.value(("interpretation", "expected", "HLA-DRA")) is None


def test_any_feature_can_be_given_an_expectation(show: Show, qtbot: QtBot) -> None:
    page = show("interpretation")
    view = opened(page, "copy")
    view.expectations.fold.head.click()
    field = child(page, "interpretation.expected.another", QLineEdit)
    field.setText("GENE00007")
    field.setModified(True)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    view.expectations.buttons["GENE00007", "higher"].click()
    assert page.session.value(("interpretation", "expected")) == {"GENE00007": "higher"}
    plan = page.session.draft.plan()
    assert plan is not None
    assert plan.interpretation.expected == {"GENE00007": "higher"}


def test_gene_sets_are_a_file_of_the_user(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = show("interpretation")
    view = opened(page, "gene-sets")
    assert view.sets.rowCount() == 2
    assert view.said.sentences == (
        "1 of 50 sets stands out after correction for all sets tested.",
    )
    chosen = str(tmp_path / "hallmark.gmt")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (chosen, ""))
    view.choose.click()
    assert page.session.value("interpretation.gene_sets") == chosen
    assert view.file.text() == "hallmark.gmt"
    view.remove.click()
    assert page.session.value("interpretation.gene_sets") is None
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    view.choose.click()
    assert page.session.value("interpretation.gene_sets") is None


def test_settings_are_checked_as_they_are_typed(show: Show, qtbot: QtBot) -> None:
    page = show("interpretation")
    page.settings.head.click()
    rate = child(page, "interpretation.error-rate", QLineEdit)
    rate.clear()
    qtbot.keyClicks(rate, "5")
    assert page.session.value("interpretation.error_rate") == 0.05
    rate.clear()
    qtbot.keyClicks(rate, "70")
    assert page.rate.problem == "Write a share above 0 and below 50 %."
    panel = child(page, "interpretation.largest-panel", QLineEdit)
    qtbot.keyClicks(panel, "51")
    assert page.panel.problem == "Write a number from 1 to 50."
    assert page.session.value("interpretation.largest_panel") == 5
