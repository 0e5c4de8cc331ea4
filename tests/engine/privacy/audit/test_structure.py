"""What files of models hold, against counts of our own."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from deepbench.models.baselines.decision_trees import GrownTree, TreesPredictor
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.out_of_fold import fit_final
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.registry import BASELINES
from deepbench.privacy.audit.structure import lone_leaves, look_at_structure
from deepbench.privacy.audit.unit_words import unit_words
from deepbench.training.lane_records import Architecture

from .samples import MEMORISING, PATIENTS, RIDGE, samples


def fitted(training, family, params) -> FittedModel:
    return fit_final(BASELINES[family], training, params, seed=1)


def test_neighbours_are_the_training_samples():
    training = samples(50, 4)
    model = fitted(training, "knn", {"neighbours": 5, "weights": "uniform"})
    found = look_at_structure(model, training, PATIENTS, guarded=False)
    assert "all 50 samples of the training set" in found.stores_samples


def test_projected_neighbours_are_still_stored():
    training = samples(50, 30)
    params = {"neighbours": 5, "weights": "uniform", "components": 5}
    found = look_at_structure(fitted(training, "knn", params), training, PATIENTS, guarded=False)
    assert "coordinates" in found.stores_samples


def test_support_vectors_are_training_samples():
    training = samples(60, 4)
    model = fitted(training, "svm", {"kernel": "rbf", "C": 1.0, "width": 1.0})
    found = look_at_structure(model, training, PATIENTS, guarded=False)
    assert f"holds {len(model.predictor.support)} samples" in found.stores_samples


def test_a_linear_model_of_few_columns_stores_nothing():
    training = samples(60, 4)
    found = look_at_structure(fitted(training, "linear", RIDGE), training, PATIENTS, guarded=False)
    assert found.stores_samples == ""
    assert found.parameters == 4 + 1
    # Only the ranges are said of its file.
    assert len(found.sentences) == 1
    assert "smallest and the largest value" in found.sentences[0]


def test_ranges_are_said_as_the_file_has_them():
    training = samples(60, 4)
    model = fitted(training, "linear", RIDGE)
    (said,) = look_at_structure(model, training, PATIENTS, guarded=True).sentences
    assert "at least 10 patients lie at or beyond each" in said
    assert "smallest" not in said
    few = samples(9, 2)
    sentences = look_at_structure(
        fitted(few, "linear", RIDGE), few, PATIENTS, guarded=True
    ).sentences
    # Of so few patients the file says no range at all.
    assert not sentences


def test_more_coefficients_than_patients_are_said():
    training = samples(40, 300)
    found = look_at_structure(fitted(training, "linear", RIDGE), training, PATIENTS, guarded=False)
    assert found.parameters == 301
    assert "301 fitted numbers for 40 patients" in found.sentences[0]


def test_networks_are_counted_with_all_their_starts():
    training = samples(40, 4)
    member = {
        "0.weight": np.zeros((16, 4), np.float32),
        "0.bias": np.zeros(16, np.float32),
        "2.weight": np.zeros((2, 16), np.float32),
        "2.bias": np.zeros(2, np.float32),
    }
    predictor = NetworkPredictor(Architecture((16,), 2, "classification"), (member, member))
    model = FittedModel(
        "network-small",
        training.info,
        Preprocessor.fit(training.features),
        np.arange(4),
        predictor,
    )
    found = look_at_structure(model, training, PATIENTS, guarded=False)
    assert found.parameters == 2 * (16 * 4 + 16 + 2 * 16 + 2)
    assert "228 fitted numbers for 40 patients" in found.sentences[0]


@pytest.mark.parametrize("least", [1, 4])
def test_lone_leaves_are_those_of_the_grown_tree(least):
    draw = np.random.default_rng(0)
    units = np.arange(60) // 2
    x = draw.normal(size=(60, 3))
    tree = DecisionTreeRegressor(min_samples_leaf=least, random_state=0).fit(x, draw.random(60))
    values = tree.tree_.value[:, :, 0]
    predictor = TreesPredictor.of("value", np.zeros(1), [GrownTree.of(tree, values)])
    found = lone_leaves(predictor, x, units)
    leaf = tree.apply(x)
    by_leaf = {end: set(units[leaf == end]) for end in set(leaf)}
    lone = {end for end, own in by_leaf.items() if len(own) == 1}
    assert found.leaves == len(by_leaf)
    assert found.lone == len(lone)
    assert found.alone == len({unit for end in lone for unit in by_leaf[end]})
    assert (found.lone == 0) == (least == 4)


def test_repeated_rows_of_one_patient_do_not_hide_a_leaf():
    units = np.repeat([0, 1, 2], 4)
    x = units[:, None] + np.zeros((12, 1))
    tree = DecisionTreeRegressor(min_samples_leaf=3).fit(x, units.astype(float))
    values = tree.tree_.value[:, :, 0]
    predictor = TreesPredictor.of("value", np.zeros(1), [GrownTree.of(tree, values)])
    assert lone_leaves(predictor, x, units).alone == 3


def test_a_memorising_forest_is_told_by_its_leaves():
    training = samples(50, 4)
    found = look_at_structure(
        fitted(training, "random_forest", MEMORISING), training, PATIENTS, guarded=False
    )
    assert "of the leaves of its trees were made by one patient alone" in found.sentences[0]
    assert "patients stand alone in a leaf" in found.sentences[0]


@pytest.mark.parametrize(
    ("columns", "one"),
    [
        (["Patient ID"], "patient"),
        (["mouse_id"], "mouse"),
        (["Donor"], "donor"),
        (["HX-77 subject of Dr Who"], "biological unit"),
        (["patient", "eye"], "biological unit"),
    ],
)
def test_units_are_called_by_their_column_only_where_that_is_a_known_noun(columns, one):
    assert unit_words({"unit": columns}).one == one


def test_without_a_column_of_units_samples_are_meant():
    words = unit_words({"sample": ["id"]})
    assert (words.one, words.counted(1), words.counted(1_200)) == (
        "sample",
        "1 sample",
        "1,200 samples",
    )
    assert unit_words({"unit": ["animal"]}).with_article == "an animal"
