"""Networks, in the single precision that they were trained in."""

from __future__ import annotations

from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.portable.onnx_graph import Graph


def add_network(graph: Graph, predictor: NetworkPredictor, x: str) -> str:
    """Add networks of one architecture; their predictions are averaged."""
    graph.steps.append(
        "In single precision, each layer is weights times its input plus biases, below 0 set to 0 "
        "but for the last. "
        + (
            "The value is the mean over the random starts."
            if predictor.architecture.task == "regression"
            else "Probabilities are the mean over the random starts of the softmax."
        )
    )
    single = graph.as_single(x)
    members = [_member(graph, predictor, i, single) for i in range(len(predictor.members))]
    total = members[0] if len(members) == 1 else graph.add("Sum", *members)
    return graph.add("Div", total, graph.constant(float(len(members))))


def _member(graph: Graph, predictor: NetworkPredictor, number: int, x: str) -> str:
    member = predictor.members[number]
    last = len(predictor.architecture.hidden)
    values = x
    for layer in range(last + 1):
        prefix = f"network.start_{number + 1}.layer_{layer + 1}"
        weights = graph.fitted(
            f"{prefix}.weights",
            member[f"{2 * layer}.weight"],
            f"Weights of layer {layer + 1} of random start {number + 1}, units in rows.",
        )
        biases = graph.fitted(
            f"{prefix}.biases", member[f"{2 * layer}.bias"], "Biases of the same layer."
        )
        values = graph.add("Gemm", values, weights, biases, transB=1)
        if layer < last:
            values = graph.add("Relu", values)
    values = graph.as_double(values)
    if predictor.architecture.task == "regression":
        return values
    return graph.add("Softmax", values, axis=1)
