"""The dialog that shows every file before it is written, and the text of one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deepbench.messages import JobFailed, LetOut, PreviewBundle, Progress, ReadBundleFile
from deepbench.study.records import ExportItem
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.export_preview import ExportPreview
from deepbench_ui.widgets.final_text import FinalTextDialog
from tests.ui.conftest import in_dialog, settle

BUNDLE = ExportItem(name="bundle", title="Bundle", suffix="", allowed=True, sentence="")
WHY = "The model stores samples. Possible instead: a linear model."


def file(path: str, *, allowed: bool = True, readable: bool = False) -> dict[str, Any]:
    sentence = "What is in it." if allowed else WHY
    return {
        "path": path,
        "title": f"Title of {path}",
        "bytes": 2000,
        "allowed": allowed,
        "sentence": sentence,
        "readable": readable,
    }


PREVIEW = {
    "name": "bundle",
    "title": "Bundle",
    "level": "sensitive",
    "refused": "",
    "files": [
        file("README.txt", readable=True),
        file("figures/roc.png"),
        file("tables/scores.csv", readable=True),
        file("model/model.skops", allowed=False),
    ],
    "sentences": ["Figures as drawings stay."],
    "note": "Treated so until it has run.",
    "seal": "abc",
}
NOTHING = {**PREVIEW, "files": [], "sentences": [], "refused": "1 open entry. Answer it."}
Show = Callable[..., ExportPreview]


@pytest.fixture
def chosen() -> list[str]:
    """Paths that the user chooses, one after the other."""
    return []


@pytest.fixture
def show(session: StudySession, qtbot: QtBot, chosen: list[str]) -> Iterator[Show]:
    page = QWidget()
    qtbot.addWidget(page)

    def make(item: ExportItem = BUNDLE) -> ExportPreview:
        dialog = ExportPreview(session, item, lambda _: chosen.pop(0), page)
        dialog.show()
        settle()
        return dialog

    yield make
    settle()


def texts(dialog: ExportPreview) -> list[list[str]]:
    """Return the lines of the tree as they are shown."""
    root = dialog.tree.invisibleRootItem()
    items = [root.child(i) for i in range(root.childCount())]
    lines = []
    for item in items:
        lines.append(item)
        lines += [item.child(i) for i in range(item.childCount())]
    return [[item.text(column) for column in range(4)] for item in lines]


def test_it_says_that_files_are_being_made(show: Show, desk: Any) -> None:
    dialog = show()
    (request,) = desk.asked
    assert isinstance(request, PreviewBundle)
    assert request.what == "bundle"
    assert "this can take a few minutes" in dialog.note.text()
    assert dialog.bar.isVisible()
    assert not dialog.found.isVisible()
    assert not dialog.choose_button.isEnabled()
    desk.say(Progress(14, 2, 4, "drawing the figures", "", 3.0, None))
    assert dialog.note.text() == (
        "Making and checking the files, to show them: drawing the figures …"
    )
    assert (dialog.bar.value(), dialog.bar.maximum()) == (2, 4)
    desk.answer_last(PREVIEW)
    assert not dialog.note.isVisible()
    assert not dialog.bar.isVisible()
    dialog.reject()


def test_every_file_is_shown_and_what_stays_first(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = PREVIEW
    dialog = show()
    size, stay = "2.0 kB", "1 file stays in the study."
    leave = "1 file would leave, 2.0 kB in all."
    assert texts(dialog) == [
        ["model/", "", "", stay],
        ["model.skops", "Stays", size, "Title of model/model.skops"],
        ["README.txt", "Leaves", size, "Title of README.txt"],
        ["figures/", "", size, leave],
        ["roc.png", "Leaves", size, "Title of figures/roc.png"],
        ["tables/", "", size, leave],
        ["scores.csv", "Leaves", size, "Title of tables/scores.csv"],
    ]
    assert dialog.total.text() == "3 files would leave, 6.0 kB in all; 1 file stays in the study."
    assert dialog.level.text() == (
        "In force is the level “sensitive”. Treated so until it has run."
    )
    assert dialog.sentences.sentences == ("Figures as drawings stay.",)
    assert dialog.detail.text() == f"model/model.skops\nIt stays in the study. {WHY}"
    assert not dialog.look_button.isEnabled()
    assert dialog.tree.hasFocus()
    dialog.reject()


def test_the_place_is_chosen_after_the_files_were_seen(
    show: Show, desk: Any, chosen: list[str]
) -> None:
    desk.answers["PreviewBundle"] = PREVIEW
    dialog = show()
    assert dialog.choose_button.text() == "Choose a Folder…"
    chosen += ["", "/somewhere"]
    dialog.choose_button.click()
    assert dialog.isVisible(), "no folder was chosen, and the files are still there to see"
    dialog.choose_button.click()
    assert dialog.path == "/somewhere"
    assert dialog.result() == ExportPreview.DialogCode.Accepted
    assert "cancel" not in desk.controls


def test_enter_lets_nothing_leave(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = PREVIEW
    dialog = show()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == ExportPreview.DialogCode.Rejected
    assert dialog.path == ""


def test_a_single_file_asks_for_a_file(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = {**PREVIEW, "files": [file("plan.toml")]}
    item = BUNDLE.model_copy(update={"name": "plan", "title": "Plan", "suffix": "toml"})
    dialog = show(item)
    assert dialog.choose_button.text() == "Choose a File…"
    assert [line[0] for line in texts(dialog)] == ["plan.toml"]
    assert dialog.total.text() == "1 file would leave, 2.0 kB in all."
    dialog.reject()


def test_it_says_why_all_of_it_stays(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = NOTHING
    dialog = show()
    assert dialog.problem.text == "Nothing of it may leave. 1 open entry. Answer it."
    assert "sensitive" in dialog.level.text()
    assert not dialog.found.isVisible()
    assert not dialog.choose_button.isEnabled()
    dialog.reject()


def test_all_files_staying_cannot_be_saved(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = {**PREVIEW, "files": [file("m.skops", allowed=False)]}
    dialog = show()
    assert dialog.found.isVisible()
    assert not dialog.choose_button.isEnabled()
    dialog.reject()


def test_a_failure_is_said_and_can_be_tried_again(show: Show, desk: Any) -> None:
    problem = JobFailed("StudyError", "It has not run yet.", "Run the study first.", 2)
    desk.answers["PreviewBundle"] = problem
    dialog = show()
    assert dialog.problem.text == (
        "The files could not be made. It has not run yet. Run the study first."
    )
    assert not dialog.bar.isVisible()
    assert not dialog.choose_button.isEnabled()
    desk.answers["PreviewBundle"] = PREVIEW
    dialog.problem.findChild(QWidget, "report.preview.problem.action").click()
    settle()
    assert dialog.problem.text == ""
    assert dialog.choose_button.isEnabled()
    dialog.reject()


def test_closing_it_stops_what_is_made_for_it(show: Show, desk: Any) -> None:
    dialog = show()
    dialog.cancel_button.click()
    assert desk.controls == ["cancel"]
    dialog.deleteLater()
    settle()
    desk.answer_last(PREVIEW)


def test_closing_it_later_stops_nothing_else(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = PREVIEW
    show().cancel_button.click()
    assert desk.controls == []


def test_copying_from_the_list_gives_nothing_to_the_clipboard(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = PREVIEW
    dialog = show()
    QGuiApplication.clipboard().setText("before")
    QTest.keyClick(dialog.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "before"
    dialog.reject()


# --- one text -------------------------------------------------------------------------------


def test_a_text_can_be_read_before_it_leaves(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = PREVIEW
    desk.answers["ReadBundleFile"] = {"text": "auroc,0.9\n", "whole": False}
    dialog = show()
    dialog.tree.choose("figures/roc.png")
    assert not dialog.look_button.isEnabled()
    assert dialog.look_button.toolTip() == "Only texts and tables can be read here"
    dialog.tree.choose("tables/scores.csv")
    seen: list[str] = []

    def look(opened: FinalTextDialog) -> None:
        assert opened.objectName() == "report.look"
        seen.extend([opened.text.toPlainText(), opened.part.text()])
        opened.close_button.click()

    def opens() -> None:
        dialog.look_button.click()
        assert dialog.detail.text() == "Reading the file …"
        settle()

    dialog.setModal(False)
    in_dialog(opens, look)
    assert seen == [
        "auroc,0.9\n",
        "This is the beginning of the file; the rest is not shown here.",
    ]
    request = desk.asked[-1]
    assert isinstance(request, ReadBundleFile)
    assert (request.what, request.path) == ("bundle", "tables/scores.csv")
    assert dialog.look_button.isEnabled()
    dialog.reject()


def test_a_text_that_cannot_be_read_is_said(show: Show, desk: Any) -> None:
    desk.answers["PreviewBundle"] = PREVIEW
    desk.answers["ReadBundleFile"] = JobFailed("DataError", "No such file.", "Look again.", 2)
    dialog = show()
    dialog.tree.choose("README.txt")
    dialog.look_button.click()
    settle()
    assert dialog.detail.text() == "No such file. Look again."
    dialog.reject()


@pytest.fixture
def reading(session: StudySession, show: Show, desk: Any) -> Iterator[FinalTextDialog]:
    desk.answers["PreviewBundle"] = PREVIEW
    parent = show()
    assert parent.preview is not None
    dialog = FinalTextDialog(
        session, parent.preview.files[0], "first line\nsecond line", parent, whole=True
    )
    dialog.show()
    settle()
    yield dialog
    dialog.reject()
    parent.reject()


def copy_by_key(dialog: FinalTextDialog) -> None:
    QTest.keyClick(dialog.text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


def test_what_is_copied_is_asked_for_first(reading: FinalTextDialog, desk: Any) -> None:
    QGuiApplication.clipboard().setText("before")
    assert not reading.part.isVisible()
    reading.text.selectAll()
    copy_by_key(reading)
    copy_by_key(reading)
    (request,) = [asked for asked in desk.asked if isinstance(asked, LetOut)]
    assert (request.kind, request.destination) == ("text", "clipboard")
    assert base64.b64decode(request.content) == b"first line\nsecond line\n"
    assert QGuiApplication.clipboard().text() == "before"
    desk.answer_last({"output": "clipboard"})
    assert QGuiApplication.clipboard().text() == "first line\nsecond line"
    assert reading.copying.message == "Copied."


def test_a_copy_that_is_refused_stays(reading: FinalTextDialog, desk: Any) -> None:
    QGuiApplication.clipboard().setText("before")
    reading.copying.copy_button.click()
    desk.answer_last(JobFailed("GateRefused", "It holds small numbers.", "Export it.", 3))
    assert reading.copying.message == "It holds small numbers. Export it."
    assert QGuiApplication.clipboard().text() == "before"


def test_dragging_and_selecting_give_nothing_away(reading: FinalTextDialog) -> None:
    reading.text.selectAll()
    assert not reading.text.createMimeDataFromSelection().formats()
    assert reading.text.isReadOnly()
