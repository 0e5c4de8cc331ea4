"""Two quick ways to put features in the order in which they join a short panel.

Both only ever see the rows they are given. *Forward*: the feature that explains most of what the
features before it leave unexplained (least squares; Efroymson 1960). *Discounted*: the feature
with the largest squared correlation, discounted by what it shares with the features before it
(in the manner of mRMR, Ding & Peng 2005, doi 10.1142/S0219720005001004). Where few features matter
the first gives shorter panels; where many correlated ones do (gene expression), it soon learns
single samples by heart and the second is better. Which one is taken is decided inside the folds.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import Task
from deepbench.models.ranking import Outcome

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Way = Literal["forward", "discounted"]
WAYS: tuple[Way, ...] = ("forward", "discounted")

# Features that can join at all: the best by themselves.
_CANDIDATES = 1_000
# What is left of a column after the others are taken out, below which nothing new is in it.
_NOTHING_NEW = 1e-6


def outcome_columns(outcome: Outcome, task: Task) -> Floats:
    """Return (n, q) columns whose explained sum of squares measures what features say.

    Values as they are, one column for two classes; for more, one per class, scaled so that rare
    classes count as much as common ones. Centred, with sums of squares that add up to 1.
    """
    if task == "regression":
        columns = np.asarray(outcome, dtype=np.float64)[:, None]
    else:
        codes = np.unique(outcome.astype(np.int64))
        wanted = codes[1:] if len(codes) == 2 else codes
        columns = (outcome[:, None] == wanted).astype(np.float64)
        columns /= np.sqrt(np.maximum(columns.mean(axis=0), 1e-12))
    return _unit(columns)


def value_columns(values: Floats) -> Floats:
    """Return (n, q) values of several outputs, as `outcome_columns` does for one."""
    return _unit(np.asarray(values, dtype=np.float64))


def _unit(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    length = float(np.sqrt((centred**2).sum()))
    found: Floats = centred / length if length > 0 else centred
    return found


def rank_features(x: Floats, group_of: Codes, outcome: Floats, size: int, way: Way) -> list[int]:
    """Return the features in the order in which they join, at most ``size`` of them.

    Args:
        x: (n, d) preprocessed columns of the fit rows.
        group_of: (d,) number of the user's feature behind each column.
        outcome: (n, q) from `outcome_columns`.
        size: Features wanted.
        way: How they are put in order.
    """
    standard = _standardised(x)
    alone = ((outcome.T @ standard) ** 2).sum(axis=0)
    columns = _candidates(alone, group_of, max(size, _CANDIDATES))
    standard, alone, group_of = standard[:, columns], alone[columns], group_of[columns]
    if way == "forward":
        return _forward(standard, group_of, outcome, size)
    return _discounted(standard, group_of, alone, size)


def _standardised(x: Floats) -> Floats:
    """Return the columns with mean 0 and length 1; constant ones become 0."""
    centred: Floats = x - x.mean(axis=0)
    lengths = np.sqrt(np.einsum("ij,ij->j", centred, centred))
    lengths[lengths <= 1e-9 * np.sqrt(len(x))] = np.inf
    centred /= lengths
    return centred


def _candidates(alone: Floats, group_of: Codes, most: int) -> Codes:
    """Return all columns of the features that are best by themselves, in column order."""
    best = np.zeros(int(group_of.max(initial=-1)) + 1)
    np.maximum.at(best, group_of, alone)
    # Rounded, so that twins of a feature tie whichever way their sums were added up.
    kept = np.argsort(-best.astype(np.float32), kind="stable")[:most]
    found: Codes = np.flatnonzero(np.isin(group_of, kept)).astype(np.int64)
    return found


def _forward(x: Floats, group_of: Codes, outcome: Floats, size: int) -> list[int]:
    left, unexplained = x.copy(), outcome.copy()
    lengths = np.einsum("ij,ij->j", left, left)
    open_columns = lengths > _NOTHING_NEW
    order: list[int] = []
    while len(order) < size and open_columns.any():
        gain = np.full(len(group_of), -1.0)
        explained = ((unexplained.T @ left[:, open_columns]) ** 2).sum(axis=0)
        gain[open_columns] = explained / lengths[open_columns]
        group = int(group_of[int(gain.astype(np.float32).argmax())])
        order.append(group)
        for column in np.flatnonzero(group_of == group):
            # A column may have become empty by what its own feature's other columns took out.
            length = float(left[:, column] @ left[:, column])
            if length > _NOTHING_NEW:
                direction = left[:, column] / np.sqrt(length)
                left -= np.outer(direction, direction @ left)
                unexplained -= np.outer(direction, direction @ unexplained)
        lengths = np.einsum("ij,ij->j", left, left)
        open_columns &= (lengths > _NOTHING_NEW) & (group_of != group)
    return order


def _discounted(x: Floats, group_of: Codes, alone: Floats, size: int) -> list[int]:
    shared = np.zeros(len(group_of))
    open_columns = alone > 0.0
    order: list[int] = []
    while len(order) < size and open_columns.any():
        worth = np.where(open_columns, alone * (1.0 - shared), -1.0)
        group = int(group_of[int(worth.astype(np.float32).argmax())])
        order.append(group)
        own = np.flatnonzero(group_of == group)
        shared = np.maximum(shared, ((x[:, own].T @ x) ** 2).max(axis=0))
        np.minimum(shared, 1.0, out=shared)
        open_columns &= group_of != group
    return order
