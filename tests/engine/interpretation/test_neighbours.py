"""Nearest training samples and trust scores against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from deepbench.interpretation.neighbours import FEATURES, LAST_LAYER, find_neighbours
from deepbench.interpretation.trust_records import trust_record
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.predictors import ConstantPredictor
from deepbench.training.lane_records import Architecture
from tests.engine.interpretation.fold_fits import Fits
from tests.engine.interpretation.planted import bench_of, three_causes

Floats = NDArray[np.float64]
CONSTANT = ConstantPredictor(np.array([0.5, 0.5]))


def rows(count: int, seed: int, columns: int = 4) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, columns)) * [1.0, 5.0, 0.1, 1.0]


def test_neighbours_are_the_nearest_standardised_rows() -> None:
    fit, x = rows(50, 0), rows(6, 1)
    found = find_neighbours(CONSTANT, fit, x, np.arange(50), None, None)
    scaled, here = (each / fit.std(axis=0) for each in (fit, x))
    distances, places = NearestNeighbors(n_neighbors=7).fit(scaled).kneighbors(here)
    assert np.array_equal(found.nearest, places)
    assert found.distances == pytest.approx(distances / np.sqrt(4))
    assert np.isnan(found.trust).all()
    assert found.space == FEATURES


def test_a_unit_is_named_once_by_its_nearest_sample() -> None:
    fit, x = np.array([[0.0], [0.1], [1.0], [2.0], [9.0]]), np.array([[0.0]])
    units = np.array([7, 7, 3, 5, 5])
    found = find_neighbours(CONSTANT, fit, x, units, None, None)
    assert found.nearest.tolist() == [[0, 2, 3]]


def test_trust_is_the_ratio_of_distances_to_classes() -> None:
    fit = np.array([[-1.0], [-2.0], [3.0], [4.0]])
    codes, said = np.array([0, 0, 1, 1]), np.array([0, 1])
    x = np.array([[0.0], [0.0]])
    found = find_neighbours(CONSTANT, fit, x, np.arange(4), codes, said)
    assert found.trust == pytest.approx([3.0 / 1.0, 1.0 / 3.0])
    alone = find_neighbours(CONSTANT, fit, x, np.arange(4), np.zeros(4, dtype=np.int64), said)
    assert np.isnan(alone.trust).all()


def test_the_thinnest_tenth_of_a_class_is_left_out() -> None:
    """A row of the other class far from its own, beside the sample, does not count."""
    near = np.linspace(10.0, 11.0, 19)
    fit = np.concatenate([np.linspace(0.0, 1.0, 20), near, [-0.9]])[:, None]
    codes = np.repeat([0, 1], 20)
    x = np.array([[-1.0]])
    found = find_neighbours(CONSTANT, fit, x, np.arange(40), codes, np.array([0]))
    assert found.trust[0] > 5.0


def test_networks_are_compared_in_the_last_hidden_layer() -> None:
    """Two samples that differ in what the network ignores are at the same place for it."""
    weights = {
        "0.weight": np.array([[1.0, 0.0], [0.5, 0.0]], dtype=np.float32),
        "0.bias": np.zeros(2, dtype=np.float32),
        "2.weight": np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32),
        "2.bias": np.zeros(2, dtype=np.float32),
    }
    network = NetworkPredictor(Architecture((2,), 2, "classification"), (weights,))
    fit = np.array([[1.0, 50.0], [2.0, -50.0], [3.0, 0.0]])
    found = find_neighbours(network, fit, np.array([[2.1, 50.0]]), np.arange(3), None, None)
    assert found.space == LAST_LAYER
    assert found.nearest[0, 0] == 1


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_neighbours_are_of_the_fit_rows_and_agreement_counts_them(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = three_causes(task, rows=60, columns=6)  # type: ignore[arg-type]
    bench = bench_of(training, folds=3)
    fits = Fits(monkeypatch, bench, "linear", {"penalty": "l2", "strength": 1.0})
    folds = fits.run("model")
    record = trust_record(folds, training)
    assert len(record.samples) == 60
    place = {name: i for i, name in enumerate(training.sample_ids.tolist())}
    for fold, part in zip(folds, bench.folds, strict=True):
        assert fold.neighbours is not None
        assert np.isin(fold.neighbours.nearest, part.fit).all()
    outcome = training.outcome
    predicted = np.empty(60)
    for fold in folds:
        assert fold.neighbours is not None
        predicted[fold.rows] = fold.neighbours.predicted
    error = np.abs(predicted - outcome).mean() if task == "regression" else 0.0
    for own in record.samples:
        near = np.array([place[name] for name in own.neighbours])
        agree = np.abs(outcome[near] - predicted[place[own.sample]]) <= error
        assert own.agreement == pytest.approx(agree.mean())
        assert list(own.distances) == sorted(own.distances)
        assert (own.trust is None) == (task == "regression")
