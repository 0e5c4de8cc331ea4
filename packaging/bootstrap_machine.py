"""What this computer offers: its Python, disk and system libraries. Part of bootstrap.py.

Standard library only, and readable by an old Python, to tell its user which one is needed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Sequence

OLDEST, FIRST_UNTESTED = (3, 11), (3, 14)
NEEDED_BYTES = 4 * 10**9
# Longest path inside site-packages (a licence file of torch) and "\Lib\site-packages\" before it.
LONGEST_INSIDE = 171 + 19
WINDOWS_PATH_LIMIT = 259
# Of the system's libraries (file name: Debian package), what Qt loads always, and then for the
# kind of screen. What those packages bring with them is not named.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}


class Problem(Exception):
    """What happened, and what to do about it; ends the script with an exit code."""

    def __init__(self, message: str, hint: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


def say(text: str) -> None:
    """Write a line to stderr: stdout is for what other programs read."""
    print(text, file=sys.stderr, flush=True)


def check_python(version: tuple[int, ...], system: str, machine: str, bits: int) -> None:
    """Raise Problem when torch and the other libraries are not made for this interpreter."""
    if not OLDEST <= tuple(version[:2]) < FIRST_UNTESTED:
        example = "py -3.12" if system == "Windows" else "python3.12"
        raise Problem(
            "DeepBench needs Python 3.11, 3.12 or 3.13; this is Python {}.".format(
                ".".join(str(part) for part in version[:3])
            ),
            f"Install one of them and name it: {example} packaging/bootstrap.py run",
        )
    if bits != 64:
        raise Problem(
            "DeepBench needs a 64-bit Python; this one has 32 bits.",
            "Install the 64-bit version of Python 3.12.",
        )
    if (system, machine) == ("Darwin", "x86_64"):
        raise Problem(
            "This Python is made for Intel Macs, and torch is no longer made for them.",
            "On a Mac with Apple silicon, install the arm64 (universal) version of Python 3.12.",
        )


def check_disk(folder: Path, free: int) -> None:
    """Raise Problem when less than ``NEEDED_BYTES`` are free where the environment will lie."""
    if free < NEEDED_BYTES:
        raise Problem(
            f"The environment needs about {NEEDED_BYTES / 1e9:.0f} GB, and only "
            f"{free / 1e9:.1f} GB are free where {folder} lies.",
            "Make room, or name a folder on another disk in the environment variable "
            "DEEPBENCH_VENV.",
        )


def check_path_length(folder: str, long_paths: bool) -> None:
    """Raise Problem when Windows could not hold the longest path inside the environment."""
    if not long_paths and len(folder) + LONGEST_INSIDE > WINDOWS_PATH_LIMIT:
        raise Problem(
            f"The path {folder} is too long: Windows allows {WINDOWS_PATH_LIMIT} characters, and "
            f"the libraries need {LONGEST_INSIDE} of them.",
            r"Name a short folder in the environment variable DEEPBENCH_VENV, such as "
            r"C:\deepbench-env, or ask for long paths to be switched on.",
        )


def windows_long_paths() -> bool:
    """Return whether paths may be longer than 259 characters; always true elsewhere."""
    if sys.platform == "win32":
        import winreg

        place = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
                return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
        except OSError:
            return False
    else:
        return True


def has_screen() -> bool:
    """Return whether a window could be opened here."""
    if os.environ.get("QT_QPA_PLATFORM") in ("minimal", "offscreen"):
        return False
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return not os.environ.get("SSH_CONNECTION")


def window_libraries() -> dict[str, str]:
    """Return the system's libraries that a window needs here; without a screen, those of tests."""
    if os.environ.get("DISPLAY"):
        # Also under Wayland, where Qt then takes this way if the other is closed.
        return {**QT_LIBRARIES, **X11_LIBRARIES}
    if os.environ.get("WAYLAND_DISPLAY"):
        return {**QT_LIBRARIES, **WAYLAND_LIBRARIES}
    return QT_LIBRARIES


def missing_libraries(libraries: dict[str, str]) -> dict[str, str]:
    """Return those of the system's libraries (file name → Debian package) that do not load."""
    missing = {}
    for name, package in libraries.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            missing[name] = package
    return missing


def apt_command(packages: Sequence[str]) -> str:
    """Return what an administrator types on Debian to install the packages."""
    return f"apt-get update && apt-get install -y {' '.join(packages)}"


def apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages; return False where that is not Debian or not allowed."""
    if sys.platform != "linux" or shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    say(f"Installing from the system's packages: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["sh", "-c", apt_command(packages)], env=environment, stdout=sys.stderr, check=False
    )
    return done.returncode == 0


def ensure_venv_module() -> None:
    """Raise Problem when Python came without what makes environments (Debian splits it off)."""
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    if not apt_install([package]):
        raise Problem(
            "This Python cannot make environments: its module ensurepip is missing.",
            f"On Debian and Ubuntu, as administrator: {apt_command([package])}",
        )


def ensure_libraries(libraries: dict[str, str]) -> bool:
    """Return whether Qt finds the system's libraries, after installing them where possible."""
    if sys.platform != "linux":
        return True
    missing = missing_libraries(libraries)
    if missing and apt_install(sorted(missing.values())):
        missing = missing_libraries(libraries)
    if missing:
        say(
            f"The window needs system libraries that are missing: {', '.join(sorted(missing))}. "
            "On Debian and Ubuntu, as administrator: " + apt_command(sorted(missing.values()))
        )
    return not missing
