"""Which column of the table and which of the sample sheet hold the names of the samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from deepbench.data.assembly.matching import RULES, Names, overlap, pair
from deepbench.data.assembly.sample_names import name_columns
from deepbench.data.raw_table import RawTable
from deepbench.data.roles import find_column
from deepbench.data.wording import counted, shorten, some_names
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data

_ENOUGH = 0.5
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Keys:
    """Columns that name the samples on both sides.

    Attributes:
        place: Number of the column in the table.
        table: Its names.
        column: Name of the column in the sheet.
        sheet: Its names.
    """

    place: int
    table: Names
    column: str
    sheet: Names


def find_keys(table: RawTable, sheet: RawTable, data: Data) -> Keys:
    """Find the columns by which a table and its sample sheet are matched.

    Raises:
        DataError: the columns have no name in common, or a name stands twice.
        DataQuestion: several columns of the sheet could be meant.
    """
    places = name_columns(table)
    columns: Sequence[str] = sheet.columns
    if data.sample_sheet_key:
        key = "data.sample_sheet_key"
        columns = [find_column(data.sample_sheet_key, sheet.columns, sheet.how.header, key)]
    own = {place: Names(table.cells.column(place).tolist()) for place in places}
    theirs = {column: Names(sheet.column(column).tolist()) for column in columns}
    found = _best(own, theirs)
    if not found:
        raise _nothing_in_common(table, sheet, own, theirs)
    keys = [Keys(place, own[place], column, theirs[column]) for place, column in found]
    _require_one(keys, sheet)
    _require_distinct(keys[0].table, table, keys[0].place)
    _require_distinct(keys[0].sheet, sheet, sheet.columns.index(keys[0].column))
    return keys[0]


def _best(own: dict[int, Names], theirs: dict[str, Names]) -> list[tuple[int, str]]:
    """Return the columns with most names in common, by the strictest rule that finds enough."""
    counts: dict[tuple[int, str], int] = {}
    for rule in RULES:
        counts = {
            (place, column): overlap(names, ids, rule)
            for place, names in own.items()
            for column, ids in theirs.items()
        }
        most = max(counts.values(), default=0)
        best = [which for which, count in counts.items() if count == most]
        place, column = best[0] if best else (0, "")
        if most and most >= _ENOUGH * min(len(own[place].names), len(theirs[column].names)):
            # Of the table's columns the likeliest; of the sheet's all that are as good.
            return [which for which in best if which[0] == place]
    if len(own) == len(theirs) == 1 and any(counts.values()):
        return list(counts)
    return _any(own, theirs)


def _any(own: dict[int, Names], theirs: dict[str, Names]) -> list[tuple[int, str]]:
    """Return the columns with any names in common, where the files share only few samples."""
    for rule in RULES[:-1]:
        counts = {
            (place, column): overlap(names, ids, rule)
            for place, names in own.items()
            for column, ids in theirs.items()
            if len(set(ids.names)) > len(ids.names) / 2  # labels and counts repeat
        }
        most = max(counts.values(), default=0)
        if most:
            return [which for which, count in counts.items() if count == most][:1]
    return []


def _require_one(keys: list[Keys], sheet: RawTable) -> None:
    """Ask where several columns of the sheet match as well, but match other samples."""
    ways = defaultdict(list)
    for key in keys:
        found = (pair(key.table, key.sheet, rule).pairs for rule in RULES)
        ways[next((pairs for pairs in found if pairs), ())].append(key.column)
    if len(ways) < 2:
        return
    first = keys[0].table.names[0]
    raise DataQuestion(
        f"{sheet.source_name}: the samples of the table can be found in several columns "
        f"({some_names([key.column for key in keys])}), which do not agree on which row belongs "
        f"to which sample (such as '{shorten(first)}').",
        "data.sample_sheet_key",
        tuple(
            Choice(columns[0], f"'{shorten(columns[0])}' Names the Samples")
            for columns in ways.values()
        ),
    )


def _require_distinct(names: Names, raw: RawTable, place: int) -> None:
    """Refuse names that stand twice: it would be a guess which row is meant.

    Raises:
        DataError: with the names and their rows.
    """
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names.names):
        rows[name].append(row)
    twice = [(name, found) for name, found in rows.items() if name and len(found) > 1]
    if not twice:
        return
    shown = "; ".join(
        f"'{shorten(name)}' in "
        f"{' and '.join(raw.locator.reference(row, place) for row in found[:3])}"
        for name, found in twice[:_MOST_SHOWN]
    )
    more = len(twice) - _MOST_SHOWN
    rest = f"; and {more:,} more" if more > 0 else ""
    file = raw.locator.file_name(twice[0][1][0], place) or raw.source_name
    raise DataError(
        f"{file}, column '{shorten(raw.columns[place])}': "
        f"{counted(len(twice), 'sample name stands', 'sample names stand')} more than once: "
        f"{shown}{rest}. So it is not clear which row belongs to which sample.",
        "Give every sample a name of its own in both files, or remove the rows that are there "
        "twice.",
    )


def _nothing_in_common(
    table: RawTable, sheet: RawTable, own: dict[int, Names], theirs: dict[str, Names]
) -> DataError:
    place, names = next(iter(own.items()))
    column, ids = max(theirs.items(), key=lambda item: len(set(item[1].names)))
    return DataError(
        f"No sample of {table.source_name} is found in {sheet.source_name}: the names of the "
        f"table ('{shorten(table.columns[place])}') are {some_names(names.names)}, those of the "
        f"sheet ('{shorten(column)}') {some_names(ids.names)}.",
        "Check that the files belong together. If another column of the sheet names the samples, "
        'write sample_sheet_key = "…" under [data] in the plan; if the table lies on its side, '
        'orientation = "samples in columns".',
    )
