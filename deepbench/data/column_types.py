"""From text cells to typed columns, with every conversion counted.

A column is numeric if all its cells are numbers or codes for "missing". A few texts among
numbers are an error that names the first of them, never silently a missing value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.number_text import (
    Decimal,
    looks_like_identifier,
    parse_numbers,
)
from deepbench.data.raw_table import CellLocator, RawTable
from deepbench.data.text_cells import CellBlock, Texts, lengths_in_bytes
from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import ColumnRecord, Conversion

#: Codes for "missing" among numbers, compared without regard to case.
MISSING_CODES = (
    "", "na", "n/a", "nan", "null", "none", "nil", "missing", "unknown", "?", ".", "-", "--",
    "n.a.", "n.d.", "nd", "n/d", "#n/a", "#div/0!", "#value!", "#num!", "#null!", "#ref!",
    "#name?", "<na>",
)  # fmt: skip

MOSTLY_NUMBERS = 0.9  # share of numbers from which texts among them are taken for mistakes
_HALF_NUMBERS = 0.5
FEW_LEVELS = 10
_BLOCK_CELLS = 25_000_000  # the cells of a wide table at once: they lie in one array
_SORTED_CELLS = 1_000_000
_MANY_CONVERSIONS = 100
# "text" (names, sequences, comments) as against "categorical": mostly different, or long.
_TEXT_SHARE = 0.5
_LONG_TEXT = 80
_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})"
    r"|\d{1,2}[- ]?(jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*[-. ]*"
    r"\d{2,4})"
    r"([ t]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?z?)?",
    re.IGNORECASE,
)


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
    """

    frame: pd.DataFrame
    columns: tuple[ColumnRecord, ...]
    conversions: tuple[Conversion, ...]
    locator: CellLocator
    decimal: Decimal
    header: bool
    source_name: str


@dataclass(frozen=True)
class _Block:
    """Some columns with what their cells are; all arrays (n, c)."""

    cells: CellBlock
    numbers: NDArray[np.float64]
    missing: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    identifier: NDArray[np.bool_]
    grouped: int

    def texts(self, column: int) -> Texts:
        """Return (n,) the texts of a column."""
        flat = self.cells.flat
        rows, width = self.numbers.shape
        if self.cells.by_column:
            part = flat.slice(column * rows, rows)
        else:
            part = flat.take(pa.array(np.arange(column, rows * width, width)))
        found: Texts = part.to_numpy(zero_copy_only=False)
        return found


def parse_columns(
    raw: RawTable,
    options: Data,
    as_text: Collection[str] = (),
    refused: dict[str, DataError] | None = None,
) -> ParsedTable:
    """Propose a type for each column and convert its cells.

    Args:
        raw: Text cells.
        options: [data] of the plan: ``missing`` codes and ``types``.
        as_text: Columns to leave as text whatever they hold (roles, outcome).
        refused: Where given, a column with a text among its numbers is left as text, and its
            error is put here in place of being raised.

    Raises:
        DataError: a text stands among numbers; says where.
    """
    typed = _Typing(raw, options, frozenset(as_text), refused)
    for block in _blocks(raw, options):
        typed.add(block)
    return typed.finish()


def _blocks(raw: RawTable, options: Data) -> Iterator[_Block]:
    codes = MISSING_CODES if options.missing is None else ("", *options.missing)
    for block in raw.cells.blocks(_BLOCK_CELLS):
        flat = block.flat
        numbers, grouped = parse_numbers(flat, raw.how.decimal)
        empty = lengths_in_bytes(flat) == 0
        missing = empty | _coded_missing(flat, numbers, empty, codes, raw.how.decimal)
        numbers[missing] = np.nan
        present = np.flatnonzero(~np.isnan(numbers))
        identifier = np.zeros(len(flat), dtype=np.bool_)
        whole = len(present) == len(flat)
        identifier[present] = looks_like_identifier(
            flat if whole else flat.take(pa.array(present))
        )
        yield _Block(
            block,
            block.grid(numbers),
            block.grid(missing),
            block.grid(empty),
            block.grid(identifier),
            grouped,
        )


def _coded_missing(
    flat: Any,
    numbers: NDArray[np.float64],
    empty: NDArray[np.bool_],
    codes: Collection[str],
    decimal: Decimal,
) -> NDArray[np.bool_]:
    """Return (m,) whether each cell is one of the codes; -9 also matches -9.0."""
    missing = np.zeros(len(flat), dtype=np.bool_)
    places = np.flatnonzero(np.isnan(numbers) & ~empty)
    wanted = {code.strip().casefold() for code in codes}
    if len(places):
        encoded = pc.dictionary_encode(flat.take(pa.array(places)))
        texts = encoded.dictionary.to_pylist()
        is_code = np.array([text.casefold() in wanted for text in texts], dtype=np.bool_)
        missing[places] = is_code[encoded.indices.to_numpy(zero_copy_only=False)]
    values, _ = parse_numbers(np.array(sorted(wanted), dtype=object), decimal)
    for value in values[~np.isnan(values)]:
        missing |= numbers == value
    return missing


