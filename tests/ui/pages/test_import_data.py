"""The page of step 3: the file, how it is read, what is in it, where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from deepbench.messages import JobFailed, PreviewTable
from deepbench.plan import Data
from deepbench.study.records import ColumnRecord, Conversion, PreviewRecord
from deepbench_ui.models.columns import TYPE_COLUMN
from deepbench_ui.models.file_facts import conversion_line, facts_line, spell_size
from deepbench_ui.models.reading_words import ANSWERS
from deepbench_ui.pages import import_data
from deepbench_ui.pages.import_data import (
    ANSWER_FIRST,
    CHOOSE_COLUMN,
    FILE_STEP,
    MORE_CONVERSIONS,
    NO_CONVERSIONS,
    NO_FILE,
    OTHER_FILE,
    OUTCOME,
    OUTCOME_MISSING,
    PROVENANCE,
    READING,
    ImportPage,
)
from deepbench_ui.session import StudySession
from tests.ui.conftest import child, settle
from tests.ui.pages.table_previews import COLUMNS, preview


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page ask without waiting for more answers."""
    monkeypatch.setattr(import_data, "_WAIT_MILLISECONDS", 0)


@pytest.fixture
def page(session: StudySession, qtbot: QtBot) -> ImportPage:
    made = ImportPage(session)
    qtbot.addWidget(made)
    made.resize(900, 900)
    made.show()
    made.show_page()
    return made


@pytest.fixture
def read(page: ImportPage, desk: Any) -> ImportPage:
    """The page with a table that was read."""
    page.use_file("/lab/table.csv")
    settle()
    desk.answer_last(preview())
    settle()
    return page


def choose(box: QComboBox, value: str) -> None:
    place = box.findData(value)
    assert place >= 0, f"there is no {value}"
    box.setCurrentIndex(place)
    box.activated.emit(place)


def cells(page: ImportPage, name: str) -> list[list[str]]:
    model = child(page, f"import.{name}").model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def asked_for(desk: Any) -> list[dict[str, Any]]:
    assert all(isinstance(request, PreviewTable) for request in desk.asked)
    return [request.answers["data"] for request in desk.asked]


# --- the file -----------------------------------------------------------------------------


def test_before_there_is_a_file(page: ImportPage, desk: Any) -> None:
    settle()
    assert page.facts.text() == NO_FILE
    for part in (page.how_card, page.columns_card, page.cells, page.outcome):
        assert not part.isVisible()
    assert desk.asked == []


def test_a_chosen_file_is_read_and_shown(
    page: ImportPage, session: StudySession, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    page.choose.click()
    assert session.value("data.source") is None
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("/lab/t.csv", ""))
    page.choose.click()
    settle()
    assert asked_for(desk) == [{"source": "/lab/t.csv"}]
    assert page.facts.text() == READING.format(name="t.csv")
    desk.answer_last(preview())
    assert page.facts.text() == (
        "table.csv: 3 rows, 3 columns, 1.2 kB. "
        "Read as CSV, utf-8, columns between semicolons, decimal commas."
    )
    assert cells(page, "raw")[2] == ["s3", "ill", "NA"]
    assert cells(page, "parsed")[2] == ["s3", "ill", "missing"]
    assert cells(page, "columns") == [
        ["sample", "Free text", "Feature", "0", "3"],
        ["Group", "Labels", "Outcome", "0", "2"],
        ["p1", "Numbers", "Feature", "1", "2"],
    ]
    assert page.how_card.isVisible()
    settle()
    assert len(desk.asked) == 1


def test_coming_back_looks_at_the_file_again_once(read: ImportPage, desk: Any) -> None:
    read.hide_page()
    read.session.answer("question.outcome", "p1", "outcome")
    read.show_page()
    settle()
    assert len(desk.asked) == 2


