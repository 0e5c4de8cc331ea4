"""The final network: the chosen settings on all training samples, several random starts."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.data.preparation import AS_THEY_ARE, Preparation
from deepbench.data.samples import TrainingSet
from deepbench.data.splits import stop_rows
from deepbench.models.family import Params, take_columns
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.family import SCHEDULE, NetworkFamily, lane_settings
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.predictors import ConstantPredictor
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.problem_shape import ProblemShape
from deepbench.seeds import derive_seed
from deepbench.training.lane_records import LaneSettings
from deepbench.training.lanes import Lane, LaneResult, train_lanes
from deepbench.training.rotation import Rotation


def fit_network(
    family: NetworkFamily,
    training: TrainingSet,
    shape: ProblemShape,
    params: Params,
    *,
    starts: int,
    seed: int,
    device: torch.device,
    preparation: Preparation = AS_THEY_ARE,
) -> FittedModel:
    """Fit a network on all given samples.

    The prediction is the mean over the random starts. Each start holds back its own fifth of the
    units for early stopping, so together they have seen all samples.

    Args:
        family: Rung of the ladder.
        training: Samples to fit on.
        shape: Size of the problem, for widths and outputs.
        params: Settings chosen by tuning.
        starts: Number of random starts.
        seed: Seed of the starts and of the rows held back.
        device: Where to train.
        preparation: Transformation and filters of the measurements.
    """
    preprocessor = Preprocessor.fit(training.features, preparation)
    matrix = preprocessor.transform(training.features)
    columns, predictor = train_network(
        family, training, matrix, shape, params, starts=starts, seed=seed, device=device
    )
    return FittedModel(family.name, training.info, preprocessor, columns, predictor)


def train_network(
    family: NetworkFamily,
    training: TrainingSet,
    matrix: NDArray[np.float64],
    shape: ProblemShape,
    params: Params,
    *,
    starts: int,
    seed: int,
    device: torch.device,
) -> tuple[NDArray[np.int64], Predictor]:
    """Train a network on preprocessed rows; arguments as `fit_network`.

    Args:
        family: Rung of the ladder.
        training: Samples to fit on.
        matrix: (n, d) their preprocessed columns.
        shape: Size of the problem.
        params: Settings.
        starts: Number of random starts.
        seed: Seed of the starts and of the rows held back.
        device: Where to train.

    Returns:
        (k,) columns that the filter kept, and the predictor that sees them.
    """
    columns = family.chosen_columns(params, matrix, training.outcome, training.info.task)
    x = take_columns(matrix, columns)
    rotation = Rotation.fit(x) if x.shape[1] > len(x) else None
    inputs = x.astype(np.float32) if rotation is None else rotation.transform(x)
    architecture = family.architecture(shape)
    rows = np.arange(len(training), dtype=np.int64)
    factor = 1.0 if rotation is None else rotation.rate_factor
    settings = lane_settings(params, len(rows), factor)
    lanes = [_lane(training, rows, settings, derive_seed(seed, "start", i)) for i in range(starts)]
    results = train_lanes(
        architecture, [inputs], [training.outcome], lanes, SCHEDULE, device, keep_parameters=True
    )
    members = tuple(
        _unrotated(result.parameters, rotation) for result in results if not result.diverged
    )
    return columns, NetworkPredictor(architecture, members) if members else _constant(results[0])


def _lane(
    training: TrainingSet, rows: NDArray[np.int64], settings: LaneSettings, seed: int
) -> Lane:
    stop = stop_rows(training, rows, seed)
    return Lane(
        inputs=0,
        outcome=0,
        fit_rows=np.setdiff1d(rows, stop),
        stop_rows=stop,
        predict_rows=rows[:1],
        settings=settings,
        seed=seed,
    )


def _constant(diverged: LaneResult) -> ConstantPredictor:
    """Predict class frequencies or the mean, as a network does whose training diverged."""
    return ConstantPredictor(diverged.predictions[0])


def _unrotated(
    parameters: dict[str, NDArray[np.float32]], rotation: Rotation | None
) -> dict[str, NDArray[np.float32]]:
    """Fold the rotation back into the first layer, so that it sees the columns themselves."""
    if rotation is None:
        return parameters
    first = rotation.fold_back(parameters["0.weight"]).astype(np.float32)
    return {**parameters, "0.weight": first}
