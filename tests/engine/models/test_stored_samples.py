"""What a model is to the gate, by what its file holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.out_of_fold import fit_final
from deepbench.models.predictors import PresentClassesPredictor
from deepbench.models.registry import BASELINES
from deepbench.models.stored_samples import (
    fitted_numbers,
    inner_predictor,
    kind_of_model,
    stored_sentence,
)
from deepbench.training.lane_records import Architecture

from .conftest import make_training

FOREST = {"trees": 10, "splits": "best", "tried": 1}
KINDS = [
    ("dummy", {}, "weights"),
    ("linear", {"penalty": "l2", "strength": 1.0}, "weights"),
    ("naive_bayes", {"smoothing": 0.1}, "weights"),
    ("knn", {"neighbours": 5, "weights": "uniform"}, "stored rows"),
    ("svm", {"kernel": "rbf", "C": 1.0, "width": 1.0}, "stored rows"),
    ("svm", {"kernel": "linear", "C": 1.0}, "weights"),
    ("random_forest", {**FOREST, "min_samples_leaf": 1}, "stored rows"),
    ("random_forest", {**FOREST, "min_samples_leaf": 12}, "weights"),
]


def fitted(name, params):
    return fit_final(BASELINES[name], make_training(), params, 1)


@pytest.mark.parametrize(("name", "params", "kind"), KINDS)
def test_kinds_of_models(name, params, kind):
    assert kind_of_model(fitted(name, params)) == kind
    assert kind_of_model(fitted(name, params), make_training()) == kind


def test_a_leaf_of_one_unit_with_several_rows_is_found_with_the_samples():
    training = make_training()
    # The rows of a unit are alike, so that they end in the same leaves.
    features = training.features.iloc[(np.arange(60) // 2) * 2].reset_index(drop=True)
    training = replace(training, features=features)
    params = {**FOREST, "min_samples_leaf": 2, "trees": 30}
    model = fit_final(BASELINES["random_forest"], training, params, 1)
    assert kind_of_model(model) == "weights"
    assert kind_of_model(model, training) == "stored rows"


def test_a_model_inside_another_is_looked_at():
    model = fitted("knn", {"neighbours": 5, "weights": "uniform"})
    wrapped = PresentClassesPredictor(model.predictor, np.array([0, 2]), 3)
    assert inner_predictor(wrapped) is model.predictor
    assert kind_of_model(replace(model, predictor=wrapped)) == "stored rows"


def test_only_networks_are_private_and_only_if_it_is_said():
    model = fitted("linear", {"penalty": "l2", "strength": 1.0})
    with pytest.raises(ValueError, match="Only networks"):
        kind_of_model(model, private=True)
    member = {
        "0.weight": np.zeros((2, len(model.columns)), np.float32),
        "0.bias": np.zeros(2, np.float32),
    }
    network = NetworkPredictor(Architecture((), 2, "classification"), (member,))
    model = replace(model, predictor=network)
    assert kind_of_model(model) == "weights"
    assert kind_of_model(model, private=True) == "private weights"
    assert fitted_numbers(network) == 2 * len(model.columns) + 2


def test_a_linear_machine_counts_its_coefficients():
    linear = fitted("svm", {"kernel": "linear", "C": 1.0})
    # Coefficients and intercept, slope and intercept of the sigmoid.
    assert fitted_numbers(linear.predictor) == len(linear.columns) + 1 + 2
    assert stored_sentence(linear.predictor) == ""
    gaussian = fitted("svm", {"kernel": "rbf", "C": 1.0, "width": 1.0})
    assert fitted_numbers(gaussian.predictor) >= gaussian.predictor.support.size
    assert "support vectors" in stored_sentence(gaussian.predictor)