def test_a_wrong_file_then_the_right_one(
    page: ImportPage, session: StudySession, desk: Any
) -> None:
    page.use_file("/lab/photo.csv")
    settle()
    problem = 'The file is empty or no table: write delimiter = ";" under [data].'
    desk.answer_last(
        preview(
            source_name="photo.csv",
            rows=0,
            columns=(),
            conversions=(),
            shown_columns=(),
            raw=(),
            parsed=(),
            row_numbers=(),
            proposed_roles={},
            outcome_candidates=(),
            problem=problem,
            hint="Choose another file.",
        )
    )
    assert page.problem.isVisible()
    assert page.problem.text == (
        "The file is empty or no table: set what stands between columns (step 3) to “;”. "
        "Choose another file."
    )
    assert page.facts.text().startswith("photo.csv: 1.2 kB.")
    assert page.first_step() == OTHER_FILE
    assert not page.outcome.isVisible()
    assert not page.cells.isVisible()
    page.use_file("/lab/table.csv")
    settle()
    desk.answer_last(preview())
    assert not page.problem.isVisible()
    assert page.first_step() == ""
    assert page.facts.text().startswith("table.csv: 3 rows")
    session.undo()
    assert session.value("data.source") == "/lab/photo.csv"


def test_the_same_file_chosen_again_is_read_again(read: ImportPage, desk: Any) -> None:
    read.use_file("/lab/table.csv")
    settle()
    assert len(desk.asked) == 2
    desk.answer_last(preview(rows=4))
    assert read.facts.text().startswith("table.csv: 4 rows")
    assert read.how_card.isVisible()


def test_a_file_that_cannot_be_read_at_all_is_said(page: ImportPage, desk: Any) -> None:
    page.use_file("/lab/table.csv")
    settle()
    desk.answer_last(JobFailed("worker died", "The process stopped.", "Try again.", 1))
    assert page.problem.text == "The process stopped. Try again."
    assert page.facts.text() == ""
    page.hide_page()
    page.show_page()
    desk.answer_last(preview())
    assert page.problem.text == ""


def test_answers_about_an_earlier_file_are_ignored(page: ImportPage, desk: Any) -> None:
    page.use_file("/lab/old.csv")
    settle()
    page.use_file("/lab/new.csv")
    settle()
    assert [data["source"] for data in asked_for(desk)] == ["/lab/old.csv", "/lab/new.csv"]
    desk.answer_last(preview(source_name="old.csv"))
    assert page.facts.text() == READING.format(name="new.csv")
    assert not page.how_card.isVisible()
    desk.answer_last(preview(source_name="new.csv"))
    assert page.facts.text().startswith("new.csv: ")


def test_taking_back_the_only_file(read: ImportPage, session: StudySession) -> None:
    session.undo()
    settle()
    assert session.value("data.source") is None
    assert read.facts.text() == NO_FILE
    assert not read.columns_card.isVisible()


# --- how it is read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("header", "no"), ("decimal", ","), ("delimiter", "\t"), ("encoding", "mac_roman")],
)
def test_another_way_of_reading_is_read_at_once(
    read: ImportPage, session: StudySession, desk: Any, name: str, value: str
) -> None:
    choose(read.how.boxes[name], value)
    settle()
    assert asked_for(desk)[-1][name] == value
    assert len(desk.asked) == 2
    choose(read.how.boxes[name], "auto")
    settle()
    assert session.value(f"data.{name}") is None
    assert len(desk.asked) == 3


def test_another_file_takes_back_how_the_first_was_read(
    read: ImportPage, session: StudySession
) -> None:
    choose(read.how.boxes["delimiter"], "|")
    session.answer(("data", "types", "p1"), "categorical", "type")
    read.use_file("/lab/other.csv")
    assert session.draft.answers["data"] == {"source": "/lab/other.csv"}
    assert read.how.boxes["delimiter"].currentData() == "auto"
    assert session.draft.undo_label == FILE_STEP
    session.undo()
    assert session.value("data.delimiter") == "|"


def test_signs_for_missing(read: ImportPage, session: StudySession, desk: Any) -> None:
    QTest.keyClicks(read.how.missing, "n.d.; -99 ;; ")
    QTest.keyClick(read.how.missing, Qt.Key.Key_Return)
    settle()
    assert asked_for(desk)[-1]["missing"] == ["n.d.", "-99"]
    session.undo()
    read.setFocus()
    settle()
    assert session.value("data.missing") is None


