"""Drives the real window by its named controls, with mouse and keyboard events only."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

from deepbench_ui.faults import Faults
from deepbench_ui.settings import Settings
from deepbench_ui.window import MainWindow

LONG_SECONDS = 240.0
SHORT_SECONDS = 60.0


def write(field: QWidget, text: str) -> None:
    """Type a text; letters that are on no key of the test's keyboard come as an input method's."""
    for letter in text:
        if letter.isascii():
            QTest.keyClicks(field, letter)
        else:
            paste(field, letter)


def paste(field: QWidget, text: str) -> None:
    """Put a text into a field at once, as an input method does."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(field, event)


class Driver:
    """A user with a mouse and a keyboard.

    Args:
        config: Folder of the settings; kept between two starts, as a user's are.
    """

    def __init__(self, config: Path) -> None:
        self.faults: list[str] = []
        self.window = MainWindow(Settings.load(), Faults(config))
        self.window.faults.tell_with(self.faults.append)
        self.window.resize(1280, 720)
        self.window.show()
        self.wait(self.window.isVisible, "the window")

    # --- looking ----------------------------------------------------------------------

    def find(self, name: str) -> QWidget:
        """Return the control of this name that can be seen."""
        places = [self.window, *QApplication.topLevelWidgets()]
        found = [
            widget
            for place in places
            for widget in place.findChildren(QWidget, name)
            if widget.isVisible()
        ]
        assert found, f"no visible control is called {name}: {self.told()}"
        return found[0]

    def there(self, name: str) -> bool:
        """Say whether a control can be seen."""
        places = QApplication.topLevelWidgets()
        return any(
            widget.isVisible() for place in places for widget in place.findChildren(QWidget, name)
        )

    def told(self) -> str:
        """Return what the window says at the moment, for a failing test."""
        page = self.window.current_page
        return " | ".join(
            part
            for part in (
                page.key if page else "welcome",
                self.window.message.text,
                page.state_banner.text if page else "",
                self.window.footer.reason.text(),
                *self.faults,
            )
            if part
        )

    def wait(self, until: Callable[[], bool], what: str, seconds: float = SHORT_SECONDS) -> None:
        """Let the window work until something holds."""
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self.told()}"
            QTest.qWait(20)

    # --- doing ------------------------------------------------------------------------

    def click(self, name: str) -> None:
        """Click a button with the mouse; it has to be enabled."""
        button = self.find(name)
        self._show(button)
        assert button.isEnabled(), f"{name} cannot be pressed: {self.told()}"
        where = button.rect().center()
        if isinstance(button, QAbstractButton) and button.property("kind") is None:
            where = QPoint(12, button.height() // 2)  # the mark of a radio button or check box
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=where)

    def type(self, name: str, text: str) -> None:
        """Replace what stands in a field by typing."""
        field = self.find(name)
        self._show(field)
        field.setFocus(Qt.FocusReason.MouseFocusReason)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(field, Qt.Key.Key_Delete)
        write(field, text)
        assert isinstance(field, QLineEdit)
        assert field.text() == text

    def choose(self, name: str, value: str) -> None:
        """Choose from a list with the keyboard."""
        box = self.find(name)
        self._show(box)
        assert isinstance(box, QComboBox)
        target = box.findData(value)
        assert target >= 0, f"{name} offers no {value}"
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(box, Qt.Key.Key_Down)
        view = box.view()
        self.wait(view.isVisible, f"the list of {name}")
        for _ in range(box.count()):
            row = view.currentIndex().row()
            if row == target:
                break
            QTest.keyClick(view, Qt.Key.Key_Down if row < target else Qt.Key.Key_Up)
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert box.currentData() == value

    def _show(self, widget: QWidget) -> None:
        page = self.window.current_page
        if page is not None and page.isAncestorOf(widget):
            page.scroll_area.ensureWidgetVisible(widget)
            QCoreApplication.processEvents()

    def in_dialog(self, opens: Callable[[], None], acts: Callable[[QDialog], None]) -> None:
        """Open a dialog and act in it; fails when none opens or it does not close.

        Args:
            opens: What opens the dialog; returns when it is closed.
            acts: What is done in it; closes it.
        """
        problems: list[BaseException] = []
        seen: list[bool] = []

        def try_to_act() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QDialog):
                return
            timer.stop()
            seen.append(True)
            try:
                acts(dialog)
            except BaseException as error:
                problems.append(error)
                dialog.reject()

        timer = QTimer()
        timer.timeout.connect(try_to_act)
        timer.start(20)
        opens()
        self.wait(lambda: bool(seen), "a dialog")
        timer.stop()
        if problems:
            raise problems[0]

    def choose_file(self, button: str, path: Path) -> None:
        """Press a button that asks for a file, and name the file."""
        self._name_file(lambda: self.click(button), path)

    def export(self, button: str, path: Path) -> None:
        """Press a button that saves, wait for what would leave, and name the file."""

        def look_through(dialog: QDialog) -> None:
            assert dialog.objectName() == "report.preview"
            choose = dialog.findChild(QPushButton, "report.preview.choose")
            assert choose is not None
            self.wait(choose.isEnabled, "what would leave", LONG_SECONDS)
            self._name_file(lambda: QTest.mouseClick(choose, Qt.MouseButton.LeftButton), path)

        self.in_dialog(lambda: self.click(button), look_through)

    def _name_file(self, asks: Callable[[], None], path: Path) -> None:
        def name_it(dialog: QDialog) -> None:
            assert isinstance(dialog, QFileDialog)
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            assert field is not None
            field.setFocus()
            field.selectAll()
            paste(field, str(path))
            completer = field.completer()
            if completer is not None:
                completer.popup().hide()  # it would take the Return
            QTest.keyClick(field, Qt.Key.Key_Return)
            if dialog.isVisible():
                dialog.accept()

        self.in_dialog(asks, name_it)

    # --- the wizard -------------------------------------------------------------------

    def new_study(self, opener: str, folder: Path, name: str) -> None:
        """Make a study with one of the buttons of the first page."""

        def fill(dialog: QDialog) -> None:
            self.type("new.name", name)
            self.type("new.folder", str(folder))
            self.click("new.create")

        self.in_dialog(lambda: self.click(opener), fill)
        self.wait(lambda: self.window.session is not None, "the study")

    def state(self, page: str) -> str:
        """Return the state of a page."""
        assert self.window.session is not None
        return self.window.session.standing().states[page]

    def on_page(self, key: str) -> None:
        """Check which page is shown."""
        page = self.window.current_page
        assert page is not None
        assert page.key == key, self.told()

    def next(self, expected: str) -> None:
        """Press Next, as soon as that is possible."""
        button = self.find("footer.next")
        self.wait(button.isEnabled, "Next")
        self.click("footer.next")
        self.on_page(expected)

    def run(self, seconds: float = LONG_SECONDS) -> None:
        """Press the step's own button and wait until it is done."""
        page = self.window.current_page
        assert page is not None
        button = self.find("footer.run")
        self.wait(button.isEnabled, "the step's button")
        self.click("footer.run")
        self.wait_done(page.key, seconds)

    def wait_done(self, key: str, seconds: float = LONG_SECONDS) -> None:
        """Wait until a page is done, or needs a decision."""
        self.wait(
            lambda: (
                self.window.session is not None
                and self.window.session.run is None
                and self.state(key) in ("done", "needs a decision")
            ),
            f"the end of {key}",
            seconds,
        )

    def close(self) -> None:
        """Close the window without a question and let everything go."""
        self.window.close_without_asking()
        self.window.shut_down()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert not self.faults, self.faults
