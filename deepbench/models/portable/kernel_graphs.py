"""Support vector machines and nearest neighbours.

A machine with a linear kernel leaves as its coefficients: the sum over support vectors is taken
here, so that no training sample is in the file. The others hold training samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.models.baselines.knn import NeighboursPredictor
from deepbench.models.baselines.svm import SvmPredictor
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.portable.probabilities_graph import add_sigmoids

# Squared distances closer than this part of the squared lengths are equal but for rounding
# (deepbench.models.baselines.neighbours).
_ROUNDING = 1e-12
_MEAN = (
    "The value is the weighted mean of the targets of the nearest rows (after (x - means) times "
    "directions, where there are directions); rows that tie for the last places share them."
)
_VOTES = (
    "Probabilities are the weighted mean of the targets of the nearest rows (after (x - means) "
    "times directions, where there are directions; rows that tie for the last places share "
    "them), with one more vote for the mean of all targets."
)


def add_svm(graph: Graph, predictor: SvmPredictor, x: str) -> str:
    """Add a support vector machine."""
    sums = _of_support(graph, predictor, x) if predictor.kernel.gaussian else None
    if sums is None:
        coefficients = graph.fitted(
            "svm.coefficients",
            predictor.kernel.factor * (predictor.support.T @ predictor.weights),
            "Coefficients: columns in rows, decision values in columns.",
        )
        sums = graph.add("MatMul", x, coefficients)
        graph.steps.append("The decision is x times svm.coefficients, plus svm.intercepts.")
    intercepts = graph.fitted("svm.intercepts", predictor.intercepts, "Intercepts.")
    decisions = graph.add("Add", sums, intercepts)
    if predictor.sigmoids is None:
        return decisions
    return add_sigmoids(graph, predictor.sigmoids, decisions)


def _of_support(graph: Graph, predictor: SvmPredictor, x: str) -> str:
    support = graph.fitted(
        "svm.support", predictor.support, "Support vectors: these are training samples."
    )
    weights = graph.fitted(
        "svm.weights", predictor.weights, "Weight of each support vector for each decision value."
    )
    width = graph.fitted(
        "svm.width",
        np.array([predictor.kernel.factor]),
        "What squared distances are multiplied by.",
    )
    graph.steps.append(
        "The decision is the sum over support vectors of weight * exp(-width * squared distance), "
        "plus svm.intercepts."
    )
    squared, _ = _squared_distances(graph, x, support)
    kernel = graph.add("Exp", graph.add("Neg", graph.add("Mul", width, squared)))
    return graph.add("MatMul", kernel, weights)


def add_neighbours(graph: Graph, predictor: NeighboursPredictor, x: str) -> str:
    """Add nearest neighbours; rows that tie for the last places share them."""
    where = x
    if predictor.directions is not None:
        where = _projected(graph, predictor.means, predictor.directions, x)
    rows = graph.fitted(
        "neighbours.rows", predictor.rows, "Training samples among which neighbours are sought."
    )
    targets = graph.fitted(
        "neighbours.targets", predictor.targets, "Class memberships or outcomes of these samples."
    )
    count, by_distance = predictor.neighbours, predictor.by_distance
    graph.recorded("neighbours.count", count, "How many neighbours count.")
    graph.recorded(
        "neighbours.by_distance",
        np.uint8(by_distance),
        "Whether nearer ones count more, by one over their distance.",
    )
    graph.steps.append(_VOTES if predictor.classifies else _MEAN)
    squared, slack = _squared_distances(graph, where, rows)
    near = graph.add("LessOrEqual", squared, slack)
    squared = graph.add("Where", near, graph.constant(0.0), squared)
    weights = _weights(graph, squared, slack, count)
    if by_distance:
        weights = graph.add("Mul", weights, _inverse(graph, squared))
    weights = graph.add("Div", weights, graph.row_sums(weights))
    mean = graph.add("MatMul", weights, targets)
    if not predictor.classifies:
        return mean
    # One more vote for the class frequencies keeps probabilities off 0 and 1.
    shares = graph.add("ReduceMean", targets, axes=[0], keepdims=1)
    votes = graph.add("Add", graph.add("Mul", graph.constant(float(count)), mean), shares)
    return graph.add("Div", votes, graph.constant(count + 1.0))


def _projected(
    graph: Graph, means: NDArray[np.float64], directions: NDArray[np.float64], x: str
) -> str:
    centre = graph.fitted(
        "neighbours.means", means, "What is taken off each column before projecting."
    )
    onto = graph.fitted("neighbours.directions", directions, "Principal directions, in columns.")
    return graph.add("MatMul", graph.add("Sub", x, centre), onto)


def _weights(graph: Graph, squared: str, slack: str, count: int) -> str:
    """Return the weights of the nearest, ties shared, before distances count."""
    reach = graph.take(graph.smallest(squared, count), [count - 1], count)
    inside = graph.as_double(graph.add("Less", squared, graph.add("Sub", reach, slack)))
    apart = graph.add("Abs", graph.add("Sub", squared, reach))
    tied = graph.as_double(graph.add("LessOrEqual", apart, slack))
    free = graph.add("Sub", graph.constant(float(count)), graph.row_sums(inside))
    places = graph.add("Div", free, graph.row_sums(tied))
    return graph.add("Add", inside, graph.add("Mul", tied, places))


def _inverse(graph: Graph, squared: str) -> str:
    """Return inverse distances; where some are zero, 1 for these and 0 for the others."""
    zero = graph.add("Equal", squared, graph.constant(0.0))
    exact = graph.as_double(zero)
    one = graph.constant(1.0)
    inverse = graph.add("Div", one, graph.add("Sqrt", graph.add("Where", zero, one, squared)))
    some = graph.add("Greater", graph.row_sums(exact), graph.constant(0.0))
    return graph.add("Where", some, exact, inverse)


def _squared_distances(graph: Graph, a: str, b: str) -> tuple[str, str]:
    """Return squared distances of rows, and what of them is rounding (samples, 1)."""
    left = graph.row_sums(graph.add("Mul", a, a))
    right = graph.add("Transpose", graph.row_sums(graph.add("Mul", b, b)), perm=[1, 0])
    inner = graph.add("MatMul", a, graph.add("Transpose", b, perm=[1, 0]))
    twice = graph.add("Mul", graph.constant(2.0), inner)
    squared = graph.add("Sub", graph.add("Add", left, right), twice)
    squared = graph.add("Max", squared, graph.constant(0.0))
    middle = graph.add("ReduceMean", right, axes=[1], keepdims=1)
    lengths = graph.add("Add", left, middle)
    return squared, graph.add("Mul", graph.constant(_ROUNDING), lengths)
