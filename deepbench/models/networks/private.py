"""A network with differential privacy by unit, as a model like any other.

It consists of what every stored network consists of, so that it predicts, is stored and exported
in the same way. What differs is where its numbers come from: centre and spread of a feature are
declared in the plan or estimated with noise, missing values become the centre, no feature is
selected, no class is weighted, no category is read from the samples, and the weights come from
noisy gradient descent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.preparation import Preparation
from deepbench.data.samples import TrainingSet
from deepbench.data.transforms import AppliedTransform, apply_transform
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.preprocessing import CLIP, Preprocessor, RawTable
from deepbench.training.lane_records import Architecture, Task
from deepbench.training.private.dp_sgd import PrivateNetwork, UnitRows, train_privately
from deepbench.training.private.noise import NoiseSource
from deepbench.training.private.recipe import Recipe, make_recipe
from deepbench.training.private.scaling import private_scales

Floats = NDArray[np.float64]
Range = tuple[float, float]

# Values further out than this many spreads are cut off.
_FARTHEST = 4.0
# Half of a declared range is so many spreads.
_SPREADS_IN_HALF_RANGE = 2.0


@dataclass(frozen=True)
class PrivateChoices:
    """What was settled without looking at the samples.

    Attributes:
        name: Name of the network, for example ``network-linear``.
        hidden: Widths of its hidden layers.
        transform: Transformation of the measurements, each sample by itself.
        measurements: Columns it applies to.
        ranges: Declared ranges by column; also that of the outcome, under its name.
    """

    name: str
    hidden: tuple[int, ...]
    transform: AppliedTransform = "none"
    measurements: tuple[str, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)


def numeric_features(features: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that a private network sees: all numbers, no texts."""
    return RawTable.of(features.iloc[:0]).numeric_names


def parameters_of(training: TrainingSet, choices: PrivateChoices) -> int:
    """Return the number of weights and biases."""
    inputs = len(numeric_features(training.features))
    return PrivateNetwork(_architecture(training, choices), inputs).size


def recipe_for(training: TrainingSet, choices: PrivateChoices, epsilon: float) -> Recipe:
    """Return how to train on these samples; only their shape is looked at."""
    names = numeric_features(training.features)
    scaled = [*names, training.info.column] if training.info.task == "regression" else [*names]
    return make_recipe(
        training.number_of_units,
        parameters_of(training, choices),
        epsilon,
        task=_architecture(training, choices).task,
        scales=any(name not in choices.ranges for name in scaled),
    )


def fit_private(
    training: TrainingSet, choices: PrivateChoices, recipe: Recipe, noise: NoiseSource
) -> FittedModel:
    """Fit a private network.

    Args:
        training: Samples to fit on.
        choices: Network, transformation and declared ranges.
        recipe: Noise and steps, from `recipe_for`.
        noise: Where noise comes from; `SystemNoise` for a model that may leave.
    """
    table = _numbers_of(training.features)
    scales = _scales(table, training, choices, recipe, noise)
    outcome = scales.pop(training.info.column, None)
    halves = np.array([scale.half for scale in scales.values()])
    preprocessor = _preprocessor(table, choices, scales)
    # The preprocessor cuts off at 10; at that place its columns are `farthest` spreads out. The
    # length of a row is about 1, whatever the number of features is.
    spreads = np.array([scale.spread for scale in scales.values()])
    factors = halves / spreads / CLIP / math.sqrt(len(halves))
    x = preprocessor.transform(table) * factors
    architecture = _architecture(training, choices)
    rows = UnitRows.of(x, _targets(training, outcome), training.units)
    network, flat = train_privately(architecture, rows, recipe, noise)
    member = _named(network, flat, factors, outcome)
    return FittedModel(
        name=choices.name,
        info=training.info,
        preprocessor=preprocessor,
        columns=np.arange(len(halves), dtype=np.int64),
        predictor=NetworkPredictor(architecture, (member,)),
    )


@dataclass(frozen=True)
class _Scale:
    """Centre and spread of a column, and how far from the centre values are cut off."""

    centre: float
    spread: float
    half: float


def _architecture(training: TrainingSet, choices: PrivateChoices) -> Architecture:
    is_regression = training.info.task == "regression"
    task: Task = "regression" if is_regression else "classification"
    return Architecture(choices.hidden, training.info.outputs, task)


def _numbers_of(features: pd.DataFrame) -> RawTable:
    return RawTable.of(features[list(numeric_features(features))])


