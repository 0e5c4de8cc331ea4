"""All pages, in both themes and at three sizes: names, keyboard, focus, room for every text."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from deepbench.messages import Progress, StageStarted
from deepbench.study.records import BundleFilePreview, ExportItem
from deepbench_ui import dialogs
from deepbench_ui.pages.base import Page
from deepbench_ui.pages.registry import PAGES
from deepbench_ui.theme import theme
from deepbench_ui.widgets.export_preview import ExportPreview
from deepbench_ui.widgets.final_text import show_final_text
from deepbench_ui.window import MainWindow
from tests.ui import audit_rules as rules
from tests.ui.audit_study import (
    Desk,
    opened_window,
    patients_study,
    settle_window,
    show,
    views,
)
from tests.ui.conftest import settle

__all__ = ["patients_study"]

KEYS = [entry.key for entry in PAGES]
#: Logical sizes: 1280 × 720 as it is, 1280 × 720 at 125 %, 1920 × 1080 at 200 %.
SIZES = ((1280, 720), (1024, 576), (960, 540))
NARROWEST = SIZES[-1]
THEMES = ("light", "dark")
TRYING = "trial 3 of 97: support vector machine with a radial kernel, 5 tuning folds, 2 repeats"
#: A dialog becomes the active window some time after it is shown.
TRYING_MILLISECONDS, MOST_TRIES = 5, 2000
NAMES = Path(__file__).with_name("control_names.txt")
HOW_TO_WRITE = (
    "# Names of all controls, for programs that drive the window; # stands for a number or a name"
    " of the study's own. Written by: DEEPBENCH_WRITE_NAMES=1 pytest tests/ui/test_audit.py"
)


@pytest.fixture(scope="module")
def windows(
    patients_study: Path, tmp_path_factory: pytest.TempPathFactory, qapp: QApplication
) -> Iterator[dict[str, MainWindow]]:
    """The window with a finished study, and with one in which nothing was answered."""
    folder = tmp_path_factory.mktemp("blank") / "Blank.deepbench"
    folder.mkdir()
    with (
        opened_window(patients_study, tmp_path_factory.mktemp("config")) as finished,
        opened_window(folder, tmp_path_factory.mktemp("config")) as blank,
    ):
        yield {"finished": finished, "blank": blank}


@pytest.fixture
def finished(windows: dict[str, MainWindow]) -> MainWindow:
    return windows["finished"]


@pytest.fixture
def blank(windows: dict[str, MainWindow]) -> MainWindow:
    return windows["blank"]


@pytest.fixture
def welcome(tmp_path: Path, qapp: QApplication) -> Iterator[MainWindow]:
    """The window before a study is open, with one that was open before."""
    with opened_window(None, tmp_path / "config") as window:
        folder = tmp_path / "A study with quite a long name.deepbench"
        folder.mkdir()
        window.settings.recent = [str(folder), str(tmp_path / "gone.deepbench")]
        window.welcome.refresh()
        settle_window(window)
        yield window


@pytest.fixture(params=["finished", "blank"])
def window(request: pytest.FixtureRequest, windows: dict[str, MainWindow]) -> MainWindow:
    """Both of them."""
    return windows[request.param]


def require(
    window: MainWindow,
    audit: Callable[[Page], Iterator[str]],
    sizes: Sequence[tuple[int, int]] = SIZES,
) -> None:
    """Fail with what a rule finds on any page at any of the sizes."""
    found: dict[str, list[str]] = {}
    for size, key in itertools.product(sizes, KEYS):
        show(window, key, size)
        page = window.current_page
        assert page is not None
        assert (window.width(), window.height()) == size, window.minimumSizeHint()
        for view in views(window):
            for complaint in audit(page):
                where = f"{key} {view}".rstrip()
                found.setdefault(f"{where}: {complaint}", []).append(f"{size[0]}×{size[1]}")
    lines = [f"{complaint} ({', '.join(where)})" for complaint, where in found.items()]
    if lines:
        pytest.fail("\n".join(["", *lines]), pytrace=False)


def test_controls_have_names(window: MainWindow) -> None:
    def audit(page: Page) -> Iterator[str]:
        yield from rules.wrong_names(window, page)
        yield from rules.unsaid(window)
        yield from rules.coloured(window)

    require(window, audit, [SIZES[0], NARROWEST])


def test_everything_has_room(window: MainWindow) -> None:
    def audit(page: Page) -> Iterator[str]:
        yield from rules.cut_off(window)
        yield from rules.scrolls_sideways(page, page.scroll_area)
        for part in (window.footer, window.run_bar, window.message):
            yield from rules.outside(window, part)

    require(window, audit)


def test_tab_goes_everywhere_in_order(window: MainWindow) -> None:
    def audit(page: Page) -> Iterator[str]:
        window.rail.buttons[page.key].setFocus(Qt.FocusReason.TabFocusReason)
        yield from rules.wrong_order(window, rules.walked(window))

    require(window, audit, [SIZES[0], NARROWEST])


@pytest.mark.parametrize("name", THEMES)
def test_focus_is_seen(finished: MainWindow, name: Any) -> None:
    theme().set_mode(name)

    def audit(page: Page) -> Iterator[str]:
        step = finished.rail.buttons[page.key]
        yield from rules.unseen_focus(page, step)
        if page.key == KEYS[0]:
            yield from rules.unseen_focus(finished, finished.footer.next_button)

    require(finished, audit, [SIZES[0]])


def test_blank_pages_say_something(blank: MainWindow) -> None:
    def audit(page: Page) -> Iterator[str]:
        head = {page.title_label.text(), page.lead_label.text()}
        if not any(text not in head and len(text.split()) >= 4 for text in rules.texts(page)):
            yield "nothing says what will be here"

    require(blank, audit, [SIZES[0]])


def test_bars_and_messages_have_room(
    patients_study: Path, tmp_path: Path, qapp: QApplication
) -> None:
    folder = tmp_path / "Running.deepbench"
    shutil.copytree(patients_study, folder)
    with opened_window(folder, tmp_path / "config") as window:
        session = window.session
        assert session is not None
        session.start_run("report")
        runner = window.runner
        assert isinstance(runner, Desk)
        runner.say(StageStarted(8, "networks", "Networks, small to large", 14))
        runner.say(Progress(8, 3, 97, TRYING, "AUROC 0.996, support vector machine", 3.0, 4000.0))
        states: list[Callable[[], object]] = [
            lambda: None,
            session.pause,
            session.resume,
            lambda: runner.stuck_changed.emit(True),
            session.stop,
        ]
        found: list[str] = []
        for act, size in itertools.product(states, SIZES):
            act()
            window.message.show_message("warning", "Do this first, then that. " * 6, "Continue")
            show(window, "networks", size)
            found += rules.cut_off(window)
            found += rules.wrong_names(window, window.current_page)
            found += rules.unsaid(window)
            for part in (window.run_bar, window.footer, window.message):
                found += rules.outside(window, part)
        assert not found, "\n".join(found)
        for part in (window.run_bar, window.footer, window.message):
            assert list(rules.unseen_focus(part, window.rail.buttons["networks"])) == []


def test_first_page(welcome: MainWindow) -> None:
    found: list[str] = []
    for size in SIZES:
        welcome.resize(*size)
        settle_window(welcome)
        assert (welcome.width(), welcome.height()) == size
        welcome.welcome.new_button.setFocus(Qt.FocusReason.TabFocusReason)
        found += [
            *rules.wrong_names(welcome, welcome.welcome),
            *rules.unsaid(welcome),
            *rules.cut_off(welcome),
            *rules.wrong_order(welcome, rules.walked(welcome)),
            *rules.unseen_focus(welcome, welcome.welcome.open_button),
        ]
    found = [line for line in found if "welcome.open" not in line or "pixels" not in line]
    assert not found, "\n".join(found)


DIALOGS: dict[str, Callable[[MainWindow], object]] = {
    "new": lambda window: dialogs.ask_new_study(window, "My study", Path.home()),
    "stop": dialogs.may_stop_run,
    "fault": lambda window: dialogs.tell_fault(window, "ValueError"),
    "about": dialogs.show_about,
    "keys": lambda window: window.findChild(QAction, "menu.keys").trigger(),
}


def _preview_of_plan(window: MainWindow) -> None:
    assert window.session is not None
    plan = ExportItem(name="plan", title="Plan", suffix="toml", allowed=True, sentence="")
    dialog = ExportPreview(window.session, plan, lambda _: "", window)
    dialog.exec()
    dialog.deleteLater()


def _text_of_plan(window: MainWindow) -> None:
    assert window.session is not None
    file = BundleFilePreview(
        path="plan.toml", title="Plan", bytes=9, allowed=True, sentence="", readable=True
    )
    show_final_text(window.session, file, "[privacy]", window, whole=False)


#: Those that need a study.
STUDY_DIALOGS: dict[str, Callable[[MainWindow], object]] = {
    "report.preview": _preview_of_plan,
    "report.look": _text_of_plan,
}


@pytest.mark.parametrize("name", THEMES)
def test_dialogs_of_a_study(finished: MainWindow, name: Any) -> None:
    theme().set_mode(name)
    found = []
    for dialog, opens in STUDY_DIALOGS.items():
        found += in_dialog(partial(opens, finished), dialog, _dialog_audit)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", THEMES)
def test_dialogs(welcome: MainWindow, name: Any) -> None:
    theme().set_mode(name)
    found = []
    for dialog, opens in DIALOGS.items():
        found += in_dialog(partial(opens, welcome), dialog, _dialog_audit)
    assert not found, "\n".join(found)


def _dialog_audit(dialog: QDialog) -> Iterator[str]:
    settle()  # what it asks for is answered
    yield from rules.wrong_names(dialog, dialog)
    yield from rules.unsaid(dialog)
    yield from rules.coloured(dialog)
    yield from rules.cut_off(dialog)
    stops = [widget for widget in rules.controls(dialog) if rules.takes_tab(widget)]
    stops[0].setFocus(Qt.FocusReason.TabFocusReason)
    yield from rules.wrong_order(dialog, rules.walked(dialog))
    elsewhere = QWidget(dialog)
    elsewhere.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    elsewhere.show()
    yield from rules.unseen_focus(dialog, elsewhere)


def in_dialog(
    opens: Callable[[], object], name: str, audit: Callable[[QDialog], Iterator[str]]
) -> list[str]:
    """Open a dialog that waits for its end, audit it, end it."""
    found: list[str] = []
    tries = itertools.count()
    clock = QTimer(interval=TRYING_MILLISECONDS)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog):
            return  # it is about to be shown
        if not dialog.isActiveWindow() and next(tries) < MOST_TRIES:
            dialog.activateWindow()
            return
        clock.stop()
        try:
            if not dialog.isActiveWindow():
                found.append("it does not become the active window")
            if dialog.objectName() != name:
                found.append(f"the dialog is called {dialog.objectName()!r}")
            found.extend(audit(dialog))
        finally:
            dialog.reject()

    clock.timeout.connect(look)
    clock.start()
    opens()
    clock.stop()
    return found


def test_nothing_flashes_up_beside_the_window(
    patients_study: Path, tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shown before it has a place in the window is a window for a moment."""
    folder = tmp_path / "Copy.deepbench"
    shutil.copytree(patients_study, folder)
    flashed: list[str] = []

    def watch(name: str, shows: Callable[..., bool]) -> None:
        original = getattr(QWidget, name)

        def watched(widget: QWidget, *given: bool) -> None:
            if shows(*given) and widget.isWindow() and not isinstance(widget, MainWindow):
                flashed.append(f"{rules.described(widget)}, {widget.property('role')}")
            original(widget, *given)

        monkeypatch.setattr(QWidget, name, watched)

    watch("show", lambda: True)
    watch("setVisible", lambda visible: visible)
    watch("setHidden", lambda hidden: not hidden)
    with opened_window(folder, tmp_path / "config") as window:
        for key in KEYS:
            show(window, key, SIZES[0])
            list(views(window))
    assert flashed == []


