"""All pages, in both themes and at three sizes: names, keyboard, focus, room for every text."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from tests.ui import audit_rules as rules
from tests.ui.audit_study import opened_window, patients_study, settle_window, show

from deepbench_ui import dialogs
from deepbench_ui.pages.base import Page
from deepbench_ui.pages.registry import PAGES
from deepbench_ui.theme import theme
from deepbench_ui.window import MainWindow

__all__ = ["patients_study"]

KEYS = [entry.key for entry in PAGES]
#: Logical sizes: 1280 × 720 as it is, 1280 × 720 at 125 %, 1920 × 1080 at 200 %.
SIZES = ((1280, 720), (1024, 576), (960, 540))
NARROWEST = SIZES[-1]
THEMES = ("light", "dark")
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
        for complaint in audit(page):
            found.setdefault(f"{key}: {complaint}", []).append(f"{size[0]}×{size[1]}")
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
        yield from rules.unseen_focus(page, finished.rail.buttons[page.key])

    require(finished, audit, [SIZES[0]])


def test_blank_pages_say_something(blank: MainWindow) -> None:
    def audit(page: Page) -> Iterator[str]:
        head = {page.title_label.text(), page.lead_label.text()}
        if not any(text not in head and len(text.split()) >= 4 for text in rules.texts(page)):
            yield "nothing says what will be here"

    require(blank, audit, [SIZES[0]])