def test_sheets_of_a_workbook(page: ImportPage, session: StudySession, desk: Any) -> None:
    page.use_file("/lab/book.xlsx")
    settle()
    book = {"format": "xlsx", "encoding": "", "delimiter": "", "sheets": ("A", "B"), "sheet": "A"}
    desk.answer_last(preview(**book))
    assert page.how.sheet.isEnabled()
    assert page.how.sheet.currentData() == "A"
    assert not page.how.boxes["encoding"].isEnabled()
    assert not page.how.boxes["delimiter"].isEnabled()
    assert "sheet “A”" in page.facts.text()
    choose(page.how.sheet, "B")
    settle()
    assert asked_for(desk)[-1]["sheet"] == "B"
    desk.answer_last(preview(**(book | {"sheet": "B"})))
    assert page.how.sheet.currentData() == "B"
    page.use_file("/lab/table.csv")
    settle()
    desk.answer_last(preview())
    assert not page.how.sheet.isEnabled()
    assert page.how.boxes["encoding"].isEnabled()


# --- questions ----------------------------------------------------------------------------

QUESTION = {
    "key": "data.decimal",
    "message": "t.csv, row 2: 1,234 can be read in two ways.",
    "choices": (
        {"value": ",", "words": "Decimal Comma", "shows": "1,234 is 1.234"},
        {"value": ".", "words": "Thousands", "shows": "1,234 is 1234"},
    ),
    "hint": "",
}


def test_a_question_is_answered_by_a_button(
    page: ImportPage, session: StudySession, desk: Any
) -> None:
    page.use_file("/lab/t.csv")
    settle()
    desk.answer_last(preview(problem="Two ways.", hint="Write decimal …", question=QUESTION))
    assert page.question.isVisible()
    assert page.first_step() == ANSWER_FIRST
    assert not page.problem.isVisible()  # said once, with the answers beside it
    assert [button.text() for button in page.question.buttons] == ["Decimal Comma", "Thousands"]
    assert "1,234 is 1.234" in page.question.buttons[0].accessibleName()
    page.question.buttons[1].click()
    settle()
    assert session.value("data.decimal") == "."
    assert asked_for(desk)[-1]["decimal"] == "."
    assert page.answers.lines == (("decimal", "Decimal mark: point"),)
    desk.answer_last(preview())
    assert not page.question.isVisible()
    assert page.first_step() == ""
    session.undo()
    assert session.value("data.decimal") is None


def test_a_question_that_only_a_run_met_is_asked_too(
    read: ImportPage, session: StudySession, runner: Any, desk: Any
) -> None:
    session.answer("question.outcome", "Group", "outcome")
    session.start_run("import")
    runner.answer_last(JobFailed("DataQuestion", QUESTION["message"], "", 1, QUESTION))
    assert [button.text() for button in read.question.buttons] == ["Decimal Comma", "Thousands"]
    read.question.buttons[0].click()
    assert session.value("data.decimal") == ","
    assert not read.question.isVisible()


def test_a_question_is_brought_into_sight(read: ImportPage, desk: Any) -> None:
    bar = read.scroll_area.verticalScrollBar()
    read.resize(900, 300)
    settle()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    read.entered()
    desk.answer_last(preview(problem="Two ways.", hint="", question=QUESTION))
    settle()
    top = read.question.mapTo(read.scroll_area.viewport(), read.question.rect().topLeft()).y()
    assert 0 <= top < read.scroll_area.viewport().height()


def test_what_was_answered_is_listed_and_can_be_taken_back(
    read: ImportPage, session: StudySession
) -> None:
    assert not read.answers.isVisible()
    session.answer_all(
        {"data.uneven_rows": "skip", "data.missing_in": {"p1": ["nd", "x"]}}, "answers"
    )
    assert read.answers.lines == (
        ("uneven_rows", "Rows with a wrong number of cells: skipped"),
        ("missing_in", "Signs for “missing” in single columns: p1: nd, x"),
    )
    child(read, "import.take-back.uneven-rows").click()
    assert session.value("data.uneven_rows") is None
    assert [key for key, _ in read.answers.lines] == ["missing_in"]


def test_every_question_of_the_engine_has_words() -> None:
    questions = {
        key
        for key, field in Data.model_fields.items()
        if "ask" in get_args(field.annotation) or field.default == "ask"
    }
    assert questions <= set(ANSWERS)
    for key, (_, words) in ANSWERS.items():
        assert set(words) <= set(get_args(Data.model_fields[key].annotation)), key


def test_reasons_of_guesses_stand_below_them(read: ImportPage, desk: Any) -> None:
    assert not read.how.reasons["delimiter"].isVisible()
    read.entered()
    desk.answer_last(preview(reasons={"delimiter": "each of 60 lines has 5 semicolons"}))
    assert read.how.reasons["delimiter"].isVisible()
    assert read.how.reasons["delimiter"].text() == "Each of 60 lines has 5 semicolons"


