"""Where a study lies: synced and network folders are detected and said."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from deepbench.errors import StudyError

_SYNC_MARKS = (
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "icloud",
    "nextcloud",
    "box sync",
)
_NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smbfs",
    "smb3",
    "afpfs",
    "fuse.sshfs",
    "9p",
    "webdav",
}


def location_warnings(folder: Path) -> tuple[str, ...]:
    """Return sentences about folders that are known to lose or lock files."""
    found: list[str] = []
    parts = [part.lower() for part in folder.resolve().parts]
    if any(mark in part for part in parts for mark in _SYNC_MARKS):
        found.append(
            "The study lies in a folder that a cloud service copies. Its data leaves this "
            "computer with the copies, and files may be locked for moments; a local folder is "
            "better."
        )
    if str(folder.resolve()).startswith("\\\\") or _file_system(folder) in _NETWORK_FILE_SYSTEMS:
        found.append(
            "The study lies on a network drive. Two computers could open it at once without "
            "noticing each other; a local folder is safer and faster."
        )
    return tuple(found)


def _file_system(folder: Path) -> str:
    import psutil  # here: the first paint of the window does not wait for it

    best = ("", "")
    text = str(folder.resolve())
    for partition in psutil.disk_partitions(all=True):
        mount = partition.mountpoint
        if text.startswith(mount) and len(mount) > len(best[0]):
            best = (mount, partition.fstype.lower())
    return best[1]


def require_writable(folder: Path) -> None:
    """Create the folder if need be and try to write in it.

    Raises:
        StudyError: it cannot be created or written.
    """
    occupied = next((place for place in (folder, *folder.parents) if place.exists()), None)
    if occupied is not None and not occupied.is_dir():
        raise StudyError(
            f"The study cannot be written to {folder}: {occupied.name} is a file.",
            "Choose another place (--study), for example a new folder in Documents.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".write-test-") as stream:
            stream.write(b"DeepBench")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StudyError(
            f"The study folder {folder} is not writable ({error.strerror}).",
            "Choose another place (--study), for example a folder in Documents.",
        ) from None


def find_source(folder: Path, source: str) -> Path:
    """Return the path of a study's table as its answers name it.

    Relative paths begin at the study folder; a study that was run from a plan has its table
    beside the plan, and the study folder lies there too.
    """
    path = Path(source)
    candidates = [folder / path, folder.parent / path]
    return next((place for place in candidates if place.exists()), candidates[0])
