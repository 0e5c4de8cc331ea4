"""Forests and boosting: all trees walk down one level a step, as the program itself does.

The standard's own operator for trees gives out single precision; this way sums are as exact as
in the program, and a threshold is compared with a column exactly as when the tree was grown: the
column in single precision, the threshold in double.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.portable.probabilities_graph import add_class_odds

_SUMS = {
    "probability": "the probabilities",
    "log-odds": "log odds: of the second of two classes, or of each class",
    "value": "the value",
}


def add_trees(graph: Graph, predictor: TreesPredictor, x: str) -> str:
    """Add trees whose values are added up."""
    roots = graph.fitted(
        "trees.roots", predictor.roots.astype(np.int32), "Number of the first node of each tree."
    )
    children = graph.fitted(
        "trees.children",
        predictor.children,
        "For each node the next one for at most the threshold, and for above it; a leaf is its "
        "own child.",
    )
    feature = graph.fitted("trees.feature", predictor.feature, "Column that each node asks for.")
    threshold = graph.fitted(
        "trees.threshold",
        predictor.threshold,
        "Threshold of each node; the column is compared in single precision.",
    )
    values = graph.fitted(
        "trees.values", predictor.values, "What a sample that ends in a node adds to the sum."
    )
    base = graph.fitted("trees.base", predictor.base, "What is added for every sample.")
    log_odds = predictor.scale == "log-odds"
    graph.recorded("trees.log_odds", np.uint8(log_odds), "Whether the sum is log odds.")
    graph.steps.append(
        "From its root, each tree goes to the second child where the column is above the "
        "threshold, else to the first, until a node is its own child. The values of these nodes "
        f"and the base add up to {_SUMS[predictor.scale]}."
    )
    cells = _Cells.of(graph, x)
    node = _ends(graph, predictor.depth, cells, (roots, children, feature, threshold))
    sums = graph.add(
        "ReduceSum", graph.add("Gather", values, node, axis=0), graph.integers([1]), keepdims=0
    )
    total = graph.add("Add", sums, base)
    if not log_odds:
        return total
    return add_class_odds(graph, total, len(predictor.base))


@dataclass(frozen=True)
class _Cells:
    """The columns in single precision, one sample after another.

    Attributes:
        samples: (1,) number of samples.
        flat: (samples * columns,) the values.
        begin: (samples, 1) place at which each sample begins.
    """

    samples: str
    flat: str
    begin: str

    @classmethod
    def of(cls, graph: Graph, x: str) -> _Cells:
        """Lay the columns out."""
        samples = graph.add("Shape", x, start=0, end=1)
        width = graph.add("Shape", x, start=1, end=2)
        number = graph.add("Squeeze", samples)
        rows = graph.add("Range", graph.constant(0, np.int64), number, graph.constant(1, np.int64))
        begin = graph.add("Mul", graph.add("Reshape", rows, graph.integers([-1, 1])), width)
        flat = graph.add("Reshape", graph.as_single(x), graph.integers([-1]))
        return cls(samples, flat, begin)


def _ends(graph: Graph, depth: int, cells: _Cells, trees: tuple[str, str, str, str]) -> str:
    """Return (samples, trees) the node that each sample ends in.

    Args:
        graph: The graph.
        depth: Splits on the longest way.
        cells: The columns.
        trees: Names of roots, children, feature and threshold.
    """
    roots, children, feature, threshold = trees
    ways = graph.add("Reshape", children, graph.integers([-1]))
    shape = graph.add("Concat", cells.samples, graph.add("Shape", roots), axis=0)
    node = graph.add("Expand", roots, shape)
    two = graph.constant(2, np.int32)
    for _ in range(depth):
        asked = graph.add("Cast", graph.add("Gather", feature, node, axis=0), to=TensorProto.INT64)
        cell = graph.add("Add", cells.begin, asked)
        value = graph.as_double(graph.add("Gather", cells.flat, cell, axis=0))
        above = graph.add("Greater", value, graph.add("Gather", threshold, node, axis=0))
        step = graph.add("Cast", above, to=TensorProto.INT32)
        way = graph.add("Add", graph.add("Mul", node, two), step)
        node = graph.add("Gather", ways, way, axis=0)
    return node
