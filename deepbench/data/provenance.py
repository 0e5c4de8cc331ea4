"""What a file is: size and hash, and whether it can be read at all."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from deepbench.data.wording import counted, did_you_mean, some_names
from deepbench.errors import DataError
from deepbench.worker.interruption import interruption_point

_CHUNK_BYTES = 1 << 20
_LARGEST_FILE = 2 << 30
_MOST_ENTRIES = 10_000
_IMAGES = frozenset(
    ".jpg .jpeg .png .tif .tiff .gif .bmp .webp .svs .ndpi .czi .nd2 .lif .dcm".split()
)
_TABLES = frozenset(
    ".csv .tsv .txt .tab .xlsx .xlsm .xls .ods .parquet .h5ad .gct .fasta .fa .faa .fna".split()
)


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
        with path.open("rb", buffering=0) as stream:
            room = memoryview(bytearray(_CHUNK_BYTES))
            while number := stream.readinto(room):
                interruption_point()
                digest.update(room[:number])
                size += number
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
        raise _folder(path)
    if not stat.S_ISREG(mode):
        raise DataError(f"{path.name} is not a regular file.", "Copy the table into a file.")


def require_readable_size(path: Path) -> None:
    """Refuse a regular file that is too large to be read as a table.

    Raises:
        DataError: says how large it is.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from None
    if size > _LARGEST_FILE:
        raise DataError(
            f"{path.name} has {size / 1e9:.1f} GB; tables up to 2 GB can be read.",
            "Choose the rows and columns that the question needs.",
        )


def unreadable(path: Path, error: OSError | ValueError) -> DataError:
    """Return the error for a file the system does not let us read."""
    reason = getattr(error, "strerror", None) or "the system refused"
    return DataError(
        f"{path.name} could not be read ({reason}).",
        "Close it in other programs and check that you may read it.",
    )


def _folder(path: Path) -> DataError:
    """Return the error for a folder, with what lies in it."""
    try:
        names = sorted(entry.name for entry in islice(path.iterdir(), _MOST_ENTRIES))
    except OSError:
        names = []
    images = [name for name in names if Path(name).suffix.lower() in _IMAGES]
    tables = [name for name in names if Path(name).suffix.lower() in _TABLES]
    if tables:
        return DataError(
            f"{path.name} is a folder, not a table.",
            f"Name the file inside it: it holds {some_names(tables)}.",
        )
    if images:
        return DataError(
            f"{path.name} is a folder with {counted(len(images), 'image')}, not a table. "
            "DeepBench does not read images yet.",
            "Measure them first, for example with ImageJ or CellProfiler, and name the table of "
            "measurements: one row per image.",
        )
    return DataError(f"{path.name} is a folder, not a table.", "Name the file inside it.")


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
