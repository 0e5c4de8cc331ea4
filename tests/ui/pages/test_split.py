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

from deepbench.messages import JobFailed, SketchSplit
from deepbench.study.records import (
    CheckRecord,
    OuterFoldRecord,
    PowerRecord,
    SimilarityRecord,
    SplitMapRecord,
    SplitSketchRecord,
)
from deepbench_ui.models.split_words import ROLE_WORDS, likeness_mark, proof_lines
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
from deepbench_ui.widgets.split_sketch import WAIT
from tests.ui.conftest import child, settle
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
    assert "“Leave one site out” needs a column with the role “site”" in page.no_role.text
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
    assert page.folds.rows.columnCount() == 7


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


# --- before the split: what it would be ---------------------------------------------------


def sketch(**changes: Any) -> dict[str, Any]:
    record = SplitSketchRecord(
        design="nested",
        why="Asked for in the plan.",
        outer_folds=(fold("fold 1", 4), fold("fold 2", 3)),
        proofs=("No biological unit is on both sides of the split (checked on 25 units).",),
        power=POWER,
    )
    return record.model_copy(update=changes).model_dump(mode="json")


POWER = PowerRecord(
    measure="AUROC", test_units=25, assumed=0.8, low=0.6, high=0.91,
    sentence="With 25 test units an AUROC of 0.80 will have a 95 % interval of 0.60 to 0.91.",
)  # fmt: skip


def asked(desk: Any, qtbot: QtBot, times: int) -> None:
    """Wait until the desk was asked so often, and has answered."""
    qtbot.waitUntil(lambda: len(desk.asked) == times, timeout=3000)
    settle()


def test_the_sketch_shows_precision_and_test_sets_before_anything_is_locked(
    writer: StudyWriter, open_page: Open, desk: Any, qtbot: QtBot
) -> None:
    writer.write("check")
    desk.answers["SketchSplit"] = sketch()
    session, page = open_page()
    asked(desk, qtbot, 1)
    request = desk.asked[0]
    assert isinstance(request, SketchSplit)
    assert (request.study, request.answers) == (str(session.folder), session.draft.answers)
    assert text(page, "sketch.power") == POWER.sentence
    assert text(page, "sketch.why") == "You asked for this way."
    assert text(page, "sketch.proof.0").startswith("No biological unit")
    assert child(page, "split.sketch.folds.table").model().rowCount() == 2
    assert text(page, "sketch.wait") == ""
    # Another design is another sketch; an answer that changes nothing asks for none.
    desk.answers["SketchSplit"] = sketch(power=None, outer_folds=(fold("holdout", 2),))
    choose(page, "holdout", qtbot)
    asked(desk, qtbot, 2)
    assert child(page, "split.sketch.folds.table").model().rowCount() == 1
    assert text(page, "sketch.power") == ""
    session.answer("question.title", "Sleep", "title")
    page.update_page()
    assert not page.sketch._later.isActive()


def test_what_is_impossible_is_told_in_the_words_of_the_page(
    writer: StudyWriter, open_page: Open, desk: Any, qtbot: QtBot
) -> None:
    writer.write("check")
    desk.answers["SketchSplit"] = sketch(
        problem="All samples come from one site (Ulm), so none can be left out.",
        hint="Possible with these samples: test every unit once, all 25 units, in 5 parts "
        '(split.design = "nested").',
    )
    _, page = open_page()
    asked(desk, qtbot, 1)
    assert page.sketch.problem.text == (
        "All samples come from one site (Ulm), so none can be left out. Possible with these "
        "samples: test every unit once, all 25 units, in 5 parts."
    )
    assert not page.sketch.content.isVisible()
    desk.answers["SketchSplit"] = sketch()
    choose(page, "nested", qtbot)
    asked(desk, qtbot, 2)
    assert page.sketch.problem.text == ""
    assert page.sketch.content.isVisible()


