"""Files without names, such as one label per line: joined line by line, once the user says so."""

from __future__ import annotations

from deepbench.data.assembly.keys import Keys
from deepbench.data.assembly.matching import Names, Pairing
from deepbench.data.assembly.sample_names import name_columns
from deepbench.data.raw_table import RawTable
from deepbench.data.wording import counted, shorten
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data


def question_of_order(table: RawTable, sheet: RawTable, data: Data) -> DataError | None:
    """Return what to say of a sheet whose lines name no samples; None if it may hold names.

    Args:
        table: The table.
        sheet: The sample sheet, in which no sample of the table was found.
        data: [data] of the plan.
    """
    if data.matching != "ask" or data.sample_sheet_key or not _has_no_names(sheet):
        return None
    if table.rows != sheet.rows:
        return _different(table, sheet)
    keys = keys_without_names(table, sheet)
    ends = [(keys.table.names[row], keys.sheet.names[row]) for row in (0, table.rows - 1)]
    shown = " … ".join(f"{shorten(name, 30)} ↔ {shorten(told, 30)}" for name, told in ends)
    return DataQuestion(
        f"{sheet.source_name} has as many rows as {table.source_name} "
        f"({counted(table.rows, 'sample')}), but no names of samples. Does each line belong to "
        "the sample on the same line of the other file?",
        "data.matching",
        (Choice("order", "Join Line by Line", shown),),
        "Only if nothing was sorted or left out in one of the files: a shift by one line gives "
        "every sample the outcome of another. Otherwise add a column with the names.",
    )


def _has_no_names(sheet: RawTable) -> bool:
    """Whether no column of a sheet could name its rows: in each, something stands twice."""
    return all(len(set(sheet.column(name))) < sheet.rows for name in sheet.columns)


def _different(table: RawTable, sheet: RawTable) -> DataError:
    return DataError(
        f"{sheet.source_name} has no names of samples, and {counted(sheet.rows, 'row')} where "
        f"{table.source_name} has {counted(table.rows, 'sample')}: it is not clear which row "
        "belongs to which sample.",
        "Add a column with the names of the samples, or complete the file.",
    )


def keys_without_names(table: RawTable, sheet: RawTable) -> Keys:
    """Return what stands for names on both sides: those of the table, the sheet's first column."""
    place = name_columns(table)[0]
    return Keys(
        place,
        Names(table.cells.column(place).tolist()),
        sheet.columns[0],
        Names(sheet.cells.column(0).tolist()),
    )


def line_by_line(table: RawTable, sheet: RawTable) -> Pairing:
    """Return the rows of two files in their order.

    Raises:
        DataError: one file has more rows than the other.
    """
    if table.rows != sheet.rows:
        raise _different(table, sheet)
    return Pairing("order", tuple((row, row) for row in range(table.rows)), (), (), 0)
