"""One file of a bundle before it leaves: content, kind, and what the preview says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from deepbench.errors import GateRefused
from deepbench.privacy.gate import LeavingKind
from deepbench.study.files import sha256_of

_PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
# Windows takes these for devices, whatever ending follows.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST_PATH = 120


@dataclass(frozen=True)
class FileContent:
    """What one file that may leave holds.

    Attributes:
        content: The final bytes.
        drawn: What is written in its pictures, which nobody could search as pixels.
    """

    content: bytes
    drawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class BundleFile:
    """One file that asks to leave together with others.

    Attributes:
        path: Where it stands in the bundle, with slashes: ``tables/scores.csv``.
        content: The final bytes.
        kind: Kind of content at the gate.
        title: What the user calls it.
        sentence: What is in it, for the preview.
        drawn: What is written in its pictures, which nobody could search as pixels.

    Raises:
        GateRefused: the path could lead elsewhere, or means something to an operating system.
    """

    path: str
    content: bytes
    kind: LeavingKind
    title: str
    sentence: str = ""
    drawn: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        parts = self.path.split("/")
        well = all(_PART.fullmatch(part) and not _DEVICES.fullmatch(part) for part in parts)
        if not well or len(self.path) > _LONGEST_PATH:
            raise GateRefused(
                "A file of the bundle has a name that cannot be used everywhere.",
                "Names have letters, digits, points, hyphens and underscores.",
            )

    @property
    def sha256(self) -> str:
        """Hash of the content."""
        return sha256_of(self.content)


def manifest(files: Iterable[BundleFile]) -> bytes:
    """Return the list of files with their hashes: what a pass for a bundle is bound to."""
    lines = [
        {"path": file.path, "kind": file.kind, "bytes": len(file.content), "sha256": file.sha256}
        for file in sorted(files, key=lambda each: each.path)
    ]
    return json.dumps(lines, sort_keys=True).encode("utf-8")


def demand_distinct(files: Iterable[BundleFile]) -> None:
    """Refuse a bundle in which two files have one place, or a file that of a folder.

    Raises:
        GateRefused: they do.
    """
    taken: set[str] = set()
    folders: set[str] = set()
    for file in files:
        path = file.path.casefold()
        parts = path.split("/")
        above = {"/".join(parts[:end]) for end in range(1, len(parts))}
        if path in taken or path in folders or above & taken:
            raise GateRefused("Two files of the bundle have the same name.", "Name each once.")
        taken.add(path)
        folders |= above
