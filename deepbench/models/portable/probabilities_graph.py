"""From decision values to probabilities, and from probabilities to the class that is said."""

from __future__ import annotations

import numpy as np

from deepbench.models.baselines.probabilities import Sigmoids
from deepbench.models.calibration import Calibration
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.thresholds import DecisionRule

# As in deepbench.models.calibration and deepbench.models.thresholds.
_TRACE, _TINY = 1e-4, 1e-300
_DECIMALS = 10


def add_sigmoid(graph: Graph, values: str) -> str:
    """Return 1 / (1 + exp(-x)), also of very small results.

    The standard's operator loses the digits of results below 1e-16 in some runtimes, and the
    calibration takes their logarithm.
    """
    one = graph.constant(1.0)
    above = graph.add("Exp", graph.add("Min", values, graph.constant(0.0)))
    below = graph.add("Exp", graph.add("Neg", graph.add("Abs", values)))
    return graph.add("Div", above, graph.add("Add", below, one))


def add_two_sides(graph: Graph, odds: str) -> str:
    """Turn log odds of the second of two classes (samples, 1) into both probabilities."""
    return graph.beside([add_sigmoid(graph, graph.add("Neg", odds)), add_sigmoid(graph, odds)])


def add_class_odds(graph: Graph, odds: str, classes: int) -> str:
    """Turn log odds into probabilities: one column for two classes, else one for each."""
    return add_two_sides(graph, odds) if classes == 1 else graph.add("Softmax", odds, axis=1)


def add_sigmoids(graph: Graph, sigmoids: Sigmoids, decisions: str) -> str:
    """Turn decision values (samples, J) into probabilities."""
    slopes = graph.fitted(
        "sigmoids.slopes", sigmoids.slopes, "Slope of the sigmoid of each decision value."
    )
    intercepts = graph.fitted(
        "sigmoids.intercepts", sigmoids.intercepts, "Intercept of the sigmoid of each."
    )
    graph.steps.append(
        "Probabilities are 1 / (1 + exp(-(slope * decision + intercept))): that of the second of "
        "two classes, or of each class, divided by their sum."
    )
    p = add_sigmoid(graph, graph.add("Add", graph.add("Mul", decisions, slopes), intercepts))
    if len(sigmoids.slopes) == 1:
        return graph.beside([graph.add("Sub", graph.constant(1.0), p), p])
    p = graph.add("Max", p, graph.constant(np.finfo(np.float64).tiny))
    return graph.add("Div", p, graph.row_sums(p))


def add_calibration(graph: Graph, calibration: Calibration, p: str) -> str:
    """Correct class probabilities, as `Calibration.apply` does."""
    shares = np.asarray(calibration.shares)
    present = np.flatnonzero(shares > 0.0)
    absent = np.flatnonzero(shares <= 0.0)
    graph.recorded("calibration.classes", present, "Classes (from 0) that it is about.")
    graph.steps.append(
        "Calibration of probabilities p among these classes: e = log(p + floor) + "
        f"{_TRACE:g} * log(p) - log_shares; new probabilities are the softmax of slope * e + "
        "log_shares + shifts. Other classes keep theirs."
    )
    among = _among(graph, p, present, len(shares))
    if len(present) == 2:
        second = graph.take(among, [1], 2)
        among = graph.beside([graph.add("Sub", graph.constant(1.0), second), second])
    slope = graph.fitted(
        "calibration.slope", np.array([calibration.slope]), "What the evidence is multiplied by."
    )
    floor = graph.fitted(
        "calibration.floor", np.array([calibration.floor]), "What is added to each probability."
    )
    shifts = graph.fitted(
        "calibration.shifts",
        np.asarray(calibration.shifts)[present],
        "What is added for each class that the training samples have.",
    )
    logs = graph.fitted(
        "calibration.log_shares",
        np.log(shares[present]),
        "Logarithm of the share of each of these classes in the training samples.",
    )
    trace = graph.add("Log", graph.add("Max", among, graph.constant(_TINY)))
    trace = graph.add("Mul", graph.constant(_TRACE), trace)
    evidence = graph.add("Log", graph.add("Add", among, floor))
    evidence = graph.add("Sub", graph.add("Add", evidence, trace), logs)
    linear = graph.add("Add", graph.add("Mul", slope, evidence), graph.add("Add", logs, shifts))
    corrected = graph.add("Softmax", linear, axis=1)
    if not len(absent):
        return corrected
    kept = graph.take(p, absent, len(shares))
    left = graph.add("Sub", graph.constant(1.0), graph.row_sums(kept))
    both = graph.beside([graph.add("Mul", corrected, left), kept])
    order = np.argsort(np.concatenate([present, absent]))
    return graph.take(both, order, len(shares))


def _among(graph: Graph, p: str, present: np.ndarray, classes: int) -> str:
    """Return the probabilities among the classes that are present."""
    if len(present) == classes:
        return p
    some = graph.add("Max", graph.take(p, present, classes), graph.constant(_TINY))
    return graph.add("Div", some, graph.row_sums(some))


def add_decision(graph: Graph, rule: DecisionRule | None, p: str, classes: int) -> str:
    """Return the number of the class that is said (samples,), as `FittedModel.decide` does."""
    if rule is None:
        return graph.add("ArgMax", p, axis=1, keepdims=0)
    shares = np.asarray(rule.shares)
    order = np.argsort(-shares, kind="stable")
    order = order[shares[order] > 0.0]
    held = graph.fitted(
        "rule.shares",
        shares[order],
        "Shares that a probability is compared with, the most frequent class first.",
    )
    graph.recorded("rule.classes", order, "Classes (from 0) that can be said, in that order.")
    risen = graph.add("Div", graph.take(p, order, classes), held)
    # Probabilities that are equal up to rounding are level, or rounding would decide.
    risen = graph.add("Round", graph.add("Mul", risen, graph.constant(10.0**_DECIMALS)))
    place = graph.add("ArgMax", risen, axis=1, keepdims=0)
    return graph.add("Gather", graph.integers(order), place, axis=0)
