"""Guessing sensitive attributes of members and of others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from deepbench.privacy.audit.attribute_inference import (
    Attribute,
    attribute_record,
    find_attribute,
    guess_attributes,
)
from deepbench.privacy.audit.shadow_models import ShadowTask, in_halves

from .samples import MEMORISING, RIDGE, SEED, benched, samples


def with_sex(rows: int = 160, *, feature: bool, seed: int = 0):
    """Noise as outcome; sex is a feature that says nothing, or an annotation."""
    training = samples(rows, 4, signal=0.0, seed=seed)
    sex = np.random.default_rng(seed).choice(["f", "m"], rows)
    if feature:
        return replace(training, features=training.features.assign(sex=sex))
    return replace(training, annotations=pd.DataFrame({"sex": sex}))


def guessed(training, family, params, column="sex", shadows=4):
    attribute = find_attribute(training, column)
    assert attribute is not None
    with benched(training) as source:
        task = ShadowTask(source, family, params, 1, tuple(range(shadows)))
        guesses = guess_attributes(task, (column,))
    inside = in_halves(training, range(shadows), SEED)
    return attribute_record(attribute, guesses[0], inside, SEED, "patients")


def test_a_model_that_learns_by_heart_gives_a_feature_away(monkeypatch):
    monkeypatch.setattr("deepbench.models.baselines.random_forest._SHARE", 1.0)
    found = guessed(with_sex(feature=True), "random_forest", MEMORISING)
    assert found.advantage.low > 0
    assert "could be guessed better" in found.sentence
    assert "“sex” of patients" in found.sentence


def test_a_plain_model_gives_no_more_of_members_than_of_others():
    found = guessed(with_sex(feature=True), "linear", RIDGE)
    assert found.advantage.low < 0 < found.advantage.high
    assert "about as well" in found.sentence


def test_an_annotation_is_guessed_from_the_answers():
    training = samples(200, 4, signal=3.0)
    sex = np.where(training.features["g0"] > 0, "f", "m")
    training = replace(training, annotations=pd.DataFrame({"sex": sex}))
    found = guessed(training, "linear", {"penalty": "l2", "strength": 10.0})
    # The answers follow g0, and so does sex; of members no more than of others.
    assert found.others.value > 0.8
    assert abs(found.advantage.value) < 0.1


def test_values_alike_count_alike_however_rare():
    truth = np.array([0] * 8 + [1] * 2)
    attribute = Attribute("sex", True, ("f", "m"), truth)
    inside = np.array([[True] * 10, [False] * 10])
    always = np.zeros((2, 10), dtype=np.int64)
    found = attribute_record(attribute, always, inside, SEED, "patients")
    assert found.members.value == found.others.value == pytest.approx(0.5)
    assert found.advantage.value == 0.0


def test_numbers_are_guessed_by_quarters():
    training = with_sex(feature=True)
    found = find_attribute(training, "g1")
    assert found is not None
    assert len(found.values) == 4
    assert np.bincount(found.truth).tolist() == [40, 40, 40, 40]
    numbers = training.features["g1"].to_numpy()
    assert found.values[0] == pytest.approx(np.median(np.sort(numbers)[:40]))


def test_few_numbers_are_labels():
    training = samples(60, 3)
    smoker = np.arange(60) % 2 * 1.0
    found = find_attribute(
        replace(training, features=training.features.assign(smoker=smoker)), "smoker"
    )
    assert found is not None
    assert found.values == (0.0, 1.0)
    assert found.truth.tolist() == smoker.astype(int).tolist()


def test_rare_and_missing_values_are_not_guessed():
    training = samples(60, 3)
    held = ["f"] * 30 + ["m"] * 26 + ["x"] * 2 + ["", ""]
    found = find_attribute(replace(training, annotations=pd.DataFrame({"sex": held})), "sex")
    assert found is not None
    assert found.values == ("f", "m")
    assert (found.truth == -1).sum() == 4


@pytest.mark.parametrize("held", [["f"] * 60, [""] * 60, [f"p{i}" for i in range(60)]])
def test_a_column_without_two_usual_values_is_no_attribute(held):
    training = replace(samples(60, 3), annotations=pd.DataFrame({"sex": held}))
    assert find_attribute(training, "sex") is None
    assert find_attribute(training, "no such column") is None