def test_the_row_with_the_names_is_a_number(read: ImportPage, session: StudySession) -> None:
    QTest.keyClicks(read.how.header_row, "a7")
    QTest.keyClick(read.how.header_row, Qt.Key.Key_Return)
    assert session.value("data.header_row") == 7
    read.how.header_row.clear()
    read.how.header_row.editingFinished.emit()
    assert session.value("data.header_row") is None


# --- files beside it ----------------------------------------------------------------------


def test_a_sample_sheet_is_chosen_matched_and_removed(
    read: ImportPage, session: StudySession, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("/lab/sheet.csv", ""))
    read.further.choose_sheet.click()
    settle()
    assert asked_for(desk)[-1]["sample_sheet"] == "/lab/sheet.csv"
    matching = {
        "rule": "loose",
        "rule_words": "whatever the case",
        "key": "Sample ID",
        "matched": 70,
        "pairs": (("GSM.1", "gsm-1"), ("GSM.2", "gsm-2")),
        "only_table": tuple(f"s{n}" for n in range(8)),
    }
    desk.answer_last(preview(matching=matching))
    assert read.further.matched.text() == (
        "70 samples matched by “Sample ID” (whatever the case). For example GSM.1 = gsm-1, "
        "GSM.2 = gsm-2. Not in the sample sheet: s0, s1, s2, s3, s4 and 3 more."
    )
    session.answer("data.matching", "loose", "matching")
    read.further.remove_sheet.click()
    assert session.draft.answers["data"] == {"source": "/lab/table.csv"}
    assert not read.further.matched.isVisible()
    assert not read.further.remove_sheet.isVisible()


