"""What every figure is: a frozen record with its title, its table and its summary in words."""

from __future__ import annotations

import csv
import io
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

Table = tuple[list[str], list[list[object]]]

#: More points than this say no more on a screen, and make it slow.
MOST_POINTS: Final = 4000

THINNED = (
    "{shown:,} of {all:,} {things} are drawn, evenly chosen; the data as CSV has all of them."
)

#: Below it three decimals would leave one or two digits.
_SMALL: Final = 0.1
_MOST_PLACES: Final = 8
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class Figure(ABC):
    """A picture before it is drawn.

    Attributes:
        title: Name of the plot.
        sentence: One sentence that says what it shows.
        per_sample: Whether single samples can be read from it; the privacy gate asks.
    """

    title: str
    sentence: str
    per_sample: bool = False

    @abstractmethod
    def table(self) -> Table:
        """Return column names and rows of what is drawn ("data as CSV")."""

    def texts_drawn(self) -> Iterable[str]:
        """Return what is written in it besides its table."""
        return ()

    @abstractmethod
    def summary(self) -> str:
        """Return what it shows in a sentence, for screen readers."""

    @property
    def note(self) -> str:
        """What is not drawn, as a sentence; empty when all is."""
        return ""


@dataclass(frozen=True)
class ReferenceLine:
    """A line at a value that the reader compares with.

    Attributes:
        value: Where.
        label: What it is, written beside it with the value after it; nothing if empty.
        use: Colour by use (`theme().use`); muted when empty.
    """

    value: float
    label: str = ""
    use: str = ""


def same_length(**columns: Sequence[object]) -> None:
    """Check that columns that belong together are equally long.

    Raises:
        ValueError: they are not; the message names their lengths.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"columns of a figure must be equally long: {said}")


def is_number(value: float | None) -> bool:
    """Say whether a value can be drawn."""
    return value is not None and math.isfinite(value)


def finite(values: Iterable[float | None]) -> list[float]:
    """Return the values that can be drawn."""
    return [value for value in values if value is not None and math.isfinite(value)]


def number(value: float | None) -> str:
    """Return a number as a reader wants it: three significant digits, a real minus sign."""
    if value is None or not math.isfinite(value):
        return "no value"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")


def aligned(values: Iterable[float | None], missing: str = "–") -> list[str]:
    """Return numbers for a column: all with as many decimals as the largest needs."""
    listed = list(values)
    largest = max((abs(value) for value in finite(listed)), default=0.0)
    places = 3 if largest < 1 else 2 if largest < 10 else 1 if largest < 100 else 0
    if 0.0 < largest < _SMALL:
        places = min(_MOST_PLACES, 2 - math.floor(math.log10(largest)))
    return [
        f"{value:,.{places}f}".replace("-", "−")
        if value is not None and math.isfinite(value)
        else missing
        for value in listed
    ]


def count(many: int, thing: str, plural: str = "") -> str:
    """Return "1 sample", "12 samples"."""
    return f"{many:,} {thing if many == 1 else plural or thing + 's'}"


def value_range(values: Iterable[float | None]) -> str:
    """Return "from a to b"; "without values" when there are none."""
    drawn = finite(values)
    if not drawn:
        return "without values"
    return f"from {number(min(drawn))} to {number(max(drawn))}"


def thin(many: int, limit: int = MOST_POINTS) -> list[int]:
    """Return at most `limit` of the indices below `many`, evenly spaced, first and last kept."""
    if many <= limit:
        return list(range(many))
    if limit == 1:
        return [0]
    step = (many - 1) / (limit - 1)
    return [round(place * step) for place in range(limit)]


def csv_bytes(table: Table) -> bytes:
    """Return a table as CSV that a spreadsheet opens rightly and takes no formula from.

    UTF-8 with its mark, so that a spreadsheet does not damage "µ". Text that starts like a formula
    gets an apostrophe; numbers stay numbers.
    """
    header, rows = table
    text = CsvText(header)
    text.add(rows)
    return text.content


class CsvText:
    """A table as CSV, grown by rows (`csv_bytes` says how cells are written).

    Args:
        header: Names of the columns.
    """

    def __init__(self, header: Sequence[object]) -> None:
        self._out = io.StringIO(newline="")
        self._writer = csv.writer(self._out, lineterminator="\r\n")
        self.add([header])

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        """Write more rows."""
        self._writer.writerows([_cell(value) for value in row] for row in rows)

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self._out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
