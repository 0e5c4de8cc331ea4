"""Faults of the program: written down, said in words, a bundle offered; native crashes kept."""

from __future__ import annotations

import faulthandler
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QThread, qInstallMessageHandler, qWarning
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from deepbench.messages import JobFailed, SupportBundle
from deepbench_ui import dialogs
from deepbench_ui.faults import Faults
from deepbench_ui.window import MainWindow
from tests.ui.conftest import child, in_dialog


def meet(faults: Faults, error: BaseException) -> None:
    """Let a fault reach the end of its way, as an error in a slot does."""
    try:
        raise error
    except BaseException as caught:
        faults._caught(type(caught), caught, caught.__traceback__)


def press(name: str, seen: list[str] | None = None) -> Callable[[Any], None]:
    def do(box: Any) -> None:
        if seen is not None:
            seen.append(box.text())
        child(box, f"fault.{name}").click()

    return do


def crashes(faults: Faults) -> list[str]:
    return [path.read_text() for path in sorted((faults.folder / "crashes").glob("*.txt"))]


def test_going_on_after_a_fault(window: MainWindow, tmp_path: Path) -> None:
    window.create_study(tmp_path / "Mine.deepbench")
    assert window.session is not None
    window.session.answer("data.origin", "our lab", "origin")
    said: list[str] = []
    fault = ZeroDivisionError("patient 17")
    in_dialog(lambda: meet(window.faults, fault), press("go-on", said))
    assert "ZeroDivisionError" in said[0]
    assert "It is not your doing" in said[0]
    assert "patient 17" not in said[0]
    assert "Traceback" not in said[0]
    assert window.isVisible()
    assert window.session.value("data.origin") == "our lab"
    assert len(crashes(window.faults)) == 1
    assert "Traceback" in crashes(window.faults)[0]


def test_closing_after_a_fault_asks_nothing_more(
    window: MainWindow, tmp_path: Path, runner: Any
) -> None:
    window.create_study(tmp_path / "Mine.deepbench")
    assert window.session is not None
    window.session.answer_all({"question.outcome": "a", "data.source": "b"}, "answers")
    window.session.start_run("import")
    assert runner.asked
    in_dialog(lambda: meet(window.faults, ValueError()), press("close"))
    assert not window.isVisible()


def test_a_bundle_after_a_fault(
    window: MainWindow, tmp_path: Path, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = str(tmp_path / "bundle.zip")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (target, ""))
    in_dialog(lambda: meet(window.faults, KeyError("x")), press("bundle"))
    request = desk.asked[-1]
    assert isinstance(request, SupportBundle)
    assert request.output == target
    assert request.study is None
    assert any("KeyError" in text for text in request.notes.values())
    desk.answer_last({"output": target})
    assert window.message.text == dialogs.BUNDLE_SAVED.format(path=target)


def test_a_bundle_from_the_menu(
    window: MainWindow, tmp_path: Path, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tmp_path / "Mine.deepbench"
    window.create_study(study)
    before = len(desk.asked)
    save = child(window, "menu.support-bundle", QAction)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("", ""))
    save.trigger()
    assert len(desk.asked) == before
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("b.zip", ""))
    save.trigger()
    assert desk.asked[-1].study == str(study)
    desk.answer_last(None)  # the machine check of the first page
    desk.answer_last(JobFailed("DataError", "It could not be written.", "Free some space.", 2))
    assert window.message.text == "It could not be written. Free some space."


def test_a_fault_while_a_fault_is_told_opens_no_second_dialog(window: MainWindow) -> None:
    def again(box: Any) -> None:
        meet(window.faults, ValueError("second"))
        child(box, "fault.go-on").click()

    in_dialog(lambda: meet(window.faults, ValueError("first")), again)
    assert len(crashes(window.faults)) == 2


def test_a_fault_in_another_thread_is_told_in_the_window_s(window: MainWindow) -> None:
    def elsewhere() -> None:
        thread = threading.Thread(target=meet, args=(window.faults, ValueError()))
        thread.start()
        thread.join()

    threads: list[QThread] = []

    def look(box: Any) -> None:
        threads.append(box.thread())
        child(box, "fault.go-on").click()

    in_dialog(elsewhere, look)
    assert threads == [window.thread()]


def test_an_interrupt_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults, told = Faults(tmp_path), list[str]()
    faults.tell_with(told.append)
    meet(faults, KeyboardInterrupt())
    assert told == []
    assert not (tmp_path / "crashes").exists()
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_old_notes_are_thrown_away(tmp_path: Path) -> None:
    faults = Faults(tmp_path)
    for number in range(25):
        meet(faults, ValueError(f"number {number}"))
    kept = crashes(faults)
    assert len(kept) == 20
    assert "number 24" in kept[-1]
    notes = faults.notes()
    assert len(notes) == 6  # the last five, and what Qt said


def test_a_folder_that_cannot_be_written_is_no_second_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    faults, told = Faults(tmp_path / "file"), list[str]()
    faults.tell_with(told.append)
    meet(faults, ValueError())
    assert told == ["ValueError"]
    assert faults.last_native_crash == ""


@pytest.fixture
def installed(tmp_path: Path, qapp: object) -> Iterator[Faults]:
    hooks = sys.excepthook, threading.excepthook
    was_enabled = faulthandler.is_enabled()
    theirs = qInstallMessageHandler(None)
    faults = Faults(tmp_path)
    faults.install()
    yield faults
    faults.uninstall()
    qInstallMessageHandler(theirs)
    sys.excepthook, threading.excepthook = hooks
    if was_enabled:
        faulthandler.enable(sys.__stderr__)


def test_everything_that_nobody_catches_is_caught(installed: Faults, tmp_path: Path) -> None:
    told: list[str] = []
    installed.tell_with(told.append)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError("x"), None)
    assert told == ["ZeroDivisionError", "ValueError"]
    qWarning("a plugin is missing")
    assert any("a plugin is missing" in line for line in installed.notes()["qt.txt"].split("\n"))
    assert (tmp_path / "native-crash.txt").exists()
    assert faulthandler.is_enabled()


def test_an_orderly_end_leaves_no_note_of_a_crash(tmp_path: Path, qapp: object) -> None:
    was_enabled = faulthandler.is_enabled()
    hooks, theirs = (sys.excepthook, threading.excepthook), qInstallMessageHandler(None)
    faults = Faults(tmp_path)
    faults.install()
    faults.uninstall()
    qInstallMessageHandler(theirs)
    sys.excepthook, threading.excepthook = hooks
    if was_enabled:
        faulthandler.enable(sys.__stderr__)
    assert not (tmp_path / "native-crash.txt").exists()
    assert Faults(tmp_path).last_native_crash == ""


def test_a_native_crash_is_kept_once(tmp_path: Path) -> None:
    (tmp_path / "native-crash.txt").write_text("Fatal Python error: Aborted\n")
    assert Faults(tmp_path).last_native_crash == "Fatal Python error: Aborted"
    assert Faults(tmp_path).last_native_crash == ""
