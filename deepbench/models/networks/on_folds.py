"""Networks on the tuning folds: every setting, label vector and fold is a lane.

On wide tables (more columns than fit rows) the inputs of each fold are rotated onto the row space
of its fit rows first; see `deepbench.training.rotation`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.data.splits import stop_rows
from deepbench.models.family import Params, take_columns
from deepbench.models.fold_data import FoldCache
from deepbench.models.networks.family import SCHEDULE, NetworkFamily, lane_settings
from deepbench.models.ranking import Outcome
from deepbench.seeds import derive_seed
from deepbench.training.lanes import Lane, LaneResult, train_lanes
from deepbench.training.rotation import Rotation


@dataclass(frozen=True, eq=False)
class NetworkRun:
    """One setting on one label vector.

    Attributes:
        params: Settings, as the family suggests them.
        outcome: (n,) true or shuffled outcome of all training samples.
        seed: Seed of the random start.
    """

    params: Params
    outcome: Outcome
    seed: int


@dataclass(frozen=True, eq=False)
class NetworkOutOfFold:
    """What a run predicts for samples that it was not fitted on.

    Attributes:
        predictions: (R, n, K) class probabilities, or (R, n, 1) values.
        folds: Result of each fold.
    """

    predictions: NDArray[np.float64]
    folds: tuple[LaneResult, ...]


def out_of_fold_networks(
    family: NetworkFamily,
    cache: FoldCache,
    runs: Sequence[NetworkRun],
    stop_seed: int,
    device: torch.device,
    on_epoch: Callable[[int], None] | None = None,
) -> list[NetworkOutOfFold]:
    """Train every run on every fold, all at once, and predict the tuning rows.

    Args:
        family: Rung of the ladder.
        cache: Training samples, folds and preprocessed matrices.
        runs: Settings and label vectors.
        stop_seed: Seed that picks the rows which decide early stopping.
        device: Where to train.
        on_epoch: Called after each epoch.
    """
    inputs = _Inputs(family, cache)
    outcomes: list[Outcome] = []
    lanes: list[Lane] = []
    for run in runs:
        outcomes.append(run.outcome)
        for index, fold in enumerate(cache.folds):
            matrix = inputs.number(index, run)
            stop = stop_rows(cache.training, fold.fit, derive_seed(stop_seed, index))
            lanes.append(
                Lane(
                    inputs=matrix,
                    outcome=len(outcomes) - 1,
                    fit_rows=np.setdiff1d(fold.fit, stop),
                    stop_rows=stop,
                    predict_rows=fold.tune,
                    settings=lane_settings(run.params, len(fold.fit), inputs.rate_factors[matrix]),
                    seed=derive_seed(run.seed, "fold", index),
                )
            )
    results = train_lanes(
        family.architecture(cache.shape),
        inputs.matrices,
        outcomes,
        lanes,
        SCHEDULE,
        device,
        on_epoch,
    )
    count = len(cache.folds)
    return [
        _gather(cache, tuple(results[start : start + count]))
        for start in range(0, len(results), count)
    ]


class _Inputs:
    """Input matrices by fold and chosen columns, each made once."""

    def __init__(self, family: NetworkFamily, cache: FoldCache) -> None:
        self._family = family
        self._cache = cache
        self._numbers: dict[tuple[int, bytes], int] = {}
        self.matrices: list[NDArray[np.float32]] = []
        self.rate_factors: list[float] = []

    def number(self, fold_index: int, run: NetworkRun) -> int:
        """Return the number of the matrix that a run sees in a fold."""
        ranking = self._cache.ranking(fold_index, run.outcome)
        columns = self._family.kept_columns(run.params, ranking)
        key = (fold_index, columns.tobytes())
        if key not in self._numbers:
            self._numbers[key] = len(self.matrices)
            matrix, factor = self._matrix(fold_index, columns)
            self.matrices.append(matrix)
            self.rate_factors.append(factor)
        return self._numbers[key]

    def _matrix(
        self, fold_index: int, columns: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], float]:
        """Return the rows as the lanes see them, and the factor of their learning rate."""
        data = self._cache.data(fold_index)
        fit, tune = take_columns(data.fit, columns), take_columns(data.tune, columns)
        rows = len(self._cache.training)
        if fit.shape[1] <= len(fit):
            matrix = np.zeros((rows, fit.shape[1]), dtype=np.float32)
            matrix[data.fold.fit], matrix[data.fold.tune] = fit, tune
            return matrix, 1.0
        rotation = Rotation.fit(fit)
        rotated = rotation.transform(fit)
        matrix = np.zeros((rows, rotated.shape[1]), dtype=np.float32)
        matrix[data.fold.fit], matrix[data.fold.tune] = rotated, rotation.transform(tune)
        return matrix, rotation.rate_factor


def _gather(cache: FoldCache, results: tuple[LaneResult, ...]) -> NetworkOutOfFold:
    repeats = 1 + max(fold.repeat for fold in cache.folds)
    outputs = cache.training.info.outputs
    predictions = np.full((repeats, len(cache.training), outputs), np.nan)
    for fold, result in zip(cache.folds, results, strict=True):
        predictions[fold.repeat, fold.tune] = result.predictions
    return NetworkOutOfFold(predictions, results)
