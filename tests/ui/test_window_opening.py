"""Studies made, opened, refused, recovered and dropped on the window."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from deepbench.study import draft as draft_module
from deepbench.study.lock import StudyLock
from deepbench_ui import dialogs, opening
from deepbench_ui.dialogs import NewStudyDialog
from deepbench_ui.examples import EXAMPLES
from deepbench_ui.settings import Settings
from deepbench_ui.window import MainWindow
from tests.ui.conftest import child, in_dialog, settle
from tests.ui.held_study import a_study, held_elsewhere

MakeWindow = Callable[[], MainWindow]


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise draft_module.StudyError(f"{path.name} could not be written.", "Free some space.")

    monkeypatch.setattr(draft_module, "write_atomically", full)


# --- a new study --------------------------------------------------------------------------


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    "name",
    [*(f"a{sign}b" for sign in '/\\:*?"<>|'), "", "  ", ".", "..", " .deepbench"],
)
def test_a_name_that_no_folder_can_have_is_said(
    parent: QWidget, tmp_path: Path, name: str
) -> None:
    dialog = NewStudyDialog(parent, name, tmp_path)
    assert dialog.note.text() == dialogs.NEW_PROBLEM
    assert not dialog.create_button.isEnabled()
    dialog.deleteLater()


@pytest.mark.parametrize("name", ["Sepsis 2024", "Sepsis 2024.deepbench", "  Sepsis 2024 "])
def test_a_good_name_says_where_the_study_will_be(
    parent: QWidget, tmp_path: Path, name: str
) -> None:
    dialog = NewStudyDialog(parent, name, tmp_path)
    assert dialog.path == tmp_path / "Sepsis 2024.deepbench"
    assert dialog.note.text() == dialogs.NEW_PLACE.format(path=dialog.path)
    assert dialog.create_button.isEnabled()
    dialog.deleteLater()


def test_a_name_that_is_taken_is_said_and_another_is_proposed(
    parent: QWidget, tmp_path: Path
) -> None:
    (tmp_path / "My study.deepbench").mkdir()
    (tmp_path / "My study 2.deepbench").mkdir()
    dialog = NewStudyDialog(parent, "My study", tmp_path)
    assert dialog.note.text() == dialogs.EXISTS.format(name="My study")
    assert not dialog.create_button.isEnabled()
    dialog.deleteLater()

    def look(asking: NewStudyDialog) -> None:
        assert asking.name.text() == "My study 3"
        asking.reject()

    in_dialog(lambda: dialogs.ask_new_study(parent, "My study", tmp_path), look)


@pytest.mark.parametrize(
    ("folder", "name", "note"),
    [
        ("", "A", dialogs.NO_FOLDER),
        ("~nobody-has-this-name/x", "A", "It will be "),
        ("{tmp}", "a" * 300, "It will be "),
    ],
)
def test_strange_places_are_no_fault_of_the_program(
    parent: QWidget, tmp_path: Path, folder: str, name: str, note: str
) -> None:
    dialog = NewStudyDialog(parent, "A", tmp_path)
    dialog.folder.setText(folder.format(tmp=tmp_path))
    dialog.name.setText(name)
    assert dialog.note.text().startswith(note)
    dialog.deleteLater()


def test_browsing_takes_the_folder(
    parent: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = NewStudyDialog(parent, "A", Path("/nowhere"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    child(dialog, "new.browse").click()
    assert dialog.path == tmp_path / "A.deepbench"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    child(dialog, "new.browse").click()
    assert dialog.path == tmp_path / "A.deepbench"
    dialog.deleteLater()


def test_new_study_opens_on_its_first_page(window: MainWindow, tmp_path: Path) -> None:
    def fill(dialog: NewStudyDialog) -> None:
        dialog.name.setText("Wheat & rye")
        dialog.folder.setText(str(tmp_path))
        dialog.create_button.click()

    in_dialog(window.welcome.new_button.click, fill)
    assert window.session is not None
    assert window.session.folder == tmp_path / "Wheat & rye.deepbench"
    assert window.windowTitle() == "Wheat & rye – DeepBench"
    assert window.current_page is not None
    assert window.current_page.key == "start"
    assert Settings.load().folder == str(tmp_path)
    assert Settings.load().open_study == str(window.session.folder)


def test_cancel_makes_nothing(window: MainWindow, tmp_path: Path) -> None:
    def cancel(dialog: NewStudyDialog) -> None:
        dialog.folder.setText(str(tmp_path))
        child(dialog, "new.cancel").click()

    before = sorted(tmp_path.iterdir())
    in_dialog(window.welcome.new_button.click, cancel)
    assert window.session is None
    assert sorted(tmp_path.iterdir()) == before


def test_a_study_is_never_made_over_something_else(window: MainWindow, tmp_path: Path) -> None:
    taken = tmp_path / "Taken.deepbench"
    taken.write_text("mine")
    assert not window.create_study(taken)
    assert window.message.text == dialogs.EXISTS.format(name="Taken")
    assert taken.read_text() == "mine"
    assert window.session is None


def test_a_folder_that_cannot_be_made_is_said_with_its_reason(
    window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    assert not window.create_study(tmp_path / "file" / "A.deepbench")
    assert "could not be made in" in window.message.text
    assert "Not a directory" in window.message.text
    assert not window.create_study(tmp_path / f"{'a' * 300}.deepbench")
    assert "File name too long" in window.message.text
    assert window.settings.recent == []


def test_a_disk_that_refuses_leaves_no_half_made_study(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch)
    folder = tmp_path / "A.deepbench"
    assert not window.create_study(folder)
    assert window.message.text == "draft.json could not be written. Free some space."
    assert not folder.exists()
    monkeypatch.undo()
    assert window.create_study(folder)


def test_an_example_brings_its_table_and_answers(window: MainWindow, tmp_path: Path) -> None:
    def create(dialog: NewStudyDialog) -> None:
        assert dialog.name.text() == EXAMPLES[0].title
        dialog.folder.setText(str(tmp_path))
        dialog.create_button.click()

    in_dialog(lambda: child(window, "welcome.example.wisconsin").click(), create)
    session = window.session
    assert session is not None
    assert session.draft.plan() is not None
    assert (session.folder / session.value("data.source")).resolve().is_file()
    assert session.draft.undo_label == dialogs.EXAMPLE_ANSWERS
    assert window.footer.next_button.isEnabled()


def test_an_example_that_cannot_be_copied_is_said_and_leaves_nothing(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    folder = tmp_path / "A.deepbench"
    assert not window.create_study(folder, EXAMPLES[1])
    assert "example's table could not be written" in window.message.text
    assert "No space left on device" in window.message.text
    assert not folder.exists()
    assert window.session is None


# --- opening ------------------------------------------------------------------------------


def test_a_folder_that_is_no_study_leaves_the_open_one_open(
    window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "Photos").mkdir()
    window.open_study(tmp_path / "Photos")
    assert window.message.text == (
        "There is no DeepBench study in Photos. Choose a folder whose name ends in .deepbench."
    )
    window.create_study(tmp_path / "Mine.deepbench")
    mine = window.session
    assert mine is not None
    window.open_study(tmp_path / "Photos")
    assert "no DeepBench study" in window.message.text
    assert window.session is mine
    assert list((tmp_path / "Photos").iterdir()) == []


def test_opening_asks_for_a_folder(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = a_study(tmp_path / "Mine.deepbench")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    window.welcome.open_button.click()
    assert window.session is None
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(study))
    window.welcome.open_button.click()
    assert window.session is not None
    assert window.session.value("question.outcome") == "group"
    assert Settings.load().folder == str(tmp_path)


def test_a_study_that_is_open_in_another_window_is_refused(
    window: MainWindow, tmp_path: Path
) -> None:
    study = a_study(tmp_path / "Mine.deepbench")
    window.create_study(tmp_path / "Other.deepbench")
    other = window.session
    with held_elsewhere("window", study):
        window.open_study(study)
        assert "This study is open in a DeepBench window (process" in window.message.text
        assert "Close it there" in window.message.text
        assert window.session is other
    window.open_study(study)
    assert window.session is not None
    assert window.session.folder == study
    assert window.message.text == ""


def test_a_study_that_is_being_written_opens_when_it_is_free(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "RETRY_MILLISECONDS", 5)
    monkeypatch.setattr(opening, "ATTEMPTS", 10_000)
    study = a_study(tmp_path / "Mine.deepbench")
    with held_elsewhere("job", study):
        window.open_study(study)
        assert window.message.text == opening.BUSY.format(name="Mine")
        settle()
        assert window.session is None
    qtbot.waitUntil(lambda: window.session is not None)
    assert window.message.text == ""


def test_a_study_that_stays_busy_is_given_up_with_the_sentence(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "RETRY_MILLISECONDS", 1)
    study = a_study(tmp_path / "Mine.deepbench")
    with held_elsewhere("job", study):
        window.open_study(study)
        qtbot.waitUntil(lambda: "DeepBench is calculating in this study" in window.message.text)
        assert "Wait until that has finished" in window.message.text
    assert window.session is None


def test_who_opens_another_study_meanwhile_keeps_it(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "RETRY_MILLISECONDS", 1)
    study = a_study(tmp_path / "Mine.deepbench")
    with held_elsewhere("job", study):
        window.open_study(study)
        window.create_study(tmp_path / "Other.deepbench")
    other = window.session
    assert other is not None
    with qtbot.waitSignal(other.answers_changed):
        opening.QTimer.singleShot(20, other, lambda: other.answer("data.origin", "x", "y"))
    assert window.session is other


def test_damaged_answers_are_said_and_nothing_is_held(window: MainWindow, tmp_path: Path) -> None:
    study = a_study(tmp_path / "Mine.deepbench")
    draft = study / "draft.json"
    draft.write_text("{", encoding="utf-8")
    window.open_study(study)
    assert "is damaged" in window.message.text
    assert "Restore it from a backup, or delete draft.json" in window.message.text
    assert window.session is None
    assert draft.read_text(encoding="utf-8") == "{"
    draft.unlink()
    window.open_study(study)
    assert window.session is not None


def test_a_ledger_changed_by_hand_is_refused(window: MainWindow, tmp_path: Path) -> None:
    study = a_study(tmp_path / "Mine.deepbench")
    ledger = study / "ledger.jsonl"
    changed = ledger.read_text(encoding="utf-8").replace("import", "impart", 1)
    ledger.write_text(changed, encoding="utf-8")
    window.open_study(study)
    assert "ledger" in window.message.text
    assert window.session is None
    with held_elsewhere("window", study):
        pass  # nothing was left locked


def test_opening_the_open_study_again_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    window.create_study(tmp_path / "Mine.deepbench")
    session = window.session
    window.open_study(tmp_path / "x" / ".." / "Mine.deepbench")
    assert window.session is session


def test_the_page_is_remembered(window: MainWindow, tmp_path: Path) -> None:
    study = tmp_path / "Mine.deepbench"
    window.create_study(study)
    window.show_page("suitability")
    assert window.close_study()
    assert window.windowTitle() == "DeepBench"
    assert window.stack.currentWidget() is window.welcome
    assert Settings.load().open_study == ""
    window.open_study(study)
    assert window.current_page is not None
    assert window.current_page.key == "suitability"


# --- a run meanwhile ----------------------------------------------------------------------


def test_a_run_that_is_kept_keeps_its_study(
    window: MainWindow, tmp_path: Path, runner: Any
) -> None:
    window.create_study(tmp_path / "Mine.deepbench", EXAMPLES[0])
    mine = window.session
    assert mine is not None
    mine.start_run("import")
    answers = mine.draft.answers

    def keep(box: Any) -> None:
        child(box, "stop.keep").click()

    in_dialog(lambda: window.create_study(tmp_path / "Other.deepbench", EXAMPLES[1]), keep)
    assert window.session is mine
    assert mine.run is not None
    assert mine.draft.answers == answers
    assert not (tmp_path / "Other.deepbench").exists()

    def stop(box: Any) -> None:
        child(box, "stop.close").click()

    in_dialog(lambda: window.create_study(tmp_path / "Other.deepbench"), stop)
    assert runner.controls == ["kill"]
    assert window.session is not None
    assert window.session.folder.name == "Other.deepbench"
    with StudyLock(tmp_path / "Mine.deepbench")._lock:
        pass  # the first one is free again
