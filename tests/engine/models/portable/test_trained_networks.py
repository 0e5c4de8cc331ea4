"""Networks as the program trains them: rotated on wide tables, and with differential privacy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from deepbench.data.samples import TrainingSet
from deepbench.models.networks.final import fit_network
from deepbench.models.networks.private import PrivateChoices, fit_private, recipe_for
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import NETWORKS
from deepbench.training.lane_records import TrainingSchedule
from deepbench.training.private.noise import SeededNoise

from .array_reader import predict
from .models import files_of, run_onnx, training_of, values_of


@pytest.fixture
def wide() -> TrainingSet:
    training = training_of("binary")
    draw = np.random.default_rng(5)
    values = draw.normal(size=(80, 150))
    values[:, :20] += training.outcome[:, None]
    names = [f"gene {i}" for i in range(150)]
    return replace(training, features=pd.DataFrame(values, columns=names))


def test_a_rotated_network_is_written_for_the_columns_themselves(wide, monkeypatch):
    monkeypatch.setattr(
        "deepbench.models.networks.final.SCHEDULE", TrainingSchedule(max_epochs=30, patience=30)
    )
    family = NETWORKS["network-small"]
    shape = ProblemShape("binary", 80, 40, 150, 2, 40)
    params = family.portfolio(shape)[0]
    model = fit_network(family, wide, shape, params, starts=3, seed=1, device=torch.device("cpu"))
    assert len(model.predictor.members) == 3
    assert model.predictor.members[0]["0.weight"].shape == (16, 150)
    files = files_of(model)
    predicted = model.predict(wide.features)
    assert predicted[:, 1].std() > 0.05
    found = run_onnx(files["model.onnx"], model, wide.features)
    np.testing.assert_allclose(values_of(found), predicted, atol=1e-6)
    np.testing.assert_allclose(predict(files, wide.features), predicted, atol=1e-6)


def test_a_private_network_is_written_like_any_other():
    training = training_of("regression", rows=400)
    ranges = {"age": (20.0, 80.0), "diagnosis": (9_000.0, 12_000.0)}
    choices = PrivateChoices("network-linear", (), ranges=ranges)
    recipe = recipe_for(training, choices, 8.0)
    model = fit_private(training, choices, recipe, SeededNoise(1))
    files = files_of(model, private=True)
    found = values_of(run_onnx(files["model.onnx"], model, training.features))
    predicted = model.predict(training.features)
    np.testing.assert_allclose(found, predicted, rtol=1e-6)
    np.testing.assert_allclose(predict(files, training.features), predicted, rtol=1e-6)
