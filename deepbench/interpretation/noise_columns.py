"""Columns of no use, put beside the real ones: what does the model give to noise?

Copies of real columns whose values are exchanged between biological units, as in Boruta (Kursa
and Rudnicki 2010, doi:10.18637/jss.v036.i11): they look like measurements, go together like
measurements, and know nothing of the outcome. A model that is fitted with them, on the true
outcome, shows what importance a feature gets by chance beside features that matter; a model of
shuffled labels alone does not, where its settings make it say less, or more, than the real one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Numbers in all copies, which bounds the memory.
_MOST_NUMBERS = 5_000_000
_MARK = "\x1fnoise\x1f"


def copies_of(features: int, rows: int) -> int:
    """Return how many of the user's columns are copied: all, or as many as memory has room for."""
    return min(features, max(_MOST_NUMBERS // max(rows, 1), 1))


def noise_sources(features: Sequence[str], rows: int, seed: int) -> frozenset[str]:
    """Draw the user's columns that are copied."""
    wanted = copies_of(len(features), rows)
    drawn = np.random.default_rng(seed).permutation(len(features))[:wanted]
    return frozenset(features[number] for number in drawn)


def donor_rows(units: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return (n,) the row whose values each row gets: those of another unit, drawn at random.

    The same donor serves all rows of a unit, so that samples of one unit stay alike.
    """
    _, unit_of_row = np.unique(units, return_inverse=True)
    count = int(unit_of_row.max()) + 1
    rows_of = [np.flatnonzero(unit_of_row == unit) for unit in range(count)]
    donors = np.random.default_rng(seed).permutation(count)
    found = np.empty(len(units), dtype=np.int64)
    for unit, donor in enumerate(donors):
        own, other = rows_of[unit], rows_of[donor]
        found[own] = other[np.arange(len(own)) % len(other)]
    return found


def with_noise(
    matrix: Floats,
    sources: Sequence[str],
    copied: frozenset[str],
    donors: Sequence[Floats],
) -> tuple[Floats, tuple[str, ...]]:
    """Return a matrix (m, d + c) with copies of some columns, and the source of each column.

    Args:
        matrix: (m, d) some preprocessed rows.
        sources: (d,) the user's column behind each column.
        copied: The user's columns that are copied, with all that preprocessing made of them.
        donors: For each row the preprocessed row (d,) that its copies come from.
    """
    columns = np.array([i for i, name in enumerate(sources) if name in copied], dtype=np.int64)
    count = matrix.shape[1]
    wide = np.empty((len(matrix), count + len(columns)))
    wide[:, :count] = matrix
    for row, donor in enumerate(donors):
        wide[row, count:] = donor[columns]
    return wide, (*sources, *(f"{_MARK}{sources[column]}" for column in columns))


def is_noise(source: str) -> bool:
    """Say whether a source is a column of noise."""
    return source.startswith(_MARK)


def copied_from(source: str) -> str:
    """Return the user's column that a column of noise is a copy of."""
    return source.removeprefix(_MARK)
