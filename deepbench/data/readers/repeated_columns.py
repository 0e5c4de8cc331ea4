"""Columns of the same name: the same column twice, which may go, or two that must be renamed."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.data.readers.header import listing, repeated_names, same_names
from deepbench.data.text_cells import TextCells
from deepbench.data.wording import counted, shorten
from deepbench.errors import Choice, DataQuestion
from deepbench.plan import Data
from deepbench.study.records import Conversion

_SHOWN = 5


def surplus_columns(
    names: Sequence[str], cells: TextCells, options: Data, source: str
) -> tuple[list[int], list[Conversion]]:
    """Return the columns that repeat an earlier one in name and cells, if they are to go.

    Args:
        names: (p,) tidied names.
        cells: (n, p) the cells.
        options: [data] of the plan.
        source: Name of the file.

    Raises:
        DataError: columns of the same name hold different cells.
        DataQuestion: they hold the same cells.
    """
    found = repeated_names(names)
    if not found:
        return [], []
    equal = {name: _equal_to_first(cells, places) for name, places in found.items()}
    other = {name: places for name, places in found.items() if len(equal[name]) != len(places) - 1}
    if other:
        raise same_names(names, other, source)
    if options.repeated_columns == "ask":
        raise _ask(found, source)
    surplus = sorted(place for places in equal.values() for place in places)
    notes = [
        Conversion(
            column=name,
            what=f"repeated column left out (column {listing([place + 1 for place in places])})",
            count=len(places),
        )
        for name, places in equal.items()
    ]
    return surplus, notes


def _equal_to_first(cells: TextCells, places: list[int]) -> list[int]:
    first = cells.arrow_column(places[0])
    return [place for place in places[1:] if cells.arrow_column(place).equals(first)]


def _ask(found: dict[str, list[int]], source: str) -> DataQuestion:
    listed = "; ".join(
        f"'{shorten(name)}' (columns {listing([place + 1 for place in places])})"
        for name, places in list(found.items())[:_SHOWN]
    )
    more = f"; and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    number = sum(len(places) - 1 for places in found.values())
    stands = counted(len(found), "column stands", "columns stand")
    choice = Choice(
        "first", "Keep the First of Each", f"{counted(number, 'repeated column')} left out"
    )
    return DataQuestion(
        f"{source}: {stands} in the table more than once, with the same cells: {listed}{more}.",
        "data.repeated_columns",
        (choice,),
        "Or remove them from the file.",
    )
