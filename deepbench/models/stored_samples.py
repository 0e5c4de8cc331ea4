"""What the file of a model holds of the samples it was fitted on, without any attack.

About the file that leaves (`deepbench.models.portable`): a support vector machine with a linear
kernel is written there as coefficients, without its support vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

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

#: Kinds of content at the gate that a model can be.
ModelKind = Literal["weights", "private weights", "stored rows"]

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

# Values of one gather of leaves.
_BLOCK = 1_000_000


def kind_of_model(
    model: FittedModel, training: TrainingSet | None = None, *, private: bool = False
) -> ModelKind:
    """Return what a model is to the gate.

    Trees with a leaf that one unit alone made count as models that store samples: the limits and
    the value of such a leaf are those of the unit.

    Args:
        model: The fitted model.
        training: The samples that it was fitted on. Without them only leaves that a single row
            made are found, not those made by several rows of one unit.
        private: Whether a certificate says that it was trained with differential privacy.

    Raises:
        ValueError: it is said to be private and is no network, which alone can be trained so.
    """
    inner = inner_predictor(model.predictor)
    if private:
        if not isinstance(inner, NetworkPredictor):
            raise ValueError("Only networks are trained with differential privacy.")
        return "private weights"
    if stored_sentence(inner):
        return "stored rows"
    if isinstance(inner, TreesPredictor) and _has_lone_leaf(inner, model, training):
        return "stored rows"
    return "weights"


def _has_lone_leaf(
    trees: TreesPredictor, model: FittedModel, training: TrainingSet | None
) -> bool:
    if training is None:
        return bool((_leaves(trees) & (trees.count == 1)).any())
    return lone_leaves(trees, model.design_matrix(training.features), training.units).lone > 0


def inner_predictor(predictor: Predictor) -> Predictor:
    """Return the predictor itself where some classes were absent among the fit rows."""
    return predictor.inner if isinstance(predictor, PresentClassesPredictor) else predictor


def stored_sentence(predictor: Predictor) -> str:
    """Return a sentence on the rows that the file of a predictor holds; empty if none."""
    if isinstance(predictor, NeighboursPredictor):
        text = NEIGHBOURS if predictor.directions is None else PROJECTED
        return text.format(rows=f"all {counted(len(predictor.rows), 'sample')}")
    if isinstance(predictor, SvmPredictor) and predictor.kernel.gaussian:
        count = len(predictor.support)
        return SUPPORT.format(rows=f"{count:,} {noun(count, 'sample')}")
    return ""


def fitted_numbers(predictor: Predictor) -> int:
    """Return how many fitted numbers the file of a predictor holds."""
    inner = inner_predictor(predictor)
    if isinstance(inner, SvmPredictor) and not inner.kernel.gaussian:
        coefficients = int(inner.support.shape[1] * inner.weights.shape[1])
        return coefficients + _count((inner.intercepts, inner.sigmoids))
    return _count(inner)


def _count(part: object) -> int:
    return sum(int(array.size) for array in _arrays(part))


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
    leaf = _leaves(trees)
    lone = leaf & ((trees.count == 1) | ((most >= 0) & (least == most)))
    alone = lone[np.concatenate(ends)].any(axis=1)
    return LoneLeaves(int(leaf.sum()), int(lone.sum()), len(np.unique(code[alone])))


def _leaves(trees: TreesPredictor) -> NDArray[np.bool_]:
    """Return (N,) which nodes are leaves: a leaf is its own child."""
    return np.asarray(trees.children[:, 0] == np.arange(len(trees.count)))


def _arrays(part: Any) -> Iterator[NDArray[Any]]:
    """Yield the arrays of fitted numbers in a predictor, however deep."""
    if isinstance(part, np.ndarray):
        if part.dtype.kind == "f":
            yield part
    elif isinstance(part, NetworkPredictor):
        for member in part.members:
            yield from member.values()
    elif isinstance(part, dict):
        for value in part.values():
            yield from _arrays(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _arrays(value)
    elif is_dataclass(part):
        for item in fields(part):
            yield from _arrays(getattr(part, item.name))
