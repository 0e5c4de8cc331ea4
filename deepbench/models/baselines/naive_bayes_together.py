"""Naive Bayes of many settings and label vectors on the rows of one fold.

Class sums and sums of squares hold all that the densities need, so those of many label vectors
and of all inner folds come from two matrix products, and their log odds from two more: a squared
distance from the mean over the variance is linear in a row and its squares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from deepbench.models.baselines.class_moments import ClassMoments
from deepbench.models.baselines.inner_folds import inner_folds
from deepbench.models.baselines.label_vectors import (
    LabelVector,
    columns_wanted,
    label_vectors,
    moments_of,
    strongest,
)
from deepbench.models.baselines.probabilities import (
    indicator_targets,
    sigmoids_of,
    splits,
    with_labels,
)
from deepbench.models.baselines.sigmoid_fits import Labelled
from deepbench.models.family import Predicted, Run
from deepbench.models.fold_data import FoldView

# Numbers in the densities that are multiplied with the rows at once.
_MOST_NUMBERS = 4_000_000


# Number of a run, its decision values for the tuning rows, what its sigmoids are fitted on.
_Decided = tuple[int, NDArray[np.float64], list[Labelled]]


@dataclass(frozen=True, eq=False)
class _Setting:
    """A run on a label vector: its number, its share of the largest variance."""

    number: int
    vector: LabelVector
    smoothing: float


@dataclass(frozen=True, eq=False)
class _Densities:
    """Log densities, less that of class 0, as linear functions of rows and of their squares.

    Attributes:
        of_rows: (Q, K - 1, k) weights of the columns by set of rows that was fitted on.
        of_squares: (Q, K - 1, k) weights of their squares.
        constants: (Q, K - 1) constants.
        present: (Q, K) whether the class has rows.
    """

    of_rows: NDArray[np.float64]
    of_squares: NDArray[np.float64]
    constants: NDArray[np.float64]
    present: NDArray[np.bool_]

    def odds(self, products: NDArray[np.float64], q: int) -> NDArray[np.float64]:
        """Return (n, J) log odds by set ``q`` from (n, K - 1) products with its weights."""
        joint = np.zeros((len(products), self.present.shape[1]))
        joint[:, 1:] = products + self.constants[q]
        joint[:, ~self.present[q]] = -np.inf
        return log_odds(joint)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows and their squares."""

    x: NDArray[np.float64]
    squared: NDArray[np.float64]

    @classmethod
    def of(cls, x: NDArray[np.float64]) -> _Rows:
        return cls(x, x**2)

    def products(
        self, of_rows: NDArray[np.float64], of_squares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return (n, T) products with (T, k) weights."""
        return self.x @ of_rows.T + self.squared @ of_squares.T


def predict_bayes(fold: FoldView, runs: Sequence[Run]) -> list[Predicted | None]:
    """Return what each run predicts for the tuning rows; None where a class is missing."""
    predicted: list[Predicted | None] = [None] * len(runs)
    vectors = [
        LabelVector(vector.outcome, vector.runs, inner_folds(_codes(vector), fold.units))
        for vector in label_vectors(fold, runs)
    ]
    decided = list(_decide(fold, runs, vectors)) if vectors else []
    sigmoids = sigmoids_of([labelled for _, _, labelled in decided])
    for (number, tune, _), own in zip(decided, sigmoids, strict=True):
        predicted[number] = Predicted(own.probabilities(tune))
    return predicted


def _decide(
    fold: FoldView, runs: Sequence[Run], vectors: Sequence[LabelVector]
) -> Iterator[_Decided]:
    """Yield the decision values of each run."""
    fit, tune = _Rows.of(fold.data.fit), _Rows.of(fold.data.tune)
    columns = fold.data.fit.shape[1]
    for some, moments in moments_of(fit.x, fit.squared, vectors, fold.training.info.outputs):
        everything: list[tuple[int, _Setting]] = []
        f_values = None
        for index, vector in enumerate(some):
            for number in vector.runs:
                params = runs[number].params
                setting = _Setting(number, vector, params["smoothing"])
                count = columns_wanted(params, columns)
                if count is None:
                    everything.append((index, setting))
                    continue
                f_values = moments.f_values() if f_values is None else f_values
                kept = np.stack([strongest(values, count) for values in f_values[index]])
                yield _decide_filtered(fit.x, tune.x, moments, index, setting, kept)
        several = max(1, _MOST_NUMBERS // (2 * moments.sums[0].size))
        for begin in range(0, len(everything), several):
            yield from _decide_together(fit, tune, moments, everything[begin : begin + several])


def _decide_together(
    fit: _Rows, tune: _Rows, moments: ClassMoments, settings: Sequence[tuple[int, _Setting]]
) -> Iterator[_Decided]:
    """Yield decisions from all columns, by products with the densities of all settings."""
    densities = [
        _densities(
            moments.counts[index], moments.sums[index], moments.squares[index], one.smoothing
        )
        for index, one in settings
    ]
    of_rows = np.stack([own.of_rows for own in densities])
    of_squares = np.stack([own.of_squares for own in densities])
    runs, sets, others, columns = of_rows.shape
    inside = fit.products(of_rows.reshape(-1, columns), of_squares.reshape(-1, columns))
    inside = inside.reshape(len(inside), runs, sets, others)
    new = tune.products(
        of_rows[:, 0].reshape(-1, columns), of_squares[:, 0].reshape(-1, columns)
    ).reshape(-1, runs, others)
    for r, ((_, one), own) in enumerate(zip(settings, densities, strict=True)):
        yield _from_products(one, own, inside[:, r], new[:, r])


def _from_products(
    setting: _Setting,
    densities: _Densities,
    inside: NDArray[np.float64],
    new: NDArray[np.float64],
) -> _Decided:
    """Return decisions from the (a, Q, K - 1) and (b, K - 1) products of fit and tuning rows."""
    held_out = _held_out(setting.vector, densities, lambda q, rows: inside[rows, q])
    labelled = _labelled(setting.vector, held_out, lambda: densities.odds(inside[:, 0], 0))
    return setting.number, densities.odds(new, 0), labelled


def _decide_filtered(
    fit: NDArray[np.float64],
    tune: NDArray[np.float64],
    moments: ClassMoments,
    index: int,
    setting: _Setting,
    kept: NDArray[np.int64],
) -> _Decided:
    """Return decisions from (Q, k) columns, which differ from set to set."""
    own = _densities(
        moments.counts[index],
        np.take_along_axis(moments.sums[index], kept[:, None, :], axis=2),
        np.take_along_axis(moments.squares[index], kept[:, None, :], axis=2),
        setting.smoothing,
    )

    def products(x: NDArray[np.float64], q: int) -> NDArray[np.float64]:
        return _Rows.of(x[:, kept[q]]).products(own.of_rows[q], own.of_squares[q])

    held_out = _held_out(setting.vector, own, lambda q, rows: products(fit[rows], q))
    return (
        setting.number,
        own.odds(products(tune, 0), 0),
        _labelled(setting.vector, held_out, lambda: own.odds(products(fit, 0), 0)),
    )


def _held_out(
    vector: LabelVector,
    densities: _Densities,
    products: Callable[[int, NDArray[np.int64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return (n, J) log odds of held-out rows.

    Args:
        vector: Label vector with inner folds.
        densities: Of all rows and without each inner fold.
        products: Returns the products of rows with the weights of a set.
    """
    classes = densities.present.shape[1]
    held_out = np.full((len(vector.outcome), 1 if classes == 2 else classes), np.nan)
    assert vector.inner is not None
    for number, (_, apply) in enumerate(splits(vector.inner)):
        held_out[apply] = densities.odds(products(1 + number, apply), 1 + number)
    return held_out


def _labelled(
    vector: LabelVector,
    held_out: NDArray[np.float64],
    in_sample: Callable[[], NDArray[np.float64]],
) -> list[Labelled]:
    codes = _codes(vector)
    return with_labels(held_out, indicator_targets(codes, int(codes.max()) + 1), in_sample)


def _densities(
    counts: NDArray[np.float64],
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    smoothing: float,
) -> _Densities:
    """Return the densities that follow from (Q, K) counts and (Q, K, k) class sums."""
    own = np.maximum(counts, 1.0)[:, :, None]
    means = sums / own
    spread = np.maximum(squares / own - means**2, 0.0)
    rows = np.maximum(counts.sum(axis=1), 1.0)[:, None]
    overall = squares.sum(axis=1) / rows - (sums.sum(axis=1) / rows) ** 2
    variances = smoothed(spread, overall.max(axis=1)[:, None, None], smoothing)
    present = counts > 0.0
    constants = np.log(own[:, :, 0]) - 0.5 * (np.log(variances) + means**2 / variances).sum(axis=2)
    of_rows, of_squares = means / variances, -0.5 / variances
    return _Densities(
        of_rows[:, 1:] - of_rows[:, :1],
        of_squares[:, 1:] - of_squares[:, :1],
        constants[:, 1:] - constants[:, :1],
        present,
    )


def _codes(vector: LabelVector) -> NDArray[np.int64]:
    return vector.outcome.astype(np.int64)


def smoothed(
    variances: NDArray[np.float64], largest: NDArray[np.float64] | float, smoothing: float
) -> NDArray[np.float64]:
    """Add a share of the largest variance; of 1 where no column varies at all."""
    added: NDArray[np.float64] = variances + smoothing * np.where(largest == 0.0, 1.0, largest)
    return added


def log_odds(joint: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, 1) log odds of the second class, or (n, K) of each class against the others.

    Args:
        joint: (n, K) log densities with class frequencies, -inf for a class without rows: its
            odds are NaN, and so are all where no other class is left.
    """
    classes = joint.shape[1]
    odds = np.full(joint.shape, np.nan)
    present = np.flatnonzero(np.isfinite(joint[:1]).any(axis=0))
    if len(present) < 2:
        return odds[:, 1:] if classes == 2 else odds
    if classes == 2:
        return np.asarray(joint[:, 1:] - joint[:, :1])
    for k in present:
        others = present[present != k]
        odds[:, k] = joint[:, k] - logsumexp(joint[:, others], axis=1)
    return odds
