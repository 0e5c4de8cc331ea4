"""Scores of candidates on the same out-of-fold rows, with intervals, and paired differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import Task
from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.fold_scores import FoldScorer
from deepbench.evaluation.metrics import get_metric, tuning_metric
from deepbench.evaluation.ranking import Floats, Outcome, as_columns
from deepbench.evaluation.shown_intervals import (
    TestSamples,
    from_resamples,
    shown_difference,
    shown_interval,
)
from deepbench.study.records import Score

Codes = NDArray[np.int64]

_RESAMPLES = 1_000


@dataclass(frozen=True, eq=False)
class Scored:
    """A candidate's score, and its values under the same resampled units as all others'."""

    value: float
    values: Floats


class HeldOutScores:
    """Scores out-of-fold predictions by the metric of tuning.

    Args:
        task: Kind of outcome.
        outcome: (n,) outcome of the training samples.
        units: (n,) code of the biological unit.
        fold_of: (R, n) fold in which each row was predicted, -1 for never.
        seed: Seed of the resamples.
    """

    def __init__(
        self, task: Task, outcome: Outcome, units: Codes, fold_of: Codes, seed: int
    ) -> None:
        # Rows that were never predicted have no place in a resample.
        self._rows = np.flatnonzero((fold_of >= 0).any(axis=0))
        self.metric = tuning_metric(task)
        self.chance = get_metric(task, self.metric).chance(outcome)
        self.samples = TestSamples(
            task, outcome[self._rows], units[self._rows], fold_of[0, self._rows]
        )
        self._task = task
        self._seed = seed
        self._scorer = FoldScorer(task, outcome[self._rows], fold_of[:, self._rows])
        self._columns = [as_columns(block) for block in self.samples.weights(_RESAMPLES, seed)]

    @property
    def number_of_units(self) -> int:
        """Units among the rows scored."""
        return len(np.unique(self.samples.units))

    def scored(self, oof: Floats) -> Scored:
        """Score (R, n, K) out-of-fold predictions."""
        own = oof[:, self._rows]
        value = float(self._scorer.scores(own, np.ones((len(self._rows), 1)))[0])
        parts = [self._scorer.scores(own, columns) for columns in self._columns]
        return Scored(value, np.concatenate(parts))

    def interval(self, oof: Floats, found: Scored) -> Score:
        """Return the score of `scored` with its interval."""
        if self.metric == "auroc" and found.value == 1.0:
            # Every resample is perfect as well, so that their spread says nothing.
            metric = get_metric(self._task, self.metric)
            own = oof[0, self._rows]
            shown = shown_interval(metric, self.samples, own, found.values, seed=self._seed)
        else:
            shown = from_resamples(self.metric, found.value, found.values, self.samples)
        return as_score(shown)

    def difference(self, a: Scored, b: Scored) -> Score:
        """Return the paired difference a minus b with its interval."""
        found = shown_difference(a.value - b.value, a.values - b.values, self.samples)
        if self.metric == "auroc":
            # With a handful of units the symmetric interval runs past what is possible.
            low, high = np.clip([found.low, found.high], -1.0, 1.0)
            found = Interval(found.value, float(low), float(high), found.resamples)
        return as_score(found)

    def standard_error(self, a: Scored, b: Scored) -> float:
        """Return the standard error of the paired difference; NaN if it cannot be computed.

        Made as wide as the interval's: for few units, and for folds that depend on each other.
        """
        values = a.values - b.values
        usable = values[np.isfinite(values)]
        if 2 * len(usable) < len(values) or len(usable) < 2:
            return float("nan")
        correction, _ = self.samples.few
        return float(usable.std(ddof=1) * correction * np.sqrt(self.samples.dependence))


def as_score(found: Interval) -> Score:
    """Return the record of an interval; numbers that could not be computed are None."""
    return Score(value=_number(found.value), low=_number(found.low), high=_number(found.high))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
