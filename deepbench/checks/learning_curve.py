"""Would more samples help? The score on growing parts of the fit units."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import Fold, TrainingSet
from deepbench.data.splits import strata
from deepbench.evaluation.fold_scores import fold_spread, score
from deepbench.models.family import BaselineFamily, Params
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import out_of_fold
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, load_workbench
from deepbench.seeds import derive_seed

FRACTIONS = (0.25, 0.5, 0.75, 1.0)


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
    """

    samples: int
    score: float | None
    spread: float | None


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
    spread = np.nanstd(fold_spread(kind, training.outcome, oof, bench.fold_of))
    return CurvePoint(
        samples=round(float(np.mean([len(fold.fit) for fold in folds]))),
        score=float(value) if np.isfinite(value) else None,
        spread=float(spread) if np.isfinite(spread) else None,
    )


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