def test_more_files_are_added_once_and_removed(
    read: ImportPage, session: StudySession, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = (["/lab/b.csv", "/lab/c.csv"], "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: chosen)
    read.further.add_more.click()
    read.further.add_more.click()
    settle()
    assert session.value("data.more") == ["/lab/b.csv", "/lab/c.csv"]
    assert read.further.more_text.text() == "b.csv, c.csv"
    read.further.remove_more.click()
    assert session.value("data.more") is None


def test_lines_around_the_table_are_shown(read: ImportPage, desk: Any) -> None:
    assert not read.remarks.isVisible()
    read.entered()
    desk.answer_last(preview(remarks=tuple(f"line {n}" for n in range(10))))
    assert read.remarks.text().split("\n") == [*(f"line {n}" for n in range(8)), "… and 2 more."]


def test_how_complete_the_form_is(page: ImportPage, session: StudySession) -> None:
    before = page.completeness.text()
    assert "origin" not in before
    session.answer("data.origin", "GSE1", "origin")
    assert page.completeness.text() != before


# --- columns ------------------------------------------------------------------------------


def test_a_type_is_changed_in_the_table(
    read: ImportPage, session: StudySession, desk: Any
) -> None:
    view = read.columns.view
    model = view.model()
    index = model.index(2, TYPE_COLUMN)
    assert model.flags(index) & Qt.ItemFlag.ItemIsEditable
    assert not model.flags(model.index(1, TYPE_COLUMN)) & Qt.ItemFlag.ItemIsEditable
    view.setCurrentIndex(index)
    view.edit(index)
    editor = view.indexWidget(index)
    assert isinstance(editor, QComboBox)
    assert editor.currentData() == "numeric"
    choose(editor, "categorical")
    settle()
    assert session.value(("data", "types", "p1")) == "categorical"
    assert asked_for(desk)[-1]["types"] == {"p1": "categorical"}
    session.undo()
    assert session.value("data.types") is None


def test_columns_are_found_and_sorted(read: ImportPage) -> None:
    QTest.keyClicks(read.columns.search, "GRO")
    assert [row[0] for row in cells(read, "columns")] == ["Group"]
    read.columns.search.clear()
    read.columns.view.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    assert [row[0] for row in cells(read, "columns")] == ["sample", "Group", "p1"]
    read.columns.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert cells(read, "columns")[0][0] == "Group"


def test_what_was_changed_while_reading_is_listed(read: ImportPage, desk: Any) -> None:
    assert read.conversions.text() == "“p1”: decimal commas read (2×)"
    many = tuple(Conversion(column=f"c{n}", what="trimmed", count=1000) for n in range(15))
    read.entered()
    desk.answer_last(
        preview(conversions=(Conversion(column="", what="a tail cut", count=1), *many))
    )
    lines = read.conversions.text().split("\n")
    assert lines[:2] == ["a tail cut", "“c0”: trimmed (1,000×)"]
    assert len(lines) == 13
    assert lines[-1] == MORE_CONVERSIONS.format(count=4)
    read.entered()
    desk.answer_last(preview(conversions=()))
    assert read.conversions.text() == NO_CONVERSIONS


# --- the outcome --------------------------------------------------------------------------


def test_the_outcome_is_chosen_from_the_columns(read: ImportPage, session: StudySession) -> None:
    box = read.outcome
    assert box.isVisible()
    assert [box.itemText(n) for n in range(box.count())] == [
        CHOOSE_COLUMN,
        "Group",
        "sample",
        "p1",
    ]
    assert box.currentText() == CHOOSE_COLUMN
    choose(box, "Group")
    assert session.value("question.outcome") == "Group"
    choose(box, "")  # no column is no answer
    assert session.value("question.outcome") == "Group"


def test_an_outcome_named_before_is_found_whatever_its_capitals(
    read: ImportPage, session: StudySession
) -> None:
    session.answer("question.outcome", "group", "outcome")
    assert read.outcome.currentData() == "Group"
    assert read.outcome_question.text() == OUTCOME
    session.answer("question.outcome", "diagnosis", "outcome")
    assert read.outcome.currentText() == CHOOSE_COLUMN
    assert read.outcome_question.text() == OUTCOME_MISSING.format(name="diagnosis")


def test_an_outcome_far_down_a_wide_table_is_offered(
    page: ImportPage, session: StudySession, desk: Any
) -> None:
    session.answer("question.outcome", "yield", "outcome")
    page.use_file("/lab/wide.csv")
    settle()
    wide = tuple(ColumnRecord(f"g{n}", "numeric", "feature", 0, 9) for n in range(500))
    last = ColumnRecord("yield", "numeric", "outcome", 0, 9)
    desk.answer_last(preview(columns=(*COLUMNS, *wide, last), outcome_candidates=()))
    assert page.outcome.currentData() == "yield"
    assert page.outcome.count() < 210


# --- where it came from -------------------------------------------------------------------


def test_where_the_data_came_from_is_kept(page: ImportPage, session: StudySession) -> None:
    for key, _ in PROVENANCE:
        QTest.keyClicks(child(page, f"import.{key}"), f"my {key}")
        assert session.value(f"data.{key}") == f"my {key}"


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2_500_000, "2.5 MB"), (3e9, "3.0 GB")],
)
def test_sizes_are_said_as_people_say_them(size: int, said: str) -> None:
    assert spell_size(size) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Conversion(column="p1", what="rounded", count=1200), "“p1”: rounded (1,200×)"),
        (
            Conversion(column="(rows)", what="blank rows skipped", count=2),
            "Blank rows skipped (2×)",
        ),
    ],
)
def test_what_concerns_no_column_names_none(change: Conversion, said: str) -> None:
    assert conversion_line(change) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"format": "TSV", "delimiter": "tab", "decimal": ".", "rows": 1},
            "table.csv: 1 row, 3 columns, 1.2 kB. Read as TSV, utf-8, columns between tabs.",
        ),
        (
            {
                "columns": (),
                "rows": 0,
                "format": "XLSX",
                "sheet": "A",
                "encoding": "",
                "decimal": "",
            },
            "table.csv: 1.2 kB. It looks like an Excel file, sheet “A”.",
        ),
        (
            {"columns": (), "rows": 0, "format": "", "encoding": "", "decimal": ""},
            "table.csv: 1.2 kB.",
        ),
    ],
)
def test_a_file_that_is_no_table_yet_has_no_rows_and_columns(
    given: dict[str, Any], said: str
) -> None:
    assert facts_line(PreviewRecord(**preview(**given))) == said


def test_a_file_beside_the_study_is_looked_for_there(
    read: ImportPage, session: StudySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def ask(parent: Any, title: str, start: str, *_: Any, **__: Any) -> tuple[str, str]:
        begun.append(start)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    read.choose.click()
    session.undo()
    read.choose.click()
    assert [Path(start) for start in begun] == [Path("/lab"), session.folder.parent]
