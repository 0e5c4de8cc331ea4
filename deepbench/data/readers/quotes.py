"""Quotation marks that are not what they seem: not closed, or inches and primes."""

from __future__ import annotations

import re
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from deepbench.data.readers.splitting import BrokenRow
from deepbench.data.text_cells import CellRows
from deepbench.data.wording import shorten
from deepbench.errors import Choice, DataError, DataQuestion

_CLOSE = 'Or close it in the file; a quote inside a quoted text is written twice ("").'
_MOST_SHOWN = 60
_LEAST_WIDTH = 3
_LEAST_LINES = 2
_MARKS = ",;\t|"
_ROWS_LOOKED_AT = 200
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")


def explain(
    broken: BrokenRow, text: bytes, delimiter: str, name: str, above: int = 0
) -> DataError:
    """Return the error for a row that could not be cut.

    Args:
        broken: The row.
        text: The whole text, UTF-8.
        delimiter: Column separator.
        name: Name of the file.
        above: Lines of the file above the text.
    """
    start = int(_line_begins(text)[broken.line - 1])
    place = _open_quote(text, start, delimiter)
    if place is None:
        if not broken.too_long:
            place = max(start, text.find(b'"', start))
        else:
            return DataError(
                f"{name}: a cell in the row that begins on line {broken.line + above} is longer "
                "than a million characters.",
                "Check the quotes there; such a cell is no measurement.",
            )
    line = broken.line + text.count(b"\n", start, place)
    message = (
        f"{name}, line {line + above}: a quote is opened there and not closed as it should be."
    )
    return _question(message, text, line, above)


def _question(message: str, text: bytes, line: int, above: int) -> DataQuestion:
    start = int(_line_begins(text)[line - 1])
    shown = text[start : start + 4 * _MOST_SHOWN].split(b"\n", 1)[0]
    words = shorten(shown.decode("utf-8", errors="replace"), _MOST_SHOWN)
    choice = Choice(
        "none", "Quotes Are Ordinary Characters", f"line {line + above} reads: {words}"
    )
    return DataQuestion(message, "data.quotes", (choice,), _CLOSE)


def require_no_swallowed_rows(
    rows: CellRows,
    lines: NDArray[np.int64],
    text: bytes,
    delimiter: str,
    name: str,
    above: int = 0,
) -> None:
    """Ask where a quoted text that runs over several lines holds whole rows of the table.

    Two stray quotes, as in a size of 5", make one text of all rows between them.

    Args:
        rows: The rows as they were cut.
        lines: (rows,) line on which each begins.
        text: The whole text, UTF-8.
        delimiter: Column separator.
        name: Name of the file.
        above: Lines of the file above the text.

    Raises:
        DataQuestion: each line of such a text would be a row of its own.
    """
    spans = np.diff(lines)
    several = np.flatnonzero(spans > 1)
    if not len(several) or delimiter == " ":
        return
    width = int(np.bincount(rows.widths).argmax())
    if width < _LEAST_WIDTH:
        return
    numeric = _numeric_columns(rows, set(several.tolist()), width)
    mark = delimiter.encode()
    if not numeric:
        return  # texts over several lines can hold any words
    begins = _line_begins(text)
    for row in islice(several.tolist(), _ROWS_LOOKED_AT):
        first, last = int(lines[row]), int(lines[row + 1]) - 1
        pieces = text[begins[first - 1] : begins[last]].split(b"\n")
        cells = [piece.split(mark) for piece in pieces if piece.strip()]
        if all(len(found) == width and _numbers_fit(found, numeric) for found in cells):
            message = (
                f"{name}, line {first + above}: a quoted text runs from there to line "
                f"{last + above} and holds whole rows of the table."
            )
            raise _question(message, text, first, above)


def without_outer_quotes(rows: CellRows) -> bytes | None:
    """Return the text of a file each line of which stands in quotes as a whole.

    Spreadsheet programs write such files from a sheet whose first column holds whole lines.

    Args:
        rows: The rows as they were cut.

    Returns:
        The lines without those quotes; None if the file is no such one.
    """
    if len(rows) < _LEAST_LINES or (rows.widths != 1).any():
        return None
    lines = [str(line) for line in rows.flat.to_pylist()]
    for mark in _MARKS:
        least = lines[0].count(mark)
        if least and all(line.count(mark) == least or '"' in line for line in lines):
            return "\n".join(lines).encode()
    return None


def _numeric_columns(rows: CellRows, without: set[int], width: int) -> list[int]:
    """Return the columns that hold numbers in all of some other rows."""
    looked = [row for row in range(1, min(len(rows), _ROWS_LOOKED_AT)) if row not in without]
    cells = [found for row in looked if len(found := rows.row(row)) == width]
    return [
        column
        for column in range(width)
        if cells and all(_NUMBER.fullmatch(row[column].strip()) for row in cells)
    ]


def _numbers_fit(cells: list[bytes], numeric: list[int]) -> bool:
    texts = [cells[column].decode("utf-8", errors="replace").strip() for column in numeric]
    return all('"' in text or _NUMBER.fullmatch(text) for text in texts)


def _line_begins(text: bytes) -> NDArray[np.int64]:
    """Return (lines + 1,) where each line begins, and the end of the text."""
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
    return np.concatenate([[0], ends + 1, [len(text)]])


def _open_quote(text: bytes, start: int, delimiter: str) -> int | None:
    """Return the place of the first quote in a row that is not closed before a separator."""
    mark = re.escape(delimiter.encode())
    closed = re.compile(rb'"[^"]*(?:""[^"]*)*"(?=' + mark + rb"|\n|\Z)")
    behind = re.compile(mark + rb"|\n|\Z")
    place = start
    while place < len(text):
        if delimiter == " ":
            while text[place : place + 1] == b" ":
                place += 1
        if text[place : place + 1] == b'"':
            found = closed.match(text, place)
            if found is None:
                return place
            place = found.end()
        end = behind.search(text, place)
        if end is None or end.group() in (b"\n", b""):
            return None
        place = end.end()
    return None
