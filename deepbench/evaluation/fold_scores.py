"""The tuning score of one candidate, from its out-of-fold predictions.

AUROC is counted within folds: only samples that the same fitted model predicted are compared,
because scores of models fitted on different folds need not share a scale. All pairs of all folds
and repeats are pooled (correctly ordered pairs, ties half, over all pairs), so that a small fold
weighs as much as its pairs; for several classes, the mean over one class against the rest. R2 is
1 - SSE/SST pooled over all rows and repeats, SST around the weighted mean.

A candidate without a finite prediction for every row that `fold_of` says was predicted scores
NaN: it cannot be compared with candidates that were tried on all folds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.metrics import Task, squared_deviation
from deepbench.evaluation.ranking import (
    Floats,
    Outcome,
    as_columns,
    mean_of_computable,
    ordered_pairs,
    ratio,
)

# Weightings handled together: enough to outweigh the call, few enough to stay in the cache.
_BLOCK = 512


class FoldScorer:
    """Scores candidates that share one cross-validation; the folds are looked up once.

    Args:
        task: Kind of outcome.
        y: (n,) class codes or values.
        fold_of: (R, n) fold in which each row was predicted; -1 for never.

    Raises:
        ValueError: If `y` and `fold_of` differ in length.
    """

    def __init__(self, task: Task, y: Outcome, fold_of: NDArray[np.int64]) -> None:
        if fold_of.ndim != 2 or fold_of.shape[1] != len(y):
            raise ValueError("fold_of needs one column per row of the outcome")
        self._task = task
        self._y = y
        self._predicted = fold_of >= 0
        self._folds = [
            (repeat, np.flatnonzero(fold_of[repeat] == fold))
            for repeat in range(len(fold_of))
            for fold in np.unique(fold_of[repeat])
            if fold >= 0
        ]

    def scores(self, oof: Floats, columns: Floats) -> Floats:
        """Score one candidate under each weighting of the rows.

        Args:
            oof: (R, n, K) out-of-fold predictions; NaN for never predicted.
            columns: (n, B) non-negative weights, row-major.

        Returns:
            (B,) scores; NaN where not computable.

        Raises:
            ValueError: If `oof` does not fit `fold_of`.
        """
        if not _complete(oof, self._predicted):
            return np.full(columns.shape[1], np.nan)
        if self._task == "regression":
            return self._r2(oof, columns)
        return self._auroc(oof, columns)

    def per_fold(self, oof: Floats) -> Floats:
        """Unweighted score of each fold, (number of folds over all repeats,), NaN as above."""
        values = []
        for repeat, rows in self._folds:
            within = FoldScorer(self._task, self._y[rows], np.zeros((1, len(rows)), np.int64))
            values.append(within.scores(oof[repeat, rows][None], np.ones((len(rows), 1)))[0])
        return np.array(values)

    def _auroc(self, oof: Floats, columns: Floats) -> Floats:
        classes = [1] if oof.shape[2] == 2 else range(oof.shape[2])
        won = np.zeros((len(classes), columns.shape[1]))
        pairs = np.zeros_like(won)
        for repeat, rows in self._folds:
            for part, weights in _parts(columns, rows):
                for i, k in enumerate(classes):
                    more = ordered_pairs(self._y[rows] == k, oof[repeat, rows, k], weights)
                    won[i, part] += more[0]
                    pairs[i, part] += more[1]
        return mean_of_computable(ratio(won, pairs))

    def _r2(self, oof: Floats, columns: Floats) -> Floats:
        errors = np.where(self._predicted, self._y - oof[:, :, 0], 0.0)
        times_predicted = self._predicted.sum(axis=0).astype(np.float64)
        sst = squared_deviation(self._y, columns * times_predicted[:, None])
        return 1 - ratio(np.asarray((errors**2).sum(axis=0) @ columns), sst)


def all_predicted(oof: Floats, fold_of: NDArray[np.int64]) -> bool:
    """Say whether a candidate has a finite prediction wherever `fold_of` says there is one.

    Raises:
        ValueError: If `oof` does not fit `fold_of`.
    """
    return _complete(oof, fold_of >= 0)


def _complete(oof: Floats, predicted: NDArray[np.bool_]) -> bool:
    if oof.shape[:2] != predicted.shape:
        raise ValueError("out-of-fold predictions do not fit fold_of")
    return bool(np.isfinite(oof[predicted]).all())


def _parts(columns: Floats, rows: NDArray[np.int64]) -> Iterator[tuple[slice, Floats]]:
    for begin in range(0, columns.shape[1], _BLOCK):
        part = slice(begin, begin + _BLOCK)
        yield part, columns[rows, part]


def weighted_scores(
    task: Task, y: Outcome, oof: Floats, fold_of: NDArray[np.int64], weights: Floats
) -> Floats:
    """Tuning score of one candidate under weights (B, n); returns (B,).

    Args:
        task: Kind of outcome.
        y: (n,) class codes or values.
        oof: (R, n, K) out-of-fold predictions.
        fold_of: (R, n) fold numbers, -1 for never predicted.
        weights: (B, n) non-negative weights.

    Raises:
        ValueError: If the shapes do not fit each other.
    """
    return FoldScorer(task, y, fold_of).scores(oof, as_columns(weights))


def score(task: Task, y: Outcome, oof: Floats, fold_of: NDArray[np.int64]) -> float:
    """Tuning score of one candidate; NaN where not computable. Arguments as above."""
    return float(weighted_scores(task, y, oof, fold_of, np.ones((1, len(y))))[0])


def fold_spread(task: Task, y: Outcome, oof: Floats, fold_of: NDArray[np.int64]) -> Floats:
    """Score of each fold, repeat by repeat; NaN where a fold's score is not computable.

    How far these lie apart says how unsteady the score is. It is no confidence interval: the
    models of the folds share most of their training samples.
    """
    return FoldScorer(task, y, fold_of).per_fold(oof)
