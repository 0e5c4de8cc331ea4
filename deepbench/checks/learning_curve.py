"""Would more samples help? The score on growing parts of the fit units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import Fold, TrainingSet
from deepbench.data.splits import strata
from deepbench.data.wording import with_minus
from deepbench.evaluation.bootstrap import (
    Interval,
    interval_of,
    percentile_interval,
    strata_of,
    unit_weights,
)
from deepbench.evaluation.fold_scores import fold_spread, score, weighted_scores
from deepbench.evaluation.metrics import Task
from deepbench.evaluation.ranking import Outcome
from deepbench.models.family import BaselineFamily, Params
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import out_of_fold
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, load_workbench
from deepbench.seeds import derive_seed

FRACTIONS = (0.25, 0.5, 0.75, 1.0)
RESAMPLES = 1_000
_LITTLE = 0.01  # a gain below this is of no use to anybody


@dataclass(frozen=True)
class CurveTask:
    """One point of the curve."""

    source: BenchSource
    family: str
    params: Params
    fraction: float


@dataclass(frozen=True)
class CurvePoint:
    """Score of a model that was fitted on part of the fit units of every fold.

    Attributes:
        samples: Mean number of fit rows.
        score: Tuning score; None if it cannot be computed.
        spread: Standard deviation over folds; not a confidence interval.
        resampled: (B,) score on resampled units, the same resamples for every part.
    """

    samples: int
    score: float | None
    spread: float | None
    resampled: NDArray[np.float64]


def curve_point(task: CurveTask) -> CurvePoint:
    """Fit on a part of the fit units of every fold, and score on the whole tuning sets."""
    bench = load_workbench(task.source)
    family = get_family(task.family)
    assert isinstance(family, BaselineFamily)
    training = bench.training
    folds = tuple(
        replace(fold, fit=part_of(training, fold, task.fraction, task.source.seed))
        for fold in bench.folds
    )
    seed = derive_seed(task.source.seed, "learning curve", task.family)
    cache = FoldCache(training, folds, preparation=bench.preparation)
    oof = out_of_fold(family, cache, task.params, training.outcome, seed).predictions
    kind = training.info.task
    value = score(kind, training.outcome, oof, bench.fold_of)
    resampled = resampled_scores(
        kind, training.outcome, oof, bench.fold_of, training.units, task.source.seed
    )
    spread = np.nanstd(fold_spread(kind, training.outcome, oof, bench.fold_of))
    return CurvePoint(
        samples=round(float(np.mean([len(fold.fit) for fold in folds]))),
        score=float(value) if np.isfinite(value) else None,
        spread=float(spread) if np.isfinite(spread) else None,
        resampled=resampled,
    )


def resampled_scores(
    kind: Task,
    outcome: Outcome,
    oof: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    units: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float64]:
    """Return (B,) the tuning score on resampled units.

    The units that are predicted are drawn, not those that train: the band says how well the
    score of these models is known, as intervals of tuning scores do elsewhere.
    """
    weights = unit_weights(
        units, RESAMPLES, derive_seed(seed, "learning curve band"), strata_of(kind, outcome)
    )
    return weighted_scores(kind, outcome, oof, fold_of, weights)


@dataclass(frozen=True)
class Band:
    """What the points of a curve say together.

    Attributes:
        low: Lower limits of the scores, None where there is none.
        high: Upper limits.
        gain: Gain of the last step with its paired interval, or None.
        sentence: Whether more samples would help, in words.
    """

    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    gain: Interval | None
    sentence: str


def band(points: Sequence[CurvePoint]) -> Band:
    """Return the limits of a curve, and whether it still climbs at its end.

    The last two parts are compared on the same resamples of units, so that what makes the
    samples easy or hard cancels out.
    """
    limits = [percentile_interval(point.resampled) for point in points]
    low, high = zip(*limits, strict=True)
    before, last = points[-2], points[-1]
    gain = None
    if last.score is not None and before.score is not None:
        gain = interval_of(last.score - before.score, last.resampled - before.resampled)
    return Band(_finite(low), _finite(high), gain, _sentence(before, last, gain))


def _finite(values: Sequence[float]) -> tuple[float | None, ...]:
    return tuple(value if np.isfinite(value) else None for value in values)


def _sentence(before: CurvePoint, last: CurvePoint, gain: Interval | None) -> str:
    if gain is None or not np.isfinite(gain.low):
        return ""
    value, low, high = (with_minus(f"{end:+.3f}") for end in (gain.value, gain.low, gain.high))
    step = (
        f"From {before.samples:,} to {last.samples:,} training samples the score changed by "
        f"{value} ({low} to {high})"
    )
    if gain.low > 0:
        return f"{step}: it still climbs, so more samples would probably help."
    if gain.high < _LITTLE:
        return f"{step}: it has levelled off, so more samples of the same kind would hardly help."
    return f"{step}: whether more samples would help cannot be told from this."


def part_of(training: TrainingSet, fold: Fold, fraction: float, seed: int) -> NDArray[np.int64]:
    """Return the fit rows of a share of the units, spread over classes.

    Smaller shares are parts of larger ones: units are taken in one random order per stratum.
    """
    generator = np.random.default_rng(derive_seed(seed, "part", fold.repeat, fold.number))
    labels = strata(training)
    kept: list[int] = []
    for label in np.unique(labels[fold.fit]):
        units = np.unique(training.units[fold.fit][labels[fold.fit] == label])
        order = generator.permutation(units)
        kept.extend(order[: max(2, round(fraction * len(order)))].tolist())
    return fold.fit[np.isin(training.units[fold.fit], kept)]
