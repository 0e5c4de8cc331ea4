"""CSV that a spreadsheet program opens without running anything.

A cell that begins with =, +, -, @, a tab or a carriage return is taken for a formula when the
file is opened (OWASP, "CSV Injection"). Such a cell gets an apostrophe in front, numbers excepted.
"""

from __future__ import annotations

import csv
import io
import re

from deepbench.errors import DataError

_BYTE_ORDER_MARK = "\ufeff"
# The full-width forms are formulas in East Asian editions.
_SIGNS = "=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20"
# At the beginning, and after a separator that another country's edition would split at.
_START = re.compile(rf"(?:^|(?<=[;\t\r\n]))(?=[{_SIGNS}])")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?|[+-]inf")
# "++" is a receptor status; without an operand nothing is calculated.
_SIGNS_ONLY = re.compile(r"[+-]*")


def is_formula(cell: str) -> bool:
    """Return whether a spreadsheet program could take a cell, or a part of it, for a formula."""
    return without_formula(cell) != cell


def without_formula(cell: str) -> str:
    """Return the cell with an apostrophe where a formula would begin."""
    if _NUMBER.fullmatch(cell) or _SIGNS_ONLY.fullmatch(cell):
        return cell
    return _START.sub("'", cell)


def csv_rows(content: bytes) -> list[list[str]]:
    """Return the cells of a CSV file.

    Raises:
        DataError: it is no CSV in UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise DataError(
            "The table is not a CSV file in UTF-8, so nothing was written.", "Try it again."
        ) from None


def csv_without_formulas(content: bytes) -> bytes:
    """Return a CSV file in which no cell is a formula.

    Raises:
        DataError: it is no CSV in UTF-8.
    """
    stream = io.StringIO(newline="")
    # RFC 4180 line ends: with others a carriage return in a cell would not be quoted.
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([without_formula(cell) for cell in row] for row in csv_rows(content))
    mark = _BYTE_ORDER_MARK if content.startswith(_BYTE_ORDER_MARK.encode()) else ""
    return (mark + stream.getvalue()).encode("utf-8")
