"""Tables of results as files: CSV for programs, one workbook for people.

Both are made of the same list of tables. No cell can be taken for a formula, and neither file
says who made it, when or on which computer.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from deepbench.privacy.formula_cells import csv_without_formulas, without_formula
from deepbench.reporting.data_table import Cell, DataTable
from deepbench.reporting.wording import clipped

FOLDER = "tables"
WORKBOOK = "tables.xlsx"
# Limits of the format: letters of a sheet's name and of a cell, rows of a sheet.
_SHEET_NAME, _CELL, _ROWS = 31, 32_767, 1_048_576
_WIDEST, _NARROWEST, _MEASURED_ROWS = 60, 8, 200
_MADE = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)
_AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def csv_bytes(table: DataTable) -> bytes:
    """Return a table as CSV in UTF-8: decimal points, empty where there is no value."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(table.header)
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return csv_without_formulas(stream.getvalue().encode("utf-8"))


def workbook_bytes(tables: Sequence[DataTable]) -> bytes:
    """Return all tables as one workbook: a sheet that lists them, then a sheet each.

    The same tables give the same bytes.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _AS_TEXT)
    book.set_properties({"created": _MADE, "author": "", "company": "", "comments": ""})
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    names = _sheet_names(tables)
    _write_list(book.add_worksheet("Tables"), tables, names, bold, wrapped)
    for name, table in zip(names, tables, strict=True):
        _write_table(book.add_worksheet(name), table, bold)
    book.close()
    return stream.getvalue()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return repr(cell) if isinstance(cell, float) else str(cell)


def _sheet_names(tables: Sequence[DataTable]) -> list[str]:
    """Return a name for each sheet: short enough, and each once."""
    taken = {"tables"}
    names = []
    for table in tables:
        name, number = table.name[:_SHEET_NAME], 1
        while name.casefold() in taken:
            number += 1
            end = f"-{number}"
            name = table.name[: _SHEET_NAME - len(end)] + end
        taken.add(name.casefold())
        names.append(name)
    return names


def _write_list(
    sheet: Worksheet, tables: Sequence[DataTable], names: Sequence[str], bold: Format, text: Format
) -> None:
    rows = [(name, table.title, table.note) for name, table in zip(names, tables, strict=True)]
    for column, (title, width) in enumerate((("Sheet", 24), ("What it shows", 50), ("Note", 90))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    for place, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(place, column, _cell_text(cell), text)


def _write_table(sheet: Worksheet, table: DataTable, bold: Format) -> None:
    sheet.freeze_panes(1, 1)
    for column, title in enumerate(table.header):
        sheet.write_string(0, column, _cell_text(title), bold)
        cells = [_text(row[column]) for row in table.rows[:_MEASURED_ROWS]]
        width = max(map(len, [title, *cells])) + 2
        sheet.set_column(column, column, min(max(width, _NARROWEST), _WIDEST))
    # What does not fit stands in the CSV file.
    for place, row in enumerate(table.rows[: _ROWS - 1], start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                sheet.write_number(place, column, cell)
            elif cell not in (None, ""):
                sheet.write_string(place, column, _cell_text(_text(cell)))


def _cell_text(text: str) -> str:
    return clipped(without_formula(text), _CELL)
