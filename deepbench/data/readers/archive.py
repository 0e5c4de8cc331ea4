"""Compressed tables: gzip files, and ZIP archives of which one member is read.

Nothing is ever unpacked under a name that an archive gives. The content goes to a file of our
own in a private folder, which is deleted when it has been read, and stops at a limit: seven
megabytes can unpack to three gigabytes.
"""

from __future__ import annotations

import gzip
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, ClassVar

from deepbench.data.raw_table import RawTable
from deepbench.data.readers.base import Reader
from deepbench.data.wording import counted, did_you_mean, shorten, some_names
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data
from deepbench.worker.interruption import interruption_point

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_LARGEST_RATIO = 100
_SMALL = 64 << 20  # below this a table of equal cells may well shrink to a hundredth
_LARGEST = 2 << 30
_MOST_MEMBERS = 10_000
_MOST_CHOICES = 12
_CHUNK = 1 << 20
_TABLES = (
    ".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".gct",
    ".fasta", ".fa", ".fna", ".faa", ".fas", ".fastq", ".fq",
)  # fmt: skip

ReadFile = Callable[[Path, Data], RawTable]


class ArchiveReader(Reader):
    """Reads the table inside a gzip file or a ZIP archive.

    Args:
        read_file: Reads the file that was inside, by its content.
    """

    name: ClassVar[str] = "archive"

    def __init__(self, read_file: ReadFile) -> None:
        self._read_file = read_file

    def recognises(self, head: bytes) -> bool:
        """Gzip, and ZIP archives that are no workbook."""
        return head.startswith((_GZIP, _ZIP))

    def read(self, path: Path, options: Data) -> RawTable:
        """Read what is inside; errors as in `Reader.read`, and archives that unpack too far."""
        with path.open("rb") as stream:
            packed = stream.read(4)
        if packed.startswith(_GZIP):
            member, inside = "", _without_gz(path)
        else:
            member = inside = _chosen_member(path, options.member)
        with tempfile.TemporaryDirectory(prefix="deepbench-") as folder:
            unpacked = Path(folder) / ("table" + PurePosixPath(inside).suffix.lower()[:8])
            with unpacked.open("wb") as target:
                if member:
                    _unpack_member(path, member, target)
                else:
                    _unpack_gzip(path, target)
            try:
                raw = self._read_file(unpacked, options.model_copy(update={"member": None}))
            except DataQuestion as asked:
                said = asked.message.replace(unpacked.name, path.name)
                raise DataQuestion(said, asked.key, asked.choices, asked.further_hint) from None
            except DataError as error:
                said = error.message.replace(unpacked.name, path.name)
                raise type(error)(said, error.hint) from None
        return replace(raw, source_name=path.name)


def is_plain_archive(path: Path) -> bool:
    """Whether a ZIP container is an archive of files, and no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False
    return not names & {"xl/workbook.xml", "xl/workbook.bin", "mimetype", "word/document.xml"}


def members(path: Path) -> tuple[str, ...]:
    """Return the names of the tables inside a ZIP archive; none if it is no archive.

    Raises:
        DataError: the archive holds names that no honest archive has, or far too many.
    """
    if not zipfile.is_zipfile(path) or not is_plain_archive(path):
        return ()
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS:
        raise DataError(
            f"{path.name} holds {len(infos):,} files, far more than can be chosen from.",
            "Unpack it and name the table inside.",
        )
    files = [info.filename for info in infos if not _is_link(info)]
    return tuple(name for name in files if _is_table(name))


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _is_table(name: str) -> bool:
    hidden = name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")
    if hidden or name.endswith("/"):
        return False
    return PurePosixPath(name.removesuffix(".gz")).suffix.lower() in _TABLES


def _without_gz(path: Path) -> str:
    return path.name[:-3] if path.name.lower().endswith(".gz") else path.name


def _chosen_member(path: Path, wanted: str | None) -> str:
    found = members(path)
    if wanted is not None:
        if wanted in found:
            return wanted
        raise DataError(
            f"{path.name} holds no table called '{shorten(wanted)}'.",
            f"{did_you_mean(wanted, found)}It holds {some_names(found)}.",
        )
    if not found:
        raise _without_table(path)
    if len(found) > 1:
        shown = found[:_MOST_CHOICES]
        raise DataQuestion(
            f"{path.name} is a ZIP archive that holds {counted(len(found), 'table')}.",
            "data.member",
            tuple(Choice(name, shorten(name, 60)) for name in shown),
            "" if len(shown) == len(found) else f"And {len(found) - len(shown)} more.",
        )
    return found[0]


def _without_table(path: Path) -> DataError:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        return _damaged(path, error)
    if any(name.endswith("/data.pkl") for name in names):
        return DataError(
            f"{path.name} is a PyTorch file, which can run programs when it is opened.",
            "Write the table as CSV or Parquet.",
        )
    if names and all(name.endswith(".npy") for name in names):
        return DataError(
            f"{path.name} is a NumPy file, not a table.",
            "Export it as CSV with column names, or as Parquet.",
        )
    if "Index/Document.iwa" in names:
        return DataError(
            f"{path.name} is a file of Apple Numbers or Pages.", "Export it as XLSX or CSV."
        )
    return DataError(
        f"{path.name} is a ZIP archive without a table in it.",
        "Unpack it and name the table inside.",
    )


def _unpack_gzip(path: Path, target: IO[bytes]) -> None:
    try:
        with gzip.open(path, "rb") as stream:
            _copy(stream, target, path, path.stat().st_size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(path, error) from None


def _unpack_member(path: Path, member: str, target: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(member)
            if info.flag_bits & 1:
                raise DataError(
                    f"{path.name} is protected by a password.",
                    "Unpack it and name the table inside.",
                )
            with archive.open(info) as stream:
                _copy(stream, target, path, max(1, info.compress_size))
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, error) from None


def _copy(stream: IO[bytes] | gzip.GzipFile, target: IO[bytes], path: Path, packed: int) -> None:
    """Copy, and stop where the content grows beyond what a table can be."""
    written = 0
    while chunk := stream.read(_CHUNK):
        interruption_point()
        written += len(chunk)
        too_dense = written > _SMALL and written > _LARGEST_RATIO * packed
        if written > _LARGEST or too_dense:
            raise DataError(
                f"{path.name} unpacks to more than {written / 1e6:,.0f} MB from "
                f"{packed / 1e6:.1f} MB, far more than a table does.",
                "Unpack it yourself and look at what is inside.",
            )
        target.write(chunk)


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path.name} is damaged: it cannot be unpacked ({str(error)[:100]}).",
        "Get it again, or unpack it yourself and name the table inside.",
    )
