"""Stage 3 as one call: read a table, propose types, and say how it was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow.compute as pc

from deepbench.data.assembly.assemble import assemble
from deepbench.data.column_types import ROLES_OF_DATES, ParsedTable, parse_columns
from deepbench.data.raw_table import RawTable
from deepbench.data.roles import ResolvedRoles, find_column, resolve_roles, with_roles
from deepbench.data.sequences import sequence_question
from deepbench.data.table_files import TableFiles, joint_sha256
from deepbench.data.wording import counted, did_you_mean, shorten
from deepbench.errors import Choice, DataError, DataQuestion, DeepBenchError, PlanError
from deepbench.plan import Data, StudyPlan
from deepbench.study.records import ColumnRecord, ImportRecord

_ROWS_LOOKED_AT = 100
_SHOWN_NAMES = 6


def import_table(files: TableFiles, plan: StudyPlan) -> tuple[ParsedTable, ImportRecord]:
    """Read the table of a plan.

    Args:
        files: The files that the plan names.
        plan: How they are read, the outcome and the roles.

    Returns:
        The typed table, and the record of the import; its ``artifact`` is empty.

    Raises:
        DataError: the file cannot be read or used, or changed while it was read.
        PlanError: an option or a role does not fit the file.
    """
    before = files.state()
    files.require_readable()
    with ThreadPoolExecutor(1) as beside:
        hashing = beside.submit(files.facts)  # while the same bytes are being read
        raw = assemble(files, plan.data, plan.question.outcome)
        facts = hashing.result()
    if files.state() != before or (not files.large and files.facts() != facts):
        raise DataError(
            f"{files.source.name} or a file read with it changed while it was being read.",
            "Close the program that writes it (or wait for it to synchronise) and run again.",
        )
    if raw.how.header and raw.columns:
        first_column = set(raw.cells.column(0))
        require_samples_in_rows(raw.source_name, raw.columns, first_column, plan.question.outcome)
    roles = _roles(raw, plan)
    options = with_file_names(plan.data, raw.columns, raw.how.header, roles)
    parsed = parse_columns(raw, options, as_text=roles.role_of)
    columns = with_roles(parsed.columns, roles, parsed.aside)
    question = sequence_question(raw, plan.data, _features(columns), roles.outcome)
    if question is not None:
        raise question
    record = ImportRecord(
        source_name=files.source.name,
        size_bytes=sum(file.size_bytes for file in facts),
        sha256=joint_sha256(facts),
        format=raw.how.format,
        sheet=raw.how.sheet,
        encoding=raw.how.encoding,
        delimiter=raw.how.delimiter,
        decimal=raw.how.decimal,
        header=raw.how.header,
        rows=raw.rows,
        columns=columns,
        conversions=parsed.conversions,
        artifact="",
        reasons=dict(raw.how.reasons),
        files=facts,
        matching=raw.matching,
        sheet_columns=raw.sheet_columns,
        units=dict(parsed.units),
        remarks=raw.remarks,
    )
    return parsed, record


def _features(columns: Sequence[ColumnRecord]) -> list[str]:
    return [column.name for column in columns if column.role == "feature"]


def require_samples_in_rows(
    source: str, columns: Sequence[str], first_column: Collection[str], outcome: str
) -> None:
    """Refuse a table that lies on its side, as tables of genes often do.

    Args:
        source: Name of the file.
        columns: Names in its header.
        first_column: Cells of its first column.
        outcome: Name of the outcome in the plan.

    Raises:
        DataError: the outcome is the name of a row.
    """
    known = {column.casefold() for column in columns}
    if outcome.casefold() in known or outcome not in first_column:
        return
    raise DataError(
        f"{source}: the outcome '{shorten(outcome)}' is a row, not a column.",
        'Write orientation = "samples in columns" under [data] in the plan: then each column of '
        "the file is a sample.",
    )


def _roles(raw: RawTable, plan: StudyPlan) -> ResolvedRoles:
    try:
        return resolve_roles(raw.columns, raw.how.header, plan, raw.sample_column)
    except DataError as error:
        raise with_way_to_outcome(error, raw, plan.data, plan.question.outcome) from None


def with_way_to_outcome(
    error: DeepBenchError, raw: RawTable, data: Data, outcome: str
) -> DeepBenchError:
    """Return the error for a missing column; if it is the outcome's, with where else it may be.

    Args:
        error: What `find_column` says.
        raw: The table.
        data: [data] of the plan.
        outcome: Name of the outcome in the plan.
    """
    if data.sample_sheet or not error.message.startswith("question.outcome"):
        return error
    if (row := _row_with(outcome, raw)) is not None and data.header_row is None:
        return _names_lower_down(raw, row, outcome, error.hint)
    sheet = (
        "If another file says it of each sample, name that file: write "
        'sample_sheet = "FILE" under [data] in the plan.'
    )
    if raw.sequences:
        sheet += (
            " If each class stands in a file of its own, write the others into more = [...] and "
            'name the outcome "file".'
        )
    if not raw.how.turned:
        return DataError(error.message, f"{error.hint} {sheet}")
    return DataError(
        f"question.outcome: none of the {counted(len(raw.columns) - 1, 'measurement')} of "
        f"{raw.source_name} is called '{shorten(outcome)}'.",
        f"{did_you_mean(outcome, raw.columns)}{sheet}",
    )


def _row_with(outcome: str, raw: RawTable) -> int | None:
    """Return the first row of data that holds the outcome's name, which is no data then."""
    if raw.how.turned or raw.locator.files or not outcome:
        return None
    cells = raw.cells.take_rows(np.arange(min(_ROWS_LOOKED_AT, raw.rows))).row_by_row()
    place = pc.index(cells, outcome).as_py()
    return None if place < 0 else int(place // len(raw.columns))


def _names_lower_down(raw: RawTable, row: int, outcome: str, hint: str) -> DataQuestion:
    number = int(raw.locator.rows[row])
    cells = raw.cells.take_rows(np.array([row])).row_by_row().to_pylist()
    shown = ", ".join(shorten(cell, 20) for cell in cells[:_SHOWN_NAMES] if cell)
    return DataQuestion(
        f"question.outcome: no column of {raw.source_name} is called '{shorten(outcome)}', but "
        f"row {number:,} holds it as a cell.",
        "data.header_row",
        (Choice(number, f"Names in Row {number:,}", shown),),
        hint,
    )


def with_file_names(
    options: Data, columns: Sequence[str], header: bool, roles: ResolvedRoles
) -> Data:
    """Return the options with what they say of columns under the names used in the file.

    Raises:
        DataError: there is no such column.
        PlanError: a column with a type has a role.
    """
    codes = {
        find_column(name, columns, header, "data.missing_in"): given
        for name, given in options.missing_in.items()
    }
    types = {}
    for name, kind in options.types.items():
        column = find_column(name, columns, header, "data.types")
        if column in roles.role_of and not (
            kind == "date" and roles.role_of[column] in ROLES_OF_DATES
        ):
            raise PlanError(
                f"data.types names '{column}', which has the role {roles.role_of[column]}.",
                "Types are for features; for the outcome set question.task.",
            )
        types[column] = kind
    return options.model_copy(update={"types": types, "missing_in": codes})
