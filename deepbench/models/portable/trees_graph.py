"""Forests and boosting: all trees walk down one level a step, as the program itself does.

The standard's own operator for trees gives out single precision; this way sums are as exact as
in the program, and a threshold is compared with a column exactly as when the tree was grown: the
column in single precision, the threshold in double.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.portable.probabilities_graph import add_class_odds


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
    node = _ends(graph, predictor.depth, x, roots, children, feature, threshold)
    sums = graph.add(
        "ReduceSum", graph.add("Gather", values, node, axis=0), graph.integers([1]), keepdims=0
    )
    total = graph.add("Add", sums, base)
    if predictor.scale != "log-odds":
        return total
    return add_class_odds(graph, total, len(predictor.base))


def _ends(
    graph: Graph, depth: int, x: str, roots: str, children: str, feature: str, threshold: str
) -> str:
    """Return (samples, trees) the node that each sample ends in."""
    single = graph.as_single(x)
    ways = graph.add("Reshape", children, graph.integers([-1]))
    trees = graph.add("Shape", roots)
    samples = graph.add("Shape", x, start=0, end=1)
    node = graph.add("Expand", roots, graph.add("Concat", samples, trees, axis=0))
    two = graph.constant(2, np.int32)
    for _ in range(depth):
        asked = graph.add("Gather", feature, node, axis=0)
        value = graph.as_double(graph.add("GatherElements", single, asked, axis=1))
        above = graph.add("Greater", value, graph.add("Gather", threshold, node, axis=0))
        step = graph.add("Cast", above, to=TensorProto.INT32)
        way = graph.add("Add", graph.add("Mul", node, two), step)
        node = graph.add("Gather", ways, way, axis=0)
    return node
