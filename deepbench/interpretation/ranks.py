"""Ranks of many columns at once, and correlations of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]


def ranks(values: Floats) -> Floats:
    """Return the (n, q) ranks of each column, less their mean; 0 where a value is missing."""
    missing = np.isnan(values)
    found = np.empty(values.shape)
    whole = ~missing.any(axis=0)
    found[:, whole] = rankdata(values[:, whole], axis=0)
    found[:, whole] -= (len(values) + 1) / 2
    for column in np.flatnonzero(~whole):
        there = ~missing[:, column]
        found[there, column] = rankdata(values[there, column]) - (int(there.sum()) + 1) / 2
        found[~there, column] = 0.0
    return found


def correlations(centred: Floats) -> Floats:
    """Return the (q, q) correlations of centred columns (n, q); 0 for constant ones, 1 on top.

    A missing value counts as an average one, so that gaps make correlations smaller.
    """
    length = np.sqrt((centred**2).sum(axis=0))
    scaled = centred / np.where(length > 0.0, length, 1.0)
    found: Floats = np.clip(scaled.T @ scaled, -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found
