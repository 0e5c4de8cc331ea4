"""Step 11 in the window: what is chosen in one place is chosen in all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from deepbench.study.records import ExplanationsRecord, InterpretationRecord
from deepbench_ui.models.dependence import dependence_figure
from deepbench_ui.models.explanation_figures import waterfall_figure
from deepbench_ui.pages.interpretation import InterpretationPage
from deepbench_ui.plots import (
    BeeswarmFigure,
    DotIntervalFigure,
    ScatterFigure,
    WaterfallFigure,
)
from deepbench_ui.theme import theme
from tests.ui.conftest import child, settle
from tests.ui.pages import opened_study as made
from tests.ui.pages.explained_samples import (
    BASE,
    PARTS,
    REST,
    SAMPLES,
    attributed,
    explained,
)
from tests.ui.pages.interpretation_page import Show, figure, opened


@pytest.fixture
def writer(study_folder: Path) -> made.StudyWriter:
    writer = made.StudyWriter(study_folder)
    writer.records["test"] = made.choice(made.tested())
    writer.openings = [""]
    writer.records["interpretation"] = InterpretationRecord(
        models=(attributed(), attributed("network-small", above_twin=0))
    )
    writer.views["explanations"] = ExplanationsRecord(
        explanations=(explained(), explained("network-small"))
    )
    return writer


@pytest.fixture
def show(writer: made.StudyWriter, desk: Any, runner: Any, qapp: QApplication) -> Iterator[Show]:
    opener = made.Opener(writer, InterpretationPage, desk, runner)
    yield opener
    opener.close()


def test_before_it_says_what_will_be_here(show: Show) -> None:
    page = show("test")
    for key, begins in (
        ("features", "It will stand here which features move"),
        ("samples", "It will stand here how the model comes to its answer"),
        ("panels", "It will stand here how well a simple model does"),
        ("failures", "It will stand here in which groups"),
        ("copy", "A simple copy of the model will stand here"),
        ("gene-sets", "Choose a .gmt file above"),
    ):
        view = opened(page, key)
        assert view.empty.isVisible()
        assert view.empty.text().startswith(begins)
        assert not view.findings.isVisible()
    assert not page.choice.isVisible()
    assert not page.skipped.isVisible()


def test_an_older_result_says_which_parts_it_lacks(show: Show) -> None:
    page = show("interpretation")
    for key in ("panels", "failures", "copy"):
        assert "by an earlier version" in opened(page, key).empty.text()
    assert "Choose a .gmt file" in opened(page, "gene-sets").empty.text()


def test_without_a_signal_it_stays_calm(writer: made.StudyWriter, show: Show) -> None:
    writer.records["interpretation"] = InterpretationRecord(
        models=(), skipped="Without evidence of a signal, it is noise."
    )
    page = show("interpretation")
    assert page.skipped.isVisible()
    assert page.skipped_why.text() == "Without evidence of a signal, it is noise."
    assert not page.found.isVisible()


def test_it_warns_that_this_is_no_cause(show: Show) -> None:
    assert "association, not cause" in show("interpretation").warning.text


@pytest.mark.parametrize("width", [700, 1600])
def test_the_page_never_scrolls_sideways(show: Show, width: int) -> None:
    page = show("interpretation")
    page.resize(width, 600)
    settle()
    assert page.scroll_area.horizontalScrollBar().maximum() == 0
    assert page.tabs.view("features").pictures.grid.columns == (1 if width == 700 else 2)


def test_a_dot_selects_sample_and_feature_everywhere(show: Show) -> None:
    page = show("interpretation")
    # Row after row of four samples: the seventh dot is beta of t3.
    child(page, "interpretation.beeswarm.plot").choose(6)
    selection = page.session.selection
    assert (selection.selected("feature"), selection.selected("sample")) == ("beta", "t3")
    assert figure(page, "dependence") == dependence_figure(explained(), "beta", "binary")
    table = page.tabs.view("features").table.panel.view
    assert table.selectionModel().selectedRows()[0].row() == 1
    assert child(page, "interpretation.feature", QLineEdit).text() == "beta"
    samples = opened(page, "samples")
    assert figure(page, "waterfall") == waterfall_figure(explained(), "t3")
    assert samples.panel.view.selectionModel().selectedRows()[0].row() == 2
    assert child(page, "interpretation.sample", QLineEdit).text() == "t3"


def test_a_row_of_the_table_selects_its_feature(show: Show) -> None:
    page = show("interpretation")
    view = page.tabs.view("features").table.panel.view
    view.setCurrentIndex(view.model().index(2, 0))
    assert page.session.selection.selected("feature") == "gamma"
    shown = figure(page, "dependence")
    assert isinstance(shown, ScatterFigure)
    assert shown.x == (7.0, None, 9.0, 8.0)


def test_a_selection_of_another_page_that_is_not_here_changes_nothing(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "samples")
    before = figure(page, "waterfall")
    page.session.selection.select("sample", "s1")
    assert figure(page, "waterfall") is before
    assert view.sample == "t1"


def test_next_and_previous_follow_the_order_of_the_table(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "samples")
    before, after = (
        child(page, f"interpretation.{n}", QAbstractButton) for n in ("previous", "next")
    )
    assert not before.isEnabled()
    view.samples.sort(2, Qt.SortOrder.DescendingOrder)
    outputs = dict(zip(SAMPLES, explained().outputs, strict=True))
    order = sorted(SAMPLES, key=lambda sample: -outputs[sample])
    page.session.selection.select("sample", order[0])
    walked = [view.sample]
    while after.isEnabled():
        after.click()
        walked.append(view.sample)
    assert walked == order
    before.click()
    assert view.sample == order[-2]


def test_sorting_moves_the_ends_of_the_walk(show: Show) -> None:
    page = show("interpretation")
    view = opened(page, "samples")
    before = child(page, "interpretation.previous", QAbstractButton)
    assert not before.isEnabled()
    view.samples.sort(0, Qt.SortOrder.DescendingOrder)
    assert before.isEnabled()


def test_a_feature_is_found_by_a_part_of_its_name(show: Show, qtbot: QtBot) -> None:
    page = show("interpretation")
    field = child(page, "interpretation.feature", QLineEdit)
    type_name(field, "GAM", qtbot)
    assert field.text() == "gamma"
    assert page.session.selection.selected("feature") == "gamma"
    # Nothing holds it, and both alpha and gamma hold the other.
    for text in ("zzz", "a"):
        type_name(field, text, qtbot)
        assert field.text() == "gamma"
    assert page.session.selection.selected("feature") == "gamma"


def type_name(field: QLineEdit, text: str, qtbot: QtBot) -> None:
    """Type without the list of proposals, which the screenless platform cannot show."""
    field.setText(text)
    field.setModified(True)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_table_says_importances_and_greys_noise(show: Show) -> None:
    page = show("interpretation")
    table = page.tabs.view("features").table.rows
    heads, rows = table.table()
    assert heads[0] == "Feature"
    assert rows[0] == [
        "alpha", "0.525", "0.425 to 0.625", "0.100", "more", "Higher values: towards ill"
    ]  # fmt: skip
    colours = [table.data(table.index(n, 0), Qt.ItemDataRole.ForegroundRole) for n in range(3)]
    assert colours[:2] == [None, None]
    assert colours[2].color() == theme().colour("disabled_text")


def test_the_other_model_shows_its_own_picture(show: Show, qtbot: QtBot) -> None:
    page = show("interpretation")
    models = child(page, "interpretation.model", QComboBox)
    assert [models.itemText(n) for n in range(models.count())] == [
        "Chosen model: Linear model (elastic net)",
        "Best network: Small network",
    ]
    models.setCurrentIndex(1)
    models.activated.emit(1)
    shown = figure(page, "importance")
    assert {row.use for row in shown.rows} == {"shuffled"}
    assert "nothing of this picture" in " ".join(page.tabs.view("features").short.sentences)


def test_several_classes_are_shown_one_at_a_time(writer: made.StudyWriter, show: Show) -> None:
    other = tuple(tuple(-part for part in parts) for parts in PARTS)
    writer.records["sample-sheet"] = made.sheet("multiclass", ("a", "b", "c"))
    writer.views["explanations"] = ExplanationsRecord(
        explanations=(explained(target="a"), explained(target="b", attributions=other))
    )
    page = show("interpretation")
    classes = child(page, "interpretation.class", QComboBox)
    assert classes.isVisible()
    classes.setCurrentIndex(1)
    classes.activated.emit(1)
    shown = figure(page, "beeswarm")
    assert isinstance(shown, BeeswarmFigure)
    assert shown.rows[0].attributions == (-0.5, 0.4, -0.2, 1.0)


def test_with_one_class_there_is_nothing_to_choose(show: Show) -> None:
    assert not child(show("interpretation"), "interpretation.class").isVisible()


@pytest.mark.parametrize(("error", "warned"), [(1e-9, False), (0.2, True)])
def test_parts_that_do_not_add_up_are_said(
    writer: made.StudyWriter, show: Show, error: float, warned: bool
) -> None:
    writer.records["interpretation"] = InterpretationRecord(
        models=(attributed(local_accuracy_error=error),)
    )
    page = show("interpretation")
    assert page.misses.isVisible() is warned
    assert ("0.2" in page.misses.text) is warned


def test_samples_that_are_not_kept_leave_the_importances(
    writer: made.StudyWriter, show: Show
) -> None:
    del writer.views["explanations"]
    page = show("interpretation")
    assert isinstance(figure(page, "importance"), DotIntervalFigure)
    assert figure(page, "beeswarm") is None
    said = child(page, "interpretation.beeswarm.empty").text()
    assert "not kept" in said
    samples = opened(page, "samples")
    assert "not kept" in samples.empty.text()
    assert not samples.findings.isVisible()


def test_a_model_without_features_has_nothing_to_show(
    writer: made.StudyWriter, show: Show
) -> None:
    writer.records["interpretation"] = InterpretationRecord(
        models=(attributed(features=(), above_twin=0),)
    )
    bare = explained(
        features=(), values=((),) * 4, numbers=((),) * 4, attributions=((),) * 4,
        outputs=(BASE + REST,) * 4,
    )  # fmt: skip
    writer.views["explanations"] = ExplanationsRecord(explanations=(bare,))
    page = show("interpretation")
    assert figure(page, "importance") is None
    assert figure(page, "beeswarm") is None
    view = opened(page, "samples")
    assert isinstance(figure(page, "waterfall"), WaterfallFigure)
    assert view.samples.table()[1][0][3] == "–"


def test_running_from_here_does_not_open_the_test_set_unasked(show: Show) -> None:
    page = show("interpretation")
    assert page.confirm_run()
    page.session.answer("shuffles.replicates", 50, "number of shuffles")
    asked: list[str] = []

    def refuse() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        asked.append(dialog.objectName())
        dialog.reject()

    QTimer.singleShot(0, page, refuse)
    assert not page.confirm_run()
    assert asked == ["test.confirm"]
