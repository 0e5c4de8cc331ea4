"""A whole model as one graph: from the user's columns to probabilities and the class said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.baselines.knn import NeighboursPredictor
from deepbench.models.baselines.linear import LinearPredictor
from deepbench.models.baselines.naive_bayes import NaiveBayesPredictor
from deepbench.models.baselines.svm import SvmPredictor
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.portable.inputs import ModelInputs
from deepbench.models.portable.kernel_graphs import add_neighbours, add_svm
from deepbench.models.portable.network_graph import add_network
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.portable.preparation_graph import add_preparation
from deepbench.models.portable.probabilities_graph import add_calibration, add_decision
from deepbench.models.portable.simple_graphs import add_constant, add_linear, add_naive_bayes
from deepbench.models.portable.trees_graph import add_trees
from deepbench.models.predictors import ConstantPredictor, PresentClassesPredictor

PREDICTED, PROBABILITIES = "predicted", "probabilities"

# Every type of predictor that a model can have. A test holds it to be complete.
_ADD: dict[type, Callable[[Graph, Any, str], str]] = {
    ConstantPredictor: add_constant,
    LinearPredictor: add_linear,
    NaiveBayesPredictor: add_naive_bayes,
    NeighboursPredictor: add_neighbours,
    NetworkPredictor: add_network,
    SvmPredictor: add_svm,
    TreesPredictor: add_trees,
}


def model_graph(model: FittedModel, inputs: ModelInputs) -> Graph:
    """Return the graph of a model.

    Its results are ``probabilities`` (samples, K) and ``predicted`` (samples,), the class that
    is said; for a numeric outcome ``predicted`` alone.
    """
    graph = Graph()
    predicted = _predictor(graph, model.predictor, add_preparation(graph, inputs))
    classes = model.info.classes
    if not classes:
        flat = graph.add("Reshape", predicted, graph.integers([-1]))
        graph.output(PREDICTED, flat, 0, "Predicted value of each sample.")
        return graph
    if model.calibration is not None:
        predicted = add_calibration(graph, model.calibration, predicted)
    said = add_decision(graph, model.rule, predicted, len(classes))
    words = graph.words("classes", classes)
    graph.output(
        PROBABILITIES, predicted, len(classes), "Probability of each class of schema.json."
    )
    graph.output_texts(
        PREDICTED, graph.add("Gather", words, said, axis=0), "Class that is said of each sample."
    )
    return graph


def _predictor(graph: Graph, predictor: Predictor, x: str) -> str:
    if isinstance(predictor, PresentClassesPredictor):
        inner = _predictor(graph, predictor.inner, x)
        graph.recorded(
            "classes.present",
            predictor.present,
            "Classes (from 0) that these are about; the others have probability 0.",
        )
        places = np.eye(predictor.outputs)[predictor.present]
        return graph.add("MatMul", inner, graph.constant(places))
    return _ADD[type(predictor)](graph, predictor, x)
