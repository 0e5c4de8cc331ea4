"""The environment: what belongs into it, where it lies, whether it is whole. Part of bootstrap.py.

Standard library only, and readable by an old Python, to tell its user which one is needed.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator, NamedTuple, Sequence

from bootstrap_machine import Problem, say

IMPORT_NAMES = {"pyside6-essentials": "PySide6", "scikit-learn": "sklearn"}


class Requirements(NamedTuple):
    """The requirements of ``pyproject.toml``, and a key that changes with anything installed."""

    torch: str
    runtime: list[str]
    dev: list[str]
    build: list[str]
    key: str


def distribution(requirement: str) -> str:
    """Return the normalised name in a requirement: ``tomli_w>=1`` → ``tomli-w``."""
    match = re.match(r"\s*([A-Za-z0-9._-]+)", requirement)
    if match is None:
        raise ValueError(f"not a requirement: {requirement!r}")
    return re.sub(r"[-_.]+", "-", match.group(1)).lower()


def import_name(requirement: str) -> str:
    """Return the module that a runtime requirement brings."""
    name = distribution(requirement)
    return IMPORT_NAMES.get(name, name.replace("-", "_"))


def read_requirements(pyproject: Path, constraints: Path, place: str = "") -> Requirements:
    """Read what to install.

    Args:
        pyproject: The project's ``pyproject.toml``.
        constraints: The pinned versions.
        place: Where the project lies; an environment points there, so a move changes the key.
    """
    import tomllib

    text = pyproject.read_text(encoding="utf-8")
    document: dict[str, Any] = tomllib.loads(text)
    project = document["project"]
    named = {distribution(line): line for line in project["dependencies"]}
    shaping = [
        constraints.read_text(encoding="utf-8"),
        project["dependencies"],
        project["optional-dependencies"],
        project.get("scripts"),
        document["build-system"],
        document["tool"]["hatch"],
        "{}.{}".format(*sys.version_info[:2]),
        place,
    ]
    return Requirements(
        torch=named.pop("torch"),
        runtime=list(named.values()),
        dev=list(project["optional-dependencies"]["dev"]),
        # hatchling asks for editables only when it is about to build an editable install.
        build=[*document["build-system"]["requires"], "editables"],
        key=hashlib.sha256(json.dumps(shaping).encode()).hexdigest(),
    )


class Environment:
    """The folder with the interpreter and the libraries, and what this script knows about it.

    Args:
        folder: Where it lies, whether or not it exists already.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own = folder / "deepbench-bootstrap"
        self.stamp = self.own / "stamp.json"
        self.log = self.own / "pip.log"
        if os.name == "nt":
            self.python = folder / "Scripts" / "python.exe"
            self.site_packages = folder / "Lib" / "site-packages"
        else:
            version = "python{}.{}".format(*sys.version_info[:2])
            self.python = folder / "bin" / "python"
            self.site_packages = folder / "lib" / version / "site-packages"

    def claim(self) -> None:
        """Make the folder, or raise Problem when something else lies there already."""
        try:
            if not self.own.is_dir() and self.folder.exists() and any(self.folder.iterdir()):
                raise Problem(
                    f"{self.folder} exists and was not made by this script.",
                    "Remove it, or name another folder in the environment variable "
                    "DEEPBENCH_VENV.",
                )
            self.own.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(
                f"The environment cannot be made in {self.folder}: {error.strerror}.",
                "Name a folder that you may write to in the environment variable DEEPBENCH_VENV.",
            ) from error

    def works(self) -> bool:
        """Return whether its interpreter starts, has this Python's version, and finds pip."""
        program = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
        try:
            answer = subprocess.run(
                [str(self.python), "-I", "-c", program],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
                text=True,
            )
        except OSError:
            return False
        return answer.stdout.strip() == "{}.{}".format(*sys.version_info[:2])

    def contents(self) -> list[str]:
        """Return the names in site-packages; each installed package shows there."""
        with contextlib.suppress(OSError):
            return sorted(path.name for path in self.site_packages.iterdir())
        return []

    def is_ready(self, key: str, dev: bool) -> bool:
        """Return whether all that belongs to the key is there, without looking into files."""
        try:
            stamp = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return (
            stamp.get("key") == key
            and (stamp.get("dev") or not dev)
            and set(stamp.get("contents", ["?"])) <= set(self.contents())
            and self.works()
        )

    def write_stamp(self, key: str, dev: bool) -> None:
        """Say that everything is installed; the last act, so that a stamp is never too early."""
        temporary = self.stamp.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as stream:
            json.dump({"key": key, "dev": dev, "contents": self.contents()}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self.stamp)

    def clear(self) -> None:
        """Remove everything but this script's own files."""
        try:
            for path in self.folder.iterdir():
                if path == self.own:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
        except OSError as error:
            raise Problem(
                f"The old environment in {self.folder} cannot be removed: {error.strerror}.",
                "Close the programs that run in it, and try again.",
            ) from error

    def forget_incomplete(self) -> None:
        """Make pip see again what it left half-installed, or what somebody removed.

        pip takes a package for installed when its ``dist-info`` is there, whatever is missing.
        """
        for leftover in self.site_packages.glob("~*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for info in self.site_packages.glob("*.dist-info"):
            if not is_complete(info):
                shutil.rmtree(info, ignore_errors=True)

    def add_paths(self, folders: Sequence[Path]) -> None:
        r"""Name the project's folders in a way that every locale reads.

        WORKAROUND: up to Python 3.12, Windows reads ``.pth`` files in the code page of the
        country, and the build writes UTF-8, so that a project below ``C:\Users\Müller`` is not
        found. A line of code in ASCII is read alike everywhere.
        """
        paths = ascii([str(folder) for folder in folders])
        line = f"import sys; sys.path.extend(p for p in {paths} if p not in sys.path)\n"
        (self.site_packages / "deepbench-paths.pth").write_text(line, encoding="ascii")


def is_complete(info: Path) -> bool:
    """Return whether every file is there that a ``dist-info`` folder records."""
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as stream:
            names = [row[0] for row in csv.reader(stream) if row and row[0][-4:] != ".pyc"]
    except OSError:
        return False
    return all((info.parent / name).exists() for name in names)


def try_lock(descriptor: int) -> bool:
    """Take the lock on an open file, without waiting; false when another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        # Some network disks know no locks; better unguarded there than not at all.
        return True
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file; the system releases it even when this process is killed."""
    with path.open("a+b") as stream:
        stream.seek(0)
        if not try_lock(stream.fileno()):
            say("Another call of this script is preparing the environment; waiting for it.")
            while not try_lock(stream.fileno()):
                time.sleep(0.5)
        yield
