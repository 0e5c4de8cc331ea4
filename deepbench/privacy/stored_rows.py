"""Whether samples of the training set stand in a file, whatever its format.

A row is found where its values follow each other, in the table's units or as the model sees them
(scaled), and where so many values in a row are beyond chance: each is weighed by how rare it is in
its column. The check proves itself alive on each use: a nearest-neighbours model that is planted
must be caught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo
from deepbench.errors import GateRefused
from deepbench.models.baselines.knn import NeighboursPredictor
from deepbench.models.fitted import FittedModel
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.storage import model_files
from deepbench.privacy.contents import Contents, open_contents

Matrix = NDArray[np.float64]

#: Bits by which values that follow each other must be rarer than chance makes them somewhere in
#: the file: one false alarm in a million.
BEYOND_CHANCE = 20.0
# Bits of a pattern: enough for files of a million numbers and tables of a thousand rows.
_PATTERN_BITS = 72.0
# Two numbers are one value if they differ by less than this share of the column's spread: files
# hold 32 bits, or some decimals.
_TOLERANCE = 1e-5
# Pairs of places and rows that are compared at once.
_MOST_PAIRS = 4_000_000
_MOST_ROWS = 2_000
_MOST_COLUMNS = 1_024
# One number alone is in too many lists.
_LEAST_WIDTH = 2


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Columns of known rows that follow each other.

    Attributes:
        values: (n, m) the values.
        near: (m,) how far a number may be off.
        bits: (n, m) how surprising each value is.
        width: Values in a whole row.
    """

    values: Matrix
    near: Matrix
    bits: Matrix
    width: int

    def columns(self, part: slice) -> _Pattern:
        """Return some of the columns."""
        return _Pattern(self.values[:, part], self.near[part], self.bits[:, part], self.width)


class RowFinder:
    """Looks for known rows in sequences of numbers.

    Args:
        matrices: Known rows: (n, k) tables in the order of their columns, NaN where missing.
    """

    def __init__(self, matrices: Sequence[Matrix]) -> None:
        self._matrices = [matrix for matrix in matrices if matrix.size]
        self._patterns = [pattern for matrix in self._matrices for pattern in _patterns(matrix)]
        self._alive = False

    def finds(self, contents: Contents) -> bool:
        """Return whether a known row stands in a file."""
        return any(
            _stands_in(pattern, numbers)
            for numbers in contents.numbers
            for pattern in self._patterns
        )

    def demand_alive(self) -> None:
        """Plant a nearest-neighbours model and refuse unless it is caught.

        Raises:
            GateRefused: the check does not see samples that are there.
        """
        if self._alive:
            return
        for matrix in self._matrices:
            files = model_files(_planted(matrix))
            if not any(self.finds(open_contents(name, body)) for name, body in files.items()):
                raise GateRefused(
                    "The search for stored samples did not find samples that were put there to "
                    "try it, so nothing that it would clear can leave.",
                    "The table may have too few different values. Export the report.",
                )
        self._alive = True


