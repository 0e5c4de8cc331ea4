"""Runs on a fold sorted by what they share: the label vector, and columns that the filter keeps.

The filter looks at labels, so each label vector has its own columns, and for calibration a set
without each inner fold. Class sums give the F values of all of them by one matrix product for
many label vectors; the columns are those of `deepbench.models.ranking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deepbench.models.baselines.class_moments import ClassMoments, class_moments
from deepbench.models.family import ALL_COLUMNS, Params, Run
from deepbench.models.fold_data import FoldView
from deepbench.models.ranking import Outcome, f_ratio, for_order

# Class sums held at a time, in numbers.
_MOST_NUMBERS = 6_000_000


@dataclass(frozen=True, eq=False)
class LabelVector:
    """A label vector of the fit rows.

    Attributes:
        outcome: (a,) class codes, each of which occurs, or values.
        runs: Numbers of the runs on it.
        inner: (a,) inner fold of each row, -1 for rows that are left out; None without
            calibration.
    """

    outcome: Outcome
    runs: list[int] = field(default_factory=list)
    inner: NDArray[np.int64] | None = None


def label_vectors(fold: FoldView, runs: Sequence[Run]) -> list[LabelVector]:
    """Return the different label vectors; those that lack a class are left out."""
    found: dict[bytes, LabelVector] = {}
    for number, run in enumerate(runs):
        outcome = fold.fit_outcome(run.outcome)
        key = outcome.tobytes()
        if key not in found:
            if not fold.has_every_class(run.outcome):
                continue
            found[key] = LabelVector(outcome)
        found[key].runs.append(number)
    return list(found.values())


def columns_wanted(params: Params, columns: int) -> int | None:
    """Return how many columns the filter keeps; None for all of them."""
    wanted = params.get("features", ALL_COLUMNS)
    return None if wanted == ALL_COLUMNS or int(wanted) >= columns else int(wanted)


def strongest(f_values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return (count,) the columns with the largest F values, ascending; ties in column order."""
    values = for_order(f_values)
    least = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > least)
    ties = np.flatnonzero(values == least)[: count - len(above)]
    return np.sort(np.concatenate([above, ties]))


def moments_of(
    x: NDArray[np.float64],
    squared: NDArray[np.float64],
    vectors: Sequence[LabelVector],
    classes: int,
) -> Iterator[tuple[Sequence[LabelVector], ClassMoments]]:
    """Yield label vectors, as many at a time as memory allows, with their class sums.

    Args:
        x: (a, d) fit rows.
        squared: (a, d) their squares.
        vectors: All with inner folds, or none.
        classes: Number of classes K.
    """
    sets = 1 + (0 if vectors[0].inner is None else 1 + max(int(_parts(v).max()) for v in vectors))
    several = max(1, _MOST_NUMBERS // (2 * sets * classes * x.shape[1]))
    for begin in range(0, len(vectors), several):
        some = vectors[begin : begin + several]
        codes = np.stack([vector.outcome.astype(np.int64) for vector in some])
        parts = None if some[0].inner is None else np.stack([_parts(v) for v in some])
        yield some, class_moments(x, squared, codes, parts, classes)


def filtered_columns(
    fold: FoldView, vectors: Sequence[LabelVector], wanted: Sequence[set[int]]
) -> list[dict[int, list[NDArray[np.int64]]]]:
    """Return the columns that the filter keeps, for each label vector by how many are wanted.

    Args:
        fold: Preprocessed fit rows.
        vectors: All with inner folds, or none.
        wanted: For each label vector the numbers of columns.

    Returns:
        For each number a list: the columns by all rows, then by those outside each inner fold.
    """
    asked = [(vector, counts) for vector, counts in zip(vectors, wanted, strict=True) if counts]
    kept: dict[int, dict[int, list[NDArray[np.int64]]]] = {}
    if asked:
        x = fold.data.fit
        for vector, f_values in _f_values(fold, x, [vector for vector, _ in asked]):
            counts = next(counts for other, counts in asked if other is vector)
            kept[id(vector)] = {
                count: [strongest(values, count) for values in f_values] for count in counts
            }
    return [kept.get(id(vector), {}) for vector in vectors]


def _f_values(
    fold: FoldView, x: NDArray[np.float64], vectors: Sequence[LabelVector]
) -> Iterator[tuple[LabelVector, NDArray[np.float64]]]:
    """Yield label vectors with (Q, d) F values by all rows, then outside each inner fold."""
    info = fold.training.info
    if info.task == "regression":
        outcomes = np.stack([vector.outcome.astype(np.float64) for vector in vectors])
        yield from zip(vectors, number_f_values(x, outcomes)[:, None], strict=True)
        return
    for some, moments in moments_of(x, x**2, vectors, info.outputs):
        yield from zip(some, moments.f_values(), strict=True)


def number_f_values(x: NDArray[np.float64], outcomes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (L, d) F values of the correlation of each column with (L, n) outcomes."""
    if len(x) <= 2:
        return np.zeros((len(outcomes), x.shape[1]))
    squares = np.einsum("ij,ij->j", x, x)
    around = squares - x.sum(axis=0) ** 2 / len(x)
    around[around <= 1e-12 * squares] = 0.0
    centred = outcomes - outcomes.mean(axis=1, keepdims=True)
    total = around * np.einsum("ij,ij->i", centred, centred)[:, None]
    explained = (centred @ x) ** 2
    # Where a column never varies, what is left is rounding.
    explained[:, around == 0.0] = 0.0
    return f_ratio(explained, (total - explained) / (len(x) - 2), total)


def _parts(vector: LabelVector) -> NDArray[np.int64]:
    assert vector.inner is not None
    return vector.inner
