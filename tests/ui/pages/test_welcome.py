"""The page before a study is open: recent studies, and the one that was left open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QLabel, QMenu

from deepbench_ui.menus import NO_RECENT
from deepbench_ui.pages.welcome import NO_RECENT as NONE_YET
from deepbench_ui.settings import Settings
from deepbench_ui.window import MainWindow
from tests.ui.conftest import child, settle
from tests.ui.held_study import a_study, held_elsewhere

MakeWindow = Callable[[], MainWindow]


def menu_texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_recent_studies_are_listed_opened_and_forgotten(
    window: MainWindow, tmp_path: Path
) -> None:
    menu = child(window, "menu.recent", QMenu)
    menu.aboutToShow.emit()
    assert menu_texts(menu) == [NO_RECENT]
    assert any(text.text() == NONE_YET for text in window.welcome.findChildren(QLabel))
    for name in ("Salt & light", "Second"):
        assert window.create_study(tmp_path / f"{name}.deepbench")
    window.close_study()
    settle()
    assert [child(window, f"welcome.recent.{n}").text() for n in (0, 1)] == [
        "Second",
        "Salt && light",
    ]
    menu.aboutToShow.emit()
    assert menu_texts(menu) == ["Second", "Salt && light"]
    menu.actions()[1].trigger()
    assert window.session is not None
    assert window.session.folder.name == "Salt & light.deepbench"
    window.close_study()
    shutil.rmtree(tmp_path / "Second.deepbench")
    window.welcome.refresh()
    settle()
    assert not child(window, "welcome.recent.1").isEnabled()
    child(window, "welcome.recent.1.forget").click()
    settle()
    assert Settings.load().recent == [str(tmp_path / "Salt & light.deepbench")]
    child(window, "welcome.recent.0").click()
    assert window.session is not None


def test_a_recent_study_that_is_gone_is_said(window: MainWindow, tmp_path: Path) -> None:
    window.create_study(tmp_path / "Gone.deepbench")
    window.close_study()
    shutil.rmtree(tmp_path / "Gone.deepbench")
    menu = child(window, "menu.recent", QMenu)
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert "There is no DeepBench study in Gone.deepbench" in window.message.text


def test_after_an_unclean_end_the_study_is_offered(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    study = a_study(tmp_path / "Mine.deepbench")
    Settings(recent=[str(study)], open_study=str(study)).save()
    window = make_window()
    assert "“Mine” was open when DeepBench ended unexpectedly" in window.welcome.recover.text
    child(window, "welcome.recover.action").click()
    assert window.session is not None
    window.close_study()
    assert window.welcome.recover.text == ""


def test_a_study_is_offered_only_while_it_was_really_left(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    study = a_study(tmp_path / "Mine.deepbench")
    Settings(recent=[str(study)], open_study=str(study)).save()
    with held_elsewhere("window", study):
        window = make_window()
        assert window.welcome.recover.text == ""  # another window has it
    window.welcome.refresh()
    settle()
    assert window.welcome.recover.text != ""
    child(window, "welcome.recent.0.forget").click()
    assert window.welcome.recover.text == ""
    Settings(open_study=str(tmp_path / "gone.deepbench")).save()
    assert make_window().welcome.recover.text == ""
