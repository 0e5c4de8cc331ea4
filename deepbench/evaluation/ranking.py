"""Metrics that depend on the order of the scores alone, for many weightings of the rows at once.

The bootstrap asks for the same metric under thousands of weightings. Rows are sorted once and
every weighting is then a cumulative sum, so that one resample costs a few passes over the rows.
Weights come as `columns`: float64 (n, B), row-major, one column per weighting. Metrics that
cannot be computed under a weighting are NaN there; nothing warns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Outcome = NDArray[np.int64] | NDArray[np.float64]


def as_columns(weights: Floats) -> Floats:
    """Return weights (B, n) as row-major (n, B); free of charge if `weights` is column-major."""
    return np.ascontiguousarray(weights.T, dtype=np.float64)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide element by element; NaN where the denominator is not positive."""
    shape = np.broadcast_shapes(np.shape(numerator), np.shape(denominator))
    out = np.full(shape, np.nan)
    positive = np.broadcast_to(denominator > 0, shape)
    np.divide(numerator, denominator, out=out, where=positive)
    return out


def mean_of_computable(values: Floats) -> Floats:
    """Mean over the first axis of (K, B) values, leaving out NaN; NaN where all are."""
    usable = np.isfinite(values)
    return ratio(np.where(usable, values, 0.0).sum(axis=0), usable.sum(axis=0).astype(np.float64))


def ordered_pairs(
    positive: NDArray[np.bool_], scores: Floats, columns: Floats
) -> tuple[Floats, Floats]:
    """Weigh the pairs of a positive and a negative row that the scores put in the right order.

    Args:
        positive: (n,) whether a row is positive.
        scores: (n,) higher means more likely positive.
        columns: (n, B) weights; a pair weighs the product of its rows' weights.

    Returns:
        Weight of the correctly ordered pairs (ties count half) and of all pairs, each (B,).
        Their ratio is the AUROC (Mann-Whitney statistic).
    """
    positives, negatives = np.flatnonzero(positive), np.flatnonzero(~positive)
    negatives = negatives[np.argsort(scores[negatives], kind="stable")]
    positives = positives[np.argsort(scores[positives], kind="stable")]
    below = np.searchsorted(scores[negatives], scores[positives], side="left")
    not_above = np.searchsorted(scores[negatives], scores[positives], side="right")
    cumulative = np.zeros((len(negatives) + 1, columns.shape[1]), dtype=columns.dtype)
    np.cumsum(columns[negatives], axis=0, out=cumulative[1:])
    beaten = cumulative[below]
    if not np.array_equal(below, not_above):
        beaten += cumulative[not_above]
        beaten *= 0.5
    weights = columns[positives]
    won: Floats = np.einsum("ib,ib->b", weights, beaten)
    return won, weights.sum(axis=0) * cumulative[-1]


def weighted_auroc(positive: NDArray[np.bool_], scores: Floats, columns: Floats) -> Floats:
    """AUROC (B,) under each weighting; NaN where one kind of row has no weight."""
    won, pairs = ordered_pairs(positive, scores, columns)
    return ratio(won, pairs)


def weighted_average_precision(
    positive: NDArray[np.bool_], scores: Floats, columns: Floats
) -> Floats:
    """Average precision (B,): precision at each distinct score, weighted by the recall it adds.

    Rows with the same score enter together, as in scikit-learn's `average_precision_score`.
    NaN where one kind of row has no weight.
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    selected = np.cumsum(columns[order], axis=0)[ends]
    hits = np.cumsum(columns[order] * positive[order, None], axis=0)[ends]
    gained = np.diff(hits, axis=0, prepend=0.0)
    precision = np.divide(hits, selected, out=np.zeros_like(hits), where=selected > 0)
    result = ratio((gained * precision).sum(axis=0), hits[-1])
    result[selected[-1] <= hits[-1]] = np.nan
    return result


def weighted_ranks(values: Floats, columns: Floats) -> Floats:
    """Midranks (n, B) of `values` when each row stands for as many rows as its weight says.

    The constant half that midranks usually carry is left off: correlations do not see it, and
    the weighted mean of these ranks is half the total weight.
    """
    order = np.argsort(values, kind="stable")
    is_start = np.append(True, np.diff(values[order]) != 0)
    group_weight = np.add.reduceat(columns[order], np.flatnonzero(is_start), axis=0)
    ranks = np.cumsum(group_weight, axis=0) - group_weight / 2
    group = np.empty(len(values), dtype=np.int64)
    group[order] = np.cumsum(is_start) - 1
    result: Floats = ranks[group]
    return result


def weighted_spearman(a: Floats, b: Floats, columns: Floats) -> Floats:
    """Spearman correlation (B,), ties as midranks; NaN where one side is constant."""
    half = columns.sum(axis=0) / 2
    rank_a, rank_b = weighted_ranks(a, columns) - half, weighted_ranks(b, columns) - half
    covariance = np.einsum("ib,ib,ib->b", columns, rank_a, rank_b)
    variance_a = np.einsum("ib,ib,ib->b", columns, rank_a, rank_a)
    variance_b = np.einsum("ib,ib,ib->b", columns, rank_b, rank_b)
    return ratio(covariance, np.sqrt(variance_a * variance_b))
