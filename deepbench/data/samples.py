"""Samples as the engine sees them: features, outcome, units.

`TrainingSet` and `TestSet` are distinct types on purpose. Everything that fits or tunes takes a
`TrainingSet`; a `TestSet` only comes out of `deepbench.data.vault.opening`, after the ledger has
recorded that the test set was opened (design.md, section 1, point 2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class OutcomeInfo:
    """What is predicted.

    Attributes:
        column: Name of the outcome column.
        task: Kind of outcome.
        classes: Class names in the order of their codes, the positive one last if there are
            two; empty for regression.
    """

    column: str
    task: Task
    classes: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """Number of columns of a prediction: one per class, or one for regression."""
        return len(self.classes) if self.classes else 1


@dataclass(frozen=True)
class _Samples:
    """Rows that belong together.

    Attributes:
        features: (n, p) float64 columns (NaN = missing) and text columns (None = missing).
        outcome: (n,) int64 class codes, or float64 for regression.
        sample_ids: (n,) names of the samples.
        units: (n,) int64 codes of the biological unit.
        annotations: (n, a) text columns that are no features: batch, site, date, sensitive.
        info: What is predicted.
    """

    features: pd.DataFrame
    outcome: NDArray[np.int64] | NDArray[np.float64]
    sample_ids: NDArray[np.str_]
    units: NDArray[np.int64]
    annotations: pd.DataFrame
    info: OutcomeInfo

    def __len__(self) -> int:
        return len(self.sample_ids)

    @property
    def number_of_units(self) -> int:
        """Number of distinct biological units."""
        return len(np.unique(self.units))

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the given rows, in the given order."""
        return replace(
            self,
            features=self.features.iloc[rows].reset_index(drop=True),
            outcome=self.outcome[rows],
            sample_ids=self.sample_ids[rows],
            units=self.units[rows],
            annotations=self.annotations.iloc[rows].reset_index(drop=True),
        )


@dataclass(frozen=True)
class AllSamples(_Samples):
    """Every sample, before test samples are set aside. Nothing may be fitted on it."""


@dataclass(frozen=True)
class TrainingSet(_Samples):
    """Samples that models may be fitted and tuned on."""


@dataclass(frozen=True)
class TestSet(_Samples):
    """Samples that came out of the vault."""

    __test__ = False  # not a test class, whatever pytest thinks of the name


@dataclass(frozen=True)
class Fold:
    """One fold of the tuning resampling: row numbers into a `TrainingSet`.

    Attributes:
        repeat: Number of the repeat, from 0.
        number: Number of the fold inside its repeat, from 0.
        fit: (a,) rows to fit on.
        tune: (b,) rows of the tuning set.
    """

    repeat: int
    number: int
    fit: NDArray[np.int64]
    tune: NDArray[np.int64]


def fold_numbers(folds: tuple[Fold, ...], rows: int) -> NDArray[np.int64]:
    """Return (repeats, rows) the fold in which each row is in the tuning set, -1 for never."""
    repeats = 1 + max(fold.repeat for fold in folds)
    numbers = np.full((repeats, rows), -1, dtype=np.int64)
    for fold in folds:
        numbers[fold.repeat, fold.tune] = fold.number
    return numbers
