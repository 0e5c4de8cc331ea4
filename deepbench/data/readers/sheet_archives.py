"""What must be known about XLSX and ODS archives before their sheets are unpacked in memory.

A file of two kilobytes can span 17 billion cells or unpack to gigabytes, and the reader library
would allocate them. The same pass counts formulas without a stored result and error values,
which the library returns as empty cells.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from deepbench.data.wording import counted
from deepbench.errors import DataError
from deepbench.worker.interruption import interruption_point

#: What unpacking a damaged archive raises.
UNPACKING = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(RuntimeError, OSError, ValueError),
)
_LARGEST_UNPACKED = 4 << 30
_LARGEST_RATIO = 200  # sheets of equal numbers reach about 100
_SMALL_UNPACKED = 64 << 20
_LARGEST_AREA = 5_000_000  # cells, beyond which most of them have to be filled
_LEAST_FILLED = 0.02
_CHUNK_BYTES = 4 << 20
_HEAD_BYTES = 64 << 10
_LONGEST_ROW = 256 << 20
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"')
_UNSTORED = re.compile(
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?"
    rb"</(?:\w+:)?c>"
)
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*\bhidden="(?:1|true)"')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\s[^>]*\bhidden="(?:1|true)"[^>]*>')
_ODS_PART = re.compile(rb"(<table:table-row\b[^>]*>)|(<table:table-cell\b[^>]*>)")
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d{1,9})"')
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,9})"')
_LARGEST_FILLED = 50_000_000
_ERROR = re.compile(rb'<(?:\w+:)?c\s[^>]*\bt="e"')


@dataclass(frozen=True)
class ArchiveFacts:
    """Formulas without a stored result, error values, macros, hidden rows and columns."""

    unstored_formulas: int = 0
    error_values: int = 0
    macros: bool = False
    hidden_rows: int = 0
    hidden_columns: int = 0


def inspect_archive(path: Path) -> ArchiveFacts:
    """Check all sheets of an XLSX archive.

    Raises:
        DataError: damaged, too large when unpacked, or spanning absurdly many cells.
    """
    found = np.zeros(4, dtype=np.int64)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _require_reasonable(path, members)
            _require_no_entities(archive, path.name)
            for member in members:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                    with archive.open(member) as stream:
                        found += _inspect_sheet(stream, path.name)
            macros = any(member.filename == "xl/vbaProject.bin" for member in members)
    except UNPACKING as error:
        raise _cannot_be_unpacked(path, error) from None
    unstored, errors, rows, columns = found.tolist()
    return ArchiveFacts(unstored, errors, macros, rows, columns)


def require_reasonable_ods(path: Path) -> None:
    """Check the archive of an ODS file.

    Raises:
        DataError: damaged, too large when unpacked, or with cells repeated absurdly often.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _require_reasonable(path, archive.infolist())
            _require_no_entities(archive, path.name)
            with archive.open("content.xml") as stream:
                _require_few_repeats(stream, path.name)
    except UNPACKING as error:
        raise _cannot_be_unpacked(path, error) from None


def _require_few_repeats(stream: IO[bytes], name: str) -> None:
    """Refuse a filled cell that stands for millions: forty bytes that would fill the memory."""
    cells = 0
    row_repeats = 1
    for part in _pieces(stream):
        for row, cell in _ODS_PART.findall(part):
            if row:
                row_repeats = _repeated(_ODS_ROWS, row)
            elif b"value-type" in cell:
                cells += row_repeats * _repeated(_ODS_COLUMNS, cell)
        if cells > _LARGEST_FILLED:
            raise DataError(
                f"{name}: the sheet has more than {_LARGEST_FILLED:,} filled cells.",
                "Delete what is not part of the table, or save the sheet as CSV.",
            )


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the content in pieces that end with a tag."""
    rest = b""
    while chunk := stream.read(_CHUNK_BYTES):
        rest += chunk
        cut = rest.rfind(b">") + 1
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _repeated(pattern: re.Pattern[bytes], tag: bytes) -> int:
    found = pattern.search(tag)
    return int(found.group(1)) if found else 1


def _cannot_be_unpacked(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path.name} is damaged: its archive cannot be unpacked ({error}).",
        "Open it in a spreadsheet program and save it again.",
    )


def _require_reasonable(path: Path, members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    too_dense = unpacked > _SMALL_UNPACKED and unpacked / packed > _LARGEST_RATIO
    if unpacked > _LARGEST_UNPACKED or too_dense:
        raise DataError(
            f"{path.name} would unpack to {unpacked / 1e9:.1f} GB, far more than a table needs.",
            "Save the sheet as CSV.",
        )


def _require_no_entities(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse XML that defines entities, which can grow without end or ask for other files.

    They stand before the first element. UTF-16 is looked at without its NULs.
    """
    for member in archive.namelist():
        if not member.endswith((".xml", ".rels")):
            continue
        with archive.open(member) as stream:
            start = stream.read(_HEAD_BYTES).replace(b"\0", b"")
        if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
            raise DataError(
                f"{name} contains XML entities, which no spreadsheet program writes.",
                "Open it only if you trust where it comes from, and save the table as CSV.",
            )


def _inspect_sheet(stream: IO[bytes], name: str) -> NDArray[np.int64]:
    """Return counts of unstored formulas, error values, hidden rows and hidden columns."""
    filled = last_row = 0
    counts = np.zeros(3, dtype=np.int64)
    hidden: list[bytes] = []
    columns: set[bytes] = set()
    for part in _whole_rows(stream, name):
        for letters, row in _CELL.findall(part):
            filled += 1
            columns.add(letters)
            last_row = max(last_row, int(row))
        counts += [len(pattern.findall(part)) for pattern in (_UNSTORED, _ERROR, _HIDDEN_ROW)]
        hidden += _HIDDEN_COLUMNS.findall(part)
    width = max((_column_number(letters) for letters in columns), default=0)
    area = last_row * width
    if area > _LARGEST_AREA and filled < _LEAST_FILLED * area:
        raise DataError(
            f"{name}: a sheet spans {area:,} cells, of which only "
            f"{counted(filled, 'is', 'are')} filled.",
            "Delete what stands far away from the table, and save the file again.",
        )
    # People hide all columns behind the table to the end of the sheet; those hide nothing.
    hidden_columns = sum(_columns_hidden(tag, width) for tag in hidden)
    return np.append(counts, hidden_columns)


def _columns_hidden(tag: bytes, width: int) -> int:
    """Return how many of the first ``width`` columns a ``col`` element is about."""
    first, last = re.search(rb'min="(\d+)"', tag), re.search(rb'max="(\d+)"', tag)
    if first is None or last is None:
        return 0
    return max(0, min(int(last.group(1)), width) - int(first.group(1)) + 1)


def _whole_rows(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """Yield the content in pieces that end with a row, so that no cell is cut in two."""
    rest = b""
    while chunk := stream.read(_CHUNK_BYTES):
        interruption_point()
        rest += chunk
        cut = rest.rfind(b"row>") + 4
        if cut > 3:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LONGEST_ROW:
            raise DataError(f"{name}: a row is too long to be read.", "Save the sheet as CSV.")
    yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
