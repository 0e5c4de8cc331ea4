"""Whether a row holds the column names, and what the columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.number_text import parse_numbers
from deepbench.data.readers.companion_names import name_companions
from deepbench.data.wording import counted, shorten, some_names
from deepbench.errors import DataError
from deepbench.study.records import Conversion

_SAMPLE_ROWS = 200
_SAMPLE_COLUMNS = 300
MISSING = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "?", ".", "-", "--", "n.a.", "n.d.", "nd", "n/d"}
    | {"missing", "unknown", "#n/a", "<na>"}
)
NUMERIC_SHARE = 0.9
_LEAST_AXIS = 6  # so many numbers are in order by chance once in 360 rows
_NAMES = "(column names)"
_SAVETXT = re.compile(r"#\s+(?=\S)")  # NumPy's savetxt puts "# " before the first name


@dataclass(frozen=True)
class Votes:
    """How many columns say that a row holds names, and how many that it is like those below."""

    speak_for: int
    speak_against: int

    @property
    def header(self) -> bool:
        """Whether the row holds names; without evidence it does."""
        # Numbers are now and then the names of samples or years, and a first data row now and
        # then holds a rare label: one vote in ten settles it.
        return self.speak_for * 9 >= self.speak_against

    @property
    def sure(self) -> bool:
        """Whether something says that the row holds names."""
        return self.header and self.speak_for > 0


def votes(rows: Sequence[Sequence[str]], counting: bool = True) -> Votes:
    """Compare a row with the rows below it.

    A column of numbers under a text speaks for a header, a column of numbers under a number
    against it; in a column of few repeated labels it counts whether the first cell is one of
    them.

    Args:
        rows: At least one row; all of the first row's length.
        counting: Whether 1, 2, 3, … in all columns are names.
    """
    first = [cell.strip() for cell in rows[0][:_SAMPLE_COLUMNS]]
    below = [[cell.strip() for cell in row[:_SAMPLE_COLUMNS]] for row in rows[1:_SAMPLE_ROWS]]
    if not below:
        return Votes(0, 0)
    cells = np.array([first, *below], dtype=object)
    numbers = are_numbers(cells)
    if counting and _counts_up(first, numbers[0]):
        return Votes(len(first), 0)
    axis = counting and _is_axis(cells, numbers[0])
    speaks_for = speaks_against = 0
    for column, name in enumerate(first):
        if name.casefold() in MISSING:
            continue
        vote = _vote(name, bool(numbers[0, column]), cells[1:, column], numbers[1:, column])
        if axis and numbers[0, column]:
            vote = 1
        speaks_for += vote > 0
        speaks_against += vote < 0
    return Votes(speaks_for, speaks_against)


def are_numbers(cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return whether each text is a number, with a point or a comma as decimal mark."""
    flat = cells.ravel()
    point, _ = parse_numbers(flat, ".")
    comma, _ = parse_numbers(flat, ",")
    found: NDArray[np.bool_] = (~np.isnan(point) | ~np.isnan(comma)).reshape(cells.shape)
    return found


def _counts_up(first: list[str], numbers: NDArray[np.bool_]) -> bool:
    """Whether all names are 0, 1, 2, … or 1, 2, 3, …, as some programs name columns."""
    if len(first) < 3 or not numbers.all():
        return False
    return any(first == [str(start + i) for i in range(len(first))] for start in (0, 1))


def _is_axis(cells: NDArray[np.object_], numbers: NDArray[np.bool_]) -> bool:
    """Whether the numbers of the first row only rise or fall, as wavelengths or times do.

    The rows below hold measurements, which go up and down.
    """
    if numbers.sum() < _LEAST_AXIS or numbers.all():
        return False
    point, _ = parse_numbers(cells[:, numbers].ravel(), ".")
    comma, _ = parse_numbers(cells[:, numbers].ravel(), ",")
    values = np.where(np.isnan(point), comma, point).reshape(len(cells), -1)
    steps = np.diff(values, axis=1)
    one_way = np.asarray((steps > 0).all(axis=1) | (steps < 0).all(axis=1))
    return bool(one_way[0] and not one_way[1:].any())


