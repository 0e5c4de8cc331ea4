"""What a file is: size and hash, and whether it can be read at all."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from deepbench.data.wording import did_you_mean
from deepbench.errors import DataError

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class FileFacts:
    """Size in bytes and SHA-256 (hexadecimal) of a file."""

    size: int
    sha256: str


def file_facts(path: Path) -> FileFacts:
    """Return size and hash of a regular file, read in pieces.

    Raises:
        DataError: the file is missing, is no regular file, or cannot be read.
    """
    require_regular_file(path)
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise unreadable(path, error) from None
    return FileFacts(size, digest.hexdigest())


def require_regular_file(path: Path) -> None:
    """Refuse what is missing or is no plain file (a folder, a pipe, a device).

    Raises:
        DataError: with the nearest file name in the folder, if there is one.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path) from None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if stat.S_ISDIR(mode):
        raise DataError(f"{path.name} is a folder, not a table.", "Name the file inside it.")
    if not stat.S_ISREG(mode):
        raise DataError(f"{path.name} is not a regular file.", "Copy the table into a file.")


def unreadable(path: Path, error: OSError | ValueError) -> DataError:
    """Return the error for a file the system does not let us read."""
    reason = getattr(error, "strerror", None) or "the system refused"
    return DataError(
        f"{path.name} could not be read ({reason}).",
        "Close it in other programs and check that you may read it.",
    )


def _missing(path: Path) -> DataError:
    folder = path.parent
    if not folder.is_dir():
        return DataError(
            f"There is no folder {folder}, so no {path.name} in it.",
            "Check the path of the table.",
        )
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError:
        names = []
    return DataError(
        f"There is no file {path.name} in {folder}.",
        f"{did_you_mean(path.name, names)}Check the name; in a plan, a path starts at the plan's "
        "folder.",
    )
