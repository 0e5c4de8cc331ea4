"""What holds for every test of the window: own settings, the theme, nothing left behind."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6", reason="the window's library is not installed")

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from deepbench.messages import Event, JobFailed, JobRequest
from deepbench_ui.faults import Faults
from deepbench_ui.session import StudySession
from deepbench_ui.settings import CONFIG_VARIABLE, Settings, config_folder
from deepbench_ui.window import MainWindow


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the user's settings."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "config"))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> None:
    """Give every test the light theme, as the application has it."""
    from deepbench_ui.theme import theme

    theme().set_mode("light")
    if qapp.property("deepbench-themed") is None:
        theme().apply(qapp)
        qapp.setProperty("deepbench-themed", True)


@pytest.fixture(autouse=True)
def _no_widget_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a window or a running timer behind."""
    known = set(map(id, QApplication.topLevelWidgets()))
    yield
    settle()
    gc.collect()
    settle()
    left = [
        widget
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in known and widget.isVisible()
    ]
    names = [f"{type(widget).__name__} {widget.objectName()}" for widget in left]
    for widget in left:
        widget.deleteLater()
    settle()
    assert not names, f"still open after the test: {', '.join(names)}"


def settle() -> None:
    """Do what Qt has put off."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


class FakeBridge(QObject):
    """A worker that answers what the test says, when the test says so.

    Attributes:
        asked: Requests so far.
        answers: Name of a request → its result, a `JobFailed`, or a function of the request that
            gives one of them; a request that is not named waits for `answer_last`.
    """

    stuck_changed = Signal(bool)
    ready = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[JobRequest] = []
        # Asked beside what a test is about, whenever the page of the budget is shown.
        self.answers: dict[str, Any] = {"EstimateTime": {"problem": "Not measured in tests."}}
        self.controls: list[str] = []
        self._open: list[dict[str, Callable[..., None]]] = []
        self.busy = False
        self.alive = True
        self.pid = 0

    def ask(self, request: JobRequest, **calls: Callable[..., None]) -> None:
        self.asked.append(request)
        answer = self.answers.get(type(request).__name__)
        if answer is None:
            self._open.append(calls)
            return
        found = answer(request) if callable(answer) else answer
        name = "failed" if isinstance(found, JobFailed) else "done"
        QTimer.singleShot(0, self, lambda: calls[name](found))

    def say(self, event: Event) -> None:
        self._open[0]["heard"](event)

    def answer_last(self, result: dict[str, Any] | JobFailed | None) -> None:
        calls = self._open.pop(0)
        if result is None:
            calls["stopped"]()
        else:
            calls["failed" if isinstance(result, JobFailed) else "done"](result)

    def cancel(self) -> None:
        self.controls.append("cancel")

    def pause(self) -> None:
        self.controls.append("pause")

    def resume(self) -> None:
        self.controls.append("resume")

    def kill(self) -> None:
        self.controls.append("kill")

    def close(self) -> None:
        self.controls.append("close")


@pytest.fixture
def desk() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def runner() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "My study.deepbench"
    folder.mkdir()
    return folder


@pytest.fixture
def session(
    study_folder: Path, desk: FakeBridge, runner: FakeBridge, qapp: QApplication
) -> Iterator[StudySession]:
    """A study without any answer; its workers answer what the test says."""
    opened = StudySession(study_folder, desk, runner)  # type: ignore[arg-type]
    yield opened
    opened.close()
    opened.deleteLater()
    settle()


def child(widget: QWidget, name: str, kind: type[QObject] = QWidget) -> Any:
    """Return the control of this name, which must be there once."""
    found = widget.findChildren(kind, name)
    assert len(found) == 1, f"{len(found)} controls are called {name}"
    return found[0]


@pytest.fixture
def make_window(
    desk: FakeBridge, runner: FakeBridge, qapp: QApplication
) -> Iterator[Callable[[], MainWindow]]:
    """Open the window as a start of the program does; its workers answer what the test says."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(Settings.load(), Faults(config_folder()), desk, runner)  # type: ignore[arg-type]
        made.append(window)
        if not window.settings.window:
            window.resize(1280, 720)
        window.show()
        window.activateWindow()
        settle()
        return window

    yield make
    for window in made:
        window.close_without_asking()
        window.shut_down()
        window.deleteLater()
    settle()


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    """The window before a study is open."""
    return make_window()


def in_dialog(opens: Callable[[], object], acts: Callable[[Any], object]) -> None:
    """Open a dialog and act in it; fails when none opens, or when it stays open."""
    seen: list[QDialog] = []
    problems: list[BaseException] = []

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog):
            return
        timer.stop()
        seen.append(dialog)
        try:
            acts(dialog)
            assert not dialog.isVisible(), f"the dialog {dialog.objectName()} is still open"
        except BaseException as error:
            problems.append(error)
            dialog.reject()

    timer = QTimer()
    timer.timeout.connect(act)
    timer.start(0)
    opens()
    if not seen:
        settle()
    timer.stop()
    if problems:
        raise problems[0]
    assert seen, "no dialog was opened"
