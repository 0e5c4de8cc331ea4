"""CSV, TSV and other text tables.

How text is cut into cells stands in `deepbench.data.readers.splitting`.
"""

from __future__ import annotations

import csv
import io
from itertools import islice
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.provenance import unreadable
from deepbench.data.raw_table import RawTable
from deepbench.data.readers.base import Grid, Reader
from deepbench.data.readers.quotes import (
    explain,
    require_no_swallowed_rows,
    without_outer_quotes,
)
from deepbench.data.readers.separators import (
    Separator,
    chosen_separator,
    detect_separator,
    said_separator,
)
from deepbench.data.readers.splitting import BrokenRow, cut_carefully, cut_regular, long_cells
from deepbench.data.readers.table_building import build_table
from deepbench.data.readers.text_encoding import decode_leniently, read_text
from deepbench.data.text_cells import CellRows, joined_arrays
from deepbench.errors import DataError, PlanError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_START_BYTES = 16 << 20  # holds dozens of lines of the widest tables
_LINES_LOOKED_AT = 200
_WORDS = {"\t": "tab", " ": "spaces"}
_SIGN = "#"
_COMMENTS = (b"#", b"!", b"%")


class DelimitedReader(Reader):
    """Reads text tables; the last resort, as text has no signature."""

    name: ClassVar[str] = "text"

    def recognises(self, head: bytes) -> bool:
        """Text has no signature: everything that is nothing else."""
        return True

    def read(self, path: Path, options: Data) -> RawTable:
        """Read a text table; errors as in `Reader.read`."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise unreadable(path, error) from None
        return build_table(text_grid(data, options, path.name), options)


def text_grid(data: bytes, options: Data, name: str) -> Grid:
    """Return the rows of a text table.

    Args:
        data: Content of the file.
        options: [data] of the plan.
        name: Name of the file.

    Raises:
        PlanError: an option names an encoding or separator that does not exist.
        DataError: the file is empty, no text, or cannot be cut.
        DataQuestion: encoding, separator or quotes cannot be told.
    """
    text = read_text(data, options, name)
    del data
    if not text.data or text.data.isspace():
        raise DataError(f"{name} is empty.", "Name a file that holds a table.")
    mark = chosen_separator(options.delimiter)
    said = said_separator(text.data)
    separator = Separator(mark) if mark else said or detect_separator(text.data, name)
    rows, numbers = _cut_all(text.data, separator.mark, options.quotes == "auto", name)
    if options.quotes == "auto" and text.data.startswith(b'"'):
        body = without_outer_quotes(rows)
        if body is not None:
            if not mark:
                separator = detect_separator(body, name)
            rows, inner = _cut_all(body, separator.mark, True, name)
            numbers = numbers[inner - 1]
            what = "quotation marks around whole lines removed"
            text.conversions.append(Conversion(column="(file)", what=what, count=len(rows)))
    if separator.mark == " ":
        rows, notes = _without_comment_sign(rows)
        text.conversions.extend(notes)
    reasons = {"encoding": text.reason, "delimiter": separator.reason}
    return Grid(
        source_name=name,
        rows=rows,
        row_numbers=numbers,
        format="TSV" if separator.mark == "\t" else "CSV" if separator.mark in ",;" else "text",
        encoding=text.encoding,
        delimiter=_WORDS.get(separator.mark, separator.mark),
        conversions=text.conversions,
        reasons={key: reason for key, reason in reasons.items() if reason},
    )


def _cut_all(
    text: bytes, delimiter: str, quotes: bool, name: str
) -> tuple[CellRows, NDArray[np.int64]]:
    """Return the rows, and the line on which each begins."""
    comments = _end_of_comments(text) if quotes and b'"' in text else 0
    if not comments:
        return cut_text(text, delimiter, quotes, name)
    above, numbers = cut_text(text[:comments], delimiter, False, name)
    below, later = cut_text(text[comments:], delimiter, quotes, name, len(numbers))
    rows = CellRows(
        joined_arrays([above.flat, below.flat]),
        np.concatenate([above.starts, above.starts[-1] + below.starts[1:]]),
    )
    return rows, np.concatenate([numbers, later])


def _without_comment_sign(rows: CellRows) -> tuple[CellRows, list[Conversion]]:
    """Remove the sign before names that stand in a comment line, as in ``# x y`` over ``1 2``."""
    for number, width in enumerate(rows.widths[:-1].tolist()):
        if not width or not (cells := rows.row(number))[0].startswith(_SIGN):
            break
        if cells[0] == _SIGN and width == rows.widths[number + 1] + 1:
            at = int(rows.starts[number])
            flat = joined_arrays([rows.flat.slice(0, at), rows.flat.slice(at + 1)])
            starts = rows.starts - (np.arange(len(rows.starts)) > number)
            note = Conversion(column="(column names)", what="comment sign removed", count=1)
            return CellRows(flat, starts), [note]
    return rows, []


