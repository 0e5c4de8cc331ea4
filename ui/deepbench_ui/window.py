"""The window: step rail, page, help, footer, run bar, menus; which page comes next and why not."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from deepbench.study.folder import study_title
from deepbench.workflow import STAGE_BY_KEY
from deepbench_ui import dialogs
from deepbench_ui.ahead import LoadAhead
from deepbench_ui.examples import Example
from deepbench_ui.faults import Faults
from deepbench_ui.menus import Menus
from deepbench_ui.next_step import next_step
from deepbench_ui.opening import Opening
from deepbench_ui.pages.base import Page
from deepbench_ui.pages.registry import PAGE_BY_KEY, PAGES
from deepbench_ui.pages.welcome import WelcomePage
from deepbench_ui.session import RunEnd, StudySession
from deepbench_ui.settings import Settings
from deepbench_ui.tab_order import move_focus
from deepbench_ui.theme import ThemeMode, theme
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.fields import NumberAnswer
from deepbench_ui.widgets.footer import Footer
from deepbench_ui.widgets.help_panel import HelpPanel
from deepbench_ui.widgets.run_bar import RunBar
from deepbench_ui.widgets.step_rail import StepRail
from deepbench_ui.worker_bridge import WorkerBridge

TITLE = "DeepBench"
DONE = "Done: {title}."
STOPPED = "Stopped. What was finished is kept; the same button goes on from there."
CONTINUE = "Continue"
SHOW_QUESTION = "Show the Question"
INTERRUPTED = (
    "When this study was last open, a calculation was under way (up to step {number}, {title}). "
    "What was finished is kept. It can go on from there."
)
NATIVE_CRASH = (
    "DeepBench ended unexpectedly last time. Your answers and all finished results are on disk. "
    "If it happens again, save a support bundle (menu Help); it holds no data."
)
#: Part of the plan → page on which questions about it are answered.
QUESTION_PAGES = {"data": "import", "check": "check", "preparation": "check"}
#: Below this width of the window the help hides by itself, so that pages keep their room.
HELP_FROM_WIDTH = 1180
#: Pages that ask before the test set is opened.
ASK_THEMSELVES = ("test", "interpretation")


class MainWindow(QMainWindow):
    """The wizard's window.

    Args:
        settings: What is remembered between starts.
        faults: Catches faults; told how to show them.
        desk: Worker for short questions; made if None.
        runner: Worker for runs; made if None.
    """

    #: A fault of the program was met, perhaps in another thread; carries the class of the error.
    fault_met = Signal(str)

    def __init__(
        self,
        settings: Settings,
        faults: Faults,
        desk: WorkerBridge | None = None,
        runner: WorkerBridge | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.faults = faults
        self.session: StudySession | None = None
        self.desk = desk or WorkerBridge(parent=self)
        self.runner = runner or WorkerBridge(parent=self)
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._help_wanted = settings.show_help
        self._closing = False
        # What takes the message away: "page" another page, "answer" an answer that is saved.
        self._message_until = ""
        self.setObjectName("window")
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self._build()
        self.menus = Menus(self)
        self._opening = Opening(self)
        self._plots = LoadAhead(self)
        self.runner.stuck_changed.connect(self.run_bar.show_stuck)
        self.fault_met.connect(self._tell_fault)
        faults.tell_with(self.fault_met.emit)
        self._place_window()
        self._show_welcome()
        if faults.last_native_crash:
            self.tell("warning", NATIVE_CRASH)

    # --- building ---------------------------------------------------------------------

    def _build(self) -> None:
        centre = self._centre = QWidget()
        centre.setObjectName("window.centre")
        self.setCentralWidget(centre)
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.rail = StepRail(PAGES)
        self.rail.chosen.connect(self.show_page)
        row.addWidget(self.rail)
        middle = QFrame()
        middle.setObjectName("window.middle")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.message = Banner("window.message")
        self.stack = QStackedWidget()
        self.stack.setObjectName("window.pages")
        self.run_bar = RunBar()
        self.footer = Footer()
        holder = QVBoxLayout()
        holder.setContentsMargins(16, 8, 16, 0)
        holder.addWidget(self.message)
        column.addLayout(holder)
        column.addWidget(self.stack, 1)
        column.addWidget(self.run_bar)
        column.addWidget(self.footer)
        row.addWidget(middle, 1)
        self.help_panel = HelpPanel()
        self.help_panel.closed.connect(lambda: self.show_help(False))
        row.addWidget(self.help_panel)
        self.welcome = WelcomePage(self)
        self.stack.addWidget(self.welcome)
        self.footer.back.connect(self.go_back)
        self.footer.forward.connect(self.go_forward)
        self.footer.run.connect(self.run_page)

    def _place_window(self) -> None:
        known = QByteArray.fromHex(self.settings.window.encode("ascii", "ignore"))
        if not known.isEmpty() and self.restoreGeometry(known):
            return
        screen = self.screen().availableGeometry()
        self.resize(min(1280, screen.width()), min(720, screen.height()))

    # --- opening and closing a study ----------------------------------------------------

    def open_path(self, path: Path) -> None:
        """Open what was dropped on the window or named at the start: a study or a table."""
        self._opening.open_path(path)

    def create_study(self, folder: Path, example: Example | None = None) -> bool:
        """Make a new study and open it; return whether that worked."""
        return self._opening.create(folder, example)

    def open_study(self, folder: Path, *, new: bool = False) -> None:
        """Open a study; what cannot be opened is said, and the open study stays open.

        Args:
            folder: Study folder.
            new: Whether it was made just now and holds nothing yet.
        """
        self._opening.open(folder, new=new)

    def take(self, session: StudySession) -> None:
        """Show a study that was opened; the one before has been let go."""
        crashed = self.message.text == NATIVE_CRASH
        self.session = session
        self.message.clear()
        self.settings.remember(session.folder)
        session.answers_changed.connect(self._answers_changed)
        session.results_changed.connect(self._study_changed)
        session.run_changed.connect(self._study_changed)
        session.run_ended.connect(self._run_ended)
        session.progressed.connect(self.run_bar.show_progress)
        session.machine_chosen.connect(self._remember_machine)
        session.noticed.connect(lambda text: self.tell("info", text))
        session.failed.connect(self._tell_refusal)
        self.run_bar.pause.connect(session.pause)
        self.run_bar.resume.connect(session.resume)
        self.run_bar.stop.connect(session.stop)
        self.run_bar.stop_hard.connect(session.stop_hard)
        self.setWindowTitle(f"{study_title(session.folder)} – {TITLE}")
        self.rail.setEnabled(True)
        self.menus.study_opened(session)
        page = session.draft.page
        self.show_page(page if page in PAGE_BY_KEY else "start")
        if crashed:
            # Started with the name of a study, the program shows no first page to read it on.
            self.tell("warning", NATIVE_CRASH, until="page")
        self._offer_to_continue()

    def _offer_to_continue(self) -> None:
        session = self.session
        if session is None or not session.interrupted_run:
            return
        stage = STAGE_BY_KEY.get(session.interrupted_run)
        if stage is None:
            session.forget_interrupted_run()
            return
        self._message_until = ""
        self.message.show_message(
            "info",
            INTERRUPTED.format(number=stage.number, title=stage.title),
            CONTINUE,
            lambda: self._start(stage.key),
        )

    def close_study(self) -> bool:
        """Close the open study; return whether it was (the user may keep a run going)."""
        session = self.session
        if session is None:
            return True
        if session.run is not None and not dialogs.may_stop_run(self):
            return False
        self.let_go(session)
        self._show_welcome()
        return True

    def let_go(self, session: StudySession) -> None:
        """Close a study and its pages; a run ends."""
        if self._current in self._pages:
            self._pages[self._current].hide_page()
        session.close()
        self.session = None
        self.settings.closed()
        self.run_bar.show_run(None)
        for signal in (self.run_bar.pause, self.run_bar.resume):
            with contextlib.suppress(RuntimeError):
                signal.disconnect()
        for signal in (self.run_bar.stop, self.run_bar.stop_hard):
            with contextlib.suppress(RuntimeError):
                signal.disconnect()
        for page in self._pages.values():
            self.stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        self._current = ""
        session.deleteLater()
        self.setWindowTitle(TITLE)
        self.menus.study_opened(None)

    def _show_welcome(self) -> None:
        self.stack.setCurrentWidget(self.welcome)
        self.welcome.refresh()
        self.rail.hide()
        self.footer.hide()
        self.help_panel.hide()
        self.menus.help_shown(False)
        self.message.clear()

    # --- pages --------------------------------------------------------------------------

    @property
    def current_page(self) -> Page | None:
        """The page that is shown; None while no study is open."""
        return self._pages.get(self._current)

    def show_page(self, key: str) -> None:
        """Show a page of the open study."""
        session = self.session
        if session is None or key == self._current:
            return
        if self._current in self._pages:
            self._pages[self._current].hide_page()
        page = self._pages.get(key)
        if page is None:
            page = PAGE_BY_KEY[key].load()(session)
            self._pages[key] = page
            self.stack.addWidget(page)
            page.first_step_changed.connect(self._study_changed)
            for number in page.findChildren(NumberAnswer):
                number.problem_changed.connect(self._study_changed)
        self._current = key
        if self._message_until == "page":
            self.message.clear()
        session.show_page(key)
        self.stack.setCurrentWidget(page)
        page.show_page()
        self.rail.show()
        self.footer.show()
        self.rail.show_current(key)
        self.help_panel.show_help(key)
        self._fit_help()
        self._study_changed()
        page.scroll_area.verticalScrollBar().setValue(0)

    def go_back(self) -> None:
        """Show the page before."""
        self._go(-1)

    def go_forward(self) -> None:
        """Show the next page."""
        self._go(1)

    def _go(self, step: int) -> None:
        if self.current_page is None:
            return  # the keys work also where the footer is not shown
        keys = list(PAGE_BY_KEY)
        place = keys.index(self._current) + step
        if 0 <= place < len(keys):
            self.show_page(keys[place])

    def run_page(self) -> None:
        """Calculate the stage of the page that is shown."""
        page, session = self.current_page, self.session
        if page is None or session is None or session.run is not None or not page.confirm_run():
            return
        self._start(page.key, asked=page.key in ASK_THEMSELVES)

    def _start(self, until: str, *, asked: bool = False) -> None:
        """Calculate up to a stage; nobody opens the test set without having been asked."""
        session = self.session
        if session is None or session.run is not None:
            return
        passes_test = STAGE_BY_KEY[until].number >= STAGE_BY_KEY["test"].number
        if passes_test and not asked and not session.is_current("test"):
            from deepbench_ui.widgets.opening_dialog import may_open

            if not may_open(session, self):
                return
        self.message.clear()
        session.start_run(until)

    def _study_changed(self) -> None:
        """Bring rail, footer and run bar up to date."""
        session, page = self.session, self.current_page
        if session is None or page is None:
            return
        if session.value("data.source"):
            self._plots.start()
        standing = session.standing()
        self.rail.show_states(standing.states, standing.reasons)
        self.run_bar.show_run(session.run)
        self.menus.study_changed()
        found = next_step(page)
        self.footer.show_state(
            can_back=self._current != PAGES[0].key,
            can_next=found.can_next and self._current != PAGES[-1].key,
            reason=found.reason,
            verb=found.verb,
            can_run=found.can_run,
        )

    def _answers_changed(self) -> None:
        if self._message_until == "answer":
            self.message.clear()
        self._study_changed()

    def _run_ended(self, end: RunEnd) -> None:
        stage = STAGE_BY_KEY[end.until]
        if end.outcome == "done":
            self.tell("ok", DONE.format(title=stage.title))
        elif end.outcome == "stopped":
            self.tell("info", STOPPED)
        elif end.question is not None:
            page = QUESTION_PAGES[end.question.key.partition(".")[0]]
            self._message_until = "answer"
            self.message.show_message(
                "warning", end.message, SHOW_QUESTION, lambda: self.show_page(page)
            )
        else:
            blocked = self.session is not None and end.kind in ("StageBlocked", "GateRefused")
            again = "" if blocked or end.kind in ("PlanError", "DataError") else CONTINUE
            self._message_until = ""
            self.message.show_message(
                "warning" if blocked else "danger",
                f"{end.message} {end.hint}".strip(),
                again,
                lambda: self._start(end.until),
            )
        QApplication.alert(self)

    # --- help, messages, look -----------------------------------------------------------

    def tell(self, severity: str, text: str, *, until: str = "") -> None:
        """Show a message above the page.

        Args:
            severity: info, warning, danger or ok.
            text: Sentences.
            until: What takes it away besides the next message or run: "page" another page,
                "answer" an answer that is saved; if empty, information goes with the page and
                all else stays.
        """
        passing = "page" if severity in ("info", "ok") else ""
        self._message_until = until or passing
        self.message.show_message(severity, text)

    def _tell_refusal(self, text: str, hint: str) -> None:
        self.tell("danger", f"{text} {hint}".strip(), until="answer")

    def _tell_fault(self, kind: str) -> None:
        dialogs.tell_fault(self, kind)

    def show_help(self, wanted: bool) -> None:
        """Show or hide the help."""
        self._help_wanted = wanted
        self.settings.show_help = wanted
        self.settings.save()
        self.help_panel.setVisible(wanted and self.session is not None)
        self.menus.help_shown(self.help_panel.isVisible())

    def _fit_help(self) -> None:
        fits = self.width() >= HELP_FROM_WIDTH
        self.help_panel.setVisible(self._help_wanted and fits and self.session is not None)
        self.menus.help_shown(self.help_panel.isVisible())

    def _remember_machine(self) -> None:
        if self.session is not None:
            self.settings.device = self.session.device
            self.settings.workers = self.session.workers
            self.settings.save()

    def set_theme(self, mode: ThemeMode) -> None:
        """Choose light, dark or the system's theme."""
        self.settings.theme = mode
        self.settings.save()
        theme().set_mode(mode)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Hide the help when there is no room for it."""
        super().resizeEvent(event)
        crossed = (event.oldSize().width() >= HELP_FROM_WIDTH) != (
            event.size().width() >= HELP_FROM_WIDTH
        )
        if crossed and hasattr(self, "menus"):
            self._fit_help()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Go with Tab as one reads: steps, message, page, bars, help."""
        return move_focus(self._centre, forward)

    # --- drag and drop, closing -----------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files and folders of this computer."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the first file or folder."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            # Not inside the drop: a dialog here would block the program that the file comes from.
            QTimer.singleShot(0, self, lambda: self.open_path(paths[0]))

    def close_without_asking(self) -> None:
        """Close at once: the system or the terminal asked, and answers are on disk."""
        self._closing = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask during a run; everything else is on disk."""
        running = self.session is not None and self.session.run is not None
        if running and not self._closing and not dialogs.may_stop_run(self):
            event.ignore()
            return
        self.settings.window = bytes(self.saveGeometry().toHex().data()).decode("ascii")
        self.settings.save()
        super().closeEvent(event)

    def shut_down(self) -> None:
        """Let the study and the workers go."""
        self.faults.tell_with(None)
        self._plots.stop()
        if self.session is not None:
            self.let_go(self.session)
        self.desk.close()
        self.runner.close()
