"""Preprocessed folds, made once and shared by every trial of every family."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.preparation import AS_THEY_ARE, Preparation
from deepbench.data.samples import Fold, TrainingSet
from deepbench.models.preprocessing import Preprocessor, RawTable
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.ranking import Outcome, rank_columns

T = TypeVar("T")

# Preprocessed folds are dropped, least recently used first, beyond this size.
DEFAULT_MEMORY_BYTES = 400_000_000
# A ranking is one number per column; the true outcome and a few shuffles of it stay at hand.
_RANKINGS_PER_FOLD = 4


@dataclass(frozen=True, eq=False)
class FoldData:
    """One fold, preprocessed by what its fit rows say.

    Attributes:
        fold: The row numbers.
        preprocessor: Fitted on the fit rows.
        fit: (a, d) preprocessed fit rows.
        tune: (b, d) preprocessed rows of the tuning set.
    """

    fold: Fold
    preprocessor: Preprocessor
    fit: NDArray[np.float64]
    tune: NDArray[np.float64]
    _shared: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    @property
    def memory_bytes(self) -> int:
        """Size of the two matrices."""
        return self.fit.nbytes + self.tune.nbytes

    def shared(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, worked out once and kept as long as the fold is.

        For what depends on the matrices alone, never on the outcome or on settings, and takes at
        most about as much memory as they do: a Gram matrix, its eigenvectors, distances.
        """
        if name not in self._shared:
            self._shared[name] = make()
        found: T = self._shared[name]
        return found


@dataclass(frozen=True, eq=False)
class FoldView:
    """What a family sees of a fold when it fits several runs at once.

    Attributes:
        data: The preprocessed fold.
        training: All training samples, for units and kind of outcome.
        ranking: Returns the (d,) columns of the fold, strongest association first, of an outcome
            (n,) of all training samples; only fit rows are looked at.
    """

    data: FoldData
    training: TrainingSet
    ranking: Callable[[Outcome], NDArray[np.int64]]

    @property
    def units(self) -> NDArray[np.int64]:
        """(a,) codes of the biological unit of the fit rows."""
        return self.training.units[self.data.fold.fit]

    def fit_outcome(self, outcome: Outcome) -> Outcome:
        """Return the (a,) outcome of the fit rows."""
        found: Outcome = outcome[self.data.fold.fit]
        return found

    def has_every_class(self, outcome: Outcome) -> bool:
        """Return whether every class occurs among the fit rows; True for regression."""
        info = self.training.info
        if info.task == "regression":
            return True
        return len(np.unique(self.fit_outcome(outcome))) == info.outputs


class FoldCache:
    """The tuning folds of a training set, preprocessed when first needed.

    Args:
        training: All training samples.
        folds: Folds of them.
        memory_bytes: Preprocessed folds kept at most; one is kept whatever its size.
        preparation: Transformation and filters of the measurements.
    """

    def __init__(
        self,
        training: TrainingSet,
        folds: tuple[Fold, ...],
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        preparation: Preparation = AS_THEY_ARE,
    ) -> None:
        self.training = training
        self.folds = folds
        self._memory_bytes = memory_bytes
        self._preparation = preparation
        self._table = RawTable.of(training.features)
        self._kept: OrderedDict[int, FoldData] = OrderedDict()
        self._rankings: OrderedDict[tuple[int, bytes], NDArray[np.int64]] = OrderedDict()
        self._shape: ProblemShape | None = None

    def data(self, index: int) -> FoldData:
        """Return fold ``index`` of `folds`, preprocessed."""
        found = self._kept.get(index)
        if found is None:
            found = self._preprocess(self.folds[index])
            self._kept[index] = found
        self._kept.move_to_end(index)
        while len(self._kept) > 1 and self._total_bytes() > self._memory_bytes:
            self._kept.popitem(last=False)
        return found

    def release(self, but: int) -> None:
        """Forget the preprocessed folds except one, where all of them would take much memory."""
        if sum(data.memory_bytes for data in self._kept.values()) > self._memory_bytes // 4:
            self._kept = OrderedDict({i: data for i, data in self._kept.items() if i == but})

    def ranking(self, index: int, outcome: Outcome) -> NDArray[np.int64]:
        """Return the (d,) columns of a fold, strongest association with the outcome first.

        Args:
            index: Number of the fold in `folds`.
            outcome: (n,) outcome of all training samples, true or shuffled; only the fold's fit
                rows are looked at.
        """
        fit_outcome: Outcome = outcome[self.folds[index].fit]
        key = (index, hashlib.blake2b(fit_outcome.tobytes(), digest_size=16).digest())
        found = self._rankings.get(key)
        if found is None:
            found = rank_columns(self.data(index).fit, fit_outcome, self.training.info.task)
            self._rankings[key] = found
        self._rankings.move_to_end(key)
        while len(self._rankings) > _RANKINGS_PER_FOLD * len(self.folds):
            self._rankings.popitem(last=False)
        return found

    def view(self, index: int) -> FoldView:
        """Return fold ``index`` as families see it that fit several runs at once."""
        return FoldView(
            self.data(index), self.training, lambda outcome: self.ranking(index, outcome)
        )

    @property
    def shape(self) -> ProblemShape:
        """The size of the problem, for search spaces."""
        if self._shape is None:
            training = self.training
            rows = min(len(fold.fit) for fold in self.folds)
            classes = len(training.info.classes)
            counts = (
                np.bincount(training.outcome.astype(np.int64), minlength=classes)
                if (classes)
                else np.array([rows])
            )
            self._shape = ProblemShape(
                task=training.info.task,
                rows=rows,
                units=training.number_of_units,
                columns=self.data(0).fit.shape[1],
                outputs=training.info.outputs,
                smallest_class=int(counts.min()),
            )
        return self._shape

    def _preprocess(self, fold: Fold) -> FoldData:
        fit_rows = self._table.take(fold.fit)
        preprocessor = Preprocessor.fit(fit_rows, self._preparation)
        return FoldData(
            fold,
            preprocessor,
            preprocessor.transform(fit_rows),
            preprocessor.transform(self._table.take(fold.tune)),
        )

    def _total_bytes(self) -> int:
        return sum(data.memory_bytes for data in self._kept.values())
