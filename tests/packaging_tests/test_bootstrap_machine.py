"""Old and unsuitable computers."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.packaging_tests.conftest import PARTS, REPOSITORY

GIGABYTE = 10**9


@pytest.mark.parametrize("part", PARTS, ids=lambda path: path.name)
def test_an_old_python_can_read_it(part: Path) -> None:
    ast.parse(part.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("part", PARTS, ids=lambda path: path.name)
def test_standard_library_only(part: Path) -> None:
    tree = ast.parse(part.read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert names - {path.stem for path in PARTS} <= sys.stdlib_module_names


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 1)])
@pytest.mark.parametrize(
    "machine", [("Linux", "x86_64"), ("Darwin", "arm64"), ("Windows", "AMD64")]
)
def test_suitable_python(
    parts: SimpleNamespace, version: tuple[int, ...], machine: tuple[str, str]
) -> None:
    parts.machine.check_python(version, *machine, 64)


@pytest.mark.parametrize(
    ("version", "machine", "bits", "sentence"),
    [
        ((3, 8, 10), ("Linux", "x86_64"), 64, "this is Python 3.8.10"),
        ((3, 14, 0), ("Windows", "AMD64"), 64, "this is Python 3.14.0"),
        ((3, 12, 1), ("Windows", "x86"), 32, "64-bit"),
        ((3, 12, 1), ("Darwin", "x86_64"), 64, "Intel Macs"),
    ],
)
def test_unsuitable_python(
    parts: SimpleNamespace,
    version: tuple[int, ...],
    machine: tuple[str, str],
    bits: int,
    sentence: str,
) -> None:
    with pytest.raises(parts.machine.Problem, match=sentence) as caught:
        parts.machine.check_python(version, *machine, bits)
    assert caught.value.exit_code == 2
    assert "3.12" in caught.value.hint


def test_versions_agree_with_the_project(parts: SimpleNamespace) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest, untested = parts.machine.OLDEST, parts.machine.FIRST_UNTESTED
    stated = ">={}.{},<{}.{}".format(*oldest, *untested)
    assert project["requires-python"] == stated


def test_disk(parts: SimpleNamespace, tmp_path: Path) -> None:
    parts.machine.check_disk(tmp_path, 4 * GIGABYTE)
    with pytest.raises(parts.machine.Problem, match=r"about 4 GB, and only 1\.5 GB are free"):
        parts.machine.check_disk(tmp_path, 3 * GIGABYTE // 2)


def test_path_length_of_windows(parts: SimpleNamespace) -> None:
    room = 259 - parts.machine.LONGEST_INSIDE
    parts.machine.check_path_length("x" * room, long_paths=False)
    parts.machine.check_path_length("x" * 1000, long_paths=True)
    with pytest.raises(parts.machine.Problem, match="too long") as caught:
        parts.machine.check_path_length("x" * (room + 1), long_paths=False)
    assert "DEEPBENCH_VENV" in caught.value.hint


def test_without_ensurepip_the_package_is_named(
    parts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.machine.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(parts.machine.shutil, "which", lambda name: None)
    with pytest.raises(parts.machine.Problem) as caught:
        parts.machine.ensure_venv_module()
    assert "apt-get install -y python3." in caught.value.hint