def _vote(
    name: str, is_number: bool, below: NDArray[np.object_], below_numbers: NDArray[np.bool_]
) -> int:
    """Return +1 if the column speaks for a header, -1 against, 0 if it says nothing."""
    present = np.array([cell.casefold() not in MISSING for cell in below])
    if not present.any():
        return 0
    if below_numbers[present].mean() >= NUMERIC_SHARE:
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
    names, conversions = tidy_names(cells)
    if found := repeated_names(names):
        raise same_names(names, found, source)
    return names, conversions


def tidy_names(cells: Sequence[str]) -> tuple[list[str], list[Conversion]]:
    """Return tidy column names, of which some may be alike, and what was changed about them."""
    tidied = [tidy_name(cell) for cell in cells]
    if tidied and _SAVETXT.match(tidied[0]):
        tidied[0] = _SAVETXT.sub("", tidied[0], count=1)
    taken = {name for name in tidied if name}
    conversions = []
    names = []
    for position, name in enumerate(tidied, start=1):
        names.append(name or free_name(f"column {position}", taken))
        if not name:
            what = "column without a name was given one"
            conversions.append(Conversion(column=names[-1], what=what, count=1))
    changed = sum(bool(t) and t != cell for t, cell in zip(tidied, cells, strict=True))
    if changed:
        conversions.append(
            Conversion(column=_NAMES, what="spaces or unusual characters tidied", count=changed)
        )
    names, renamed = name_companions(names)
    return names, [*conversions, *renamed, *_alike_but_for_capitals(names)]


def free_name(wanted: str, taken: set[str]) -> str:
    """Return a name that no other column has, and take it."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} ({number})", number + 1
    taken.add(name)
    return name


def tidy_name(cell: str) -> str:
    """Compose accents, join lines, trim, and make invisible characters visible."""
    if cell.isascii() and cell.isprintable() and " " not in cell:
        return cell
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", cell)).strip()
    return text if text.isprintable() else visible(text)


def visible(text: str) -> str:
    """Return a text with its invisible characters (control, direction) as ⟦U+202E⟧."""
    return "".join(
        f"⟦U+{ord(c):04X}⟧" if unicodedata.category(c) in {"Cc", "Cf"} and c not in "\n\r\t" else c
        for c in text
    )


def _alike_but_for_capitals(names: list[str]) -> list[Conversion]:
    by_letters: dict[str, list[str]] = {}
    for name in names:
        by_letters.setdefault(name.casefold(), []).append(name)
    return [
        Conversion(
            column=shorten(alike[0]),
            what=f"differs only by capitals from {some_names(alike[1:])}; kept as it is",
            count=len(alike),
        )
        for alike in by_letters.values()
        if len(set(alike)) > 1 and len(set(alike)) == len(alike)
    ]


def repeated_names(names: Sequence[str]) -> dict[str, list[int]]:
    """Return the names that several columns have, each with the places of the columns."""
    several = {name for name, count in Counter(names).items() if count > 1}
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name in several:
            found.setdefault(name, []).append(place)
    return found


def same_names(names: Sequence[str], found: dict[str, list[int]], source: str) -> DataError:
    """Return the error for columns of the same name.

    Args:
        names: All names.
        found: As from `repeated_names`.
        source: Name of the file.
    """
    hint = (
        "Give each column its own name. If genes or proteins are in the rows, transpose the table "
        "first: one row is one sample here."
    )
    name, places = next(iter(found.items()))
    if len(found) == 1 and len(places) == 2:
        where = f"columns {places[0] + 1} and {places[1] + 1}"
        return DataError(
            f"{source}: two columns are both called '{shorten(name)}': {where}.", hint
        )
    listed = "; ".join(
        f"'{shorten(name)}': columns {listing([place + 1 for place in places])}"
        for name, places in list(found.items())[:5]
    )
    more = f"; and {len(found) - 5:,} more" if len(found) > 5 else ""
    repeated = counted(len(found), "name stands", "names stand")
    return DataError(f"{source}: {repeated} above several columns: {listed}{more}.", hint)


def listing(numbers: Sequence[int], limit: int = 5) -> str:
    """Return ``3, 7 and 12``, or ``1 to 6``, or the first few and how many more."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]:,} to {numbers[-1]:,}"
    shown = [f"{number:,}" for number in numbers[:limit]]
    rest = len(numbers) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def row_listing(numbers: Sequence[int]) -> str:
    """Return ``row 3`` or ``rows 3 and 7``."""
    return f"row{'' if len(numbers) == 1 else 's'} {listing(numbers)}"
