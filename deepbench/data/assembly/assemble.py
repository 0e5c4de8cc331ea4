"""One table from all files that a plan names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deepbench.data.assembly.joining import join
from deepbench.data.assembly.more import below_each_other, like_first
from deepbench.data.assembly.orientation import names_in_first_row, which_way
from deepbench.data.assembly.turning import turned
from deepbench.data.raw_table import RawTable
from deepbench.data.readers.registry import read_raw
from deepbench.data.sequences import with_measured_sequences
from deepbench.data.table_files import TableFiles
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

_LEAST_ROWS = 2


def assemble(files: TableFiles, data: Data, outcome: str = "") -> RawTable:
    """Read all files of a table and make one table of them, samples in rows.

    Args:
        files: The files that ``data`` names.
        data: [data] of the plan.
        outcome: Name of the outcome column, which tells which way a table lies; may be empty.

    Raises:
        DataError: a file cannot be read, or the files do not fit together.
        DataQuestion: only the user can tell how to read or join them.
        PlanError: an option does not exist.
    """
    sheet = read_sheet(files.sample_sheet, data) if files.sample_sheet is not None else None
    table = upright(read_table(files.source, data, sheet), data, outcome, sheet)
    if files.more:
        table = below_each_other(
            [table, *(_further(path, table, data, sheet) for path in files.more)], data
        )
    joined = table if sheet is None else join(table, sheet, data)
    return with_measured_sequences(joined, data)


def upright(raw: RawTable, data: Data, outcome: str, sheet: RawTable | None) -> RawTable:
    """Return the table with samples in rows, with what its own file says of each sample."""
    lying = which_way(raw, data, outcome, sheet)
    if lying.turned:
        return turn(raw, data, lying.reason, sheet)
    if lying.reason and sheet is not None:
        reasons = {**raw.how.reasons, "orientation": lying.reason}
        raw = replace(raw, how=replace(raw.how, reasons=reasons))
    if raw.sheet_columns and not raw.sample_column:
        raw = replace(raw, sample_column=raw.sheet_columns[0])
    return raw


def turn(
    raw: RawTable,
    data: Data,
    reason: str,
    sheet: RawTable | None = None,
    features: frozenset[str] = frozenset(),
) -> RawTable:
    """Return a table turned so that a row is a sample; arguments and errors as in `turned`.

    What the file itself says of each sample stands beside it; names in a sample sheet are samples.
    """
    known = {cell for c in sheet.columns for cell in sheet.column(c)} if sheet else set()
    table = turned(raw, data, reason, frozenset(known & set(raw.columns)), features)
    if raw.own_sheet is None:
        return table
    exact = data.model_copy(update={"matching": "exact", "sample_sheet_key": ""})
    # Unpacked files have names that nobody knows.
    described = replace(raw.own_sheet, source_name=raw.source_name)
    return replace(join(table, described, exact), matching=None)


def _further(path: Path, first: RawTable, data: Data, sheet: RawTable | None) -> RawTable:
    raw = read_further(path, data, sheet)
    reason = f"its rows have the names that the columns of {first.source_name} have"
    features = frozenset(first.columns)
    return like_first(features, raw, lambda table: turn(table, data, reason, sheet, features))


def read_table(path: Path, data: Data, sheet: RawTable | None = None) -> RawTable:
    """Read a table; a first row that surely holds the names of samples is the header.

    Names of samples that are numbers look like measurements, to whom only the cells are known.
    """
    raw = read_raw(path, data)
    if raw.how.header or data.header != "auto" or raw.rows < _LEAST_ROWS:
        return raw
    reason = names_in_first_row(raw, sheet)
    if not reason:
        return raw
    raw = read_raw(path, data.model_copy(update={"header": "yes"}))
    reasons = {**raw.how.reasons, "header": reason}
    return replace(raw, how=replace(raw.how, reasons=reasons))


def read_further(path: Path, data: Data, sheet: RawTable | None = None) -> RawTable:
    """Read a file like the source; of a workbook the same sheet, or the only one."""
    try:
        return read_table(path, data, sheet)
    except DataError as error:
        if data.sheet is None or isinstance(error, DataQuestion):
            raise
        return read_table(path, data.model_copy(update={"sheet": None}), sheet)


def read_sheet(path: Path, data: Data) -> RawTable:
    """Read a sample sheet, which need not be written as the table is.

    What the plan says about the table's file is used for the sheet only where the sheet cannot be
    read without it.

    Raises:
        DataError: the file cannot be read.
        DataQuestion: only the user can tell how.
    """
    options = Data(source=path.name, sheet=data.sample_sheet_tab)
    while True:
        try:
            raw = read_raw(path, options)
        except DataQuestion as question:
            key = question.key.removeprefix("data.")
            answer = getattr(data, key, None)
            if key == "sheet":
                raise DataQuestion(
                    question.message, "data.sample_sheet_tab", question.choices
                ) from None
            if answer is None or answer == getattr(options, key):
                raise
            options = options.model_copy(update={key: answer})
            continue
        # A series matrix or GCT file as sheet: what it says of the samples is wanted.
        return raw if raw.own_sheet is None else raw.own_sheet
