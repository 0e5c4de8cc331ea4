"""Ranking of single columns by their association with the outcome, for the filter in the fold.

The filter is part of the model: it only ever sees fit rows. Selecting columns before
cross-validation is the classic way to "find" signal in noise (Ambroise & McLachlan 2002, doi
10.1073/pnas.102102699).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import Task

Outcome = NDArray[np.int64] | NDArray[np.float64]


def class_f_values(x: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the (d,) F statistics of a one-way analysis of variance of each column.

    Args:
        x: (n, d) columns.
        codes: (n,) class codes.

    Returns:
        F with K - 1 and n - K degrees of freedom; 0 for constant columns, infinite where
        classes differ without any spread inside them.
    """
    present, index = np.unique(codes, return_inverse=True)
    if len(present) < 2 or len(x) <= len(present):
        return np.zeros(x.shape[1])
    membership = np.zeros((len(present), len(x)))
    membership[index, np.arange(len(x))] = 1.0
    counts = membership.sum(axis=1)[:, None]
    centred = _centred(x)
    total = np.einsum("ij,ij->j", centred, centred)
    between = ((membership @ centred) ** 2 / counts).sum(axis=0)
    within = total - between
    return f_ratio(between / (len(present) - 1), within / (len(x) - len(present)), total)


def correlation_f_values(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (d,) F statistics, 1 and n - 2 degrees of freedom, of each column's correlation.

    Args:
        x: (n, d) columns.
        y: (n,) outcome.
    """
    if len(x) <= 2:
        return np.zeros(x.shape[1])
    centred = _centred(x)
    outcome = y - y.mean()
    total = np.einsum("ij,ij->j", centred, centred) * float(outcome @ outcome)
    explained = (outcome @ centred) ** 2
    return f_ratio(explained, (total - explained) / (len(x) - 2), total)


def _centred(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the columns without their means; exactly 0 where a column is constant."""
    centred: NDArray[np.float64] = x - x.mean(axis=0)
    centred[:, (x == x[0]).all(axis=0)] = 0.0
    return centred


def f_ratio(
    above: NDArray[np.float64], below: NDArray[np.float64], total: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Divide mean squares; what is no more than rounding of ``total`` counts as nothing."""
    nothing = 1e-12 * total
    values = np.zeros_like(above)
    real = above > nothing
    np.divide(above, below, out=values, where=real & (below > nothing))
    values[real & (below <= nothing)] = np.inf
    return values


def rank_columns(x: NDArray[np.float64], outcome: Outcome, task: Task) -> NDArray[np.int64]:
    """Return the (d,) column numbers, strongest association first; ties in column order."""
    values = (
        correlation_f_values(x, outcome.astype(np.float64))
        if task == "regression"
        else class_f_values(x, outcome.astype(np.int64))
    )
    order: NDArray[np.int64] = np.argsort(-for_order(values), kind="stable").astype(np.int64)
    return order


def for_order(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return F values with the digits that order columns.

    Twins of a column tie, whichever way their F values were summed up.
    """
    return values.astype(np.float32)
