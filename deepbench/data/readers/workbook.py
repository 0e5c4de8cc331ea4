"""Workbooks: XLSX, XLSM, XLS and ODS, through calamine."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import ClassVar

import numpy as np
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from deepbench.data.number_text import Decimal, detect_decimal
from deepbench.data.raw_table import RawTable
from deepbench.data.readers.base import Grid, Reader
from deepbench.data.readers.sheet_archives import (
    UNPACKING,
    ArchiveFacts,
    inspect_archive,
    require_reasonable_ods,
)
from deepbench.data.readers.table_building import build_table
from deepbench.data.text_cells import CellRows
from deepbench.data.wording import counted, did_you_mean, some_names
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data
from deepbench.study.records import Conversion

Cell = int | float | str | bool | time | date | datetime | timedelta
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LARGEST_EXACT = 1e15


class WorkbookReader(Reader):
    """Reads one sheet of a workbook."""

    name: ClassVar[str] = "workbook"

    def recognises(self, head: bytes) -> bool:
        """ZIP (XLSX, ODS) or OLE (XLS) container; `read` tells whether a workbook is inside."""
        return head.startswith((ZIP, OLE))

    def read(self, path: Path, options: Data) -> RawTable:
        """Read one sheet; errors as in `Reader.read`, and several sheets with none chosen."""
        form = _container_format(path)
        facts = _inspect(path, form)
        _require_results(facts, options, path.name)
        try:
            # By stream, because by path the name's ending would decide what the file is.
            with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
                sheet, skipped = _choose_sheet(workbook, options.sheet, path.name)
                start = sheet.start
                if start is None:
                    raise DataError(
                        f"{path.name}: the sheet '{sheet.name}' is empty.",
                        'Choose another: sheet = "…" under [data] in the plan.',
                    )
                cells = sheet.to_python(skip_empty_area=True)
                filled = _fill_merged(cells, sheet.merged_cell_ranges or [], start)
        except PasswordError:
            raise _protected(path) from None
        except (CalamineError, OSError) as error:
            raise _damaged(path, error) from None
        decimal = _decimal(cells, options)
        grid = Grid(
            source_name=path.name,
            rows=CellRows.of([_text(cell, decimal) for cell in row] for row in cells),
            row_numbers=start[0] + 1 + np.arange(len(cells)),
            format=form,
            first_column=start[1],
            sheet=sheet.name,
            decimal=decimal,
            conversions=_notes(facts, skipped, filled),
        )
        return build_table(grid, options)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets of cells in a workbook, none if it cannot be opened."""
    try:
        with _opened(path) as workbook:
            return _tables(workbook)
    except (DataError, CalamineError, OSError):
        return ()


def first_cells(path: Path, sheet: str | None, number: int) -> Grid | None:
    """Return the first rows of a sheet that may hold no table, to be looked at.

    Args:
        path: A workbook.
        sheet: Name of the sheet; the first that is not empty if there is none of this name.
        number: Rows at most.

    Returns:
        The rows; None if the file cannot be opened as a workbook.
    """
    try:
        with _opened(path) as workbook:
            names = _tables(workbook)
            for name in [sheet] if sheet in names else names:
                found = workbook.get_sheet_by_name(name)
                if found.start is None:
                    continue
                first_row, first_column = found.start
                cells = found.to_python(skip_empty_area=True, nrows=number)
                return Grid(
                    source_name=path.name,
                    rows=CellRows.of([_text(cell, None) for cell in row] for row in cells),
                    row_numbers=first_row + 1 + np.arange(len(cells)),
                    format=_container_format(path),
                    first_column=first_column,
                    sheet=name,
                )
    except (DataError, CalamineError, OSError):
        return None
    return None


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """Open a workbook after looking at what its archive would unpack to."""
    _inspect(path, _container_format(path))
    with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
        yield workbook


def _tables(workbook: CalamineWorkbook) -> tuple[str, ...]:
    return tuple(m.name for m in workbook.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet)


def _container_format(path: Path) -> str:
    """Return XLSX, ODS or XLS; refuse other things in the same containers."""
    if not zipfile.is_zipfile(path):
        content = path.read_bytes()
        if content.startswith(ZIP):
            raise _damaged(path, None)
        # Office puts a protected XLSX into the container of old XLS files.
        if _ENCRYPTED in content:
            raise _protected(path)
        return "XLS"
    try:
        names, mimetype = _names_and_mimetype(path)
    except UNPACKING as error:
        raise _damaged(path, error) from None
    if "xl/workbook.xml" in names:
        return "XLSX"
    if "content.xml" in names and mimetype:
        if b"spreadsheet" in mimetype:
            return "ODS"
        raise DataError(f"{path.name} is not a spreadsheet.", "Save the table as CSV or XLSX.")
    if "word/document.xml" in names:
        raise DataError(
            f"{path.name} is a Word document, not a table.",
            "Copy the table into a spreadsheet and save it as CSV or XLSX.",
        )
    if "xl/workbook.bin" in names:
        raise DataError(f"{path.name} is a binary workbook (XLSB).", "Save it as XLSX or CSV.")
    raise DataError(
        f"{path.name} is a ZIP archive, not a table.",
        "Unpack it and name the table inside.",
    )


