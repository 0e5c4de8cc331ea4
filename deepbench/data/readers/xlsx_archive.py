"""What must be known about an XLSX archive before its sheets are unpacked in memory.

A file of two kilobytes can span 17 billion cells or unpack to gigabytes, and the reader library
would allocate them. The same pass counts formulas without a stored result and error values,
which the library returns as empty cells.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deepbench.data.wording import counted
from deepbench.errors import DataError

_LARGEST_UNPACKED = 4 << 30
_LARGEST_RATIO = 400  # sheets of equal numbers reach about 100
_SMALL_UNPACKED = 64 << 20
_LARGEST_AREA = 5_000_000  # cells, beyond which most of them have to be filled
_LEAST_FILLED = 0.02
_CHUNK_BYTES = 4 << 20
_LONGEST_ROW = 256 << 20
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"')
_UNSTORED = re.compile(
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?"
    rb"</(?:\w+:)?c>"
)
_ERROR = re.compile(rb'<(?:\w+:)?c\s[^>]*\bt="e"')


@dataclass(frozen=True)
class ArchiveFacts:
    """Formulas without a stored result, error values, and whether macros are inside."""

    unstored_formulas: int
    error_values: int
    macros: bool


def inspect_archive(path: Path) -> ArchiveFacts:
    """Check all sheets of an XLSX archive.

    Raises:
        DataError: damaged, too large when unpacked, or spanning absurdly many cells.
    """
    unstored = errors = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _require_reasonable(path, members)
            for member in members:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                    with archive.open(member) as stream:
                        found = _inspect_sheet(stream, path.name)
                    unstored += found[0]
                    errors += found[1]
            macros = any(member.filename == "xl/vbaProject.bin" for member in members)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise DataError(
            f"{path.name} is damaged: its archive cannot be unpacked ({error}).",
            "Open it in a spreadsheet program and save it again.",
        ) from None
    return ArchiveFacts(unstored, errors, macros)


def _require_reasonable(path: Path, members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    too_dense = unpacked > _SMALL_UNPACKED and unpacked / packed > _LARGEST_RATIO
    if unpacked > _LARGEST_UNPACKED or too_dense:
        raise DataError(
            f"{path.name} would unpack to {unpacked / 1e9:.1f} GB, far more than a table needs.",
            "Save the sheet as CSV.",
        )


def _inspect_sheet(stream: IO[bytes], name: str) -> tuple[int, int]:
    filled = last_row = unstored = errors = 0
    columns: set[bytes] = set()
    for part in _whole_rows(stream, name):
        if b"<!ENTITY" in part or b"<!DOCTYPE" in part:
            raise DataError(f"{name} contains XML entities, which no spreadsheet program writes.")
        for letters, row in _CELL.findall(part):
            filled += 1
            columns.add(letters)
            last_row = max(last_row, int(row))
        unstored += len(_UNSTORED.findall(part))
        errors += len(_ERROR.findall(part))
    area = last_row * max((_column_number(letters) for letters in columns), default=0)
    if area > _LARGEST_AREA and filled < _LEAST_FILLED * area:
        raise DataError(
            f"{name}: a sheet spans {area:,} cells, of which only "
            f"{counted(filled, 'is', 'are')} filled.",
            "Delete what stands far away from the table, and save the file again.",
        )
    return unstored, errors


def _whole_rows(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """Yield the content in pieces that end with a row, so that no cell is cut in two."""
    rest = b""
    while chunk := stream.read(_CHUNK_BYTES):
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
