"""Plain text, CSV and JSON taken apart."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.errors import DataError
from deepbench.privacy.contents.parts import Contents, unreadable
from deepbench.privacy.formula_cells import csv_rows

_NUMBER = re.compile(r"(?<![\w.])[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w])")
# Keys under which a program says who made a file and where it came from.
_OF_THE_FILE = frozenset(
    "author authors creator user username owner host hostname path filename source_path".split()
)


def decoded(content: bytes) -> str:
    """Return a text in UTF-8.

    Raises:
        GateRefused: it is none.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable("a text") from None


def text_contents(content: bytes) -> Contents:
    """Return what is inside a plain text."""
    text = decoded(content)
    found = Contents(texts=[text])
    found.add_array(numbers_in(text))
    return found


def numbers_in(text: str) -> NDArray[np.float64]:
    """Return the numbers in a text, in the order in which they stand."""
    return np.array([float(each) for each in _NUMBER.findall(text)], dtype=np.float64)


def csv_contents(content: bytes) -> Contents:
    """Return what is inside a CSV file."""
    try:
        rows = csv_rows(content)
    except DataError:
        raise unreadable("a CSV file in UTF-8") from None
    found = Contents(texts=[cell for row in rows for cell in row if cell])
    found.add_rows([float(cell) for cell in row if _NUMBER.fullmatch(cell)] for row in rows[1:])
    return found


def json_contents(content: bytes) -> Contents:
    """Return what is inside a JSON document."""
    try:
        document = json.loads(decoded(content))
    except ValueError:
        raise unreadable("a JSON document") from None
    found, flat = Contents(), []
    # A stack, not recursion: a document may be nested as deep as somebody likes.
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            found.texts += value
            waiting += [(str(name), item) for name, item in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(key, item) for item in reversed(value)]
            _add_table(value, found)
        elif isinstance(value, str):
            where = found.properties if key.casefold() in _OF_THE_FILE else found.texts
            where.append(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            flat.append(float(value))
    found.add_array(np.array(flat, dtype=np.float64))
    return found


def _add_table(value: list[Any], found: Contents) -> None:
    """Take over lists of equal length a second time, column by column."""
    rows = [row for row in value if isinstance(row, list)]
    if len(rows) < 2 or len(rows) != len(value):
        return
    kinds = {type(cell) for row in rows for cell in row}
    if kinds and kinds <= {int, float}:
        found.add_rows(rows)
