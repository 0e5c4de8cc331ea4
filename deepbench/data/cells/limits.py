"""Values below or above what a method can measure: ``<0.5``, ``>1000``, ``<LOD``.

Half the limit, or the limit divided by the square root of two, stands for a value below it
(Hornung and Reed 1990, doi:10.1080/1047322X.1990.10389587); a value above a limit becomes the
limit. Where the limit itself is not written, nothing can stand for the value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.data.cells.odd_column import OddColumn, count_as_missing
from deepbench.data.cells.written_parts import Part
from deepbench.data.number_text import number_text
from deepbench.data.wording import counted
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data

_FACTORS = {"limit/sqrt2": 1 / math.sqrt(2), "limit/2": 0.5, "limit": 1.0, "missing": math.nan}
_WORDS = {
    "limit/sqrt2": "Limit / √2",
    "limit/2": "Half the Limit",
    "limit": "The Limit",
    "missing": "Count as Missing",
}
_READ_AS = {"limit/sqrt2": "limit/√2", "limit/2": "limit/2", "limit": "the limit"}
_SHOWN_DIGITS = 4


def limit_problem(
    column: OddColumn,
    rows: NDArray[np.int64],
    codes: NDArray[np.int64],
    parts: Sequence[Part],
    options: Data,
) -> DataError | None:
    """Return the question about values beyond a limit that the plan does not answer, if any.

    Args:
        column: The column.
        rows: (m,) rows of the cells.
        codes: (m,) number of each cell's part.
        parts: Parts of the different texts.
        options: [data] of the plan.
    """
    answer = options.below_detection
    limits = [number for number, part in enumerate(parts) if part.kind.startswith("limit")]
    if not limits or answer == "missing":
        return None
    counts = {number: int((codes == number).sum()) for number in limits}
    first = {number: int(rows[np.argmax(codes == number)]) for number in limits}
    unknown = [n for n in limits if np.isnan(_limit_of(parts[n], parts))]
    if unknown:
        return _not_written(column, first, counts, unknown)
    negative = [n for n in limits if parts[n].below and _limit_of(parts[n], parts) < 0]
    if negative and answer not in ("ask", "limit"):
        return _negative(column, first, counts, negative)
    if answer != "ask":
        return None
    return _ask(column, first, counts, parts, bool(negative))


def read_limits(
    codes: NDArray[np.int64],
    parts: Sequence[Part],
    numbers: NDArray[np.float64],
    options: Data,
) -> tuple[NDArray[np.float64], list[tuple[str, int]]]:
    """Return the value of each different text, and what was changed with the number of cells."""
    answer = options.below_detection
    values = numbers.copy()
    changed = {True: 0, False: 0}
    for number, part in enumerate(parts):
        if not part.kind.startswith("limit"):
            continue
        limit = _limit_of(part, parts)
        factor = _FACTORS[answer]
        values[number] = limit * factor if part.below or answer == "missing" else limit
        changed[part.below] += int((codes == number).sum())
    sides = {True: "below", False: "above"}
    notes = []
    for below, count in changed.items():
        what = _READ_AS.get(answer, "missing")
        if not below and answer != "missing":
            what = "the limit"
        notes.append((f"values {sides[below]} the limit read as {what}", count))
    return values, notes


def _limit_of(part: Part, parts: Sequence[Part]) -> float:
    """Return the limit; that of the other cells where it is not written and they agree."""
    if part.number:
        return part.value
    known = {p.value for p in parts if p.kind == "limit" and p.below == part.below}
    return known.pop() if len(known) == 1 else math.nan


def _ask(
    column: OddColumn,
    first: dict[int, int],
    counts: dict[int, int],
    parts: Sequence[Part],
    negative: bool,
) -> DataQuestion:
    total = sum(counts.values())
    example = next(iter(first))
    row = first[example]
    numbers = int((~column.missing).sum()) - total
    message = (
        f"{column.where(row)}: '{column.texts[row]}' is a value beyond a limit, not a number; "
        f"{counted(total, 'cell is', 'cells are')} of that kind, "
        f"{counted(numbers, 'other is a number', 'others are numbers')}."
    )
    below = [n for n in first if parts[n].below]
    above = [n for n in first if not parts[n].below]
    answers = [a for a in _WORDS if a in ("limit", "missing") or (below and not negative)]
    shown = [*below[:1], *above[:1]]
    choices = tuple(
        Choice(
            answer,
            _WORDS[answer],
            "; ".join(_shows(column, first[n], parts[n], parts, answer) for n in shown),
        )
        for answer in answers
    )
    usual = "Limit/√2 is usual where few values are below the limit. " if len(choices) > 2 else ""
    hint = f"The answer holds for all columns. {usual}{column.other_use()}".strip()
    return DataQuestion(message, "data.below_detection", choices, hint)


def _shows(column: OddColumn, row: int, part: Part, parts: Sequence[Part], answer: str) -> str:
    cell = f"'{column.texts[row]}'"
    if answer == "missing":
        return f"{cell} is missing"
    value = _limit_of(part, parts) * (_FACTORS[answer] if part.below else 1.0)
    return f"{cell} is {number_text(float(f'{value:.{_SHOWN_DIGITS}g}'))}"


def _texts(column: OddColumn, first: dict[int, int], chosen: Sequence[int]) -> list[str]:
    return [str(column.texts[first[number]]) for number in chosen]


def _not_written(
    column: OddColumn, first: dict[int, int], counts: dict[int, int], unknown: Sequence[int]
) -> DataError:
    row = first[unknown[0]]
    return count_as_missing(
        column,
        f"{column.where(row)}: '{column.texts[row]}' says that a value is beyond a limit, but not "
        "what the limit is.",
        _texts(column, first, unknown),
        sum(counts[number] for number in unknown),
        "Write the limit in the file, such as <0.5, if it is to stand for the value.",
    )


def _negative(
    column: OddColumn, first: dict[int, int], counts: dict[int, int], negative: Sequence[int]
) -> DataError:
    row = first[negative[0]]
    return count_as_missing(
        column,
        f"{column.where(row)}: '{column.texts[row]}' has a limit below zero, of which no part can "
        "be taken (logarithms?).",
        _texts(column, first, negative),
        sum(counts[number] for number in negative),
        'Write below_detection = "limit" under [data] to take the limits themselves, for all '
        "columns.",
    )
