"""The window's look, help, size and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from deepbench_ui.menus import KEYS_TEXT
from deepbench_ui.session import StudySession
from deepbench_ui.settings import Settings
from deepbench_ui.theme import theme
from deepbench_ui.window import HELP_FROM_WIDTH, MainWindow
from tests.ui.conftest import child, in_dialog, settle

MakeWindow = Callable[[], MainWindow]

PLAN = {
    "question.outcome": "group",
    "data.source": "table.csv",
    "privacy.level": "sensitive",
    "suitability.goal": "prediction",
}


@pytest.fixture
def session(window: MainWindow, tmp_path: Path) -> StudySession:
    """A new study, open in the window."""
    assert window.create_study(tmp_path / "Mine.deepbench")
    assert window.session is not None
    return window.session


def press(window: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    keys = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        keys |= modifier
    QTest.keyClick(window, key, keys)
    settle()


def trigger(window: MainWindow, name: str) -> None:
    child(window, f"menu.{name}", QAction).trigger()


def shown(window: MainWindow) -> str:
    return window.current_page.key if window.current_page else ""


# --- look ---------------------------------------------------------------------------------


def test_a_theme_repaints_and_is_remembered(
    make_window: MakeWindow, window: MainWindow, session: StudySession
) -> None:
    def background() -> str:
        settle()
        image = window.footer.grab().toImage()
        return image.pixelColor(image.width() // 2, 2).name()

    window.footer.reason.hide()
    light, mark = background(), window.rail.buttons["start"].icon().cacheKey()
    trigger(window, "theme-dark")
    assert theme().name == "dark"
    assert background() != light
    assert window.rail.buttons["start"].icon().cacheKey() != mark
    assert Settings.load().theme == "dark"
    again = make_window()
    assert child(again, "menu.theme-dark", QAction).isChecked()
    assert not child(again, "menu.theme-light", QAction).isChecked()
    trigger(window, "theme-light")
    assert background() == light


def test_the_first_page_follows_the_theme(window: MainWindow, tmp_path: Path) -> None:
    window.create_study(tmp_path / "Mine.deepbench")
    window.close_study()
    settle()
    before = child(window, "welcome.recent.0").icon().cacheKey()
    trigger(window, "theme-dark")
    settle()
    assert child(window, "welcome.recent.0").icon().cacheKey() != before


def test_help_is_shown_hidden_and_remembered(
    make_window: MakeWindow, window: MainWindow, session: StudySession
) -> None:
    shown_in_menu = child(window, "menu.help", QAction)
    assert window.help_panel.isVisible()
    assert shown_in_menu.isChecked()
    press(window, Qt.Key.Key_F1)
    assert not window.help_panel.isVisible()
    assert not shown_in_menu.isChecked()
    assert not Settings.load().show_help
    window.show_page("question")
    assert not window.help_panel.isVisible()
    press(window, Qt.Key.Key_F1)
    assert window.help_panel.isVisible()
    child(window, "help.close").click()
    assert not window.help_panel.isVisible()
    assert not shown_in_menu.isChecked()


def test_help_leaves_the_room_to_a_narrow_page(window: MainWindow, session: StudySession) -> None:
    window.resize(HELP_FROM_WIDTH - 1, 700)
    settle()
    assert not window.help_panel.isVisible()
    assert not child(window, "menu.help", QAction).isChecked()
    press(window, Qt.Key.Key_F1)  # who asks for it gets it
    assert window.help_panel.isVisible()
    press(window, Qt.Key.Key_F1)
    press(window, Qt.Key.Key_F1)
    window.resize(HELP_FROM_WIDTH, 700)
    settle()
    assert window.help_panel.isVisible()
    assert Settings.load().show_help


def test_there_is_no_help_before_a_study_is_open(window: MainWindow, tmp_path: Path) -> None:
    assert not child(window, "menu.help", QAction).isEnabled()
    assert not window.help_panel.isVisible()
    window.create_study(tmp_path / "Mine.deepbench")
    assert child(window, "menu.help", QAction).isEnabled()
    window.close_study()
    assert not window.help_panel.isVisible()
    assert not child(window, "menu.help", QAction).isChecked()


def test_size_is_remembered_and_nonsense_is_not_taken(make_window: MakeWindow) -> None:
    first = make_window()
    assert first.size().toTuple() == (1280, 720)
    first.resize(790, 600)
    settle()
    first.close()
    assert make_window().size().toTuple() == (790, 600)
    for nonsense in ("zz", "größer", "0011"):
        Settings(window=nonsense).save()
        again = make_window()
        screen = again.screen().availableGeometry()
        assert again.width() == min(1280, screen.width())
        assert again.height() == min(720, screen.height())


# --- keys ---------------------------------------------------------------------------------


ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def test_keys_lead_through_the_pages(
    window: MainWindow, session: StudySession, runner: Any
) -> None:
    session.answer_all(PLAN, "answers")
    press(window, Qt.Key.Key_Right, ALT)
    assert shown(window) == "question"
    press(window, Qt.Key.Key_Left, ALT)
    assert shown(window) == "start"
    press(window, Qt.Key.Key_3, CTRL)
    assert shown(window) == "import"
    press(window, Qt.Key.Key_Right, ALT)
    assert shown(window) == "import"  # as Next, which is closed
    press(window, Qt.Key.Key_Return, CTRL)
    assert [request.until for request in runner.asked] == ["import"]
    press(window, Qt.Key.Key_Z, CTRL)
    assert session.value("question.outcome") is None


def test_keys_do_nothing_before_and_after_a_study(
    window: MainWindow, tmp_path: Path, runner: Any
) -> None:
    def press_all() -> None:
        for key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            press(window, key, ALT)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_2, Qt.Key.Key_Z, Qt.Key.Key_W):
            press(window, key, CTRL)
        assert shown(window) == ""

    press_all()
    window.create_study(tmp_path / "Mine.deepbench")
    assert window.session is not None
    window.session.answer_all(PLAN, "answers")
    window.show_page("question")
    window.close_study()
    press_all()
    assert runner.asked == []


def test_the_list_of_steps_works_with_arrows(window: MainWindow, session: StudySession) -> None:
    rail = window.rail.buttons
    rail["start"].setFocus(Qt.FocusReason.TabFocusReason)
    press(rail["start"], Qt.Key.Key_Up)  # the first one: nothing above
    assert rail["start"].hasFocus()
    press(rail["start"], Qt.Key.Key_Down)
    press(rail["question"], Qt.Key.Key_Down)
    assert rail["suitability"].hasFocus()
    assert shown(window) == "start"
    press(rail["suitability"], Qt.Key.Key_Space)
    assert shown(window) == "suitability"
    assert rail["suitability"].isChecked()
    tab_stops = [key for key, b in rail.items() if b.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert tab_stops == ["suitability"]


def test_the_focus_does_not_leave_the_footer_with_its_button(window: MainWindow) -> None:
    footer = window.footer
    footer.show()
    state: dict[str, Any] = {"can_back": True, "reason": "Wait.", "verb": "Read the Table"}
    footer.show_state(**state, can_next=False, can_run=True)
    footer.run_button.setFocus(Qt.FocusReason.TabFocusReason)
    assert footer.run_button.hasFocus()
    footer.show_state(**state, can_next=False, can_run=False)  # it runs
    assert footer.reason.hasFocus()
    footer.show_state(**state | {"verb": ""}, can_next=True, can_run=False)
    assert footer.next_button.hasFocus()
    footer.back_button.setFocus(Qt.FocusReason.TabFocusReason)
    footer.show_state(**state, can_next=False, can_run=True)
    assert footer.back_button.hasFocus()


def test_the_keys_are_listed(window: MainWindow) -> None:
    def look(box: Any) -> None:
        assert box.text() == KEYS_TEXT
        child(box, "keys.close").click()

    in_dialog(lambda: trigger(window, "keys"), look)


def test_about_says_what_leaves_the_computer(window: MainWindow) -> None:
    def look(box: Any) -> None:
        assert "opens no network connection" in box.text()
        child(box, "about.close").click()

    in_dialog(lambda: trigger(window, "about"), look)
