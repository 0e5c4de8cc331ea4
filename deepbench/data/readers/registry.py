"""Which reader reads a file. The content decides, not the name."""

from __future__ import annotations

from pathlib import Path

from deepbench.data.provenance import require_readable_size, require_regular_file, unreadable
from deepbench.data.raw_table import RawTable
from deepbench.data.readers.archive import ArchiveReader, is_plain_archive
from deepbench.data.readers.base import Reader
from deepbench.data.readers.delimited import DelimitedReader
from deepbench.data.readers.fasta import FastaReader
from deepbench.data.readers.gct import GctReader
from deepbench.data.readers.h5ad import H5adReader
from deepbench.data.readers.parquet import ParquetReader
from deepbench.data.readers.refusals import refuse_if_no_table
from deepbench.data.readers.series_matrix import SeriesMatrixReader
from deepbench.data.readers.workbook import WorkbookReader
from deepbench.errors import DataError
from deepbench.plan import Data

#: Bytes from the start of a file that tell what it is.
HEAD_BYTES = 512


def read_raw(path: Path, options: Data) -> RawTable:
    """Read a table, all cells as text.

    Args:
        path: A regular file.
        options: [data] of the plan; ``source`` is not looked at.

    Raises:
        DataError: the file cannot be read, or is no table.
        PlanError: an option names an encoding or delimiter that does not exist.
    """
    require_regular_file(path)
    require_readable_size(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise unreadable(path, error) from None
    if not head:
        raise DataError(f"{path.name} is empty (0 bytes).", "Name a file that holds a table.")
    refuse_if_no_table(head, path.name)
    return reader_of(path, head).read(path, options)


def reader_of(path: Path, head: bytes) -> Reader:
    """Return the reader for a file that begins like this."""
    found = next(reader for reader in READERS if reader.recognises(head))
    # Workbooks are ZIP archives too.
    return ARCHIVES if isinstance(found, WorkbookReader) and is_plain_archive(path) else found


ARCHIVES = ArchiveReader(read_raw)
# In the order of asking; text comes last, as it has no signature.
READERS: tuple[Reader, ...] = (
    ParquetReader(),
    H5adReader(),
    WorkbookReader(),
    ARCHIVES,
    GctReader(),
    FastaReader(),
    SeriesMatrixReader(),
    DelimitedReader(),
)
