"""What is measured in a group of test samples and in all others, with intervals over units.

Intervals of shares are Jeffreys', as many samples counted as the units are worth, those of scores
the ones shown for the whole test set. The interval of a difference is put together from the two
(MOVER: Newcombe 1998, Statistics in Medicine 17:873, method 10; Zou & Donner 2008, doi
10.1002/sim.3095), so that it is as lopsided as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from deepbench.evaluation.error_intervals import error_score, share_score
from deepbench.evaluation.metrics import Task, get_metric, tuning_metric
from deepbench.evaluation.panel import metric_interval
from deepbench.evaluation.shown_intervals import TestSamples
from deepbench.privacy.subgroups.exchange import Measure, Units
from deepbench.study.records import MeasureName, Score

#: Of fewer units no measure is given: it would say little, and give its members away.
SMALLEST_GROUP = 10
_RESAMPLES = 2_000
_LEVEL = 0.95

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Answered:
    """Test samples with what the chosen model said of them.

    Attributes:
        task: Kind of outcome.
        y: (n,) class codes or values.
        p: (n, K) class probabilities, or (n, 1) for regression.
        said: (n,) codes of the classes said; empty for regression.
        units: (n,) code of the biological unit.
        folds: (n,) outer fold, or None.
    """

    task: Task
    y: NDArray[np.int64] | Floats
    p: Floats
    said: Codes
    units: Codes
    folds: Codes | None = None

    @cached_property
    def samples(self) -> TestSamples:
        """The test samples as far as intervals need them."""
        return TestSamples(self.task, self.y, self.units, self.folds)

    @property
    def classes(self) -> Codes | None:
        """(n,) codes of the true classes; None for regression."""
        return None if self.task == "regression" else self.y.astype(np.int64)

    @cached_property
    def error(self) -> Floats:
        """(n,) 1 for a wrong answer, or the absolute error."""
        if self.task == "regression":
            off: Floats = np.abs(self.y - self.p[:, 0])
            return off
        wrong: Floats = (self.said != self.y).astype(np.float64)
        return wrong

    @cached_property
    def names(self) -> tuple[MeasureName, ...]:
        """What can be measured for this kind of outcome."""
        if self.task == "binary":
            return ("score", "error", "missed", "false alarms", "calibration")
        return ("score", "error")

    @property
    def compared(self) -> tuple[MeasureName, ...]:
        """Measures that have a p-value: an R2 depends on the spread inside the group."""
        return self.names if self.task != "regression" else ("error",)

    def rows_of(self, name: MeasureName) -> Bools:
        """Return (n,) which samples a measure is about."""
        if name in ("missed", "false alarms"):
            return np.asarray(self.y == (1 if name == "missed" else 0))
        return np.ones(len(self.y), dtype=bool)

    def value(self, name: MeasureName, rows: Bools, seed: int) -> Score | None:
        """Return a measure of some samples; None where they are of too few units.

        Args:
            name: The measure.
            rows: (n,) which samples.
            seed: Seed of the resamples.
        """
        rows = rows & self.rows_of(name)
        if len(np.unique(self.units[rows])) < SMALLEST_GROUP:
            return None
        if name == "score":
            return self._score(rows, seed)
        dependence, units = self.samples.dependence, self.units[rows]
        if name == "calibration":
            return mean_with_limits(self._unseen[rows], units, dependence)
        if name == "error":
            is_share = self.task != "regression"
            return error_score(self.error[rows], units, dependence, is_share=is_share)
        return share_score(self.error[rows] > 0, units, dependence)

    @cached_property
    def _unseen(self) -> Floats:
        """(n,) what was seen minus the probability said."""
        return np.asarray((self.y == 1) - self.p[:, 1])

    def _score(self, rows: Bools, seed: int) -> Score | None:
        metric = get_metric(self.task, tuning_metric(self.task))
        found = metric_interval(
            metric, self.samples.where(rows), self.p[rows], resamples=_RESAMPLES, seed=seed
        )
        if not np.isfinite(found.value):
            return None
        limits = [float(end) if np.isfinite(end) else None for end in (found.low, found.high)]
        return Score(value=float(found.value), low=limits[0], high=limits[1])

    # --- chance -----------------------------------------------------------------------

    def exchange(self, name: MeasureName) -> tuple[Units, Bools, Measure]:
        """Return which units may change places, the samples they have, and what is compared."""
        rows = self.rows_of(name)
        if name != "score":
            values = self._unseen if name == "calibration" else self.error
            return Units.of(self.units[rows]), rows, _mean_of(values[rows])
        metric = get_metric(self.task, tuning_metric(self.task))
        strata = np.asarray(self.y, dtype=np.int64)
        samples, p = self.samples, self.p
        return (
            Units.of(self.units, strata),
            rows,
            lambda weights: -samples.weighted(metric, p, weights),
        )


def _mean_of(values: Floats) -> Measure:
    def measure(weights: Floats) -> Floats:
        totals = weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = weights @ values / totals
        return found

    return measure


def mean_with_limits(values: Floats, units: Codes, dependence: float) -> Score:
    """Return the mean over samples with its t interval over units.

    Args:
        values: (n,) values.
        units: (n,) code of the biological unit.
        dependence: Factor of the variance.
    """
    mean = float(values.mean())
    unit = np.unique(units, return_inverse=True)[1]
    sizes = np.bincount(unit)
    count = len(sizes)
    if count < 2:
        return Score(value=mean)
    off = np.bincount(unit, weights=values) - mean * sizes
    variance = count / (count - 1) * float(off @ off) / len(values) ** 2 * dependence
    reach = float(student.ppf((1 + _LEVEL) / 2, count - 1)) * float(np.sqrt(variance))
    return Score(value=mean, low=mean - reach, high=mean + reach)


def difference_of(one: Score, other: Score) -> Score:
    """Return one minus the other, of different units, with its interval."""
    if one.value is None or other.value is None:
        return Score(value=None)
    value = one.value - other.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Score(value=value)
    down = np.hypot(one.value - one.low, other.high - other.value)
    up = np.hypot(one.high - one.value, other.value - other.low)
    return Score(value=value, low=value - float(down), high=value + float(up))


def pairs(
    answered: Answered, member: Bools, seed: int
) -> Iterator[tuple[MeasureName, Score, Score, Score]]:
    """Yield each measure in a group, outside of it, and the difference.

    Outside, a measure of too few units has no value.
    """
    for name in answered.names:
        inside = answered.value(name, member, seed)
        if inside is None:
            continue
        outside = answered.value(name, ~member, seed) or Score(value=None)
        yield name, inside, outside, difference_of(inside, outside)
