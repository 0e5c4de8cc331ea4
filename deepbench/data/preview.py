"""What a page shows of a table before it is imported, also of one that cannot be imported yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from deepbench.data.answered_tables import TableAnswers, as_answered
from deepbench.data.column_types import ParsedTable
from deepbench.data.number_text import number_text, parse_numbers
from deepbench.data.open_tables import OpenTable, open_table
from deepbench.data.provenance import require_regular_file
from deepbench.data.readers.base import Grid
from deepbench.data.readers.delimited import DelimitedReader, first_rows
from deepbench.data.readers.refusals import refuse_if_no_table
from deepbench.data.readers.registry import HEAD_BYTES, reader_of
from deepbench.data.readers.workbook import WorkbookReader, first_cells, sheet_names
from deepbench.data.role_guesses import Guesses, guess
from deepbench.data.roles import ResolvedRoles, with_roles
from deepbench.data.text_cells import CellRows
from deepbench.errors import DeepBenchError
from deepbench.study.questions import asked
from deepbench.study.records import PreviewRecord

_LONGEST_CELL = 200
_SHARE_OF_GUESSES = 4  # at most one in so many of the columns shown is there for a guess


def preview(
    answers: TableAnswers, rows: int, columns: int, problem: DeepBenchError | None = None
) -> PreviewRecord:
    """Read a table as far as a page shows it.

    Nothing is raised for what is wrong with the file or the answers: it stands in the record,
    with as much of the file as can be shown.

    Args:
        answers: What is known.
        rows: Rows shown at most.
        columns: Columns whose cells are shown at most.
        problem: What is known to be wrong with the answers already, or None.
    """
    try:
        table = open_table(answers.files, answers.data, answers.outcome)
    except DeepBenchError as error:
        return _unreadable(answers, rows, columns, problem or error)
    return _readable(table, answers, rows, columns, problem)


# --- a table --------------------------------------------------------------------------------


def _readable(
    table: OpenTable,
    answers: TableAnswers,
    rows: int,
    columns: int,
    problem: DeepBenchError | None,
) -> PreviewRecord:
    answered = as_answered(table, answers)
    parsed, roles = answered.parsed, answered.roles
    problem = problem or answered.problem
    guesses = guess(parsed, roles.outcome)
    shown = _shown_columns(table.columns, roles, guesses, columns)
    return PreviewRecord(
        source_name=parsed.source_name,
        size_bytes=table.size,
        format=table.how.format,
        sheet=table.how.sheet,
        sheets=table.sheets,
        encoding=table.how.encoding,
        delimiter=table.how.delimiter,
        decimal=table.how.decimal,
        header=table.how.header,
        rows=table.rows,
        columns=with_roles(parsed.columns, roles, parsed.aside),
        conversions=(*table.conversions, *parsed.conversions),
        shown_columns=tuple(table.columns[place] for place in shown),
        row_numbers=tuple(parsed.locator.rows[:rows].tolist()),
        raw=_turned([_cut(table.cells(place, rows)) for place in shown]),
        parsed=_turned([_cut(_parsed_cells(parsed, place, rows)) for place in shown]),
        proposed_roles=guesses.roles,
        outcome_candidates=guesses.outcomes,
        problem=problem.message if problem else "",
        hint=problem.hint if problem else "",
        question=asked(problem),
        reasons=dict(table.how.reasons),
        matching=table.raw.matching,
        sheet_columns=table.raw.sheet_columns,
        units=dict(parsed.units),
        remarks=table.raw.remarks,
    )


def _shown_columns(
    columns: Sequence[str], roles: ResolvedRoles, guesses: Guesses, limit: int
) -> list[int]:
    """Return the numbers of the columns to show, in file order.

    Those with a role are among them, then those that probably have one, then the first ones.
    """
    place_of = {name: place for place, name in enumerate(columns)}
    chosen = [place_of[name] for name in columns if name in roles.role_of][:limit]
    if roles.outcome and place_of[roles.outcome] not in chosen:
        chosen[-1:] = [place_of[roles.outcome]]
    guessed = [*guesses.outcomes, *(name for names in guesses.roles.values() for name in names)]
    chosen += [place_of[name] for name in guessed[: limit // _SHARE_OF_GUESSES]]
    chosen += range(min(limit + len(chosen), len(columns)))
    return sorted(list(dict.fromkeys(chosen))[:limit])


def _turned(columns: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(zip(*columns, strict=True))


def _cut(cells: Sequence[str]) -> list[str]:
    """Cut texts that no cell on a screen can hold (sequences, comments)."""
    return [
        cell if len(cell) <= _LONGEST_CELL else f"{cell[: _LONGEST_CELL - 1]}…" for cell in cells
    ]


def _parsed_cells(parsed: ParsedTable, place: int, rows: int) -> list[str]:
    """Return the first cells of a column as they will be used."""
    record = parsed.columns[place]
    values = parsed.frame[record.name].iloc[:rows]
    if values.dtype == np.float64:
        return [number_text(value) for value in values.tolist()]
    texts = ["" if pd.isna(value) else str(value) for value in values]
    if record.kind != "numeric":
        return texts
    # A column with a role is kept as text, but what will be read from it are its numbers.
    numbers, _ = parse_numbers(np.array(texts, dtype=object), parsed.decimal)
    return [number_text(value) for value in numbers.tolist()]


# --- not a table yet ------------------------------------------------------------------------


def _unreadable(
    answers: TableAnswers, rows: int, columns: int, error: DeepBenchError
) -> PreviewRecord:
    grid, sheets = _first_look(answers, rows)
    cells = [_cut([cell.strip() for cell in row[:columns]]) for row in grid.rows.rows(0, rows)]
    width = max(map(len, cells), default=0)
    return PreviewRecord(
        source_name=answers.files.source.name,
        size_bytes=_size(answers.files.source),
        format=grid.format,
        sheet=grid.sheet,
        sheets=sheets,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        decimal="",
        header=False,
        rows=0,
        columns=(),
        conversions=(),
        shown_columns=tuple(f"column {number + 1}" for number in range(width)),
        row_numbers=tuple(grid.row_numbers.tolist()),
        raw=tuple((*row, *[""] * (width - len(row))) for row in cells),
        parsed=(),
        proposed_roles={},
        outcome_candidates=(),
        problem=error.message,
        hint=error.hint,
        question=asked(error),
    )


def _first_look(answers: TableAnswers, rows: int) -> tuple[Grid, tuple[str, ...]]:
    """Return the first rows of a file that is no table, and the sheets if it is a workbook."""
    path = answers.files.source
    nothing = Grid(
        source_name=path.name,
        rows=CellRows.of([]),
        row_numbers=np.zeros(0, dtype=np.int64),
        format="",
    )
    try:
        require_regular_file(path)
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        refuse_if_no_table(head, path.name)
        reader = reader_of(path, head)
        if isinstance(reader, WorkbookReader):
            return first_cells(path, answers.data.sheet, rows) or nothing, sheet_names(path)
        if isinstance(reader, DelimitedReader):
            return first_rows(path, answers.data, rows), ()
    except (DeepBenchError, OSError):
        pass
    return nothing, ()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
