"""The walk of `tour`: opens the window, goes from page to page, takes pictures of it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import cast

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from deepbench_ui.app import make_application
from deepbench_ui.dialogs import NewStudyDialog
from deepbench_ui.examples import EXAMPLES
from deepbench_ui.faults import Faults
from deepbench_ui.pages.base import Page
from deepbench_ui.pages.registry import PAGES
from deepbench_ui.session import RunEnd, StudySession
from deepbench_ui.settings import Settings
from deepbench_ui.theme import ThemeMode, theme
from deepbench_ui.widgets.further_files import FurtherFiles
from deepbench_ui.widgets.reading_question import ReadingQuestionCard
from deepbench_ui.widgets.result_tabs import ResultTabs
from deepbench_ui.window import MainWindow
from tour import Route
from tour_files import OUTCOME, write_files

DESK_MILLISECONDS = 120_000
RUN_MILLISECONDS = 1_800_000
NARROW = (960, 540)
#: An answer from which everything after the data check follows.
CHANGED_ANSWER, CHANGED_TO, CHANGED_LABEL = "split.test_fraction", 0.25, "size of the test set"
NOT_A_TABLE = "photo.jpg"
#: Said of every window that is shown without a screen.
WITHOUT_SCREEN = "propagateSizeHints"


class TourStopped(Exception):
    """Something the tour waited for did not come."""


def walk(route: Route) -> list[str]:
    """Take all pictures.

    Returns:
        What went wrong on the way, as sentences; empty when all is well.
    """
    app = make_application()
    app.setCursorFlashTime(0)
    theme().apply(app)
    with _faults_kept() as problems:
        window = MainWindow(Settings.load(), Faults())
        window.resize(*route.size)
        window.show()
        try:
            Tour(window, route).take()
        except TourStopped as stopped:
            problems.append(str(stopped))
        finally:
            window.close_without_asking()
            window.shut_down()
    return problems


@contextmanager
def _faults_kept() -> Iterator[list[str]]:
    """Collect what Qt's slots raise and Qt's warnings, which would otherwise only be printed."""
    found: list[str] = []

    def raised(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        found.append("".join(traceback.format_exception(kind, error, trace)))

    def warned(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg and message not in found and WITHOUT_SCREEN not in message:
            found.append(message)

    before, sys.excepthook = sys.excepthook, raised
    qInstallMessageHandler(warned)
    try:
        yield found
    finally:
        qInstallMessageHandler(None)
        sys.excepthook = before


class Tour:
    """The story that the pictures tell.

    Args:
        window: The window, shown.
        route: What is shown and where the pictures go.
    """

    def __init__(self, window: MainWindow, route: Route) -> None:
        self.window = window
        self.route = route

    def take(self) -> None:
        """Take all pictures."""
        self._before_a_study()
        self._blank_study()
        self._two_files()
        self._open_finished()
        for number, entry in enumerate(PAGES, start=1):
            self._show(entry.key)
            self._pictures(f"{number:02}-{entry.key}")
        number = len(PAGES) + 1
        self._narrow(number)
        self._out_of_date(number + 1)
        self._during_a_run(number + 2)

    # --- the story --------------------------------------------------------------------

    def _before_a_study(self) -> None:
        self._picture("00-welcome")
        dialog = NewStudyDialog(self.window, EXAMPLES[0].title, self.route.place)
        dialog.open()
        self._picture("00-welcome-new-study", of=dialog)
        dialog.reject()
        dialog.deleteLater()
        wrong = self.route.place / NOT_A_TABLE
        wrong.touch()
        self.window.open_path(wrong)
        self._picture("00-welcome-wrong-file")

    def _blank_study(self) -> None:
        """Show what a page says before there is anything to show."""
        self.window.create_study(self.route.place / "Blank.deepbench")
        for key in ("start", "import", "baselines"):
            self._show(key)
            self._picture(f"00-welcome-then-{key}")
        self.window.close_study()

    def _two_files(self) -> None:
        """Show what is asked about a table with genes in rows, and a sample sheet matched."""
        table, sheet = write_files(self.route.place)
        self.window.create_study(self.route.place / "Two files.deepbench")
        self._session().answer("question.outcome", OUTCOME, "outcome")
        self._show("import")
        page = self._page()
        self._session().answer("data.source", str(table), "file")
        self._settle()
        asks = page.findChildren(ReadingQuestionCard)[0]
        self._picture("00-welcome-then-question")
        self._press_first(asks)
        page.findChildren(FurtherFiles)[0].use_sheet(str(sheet))
        self._settle()
        self._picture("00-welcome-then-names")
        self._press_first(asks)
        self._picture("00-welcome-then-matched", full=True)
        self.window.close_study()

    def _press_first(self, asks: ReadingQuestionCard) -> None:
        """Give the first answer to the question about a file; there has to be one."""
        if asks.question is None:
            raise TourStopped("Nothing was asked about the two files.")
        asks.buttons[0].click()
        self._settle()

    def _open_finished(self) -> None:
        if self.route.study is not None:
            self.window.open_study(self.route.study)
            self._session()
            return
        example = EXAMPLES[0]
        folder = self.route.place / f"{example.title}.deepbench"
        self.window.create_study(folder, example)
        ended = self._run("report")
        self._until(lambda: bool(ended), "the end of the example", RUN_MILLISECONDS)
        if ended[0].outcome != "done":
            raise TourStopped(f"The example could not be calculated: {ended[0].message}")

    def _narrow(self, number: int) -> None:
        self.window.resize(*NARROW)
        for key in ("import", "check", "baselines", "test", "report"):
            self._show(key)
            self._picture(f"{number:02}-narrow-{key}")
        self.window.resize(*self.route.size)

    def _out_of_date(self, number: int) -> None:
        self._session().answer(CHANGED_ANSWER, CHANGED_TO, CHANGED_LABEL)
        for key in ("split", "baselines"):
            self._show(key)
            self._picture(f"{number:02}-out-of-date-{key}")

    def _during_a_run(self, number: int) -> None:
        session = self._session()
        ended = self._run("networks")
        for key in ("baselines", "networks"):
            self._until(
                lambda key=key: bool(ended) or _has_progress(session, key),  # type: ignore[misc]
                f"progress of {key}",
                RUN_MILLISECONDS,
            )
            if ended:
                raise TourStopped(f"The run ended before {key}: {ended[0].message}")
            self._show(key)
            self._picture(f"{number:02}-running-{key}")
        session.stop()
        self._until(lambda: bool(ended), "the end of the run", DESK_MILLISECONDS)

    # --- doing ------------------------------------------------------------------------

    def _session(self) -> StudySession:
        if self.window.session is None:
            raise TourStopped(f"The study could not be opened: {self.window.message.text}")
        return self.window.session

    def _page(self) -> Page:
        page = self.window.current_page
        if page is None:
            raise TourStopped("There is no page.")
        return page

    def _run(self, until: str) -> list[RunEnd]:
        """Start a run; the list that is returned holds its end when it has ended."""
        ended: list[RunEnd] = []
        session = self._session()
        session.run_ended.connect(ended.append)
        session.start_run(until)
        return ended

    def _show(self, key: str) -> None:
        self.window.show_page(key)
        self.window.message.clear()

    def _picture(self, name: str, *, full: bool = False, of: QWidget | None = None) -> None:
        """Take a picture in each theme, and with ``full`` one of the whole page."""
        for look in self.route.themes:
            self.window.set_theme(cast("ThemeMode", look))
            self._settle()
            self._save((of or self.window).grab(), f"{look}-{name}")
            if full:
                # Axes find their widths when they are painted; what is out of sight was not yet.
                _whole(self._page())
                self._settle()
                self._save(_whole(self._page()), f"{look}-{name}-full")

    def _pictures(self, name: str) -> None:
        """Take pictures of a page, and of each of its views if it has tabs."""
        tabs = self._page().findChild(ResultTabs)
        if tabs is None or not tabs.isVisible():
            self._picture(name, full=True)
            return
        for key in tabs.keys:
            tabs.open(key)
            self._settle()
            self._picture(f"{name}-{key}", full=True)
        tabs.open(tabs.keys[0])

    def _save(self, picture: QPixmap, name: str) -> None:
        path: Path = self.route.out / f"{name}.png"
        if not picture.save(str(path)):
            raise TourStopped(f"{path} could not be written.")

    # --- waiting ----------------------------------------------------------------------

    def _settle(self) -> None:
        """Wait until the desk has answered and nothing that was put off is left to do."""
        self._until(self._quiet, "answers to short questions", DESK_MILLISECONDS)
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QCoreApplication.processEvents()
        self._until(self._quiet, "answers to short questions", DESK_MILLISECONDS)

    def _quiet(self) -> bool:
        timers = [timer for timer in self.window.findChildren(QTimer) if timer.isActive()]
        # Something put off, or done bit by bit; clocks go on.
        working = any(timer.isSingleShot() or timer.interval() == 0 for timer in timers)
        return not self.window.desk.busy and not working

    def _until(self, happened: Callable[[], bool], what: str, milliseconds: int) -> None:
        """Let Qt work until something has happened; its events wake this up."""
        deadline = QTimer()
        deadline.setSingleShot(True)
        deadline.start(milliseconds)
        QCoreApplication.processEvents()
        while not happened():
            if not deadline.isActive():
                raise TourStopped(f"No {what} within {milliseconds // 1000} seconds.")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _has_progress(session: StudySession, stage: str) -> bool:
    run = session.run
    return (
        run is not None
        and run.stage == stage
        and run.progress is not None
        and run.progress.done > 0
    )


def _whole(page: Page) -> QPixmap:
    """Return a picture of a page at its whole length, also of what is scrolled out of sight."""
    content = page.scroll_area.widget()
    assert content is not None
    ratio = content.devicePixelRatioF()
    picture = QPixmap(content.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(theme().colour("background"))
    painter = QPainter(picture)
    painter.drawPixmap(0, 0, content.grab())
    painter.end()
    return picture
