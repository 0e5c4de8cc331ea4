"""Tables of results as values, so that a re-run's can be compared with them cell by cell."""

from __future__ import annotations

import csv
import io
import math

#: Columns of times: they describe the machine.
_TIMES = "seconds"


def table_values(content: bytes) -> list[dict[str, float | str]]:
    """Return the rows of a CSV file as the bundle holds it, by column; times are left out.

    Args:
        content: UTF-8; what cannot be read is kept as one text, and so is different.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return [{"content": repr(content[:1000])}]
    header = rows[0] if rows else []
    return [
        {
            _column(header, place): _value(cell)
            for place, cell in enumerate(row)
            if not _column(header, place).startswith(_TIMES)
        }
        for row in rows[1:]
    ]


def _column(header: list[str], place: int) -> str:
    """Return what a column is called; one without a name of its own has its number."""
    if place >= len(header) or not header[place] or header[place] in header[:place]:
        return f"column {place + 1}"
    return header[place]


def _value(cell: str) -> float | str:
    try:
        number = float(cell)
    except ValueError:
        return cell
    return number if math.isfinite(number) and "_" not in cell else cell
