"""Tables, studies and other things dropped on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from deepbench_ui import dialogs
from deepbench_ui.dialogs import NewStudyDialog
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.fields import TextAnswer
from deepbench_ui.window import MainWindow
from tests.ui.conftest import child, in_dialog, settle
from tests.ui.held_study import a_study


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(window: MainWindow, data: QMimeData) -> None:
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, none))


def takes(window: MainWindow, data: QMimeData) -> bool:
    event = QDragEnterEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    window.dragEnterEvent(event)
    return event.isAccepted()


def a_table(folder: Path, name: str = "proteins.csv") -> Path:
    path = folder / name
    path.write_text("a,b\n1,2\n")
    return path


def test_files_are_taken_and_nothing_else(window: MainWindow, tmp_path: Path) -> None:
    assert takes(window, files(a_table(tmp_path)))
    text, link = QMimeData(), QMimeData()
    text.setText("a,b")
    link.setUrls([QUrl("https://example.org/table.csv")])
    assert not takes(window, text)
    assert not takes(window, link)
    drop(window, link)
    settle()
    assert window.message.text == ""


def test_a_table_dropped_on_no_study_begins_one(window: MainWindow, tmp_path: Path) -> None:
    table = a_table(tmp_path)

    def create(dialog: NewStudyDialog) -> None:
        assert dialog.path == tmp_path / "proteins.deepbench"
        dialog.create_button.click()

    in_dialog(lambda: drop(window, files(table)), create)
    assert window.session is not None
    assert window.session.value("data.source") == str(table)
    assert window.current_page is not None
    assert window.current_page.key == "import"


def test_a_table_dropped_and_no_study_wanted(window: MainWindow, tmp_path: Path) -> None:
    in_dialog(lambda: drop(window, files(a_table(tmp_path))), lambda dialog: dialog.reject())
    assert window.session is None


def test_a_table_dropped_on_a_study_takes_the_place_of_the_other(
    window: MainWindow, tmp_path: Path
) -> None:
    window.create_study(tmp_path / "Mine.deepbench")
    session = window.session
    assert session is not None
    session.answer_all({"data.source": "old.csv", "data.delimiter": ";"}, "old")
    table = a_table(tmp_path)
    drop(window, files(table, tmp_path))
    settle()
    assert session.value("data.source") == str(table)
    assert session.value("data.delimiter") is None  # said of the other table
    assert window.current_page is not None
    assert window.current_page.key == "import"
    window.show_page("start")
    child(window, "menu.undo", QAction).trigger()
    assert session.value("data.source") == "old.csv"
    assert session.value("data.delimiter") == ";"
    assert window.current_page.key == "import"


def test_a_study_folder_can_be_dropped(window: MainWindow, tmp_path: Path) -> None:
    study = a_study(tmp_path / "Mine.deepbench")
    drop(window, files(study))
    settle()
    assert window.session is not None
    assert window.session.folder == study


def test_anything_else_dropped_is_said(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"")
    drop(window, files(tmp_path / "photo.png"))
    settle()
    assert window.message.text == dialogs.NOT_FOR_US.format(name="photo.png")
    window.open_path(tmp_path / "gone.csv")
    assert window.message.text == dialogs.NOT_THERE.format(name="gone.csv")
    assert window.session is None


def test_a_field_of_several_lines_leaves_files_to_the_window(
    session: StudySession, qtbot: QtBot
) -> None:
    answer = TextAnswer(session, "x", "question.title", "Title", "title", lines=3)
    qtbot.addWidget(answer)
    assert isinstance(answer.field, QPlainTextEdit)
    assert not answer.field.acceptDrops()
    assert not answer.field.viewport().acceptDrops()
