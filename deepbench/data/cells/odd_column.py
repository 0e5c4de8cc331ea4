"""A column that cannot be read as it stands, and the questions it leads to.

The answer to a question about single columns is one entry of ``missing_in`` or ``types``; the
choices of a `DataQuestion` hold that entry alone until `joint_problem` adds what the plan says
already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.data.number_text import Decimal
from deepbench.data.text_cells import Texts
from deepbench.data.wording import counted, noun, shorten, some_names
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data

_MOST_CODES = 10  # different texts that are offered as codes for missing
_LONGEST_CELL = 40
_BY_COLUMN = ("data.missing_in", "data.types")


@dataclass(frozen=True, eq=False)
class OddColumn:
    """A column with cells that are neither plain numbers nor missing.

    Attributes:
        name: Its name in the file.
        texts: (n,) cells.
        values: (n,) numbers, NaN where there is none.
        missing: (n,) whether a cell is empty or a code for missing.
        decimal: Decimal mark of the file.
        file: Name of the file a row stands in.
        reference: Where a row's cell stands in it: ``row 17``.
        forced: Whether the plan says that it is numeric.
        is_outcome: Whether it is the outcome, for which the plan has no types.
    """

    name: str
    texts: Texts
    values: NDArray[np.float64]
    missing: NDArray[np.bool_]
    decimal: Decimal
    file: Callable[[int], str]
    reference: Callable[[int], str]
    forced: bool = False
    is_outcome: bool = False

    def where(self, row: int) -> str:
        """Return the beginning of a sentence about a cell."""
        return f"{self.file(row)}, {self.reference(row)}, {self.title}"

    def cell(self, row: int) -> str:
        """Return a cell in quotes, with its place: ``'5 mg' (row 17)``."""
        return f"'{shorten(str(self.texts[row]), _LONGEST_CELL)}' ({self.reference(row)})"

    @property
    def title(self) -> str:
        """The column's name inside of a sentence."""
        return f"column '{shorten(self.name)}'"

    def way_out(self) -> str:
        """Return what else can be done about a cell that is in the way."""
        if self.is_outcome:
            return "Correct the cell, or empty it: rows without an outcome are left out."
        return f"Correct the cell instead if it is a mistake. {self.other_use()}"

    def other_use(self, labels: bool = True) -> str:
        """Return how the column is not read as numbers at all."""
        if self.is_outcome:
            return ""
        name = shorten(self.name)
        ignored = f'f no model should see it, write ignore = ["{name}"] under [roles].'
        if not labels:
            return f"I{ignored}"
        typed = f'types = {{"{name}" = "categorical"}}'
        return f"If the column holds labels, write {typed} under [data]; i{ignored}"


def not_a_number(
    column: OddColumn, rows: NDArray[np.int64], numbers: int, remark: str = ""
) -> DataError:
    """Return the question for texts among numbers.

    Args:
        column: The column.
        rows: Rows with such texts; one at least.
        numbers: Cells that are numbers.
        remark: A sentence on what such a text is.
    """
    row, more = int(rows[0]), len(rows) - 1
    cell = shorten(str(column.texts[row]), _LONGEST_CELL)
    others = f" {counted(more, 'more cell is', 'more cells are')} not, either." if more else ""
    message = (
        f"{column.where(row)}: '{cell}' is not a number; "
        f"{counted(numbers, 'other cell is', 'other cells are')}.{others}"
        f"{' ' if remark else ''}{remark}"
    )
    texts = list(dict.fromkeys(str(text) for text in column.texts[rows]))
    if len(texts) <= _MOST_CODES:
        return count_as_missing(column, message, texts, len(rows))
    choice = Choice({column.name: "categorical"}, "The Column Holds Labels")
    if column.is_outcome:
        return DataError(message, column.way_out())
    return DataQuestion(message, "data.types", (choice,), column.other_use(labels=False))


def count_as_missing(
    column: OddColumn, message: str, texts: Sequence[str], cells: int, hint: str = ""
) -> DataQuestion:
    """Return a question that can be answered by counting these texts as missing."""
    what = some_names([shorten(text, _LONGEST_CELL) for text in texts])
    choice = Choice(
        {column.name: list(texts)},
        "Count as Missing",
        f"{what} {noun(len(texts), 'stands', 'stand')} for a missing value, "
        f"{counted(cells, 'cell')}",
    )
    return DataQuestion(message, "data.missing_in", (choice,), hint or column.way_out())


def joint_problem(refused: Mapping[str, DataError], options: Data) -> DataError:
    """Return one error for all columns that were refused (at least one).

    Columns with the same question get one answer together. An entry for single columns is
    completed by those that the plan has already.

    Args:
        refused: Errors by column, in file order.
        options: [data] of the plan.
    """
    (_, first), *rest = refused.items()
    alike = [(name, error) for name, error in rest if _same_question(first, error)]
    others = [name for name, error in rest if not _same_question(first, error)]
    message = first.message
    if alike:
        message += _same_in([name for name, _ in alike])
    if others:
        verb = noun(len(others), "is another one that", "are others that")
        message += f" {some_names(others)} {verb} cannot be read as yet."
    if not isinstance(first, DataQuestion):
        return DataError(message, first.hint)
    if first.key not in _BY_COLUMN:
        return DataQuestion(message, first.key, first.choices, first.further_hint)
    questions = [first, *(error for _, error in alike if isinstance(error, DataQuestion))]
    given: dict[str, Any] = dict(getattr(options, first.key.removeprefix("data.")))
    choices = tuple(
        Choice(
            _with_entries(given, [question.choices[number].value for question in questions]),
            choice.words,
            choice.shows + _likewise(len(questions) - 1),
        )
        for number, choice in enumerate(first.choices)
    )
    return DataQuestion(message, first.key, choices, first.further_hint)


def _same_question(one: DataError, other: DataError) -> bool:
    if not isinstance(one, DataQuestion) or not isinstance(other, DataQuestion):
        return type(one) is type(other)
    words = [[choice.words for choice in error.choices] for error in (one, other)]
    return one.key == other.key and words[0] == words[1]


def _likewise(columns: int) -> str:
    return f", likewise in {counted(columns, 'more column')}" if columns else ""


def _same_in(names: list[str]) -> str:
    return f" The same in {counted(len(names), 'more column')}: {some_names(names)}."


def _with_entries(given: dict[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the plan's entries with new ones; lists of codes grow, a type is replaced."""
    joined = dict(given)
    for entry in entries:
        for name, value in entry.items():
            before = joined.get(name)
            codes = before if isinstance(before, list) and isinstance(value, list) else []
            joined[name] = list(dict.fromkeys([*codes, *value])) if codes else value
    return joined
