"""Further files with the same measurements of other samples, put below the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from deepbench.data.assembly.decimal_marks import with_decimal
from deepbench.data.assembly.sample_names import all_different, is_called_sample, name_columns
from deepbench.data.cell_places import FilePlaces
from deepbench.data.raw_table import CellLocator, RawTable
from deepbench.data.text_cells import TextCells, as_arrow
from deepbench.data.wording import counted, shorten, some_names
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data
from deepbench.study.records import Conversion

#: Name of the column that says from which file a sample came.
FILE = "file"
_SHOWN = 5


def below_each_other(tables: Sequence[RawTable], data: Data) -> RawTable:
    """Put tables of the same measurements below each other, columns matched by name.

    A column says from which file each sample came.

    Args:
        tables: At least two tables, samples in rows.
        data: [data] of the plan.

    Raises:
        DataError: the tables have no measurement in common, or a sample stands in two of them.
        DataQuestion: some measurements are not in all tables, and the plan does not say what then.
    """
    first = tables[0]
    common = _common_columns(tables, data)
    _require_other_samples(tables)
    parts, notes = [], []
    for table in tables:
        places = {name: place for place, name in enumerate(table.columns)}
        chosen = [places[name] for name in common]
        cells, marks = with_decimal(
            table.cells.take_columns(chosen), table.how.decimal, first.how.decimal
        )
        parts.append((cells, table.locator.take_columns(chosen)))
        notes += _notes(table, first, common, marks)
    cells = parts[0][0]
    for more, _ in parts[1:]:
        cells = cells.below(more)
    labels = _labels(tables)
    column = FILE if FILE not in common else f"{FILE} of the table"
    position = 1 if first.sample_column in common[:1] else 0
    names = np.repeat(np.array(labels, dtype=object), [table.rows for table in tables])
    cells = _with_column(cells, names, position)
    return replace(
        first,
        columns=(*common[:position], column, *common[position:]),
        cells=cells,
        conversions=(*_all_conversions(tables), *notes),
        locator=_locator(tables, [locator for _, locator in parts], position),
        remarks=tuple(remark for table in tables for remark in table.remarks),
        sheet_columns=tuple(
            dict.fromkeys((*(c for c in first.sheet_columns if c in common), column))
        ),
        aside=(*(c for c in first.aside if c in common), column),
    )


def like_first(
    wanted: Collection[str], as_it_stands: RawTable, turn: Callable[[RawTable], RawTable]
) -> RawTable:
    """Return a further table, turned if only so its columns are those of the first.

    Args:
        wanted: Columns of the first table, samples in rows.
        as_it_stands: The further one.
        turn: Turns a table.
    """
    if as_it_stands.samples_in_columns:
        return turn(as_it_stands)
    wanted = set(wanted)
    straight = len(wanted & set(as_it_stands.columns))
    sideways = max(
        len(wanted & set(as_it_stands.cells.column(place).tolist()))
        for place in range(min(_SHOWN, len(as_it_stands.columns)))
    )
    return turn(as_it_stands) if sideways > straight else as_it_stands


def _labels(tables: Sequence[RawTable]) -> list[str]:
    """Return names of the files, all different."""
    names = [table.source_name for table in tables]
    counts = Counter(names)
    return [
        f"{name} ({number})" if counts[name] > 1 else name
        for number, name in enumerate(names, start=1)
    ]


# --- the same measurements ------------------------------------------------------------------


def _common_columns(tables: Sequence[RawTable], data: Data) -> list[str]:
    """Return the columns that all tables have, in the order of the first.

    Raises:
        DataError: there is no such column.
        DataQuestion: some tables have more columns.
    """
    first, *others = tables
    known = [set(table.columns) for table in tables]
    shared = set.intersection(*known)
    names = {table.sample_column for table in tables}
    if not shared - names:
        other = next(table for table in others if not (set(table.columns) & known[0]) - names)
        raise DataError(
            f"{first.source_name} and {other.source_name} have no measurement in common: "
            f"{some_names(_measurements(first))} and {some_names(_measurements(other))}.",
            "Name under more only files with the same measurements of other samples. What is "
            "known of the same samples belongs into sample_sheet.",
        )
    surplus = [(table, [c for c in table.columns if c not in shared]) for table in tables]
    surplus = [(table, columns) for table, columns in surplus if columns]
    if surplus and data.unmatched == "ask":
        parts = [
            f"{table.source_name} has {counted(len(columns), 'column')} that not all of the other "
            f"files have: {some_names(columns, _SHOWN)}."
            for table, columns in surplus
        ]
        kept = len(shared - names)
        raise DataQuestion(
            " ".join(parts),
            "data.unmatched",
            (
                Choice(
                    "leave out",
                    "Leave Them Out",
                    f"go on with the {counted(kept, 'column')} that all files have",
                ),
            ),
            "The same answer leaves out samples that the sample sheet lacks. Or give the columns "
            "the same names in all files.",
        )
    return [name for name in first.columns if name in shared]


def _measurements(table: RawTable) -> list[str]:
    return [name for name in table.columns if name != table.sample_column] or ["(none)"]


def _notes(
    table: RawTable, first: RawTable, common: Sequence[str], marks: int
) -> list[Conversion]:
    name = table.source_name
    surplus = len(table.columns) - len(common)
    counts = (
        ("(samples)", f"samples added from {name}", 0 if table is first else table.rows),
        ("(columns)", f"left out: in {name}, but not in all files", surplus),
        ("(cells)", f"numbers of {name} written with the decimal mark of the first file", marks),
    )
    return [Conversion(column=where, what=what, count=n) for where, what, n in counts if n]


def _all_conversions(tables: Sequence[RawTable]) -> list[Conversion]:
    first, *others = tables
    return [
        *first.conversions,
        *(
            note.model_copy(update={"what": f"{note.what}, in {table.source_name}"})
            for table in others
            for note in table.conversions
        ),
    ]


# --- other samples --------------------------------------------------------------------------


def _require_other_samples(tables: Sequence[RawTable]) -> None:
    """Refuse a sample that stands in two files.

    Raises:
        DataError: with its name and its places.
    """
    column = _naming_column(tables)
    if column is None:
        return
    seen: dict[str, tuple[RawTable, int]] = {}
    twice: list[tuple[str, str]] = []
    for table in tables:
        place = table.columns.index(column)
        for row, name in enumerate(table.column(column).tolist()):
            here = f"{table.source_name}, {table.locator.reference(row, place)}"
            if name in seen and seen[name][0] is not table:
                other, where = seen[name]
                there = other.locator.reference(where, other.columns.index(column))
                twice.append((name, f"{other.source_name}, {there}, and {here}"))
            elif name:
                seen[name] = (table, row)
    if twice:
        shown = "; ".join(f"'{shorten(name)}' ({where})" for name, where in twice[:_SHOWN])
        rest = f"; and {len(twice) - _SHOWN:,} more" if len(twice) > _SHOWN else ""
        raise DataError(
            f"{counted(len(twice), 'sample stands', 'samples stand')} in two files: "
            f"{shown}{rest}.",
            "A sample that is there twice would be training and test sample at once. Remove it "
            "from one file, or, if these are different samples, give them different names.",
        )


def _naming_column(tables: Sequence[RawTable]) -> str | None:
    """Return the column that names the samples in all tables, None if none surely does."""
    first = tables[0]
    for place in name_columns(first):
        name = first.columns[place]
        sure = name == first.sample_column or is_called_sample(name)
        everywhere = all(name in table.columns for table in tables)
        if sure and everywhere and all(all_different(t.column(name).tolist()) for t in tables):
            return name
    return None


# --- putting together -----------------------------------------------------------------------


def _with_column(cells: TextCells, texts: np.ndarray, position: int) -> TextCells:
    new = TextCells.of_columns([as_arrow(texts)], cells.rows)
    width = cells.shape[1]
    behind = cells.take_columns(np.arange(position, width))
    if not position:
        return new.beside(behind)
    return cells.take_columns(np.arange(position)).beside(new).beside(behind)


def _locator(
    tables: Sequence[RawTable], parts: Sequence[CellLocator], position: int
) -> CellLocator:
    """Return where the cells of several files stand; the column of files stands in none."""
    total = sum(table.rows for table in tables)
    files: list[FilePlaces] = []
    start = 0
    for table, part in zip(tables, parts, strict=True):
        for file in part.in_files(table.source_name, len(table.columns)):
            rows = np.zeros(total, dtype=np.int64)
            rows[start : start + table.rows] = file.rows
            columns = np.insert(file.columns, position, -1)
            files.append(replace(file, rows=rows, columns=columns))
        start += table.rows
    rows = np.concatenate([part.rows for part in parts])
    return CellLocator(rows, parts[0].first_column, tuple(files))