def _patterns(matrix: Matrix) -> list[_Pattern]:
    """Return the columns to look for: as many as are beyond chance, from both ends of a row."""
    width = matrix.shape[1]
    rows = matrix[:: max(1, -(-len(matrix) // _MOST_ROWS))]
    if width <= _MOST_COLUMNS:
        whole = _pattern(rows, width)
        first = _columns_needed(whole.bits)
        if first == width:
            return [whole]
    begin = _pattern(rows[:, :_MOST_COLUMNS], width)
    end = _pattern(rows[:, -_MOST_COLUMNS:], width)
    first, last = _columns_needed(begin.bits), _columns_needed(end.bits[:, ::-1])
    return [begin.columns(slice(0, first)), end.columns(slice(end.values.shape[1] - last, None))]


def _pattern(rows: Matrix, width: int) -> _Pattern:
    known = np.isfinite(rows)
    high = np.max(rows, axis=0, where=known, initial=-np.inf)
    spread = high - np.min(rows, axis=0, where=known, initial=np.inf)
    near = _TOLERANCE * np.where(np.isfinite(spread) & (spread > 0), spread, 1.0)
    bits = np.stack([_surprise(rows[:, j], near[j]) for j in range(rows.shape[1])], axis=1)
    return _Pattern(rows, near, bits, width)


def _columns_needed(bits: Matrix) -> int:
    """Return after how many columns most rows are beyond chance."""
    total = np.cumsum(np.median(bits, axis=0))
    needed = int(np.searchsorted(total, _PATTERN_BITS)) + 1
    return min(needed, len(total))


def _surprise(values: NDArray[np.float64], near: float) -> NDArray[np.float64]:
    """Return (n,) how rare each value is in its column, in bits; 0 where it is missing."""
    known = np.isfinite(values)
    codes = np.round(np.where(known, values, 0.0) / near / 10.0)
    _, place, count = np.unique(codes, return_inverse=True, return_counts=True)
    return np.where(known, np.log2(len(values) / count[place.ravel()]), 0.0)


def _stands_in(pattern: _Pattern, numbers: NDArray[np.float64]) -> bool:
    if len(numbers) < pattern.values.shape[1]:
        return False
    places, rows = _matches(pattern, numbers)
    if not len(places):
        return False
    bits = pattern.bits[rows].sum(axis=1)
    enough = BEYOND_CHANCE + float(np.log2(len(numbers)) + np.log2(len(pattern.values)))
    if bits.max() >= enough:
        return True
    wide = pattern.width >= _LEAST_WIDTH
    return wide and _longest_chain(pattern.width, places, rows, bits) >= enough


def _longest_chain(
    width: int, places: NDArray[np.int64], rows: NDArray[np.int64], bits: NDArray[np.float64]
) -> float:
    """Return how surprising rows are that follow each other as in the table, in bits.

    Rows of few values are found in this way alone: many must stand one behind the other, in the
    order of the training set.
    """
    best: dict[int, tuple[float, int]] = {}
    for number in np.lexsort((rows, places)):
        place, row = int(places[number]), int(rows[number])
        before, last = best.get(place - width, (0.0, -1))
        here = float(bits[number]) + (before if last < row else 0.0)
        if here > best.get(place, (0.0, 0))[0]:
            best[place] = (here, row)
    return max((value for value, _ in best.values()), default=0.0)


def _matches(
    pattern: _Pattern, numbers: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places at which a row begins, and which row it is."""
    size = pattern.values.shape[1]
    order = np.argsort(-np.median(pattern.bits, axis=0), kind="stable")
    anchor = int(order[0])
    sorted_rows = np.argsort(pattern.values[:, anchor], kind="stable")  # NaN at the end
    column = pattern.values[sorted_rows, anchor]
    starts = np.arange(len(numbers) - size + 1)
    at_anchor = numbers[anchor : anchor + len(starts)]
    near = pattern.near[anchor]
    low = np.searchsorted(column, at_anchor - near)
    high = np.searchsorted(column, at_anchor + near, side="right")
    high = np.where(np.isfinite(at_anchor), high, low)
    missing = np.flatnonzero(~np.isfinite(pattern.values[:, anchor]))
    found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    counts = high - low
    for part in _parts(counts):
        here = np.repeat(starts[part], counts[part])
        offsets = np.arange(len(here)) - np.repeat(
            np.cumsum(counts[part]) - counts[part], counts[part]
        )
        rows = sorted_rows[np.repeat(low[part], counts[part]) + offsets]
        found.append(_filtered(pattern, numbers, here, rows, order[1:]))
    if len(missing):
        for part in _parts(np.full(len(starts), len(missing))):
            here = np.repeat(starts[part], len(missing))
            rows = np.tile(missing, part.stop - part.start)
            found.append(_filtered(pattern, numbers, here, rows, order[1:]))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([places for places, _ in found]),
        np.concatenate([rows for _, rows in found]),
    )


def _parts(counts: NDArray[np.int64]) -> list[slice]:
    """Cut the places into parts with not too many pairs each."""
    total = np.cumsum(counts)
    parts, begin = [], 0
    while begin < len(counts):
        before = total[begin - 1] if begin else 0
        end = int(np.searchsorted(total, before + _MOST_PAIRS, side="right"))
        end = max(end, begin + 1)
        parts.append(slice(begin, end))
        begin = end
    return parts


def _filtered(
    pattern: _Pattern,
    numbers: NDArray[np.float64],
    places: NDArray[np.int64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep the pairs of which the other columns fit as well; missing values fit anything."""
    for column in columns:
        if not len(places):
            break
        wanted = pattern.values[rows, column]
        fits = ~(np.abs(numbers[places + column] - wanted) > pattern.near[column])
        fits &= np.isfinite(numbers[places + column]) | ~np.isfinite(wanted)
        places, rows = places[fits], rows[fits]
    return places, rows


def _planted(matrix: Matrix) -> FittedModel:
    """Return a model that stores rows, as the program would keep it."""
    rows = np.nan_to_num(matrix[:200])
    count, width = rows.shape
    names = tuple(f"x{number}" for number in range(width))
    everything = np.arange(width, dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int64)
    preprocessor = Preprocessor(
        columns=names,
        output_names=names,
        source_columns=names,
        ranges={},
        numeric_names=names,
        text_names=(),
        transform_name="none",
        block=nothing,
        kept=everything,
        kept_texts=nothing,
        medians=np.zeros(width),
        means=np.zeros(width),
        scales=np.ones(width),
        indicators=nothing,
        encoder=None,
    )
    predictor = NeighboursPredictor(
        rows=rows,
        targets=np.zeros((count, 1)),
        neighbours=3,
        by_distance=False,
        means=np.zeros(width),
        directions=None,
        classifies=False,
    )
    return FittedModel("knn", OutcomeInfo("y", "regression"), preprocessor, everything, predictor)