class _Typing:
    """Collects typed columns block by block."""

    def __init__(
        self,
        raw: RawTable,
        options: Data,
        as_text: frozenset[str],
        refused: dict[str, DataError] | None,
    ) -> None:
        self._raw = raw
        self._options = options
        self._as_text = as_text
        self._refused = refused
        self._frames: list[pd.DataFrame] = []
        self._records: list[ColumnRecord] = []
        self._conversions: list[Conversion] = []

    def add(self, block: _Block) -> None:
        """Type the columns of one block."""
        names = tuple(self._raw.columns[place] for place in block.cells.columns)
        numeric = self._numeric_columns(block, names)
        places = np.flatnonzero(numeric)
        values = block.numbers if numeric.all() else block.numbers[:, places]
        self._records_of_numbers(block, names, places, values)
        self._frames.append(pd.DataFrame(values, columns=[names[i] for i in places], copy=False))
        texts = {
            names[i]: self._text_column(block, i, names[i])
            for i in np.flatnonzero(~numeric).tolist()
        }
        if texts:
            self._frames.append(pd.DataFrame(texts, dtype=object))
        if block.grouped:
            self._note("(cells)", "thousands separators removed", block.grouped)

    def finish(self) -> ParsedTable:
        """Return the whole table."""
        raw = self._raw
        order = {name: number for number, name in enumerate(raw.columns)}
        frame = self._frames[0] if len(self._frames) == 1 else pd.concat(self._frames, axis=1)
        in_order = list(raw.columns)
        return ParsedTable(
            frame=frame if list(frame.columns) == in_order else frame[in_order],
            columns=tuple(sorted(self._records, key=lambda record: order[record.name])),
            conversions=(*raw.conversions, *_condensed(self._conversions)),
            locator=raw.locator,
            decimal=raw.how.decimal,
            header=raw.how.header,
            source_name=raw.source_name,
        )

    def _note(self, column: str, what: str, count: int) -> None:
        self._conversions.append(Conversion(column=column, what=what, count=count))

    def _numeric_columns(self, block: _Block, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return (c,) whether each column is numeric; raise for texts among numbers."""
        is_number = ~np.isnan(block.numbers)
        numbers = is_number.sum(axis=0)
        texts = len(is_number) - numbers - block.missing.sum(axis=0)
        identifiers = block.identifier.any(axis=0)
        numeric: NDArray[np.bool_] = (texts == 0) & ~identifiers
        for column in np.flatnonzero((texts > 0) | identifiers).tolist():
            name = names[column]
            forced = self._options.types.get(name)
            if name in self._as_text or forced == "categorical":
                continue
            if texts[column] and (forced == "numeric" or self._is_mistake(block, column)):
                self._refuse(name, self._text_among_numbers(block, column, name))
            elif forced == "numeric":
                numeric[column] = True
            elif not texts[column]:
                what = "numbers kept as text (leading zeros or 16 digits, as in identifiers)"
                self._note(name, what, int(numbers[column]))
        kept_text = [
            i
            for i, name in enumerate(names)
            if name in self._as_text or self._options.types.get(name) == "categorical"
        ]
        numeric[kept_text] = False
        return numeric

    def _refuse(self, name: str, error: DataError) -> None:
        if self._refused is None:
            raise error
        self._refused[name] = error

    def _is_mistake(self, block: _Block, column: int) -> bool:
        """Whether the texts of a column are more likely mistakes than labels."""
        is_text = np.isnan(block.numbers[:, column]) & ~block.missing[:, column]
        present = ~block.missing[:, column]
        share = 1.0 - is_text.sum() / present.sum()
        if share >= MOSTLY_NUMBERS:
            return True
        return share > _HALF_NUMBERS and (
            len(pd.unique(block.texts(column)[present])) > FEW_LEVELS
        )

    def _text_among_numbers(self, block: _Block, column: int, name: str) -> DataError:
        is_text = np.isnan(block.numbers[:, column]) & ~block.missing[:, column]
        row = int(np.argmax(is_text))
        numbers = int((~np.isnan(block.numbers[:, column])).sum())
        return text_among_numbers(
            self._raw.source_name,
            self._raw.locator.reference(row, int(block.cells.columns[column])),
            name,
            str(block.texts(column)[row]),
            numbers,
            int(is_text.sum()) - 1,
        )

    def _records_of_numbers(
        self,
        block: _Block,
        names: tuple[str, ...],
        places: NDArray[np.intp],
        values: NDArray[np.float64],
    ) -> None:
        missing = np.isnan(values).sum(axis=0)
        distinct = count_distinct(values)
        coded = block.missing & ~block.empty
        for number, place in enumerate(places):
            self._records.append(
                ColumnRecord(
                    name=names[place],
                    kind="numeric" if distinct[number] else "empty",
                    role="",
                    missing=int(missing[number]),
                    distinct=int(distinct[number]),
                )
            )
        for place in places[coded[:, places].any(axis=0)]:
            for code, count in Counter(block.texts(place)[coded[:, place]]).items():
                self._note(names[place], f"'{code}' read as missing", count)

    def _text_column(self, block: _Block, column: int, name: str) -> Texts:
        texts: Texts = block.texts(column).copy()
        # A label "NA" is a label (a neuraminidase, a country) unless the plan says otherwise.
        by_plan = self._options.missing is not None
        missing = block.missing[:, column] if by_plan else block.empty[:, column]
        if by_plan and (missing & ~block.empty[:, column]).any():
            count = int((missing & ~block.empty[:, column]).sum())
            self._note(name, "codes of the plan read as missing", count)
        labels = block.missing[:, column] & ~missing
        if labels.any() and name not in self._as_text:
            shown = sorted(set(texts[labels]))[0]
            self._note(name, f"'{shown}' kept as a label of its own", int(labels.sum()))
        texts[missing] = None
        present = texts[~missing]
        levels = pd.unique(present)
        self._records.append(
            ColumnRecord(
                name=name,
                kind=self._kind_of_text(name, present, levels, block.numbers[~missing, column]),
                role="",
                missing=int(missing.sum()),
                distinct=len(levels),
            )
        )
        return texts

    def _kind_of_text(
        self, name: str, present: Texts, levels: Texts, numbers: NDArray[np.float64]
    ) -> Literal["numeric", "categorical", "text", "date", "empty"]:
        if not len(levels):
            return "empty"
        if name in self._as_text and not np.isnan(numbers).any():
            return "numeric"
        if self._options.types.get(name) == "categorical":
            return "categorical"
        if are_dates(levels):
            return "date"
        many = len(levels) >= FEW_LEVELS and len(levels) > _TEXT_SHARE * len(present)
        long = sum(map(len, levels)) > _LONG_TEXT * len(levels)
        return "text" if many or long else "categorical"


def are_dates(levels: Iterable[str]) -> bool:
    """Whether all of these texts are dates, in any of the usual ways of writing one."""
    return all(_DATE.fullmatch(level) for level in levels)


def text_among_numbers(
    source: str, reference: str, column: str, cell: str, numbers: int, more: int, hint: str = ""
) -> DataError:
    """Return the error for a text in a numeric column.

    Args:
        source: Name of the file.
        reference: Where the cell is, as in `CellLocator.reference`.
        column: Name of the column.
        cell: What stands in the cell.
        numbers: Cells of the column that are numbers.
        more: Further cells that are not.
        hint: What to do, where the ways out of a feature do not apply.
    """
    others = f" {counted(more, 'more cell is', 'more cells are')} not, either." if more else ""
    return DataError(
        f"{source}, {reference}, column '{shorten(column)}': '{shorten(cell, 40)}' is not a "
        f"number; {counted(numbers, 'other cell is', 'other cells are')}.{others}",
        hint
        or f"Correct the cell. Or, if '{shorten(cell, 40)}' stands for a missing value, write "
        f'missing = ["NA", "{shorten(cell, 40)}"] under [data] in the plan; if the column holds '
        f'labels, types = {{"{shorten(column)}" = "categorical"}} there; if no model should see '
        f'it, ignore = ["{shorten(column)}"] under [roles].',
    )


def count_distinct(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return (c,) the number of different values of each column, missing ones not counted."""
    if not values.size:
        return np.zeros(values.shape[1], dtype=np.int64)
    found = np.empty(values.shape[1], dtype=np.int64)
    width = max(1, _SORTED_CELLS // len(values))
    for start in range(0, values.shape[1], width):
        # Sorted along rows of a copy, which is several times as fast as down the columns.
        ordered = np.sort(np.ascontiguousarray(values[:, start : start + width].T), axis=1)
        steps = (ordered[:, 1:] != ordered[:, :-1]) & ~np.isnan(ordered[:, 1:])  # NaN last
        found[start : start + width] = steps.sum(axis=1) + ~np.isnan(ordered[:, 0])
    return found


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
