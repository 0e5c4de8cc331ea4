"""Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deepbench.data.raw_table import RawTable
from deepbench.data.readers.base import Grid, Reader
from deepbench.data.readers.table_building import build_table
from deepbench.data.text_cells import CellRows, TextCells, as_arrow
from deepbench.data.wording import shorten
from deepbench.errors import DataError
from deepbench.plan import Data

_LARGEST_TABLE = 100_000_000  # cells


class ParquetReader(Reader):
    """Reads Parquet; its types are written out as text and proposed anew, like all others."""

    name: ClassVar[str] = "parquet"

    def recognises(self, head: bytes) -> bool:
        """Parquet begins with PAR1."""
        return head.startswith(b"PAR1")

    def read(self, path: Path, options: Data) -> RawTable:
        """Read a Parquet file; errors as in `Reader.read`, and columns of lists or bytes."""
        try:
            with pq.ParquetFile(path) as file:
                metadata = file.metadata
                if metadata.num_rows * metadata.num_columns > _LARGEST_TABLE:
                    raise DataError(
                        f"{path.name} has {metadata.num_rows:,} rows and "
                        f"{metadata.num_columns:,} columns, more than can be handled.",
                        "Choose a part of it.",
                    )
                table = file.read()
        except (pa.ArrowException, OSError) as error:
            raise DataError(
                f"{path.name} cannot be read as Parquet ({str(error).splitlines()[0][:200]}).",
                "Write it again, or save the table as CSV.",
            ) from None
        columns = [
            _texts(column, name, path.name)
            for name, column in zip(table.column_names, table.columns, strict=True)
        ]
        grid = Grid(
            source_name=path.name,
            rows=_rows_of(columns, table.num_rows),
            row_numbers=np.arange(1, table.num_rows + 1),
            format="Parquet",
            decimal=".",
            names=list(table.column_names),
        )
        return build_table(grid, options.model_copy(update={"decimal": "."}))


def _rows_of(columns: list[Any], rows: int) -> CellRows:
    cells = TextCells.of_columns(columns, rows)
    starts = np.arange(rows + 1, dtype=np.int64) * len(columns)
    return CellRows(cells.row_by_row(), starts)


def _texts(column: Any, name: str, file: str) -> Any:
    """Return the values of a column as an Arrow array of texts; empty where there is none."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise DataError(
            f"{file}, column '{shorten(name)}': it holds {kind}, not numbers or text.",
            "Write one column per value, or leave the column out.",
        )
    if pa.types.is_null(kind):
        return as_arrow([""] * len(column))
    try:
        texts = pc.fill_null(column.cast(pa.large_string()), "").combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise DataError(
            f"{file}, column '{shorten(name)}': values of type {kind} cannot be read.",
            "Write the column as numbers or text.",
        ) from None
    return texts
