"""``rerun/constraints.txt``: the versions of all packages that the study's program needs."""

from __future__ import annotations

import platform
import re
from importlib import metadata

from packaging.requirements import Requirement

import deepbench

PATH = "rerun/constraints.txt"
TITLE = "Versions of all packages"

_PROGRAM = "deepbench"
_SEPARATORS = re.compile(r"[-_.]+")
_HEAD = """# The versions of the packages that DeepBench {version} ran with, on Python {python}.
# rerun.py installs these; by hand: pip install -c constraints.txt deepbench=={version}
"""


def constraints_txt() -> bytes:
    """Return the version of each package that the program needs, as pip reads it.

    A local build ("2.13.0+cpu") is written as the release it is a build of: indexes have that.
    """
    pins = installed_versions()
    lines = [f"{name}=={version.partition('+')[0]}" for name, version in sorted(pins.items())]
    head = _HEAD.format(version=deepbench.__version__, python=platform.python_version())
    return (head + "\n".join(lines) + "\n").encode()


def installed_versions() -> dict[str, str]:
    """Return the packages that the program needs, directly or not, with their versions.

    Packages that are wanted on other systems alone are not installed here and left out.
    """
    found: dict[str, str] = {}
    waiting = _needed(_PROGRAM)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        waiting += _needed(name)
    return found


def _needed(package: str) -> list[str]:
    """Return the packages that one asks for on this system, without its optional parts."""
    try:
        asked = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        return []
    requirements = [Requirement(line) for line in asked]
    return [
        _SEPARATORS.sub("-", requirement.name).lower()
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]
