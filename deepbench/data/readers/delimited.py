"""CSV, TSV and other text tables.

How text is cut into cells stands in `deepbench.data.readers.splitting`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.provenance import unreadable
from deepbench.data.raw_table import RawTable
from deepbench.data.readers.base import Grid, Reader
from deepbench.data.readers.splitting import BrokenRow, cut_regular, cut_strictly, long_cells
from deepbench.data.readers.table_building import build_table
from deepbench.data.readers.text_encoding import decode, decode_leniently
from deepbench.data.text_cells import CellRows
from deepbench.errors import DataError, PlanError
from deepbench.plan import Data

# In order of preference where several would cut the rows alike: a comma may be a decimal mark.
_CANDIDATES = ("\t", ";", "|", ",")
_SAMPLE_LINES = 60
_START_BYTES = 16 << 20  # holds dozens of lines of the widest tables
_NAMES = {
    "tab": "\t",
    "\\t": "\t",
    "space": " ",
    "whitespace": " ",
    "comma": ",",
    "semicolon": ";",
}
_WORDS = {"\t": "tab", " ": "spaces"}


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
        text, encoding, conversions = decode(data, options.encoding, path.name)
        del data
        if not text.strip():
            raise DataError(f"{path.name} is empty.", "Name a file that holds a table.")
        delimiter = _chosen_delimiter(options.delimiter) or detect_delimiter(text)
        rows, numbers = _parse(text, delimiter, path.name)
        grid = Grid(
            source_name=path.name,
            rows=rows,
            row_numbers=numbers,
            format="TSV" if delimiter == "\t" else "CSV" if delimiter in ",;" else "text",
            encoding=encoding,
            delimiter=_WORDS.get(delimiter, delimiter),
            conversions=conversions,
        )
        del text
        return build_table(grid, options)


def first_rows(path: Path, options: Data, number: int) -> Grid:
    """Return the first rows of a text file that may be no table, to be looked at.

    No rows where the file is no text. The rows are cut as they come, whatever is wrong with them.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        data = stream.read(_START_BYTES)
    text, encoding = decode_leniently(data, options.encoding)
    try:
        delimiter = _chosen_delimiter(options.delimiter)
    except PlanError:
        delimiter = ""
    delimiter = delimiter or detect_delimiter(text)
    lines = [line.rstrip("\n") for line in islice(io.StringIO(text, newline=None), number)]
    if delimiter == " ":
        lines = [line.strip() for line in lines]
    with long_cells():
        rows = [_cut(line, delimiter) for line in lines]
    numbered = [(row, line) for line, row in enumerate(rows, start=1) if any(row)]
    return Grid(
        source_name=path.name,
        rows=CellRows.of(row for row, _ in numbered),
        row_numbers=np.array([line for _, line in numbered], dtype=np.int64),
        format="text",
        encoding=encoding,
        delimiter=_WORDS.get(delimiter, delimiter),
    )


def _cut(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line; without regard to quotes if those are amiss."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=delimiter == " "))
    except (csv.Error, StopIteration):
        cells = line.split(delimiter)
    return [cell.strip() for cell in cells]


def _chosen_delimiter(option: str) -> str:
    """Return the plan's delimiter, or nothing for ``auto``."""
    if option in {"", "auto"}:
        return ""
    delimiter = _NAMES.get(option.casefold(), option)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise PlanError(
            f"delimiter under [data] in the plan: '{option}' is not one character.",
            'Write ",", ";", "|", "tab" or "space".',
        )
    return delimiter


def detect_delimiter(text: str) -> str:
    """Tell the column separator from the first lines: the one that cuts all of them alike."""
    lines = _first_lines(text)
    widths = {c: _widths(lines, c) for c in _CANDIDATES}
    for candidate, found in widths.items():
        if found[0] > 1 and len(set(found)) == 1:
            return candidate
    # None cuts every line alike (a short header, a ragged row): the one that cuts most of them.
    shares = {
        candidate: (Counter(found).most_common(1)[0][1] / len(found), max(found))
        for candidate, found in widths.items()
        if Counter(found).most_common(1)[0][0] > 1
    }
    if shares:
        return max(shares, key=lambda candidate: shares[candidate])
    words = {len(line.split()) for line in lines}
    if len(words) == 1 and words != {1}:
        return " "
    return ","


def _first_lines(text: str) -> list[str]:
    stream = io.StringIO(text, newline=None)
    lines = []
    for line in stream:
        if line.strip():
            lines.append(line.rstrip("\n"))
        if len(lines) == _SAMPLE_LINES:
            break
    return lines


def _widths(lines: list[str], delimiter: str) -> list[int]:
    with long_cells():
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:  # a wide row that this delimiter does not cut is one endless cell
            return [1]
    return [len(row) for row in rows if row] or [1]


def _parse(text: str, delimiter: str, name: str) -> tuple[CellRows, NDArray[np.int64]]:
    """Return the rows, and the line on which each begins."""
    if delimiter != " " and "\0" not in text:
        try:
            return cut_regular(_with_line_ends(text), delimiter, quotes=True)
        except ValueError:
            pass  # said in words by the strict reader, or read by it
    try:
        rows, numbers = cut_strictly(text, delimiter, quotes=True)
    except BrokenRow as broken:
        raise _explain(broken, name) from None
    return CellRows.of(rows), np.array(numbers, dtype=np.int64)


def _with_line_ends(text: str) -> bytes:
    data = text.encode("utf-8")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def _explain(broken: BrokenRow, name: str) -> DataError:
    if broken.too_long:
        return DataError(
            f"{name}: a cell in the row that begins on line {broken.line} is longer than a "
            "million characters.",
            "Check the quotes there; such a cell is no measurement.",
        )
    return DataError(
        f"{name}: a quote in the row that begins on line {broken.line} is not closed as it should "
        "be.",
        'Close it, or write a quote inside a quoted text twice ("").',
    )