def test_names_are_those_of_the_list(windows: dict[str, MainWindow], welcome: MainWindow) -> None:
    names = rules.all_names(welcome)
    for window in windows.values():
        for key in KEYS:
            show(window, key, SIZES[0])
            list(views(window))
        names |= rules.all_names(window)

    def take_names(dialog: QDialog) -> Iterator[str]:
        names.update(rules.all_names(dialog))
        return iter(())

    for dialog, opens in DIALOGS.items():
        in_dialog(partial(opens, welcome), dialog, take_names)
    for dialog, opens in STUDY_DIALOGS.items():
        in_dialog(partial(opens, windows["finished"]), dialog, take_names)
    wanted = [HOW_TO_WRITE, *sorted(names)]
    if os.environ.get("DEEPBENCH_WRITE_NAMES"):
        NAMES.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    assert NAMES.read_text(encoding="utf-8").splitlines() == wanted


def test_the_audit_notices_faults(qtbot: Any) -> None:
    window = QWidget()
    window.setObjectName("page")
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    cut = QLabel("A sentence that wants several lines. " * 4)
    unnamed, lines = QPushButton(), QLineEdit()
    cut.setWordWrap(True)
    cut.setFixedSize(150, 20)
    unnamed.setObjectName("other.button")
    unnamed.setStyleSheet("background: #ff0000")
    lines.setObjectName("page.line")
    table = QTableWidget(2, 2)
    table.setHorizontalHeaderLabels(["a name too long for its column"])
    table.setObjectName("page.table")
    unreached = QCheckBox("Never by Tab")
    unreached.setObjectName("page.line")
    unreached.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    for widget in (table, cut, unnamed, lines, unreached):
        column.addWidget(widget)
    QWidget.setTabOrder(lines, unnamed)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    names = " ".join(rules.wrong_names(window, window))
    assert "2 widgets have this name" in names
    assert "other.button" in names
    assert "other.button" in " ".join(rules.coloured(window))
    assert {"page.line", "other.button"} <= set(" ".join(rules.unsaid(window)).split())
    assert "A sentence" in " ".join(rules.cut_off(window))
    assert "too long" in " ".join(rules.cut_off(window))
    unnamed.setFocus()
    with pytest.raises(AssertionError, match=r"page\.table.*keeps Tab"):
        rules.walked(window)
    table.setTabKeyNavigation(False)
    order = " ".join(rules.wrong_order(window, rules.walked(window)))
    assert "Never by Tab': Tab does not come here" in order
    assert "Tab comes here after" in order
