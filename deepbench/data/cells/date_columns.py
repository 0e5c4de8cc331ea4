"""A column of dates: read where it is certain, asked where a plan needs it, left alone else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.cells.dates import (
    Dates,
    Doubt,
    are_dates,
    dates_of_numbers,
    iso_of,
    may_be_serial_days,
    read_dates,
)
from deepbench.data.cells.odd_column import OddColumn, count_as_missing
from deepbench.data.text_cells import Texts
from deepbench.data.wording import counted
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data

_MOSTLY = 0.9  # share of dates from which other texts are taken for mistakes
_MOST_CODES = 10
_HINT = "Or correct the cell in the file: write dates like 2024-03-31."


@dataclass(frozen=True, eq=False)
class DateColumn:
    """A column read as dates.

    Attributes:
        texts: (n,) dates in ISO form, None where missing; as they were if they stay.
        note: What was changed, empty if nothing was.
        count: How many cells it concerns.
    """

    texts: Texts
    note: str
    count: int


def read_date_column(
    column: OddColumn, options: Data, needed: bool
) -> DateColumn | DataError | None:
    """Read a column of dates.

    Args:
        column: The column.
        options: [data] of the plan.
        needed: Whether the plan calls it a date, by its type or its role.

    Returns:
        The dates; or the error or question that keeps them from being read, if they are needed;
        or None if they are no dates.
    """
    present = column.texts[~column.missing]
    if not len(present):
        return None
    different = [str(text) for text in pd.unique(present)]
    short = options.types.get(column.name) == "date"
    found = read_dates(different, options.date_order, short)
    if isinstance(found, Dates):
        return _as_iso(column, found)
    if needed:
        return _needed(column, options, found, different)
    if found.why == "no date":
        return None
    why = {
        "order": f"'{found.texts[0]}' is day first or month first",
        "both orders": "some are day first, others month first",
        "two digits": "their years have two digits",
    }[found.why]
    return DateColumn(_kept(column), f"dates left as they are written ({why})", len(present))


def serial_days(values: NDArray[np.float64]) -> str:
    """Return a note on numbers of a column that is called a date; empty if they are no days."""
    if not may_be_serial_days(values):
        return ""
    return (
        "numbers kept, which may be days as a spreadsheet counts them "
        '(types = "date" reads them as dates)'
    )


def _needed(
    column: OddColumn, options: Data, doubt: Doubt, different: list[str]
) -> DateColumn | DataError | None:
    by_type = options.types.get(column.name) == "date"
    if doubt.why != "no date":
        return _ask(column, doubt)
    if not np.isnan(column.values[~column.missing]).any():
        return _of_numbers(column) if by_type else None
    others = {t for t in different if isinstance(read_dates([t], "day first", True), Doubt)}
    others &= {t for t in different if isinstance(read_dates([t], "month first", True), Doubt)}
    odd = np.array([text in others for text in column.texts]) & ~column.missing
    written_so = np.array([are_dates([str(text)]) for text in column.texts[~column.missing]])
    if not by_type and written_so.mean() < _MOSTLY:
        return None  # the role says when it was, in other words than a date
    return _no_date(column, np.flatnonzero(odd).astype(np.int64), doubt)


def _as_iso(column: OddColumn, dates: Dates) -> DateColumn:
    texts = _kept(column)
    changed = 0
    for row in np.flatnonzero(~column.missing).tolist():
        iso = dates.iso[texts[row]]
        changed += iso != texts[row]
        texts[row] = iso
    return DateColumn(texts, f"{dates.how}, written as year-month-day" if changed else "", changed)


def _kept(column: OddColumn) -> Texts:
    texts: Texts = column.texts.copy()
    texts[column.missing] = None
    return texts


def _of_numbers(column: OddColumn) -> DateColumn | DataError:
    read = dates_of_numbers(column.values)
    if read is None:
        row = int(np.argmax(~column.missing))
        return DataError(
            f"{column.where(row)}: '{column.texts[row]}' is no date, and no count of days as "
            "spreadsheets keep it (44441 is 2021-09-02).",
            f'Take "{column.name}" out of types under [data], or correct the column.',
        )
    found, how = read
    texts = np.array([text or None for text in found], dtype=object)
    count = int((~np.isnan(column.values)).sum())
    return DateColumn(texts, f"{how}, written as year-month-day", count)


def _ask(column: OddColumn, doubt: Doubt) -> DataError:
    text = doubt.texts[0]
    row = int(np.argmax(column.texts == text))
    if doubt.why == "order":
        choices = tuple(
            Choice(order, order.title(), f"{text} is {iso_of(text, order == 'day first')}")
            for order in ("day first", "month first")
        )
        return DataQuestion(
            f"{column.where(row)}: '{text}' can be read day first or month first, and no date of "
            "the column tells which.",
            "data.date_order",
            choices,
            "The answer holds for all columns of dates in which no date tells.",
        )
    if doubt.why == "both orders":
        other = int(np.argmax(column.texts == doubt.texts[1]))
        return DataError(
            f"{column.file(row)}, {column.title}: {column.cell(row)} has the day first, "
            f"{column.cell(other)} the month, so that no date of the column is certain.",
            "Write all dates like 2024-03-31 in the file.",
        )
    iso = iso_of(text, day_first=True)
    choice = Choice({column.name: "date"}, "Years 1969 to 2068", f"{text} is in {iso[:4]}")
    return DataQuestion(
        f"{column.where(row)}: '{text}' has a year of two digits.",
        "data.types",
        (choice,),
        "Or write years with four digits in the file.",
    )


def _no_date(column: OddColumn, rows: NDArray[np.int64], doubt: Doubt) -> DataError:
    if not len(rows):  # each may be a date, but not all in the order that the others show
        rows = np.flatnonzero(column.texts == doubt.texts[0]).astype(np.int64)
    row = int(rows[0])
    texts = list(dict.fromkeys(str(text) for text in column.texts[rows]))
    dates = int((~column.missing).sum()) - len(rows)
    message = (
        f"{column.where(row)}: '{column.texts[row]}' is no date; "
        f"{counted(dates, 'other cell is', 'other cells are')}."
    )
    if len(texts) > _MOST_CODES:
        return DataError(message, _HINT)
    return count_as_missing(column, message, texts, len(rows), _HINT)
