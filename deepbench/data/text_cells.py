"""Text cells of a table in Arrow's form: an eighth of the room of Python's, and quick to search.

`CellRows` are rows as they stand in a file, perhaps of different lengths; `TextCells` are a
rectangle cut out of them. Both hold all cells in one array of texts, so that a check of twenty
million cells is one call and not twenty million.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Texts = NDArray[np.object_]
_SPACE, _LAST_ASCII = 32, 127
#: Bytes of text that 32-bit offsets can address.
SMALL_OFFSETS = 2**31 - 1


def as_arrow(texts: Texts | Sequence[str]) -> Any:
    """Return a flat array of texts as an Arrow array."""
    return pa.array(texts, type=pa.large_string())


def lengths_in_bytes(flat: Any) -> NDArray[np.int64]:
    """Return (m,) the length of each text of an Arrow array, in bytes of UTF-8."""
    lengths: NDArray[np.int64] = np.asarray(
        pc.binary_length(flat).to_numpy(zero_copy_only=False), dtype=np.int64
    )
    return lengths


def edge_bytes(flat: Any) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return (m,) the first and the last byte of each text; 0 of an empty one."""
    offsets, content = buffers(flat)
    starts, ends = offsets[:-1], offsets[1:]
    empty = starts == ends
    if not len(content):
        nothing = np.zeros(len(flat), dtype=np.uint8)
        return nothing, nothing
    first = content[np.minimum(starts, len(content) - 1)]
    last = content[np.maximum(ends - 1, 0)]
    first[empty] = 0
    last[empty] = 0
    return first, last


def not_ascii(flat: Any) -> NDArray[np.bool_] | None:
    """Return (m,) whether a text has other signs than ASCII; None if none has."""
    offsets, content = buffers(flat)
    if (
        not len(offsets)
        or not (used := content[offsets[0] : offsets[-1]]).size
        or used.max() < 128
    ):
        return None
    found: NDArray[np.bool_] = ~pc.string_is_ascii(flat).to_numpy(zero_copy_only=False)
    return found


def buffers(flat: Any) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """Return (m + 1,) where each text begins and ends, and the bytes they stand in."""
    kind: type[Any] = np.int64 if pa.types.is_large_string(flat.type) else np.int32
    _, offsets, content = flat.buffers()
    places = np.frombuffer(offsets, dtype=kind)[flat.offset : flat.offset + len(flat) + 1]
    texts = (
        np.frombuffer(content, dtype=np.uint8) if content is not None else np.zeros(0, np.uint8)
    )
    return places, texts


def joined_arrays(arrays: Sequence[Any]) -> Any:
    """Return several Arrow arrays of texts as one."""
    if len(arrays) == 1:
        return arrays[0]
    size = sum(array.nbytes for array in arrays)
    if size < SMALL_OFFSETS and all(pa.types.is_string(array.type) for array in arrays):
        return pa.concat_arrays(arrays)
    return pa.concat_arrays([array.cast(pa.large_string()) for array in arrays])


