"""Step 10 in the window, after the test set was opened: what was found is said as it is."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QTableView

from deepbench.messages import LetOut
from deepbench.study.folder import Study
from deepbench.study.records import (
    CalibrationRecord,
    DecisionRecord,
    ProbabilityScores,
    Score,
    SubgroupRecord,
)
from deepbench.workflow import fingerprints
from deepbench_ui.help_texts import glossary
from deepbench_ui.models.test_figures import (
    calibration_figure,
    comparison_figure,
    confusion_figure,
    roc_figure,
    subgroup_figures,
)
from deepbench_ui.models.test_words import AS_EXPECTED, agreement
from deepbench_ui.pages.test_set import TestPage
from deepbench_ui.plots import DotIntervalFigure, PlotPanel, ScatterFigure
from deepbench_ui.plots.figures import ReferenceLine
from deepbench_ui.theme import theme
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


def test_the_verdict_is_said_in_plain_sentences(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    page = show("test")
    assert text(page, "test.verdict.signal.headline") == "Yes, there is a signal."
    assert "no better" in text(page, "test.verdict.deep-learning.headline")
    assert "+0.010 (95 % interval −0.020 to 0.030)" in text(
        page, "test.verdict.deep-learning.detail"
    )
    assert "Linear model" in text(page, "test.verdict.recommended.headline")
    assert "AUROC 0.890" in text(page, "test.verdict.test.headline")
    assert AS_EXPECTED in text(page, "test.verdict.test.detail")
    assert page.opened.text == "The test set was opened once."
    assert not page.before.isVisible()


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("better", "worth it here: the best network scored higher"), ("worse", "scored lower")],
)
def test_what_deep_learning_was_worth(
    writer: made.StudyWriter, show: Show, verdict: str, words: str
) -> None:
    made.found(writer, deep_learning=verdict)
    assert words in text(show("test"), "test.verdict.deep-learning.headline")


def test_unequal_effort_is_no_proof(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer, deep_learning="better")
    late = made.model("svm", 0.9, note="The time limit ended the search.")
    writer.records["baselines"] = made.board(made.model("linear", 0.88), late)
    assert "no proof" in text(show("test"), "test.verdict.deep-learning.headline")


def test_without_a_network_nothing_is_compared(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer, deep_learning="not tried", comparison=None)
    page = show("test")
    assert text(page, "test.verdict.deep-learning.headline") == "Deep learning was not tried."
    assert not page.pictures.panels["comparison"].isVisible()


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        ((0.85, 0.95), (0.9, 0.8, 0.99), "as expected"),
        ((0.85, 0.95), (0.85, 0.8, 0.99), "as expected"),
        ((0.85, 0.95), (0.80, 0.7, 0.9), "That is below"),
        ((0.85, 0.95), (0.70, 0.6, 0.8), "clearly below"),
        ((0.85, 0.95), (0.97, 0.9, 1.0), "That is above"),
        ((0.85, 0.95), (0.99, 0.97, 1.0), "clearly above"),
    ],
)
def test_test_and_expectation_are_held_together(
    expected: tuple[float, float], got: tuple[float, float, float], words: str
) -> None:
    low, high = expected
    said = agreement(
        Score(value=0.9, low=low, high=high), Score(value=got[0], low=got[1], high=got[2])
    )
    assert words in said


def test_metrics_stand_beside_the_best_traditional_model(
    writer: made.StudyWriter, show: Show
) -> None:
    made.found(writer)
    page = show("test")
    heads, rows = page.pictures.metrics.table()
    assert heads == ["Metric", "Chosen model", "Best traditional model"]
    assert rows[0] == ["AUROC", "0.890 (0.800–0.950)", "0.910 (0.820–0.970)"]
    # The other interval of the same number stands beside it, not at the end.
    assert rows[1][0].startswith("AUROC, interval by DeLong")
    assert rows[2][0] == "Brier score (smaller is better)"


def test_a_metric_says_what_it_means(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    table = show("test").pictures.metrics
    tips = [table.data(table.index(row, 0), Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert tips == [glossary()[t] for t in ("AUROC", "DeLong interval", "Brier score")]


def test_the_comparison_holds_both_differences(writer: made.StudyWriter) -> None:
    figure = comparison_figure(made.choice(made.tested()))
    assert figure is not None
    assert [(r.value, r.low, r.high) for r in figure.rows] == [
        (0.01, -0.02, 0.03),
        (-0.02, -0.06, 0.01),
    ]
    assert figure.reference is not None
    assert figure.reference.value == 0.0


def test_a_curve_through_every_sample_and_small_counts_are_for_the_gate() -> None:
    test = made.tested()
    roc, few = roc_figure(test, "ill"), confusion_figure(test, made.CLASSES)
    assert roc is not None
    assert roc.per_sample
    assert few is not None
    assert few.per_sample
    assert few.texts[0][0] == "2\n67 % of healthy"
    many = made.tested(curves=made.curves().model_copy(update={"confusion": ((30, 0), (12, 40))}))
    large = confusion_figure(many, made.CLASSES)
    assert large is not None
    assert not large.per_sample
    # 10 % of 20 samples are two of them.
    calibration = calibration_figure(test, "ill")
    assert calibration is not None
    assert calibration.per_sample


def test_a_cell_lists_its_samples(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    page = show("test")
    # Ill, but called healthy: row 1, column 0 of a matrix of two.
    child(page, "test.confusion.plot").choose(2)
    assert [row.sample for row in page.samples._table.rows] == ["s2"]
    assert text(page, "test.samples.said") == "1 sample: observed ill, predicted healthy."
    child(page, "test.samples.all", QAbstractButton).click()
    assert len(page.samples._table.rows) == 6
    assert "2 called wrongly" in text(page, "test.samples.said")
    assert not child(page, "test.samples.all").isVisible()


def test_the_list_names_units_and_marks_errors(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    page = show("test")
    table = page.samples._table
    heads, rows = table.table()
    assert heads == [
        "Sample", "Unit", "Observed", "Predicted", "Result", "Probability of ill"
    ]  # fmt: skip
    assert rows[1] == ["s2", "p1", "ill", "healthy", "wrong", "0.400"]
    colours = [table.data(table.index(row, 0), Qt.ItemDataRole.ForegroundRole) for row in range(2)]
    assert colours[0] is None
    assert colours[1].color() == theme().colour("danger")


def test_list_and_plots_share_the_selection(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    page = show("test")
    view = child(page, "test.samples.list.table", QTableView)
    view.setCurrentIndex(view.model().index(3, 0))
    assert page.session.selection.selected("sample") == "s4"
    # In order of probability s6, s3, s2, s4, s5, s1: the first point is s6.
    child(page, "test.sureness.plot").choose(0)
    assert page.session.selection.selected("sample") == "s6"
    assert view.selectionModel().selectedRows()[0].row() == 5


def test_the_list_leaves_through_the_gate_as_single_samples(
    writer: made.StudyWriter, show: Show, desk: Any
) -> None:
    made.found(writer)
    page = show("test")
    child(page, "test.samples.list.copy", QAbstractButton).click()
    request = desk.asked[-1]
    assert isinstance(request, LetOut)
    assert request.per_sample
    content = base64.b64decode(request.content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[0] for row in rows] == ["Sample", "s1", "s2", "s3", "s4", "s5", "s6"]


def test_probabilities_stand_in_order(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    figure = show("test").pictures.panels["sureness"].figure
    assert isinstance(figure, ScatterFigure)
    assert list(figure.y) == sorted(p for _, _, _, p in made.SAMPLES)
    assert figure.names == ("s6", "s3", "s2", "s4", "s5", "s1")
    assert figure.per_sample


CALIBRATED = CalibrationRecord(
    model="linear",
    slope=2.3,
    shifts=(0.0, 0.0),
    before=ProbabilityScores(slope=2.3, intercept=0.1, brier=0.2, log_loss=0.6),
    after=ProbabilityScores(slope=1.0, intercept=0.0, brier=0.1, log_loss=0.5),
    sentence="Its probabilities were too timid.",
)


def test_threshold_and_calibration_are_said_and_drawn(
    writer: made.StudyWriter, show: Show
) -> None:
    decision = DecisionRecord(shares=(0.7, 0.3), sentence="Said above its share.")
    made.found(writer, calibration=(CALIBRATED,), decision=decision)
    page = show("test")
    assert page.pictures.calls.sentences == (
        "Said above its share. Threshold of the finished model: 0.300.",
        "Linear model (elastic net): Its probabilities were too timid.",
    )
    assert page.pictures.calls_frame.isVisibleTo(page)
    figure = page.pictures.panels["sureness"].figure
    assert isinstance(figure, ScatterFigure)
    assert figure.horizontal == ReferenceLine(0.3, "threshold")


def test_what_was_made_before_there_were_thresholds_keeps_even_odds(
    writer: made.StudyWriter, show: Show
) -> None:
    made.found(writer)
    page = show("test")
    assert not page.pictures.calls_frame.isVisibleTo(page)
    figure = page.pictures.panels["sureness"].figure
    assert isinstance(figure, ScatterFigure)
    assert figure.horizontal == ReferenceLine(0.5, "even odds")


def test_the_blend_has_a_column_where_there_is_one(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    page = show("test")
    assert page.pictures.metrics_panel.view.model().columnCount() == 3
    blend = {"auroc": Score(value=0.93, low=0.85, high=0.98)}
    page.pictures.show_choice(
        made.choice(made.tested(blend_metrics=blend)), None, ("no", "yes"), "ill"
    )
    heads, rows = page.pictures.metrics.table()
    assert heads[3] == "Blend"
    assert rows[0][3] == "0.930 (0.850–0.980)"


def test_a_number_is_shown_against_what_was_observed(writer: made.StudyWriter, show: Show) -> None:
    writer.records["sample-sheet"] = made.sheet("regression", ())
    scores = {"r2": Score(value=0.7, low=0.5, high=0.8)}
    empty = made.curves().model_copy(
        update=dict.fromkeys(
            ("false_positive_rate", "true_positive_rate", "recall", "precision",
             "calibration_predicted", "calibration_observed", "calibration_samples", "confusion"),
            (),
        )
    )  # fmt: skip
    test = made.tested(metrics=scores, baseline_metrics=scores, difference=None, curves=empty)
    writer.records["test"] = made.choice(test, comparison=None, deep_learning="not tried")
    writer.views["predictions"] = made.NUMBERS
    writer.openings = [""]
    page = show("test")
    figure = page.pictures.panels["sureness"].figure
    assert isinstance(figure, ScatterFigure)
    assert figure.x == (1.5, 2.0, 4.0)
    assert figure.y == made.NUMBERS.values
    heads, rows = page.samples._table.table()
    assert heads == ["Sample", "Observed", "Predicted", "Off by"]
    assert [row[3] for row in rows] == ["+0.5", "−0.5", "+0"]
    assert page.pictures.panels["roc"].figure is None
    assert "R² 0.700" in text(page, "test.verdict.test.headline")


def group(column: str, name: str, samples: int, value: float | None) -> SubgroupRecord:
    score = Score(value=value, low=value, high=value)
    return SubgroupRecord(
        column=column, group=name, samples=samples, units=samples, metric="auroc", score=score
    )


def test_groups_have_a_picture_for_each_column(writer: made.StudyWriter, show: Show) -> None:
    groups = (
        group("site", "north", 20, 0.9),
        group("site", "south", 4, None),
        group("sex", "f", 15, 0.8),
    )
    writer.records["test"] = made.choice(made.tested(subgroups=groups))
    page = show("test")
    figures = subgroup_figures(made.tested(subgroups=groups))
    shown = [child(page, f"test.group.{n}", PlotPanel).figure for n in range(2)]
    assert shown == figures
    first = shown[0]
    assert isinstance(first, DotIntervalFigure)
    assert [row.label for row in first.rows] == ["north (n = 20)"]
    assert "fewer than ten samples: south" in first.sentence
    assert first.per_sample
    assert not figures[1].per_sample
    assert first.reference is not None
    assert first.reference.value == 0.89


def test_a_second_opening_stays_visible(writer: made.StudyWriter, show: Show) -> None:
    test = made.tested(opened=2, reuse_reasons=("Two samples were swapped.",))
    writer.records["test"] = made.choice(test)
    said = show("test").opened.text
    assert "opened twice" in said
    assert "“Two samples were swapped.”" in said


def test_samples_that_are_not_kept_are_said_to_be_missing(
    writer: made.StudyWriter, show: Show
) -> None:
    writer.records["test"] = made.choice(made.tested())
    page = show("test")
    assert page.no_samples.isVisible()
    assert not page.samples.isVisible()


def test_locked_says_why_and_what_to_do(writer: made.StudyWriter, show: Show) -> None:
    writer.records["shuffles"] = made.shuffled("no")
    writer.records["test"] = made.choice(made.locked(), signal="no")
    page = show("test")
    assert text(page, "test.verdict.signal.headline") == "No evidence of a signal."
    assert text(page, "test.verdict.recommended.headline") == "No model is fit for use."
    assert text(page, "test.verdict.test.headline") == "The test set stays locked."
    assert page.locked.isVisible()
    assert any("more biological units" in said for said in page.advice.sentences)
    assert not page.pictures.metrics_frame.isVisible()
    assert not page.samples_frame.isVisible()
    assert page.opened.text == ""
    # What tuning said can be compared without the test set.
    figure = page.pictures.panels["comparison"].figure
    assert isinstance(figure, DotIntervalFigure)
    assert [row.label for row in figure.rows] == ["Tuning folds"]


def test_results_come_with_the_ledger(writer: made.StudyWriter, show: Show) -> None:
    page = show("shuffles")
    assert not page.verdict.isVisible()
    made.found(writer)
    choice = writer.records["test"]
    page.session.history._records.clear()
    with Study.open_for_writing(writer.folder, in_window=True) as study:
        current = fingerprints(writer.plan, made.SHA)["test"]
        study.finish_stage("test", current, choice, 1.0)
    page.session._read_all()
    page.session._standing = None
    page.session.results_changed.emit()
    assert page.verdict.isVisible()
    assert page.session.standing().states["test"] == "done"


def test_every_control_has_a_name(writer: made.StudyWriter, show: Show) -> None:
    made.found(writer)
    page = show("test")
    unnamed = [
        type(button).__name__
        for button in page.findChildren(QAbstractButton)
        if button.isVisible() and not button.objectName() and button.parent() is not None
    ]
    # The corner of a table is Qt's own.
    assert set(unnamed) <= {"QTableCornerButton", "QAbstractButton"}


@pytest.mark.parametrize("width", [700, 1600])
def test_the_page_never_scrolls_sideways(writer: made.StudyWriter, show: Show, width: int) -> None:
    made.found(writer)
    page = show("test")
    page.resize(width, 600)
    settle()
    assert page.scroll_area.horizontalScrollBar().maximum() == 0
    assert page.pictures.grid.columns == (1 if width == 700 else 2)
