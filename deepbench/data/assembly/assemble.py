"""One table from all files that a plan names."""

from __future__ import annotations

from deepbench.data.raw_table import RawTable
from deepbench.data.readers.registry import read_raw
from deepbench.data.table_files import TableFiles
from deepbench.plan import Data


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
    return read_raw(files.source, data)
