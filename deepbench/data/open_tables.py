"""A table as it was read, before it is settled what its columns mean; the last one is kept.

Reading a wide table takes seconds, changing a role must not. So the last table read stays in
memory, typed as if all columns were features, with all cells as text beside it (in Arrow's form,
about the size of the file). What a plan says about single columns, a role or a type, is applied
to those columns alone; the result is what `deepbench.data.table_import.import_table` gives.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from deepbench.data.column_types import ParsedTable, parse_columns
from deepbench.data.number_text import as_arrow
from deepbench.data.provenance import require_regular_file, unreadable
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.registry import read_raw
from deepbench.data.readers.workbook import sheet_names
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_BLOCK_CELLS = 4_000_000
_ARROW_LIMIT = 2**31 - 1  # bytes of text that 32-bit offsets can address
_CELLS = "(cells)"


@dataclass(frozen=True)
class OpenTable:
    """A table as it was read.

    Attributes:
        size: Bytes of the file.
        sheets: Names of all sheets of a workbook.
        columns: (p,) column names in file order.
        how: How the file was read.
        conversions: What was changed on reading; what typing changes is not in it.
        parsed: The columns typed as if all were features and the plan gave no types.
        refused: Errors of columns with texts among their numbers, which stay text in ``parsed``.
        texts: Cells as text: Arrow arrays, column after column, ``width`` columns in each.
        width: See ``texts``.
    """

    size: int
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    how: HowRead
    conversions: tuple[Conversion, ...]
    parsed: ParsedTable
    refused: dict[str, DataError]
    texts: tuple[Any, ...]
    width: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.parsed.locator.rows)

    def cells(self, column: int, rows: int | None = None) -> list[str]:
        """Return the first cells of a column as text, all if ``rows`` is None."""
        block, place = divmod(column, self.width)
        length = self.rows if rows is None else min(rows, self.rows)
        texts: list[str] = self.texts[block].slice(place * self.rows, length).to_pylist()
        return texts

    def typed(
        self, options: Data, as_text: Collection[str]
    ) -> tuple[ParsedTable, dict[str, DataError]]:
        """Apply what a plan says about single columns.

        Args:
            options: [data] of the plan, ``types`` under the names in the file.
            as_text: Columns with a role, the outcome included.

        Returns:
            The typed table, and the errors of columns with texts among their numbers, in file
            order; those columns are left as text.
        """
        own = {*as_text, *options.types} & set(self.columns)
        if not own:
            return self.parsed, self.refused
        frames = [self.parsed.frame.drop(columns=list(own))]
        records = {record.name: record for record in self.parsed.columns}
        notes = [note for note in self.parsed.conversions if note.column not in own]
        refused = {name: error for name, error in self.refused.items() if name not in own}
        for group in self._groups(own, options):
            part = parse_columns(self._part(group), options, as_text, refused)
            frames.append(part.frame)
            records.update((record.name, record) for record in part.columns)
            # What is counted over all cells was counted when all columns were typed.
            notes += [note for note in part.conversions if note.column != _CELLS]
        parsed = replace(
            self.parsed,
            frame=pd.concat(frames, axis=1),
            columns=tuple(records[name] for name in self.columns),
            conversions=tuple(notes),
        )
        return parsed, {name: refused[name] for name in self.columns if name in refused}

    def _groups(self, own: Collection[str], options: Data) -> list[list[int]]:
        """Return the numbers of these columns, in groups to be typed together.

        A column that shall be numeric stands alone, so that an error can name its cell.
        """
        places = [place for place, name in enumerate(self.columns) if name in own]
        alone = [p for p in places if options.types.get(self.columns[p]) == "numeric"]
        together = [p for p in places if p not in alone]
        return ([together] if together else []) + [[place] for place in alone]

    def _part(self, places: Sequence[int]) -> RawTable:
        names = tuple(self.columns[place] for place in places)
        cells = {self.columns[place]: self.cells(place) for place in places}
        locator = self.parsed.locator
        if locator.first_column is not None:
            locator = CellLocator(locator.rows, locator.first_column + places[0])
        return RawTable(
            source_name=self.parsed.source_name,
            columns=names,
            cells=pd.DataFrame(cells, dtype=object),
            how=self.how,
            conversions=(),
            locator=locator,
        )


@dataclass(frozen=True)
class _Key:
    """What a table was read from, and how."""

    path: str
    size: int
    changed_ns: int
    options: tuple[object, ...]


_last: tuple[_Key, OpenTable] | None = None


def open_table(path: Path, options: Data) -> OpenTable:
    """Read a table, or return the last one if it is the same file read in the same way.

    Args:
        path: The file.
        options: [data] of the plan; ``types`` are not looked at.

    Raises:
        DataError: the file cannot be read, or is no table.
        PlanError: an option names an encoding or delimiter that does not exist.
    """
    global _last  # noqa: PLW0603 - one table for the whole process is the point
    known = kept_table(path, options)
    if known is not None:
        return known
    forget_table()  # before the next one is read: two wide tables may not fit into memory
    key = _key(path, options)
    table = _read(path, options, key.size)
    if _key(path, options) != key:
        raise DataError(
            f"{path.name} changed while it was being read.",
            "Close the program that writes it (or wait for it to synchronise) and try again.",
        )
    _last = (key, table)
    return table


def kept_table(path: Path, options: Data) -> OpenTable | None:
    """Return the table if it is the one that was read last; errors as in `open_table`."""
    return _last[1] if _last is not None and _last[0] == _key(path, options) else None


def forget_table() -> None:
    """Give the memory of the last table back."""
    global _last  # noqa: PLW0603
    _last = None


def _key(path: Path, options: Data) -> _Key:
    require_regular_file(path)
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path, error) from None
    how = options.model_dump(
        include={"sheet", "encoding", "delimiter", "decimal", "header", "missing"}
    )
    missing = None if options.missing is None else tuple(options.missing)
    chosen = (*sorted((how | {"missing": missing}).items()),)
    return _Key(str(path.absolute()), found.st_size, found.st_mtime_ns, chosen)


def _read(path: Path, options: Data, size: int) -> OpenTable:
    raw = read_raw(path, options)
    refused: dict[str, DataError] = {}
    parsed = parse_columns(raw, options.model_copy(update={"types": {}}), (), refused)
    width = max(1, _BLOCK_CELLS // max(1, len(raw.cells)))
    texts = _packed(raw, width)
    columns, how, conversions = raw.columns, raw.how, raw.conversions
    del raw
    return OpenTable(
        size=size,
        sheets=sheet_names(path) if how.sheet else (),
        columns=columns,
        how=how,
        conversions=conversions,
        parsed=_moved(replace(parsed, conversions=parsed.conversions[len(conversions) :])),
        refused={name: refused[name] for name in columns if name in refused},
        texts=texts,
        width=width,
    )


def _moved(parsed: ParsedTable) -> ParsedTable:
    """Return the table with its small parts made anew, now that the cells are gone.

    Python gives memory back by the megabyte. What was made while the cells of a wide table were
    there lies scattered among them, and would keep most of a gigabyte from being given back.
    """
    numeric = parsed.frame.dtypes == np.float64
    labels, columns = pickle.loads(
        pickle.dumps((parsed.frame.loc[:, ~numeric], parsed.columns), pickle.HIGHEST_PROTOCOL)
    )
    frame = pd.concat([parsed.frame.loc[:, numeric], labels], axis=1)
    return replace(parsed, frame=frame, columns=columns)


def _packed(raw: RawTable, width: int) -> tuple[Any, ...]:
    """Return all cells as Arrow texts, which take a fifth of the room of Python's."""
    import pyarrow as pa

    cells = raw.cells.to_numpy()
    packed = []
    for first in range(0, cells.shape[1], width):
        flat = np.ascontiguousarray(cells[:, first : first + width].T).reshape(-1)
        texts = as_arrow(flat)
        packed.append(texts.cast(pa.string()) if texts.nbytes < _ARROW_LIMIT else texts)
    return tuple(packed)