def _end_of_comments(text: bytes) -> int:
    """Return where comment lines at the beginning end, if quotes stand in them without a twin."""
    place = end = 0
    while text.startswith(_COMMENTS, place):
        behind = text.find(b"\n", place) + 1
        if not behind:
            return end
        if text.count(b'"', place, behind) % 2:
            end = behind
        place = behind
    return end


def cut_text(
    text: bytes, delimiter: str, quotes: bool, name: str, above: int = 0
) -> tuple[CellRows, NDArray[np.int64]]:
    """Cut text that begins after ``above`` lines of the file.

    Returns:
        The rows, and the line of the file on which each begins.

    Raises:
        DataError: a cell is too long.
        DataQuestion: quotes are not what they seem.
    """
    if delimiter != " ":
        try:
            rows, numbers = cut_regular(text, delimiter, quotes)
        except ValueError:
            pass  # said in words by the strict reader, or read by it
        else:
            if quotes:
                require_no_swallowed_rows(rows, numbers, text, delimiter, name, above)
            return rows, numbers + above
    try:
        rows, numbers = cut_carefully(text, delimiter, quotes)
    except BrokenRow as broken:
        raise explain(broken, text, delimiter, name, above) from None
    if quotes:
        require_no_swallowed_rows(rows, numbers, text, delimiter, name, above)
    return rows, numbers + above


def first_rows(path: Path, options: Data, number: int) -> Grid:
    """Return the first rows of a text file that may be no table, to be looked at.

    No rows where the file is no text. The rows are cut as they come, whatever is wrong with them.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        data = stream.read(_START_BYTES)
    text, encoding = decode_leniently(data, options.encoding)
    lines = [line.rstrip("\n") for line in islice(io.StringIO(text, newline=None), number)]
    try:
        delimiter = chosen_separator(options.delimiter)
    except PlanError:
        delimiter = ""
    if not delimiter:
        start = "\n".join(islice(io.StringIO(text, newline=None), _LINES_LOOKED_AT))
        said = said_separator(start.encode())
        delimiter = (said or detect_separator(start.encode(), path.name, ask=False)).mark
    if delimiter == " ":
        lines = [line.strip() for line in lines]
    with long_cells():
        rows = [_cut_line(line, delimiter, options.quotes == "auto") for line in lines]
    numbered = [(row, line) for line, row in enumerate(rows, start=1) if any(row)]
    return Grid(
        source_name=path.name,
        rows=CellRows.of(row for row, _ in numbered),
        row_numbers=np.array([line for _, line in numbered], dtype=np.int64),
        format="text",
        encoding=encoding,
        delimiter=_WORDS.get(delimiter, delimiter),
    )


def _cut_line(line: str, delimiter: str, quotes: bool) -> list[str]:
    """Return the cells of one line; without regard to quotes if those are amiss."""
    try:
        cells = next(
            csv.reader(
                [line],
                delimiter=delimiter,
                skipinitialspace=delimiter == " ",
                strict=True,
                quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
            )
        )
    except (csv.Error, StopIteration):
        cells = line.split(delimiter)
    return [cell.strip() for cell in cells]
