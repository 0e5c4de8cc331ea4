"""Scores of many candidates under many resamples of the units, as matrix products.

A resample enters the AUROC only through how often a pair of a positive and a negative unit was
drawn: score = (pairs in order) · (products of the units' counts) / (all pairs) · (the same
products). What is in order depends on the candidate alone, the products on the resample alone, so
all candidates share the products, and all resamples share the order: one matrix product per
fold replaces a sort and a cumulative sum per candidate. Rows of a unit always come together, so
that five rows per unit make 25 times fewer pairs. Counts and halves are whole numbers of bits, and
their sums stay exact in single precision as long as a product sums less than 2**23 pairs;
beyond, double precision is used. So the result depends neither on the order of summation nor on
the number of threads.

In very large folds there are too many pairs; there the sorted sums of `ranking.ordered_pairs`
are cheaper. Both are the same number. R2 is one matrix product of the summed squared errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.fold_scores import all_predicted
from deepbench.evaluation.metrics import Task, squared_deviation
from deepbench.evaluation.ranking import (
    Floats,
    Outcome,
    mean_of_computable,
    ordered_pairs,
    ratio,
)

Codes = NDArray[np.int64]

# Numbers held at once in a block of products, or in a fold's table of pairs: 16 MB in singles.
_BLOCK_ELEMENTS = 1 << 22
# A pair in a matrix product costs about 1/60 of a row in a sorted sum (measured: 0.04 ns, 2.5 ns).
_PAIRS_PER_ROW = 60
_EXACT_IN_SINGLES = 1 << 23
# Sorted sums keep several copies of the weights, in doubles, and like the cache.
_SORTED_COPIES = 8


@dataclass(frozen=True)
class _Fold:
    """Rows of one fold of one repeat, divided by one class against the rest."""

    repeat: int
    column: int
    positive: Codes
    negative: Codes


class CandidateScores:
    """Tuning scores (see `fold_scores`) of candidates that share one cross-validation.

    Args:
        task: Kind of outcome.
        y: (n,) class codes or values.
        unit_of_row: (n,) number of the unit of each row, 0 to U - 1.
        oofs: One (R, n, K) array of out-of-fold predictions per candidate.
        fold_of: (R, n) fold in which each row was predicted; -1 for never.

    Raises:
        ValueError: If shapes do not fit each other.
    """

    def __init__(
        self,
        task: Task,
        y: Outcome,
        unit_of_row: Codes,
        oofs: Sequence[Floats],
        fold_of: Codes,
    ) -> None:
        self._failed = np.array([not all_predicted(oof, fold_of) for oof in oofs])
        self._y, self._oofs, self._unit, self._fold_of = y, oofs, unit_of_row, fold_of
        self._classes = [1] if oofs[0].shape[2] == 2 else list(range(oofs[0].shape[2]))
        self._task = task

    def scores(self, counts: Floats, which: Codes | None = None) -> Floats:
        """Score candidates under each resample.

        Args:
            counts: (U, B) how often each unit counts; whole numbers.
            which: Candidates to score; all if absent.

        Returns:
            (candidates, B) scores; NaN where not computable.
        """
        which = np.arange(len(self._oofs)) if which is None else which
        found = self._r2(counts, which) if self._task == "regression" else None
        result = self._auroc(counts, which) if found is None else found
        result[self._failed[which]] = np.nan
        return result

    def scores_of(self, chosen: Codes, counts: Floats) -> Floats:
        """Score in each resample (B,) the candidate chosen for it (B,). Counts as in `scores`."""
        order = np.argsort(chosen, kind="stable")
        which, begins = np.unique(chosen[order], return_index=True)
        groups = np.append(begins, len(chosen))
        ordered = np.ascontiguousarray(counts[:, order])
        result = np.empty(len(chosen))
        if self._task == "regression":
            for place, candidate in enumerate(which):
                part = slice(groups[place], groups[place + 1])
                result[order[part]] = self._r2(ordered[:, part], np.array([candidate]))[0]
        else:
            result[order] = self._auroc(ordered, which, groups)[0]
        result[self._failed[chosen]] = np.nan
        return result

    # --- classes -------------------------------------------------------------------------

    def _auroc(self, counts: Floats, which: Codes, groups: Codes | None = None) -> Floats:
        """Score each of the candidates, or with groups (see `_in_order`) one per resample."""
        shape = (len(which) if groups is None else 1, counts.shape[1])
        per_class = []
        for k in self._classes:
            won, pairs = np.zeros(shape), np.zeros(shape[1])
            for fold in self._folds(k):
                pairs += self._weight(fold.positive, counts) * self._weight(fold.negative, counts)
                won += self._won(fold, counts, which, groups)
            per_class.append(ratio(won, pairs[None, :]))
        if len(per_class) == 1:
            return per_class[0]
        return mean_of_computable(np.stack(per_class))

    def _folds(self, k: int) -> Iterator[_Fold]:
        column = self._classes.index(k) if len(self._classes) > 1 else 1
        for repeat, folds in enumerate(self._fold_of):
            for fold in np.unique(folds[folds >= 0]):
                rows = np.flatnonzero(folds == fold)
                positive = self._y[rows] == k
                if positive.any() and not positive.all():
                    yield _Fold(repeat, column, rows[positive], rows[~positive])

    def _weight(self, rows: Codes, counts: Floats) -> Floats:
        units, times = np.unique(self._unit[rows], return_counts=True)
        result: Floats = times.astype(np.float64) @ counts[units]
        return result

    def _won(self, fold: _Fold, counts: Floats, which: Codes, groups: Codes | None) -> Floats:
        """Pairs in the right order under each resample.

        Args:
            fold: The fold.
            counts: (U, B) how often each unit counts.
            which: Candidates.
            groups: None for all candidates in all resamples (candidates, B). Else candidate
                ``which[i]`` in the resamples ``groups[i]`` to ``groups[i + 1]`` alone, (1, B).
        """
        positive_units = np.unique(self._unit[fold.positive])
        negative_units = np.unique(self._unit[fold.negative])
        pairs = len(positive_units) * len(negative_units)
        dtype = self._exact_dtype(fold, counts)
        if pairs > _PAIRS_PER_ROW * (len(fold.positive) + len(fold.negative)):
            return self._won_by_sorting(fold, counts.astype(dtype), which, groups)
        up = counts[positive_units].T.astype(dtype)
        down = counts[negative_units].T.astype(dtype)
        total = counts.shape[1]
        result = np.zeros((len(which) if groups is None else 1, total))
        rows = len(fold.positive) * len(fold.negative)
        for some in _blocks(len(which), rows):
            table = self._in_order(fold, which[some]).astype(dtype)
            within = slice(0, total) if groups is None else slice(*groups[[some.start, some.stop]])
            for block in _blocks(within.stop, pairs, within.start):
                products = (up[block, :, None] * down[block, None, :]).reshape(-1, pairs)
                if groups is None:
                    result[some, block] = table @ products.T
                    continue
                owner = np.searchsorted(groups, np.arange(block.start, block.stop), "right") - 1
                for candidate in np.unique(owner):
                    here = np.flatnonzero(owner == candidate)
                    part = products[here[0] : here[-1] + 1]
                    at = block.start + here
                    result[0, at] = part @ table[candidate - some.start]
        return result

    def _in_order(self, fold: _Fold, which: Codes) -> NDArray[np.float32]:
        """Pairs in the right order (candidates, positive units x negative units); ties half."""
        up, starts_up = self._by_unit(fold.positive)
        down, starts_down = self._by_unit(fold.negative)
        score = np.stack([self._oofs[c][fold.repeat, :, fold.column] for c in which])
        high, low = score[:, up, None], score[:, None, down]
        won = (high > low).astype(np.float32)
        ties = high == low
        if ties.any():
            won += np.float32(0.5) * ties
        if len(starts_up) < len(up):
            won = np.add.reduceat(won, starts_up, axis=1)
        if len(starts_down) < len(down):
            won = np.add.reduceat(won, starts_down, axis=2)
        return won.reshape(len(which), -1)

    def _by_unit(self, rows: Codes) -> tuple[Codes, Codes]:
        """Rows ordered by unit, and where each unit begins."""
        ordered = rows[np.argsort(self._unit[rows], kind="stable")]
        return ordered, np.unique(self._unit[ordered], return_index=True)[1]

    def _won_by_sorting(
        self, fold: _Fold, counts: Floats, which: Codes, groups: Codes | None
    ) -> Floats:
        rows = np.concatenate([fold.positive, fold.negative])
        positive = np.arange(len(rows)) < len(fold.positive)
        total = counts.shape[1]
        result = np.empty((len(which) if groups is None else 1, total))
        columns = np.ascontiguousarray(counts[self._unit[rows]])
        for place, candidate in enumerate(which):
            score = self._oofs[candidate][fold.repeat, rows, fold.column]
            within = slice(0, total) if groups is None else slice(*groups[[place, place + 1]])
            line = place if groups is None else 0
            for block in _blocks(within.stop, len(rows) * _SORTED_COPIES, within.start):
                result[line, block] = ordered_pairs(positive, score, columns[:, block])[0]
        return result

    @staticmethod
    def _exact_dtype(fold: _Fold, counts: Floats) -> type[np.floating[Any]]:
        """Single precision where no sum over pairs can outgrow its whole numbers."""
        most = counts.max(initial=0.0) ** 2 * len(fold.positive) * len(fold.negative)
        return np.float32 if most < _EXACT_IN_SINGLES else np.float64

    # --- values --------------------------------------------------------------------------

    def _r2(self, counts: Floats, which: Codes) -> Floats:
        predicted = self._fold_of >= 0
        errors = np.empty((len(which), len(self._y)))
        for place, candidate in enumerate(which):
            missed = np.where(predicted, self._y - self._oofs[candidate][:, :, 0], 0.0)
            errors[place] = (missed**2).sum(axis=0)
        columns = np.ascontiguousarray(counts[self._unit])
        times = predicted.sum(axis=0).astype(np.float64)
        around_mean = squared_deviation(self._y, columns * times[:, None])
        return 1 - ratio(errors @ columns, around_mean[None, :])


def _blocks(stop: int, each: int, start: int = 0) -> Iterator[slice]:
    """Cut a range so that a block of entries of this size stays small."""
    step = max(1, _BLOCK_ELEMENTS // max(each, 1))
    return (slice(at, min(at + step, stop)) for at in range(start, stop, step))
