"""What a model's file gives away without any attack: samples stored, parameters against units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import TrainingSet
from deepbench.data.wording import counted, noun
from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.baselines.knn import NeighboursPredictor
from deepbench.models.baselines.svm import SvmPredictor
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.predictors import PresentClassesPredictor
from deepbench.privacy.audit.unit_words import UnitWords

# Values of one gather of leaves.
_BLOCK = 1_000_000

NEIGHBOURS = (
    "The model’s file holds {rows} of the training set: whoever has the file can read them off."
)
PROJECTED = (
    "The model’s file holds {rows} of the training set as coordinates, from which most of their "
    "measurements can be worked out again."
)
SUPPORT = (
    "The model’s file holds {rows} of the training set (its support vectors): whoever has the "
    "file can read them off."
)
ONE_UNIT_LEAVES = (
    "{share} of the leaves of its trees were made by one {unit} alone: {units} stand alone in a "
    "leaf, whose limits and value are theirs."
)
MANY_PARAMETERS = "The model has {parameters} for {units}: enough to learn each of them by heart."
RANGES = (
    "The file also names the smallest and the largest value of each measurement, which belong to "
    "single {units}."
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


def look_at_structure(model: FittedModel, training: TrainingSet, words: UnitWords) -> Structure:
    """Return what the file of a model gives away.

    Args:
        model: The fitted model.
        training: The samples that it was fitted on.
        words: What a unit is called.
    """
    predictor = model.predictor
    inner = predictor.inner if isinstance(predictor, PresentClassesPredictor) else predictor
    parameters = sum(array.size for array in _numbers(predictor))
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
    elif not _stored(inner) and parameters > units:
        sentences.append(
            MANY_PARAMETERS.format(
                parameters=counted(parameters, "fitted number"), units=words.counted(units)
            )
        )
    if model.preprocessor.ranges:
        sentences.append(RANGES.format(units=words.several))
    return Structure(parameters, _stored(inner), tuple(sentences))


def _stored(predictor: Predictor) -> str:
    """Return the sentence on rows that a predictor keeps; empty if it keeps none."""
    if isinstance(predictor, NeighboursPredictor):
        text = NEIGHBOURS if predictor.directions is None else PROJECTED
        return text.format(rows=f"all {counted(len(predictor.rows), 'sample')}")
    if isinstance(predictor, SvmPredictor):
        count = len(predictor.support)
        return SUPPORT.format(rows=f"{count:,} {noun(count, 'sample')}")
    return ""


@dataclass(frozen=True)
class LoneLeaves:
    """Leaves of all trees, those made by one unit alone, and the units that have such a leaf."""

    leaves: int
    lone: int
    alone: int


def lone_leaves(
    trees: TreesPredictor, x: NDArray[np.float64], units: NDArray[np.int64]
) -> LoneLeaves:
    """Count the leaves that hold one unit.

    Which rows a tree was grown on is not kept, but how many reached each leaf is. A leaf counts
    as one unit's if a single row reached it while the tree was grown, or if all training rows
    that end in it are of one unit.

    Args:
        trees: The trees.
        x: (n, k) rows that they were grown on, as the predictor sees them.
        units: (n,) codes of the biological unit.
    """
    code = np.unique(units, return_inverse=True)[1]
    nodes = len(trees.count)
    least, most = np.full(nodes, len(code)), np.full(nodes, -1)
    ends = []
    block = max(1, _BLOCK // len(trees.roots))
    for begin in range(0, len(x), block):
        end = trees.leaves(x[begin : begin + block])
        own = np.broadcast_to(code[begin : begin + block, None], end.shape)
        np.minimum.at(least, end, own)
        np.maximum.at(most, end, own)
        ends.append(end)
    leaf = trees.children[:, 0] == np.arange(nodes)
    lone = leaf & ((trees.count == 1) | ((most >= 0) & (least == most)))
    alone = lone[np.concatenate(ends)].any(axis=1)
    return LoneLeaves(int(leaf.sum()), int(lone.sum()), len(np.unique(code[alone])))


def _numbers(part: Any) -> Iterator[NDArray[Any]]:
    """Yield the arrays of fitted numbers in a predictor, however deep."""
    if isinstance(part, np.ndarray):
        if part.dtype.kind == "f":
            yield part
    elif isinstance(part, NetworkPredictor):
        for member in part.members:
            yield from member.values()
    elif isinstance(part, dict):
        for value in part.values():
            yield from _numbers(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _numbers(value)
    elif is_dataclass(part):
        for item in fields(part):
            yield from _numbers(getattr(part, item.name))
