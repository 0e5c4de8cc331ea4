"""Whether the window may be opened at all: a screen that is not there ends in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from deepbench_ui import __main__ as starter

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let these variables, and no others, name a screen."""

    def name(**named: str) -> None:
        for variable in VARIABLES:
            monkeypatch.delenv(variable, raising=False)
        for variable, value in named.items():
            monkeypatch.setenv(variable, value)

    return name


@linux
def test_a_screen_is_there_when_its_server_answers(
    screen: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen()
    assert not starter.has_screen()
    screen(QT_QPA_PLATFORM="offscreen")
    assert starter.has_screen()
    screen(WAYLAND_DISPLAY="wayland-0")
    assert starter.has_screen()
    # A number that no server has: what is left in tmux after an ssh connection was closed.
    screen(DISPLAY=":987")
    assert not starter.has_screen()
    monkeypatch.setattr(starter, "_x_server_answers", lambda: True)
    assert starter.has_screen()


@linux
def test_without_a_screen_the_window_says_what_can_be_done(
    screen: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    screen()
    assert starter.main([]) == 1
    assert "deepbench run plan.toml" in capsys.readouterr().err


@linux
def test_the_bare_command_line_helps_where_no_screen_is() -> None:
    variables = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-m", "deepbench"],
        env={**variables, "DISPLAY": ":987"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: deepbench")
    assert "There is no screen here" in done.stdout
