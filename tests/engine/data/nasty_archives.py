"""Makers of nasty workbooks and archives; each takes the path to write to."""

from __future__ import annotations

import gzip
import io
import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from .nasty_files import AGE, CRP, GROUP, ID

Rows = Sequence[Sequence[Any]]

ROWS: Rows = [("id", "group", "age", "crp"), *zip(ID, GROUP, AGE, CRP, strict=True)]


def book(
    sheets: Mapping[str, Rows] | None = None, edit: Callable[[Any], None] | None = None
) -> Callable[[Path], None]:
    """Return a maker of a workbook.

    Args:
        sheets: Titles and rows.
        edit: Changes the workbook (of openpyxl) before it is written.
    """

    def make(path: Path) -> None:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in ({"Sheet1": ROWS} if sheets is None else sheets).items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        if edit:
            edit(workbook)
        workbook.save(path)

    return make


def with_column(*cells: Any) -> Rows:
    """Return the rows of the plain table with one more column, its name first."""
    return [(*row, cell) for row, cell in zip(ROWS, cells, strict=True)]


def edited(
    make: Callable[[Path], None], member: str, edit: Callable[[bytes], bytes]
) -> Callable[[Path], None]:
    """Return a maker of the same workbook with one part of it changed."""

    def remake(path: Path) -> None:
        make(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[member] = edit(parts[member])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return remake


def zipped(*members: tuple[str, bytes | str]) -> bytes:
    """Return a ZIP file; names may be repeated, absolute or lead upwards."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a repeated name
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def with_link(target: str) -> bytes:
    """Return a ZIP file whose one member is a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("table.csv")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return buffer.getvalue()


def locked(content: bytes) -> bytes:
    """Return a ZIP file that says of itself that it needs a password."""
    data = bytearray(zipped(("table.csv", content)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def gzip_bomb(megabytes: int) -> bytes:
    """Return a small gzip file of so many megabytes of a table that repeats itself."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9) as stream:
        stream.write(b"id,group,x\n")
        block = b"a,case,1.000000000000000000000\n" * 32_768
        for _ in range(megabytes):
            stream.write(block)
    return buffer.getvalue()


def zip_bomb(megabytes: int, member: str = "table.csv") -> Callable[[Path], None]:
    """Return a maker of a ZIP file whose member is very much larger than the file."""

    def make(path: Path) -> None:
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
            archive.open(member, "w") as stream,
        ):
            for _ in range(megabytes):
                stream.write(b"a,case,1\n" * 116_509)

    return make


def lying_zip(declared: int) -> bytes:
    """Return a ZIP file whose directory tells a small size of a large member."""
    data = bytearray(zipped(("table.csv", b"id,group,x\n" + b"a,case,1\n" * 1_000_000)))
    size = declared.to_bytes(4, "little")
    data[22:26] = size
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = size
    return bytes(data)


SHEET = "xl/worksheets/sheet1.xml"


def workbook_bomb(megabytes: int) -> Callable[[Path], None]:
    """Return a maker of a workbook whose sheet is very much larger than the file."""

    def make(path: Path) -> None:
        book()(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        row = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in parts.items():
                if name != SHEET:
                    archive.writestr(name, content)
            with archive.open(SHEET, "w") as stream:
                head, tail = parts[SHEET].split(b"</sheetData>")
                stream.write(head)
                block = b"".join(row % (9, 9) for _ in range(25_000))
                for _ in range(megabytes):
                    stream.write(block)
                stream.write(b"</sheetData>" + tail)

    return make


def far_cells(path: Path) -> None:
    """Write a workbook with two cells, as far apart as a sheet is wide and long."""

    def edit(workbook: Any) -> None:
        workbook.active["XFD1048576"] = 1

    book({"Sheet1": [("id",)]}, edit)(path)


FLAT_SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body>
</office:body></office:document>
"""
