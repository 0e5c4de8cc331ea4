"""The page of the data check: cards, decisions, pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from deepbench.messages import JudgeSuitability
from deepbench.study.folder import Study
from deepbench.study.records import (
    CheckRecord,
    ColumnRecord,
    ExplorationRecord,
    FindingRecord,
    Reason,
    SuitabilityRecord,
)
from deepbench.study.standing import CHECK_BLOCKED
from deepbench_ui.models.exploration_figures import ALL_SAMPLES, TRAINING_ONLY
from deepbench_ui.models.finding_cards import ACCEPTED, OPEN, STOPS
from deepbench_ui.pages.check import EMPTY, NOTHING, CheckPage
from deepbench_ui.session import StudySession
from deepbench_ui.theme import theme
from deepbench_ui.widgets.component_plots import NO_ANNOTATION
from tests.ui.conftest import child, settle
from tests.ui.pages.opened_study import StudyWriter, imported
from tests.ui.pages.tuned_study import opened

Open = Callable[[], tuple[StudySession, CheckPage]]

LEAK = FindingRecord(
    kind="suspicious feature", severity="serious", where="single measurements",
    message="'p1' and 'p2' alone tell the outcome.", hint="Kept until you decide.",
    columns=("p1", "p2"), can_leave_out=True,
)  # fmt: skip
BATCH = FindingRecord(
    kind="outcome and batch", severity="serious", where="batch 'plate'",
    message="The batch goes with the outcome.", columns=("plate",),
)  # fmt: skip
WORDS = FindingRecord(
    kind="suspicious feature", severity="serious", where="coded features",
    message="'b' is the outcome.", columns=("b",), decision="left out",
)  # fmt: skip
FAR = FindingRecord(
    kind="outlying samples", severity="info", where="samples", message="11 samples lie far out.",
    samples=tuple(f"s{n}" for n in range(11)), decision="kept",
)  # fmt: skip
VERDICT = SuitabilityRecord(
    verdict="use traditional models",
    reasons=(
        Reason(rule="units", speaks="against", text="12 units are few.", source=""),
        Reason(rule="machine", speaks="neutral", text="No card.", source=""),
    ),
    unanswered=(),
    with_data=True,
)


def exploration(**other: Any) -> ExplorationRecord:
    samples = tuple(f"s{n}" for n in range(12))
    values: dict[str, Any] = {
        "scope": "all samples",
        "outcome": "group",
        "task": "binary",
        "classes": ("healthy", "ill"),
        "samples": samples,
        "outcomes": ("healthy", "ill") * 6,
        "colourings": {"plate": ("A", "B", "C") * 4, "site": ("x",) * 12},
        "components": tuple(tuple(float((n * k) % 7) for n in range(12)) for k in (1, 2, 3)),
        "explained": (0.5, 0.25, 0.125),
        "features_used": 3,
        "missing_share": 0.1,
        "missing_map": ((0.0, 0.5, 0.0),) * 12,
        "missing_features": (("p2", 3), ("b", 1)),
        "missing_samples": (("s4", 2),),
    }
    return ExplorationRecord(**(values | other))


@pytest.fixture
def writer(study_folder: Path, desk: Any) -> StudyWriter:
    """A study whose data was checked, with three findings and pictures."""
    desk.answers["JudgeSuitability"] = VERDICT.model_dump(mode="json")
    columns = tuple(
        ColumnRecord(name=n, kind=k, role="feature", missing=0, distinct=d)
        for n, k, d in (("p1", "numeric", 12), ("p2", "numeric", 12), ("b", "categorical", 2))
    )
    writer = StudyWriter(study_folder)
    writer.records["import"] = imported().model_copy(update={"columns": columns, "rows": 12})
    found(writer, FAR, LEAK, BATCH)
    writer.views["exploration"] = exploration()
    return writer


def found(writer: StudyWriter, *findings: FindingRecord, **other: Any) -> None:
    values: dict[str, Any] = {"left_out_features": (), "features": 3}
    writer.records["check"] = CheckRecord(findings=findings, **(values | other))


@pytest.fixture
def open_page(study_folder: Path, desk: Any, runner: Any, qtbot: QtBot) -> Iterator[Open]:
    def make() -> tuple[StudySession, CheckPage]:
        session, page = stack.enter_context(opened(CheckPage, study_folder, desk, runner, qtbot))
        settle()
        return session, page

    with ExitStack() as stack:
        yield make


def press(page: CheckPage, name: str, qtbot: QtBot) -> None:
    button = child(page, f"check.finding.{name}", QPushButton)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def text(page: CheckPage, name: str) -> str:
    said = child(page, f"check.{name}")
    return str(said.text()) if said.isVisible() else ""


# --- what is shown ------------------------------------------------------------------------


def test_before_the_check_the_page_says_what_will_be_here(
    study_folder: Path, open_page: Open
) -> None:
    writer = StudyWriter(study_folder)
    writer.write("sample-sheet")
    _, page = open_page()
    assert text(page, "empty") == EMPTY
    assert not page.summary.isVisible()
    assert not page.pictures.isVisible()
    assert page.views == []


def test_findings_stand_in_groups_the_gravest_first(writer: StudyWriter, open_page: Open) -> None:
    writer.write("check")
    _, page = open_page()
    assert text(page, "empty") == ""
    assert text(page, "count") == "2 serious, 1 to know."
    assert text(page, "waiting") == "2 wait for your decision."
    assert text(page, "in-use") == "In use: 3 features, 30 samples of 25 biological units."
    assert [view.card.finding for view in page.views if view.card] == [LEAK, BATCH, FAR]
    assert page.folds["serious"].isVisible()
    assert not page.folds["warning"].isVisible()
    # What is merely to know is folded away while something graver is open.
    assert not page.folds["info"].is_open
    assert text(page, "finding.0.title") == "A measurement that tells the outcome almost perfectly"
    assert text(page, "finding.0.severity") == "Serious"
    assert text(page, "finding.0.decided") == OPEN


def test_what_the_check_left_out_and_merged_is_counted(
    writer: StudyWriter, open_page: Open
) -> None:
    found(
        writer, left_out_features=("b",), features=2, units=9, class_units={"ill": 9},
        left_out_samples=2, samples=28, class_samples={"ill": 28},
    )  # fmt: skip
    writer.write("check")
    _, page = open_page()
    assert text(page, "in-use") == (
        "In use: 2 features, 28 samples of 9 biological units. Left out: 1 column and 2 samples."
    )


def test_no_finding_is_said_with_what_was_looked_for(writer: StudyWriter, open_page: Open) -> None:
    found(writer)
    writer.write("check")
    _, page = open_page()
    assert text(page, "count") == NOTHING


def test_many_findings_are_all_shown_in_their_order(writer: StudyWriter, open_page: Open) -> None:
    findings = [BATCH.model_copy(update={"where": f"batch '{n}'"}) for n in range(11)]
    found(writer, *findings)
    writer.write("check")
    _, page = open_page()
    assert [view.card.finding.where for view in page.views if view.card] == [
        finding.where for finding in findings
    ]


def test_a_check_that_blocked_shows_its_findings_without_buttons(
    writer: StudyWriter, study_folder: Path, open_page: Open
) -> None:
    blocking = BATCH.model_copy(update={"severity": "blocking"})
    found(writer, blocking, FAR)
    record = writer.records["check"]
    writer.write("sample-sheet")
    with Study.open_for_writing(study_folder) as study:
        stored = study.store("runs", "blocked.json", record.model_dump_json().encode())
        study.record(CHECK_BLOCKED, {"record": stored})
        blocked = {"stage": "check", "message": "Nothing can tell them apart.", "hint": "Measure."}
        study.record("stage_blocked", blocked)
    _, page = open_page()
    assert "Nothing can tell them apart. Measure." in page.state_banner.text
    assert text(page, "count") == "1 stops the study, 1 to know."
    assert text(page, "finding.0.decided") == STOPS
    card = child(page, "check.finding.0")
    assert [b.text() for b in card.findChildren(QPushButton) if b.isVisible()] == []


# --- names --------------------------------------------------------------------------------


def test_a_name_on_a_card_selects_the_feature(writer: StudyWriter, open_page: Open) -> None:
    writer.write("check")
    session, page = open_page()
    names = child(page, "check.finding.0.features.names")
    assert names.text().startswith("2 features: ")
    names.linkActivated.emit("1")
    assert session.selection.selected("feature") == "p2"
    assert "<b>p2</b>" in names.text()
    assert "<b>p1</b>" not in names.text()


def test_the_first_eight_names_are_shown_and_all_on_demand(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("check")
    session, page = open_page()
    page.folds["info"].head.click()
    names = child(page, "check.finding.2.samples.names")
    assert "s7" in names.text()
    assert "s8" not in names.text()
    assert names.text().endswith("and 3 more")
    listed = child(page, "check.finding.2.samples.list")
    assert not listed.isVisible()
    press(page, "2.samples.toggle", qtbot)
    assert listed.isVisible()
    assert listed.model().rowCount() == 11
    listed.setCurrentIndex(listed.model().index(9))
    assert session.selection.selected("sample") == "s9"
    press(page, "2.samples.toggle", qtbot)
    assert names.isVisible()


def test_names_are_shown_as_they_are_written(writer: StudyWriter, open_page: Open) -> None:
    found(writer, LEAK.model_copy(update={"columns": ("<b>IL-6</b> & co",)}))
    writer.write("check")
    _, page = open_page()
    assert (
        "&lt;b&gt;IL-6&lt;/b&gt; &amp; co" in child(page, "check.finding.0.features.names").text()
    )


# --- decisions ----------------------------------------------------------------------------


def test_leaving_features_out_is_an_answer_and_can_be_taken_back(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("check")
    session, page = open_page()
    press(page, "0.leave-out-features", qtbot)
    assert session.value("check.leave_out") == ["p1", "p2"]
    assert session.standing().states["check"] == "out of date"
    assert text(page, "finding.0.pending").startswith("These 2 features will be left out")
    assert text(page, "waiting") == "1 waits for your decision."
    assert page.state_banner.isVisible()
    assert not page.fit_card.isVisible()
    press(page, "0.take-back", qtbot)
    assert session.value("check.leave_out") is None
    assert session.standing().states["check"] == "needs a decision"
    assert text(page, "finding.0.pending") == ""


def test_some_of_the_features_can_be_left_out(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("check")
    session, page = open_page()
    button = child(page, "check.finding.0.leave-out-features")
    assert button.text() == "Leave These Features Out"
    press(page, "0.features.toggle", qtbot)
    press(page, "0.features.untick-all", qtbot)
    assert not button.isEnabled()
    rows = page.views[0].features.rows
    rows.setData(rows.index(1), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert button.text() == "Leave 1 of 2 Features Out"
    press(page, "0.leave-out-features", qtbot)
    assert session.value("check.leave_out") == ["p2"]


def test_what_the_check_left_out_can_be_kept(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    found(writer, WORDS)
    writer.write("check")
    session, page = open_page()
    assert child(page, "check.finding.0.keep").text() == "Keep It in the Models"
    press(page, "0.keep", qtbot)
    assert session.value("check.keep") == ["b"]


def test_samples_can_be_left_out(writer: StudyWriter, open_page: Open, qtbot: QtBot) -> None:
    found(writer, FAR)
    writer.write("check")
    session, page = open_page()
    # Alone, what is to know is open.
    press(page, "0.leave-out-samples", qtbot)
    assert session.value("check.leave_out_samples") == list(FAR.samples)


def test_a_reason_is_saved_from_ten_letters_on(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("check")
    session, page = open_page()
    place = ("check", "reasons", "outcome and batch: batch 'plate'")
    press(page, "1.reason", qtbot)
    field = child(page, "check.finding.1.reason-text")
    short = child(page, "check.finding.1.reason-short")
    assert field.isVisible()
    qtbot.keyClicks(field, "too  short")
    assert session.value(place) is None
    assert short.isVisible()
    qtbot.keyClicks(field, " no more")
    assert session.value(place) == "too short no more"
    assert not short.isVisible()
    # The text is left alone while it is written, and the check is not out of date by it.
    assert field.toPlainText() == "too  short no more"
    assert text(page, "finding.1.decided") == ACCEPTED
    assert session.standing().states["check"] == "needs a decision"
    assert text(page, "waiting") == "1 waits for your decision."
    for _ in range(10):
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert session.value(place) is None
    assert field.toPlainText() == "too  sho"


def test_a_reason_is_taken_back_and_comes_again_with_undo(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("check")
    session, page = open_page()
    session.answer(("check", "reasons", BATCH.name), "plates were mixed", "reason")
    field = child(page, "check.finding.1.reason-text")
    assert field.toPlainText() == "plates were mixed"
    press(page, "1.take-back", qtbot)
    assert session.value("check.reasons") is None
    assert not field.isVisible()
    assert field.toPlainText() == ""
    session.undo()
    assert field.isVisible()
    assert field.toPlainText() == "plates were mixed"


def test_a_column_of_units_becomes_the_unit_with_one_button(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    units = FindingRecord(
        kind="repeated units", severity="serious", where="column 'b'", message="Names repeat.",
        columns=("b",), decision="kept together",
    )  # fmt: skip
    found(writer, units)
    writer.write("check")
    session, page = open_page()
    press(page, "0.unit", qtbot)
    assert session.value("roles.unit") == ["b"]
    assert text(page, "finding.0.pending").startswith("“b” will be the biological unit")
    assert session.standing().states["sample-sheet"] == "out of date"
    press(page, "0.take-back", qtbot)
    assert session.value("roles") is None


# --- verdict and pictures -----------------------------------------------------------------


def test_the_verdict_of_tip_1_is_asked_once_with_the_real_numbers(
    writer: StudyWriter, open_page: Open, desk: Any
) -> None:
    writer.write("check")
    session, page = open_page()
    assert text(page, "fit.verdict").startswith("Use traditional models.")
    assert text(page, "fit.reason") == "12 units are few."
    session.answer(("check", "reasons", BATCH.name), "plates were mixed", "reason")
    settle()
    asked = [request for request in desk.asked if isinstance(request, JudgeSuitability)]
    assert [request.study for request in asked] == [str(session.folder)]


def test_a_verdict_without_the_data_is_not_shown(
    writer: StudyWriter, open_page: Open, desk: Any
) -> None:
    without = VERDICT.model_copy(update={"with_data": False})
    desk.answers["JudgeSuitability"] = without.model_dump(mode="json")
    writer.write("check")
    _, page = open_page()
    assert not page.fit_card.isVisible()


def test_components_are_chosen_for_both_pictures(writer: StudyWriter, open_page: Open) -> None:
    writer.write("check")
    _, page = open_page()
    pca = page.components
    assert [pca.up.itemText(n) for n in range(3)] == [
        "PC1 (50.0 %)",
        "PC2 (25.0 %)",
        "PC3 (12.5 %)",
    ]
    pca.up.setCurrentIndex(2)
    pca.up.activated.emit(2)
    assert pca.outcome.figure.title == "PC1 and PC3, coloured by group"
    assert pca.annotation.figure.title == "PC1 and PC3, coloured by plate"
    pca.colour.setCurrentIndex(1)
    pca.colour.activated.emit(1)
    assert pca.annotation.figure.title == "PC1 and PC3, coloured by site"
    assert pca.outcome.figure.per_sample
    assert ALL_SAMPLES in text(page, "pca.sentence")


def test_a_sample_selected_in_the_list_is_selected_everywhere(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("check")
    session, page = open_page()
    assert page.missing.map.figure.column_labels == ("p1", "p2", "b")
    table = child(page, "check.missing.samples")
    table.setCurrentIndex(table.model().index(0, 0))
    assert session.selection.selected("sample") == "s4"
    features = child(page, "check.missing.features")
    session.selection.select("feature", "b")
    assert [index.row() for index in features.selectionModel().selectedRows()] == [1]


def test_without_an_annotation_the_page_says_so(writer: StudyWriter, open_page: Open) -> None:
    writer.views["exploration"] = exploration(colourings={}, missing_share=0.0)
    writer.write("check")
    _, page = open_page()
    assert text(page, "pca.note") == NO_ANNOTATION
    assert not page.components.annotation.isVisible()
    assert not page.components.colour.isVisible()
    assert page.missing.map.figure is None
    assert "No value is missing." in page.missing.map.accessibleDescription()


def test_after_the_split_the_scope_is_said(writer: StudyWriter, open_page: Open) -> None:
    writer.views["exploration"] = exploration(scope="training samples")
    writer.write("split")
    _, page = open_page()
    assert TRAINING_ONLY in text(page, "pca.sentence")
    assert TRAINING_ONLY in page.missing.map.figure.sentence


def test_pictures_that_were_deleted_are_announced(writer: StudyWriter, open_page: Open) -> None:
    del writer.views["exploration"]
    writer.write("check")
    _, page = open_page()
    assert not page.pictures.isVisible()
    assert page.no_pictures.isVisible()


def test_the_theme_changes_what_is_painted(writer: StudyWriter, open_page: Open) -> None:
    writer.write("check")
    _, page = open_page()
    names = child(page, "check.finding.0.features.names")
    light = names.text()
    theme().set_mode("dark")
    assert names.text() != light
    assert theme().colour("accent").name() in names.text()


def test_nothing_sticks_out_of_a_narrow_page(writer: StudyWriter, open_page: Open) -> None:
    long = LEAK.model_copy(update={"columns": tuple(f"{'long name ' * 9}{n}" for n in range(9))})
    found(writer, long, FAR)
    writer.write("check")
    _, page = open_page()
    assert page.width() == 700
    assert page.scroll_area.horizontalScrollBar().maximum() == 0
