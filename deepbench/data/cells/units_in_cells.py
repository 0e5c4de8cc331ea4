"""Units of measurement behind the numbers of a column: ``5.2 mg/dl``, ``37 °C``, ``12%``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.data.cells.odd_column import OddColumn
from deepbench.data.cells.unit_words import same_unit
from deepbench.data.cells.written_parts import Part
from deepbench.data.number_text import number_text
from deepbench.data.wording import counted
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data

_NEARLY_ALL = 0.9  # share of the cells that must carry the unit for others to be taken as it
_SHARES = ("%", "‰")


def common_unit(parts: Sequence[Part]) -> str:
    """Return the unit as it is written most; empty if there is none."""
    units = [part.unit for part in parts if part.unit]
    return max(units, key=units.count) if units else ""


def unit_problem(
    column: OddColumn,
    rows: NDArray[np.int64],
    codes: NDArray[np.int64],
    parts: Sequence[Part],
    options: Data,
) -> DataError | None:
    """Return why units cannot be removed, or the question whether they shall; None if all is well.

    Arguments as in `deepbench.data.cells.limits.limit_problem`.
    """
    unit_of = np.array([same_unit(part.unit) for part in parts], dtype=object)[codes]
    has_number = np.array([bool(part.number) for part in parts], dtype=np.bool_)[codes]
    units = list(dict.fromkeys(unit for unit in unit_of[has_number] if unit))
    if not units:
        return None
    first = {unit: int(rows[np.argmax(unit_of == unit)]) for unit in units}
    if len(units) > 1:
        return _mixed(column, first[units[0]], first[units[1]])
    bare = np.flatnonzero(has_number & (unit_of == ""))
    share = float((unit_of == units[0]).sum() / has_number.sum())
    if len(bare) and (units[0] in _SHARES or share < _NEARLY_ALL):
        return _half(column, first[units[0]], int(rows[bare[0]]))
    if options.units_in_cells == "remove":
        return None
    shown = parts[int(codes[np.argmax(unit_of == units[0])])]
    return _ask(column, first[units[0]], shown, int((unit_of == units[0]).sum()), len(bare))


def _mixed(column: OddColumn, one: int, other: int) -> DataError:
    return DataError(
        f"{column.file(one)}, {column.title}: different units stand in one column, "
        f"{column.cell(one)} and {column.cell(other)}.",
        f"Bring all to the same unit in the file. {column.other_use()}".strip(),
    )


def _half(column: OddColumn, one: int, bare: int) -> DataError:
    return DataError(
        f"{column.file(one)}, {column.title}: {column.cell(one)} carries a unit and "
        f"{column.cell(bare)} does not, so that they may be on different scales.",
        f"Write all cells alike in the file. {column.other_use()}".strip(),
    )


def _ask(column: OddColumn, row: int, part: Part, with_unit: int, without: int) -> DataQuestion:
    unit = part.unit
    text = str(column.texts[row])
    rest = f" {counted(without, 'cell has', 'cells have')} none." if without else ""
    message = (
        f"{column.where(row)}: '{text}' is a number with the unit {unit}; "
        f"{counted(with_unit, 'cell carries', 'cells carry')} it.{rest}"
    )
    shows = f"'{text}' is {number_text(part.value)}, in {unit}"
    choice = Choice("remove", "Read the Numbers", shows)
    hint = f"The answer holds for all columns. {column.other_use()}".strip()
    return DataQuestion(message, "data.units_in_cells", (choice,), hint)
