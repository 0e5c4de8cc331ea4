"""A column of numbers with something to them: limits of detection, units, another decimal mark.

What can be read in one way only, or as the plan answers, is read and counted; everything else is
a question that names the column, a cell and the choices. A column of labels is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.cells.limits import limit_problem, read_limits
from deepbench.data.cells.odd_column import OddColumn, not_a_number
from deepbench.data.cells.units_in_cells import common_unit, unit_problem
from deepbench.data.cells.written_parts import Part, Parts, take_apart
from deepbench.data.number_text import number_text
from deepbench.data.wording import counted
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data

MOSTLY_NUMBERS = 0.9  # share of numbers from which texts among them are taken for mistakes
FEW_LEVELS = 10
_HALF_NUMBERS = 0.5
_LEAST_NUMBERS = 3  # different ones, from which numbers with units are no labels

_REMARKS = {
    "infinite": "No model can use an infinite value; it often comes from a division by zero or "
    "from the logarithm of zero.",
    "bookkeeping": "If it is a negative number, write it with a minus sign in front.",
}


@dataclass(frozen=True, eq=False)
class Measurements:
    """A column read as numbers.

    Attributes:
        values: (n,) numbers, NaN where missing.
        notes: What was changed, each with the number of cells.
        unit: Unit that stood in the cells; empty if none did.
    """

    values: NDArray[np.float64]
    notes: tuple[tuple[str, int], ...]
    unit: str = ""


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells that are there, with what each is made of; all arrays (m,).

    Attributes:
        rows: Row of each cell.
        codes: Number of each cell's text in ``texts``.
        texts: Different texts.
        parts: Their parts.
    """

    rows: NDArray[np.int64]
    codes: NDArray[np.int64]
    texts: list[str]
    parts: Parts

    def each(self) -> list[Part]:
        """Return the part of each different text."""
        return [self.parts.of[text] for text in self.texts]

    def where(self, chosen: list[bool]) -> NDArray[np.bool_]:
        """Return (m,) which cells hold one of the chosen texts."""
        found: NDArray[np.bool_] = np.array(chosen, dtype=np.bool_)[self.codes]
        return found


def read_measurements(column: OddColumn, options: Data) -> Measurements | DataError | None:
    """Read a column in which something is neither a plain number nor missing.

    Args:
        column: The column.
        options: [data] of the plan: ``below_detection`` and ``units_in_cells``.

    Returns:
        The numbers; or the error or question that keeps them from being read; or None for a
        column of labels.
    """
    rows = np.flatnonzero(~column.missing).astype(np.int64)
    codes, different = pd.factorize(column.texts[rows])
    texts = [str(text) for text in different]
    if not column.forced and not _may_measure(texts):
        return None
    cells = _Cells(rows, codes.astype(np.int64), texts, take_apart(texts, column.decimal))
    if not column.forced and not _is_measured(column, cells):
        return None
    problem = _problem(column, cells, options)
    return problem or _read(column, cells, options)


def _may_measure(texts: list[str]) -> bool:
    """Whether enough texts have a digit, which costs little to know."""
    with_digit = sum(any(sign.isdigit() for sign in text) for text in texts)
    return with_digit > 0 and with_digit + 1 >= _HALF_NUMBERS * len(texts)


def _is_measured(column: OddColumn, cells: _Cells) -> bool:
    """Whether a column holds measurements, so that its texts are mistakes and no labels."""
    parts = cells.each()
    plain = [part.kind == "number" for part in parts]
    if not any(plain):
        return False
    numbers = {part.value for part in parts if part.kind == "number"}
    if column.is_outcome and len(numbers) <= FEW_LEVELS:
        return False
    with_unit = sum(part.kind == "number" and bool(part.unit) for part in parts)
    if with_unit == sum(plain) and len(numbers) < _LEAST_NUMBERS:
        return False
    share = float(cells.where([part.kind != "text" for part in parts]).mean())
    if share == 1.0 or share >= MOSTLY_NUMBERS:
        return True
    return share > _HALF_NUMBERS and (len(parts) > FEW_LEVELS or _hardly_repeat(numbers, cells))


