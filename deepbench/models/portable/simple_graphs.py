"""Predictors that are a formula: constants, linear models, naive Bayes."""

from __future__ import annotations

import numpy as np

from deepbench.models.baselines.linear import LinearPredictor
from deepbench.models.baselines.naive_bayes import NaiveBayesPredictor
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.portable.probabilities_graph import add_class_odds, add_sigmoids
from deepbench.models.predictors import ConstantPredictor


def add_constant(graph: Graph, predictor: ConstantPredictor, x: str) -> str:
    """Add the same prediction for every sample."""
    values = graph.fitted("constant.values", predictor.values, "The prediction for every sample.")
    graph.steps.append("The prediction is constant.values, whatever x is.")
    samples = graph.add("Shape", x, start=0, end=1)
    shape = graph.add("Concat", samples, graph.integers([len(predictor.values)]), axis=0)
    return graph.add("Expand", values, shape)


def add_linear(graph: Graph, predictor: LinearPredictor, x: str) -> str:
    """Add a linear model."""
    coefficients = graph.fitted(
        "linear.coefficients",
        predictor.coefficients,
        "Coefficients: columns in rows; log odds of the second of two classes or of each, or "
        "values.",
    )
    intercepts = graph.fitted("linear.intercepts", predictor.intercepts, "Intercepts.")
    linear = graph.add("Add", graph.add("MatMul", x, coefficients), intercepts)
    formula = "x times linear.coefficients, plus linear.intercepts"
    if not predictor.classifies:
        graph.steps.append(f"The value is {formula}.")
        return linear
    graph.steps.append(f"Log odds are {formula}; one column is that of the second of two classes.")
    return add_class_odds(graph, linear, len(predictor.intercepts))


def add_naive_bayes(graph: Graph, predictor: NaiveBayesPredictor, x: str) -> str:
    """Add naive Bayes: log densities of the classes, their odds, sigmoids of these."""
    means = graph.fitted(
        "naive_bayes.means", predictor.means, "Mean of each column in each class (rows: classes)."
    )
    weights = graph.fitted(
        "naive_bayes.inverse_variances",
        1.0 / predictor.variances,
        "One over the smoothed variance of each column in each class.",
    )
    levels = graph.fitted(
        "naive_bayes.levels",
        predictor.log_shares - 0.5 * np.log(predictor.variances).sum(axis=1),
        "Log density of each class at its means, but for a constant.",
    )
    graph.steps.append(
        "Log density of a class: its level - 0.5 * sum((x - mean)^2 * inverse variance). The "
        "decision is the log odds of the second of two classes, or of each against the others."
    )
    classes = len(predictor.log_shares)
    distances = []
    for code in range(classes):
        # One class at a time: samples by classes by columns would be large on wide tables.
        away = graph.add("Sub", x, graph.add("Gather", means, graph.integers([code]), axis=0))
        weight = graph.add("Gather", weights, graph.integers([code]), axis=0)
        weight = graph.add("Transpose", weight, perm=[1, 0])
        distances.append(graph.add("MatMul", graph.add("Mul", away, away), weight))
    half = graph.add("Mul", graph.constant(-0.5), graph.beside(distances))
    joint = graph.add("Add", half, levels)
    return add_sigmoids(graph, predictor.sigmoids, _log_odds(graph, joint, classes))


def _log_odds(graph: Graph, joint: str, classes: int) -> str:
    """Return log odds of the second of two classes, or of each class against the others."""
    columns = [graph.take(joint, [code], classes) for code in range(classes)]
    if classes == 2:
        return graph.add("Sub", columns[1], columns[0])
    odds = []
    for code in range(classes):
        others = graph.take(joint, [k for k in range(classes) if k != code], classes)
        highest = graph.add("ReduceMax", others, axes=[1], keepdims=1)
        sums = graph.row_sums(graph.add("Exp", graph.add("Sub", others, highest)))
        total = graph.add("Add", highest, graph.add("Log", sums))
        odds.append(graph.add("Sub", columns[code], total))
    return graph.beside(odds)
