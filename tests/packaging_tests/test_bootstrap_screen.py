"""Whether a window can be opened, and which of the system's libraries it needs."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest


def test_missing_libraries_are_named(parts: SimpleNamespace) -> None:
    missing = parts.machine.missing_libraries({"libnowhere.so.7": "libnowhere7"})
    assert missing == {"libnowhere.so.7": "libnowhere7"}


@pytest.mark.parametrize(
    ("system", "variable", "there"),
    [
        ("Linux", "", False),
        ("Linux", "DISPLAY", True),
        ("Linux", "WAYLAND_DISPLAY", True),
        ("Linux", "QT_QPA_PLATFORM", False),
        ("Darwin", "", True),
        ("Darwin", "SSH_CONNECTION", False),
        ("Windows", "", True),
    ],
)
def test_where_a_screen_is(
    parts: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    screen: Callable[[str], None],
    system: str,
    variable: str,
    there: bool,
) -> None:
    monkeypatch.setattr(parts.machine.platform, "system", lambda: system)
    screen(variable)
    assert parts.machine.has_screen() is there


@pytest.mark.parametrize(
    ("variable", "library", "package"),
    [
        ("", "libEGL.so.1", "libegl1"),
        ("DISPLAY", "libxcb-cursor.so.0", "libxcb-cursor0"),
        ("WAYLAND_DISPLAY", "libwayland-cursor.so.0", "libwayland-cursor0"),
    ],
)
def test_libraries_of_the_kind_of_screen(
    parts: SimpleNamespace,
    screen: Callable[[str], None],
    variable: str,
    library: str,
    package: str,
) -> None:
    always = parts.machine.QT_LIBRARIES
    screen(variable)
    needed = parts.machine.window_libraries()
    assert needed[library] == package
    assert always.items() <= needed.items()
    assert (needed == always) is (variable == "")


@pytest.mark.skipif(sys.platform != "linux", reason="the system's libraries of Linux")
def test_what_qt_links_to_is_among_the_libraries(parts: SimpleNamespace) -> None:
    qt = pytest.importorskip("PySide6", exc_type=ImportError)
    machine = parts.machine
    # Brought along by every Linux, or by one of the packages named.
    given = "ld-linux libc. libm. libdl. libpthread. librt. libstdc++ libgcc_s libz. libzstd."
    given += " libX11. libfreetype. libglib-2.0. libxcb. libxcb-shm. libxcb-util. libxcb-render."
    for plugin, named in (
        ("platforms/libqoffscreen.so", machine.QT_LIBRARIES),
        ("platforms/libqxcb.so", machine.QT_LIBRARIES | machine.X11_LIBRARIES),
        ("platforms/libqwayland.so", machine.QT_LIBRARIES | machine.WAYLAND_LIBRARIES),
    ):
        found = needed_by(Path(qt.__file__).parent / "Qt" / "plugins" / plugin)
        assert "libGL.so.1" in found
        unnamed = {name for name in found if not name.startswith(tuple(given.split()))}
        assert unnamed <= set(named), plugin


def needed_by(library: Path) -> set[str]:
    """Return the system's libraries that a library of Qt is linked to, directly or through Qt."""
    own, seen, found = [library], {library}, set()
    while own:
        for name in linked_names(own.pop().read_bytes()):
            shipped = library.parents[2] / "lib" / name
            if not shipped.exists():
                found.add(name)
            elif shipped not in seen:
                seen.add(shipped)
                own.append(shipped)
    return found


def linked_names(elf: bytes) -> list[str]:
    """Return the NEEDED entries of a 64-bit little-endian ELF file."""
    header_at, size, count = (
        *struct.unpack_from("<Q", elf, 32),
        *struct.unpack_from("<HH", elf, 54),
    )
    segments = [struct.unpack_from("<IIQQQQQQ", elf, header_at + i * size) for i in range(count)]

    def place(address: int) -> int:
        return next(
            s[2] + address - s[3] for s in segments if s[0] == 1 and s[3] <= address < s[3] + s[5]
        )

    dynamic = next(s for s in segments if s[0] == 2)
    entries = list(struct.iter_unpack("<QQ", elf[dynamic[2] : dynamic[2] + dynamic[5]]))
    strings = place(dict(entries)[5])
    starts = [strings + value for tag, value in entries if tag == 1]
    return [elf[start : elf.index(b"\0", start)].decode() for start in starts]


@pytest.mark.skipif(sys.platform != "linux", reason="the system's libraries of Linux")
def test_missing_libraries_are_installed_or_said(
    parts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []
    needed = {"libnowhere.so.7": "libnowhere7", "libgone.so.1": "libgone1"}

    def install(packages: list[str]) -> bool:
        asked.append(packages)
        needed.clear()
        return True

    monkeypatch.setattr(parts.machine, "apt_install", lambda packages: False)
    assert not parts.machine.ensure_libraries(needed)
    said = capsys.readouterr().err
    assert "missing: libgone.so.1, libnowhere.so.7" in said
    assert "apt-get install -y libgone1 libnowhere7" in said
    monkeypatch.setattr(parts.machine, "apt_install", install)
    assert parts.machine.ensure_libraries(needed)
    assert asked == [["libgone1", "libnowhere7"]]
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="DISPLAY")
def test_a_screen_that_does_not_answer_opens_no_window(
    parts: SimpleNamespace, screen: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("PySide6", exc_type=ImportError)
    screen("DISPLAY")
    assert not parts.main.window_opens(Path(sys.executable))
    assert "although a screen is named. " in capsys.readouterr().err


def test_a_window_that_opens_says_nothing(
    parts: SimpleNamespace, screen: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("PySide6", exc_type=ImportError)
    screen("QT_QPA_PLATFORM")
    assert parts.main.window_opens(Path(sys.executable))
    assert capsys.readouterr().err == ""
