"""Class sums of many label vectors at once: all that F values and naive Bayes need of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.models.ranking import f_ratio

# A column that varies by less than this part of its sum of squares does not vary.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class ClassMoments:
    """Counts, sums and sums of squares by class, for sets of rows.

    Set 0 is all rows; set 1 + f all rows outside inner fold f.

    Attributes:
        counts: (L, Q, K) rows.
        sums: (L, Q, K, d) sums of columns.
        squares: (L, Q, K, d) sums of squares.
    """

    counts: NDArray[np.float64]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]

    def totals(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (L, Q, d) sums of squares around zero and around the mean of all classes."""
        squares = self.squares.sum(axis=2)
        rows = np.maximum(self.counts.sum(axis=2), 1.0)[:, :, None]
        around = squares - self.sums.sum(axis=2) ** 2 / rows
        around[around <= _ROUNDING * squares] = 0.0
        return squares, around

    def f_values(self) -> NDArray[np.float64]:
        """Return (L, Q, d) F statistics of one-way analyses of variance of each column."""
        _, around = self.totals()
        rows = self.counts.sum(axis=2)[:, :, None]
        present = (self.counts > 0.0).sum(axis=2)[:, :, None]
        between = np.einsum(
            "lqkd,lqk->lqd", self.sums**2, 1.0 / np.maximum(self.counts, 1.0)
        ) - self.sums.sum(axis=2) ** 2 / np.maximum(rows, 1.0)
        comparable = (present >= 2) & (rows > present)
        between[(around == 0.0) | ~comparable] = 0.0
        above = between / np.maximum(present - 1, 1)
        within = (around - between) / np.maximum(rows - present, 1.0)
        return f_ratio(above, within, around)


def class_moments(
    x: NDArray[np.float64],
    squared: NDArray[np.float64],
    codes: NDArray[np.int64],
    parts: NDArray[np.int64] | None,
    classes: int,
) -> ClassMoments:
    """Return the class sums of label vectors.

    Args:
        x: (n, d) rows.
        squared: (n, d) their squares.
        codes: (L, n) class codes.
        parts: (L, n) inner folds, -1 for rows that are left out; None for set 0 alone.
        classes: Number of classes K.
    """
    folds = np.zeros_like(codes) if parts is None else parts
    number = int(folds.max()) + 1
    cells = np.where(folds < 0, -1, folds * classes + codes)
    member = (cells[:, None, :] == np.arange(number * classes)[None, :, None]).astype(np.float64)
    shape = (len(codes), number, classes)
    flat = member.reshape(-1, len(x))
    by_part = (
        member.sum(axis=2).reshape(shape),
        (flat @ x).reshape(*shape, -1),
        (flat @ squared).reshape(*shape, -1),
    )
    return ClassMoments(*(_sets(values, parts is not None) for values in by_part))


def _sets(values: NDArray[np.float64], inner: bool) -> NDArray[np.float64]:
    """Turn (L, P, K, ...) sums by inner fold into sums by set."""
    whole = values.sum(axis=1, keepdims=True)
    return np.concatenate([whole, whole - values], axis=1) if inner else whole
