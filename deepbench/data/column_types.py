"""From text cells to typed columns, with every conversion counted.

A column is numeric if all its cells are numbers or codes for "missing". A few texts among
numbers are a question that names the first of them, never silently a missing value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.cells.bulk_numbers import (
    CODED,
    DASHED,
    GROUPED,
    IDENTIFIER,
    TEXT,
    NumberBlock,
    in_threads,
    number_blocks,
    texts_at,
)
from deepbench.data.cells.date_columns import serial_days
from deepbench.data.cells.dates import are_dates
from deepbench.data.cells.measurements import (
    DASHES_READ,
    FEW_LEVELS,
    THOUSANDS_REMOVED,
)
from deepbench.data.cells.missing_codes import MISSING_CODES, Codes, named_columns
from deepbench.data.cells.odd_column import joint_problem
from deepbench.data.cells.unit_words import unit_in_name
from deepbench.data.lone_column import ROLES_OF_DATES, Kind, LoneColumn
from deepbench.data.number_text import Decimal
from deepbench.data.raw_table import CellLocator, RawTable
from deepbench.data.text_cells import Texts
from deepbench.data.wording import counted
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import ColumnRecord, Conversion

__all__ = [
    "FEW_LEVELS",
    "MISSING_CODES",
    "ROLES_OF_DATES",
    "ParsedTable",
    "are_dates",
    "count_distinct",
    "parse_columns",
]

_SORTED_CELLS = 250_000
_MANY_CONVERSIONS = 100
_MANY_RUNS = 50
_CALLED_DATE = re.compile(r"(?<!candi)(?<!up)date(?!a)|datum", re.IGNORECASE)


@dataclass(frozen=True)
class ParsedTable:
    """Typed columns.

    Attributes:
        frame: (n, p) float64 columns (NaN = missing) and object columns (None = missing).
        columns: (p,) one record per column, in file order.
        conversions: What was changed while reading and typing.
        locator: Where the cells stand in the file.
        decimal: Decimal mark of the file.
        header: Whether the file named the columns.
        source_name: Name of the file.
        sample_column: Column that names the samples, where the files tell it; else empty.
        aside: Columns that are no features unless a role says so; see `RawTable`.
        units: Units of measurement by column, from a row of units, the cells or the names.
    """

    frame: pd.DataFrame
    columns: tuple[ColumnRecord, ...]
    conversions: tuple[Conversion, ...]
    locator: CellLocator
    decimal: Decimal
    header: bool
    source_name: str
    sample_column: str = ""
    aside: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)


def parse_columns(
    raw: RawTable,
    options: Data,
    as_text: Collection[str] | Mapping[str, str] = (),
    refused: dict[str, DataError] | None = None,
) -> ParsedTable:
    """Propose a type for each column and convert its cells.

    Args:
        raw: Text cells.
        options: [data] of the plan: codes for missing values, types, and the answers on limits
            of detection, units and dates.
        as_text: Columns to leave as text whatever they hold, with their roles where known:
            dates are then read as dates, and the numbers of an outcome as numbers (as text
            again, in the plainest form).
        refused: Where given, a column that cannot be read yet is left as text, and its error is
            put here in place of being raised.

    Raises:
        DataError: a column cannot be read; says where.
        DataQuestion: a column can be read when a question is answered.
    """
    typed = _Typing(raw, options, as_text)
    codes = Codes(MISSING_CODES if options.missing is None else options.missing, raw.how.decimal)
    for block in number_blocks(raw.cells, raw.how.decimal, codes):
        typed.add(block)
    if typed.refused:
        in_order = {name: typed.refused[name] for name in raw.columns if name in typed.refused}
        if refused is None:
            raise joint_problem(in_order, options)
        refused.update(in_order)
    return typed.finish()


class _Typing:
    """Collects typed columns block by block."""

    def __init__(
        self, raw: RawTable, options: Data, as_text: Collection[str] | Mapping[str, str]
    ) -> None:
        self._raw = raw
        self._options = options
        self._role_of = (
            dict(as_text) if isinstance(as_text, Mapping) else dict.fromkeys(as_text, "")
        )
        self._own_codes = {
            name: Codes(codes, raw.how.decimal)
            for name, codes in named_columns(options.missing_in, raw.columns).items()
        }
        self._alone = {*self._role_of, *options.types, *self._own_codes}
        self._records: dict[str, ColumnRecord] = {}
        self._numbers: list[NDArray[np.float64]] = []
        self._texts: dict[str, Texts] = {}
        self._place_of: dict[str, tuple[int, int]] = {}  # block and column of a numeric column
        self._conversions: list[Conversion] = []
        self._units: dict[str, str] = {}
        self.refused: dict[str, DataError] = {}

    def add(self, block: NumberBlock) -> None:
        """Type the columns of one block."""
        names = [self._raw.columns[place] for place in block.columns]
        present = np.bitwise_or.reduce(block.state, axis=0)
        odd = (present & (TEXT | IDENTIFIER)) > 0
        if self._alone:
            odd |= np.fromiter((name in self._alone for name in names), np.bool_, len(names))
        numeric = ~odd
        for place in np.flatnonzero(odd).tolist():
            numeric[place] = self._add_odd(block, place, names[place])
        self._note_bulk(block, names, np.flatnonzero(~odd), present)
        self._add_numbers(block, names, np.flatnonzero(numeric))

    def finish(self) -> ParsedTable:
        """Return the whole table."""
        raw = self._raw
        numeric = {name for name in self._place_of if self._records[name].kind == "numeric"}
        named = {name: unit for name in numeric if (unit := unit_in_name(name))}
        return ParsedTable(
            frame=self._frame(),
            columns=tuple(self._records[name] for name in raw.columns),
            conversions=(*raw.conversions, *_condensed(self._conversions)),
            locator=raw.locator,
            decimal=raw.how.decimal,
            header=raw.how.header,
            source_name=raw.source_name,
            sample_column=raw.sample_column,
            aside=raw.aside,
            units=_in_order({**named, **raw.units, **self._units}, raw.columns),
        )

    def _note(self, column: str, what: str, count: int) -> None:
        if count:
            self._conversions.append(Conversion(column=column, what=what, count=count))

    # --- columns of plain numbers, all at once -----------------------------------------------

    def _add_numbers(
        self, block: NumberBlock, names: Sequence[str], places: NDArray[np.intp]
    ) -> None:
        distinct = count_distinct(block.values)
        missing = np.isnan(block.values).sum(axis=0)
        number = len(self._numbers)
        self._numbers.append(block.values)
        for place in places.tolist():
            name, different = names[place], int(distinct[place])
            self._place_of[name] = (number, place)
            kind: Kind = "numeric" if different else "empty"
            self._records[name] = ColumnRecord(name, kind, "", int(missing[place]), different)
            if _CALLED_DATE.search(name) and (note := serial_days(block.values[:, place])):
                self._note(name, note, len(block.values) - int(missing[place]))

    def _note_bulk(
        self,
        block: NumberBlock,
        names: Sequence[str],
        places: NDArray[np.intp],
        present: NDArray[np.uint8],
    ) -> None:
        """Count what was changed in columns in which all is a number or missing."""
        for flag, what in ((GROUPED, THOUSANDS_REMOVED), (DASHED, DASHES_READ)):
            with_flag = places[(present[places] & flag) > 0]
            counts = ((block.state[:, with_flag] & flag) > 0).sum(axis=0)
            for place, count in zip(with_flag.tolist(), counts.tolist(), strict=True):
                self._note(names[place], what, count)
        coded = places[(present[places] & CODED) > 0]
        if not len(coded):
            return
        columns, rows = np.nonzero((block.state[:, coded] & CODED).T)
        texts = texts_at(self._raw.cells, rows, block.columns[coded[columns]])
        encoded = pc.dictionary_encode(texts)
        codes = encoded.dictionary.to_pylist()
        keys = columns * len(codes) + encoded.indices.to_numpy(zero_copy_only=False)
        for key, count in zip(*np.unique(keys, return_counts=True), strict=True):
            column, code = divmod(int(key), len(codes))
            self._note(names[coded[column]], f"'{codes[code]}' read as missing", int(count))

    # --- columns that are looked at one by one ------------------------------------------------

    def _add_odd(self, block: NumberBlock, place: int, name: str) -> bool:
        """Type one column; return whether it is numeric, its numbers then in the block."""
        column = LoneColumn(self._raw, block, place, self._options, self._own_codes.get(name))
        column.role = self._role_of.get(name)
        result = column.read()
        for what, count in column.notes:
            self._note(name, what, count)
        if column.problem is not None:
            self.refused[name] = column.problem
        if column.unit:
            self._units[name] = column.unit
        if result is None:
            block.values[:, place] = column.values
            return True
        self._texts[name] = result
        self._records[name] = column.record(result)
        return False

    # --- the frame ----------------------------------------------------------------------------

    def _frame(self) -> pd.DataFrame:
        """Return all columns in file order; numbers are not copied where that can be avoided."""
        runs = self._runs()
        if len(runs) > _MANY_RUNS:
            return self._joined()
        frames = []
        for names in runs:
            if names[0] in self._texts:
                texts = {name: self._texts[name] for name in names}
                frames.append(pd.DataFrame(texts, dtype=object))
            else:
                block, first = self._place_of[names[0]]
                values = self._numbers[block][:, first : first + len(names)]
                frames.append(pd.DataFrame(values, columns=names, copy=False))
        if len(frames) == 1:
            return frames[0]
        if not frames:
            return pd.DataFrame(index=range(self._raw.rows))
        return pd.concat(frames, axis=1)

    def _runs(self) -> list[list[str]]:
        """Return the columns in runs of texts, or of numbers that lie side by side."""
        runs: list[list[str]] = []
        before: tuple[int, int] | None = None
        for name in self._raw.columns:
            here = self._place_of.get(name, (-1, 0))
            if before is not None and (
                here[0] == before[0] == -1 or here == (before[0], before[1] + 1)
            ):
                runs[-1].append(name)
            else:
                runs.append([name])
            before = here
        return runs

    def _joined(self) -> pd.DataFrame:
        frames = []
        for number, values in enumerate(self._numbers):
            names = [name for name, (block, _) in self._place_of.items() if block == number]
            places = [self._place_of[name][1] for name in names]
            frames.append(pd.DataFrame(values[:, places], columns=names, copy=False))
        frames.append(pd.DataFrame(self._texts, dtype=object, index=range(self._raw.rows)))
        return pd.concat(frames, axis=1)[list(self._raw.columns)]


def count_distinct(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return (c,) the number of different values of each column, missing ones not counted."""
    found = np.zeros(values.shape[1], dtype=np.int64)
    if not values.size:
        return found
    width = max(1, _SORTED_CELLS // len(values))

    def count(start: int) -> None:
        # Sorted along rows of a copy, which is several times as fast as down the columns.
        ordered = np.sort(np.ascontiguousarray(values[:, start : start + width].T), axis=1)
        steps = (ordered[:, 1:] != ordered[:, :-1]) & ~np.isnan(ordered[:, 1:])  # NaN last
        found[start : start + width] = steps.sum(axis=1) + ~np.isnan(ordered[:, 0])

    in_threads(count, range(0, values.shape[1], width))
    return found


def _in_order(units: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    return {name: units[name] for name in columns if name in units} if units else {}


def _condensed(conversions: list[Conversion]) -> list[Conversion]:
    """Add up the same change of many columns, so that a wide table gives a readable list."""
    if len(conversions) <= _MANY_CONVERSIONS:
        return conversions
    cells: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for conversion in conversions:
        cells[conversion.what] += conversion.count
        columns[conversion.what] += 1
    return [
        Conversion(column=f"({counted(columns[what], 'column')})", what=what, count=count)
        for what, count in cells.items()
    ]