def _names_and_mimetype(path: Path) -> tuple[set[str], bytes]:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "mimetype" not in names:
            return names, b""
        with archive.open("mimetype") as stream:
            return names, stream.read(200)


def _protected(path: Path) -> DataError:
    return DataError(
        f"{path.name} is protected by a password.",
        "Open it in a spreadsheet program, remove the password and save it.",
    )


def _damaged(path: Path, error: Exception | None) -> DataError:
    said = str(error or "").splitlines()
    reason = f" ({said[0][:200]})" if said else ""
    return DataError(
        f"{path.name} cannot be read as a workbook{reason}.",
        "Open it in a spreadsheet program and save it again as XLSX or CSV.",
    )


def _choose_sheet(
    workbook: CalamineWorkbook, wanted: str | None, name: str
) -> tuple[CalamineSheet, int]:
    """Return the sheet to read and how many others (empty or hidden) were passed over."""
    tables = [m for m in workbook.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    names = [table.name for table in tables]
    if wanted is not None:
        match = [n for n in names if n == wanted] or [
            n for n in names if n.strip().casefold() == wanted.strip().casefold()
        ]
        if len(match) != 1:
            raise DataError(
                f"{name} has no sheet '{wanted}'.",
                f"{did_you_mean(wanted, names)}It has {some_names(names, 20)}.",
            )
        return workbook.get_sheet_by_name(match[0]), 0
    visible = [t.name for t in tables if t.visible == SheetVisibleEnum.Visible]
    sheets = [workbook.get_sheet_by_name(sheet) for sheet in visible or names]
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if not filled:
        raise DataError(
            f"{name} is empty: none of its sheets has a cell.", "Name a file that holds a table."
        )
    if len(filled) > 1:
        raise DataQuestion(
            f"{name} has {counted(len(filled), 'sheet')} with content: "
            f"{some_names([sheet.name for sheet in filled], 20)}. Which one holds the table?",
            "data.sheet",
            tuple(Choice(found.name, found.name, _size_of(found)) for found in filled),
        )
    return filled[0], len(names) - 1


def _decimal(cells: list[list[Cell]], options: Data) -> Decimal | None:
    """Tell the decimal mark of numbers typed as text; real numbers have none in a workbook."""
    if options.decimal != "auto":
        return options.decimal
    texts = [c.strip() for row in cells for c in row if isinstance(c, str) and "," in c]
    decimal, either = detect_decimal(np.array(texts, dtype=object))
    if decimal is None and len(either):
        return None  # cells such as 1,234 stored as text: told with their place when built
    return decimal


def _text(cell: Cell, decimal: Decimal | None) -> str:
    """Return a cell as text: numbers in their shortest exact form, dates as in ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _LARGEST_EXACT:
            return str(int(cell))
        return repr(cell).replace(".", ",") if decimal == "," else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _inspect(path: Path, form: str) -> ArchiveFacts:
    if form == "XLSX":
        return inspect_archive(path)
    if form == "ODS":
        require_reasonable_ods(path)
    return ArchiveFacts()


def _size_of(sheet: CalamineSheet) -> str:
    return f"{counted(sheet.height, 'row')}, {counted(sheet.width, 'column')}"


def _require_results(facts: ArchiveFacts, options: Data, name: str) -> None:
    """Ask about formulas whose result nobody has calculated: they would read as empty."""
    if facts.unstored_formulas and options.formulas == "ask":
        raise DataQuestion(
            f"{name}: {counted(facts.unstored_formulas, 'formula')} without a stored result, as a "
            "program wrote the file and no spreadsheet has calculated it.",
            "data.formulas",
            (Choice("empty", "Read Them as Empty", "their cells count as missing"),),
            "Better: open the file in a spreadsheet program, save it, and choose it again.",
        )


def _fill_merged(
    cells: list[list[Cell]],
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    start: tuple[int, int],
) -> int:
    """Give every cell merged down a column the value of the first one; return how many.

    A patient whose cell spans three rows owns all three. Cells merged across columns are titles,
    whose text stays where it is.
    """
    filled = 0
    for (first_row, first_column), (last_row, last_column) in ranges:
        column = first_column - start[1]
        if first_column != last_column or column < 0:
            continue
        rows = range(first_row - start[0], last_row - start[0] + 1)
        inside = [row for row in rows if 0 <= row < len(cells) and column < len(cells[row])]
        for row in inside[1:]:
            if cells[row][column] == "" and cells[inside[0]][column] != "":
                cells[row][column] = cells[inside[0]][column]
                filled += 1
    return filled


def _notes(facts: ArchiveFacts, skipped: int, filled: int) -> list[Conversion]:
    found = (
        ("(cells)", "formulas without a stored result read as empty", facts.unstored_formulas),
        ("(cells)", "error values (such as #DIV/0!) read as empty", facts.error_values),
        ("(cells)", "cells merged down a column: each has the value of the first", filled),
        ("(rows)", "hidden rows read like all others", facts.hidden_rows),
        ("(columns)", "hidden columns read like all others", facts.hidden_columns),
        ("(file)", "macros ignored", int(facts.macros)),
        ("(file)", "empty or hidden sheets not read", skipped),
    )
    return [Conversion(column=where, what=what, count=n) for where, what, n in found if n]