@dataclass(frozen=True, eq=False)
class CellRows:
    """Rows of text cells, which may differ in length.

    Attributes:
        flat: Arrow array of all cells, row after row.
        starts: (rows + 1,) place in ``flat`` at which each row begins.
    """

    flat: Any
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[Sequence[str]]) -> CellRows:
        """Take rows of Python texts."""
        kept = [list(row) for row in rows]
        starts = np.zeros(len(kept) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in kept], out=starts[1:])
        return cls(as_arrow([cell for row in kept for cell in row]), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def widths(self) -> NDArray[np.int64]:
        """(rows,) number of cells of each row."""
        return np.diff(self.starts)

    def row(self, number: int) -> list[str]:
        """Return one row."""
        start, end = int(self.starts[number]), int(self.starts[number + 1])
        cells: list[str] = self.flat.slice(start, end - start).to_pylist()
        return cells

    def rows(self, first: int, last: int) -> list[list[str]]:
        """Return the rows from ``first`` to before ``last``."""
        return [self.row(number) for number in range(first, min(last, len(self)))]

    def blank(self) -> NDArray[np.bool_]:
        """Return (rows,) whether all cells of a row are empty, or hold spaces only."""
        offsets, content = buffers(self.flat)
        if not len(self) or not len(offsets):
            return np.zeros(len(self), dtype=np.bool_)
        begins, ends = offsets[self.starts[:-1]], offsets[self.starts[1:]]
        empty: NDArray[np.bool_] = begins == ends
        if not len(content):
            return empty
        # Most rows begin with a letter or digit; the others may hold spaces only.
        first = content[np.minimum(begins, len(content) - 1)]
        for number in np.flatnonzero(~empty & ((first <= _SPACE) | (first > _LAST_ASCII))):
            part = content[begins[number] : ends[number]].tobytes()
            empty[number] = part.isspace() or not (
                part.isascii() or any(cell.strip() for cell in self.row(int(number)))
            )
        return empty

    def take(self, numbers: NDArray[np.int64]) -> CellRows:
        """Return the given rows, in the given order."""
        if len(numbers) == len(self) and (numbers == np.arange(len(self))).all():
            return self
        if len(numbers) and (np.diff(numbers) == 1).all():
            first, last = int(numbers[0]), int(numbers[-1]) + 1
            begin, end = int(self.starts[first]), int(self.starts[last])
            return CellRows(
                self.flat.slice(begin, end - begin), self.starts[first : last + 1] - begin
            )
        widths = self.widths[numbers]
        starts = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
        shift = np.repeat(self.starts[numbers] - starts[:-1], widths)
        places = np.arange(starts[-1]) + shift
        return CellRows(self.flat.take(pa.array(places)), starts)

    def rectangle(self, first: int = 0, width: int | None = None) -> TextCells:
        """Return the cells of all rows from column ``first`` on, ``width`` of each row.

        All rows must have that many cells.
        """
        wide = int(self.widths[0]) if len(self) else 0
        width = wide - first if width is None else width
        if not first and (self.widths == width).all():
            return TextCells.of_flat(self.flat, len(self), width)
        places = (self.starts[:-1, None] + first + np.arange(width)[None, :]).reshape(-1)
        return TextCells.of_flat(self.flat.take(pa.array(places)), len(self), width)


@dataclass(frozen=True, eq=False)
class _Part:
    """Columns that lie in one array.

    Attributes:
        flat: Arrow array of the cells.
        width: Number of columns.
        by_column: Whether the array goes column after column, not row after row.
    """

    flat: Any
    width: int
    by_column: bool

    def column_places(self, column: int, rows: int) -> NDArray[np.int64]:
        if self.by_column:
            return np.arange(column * rows, (column + 1) * rows, dtype=np.int64)
        return np.arange(column, rows * self.width, self.width, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class CellBlock:
    """Some columns of a table, in one array; see `TextCells.blocks`.

    Attributes:
        columns: (c,) numbers of the columns in the table.
        flat: Arrow array of n × c cells.
        by_column: Whether it goes column after column, not row after row.
    """

    columns: NDArray[np.int64]
    flat: Any
    by_column: bool

    def grid(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return (n, c) values, of one value for each cell of ``flat``."""
        width = len(self.columns)
        if self.by_column:
            return values.reshape(width, -1).T
        return values.reshape(-1, width)


@dataclass(frozen=True, eq=False)
class TextCells:
    """(n, p) texts. Never changed: every method that changes something returns a new table.

    Attributes:
        rows: Number of rows.
        parts: Arrays that hold the cells.
        columns: (p, 2) for each column the part that holds it, and its number there.
    """

    rows: int
    parts: tuple[_Part, ...]
    columns: NDArray[np.int64]

    @classmethod
    def of_flat(cls, flat: Any, rows: int, width: int, by_column: bool = False) -> TextCells:
        """Take an Arrow array of rows × width texts."""
        places = np.stack([np.zeros(width, dtype=np.int64), np.arange(width)], axis=1)
        return cls(rows, (_Part(flat, width, by_column),), places)

    @classmethod
    def of_columns(cls, columns: Sequence[Any], rows: int) -> TextCells:
        """Take one Arrow array of texts for each column."""
        if not columns:
            return cls(rows, (), np.zeros((0, 2), dtype=np.int64))
        return cls.of_flat(joined_arrays(columns), rows, len(columns), by_column=True)

    @classmethod
    def of_objects(cls, cells: Texts) -> TextCells:
        """Take (n, p) Python texts."""
        return cls.of_flat(as_arrow(np.ascontiguousarray(cells).reshape(-1)), *cells.shape)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, len(self.columns)

    @property
    def nbytes(self) -> int:
        """Size in memory."""
        return sum(part.flat.nbytes for part in self.parts)

    def arrow_column(self, column: int, rows: int | None = None) -> Any:
        """Return a column, or its first rows, as an Arrow array."""
        part_number, place = self.columns[column]
        part = self.parts[part_number]
        places = part.column_places(int(place), self.rows)[:rows]
        if part.by_column:
            return part.flat.slice(int(place) * self.rows, len(places))
        return part.flat.take(pa.array(places))

    def column(self, column: int, rows: int | None = None) -> Texts:
        """Return (n,) the texts of a column, or of its first rows."""
        texts: Texts = self.arrow_column(column, rows).to_numpy(zero_copy_only=False)
        return texts

    def cell(self, row: int, column: int) -> str:
        """Return one text."""
        part_number, place = self.columns[column]
        part = self.parts[part_number]
        number = place * self.rows + row if part.by_column else row * part.width + place
        return str(part.flat[int(number)].as_py())

    def row(self, row: int) -> list[str]:
        """Return one row."""
        return [self.cell(row, column) for column in range(len(self.columns))]

    def take_columns(self, columns: NDArray[np.int64] | Sequence[int]) -> TextCells:
        """Return some columns, in the given order. Nothing is copied."""
        return TextCells(self.rows, self.parts, self.columns[np.asarray(columns, dtype=np.int64)])

    def take_rows(self, rows: NDArray[np.int64] | Sequence[int]) -> TextCells:
        """Return some rows, in the given order."""
        chosen = np.asarray(rows, dtype=np.int64)
        parts = []
        for part in self.parts:
            if part.by_column:
                places = np.arange(part.width)[:, None] * self.rows + chosen[None, :]
            else:
                places = chosen[:, None] * part.width + np.arange(part.width)[None, :]
            flat = part.flat.take(pa.array(places.reshape(-1)))
            parts.append(_Part(flat, part.width, part.by_column))
        return TextCells(len(chosen), tuple(parts), self.columns)

    def turned(self) -> TextCells:
        """Return the table with rows and columns exchanged."""
        table = self if self._is_one_array() else self._as_one_array()
        part = table.parts[0]
        return TextCells.of_flat(part.flat, part.width, table.rows, not part.by_column)

    def beside(self, other: TextCells) -> TextCells:
        """Return both tables side by side; they have the same rows."""
        if other.rows != self.rows:
            raise ValueError(f"Tables of {self.rows} and {other.rows} rows side by side.")
        moved = other.columns + np.array([len(self.parts), 0])
        columns = np.concatenate([self.columns, moved])
        return TextCells(self.rows, (*self.parts, *other.parts), columns)

    def below(self, other: TextCells) -> TextCells:
        """Return the other table below this one; they have the same columns."""
        if len(other.columns) != len(self.columns):
            raise ValueError("Tables with different columns one below the other.")
        flat = joined_arrays([self.row_by_row(), other.row_by_row()])
        return TextCells.of_flat(flat, self.rows + other.rows, len(self.columns))

    def with_column(self, column: int, texts: Texts | Sequence[str]) -> TextCells:
        """Return the table with other texts in one column."""
        columns = self.columns.copy()
        columns[column] = (len(self.parts), 0)
        return TextCells(
            self.rows, (*self.parts, _Part(as_arrow(texts), 1, by_column=True)), columns
        )

    def blocks(self, cells: int) -> Iterator[CellBlock]:
        """Yield all columns in blocks of about so many cells, each column once.

        Columns that lie together in one array, row after row, come together whatever their
        number, as cutting them out would cost more than looking at them.
        """
        for number, part in enumerate(self.parts):
            mine = np.flatnonzero(self.columns[:, 0] == number)
            places = self.columns[mine, 1]
            if not len(mine):
                continue
            width = max(1, cells // max(1, self.rows))
            whole = len(mine) == part.width and (places == np.arange(part.width)).all()
            if whole and not part.by_column and part.width <= width:
                yield CellBlock(mine, part.flat, by_column=False)
                continue
            for first in range(0, len(mine), width):
                some = mine[first : first + width]
                yield CellBlock(
                    some, self._flat_columns(part, places[first : first + width]), True
                )

    def _flat_columns(self, part: _Part, places: NDArray[np.int64]) -> Any:
        """Return some columns of a part, column after column."""
        rows = self.rows
        if part.by_column and len(places) and (np.diff(places) == 1).all():
            return part.flat.slice(int(places[0]) * rows, len(places) * rows)
        if part.by_column:
            chosen = (places[:, None] * rows + np.arange(rows)[None, :]).reshape(-1)
        else:
            chosen = (places[:, None] + np.arange(rows)[None, :] * part.width).reshape(-1)
        return part.flat.take(pa.array(chosen))

    def row_by_row(self) -> Any:
        """Return all cells in one Arrow array, row after row."""
        table = self if self._is_one_array(by_column=False) else self._as_one_array()
        return table.parts[0].flat

    def _is_one_array(self, by_column: bool | None = None) -> bool:
        if len(self.parts) != 1:
            return False
        part = self.parts[0]
        whole = np.arange(part.width)
        return (
            len(self.columns) == part.width
            and bool((self.columns[:, 1] == whole).all())
            and by_column in (None, part.by_column)
        )

    def _as_one_array(self) -> TextCells:
        """Return the same table, row after row in one array."""
        pieces = []
        for number, part in enumerate(self.parts):
            mine = np.flatnonzero(self.columns[:, 0] == number)
            places = self.columns[mine, 1]
            pieces.append((mine, self._flat_columns(part, places)))
        flat = joined_arrays([piece for _, piece in pieces]) if pieces else as_arrow([])
        order = np.concatenate([mine for mine, _ in pieces]) if pieces else np.zeros(0, np.int64)
        where = np.empty(len(order), dtype=np.int64)
        where[order] = np.arange(len(order))
        chosen = (where[None, :] * self.rows + np.arange(self.rows)[:, None]).reshape(-1)
        return TextCells.of_flat(flat.take(pa.array(chosen)), self.rows, len(self.columns))

    def to_frame(self, names: Sequence[str]) -> pd.DataFrame:
        """Return the table with Python texts; for small ones."""
        columns = {number: self.column(number) for number in range(len(self.columns))}
        frame = pd.DataFrame(columns, dtype=object, index=range(self.rows))
        frame.columns = pd.Index(list(names))
        return frame