def _scales(
    table: RawTable,
    training: TrainingSet,
    choices: PrivateChoices,
    recipe: Recipe,
    noise: NoiseSource,
) -> dict[str, _Scale]:
    """Return the scale of each column in order, and of the outcome of a regression at the end."""
    values = dict(zip(table.numeric_names, _transformed(table, choices).T, strict=True))
    if training.info.task == "regression":
        values[training.info.column] = training.outcome.astype(np.float64)
    scales = {name: _declared(choices.ranges[name]) for name in values if name in choices.ranges}
    free = [name for name in values if name not in scales]
    if free:
        if recipe.scaling_noise is None:
            raise ValueError("The recipe has no noise for scaling.")
        columns = np.column_stack([values[name] for name in free])
        found = private_scales(columns, training.units, recipe.scaling_noise, noise)
        for name, centre, spread in zip(free, found.centres, found.spreads, strict=True):
            scales[name] = _Scale(float(centre), float(spread), _FARTHEST * float(spread))
    return {name: scales[name] for name in values}


def _declared(ends: Range) -> _Scale:
    half = (ends[1] - ends[0]) / 2.0
    return _Scale((ends[0] + ends[1]) / 2.0, half / _SPREADS_IN_HALF_RANGE, half)


def _transformed(table: RawTable, choices: PrivateChoices) -> Floats:
    """Return the numbers with transformed measurements, as the preprocessor will have them."""
    block = _block(table, choices)
    if choices.transform == "none" or not len(block):
        return table.numbers
    numbers = table.numbers.copy()
    names = [table.numeric_names[number] for number in block]
    numbers[:, block] = apply_transform(choices.transform, table.numbers[:, block], names)
    return numbers


def _block(table: RawTable, choices: PrivateChoices) -> NDArray[np.int64]:
    wanted = set(choices.measurements)
    places = [place for place, name in enumerate(table.numeric_names) if name in wanted]
    return np.array(places, dtype=np.int64)


def _preprocessor(
    table: RawTable, choices: PrivateChoices, scales: Mapping[str, _Scale]
) -> Preprocessor:
    """Return the preprocessing, which holds nothing that the samples say without noise."""
    names = table.numeric_names
    centres = np.array([scales[name].centre for name in names])
    halves = np.array([scales[name].half for name in names])
    none = np.zeros(0, dtype=np.int64)
    block = _block(table, choices) if choices.transform != "none" else none
    transformed = {names[place] for place in block}
    return Preprocessor(
        columns=names,
        output_names=names,
        source_columns=names,
        ranges=_usual_ranges(scales, [name for name in names if name not in transformed]),
        numeric_names=names,
        text_names=(),
        transform_name=choices.transform,
        block=block,
        kept=np.arange(len(names), dtype=np.int64),
        kept_texts=none,
        medians=centres,
        means=centres,
        scales=halves / CLIP,
        indicators=none,
        encoder=None,
    )


def _usual_ranges(scales: Mapping[str, _Scale], names: Sequence[str]) -> dict[str, Range]:
    """Return where new samples are usual; the true extremes would be those of single samples."""
    ends = ((name, scales[name].centre, scales[name].half) for name in names)
    return {name: (centre - half, centre + half) for name, centre, half in ends}


def _targets(training: TrainingSet, outcome: _Scale | None) -> Floats:
    if outcome is None:
        one_hot: Floats = np.eye(training.info.outputs)[training.outcome.astype(np.int64)]
        return one_hot
    scaled = (training.outcome[:, None] - outcome.centre) / outcome.spread
    limit = outcome.half / outcome.spread
    return np.asarray(np.clip(scaled, -limit, limit))


def _named(
    network: PrivateNetwork, flat: Floats, factors: Floats, outcome: _Scale | None
) -> dict[str, NDArray[np.float32]]:
    """Return the parameters by name, scaling of inputs and outcome folded into them."""
    layers = [(weight.copy(), bias.copy()) for weight, bias in network.layers(flat)]
    layers[0] = (layers[0][0] * factors, layers[0][1])
    if outcome is not None:
        weight, bias = layers[-1]
        layers[-1] = (weight * outcome.spread, bias * outcome.spread + outcome.centre)
    named: dict[str, NDArray[np.float32]] = {}
    for number, (weight, bias) in enumerate(layers):
        named[f"{2 * number}.weight"] = weight.astype(np.float32)
        named[f"{2 * number}.bias"] = bias.astype(np.float32)
    return named


def choices_for(
    name: str,
    hidden: tuple[int, ...],
    preparation: Preparation,
    *,
    named_transform: bool,
    ranges: Mapping[str, Range],
) -> PrivateChoices:
    """Return the choices for a study.

    Args:
        name: Name of the network.
        hidden: Widths of its hidden layers.
        preparation: What the other models of the study do to the measurements.
        named_transform: Whether the plan names the transformation. If the program recognised it,
            it looked at the samples for that, and it is left out.
        ranges: Declared ranges, by column. They are of values as they stand in the table, so
            those of transformed measurements say nothing.
    """
    if not named_transform or preparation.transform == "none":
        return PrivateChoices(name, hidden, ranges=dict(ranges))
    measured = set(preparation.columns)
    kept = {column: ends for column, ends in ranges.items() if column not in measured}
    return PrivateChoices(name, hidden, preparation.transform, preparation.columns, kept)