def test_an_answer_that_comes_too_late_is_not_shown(
    writer: StudyWriter, open_page: Open, desk: Any, qtbot: QtBot
) -> None:
    writer.write("check")
    _, page = open_page()
    asked(desk, qtbot, 1)
    assert text(page, "sketch.wait") == WAIT
    choose(page, "holdout", qtbot)
    asked(desk, qtbot, 2)
    desk.answer_last(sketch())
    assert not page.sketch.content.isVisible()
    desk.answer_last(sketch())
    assert page.sketch.content.isVisible()


def test_a_desk_that_fails_is_told_and_asked_again(
    writer: StudyWriter, open_page: Open, desk: Any, qtbot: QtBot
) -> None:
    writer.write("check")
    desk.answers["SketchSplit"] = JobFailed("WorkerError", "The worker died.", "Try again.", 1)
    _, page = open_page()
    asked(desk, qtbot, 1)
    assert page.sketch.problem.text == "The worker died. Try again."
    desk.answers["SketchSplit"] = sketch()
    page.hide_page()
    page.show_page()
    asked(desk, qtbot, 2)
    assert page.sketch.content.isVisible()


def test_no_sketch_of_what_lies_in_the_vault(
    writer: StudyWriter, open_page: Open, desk: Any, qtbot: QtBot
) -> None:
    writer.write("split")
    session, page = open_page()
    assert not page.sketch.isVisible()
    assert not page.sketch._later.isActive()
    session.answer("split.design", "holdout", "design")
    assert page.sketch.isVisible()
    asked(desk, qtbot, 1)


def test_designs_need_their_roles(writer: StudyWriter, open_page: Open, qtbot: QtBot) -> None:
    writer.write("check")
    session, page = open_page()
    for design, role in (("leave-one-batch-out", "batch"), ("own", "part")):
        button = page.design.buttons[design]
        assert not button.isEnabled()
        assert f"the role “{ROLE_WORDS[role]}” (step 4)" in button.accessibleDescription()
        session.answer(f"roles.{role}", ["column"], "role")
        assert button.isEnabled()
        choose(page, design, qtbot)
        assert session.value("split.design") == design
        assert numbers(page) == ["tuning-folds", "seed"]


# --- after it: how precise, how alike -----------------------------------------------------


def test_precision_and_likeness_stay_on_the_page(writer: StudyWriter, open_page: Open) -> None:
    alike = SimilarityRecord(
        auroc=0.51, low=0.42, high=0.6, expected=False, columns=(), sentence="They are alike."
    )
    writer.records["split"] = split().model_copy(update={"power": POWER, "similarity": alike})
    writer.write("split")
    _, page = open_page()
    assert text(page, "power") == POWER.sentence
    assert text(page, "similarity") == "They are alike."
    page._show_split(split())
    assert not page.precision.isVisible()


@pytest.mark.parametrize(
    ("low", "expected", "mark"),
    [(0.45, False, "done"), (0.7, True, "info"), (0.7, False, "warning")],
)
def test_sets_that_differ_are_marked(low: float, expected: bool, mark: str) -> None:
    record = SimilarityRecord(
        auroc=0.8, low=low, high=0.9, expected=expected, columns=("g",), sentence=""
    )
    assert likeness_mark(record)[0] == mark


@pytest.mark.parametrize(
    ("line", "proved"),
    [
        ("No biological unit is on both sides of the split (checked on 9 units, 1 fold).", True),
        ("No site is on both sides of the split (2 sites).", True),
        ("Matched pairs are whole: none of 19 is on both sides.", True),
        ("3 of 3 batches are on both sides of the split: the test does not show …", False),
        ("1 of 3 batches is on both sides of the split: the test does not show …", False),
        ("Not every test set holds every class; scores are computed …", False),
        ("1 sample of units that began before …, is in neither set.", False),
    ],
)
def test_what_is_no_proof_is_not_marked_as_one(line: str, proved: bool) -> None:
    assert proof_lines([line]) == ((line, proved),)
