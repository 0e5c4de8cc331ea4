"""The page of the split: design, numbers, map, proofs, vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from deepbench.study.records import CheckRecord, OuterFoldRecord, SplitMapRecord
from deepbench_ui.pages.split import (
    EMPTY,
    FOLDS_PROBLEM,
    FRACTION_PROBLEM,
    OPENED_WHY,
    SEALED,
    SEED_PROBLEM,
    SplitPage,
)
from deepbench_ui.session import StudySession
from tests.ui.conftest import child
from tests.ui.pages.opened_study import StudyWriter, sheet, split
from tests.ui.pages.tuned_study import opened

Open = Callable[[], tuple[StudySession, SplitPage]]


@pytest.fixture
def writer(study_folder: Path) -> StudyWriter:
    """A study of 25 units, 4 of the rarest class."""
    writer = StudyWriter(study_folder)
    counts = {"class_units": {"healthy": 21, "ill": 4}}
    writer.records["sample-sheet"] = sheet().model_copy(update=counts)
    return writer


@pytest.fixture
def open_page(study_folder: Path, desk: Any, runner: Any, qtbot: QtBot) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(opened(SplitPage, study_folder, desk, runner, qtbot))


def choose(page: SplitPage, value: str, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.design.buttons[value], Qt.MouseButton.LeftButton, pos=_mark(page, value))


def _mark(page: SplitPage, value: str) -> Any:
    from PySide6.QtCore import QPoint

    return QPoint(12, page.design.buttons[value].height() // 2)


def text(page: SplitPage, name: str) -> str:
    said = child(page, f"split.{name}")
    return str(said.text()) if said.isVisible() else ""


def numbers(page: SplitPage) -> list[str]:
    fields = (page.fraction, page.outer, page.tuning, page.seed)
    return [f.field.objectName().removeprefix("split.") for f in fields if f.isVisible()]


# --- answers ------------------------------------------------------------------------------


def test_before_the_split_the_page_asks_and_says_what_will_be_here(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("check")
    _, page = open_page()
    assert text(page, "empty") == EMPTY
    assert page.fold.is_open
    assert not page.found.isVisible()
    assert page.design.buttons["auto"].isChecked()
    assert "25 biological units, too few" in page.design.buttons["auto"].accessibleDescription()


def test_only_numbers_that_matter_are_asked_for(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("check")
    session, page = open_page()
    assert numbers(page) == ["outer-folds", "tuning-folds", "seed"]
    assert text(page, "outer-note").startswith("The rarest class has 4 biological units")
    choose(page, "holdout", qtbot)
    assert session.value("split.design") == "holdout"
    assert numbers(page) == ["test-fraction", "tuning-folds", "seed"]
    assert text(page, "outer-note") == ""
    choose(page, "nested", qtbot)
    assert numbers(page) == ["outer-folds", "tuning-folds", "seed"]


def test_with_many_units_one_part_is_held_out(writer: StudyWriter, open_page: Open) -> None:
    writer.records["check"] = CheckRecord(
        findings=(), left_out_features=(), features=3, units=420, class_units={"healthy": 420}
    )
    writer.write("check")
    _, page = open_page()
    assert "420 biological units, enough" in page.design.buttons["auto"].accessibleDescription()
    assert numbers(page) == ["test-fraction", "tuning-folds", "seed"]


def test_before_units_are_counted_both_numbers_are_asked_for(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("import")
    _, page = open_page()
    assert numbers(page) == ["test-fraction", "outer-folds", "tuning-folds", "seed"]


def test_a_design_needs_its_role_and_says_so_when_the_role_is_gone(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("check")
    session, page = open_page()
    by_site, by_time = page.design.buttons["leave-one-site-out"], page.design.buttons["time"]
    assert not by_site.isEnabled()
    assert not by_time.isEnabled()
    session.answer("roles.site", ["clinic"], "role")
    assert by_site.isEnabled()
    assert not by_time.isEnabled()
    choose(page, "leave-one-site-out", qtbot)
    assert numbers(page) == ["tuning-folds", "seed"]
    assert page.no_role.text == ""
    session.answer("roles.site", None, "role")
    assert "“Leave one site out” needs a column with the role site" in page.no_role.text
    choose(page, "auto", qtbot)
    assert page.no_role.text == ""


@pytest.mark.parametrize(
    ("field", "place", "wrong", "right", "saved", "problem"),
    [
        ("test-fraction", "split.test_fraction", "0.5", "0,3", 0.3, FRACTION_PROBLEM),
        ("outer-folds", "split.outer_folds", "2", "10", 10, FOLDS_PROBLEM),
        ("tuning-folds", "split.tuning_folds", "21", "3", 3, FOLDS_PROBLEM),
        ("seed", "seed", "2147483648", "2147483647", 2147483647, SEED_PROBLEM),
    ],
)
def test_numbers_are_saved_if_they_are_possible(
    writer: StudyWriter, open_page: Open, qtbot: QtBot,
    field: str, place: str, wrong: str, right: str, saved: float, problem: str,
) -> None:  # fmt: skip
    writer.write("import")
    session, page = open_page()
    line = child(page, f"split.{field}")
    qtbot.keyClicks(line, wrong)
    assert session.value(place) in (None, *(int(wrong[:n]) for n in (1, 9) if wrong[0] != "0"))
    assert text(page, f"{field}.problem") == problem
    assert page.next_problem() == problem
    line.clear()
    qtbot.keyClicks(line, right)
    assert session.value(place) == saved
    assert page.next_problem() == ""
    # A large start number stays readable.
    session.undo()
    session.redo()
    assert line.text() in (right, f"{saved:g}")


# --- results ------------------------------------------------------------------------------


def fold(name: str, ill: int) -> OuterFoldRecord:
    return OuterFoldRecord(
        name=name, train_units=20, test_units=5, train_samples=24, test_samples=6,
        test_classes={"healthy": 6 - ill, "ill": ill},
    )  # fmt: skip


def test_a_hold_out_is_sealed_and_shown(writer: StudyWriter, open_page: Open) -> None:
    writer.records["split"] = split().model_copy(
        update={
            "outer_folds": (fold("holdout", 4),),
            "why": "Asked for in the plan.",
            "proofs": ("Every class is in every set.",),
            "tuning_repeats": 2,
        }
    )
    writer.write("split")
    _, page = open_page()
    assert text(page, "empty") == ""
    assert not page.fold.is_open
    assert page.fold.head.text().endswith("Test every unit once")
    assert text(page, "sealed") == SEALED
    assert text(page, "sealed-why").startswith("6 samples of 5 biological units lie there.")
    assert text(page, "why") == "You asked for this way."
    assert text(page, "tuned") == "Settings are compared on 5 tuning sets, divided 2 times."
    assert text(page, "proof.0") == "Every class is in every set."
    assert page.map.figure.folds[0].sets == ("test",) * 6
    table = child(page, "split.folds.table")
    cells = [table.model().index(0, column).data() for column in range(7)]
    assert cells == ["Hold-out", "20", "24", "5", "6", "2", "4"]


def test_several_folds_are_rows_of_map_and_table(writer: StudyWriter, open_page: Open) -> None:
    writer.records["split"] = split(2).model_copy(
        update={"outer_folds": (fold("fold 1", 4), fold("fold 2", 3))}
    )
    writer.views["split-map"] = SplitMapRecord(
        samples=("a", "b"), units=("u", "u"), outcomes=("", ""),
        outer_folds=("fold 1", "fold 2"), places=((2, 2), (0, 0)), tuning_fold=(-1, -1),
    )  # fmt: skip
    writer.write("split")
    _, page = open_page()
    assert "one of the 2 parts" in text(page, "sealed-why")
    assert [row.label for row in page.map.figure.folds] == ["Fold 1", "Fold 2"]
    assert page.map.figure.divided_units() == []
    assert child(page, "split.folds.table").model().rowCount() == 2


def test_the_table_follows_the_classes(writer: StudyWriter, open_page: Open) -> None:
    writer.write("split")
    _, page = open_page()
    assert child(page, "split.folds.table").model().columnCount() == 5
    record = split().model_copy(update={"outer_folds": (fold("holdout", 1),)})
    page._show_split(record)
    assert page._rows.columnCount() == 7


def test_a_changed_answer_opens_the_questions_and_keeps_the_results(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    assert not page.fold.is_open
    session.answer("split.design", "holdout", "design")
    assert page.fold.is_open
    assert page.found.isVisible()
    assert page.state_banner.isVisible()


# --- after the test set was opened --------------------------------------------------------


def test_an_opened_test_set_is_said_and_changing_the_split_is_asked(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.openings = ["", "x"]
    writer.write("test")
    _, page = open_page()
    assert "has been opened 2 times" in page.opened.text
    assert "a reason" in page.opened.text
    assert text(page, "sealed") == "The test set has been opened 2 times."
    assert text(page, "sealed-why") == OPENED_WHY

    def press(name: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        child(box, f"split.ask.{name}").click()

    QTimer.singleShot(0, page, lambda: press("leave"))
    assert not page.confirm_run()
    QTimer.singleShot(0, page, lambda: press("go-on"))
    assert page.confirm_run()


def test_nothing_is_asked_before_the_test_set_was_opened(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("split")
    _, page = open_page()
    assert page.opened.text == ""
    assert page.confirm_run()


def test_nothing_sticks_out_of_a_narrow_page(writer: StudyWriter, open_page: Open) -> None:
    writer.write("split")
    session, page = open_page()
    session.answer("split.design", "nested", "design")
    assert page.scroll_area.horizontalScrollBar().maximum() == 0
