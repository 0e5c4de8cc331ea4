"""The first rows of a file: how many cells they have, and how many of those hold something."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.data.readers.header import Votes, votes
from deepbench.data.text_cells import CellRows, lengths_in_bytes

_TOP_ROWS = 300
#: Columns that are looked at.
TOP_COLUMNS = 300
_TOP_CELLS = 500_000
_TOP_WIDE_ROWS = 40
_FILLED_SHARE = 0.5
_NEAR_ROWS = 5


class Top:
    """The first rows of a grid.

    Args:
        rows: All rows.
        first: First row of data, where it is known; the names stand in the row above it.

    Attributes:
        widths: (k,) number of cells of each row.
        filled: (k,) number of cells that hold something.
        reach: (k,) number of cells up to the last that holds something.
        width: Number of cells of a row of the table.
        least_width: The same without columns at the right end that hold nothing.
        least_filled: Number of filled cells from which a row may belong to the table.
    """

    def __init__(self, rows: CellRows, first: int = 0) -> None:
        self._rows = rows
        self.size = _top_size(rows, first)
        self.widths = rows.widths[: self.size]
        self.filled, self.reach = _filled_and_reach(rows, self.size)
        body = np.arange(first, len(rows))
        self.width = table_width(rows.widths[body])
        near = rows.widths[first : first + _NEAR_ROWS]
        if first and 2 * (near == rows.widths[first - 1]).sum() > len(near):
            self.width = int(rows.widths[first - 1])  # the table of these names, if not the only
        self.least_width = self._without_blank_end(body)
        self.least_filled = self._least_filled(first)

    def _without_blank_end(self, body: NDArray[np.int64]) -> int:
        whole = body[self._rows.widths[body] == self.width]
        width = self.width
        while width > 1:
            places = self._rows.starts[whole] + width - 1
            if lengths_in_bytes(self._rows.flat.take(places)).any():
                break
            width -= 1
        # The header, which is among these rows, may name a column without any value.
        return width

    def _least_filled(self, first: int) -> int:
        filled = self.filled[first:][self.widths[first:] == self.width]
        if not len(filled):
            return 1
        levels = np.unique(filled)
        weight = [float(level) ** 1.5 * (filled >= level).sum() for level in levels]
        usual = int(levels[int(np.argmax(weight))])
        return max(min(2, self.least_width), int(np.ceil(_FILLED_SHARE * usual)))

    def cells(self, row: int) -> list[str]:
        """Return the first cells of a row, trimmed, as many as the table is wide."""
        wide = min(self.width, TOP_COLUMNS)
        start, end = int(self._rows.starts[row]), int(self._rows.starts[row + 1])
        found = self._rows.flat.slice(start, min(wide, end - start)).to_pylist()
        return [cell.strip() for cell in found] + [""] * (wide - len(found))

    def belongs(self, row: int) -> bool:
        """Whether a row has as many cells as those of the table."""
        reach, filled = int(self.reach[row]), int(self.filled[row])
        fits = self.widths[row] == self.width or self.least_width <= reach <= self.width
        if fits and self.least_width == 2 and reach == 2:
            return True  # the first column has no name
        return bool(fits and filled >= self.least_filled)

    def lacks_first_name(self, row: int) -> bool:
        """Whether a row has one cell less than those of the table, as headers from R have."""
        return bool(
            self.widths[row] < self.width
            and self.reach[row] == self.least_width - 1
            and self.filled[row] == self.reach[row]
            and self.least_width > 1
        )

    def votes(self, row: int, counting: bool = True) -> Votes:
        """Compare a row with the rows of the table below it; arguments as of `votes`."""
        below = [self.cells(i) for i in range(row + 1, self.size) if self.widths[i] == self.width]
        return votes([self.cells(row), *below], counting)


def _top_size(rows: CellRows, first: int) -> int:
    """Return how many rows are looked at: fewer of wide tables."""
    within = int(np.searchsorted(rows.starts, rows.starts[first] + _TOP_CELLS))
    return min(len(rows), first + min(_TOP_ROWS, max(_TOP_WIDE_ROWS, within - first)))


def _filled_and_reach(rows: CellRows, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts = rows.starts[: size + 1]
    lengths = lengths_in_bytes(rows.flat.slice(0, int(starts[-1])))
    places = np.flatnonzero(lengths)
    filled = np.diff(np.searchsorted(places, starts))
    last = np.searchsorted(places, starts[1:]) - 1
    reach = np.zeros(size, dtype=np.int64)
    some = filled > 0
    reach[some] = places[last[some]] - starts[:-1][some] + 1
    return filled.astype(np.int64), reach


def table_width(widths: NDArray[np.int64]) -> int:
    """Return the number of cells of the rows of the table: of most rows, and of wide ones."""
    values, counts = np.unique(widths, return_counts=True)
    return int(values[np.argmax(counts * values.astype(np.float64) ** 1.5)])
