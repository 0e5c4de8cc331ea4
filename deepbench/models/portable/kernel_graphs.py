"""Support vector machines and nearest neighbours.

A machine with a linear kernel leaves as its coefficients: the sum over support vectors is taken
here, so that no training sample is in the file. The others hold training samples.
"""

from __future__ import annotations

from deepbench.models.baselines.knn import NeighboursPredictor
from deepbench.models.baselines.svm import SvmPredictor
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.portable.probabilities_graph import add_sigmoids

# Squared distances closer than this part of the squared lengths are equal but for rounding
# (deepbench.models.baselines.neighbours).
_ROUNDING = 1e-12


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
        "svm.width", predictor.kernel.factor, "What squared distances are multiplied by."
    )
    squared, _ = _squared_distances(graph, x, support)
    kernel = graph.add("Exp", graph.add("Neg", graph.add("Mul", width, squared)))
    return graph.add("MatMul", kernel, weights)


def add_neighbours(graph: Graph, predictor: NeighboursPredictor, x: str) -> str:
    """Add nearest neighbours; rows that tie for the last places share them."""
    where = x if predictor.directions is None else _projected(graph, predictor, x)
    rows = graph.fitted(
        "neighbours.rows", predictor.rows, "Training samples among which neighbours are sought."
    )
    targets = graph.fitted(
        "neighbours.targets", predictor.targets, "Class memberships or outcomes of these samples."
    )
    squared, slack = _squared_distances(graph, where, rows)
    near = graph.add("LessOrEqual", squared, slack)
    squared = graph.add("Where", near, graph.constant(0.0), squared)
    weights = _weights(graph, squared, slack, predictor.neighbours)
    if predictor.by_distance:
        weights = graph.add("Mul", weights, _inverse(graph, squared))
    weights = graph.add("Div", weights, graph.row_sums(weights))
    mean = graph.add("MatMul", weights, targets)
    if not predictor.classifies:
        return mean
    # One more vote for the class frequencies keeps probabilities off 0 and 1.
    count = graph.constant(float(predictor.neighbours))
    shares = graph.add("ReduceMean", targets, axes=[0], keepdims=1)
    votes = graph.add("Add", graph.add("Mul", count, mean), shares)
    return graph.add("Div", votes, graph.constant(predictor.neighbours + 1.0))


def _projected(graph: Graph, predictor: NeighboursPredictor, x: str) -> str:
    means = graph.fitted(
        "neighbours.means", predictor.means, "What is taken off each column before projecting."
    )
    directions = graph.fitted(
        "neighbours.directions", predictor.directions, "Principal directions, in columns."
    )
    return graph.add("MatMul", graph.add("Sub", x, means), directions)


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
