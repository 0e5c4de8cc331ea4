"""What is remembered between starts, and that nothing in it keeps the program from opening."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deepbench_ui.settings import MOST_RECENT, Settings, config_folder, studies_folder
from deepbench_ui.window import MainWindow
from tests.ui.conftest import settle


def write(content: bytes | str) -> Path:
    path = config_folder() / "settings.json"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def test_what_is_saved_comes_back() -> None:
    kept = Settings(
        recent=["/a", "/b"], open_study="/a", theme="dark", device="cpu", workers=2,
        show_help=False, folder="/Zürich", window="0a",
    )  # fmt: skip
    kept.save()
    assert Settings.load() == kept


@pytest.mark.parametrize("content", ["{", "", "[1, 2]", "null", b"\xff\xfe\x00", '{"theme": "da'])
def test_a_broken_file_is_put_aside(content: bytes | str) -> None:
    path = write(content)
    before = path.read_bytes()
    assert Settings.load() == Settings()
    assert not path.exists()
    assert path.with_name("settings.damaged.json").read_bytes() == before
    Settings(theme="dark").save()
    assert Settings.load().theme == "dark"


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("theme", "pink", "system"),
        ("theme", 3, "system"),
        ("device", "tpu", "auto"),
        ("workers", -4, 0),
        ("workers", 10**9, 8),
        ("workers", "2", 0),
        ("show_help", "no", True),
        ("recent", "/a", []),
        ("recent", ["/a", 3, None, ["/b"]], ["/a"]),
        ("open_study", None, ""),
        ("window", 12, ""),
    ],
)
def test_one_wrong_value_spoils_nothing_else(name: str, value: Any, taken: Any) -> None:
    write(json.dumps({"folder": "/kept", name: value}))
    found = Settings.load()
    assert getattr(found, name) == taken
    assert found.folder == "/kept"


def test_a_later_version_s_settings_are_read() -> None:
    write(json.dumps({"folder": "/kept", "colour": "blue"}))
    assert Settings.load().folder == "/kept"


def test_recent_studies_are_few_and_each_stands_once() -> None:
    settings = Settings()
    for number in range(MOST_RECENT + 3):
        settings.remember(Path(f"/study {number}"))
    settings.remember(Path("/study 9"))
    assert len(settings.recent) == MOST_RECENT
    assert settings.recent[0] == "/study 9"
    assert settings.recent.count("/study 9") == 1
    assert Settings.load().open_study == "/study 9"
    settings.closed()
    assert Settings.load().open_study == ""


def test_forgetting_a_study_forgets_that_it_was_open() -> None:
    settings = Settings(recent=["/a", "/b"], open_study="/a")
    settings.forget("/b")
    assert Settings.load().open_study == "/a"
    settings.forget("/a")
    assert Settings.load() == Settings()


def test_settings_that_cannot_be_written_are_only_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DEEPBENCH_CONFIG", str(tmp_path / "file" / "config"))
    Settings(theme="dark").save()
    assert Settings.load() == Settings()


def test_without_a_folder_of_its_own_the_system_s_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DEEPBENCH_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config_folder().name == "DeepBench"
    assert config_folder().is_dir()
    assert studies_folder().name == "DeepBench"
    assert not studies_folder().exists()


@pytest.mark.parametrize(
    "content",
    ["{", json.dumps({"recent": [None, 1], "window": "größer", "theme": "pink", "device": 1})],
)
def test_the_window_opens_whatever_stands_there(
    content: str, make_window: Callable[[], MainWindow]
) -> None:
    write(content)
    window = make_window()
    settle()
    assert window.welcome.isVisible()
