"""What a model's file gives away without any attack: samples stored, parameters against units."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.data.samples import TrainingSet
from deepbench.data.wording import counted
from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.fitted import FittedModel
from deepbench.models.portable.ranges import LEAST_UNITS, said_ranges
from deepbench.models.stored_samples import (
    fitted_numbers,
    inner_predictor,
    lone_leaves,
    stored_sentence,
)
from deepbench.privacy.audit.unit_words import UnitWords

ONE_UNIT_LEAVES = (
    "{share} of the leaves of its trees were made by one {unit} alone: {units} stand alone in a "
    "leaf, whose limits and value are theirs."
)
MANY_PARAMETERS = "The model has {parameters} for {units}: enough to learn each of them by heart."
RANGES = (
    "The file also names the smallest and the largest value of each measurement, which belong to "
    "single {units}."
)
GUARDED_RANGES = (
    "The file also says where values of measurements usually lie; the ends are rounded, and at "
    "least {least} {units} lie at or beyond each of them, so that none is that of a single {unit}."
)


@dataclass(frozen=True)
class Structure:
    """What the file of a model holds.

    Attributes:
        parameters: Numbers that were fitted.
        stores_samples: A sentence if training samples can be read out of it, else empty.
        sentences: Everything else to be said.
    """

    parameters: int
    stores_samples: str
    sentences: tuple[str, ...]


def look_at_structure(
    model: FittedModel, training: TrainingSet, words: UnitWords, *, guarded: bool
) -> Structure:
    """Return what the file of a model gives away.

    Args:
        model: The fitted model, trained without differential privacy.
        training: The samples that it was fitted on.
        words: What a unit is called.
        guarded: Whether the file may say nothing of single units, as at the stricter levels.
    """
    inner = inner_predictor(model.predictor)
    parameters, stored = fitted_numbers(inner), stored_sentence(inner)
    sentences = []
    units = training.number_of_units
    if isinstance(inner, TreesPredictor):
        leaves = lone_leaves(inner, model.design_matrix(training.features), training.units)
        if leaves.alone:
            share = f"{100 * leaves.lone / leaves.leaves:.0f} %"
            sentences.append(
                ONE_UNIT_LEAVES.format(
                    share=share if leaves.lone * 200 >= leaves.leaves else "A few",
                    unit=words.one,
                    units=words.counted(leaves.alone),
                )
            )
    elif not stored and parameters > units:
        sentences.append(
            MANY_PARAMETERS.format(
                parameters=counted(parameters, "fitted number"), units=words.counted(units)
            )
        )
    ranges, _ = said_ranges(model, training, guarded=guarded, private=False)
    if ranges:
        said = GUARDED_RANGES if guarded else RANGES
        sentences.append(said.format(unit=words.one, units=words.several, least=LEAST_UNITS))
    return Structure(parameters, stored, tuple(sentences))
