"""Principal coordinates of a wide matrix, by way of its n × n Gram matrix.

For d columns much wider than n rows, X Xᵀ = U Λ Uᵀ costs one matrix product and an n × n
eigenproblem; U √Λ holds all that a method which only looks at inner products or distances of
rows can use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Directions with less than this share of the largest variance are rounding.
_NEGLIGIBLE = 1e-10


@dataclass(frozen=True, eq=False)
class RowSpace:
    """Coordinates of centred rows on orthonormal directions, largest variance first.

    Attributes:
        scores: (n, r) coordinates.
        directions: (d, r) orthonormal directions.
    """

    scores: NDArray[np.float64]
    directions: NDArray[np.float64]


def row_space(centred: NDArray[np.float64], most: int | None = None) -> RowSpace:
    """Return the principal coordinates of centred rows.

    Args:
        centred: (n, d) rows whose columns have mean zero.
        most: Number of directions at most; all that are not rounding if None.
    """
    rows, columns = centred.shape
    if columns > rows:
        values, vectors = np.linalg.eigh(centred @ centred.T)
    else:
        values, vectors = np.linalg.eigh(centred.T @ centred)
    order = np.argsort(values)[::-1]
    kept = order[values[order] > _NEGLIGIBLE * max(float(values[order[0]]), 1e-300)][:most]
    chosen = vectors[:, kept]
    # The sign of an eigenvector is a whim of the library; the largest entry is made positive.
    largest = np.abs(chosen).argmax(axis=0)
    chosen = chosen * np.sign(chosen[largest, np.arange(len(kept))])
    if columns > rows:
        roots = np.sqrt(values[kept])
        return RowSpace(chosen * roots, centred.T @ (chosen / roots))
    return RowSpace(centred @ chosen, chosen)
