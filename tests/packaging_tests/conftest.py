"""The bootstrap script and what its tests share; nothing is installed, no step's command run."""

from __future__ import annotations

import os
import venv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGING = REPOSITORY / "packaging"
PARTS = sorted(PACKAGING.glob("bootstrap*.py"))


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The script and its parts, imported as the script imports them."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    import bootstrap
    import bootstrap_environment
    import bootstrap_machine
    import bootstrap_steps

    return SimpleNamespace(
        main=bootstrap,
        environment=bootstrap_environment,
        machine=bootstrap_machine,
        steps=bootstrap_steps,
    )


@pytest.fixture
def environment(parts: SimpleNamespace, tmp_path: Path) -> SimpleNamespace:
    """A claimed environment with two installed packages and an interpreter that starts."""
    made = parts.environment.Environment(tmp_path / "Größe 1" / "env")
    made.claim()
    venv.create(made.folder, with_pip=False, symlinks=os.name != "nt")
    for name in ("alpha", "beta"):
        info = made.site_packages / f"{name}-1.0.dist-info"
        info.mkdir()
        (made.site_packages / name).mkdir()
        (made.site_packages / name / "__init__.py").touch()
        record = f"{name}/__init__.py,,\n{name}/__pycache__/x.pyc,,\n{info.name}/RECORD,,\n"
        (info / "RECORD").write_text(record, encoding="utf-8")
    # What works() asks for; the real one is not needed here.
    (made.site_packages / "pip.py").touch()
    return made


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let one variable name a screen, or none."""

    def name(variable: str) -> None:
        for other in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(other, raising=False)
        if variable:
            monkeypatch.setenv(variable, "offscreen" if variable == "QT_QPA_PLATFORM" else ":987")

    return name


def read(parts: SimpleNamespace, pyproject: Path | None = None, place: str = "here") -> object:
    """Read the project's requirements."""
    chosen = pyproject or REPOSITORY / "pyproject.toml"
    return parts.environment.read_requirements(chosen, PACKAGING / "constraints.txt", place)


def ready_at(
    parts: SimpleNamespace, environment: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the script find its environment complete."""
    monkeypatch.setenv("DEEPBENCH_VENV", str(environment.folder))
    key = read(parts, place=f"{REPOSITORY} {environment.folder}").key
    environment.write_stamp(key, dev=True)
    monkeypatch.setattr(parts.main, "ensure_libraries", lambda _libraries: True)
    monkeypatch.setattr(parts.main, "has_screen", lambda: False)
    monkeypatch.setattr(parts.main.signal, "signal", lambda *_arguments: None)


@pytest.fixture
def started(
    parts: SimpleNamespace, environment: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> list[list[str]]:
    """What the script starts, which then ends well, in an environment that is complete."""
    ready_at(parts, environment, monkeypatch)
    commands: list[list[str]] = []
    monkeypatch.setattr(
        parts.main, "run_program", lambda command, *_more: commands.append(command[1:]) or 0
    )
    return commands
