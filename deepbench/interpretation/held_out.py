"""Predictions for held-out samples, and what was wrong with them: the basis of "where it fails".

Each training sample is predicted once, by the model of the tuning fold that did not see it, and
calibrated by the other folds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples, OutcomeInfo, TrainingSet
from deepbench.evaluation.dependence import fold_dependence
from deepbench.evaluation.dominance import share_of_two
from deepbench.models.thresholds import DecisionRule

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Training samples, each predicted by a model that was fitted without it.

    Attributes:
        samples: The samples that were predicted; n of them.
        predicted: (n, K) class probabilities, each fold calibrated by the others; (n, 1) values.
        one_scale: (n, K) the same, all folds calibrated together as the final model is, so that
            scores of different folds can be compared. Every label has its small say in it.
        said: (n,) codes of the classes said; empty for regression.
        folds: (n,) tuning fold of each sample.
        rows: (n,) numbers of the samples in the training set.
    """

    samples: AllSamples
    predicted: Floats
    one_scale: Floats
    said: Codes
    folds: Codes
    rows: Codes

    @classmethod
    def of(
        cls,
        training: TrainingSet,
        predicted: Floats,
        one_scale: Floats,
        folds: Codes,
        rule: DecisionRule | None,
    ) -> HeldOut:
        """Gather the samples that have a prediction.

        Args:
            training: All training samples, m of them.
            predicted: (m, K) out-of-fold predictions of one repeat; NaN for never predicted.
            one_scale: (m, K) the same, all folds calibrated together.
            folds: (m,) tuning fold of each sample; -1 for none.
            rule: The study's decision rule; None for regression.
        """
        rows = np.flatnonzero(np.isfinite(predicted).all(axis=1) & (folds >= 0)).astype(np.int64)
        kept = training if len(rows) == len(training) else training.take(rows)
        p = predicted[rows]
        said = np.empty(0, dtype=np.int64) if rule is None else rule.decide(p)
        return cls(_as_samples(kept), p, one_scale[rows], said, folds[rows], rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def info(self) -> OutcomeInfo:
        """What is predicted."""
        return self.samples.info

    @property
    def is_regression(self) -> bool:
        """Whether the outcome is a number."""
        return self.info.task == "regression"

    @cached_property
    def codes(self) -> Codes:
        """(n,) class codes of the outcome."""
        return self.samples.outcome.astype(np.int64)

    @cached_property
    def units(self) -> Codes:
        """(n,) codes of the biological unit, 0 to U - 1."""
        return np.unique(self.samples.units, return_inverse=True)[1].astype(np.int64)

    @property
    def number_of_units(self) -> int:
        """Number U of units."""
        return int(self.units.max(initial=-1)) + 1

    @cached_property
    def error(self) -> Floats:
        """(n,) 1 where a wrong class is said, or the absolute error."""
        if self.is_regression:
            off: Floats = np.abs(self.samples.outcome.astype(np.float64) - self.predicted[:, 0])
            return off
        wrong: Floats = (self.said != self.codes).astype(np.float64)
        return wrong

    @cached_property
    def dependence(self) -> float:
        """Factor of variances for models that were fitted on each other's held-out samples."""
        return fold_dependence(self.folds)

    def share_of_two(self, *sides: NDArray[np.bool_]) -> float | None:
        """Return what two units hold of the summed error of groups; None for wrong classes."""
        return share_of_two(self.error, self.units, *sides) if self.is_regression else None


def _as_samples(training: TrainingSet) -> AllSamples:
    """Return the samples in the type that looks at data, which fits nothing on them, take."""
    return AllSamples(
        training.features,
        training.outcome,
        training.sample_ids,
        training.units,
        training.annotations,
        training.info,
    )