def _hardly_repeat(numbers: set[float], cells: _Cells) -> bool:
    """Whether numbers are measured ones even in a small table: fractions, most of them once."""
    fractions = sum(not value.is_integer() for value in numbers)
    several = cells.where([part.kind == "number" for part in cells.each()]).sum()
    return fractions >= _LEAST_NUMBERS and len(numbers) > _HALF_NUMBERS * several


def _problem(column: OddColumn, cells: _Cells, options: Data) -> DataError | None:
    parts = cells.each()
    if cells.parts.notation == "unclear":
        return _unclear(column, cells)
    for kind in ("text", "infinite", "bookkeeping"):
        odd = cells.where([part.kind == kind for part in parts])
        if odd.any():
            is_number = cells.where([part.kind == "number" for part in parts])
            return not_a_number(
                column, cells.rows[odd], int(is_number.sum()), _REMARKS.get(kind, "")
            )
    if cells.parts.notation and not column.forced:
        return _other_notation(column, cells)
    return unit_problem(column, cells.rows, cells.codes, parts, options) or limit_problem(
        column, cells.rows, cells.codes, parts, options
    )


def _row_of(cells: _Cells, text: str) -> int:
    return int(cells.rows[np.argmax(cells.codes == cells.texts.index(text))])


def _unclear(column: OddColumn, cells: _Cells) -> DataError:
    row = _row_of(cells, cells.parts.example)
    return DataError(
        f"{column.where(row)}: '{cells.parts.example}' can be read as a decimal fraction or as "
        "thousands, and the other cells of the column do not tell which.",
        "Write the numbers of this column without thousands separators, with the decimal mark of "
        "the rest of the file.",
    )


def _other_notation(column: OddColumn, cells: _Cells) -> DataError:
    """Return the question for numbers that are written otherwise than the rest of the file."""
    example = cells.parts.example
    value = cells.parts.of[example].value
    what = {
        "blanks": "has blanks between the thousands",
        "other decimal mark": "has another decimal mark than the rest of the file",
        "both decimal marks": "has another decimal mark than other cells of the column",
    }[cells.parts.notation]
    row = _row_of(cells, example)
    odd = np.isin(cells.codes, [i for i, t in enumerate(cells.texts) if _is_odd(t, cells)])
    message = (
        f"{column.where(row)}: '{example}' {what} ({counted(int(odd.sum()), 'cell')} like it)."
    )
    shows = f"{example} is {number_text(value)}"
    if column.is_outcome:
        return DataError(message, f"Write {number_text(value)} in the file if that is meant.")
    choices = (
        Choice({column.name: "numeric"}, "Read as Numbers", shows),
        Choice({column.name: "categorical"}, "The Column Holds Labels"),
    )
    return DataQuestion(message, "data.types", choices, column.other_use(labels=False))


def _is_odd(text: str, cells: _Cells) -> bool:
    marks = {"blanks": " "}.get(cells.parts.notation, ",.")
    return any(mark in text for mark in marks)


def _read(column: OddColumn, cells: _Cells, options: Data) -> Measurements:
    parts = cells.each()
    numbers = np.array([part.value for part in parts], dtype=np.float64)
    limited, notes = read_limits(cells.codes, parts, numbers, options)
    values = np.full(len(column.texts), np.nan)
    values[cells.rows] = limited[cells.codes]
    changed = [(what, int(cells.where(chosen).sum())) for what, chosen in _changes(cells)]
    unit = common_unit(parts)
    if unit:
        with_unit = int(cells.where([bool(part.unit) for part in parts]).sum())
        changed.append((f"unit {unit} removed", with_unit))
        bare = len(cells.rows) - with_unit
        changed.append((f"numbers without a unit taken as {unit}", bare))
    found = tuple((what, count) for what, count in (*changed, *notes) if count)
    return Measurements(values, found, unit)


def _changes(cells: _Cells) -> list[tuple[str, list[bool]]]:
    parts = cells.parts
    found = [
        (THOUSANDS_REMOVED, [text in parts.grouped for text in cells.texts]),
        (DASHES_READ, [text in parts.dashed for text in cells.texts]),
    ]
    if parts.notation in ("other decimal mark", "both decimal marks"):
        odd = [any(mark in parts.of[text].number for mark in ",.") for text in cells.texts]
        found.append(("decimal mark of its own read (not that of the file)", odd))
    return found


THOUSANDS_REMOVED = "thousands separators removed"
DASHES_READ = "dashes read as minus signs"
