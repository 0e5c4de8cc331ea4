"""Whether the first row holds the column names, and what the columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from deepbench.data.number_text import parse_numbers
from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError
from deepbench.study.records import Conversion

_SAMPLE_ROWS = 200
_SAMPLE_COLUMNS = 300
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", ".", "-"})
_NUMERIC_SHARE = 0.9


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row is a header, by comparing it with the rows below.

    A column of numbers under a text speaks for a header, a column of numbers under a number
    against it; in a column of few repeated labels it counts whether the first cell is one of
    them. Without evidence (all text) there is a header.

    Args:
        rows: At least one row; all of the first row's length.
    """
    first = [cell.strip() for cell in rows[0][:_SAMPLE_COLUMNS]]
    below = [[cell.strip() for cell in row[:_SAMPLE_COLUMNS]] for row in rows[1:_SAMPLE_ROWS]]
    if not below:
        return True
    cells = np.array([first, *below], dtype=object)
    numbers = _are_numbers(cells)
    if _counts_up(first, numbers[0]):
        return True
    speaks_for = speaks_against = 0
    for column, name in enumerate(first):
        if name.casefold() in _MISSING:
            continue
        vote = _vote(name, bool(numbers[0, column]), cells[1:, column], numbers[1:, column])
        speaks_for += vote > 0
        speaks_against += vote < 0
    # Numbers are now and then the names of samples or years, and a first data row now and then
    # holds a rare label: one vote in ten settles it.
    return speaks_for * 9 >= speaks_against


def _are_numbers(cells: np.ndarray) -> np.ndarray:
    flat = cells.ravel()
    point, _ = parse_numbers(flat, ".")
    comma, _ = parse_numbers(flat, ",")
    return (~np.isnan(point) | ~np.isnan(comma)).reshape(cells.shape)


def _counts_up(first: list[str], are_numbers: np.ndarray) -> bool:
    """Whether all names are 0, 1, 2, … or 1, 2, 3, …, as some programs name columns."""
    if len(first) < 3 or not are_numbers.all():
        return False
    return any(first == [str(start + i) for i in range(len(first))] for start in (0, 1))


def _vote(name: str, is_number: bool, below: np.ndarray, below_numbers: np.ndarray) -> int:
    """Return +1 if the column speaks for a header, -1 against, 0 if it says nothing."""
    present = np.array([cell.casefold() not in _MISSING for cell in below])
    if not present.any():
        return 0
    if below_numbers[present].mean() >= _NUMERIC_SHARE:
        return -1 if is_number else 1
    levels = set(below[present])
    if len(levels) > max(1, present.sum() // 2):
        return 0
    return -1 if name in levels else 1


def clean_names(cells: Sequence[str], source: str) -> tuple[list[str], list[Conversion]]:
    """Return tidy, distinct column names and what was changed about them.

    Args:
        cells: The header.
        source: Name of the file, for sentences.

    Raises:
        DataError: two columns have the same name.
    """
    names = []
    changed = 0
    conversions = []
    for position, cell in enumerate(cells, start=1):
        name = _tidy(cell)
        if not name:
            name = f"column {position}"
            conversions.append(
                Conversion(column=name, what="column without a name was given one", count=1)
            )
        elif name != cell:
            changed += 1
        names.append(name)
    if changed:
        conversions.append(
            Conversion(
                column="(column names)", what="spaces or unusual characters tidied", count=changed
            )
        )
    _require_distinct(names, source)
    return names, conversions


def _tidy(cell: str) -> str:
    """Compose accents, join lines, trim, and make invisible characters visible."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", cell)).strip()
    return "".join(
        f"⟦U+{ord(c):04X}⟧" if unicodedata.category(c) in {"Cc", "Cf"} else c for c in text
    )


def _require_distinct(names: list[str], source: str) -> None:
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name in seen:
            twins = len(names) - len(set(names))
            more = "" if twins == 1 else f" ({counted(twins, 'repeated name')} in all)"
            raise DataError(
                f"{source}: two columns are both called '{shorten(name)}': columns "
                f"{seen[name]} and {position}{more}.",
                "Give each column its own name. If genes or proteins are in the rows, transpose "
                "the table first: one row is one sample here.",
            )
        seen[name] = position
