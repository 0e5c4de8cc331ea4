"""Halves of the units, models trained on them, and what is kept of their answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from deepbench.models.out_of_fold import fit_final
from deepbench.models.registry import BASELINES
from deepbench.privacy.audit.shadow_models import (
    ShadowTask,
    UnitAnswers,
    in_halves,
    train_shadows,
    unit_strata,
)

from .samples import RIDGE, SEED, benched, samples, shadows


def test_each_unit_is_in_one_model_of_each_pair():
    inside = in_halves(samples(61, 3), range(10), SEED)
    np.testing.assert_array_equal(inside[::2], ~inside[1::2])
    assert len({half.tobytes() for half in inside}) == 10


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_stratum_is_halved(task):
    training = samples(90, 3, task)
    strata = unit_strata(training.outcome, training.units, training.info.task)
    for half in in_halves(training, range(6), SEED):
        for stratum in np.unique(strata):
            inside, size = half[strata == stratum].sum(), (strata == stratum).sum()
            assert abs(inside - size / 2) <= 0.5


def test_the_odd_one_is_tossed_for():
    training = samples(41, 3)
    first = {int(in_halves(training, (2 * pair,), SEED).sum()) for pair in range(20)}
    assert first == {20, 21}


def test_halves_depend_on_the_number_alone():
    training = samples(40, 3)
    np.testing.assert_array_equal(
        in_halves(training, (6, 7), SEED), in_halves(training, range(10), SEED)[6:8]
    )
    other = in_halves(training, (6, 7), SEED + 1)
    assert not np.array_equal(other, in_halves(training, (6, 7), SEED))


def test_rows_of_a_unit_are_never_parted():
    training = samples(60, 3, per_unit=3)
    assert in_halves(training, range(4), SEED).shape == (4, 20)


def test_log_odds_of_the_true_class_are_averaged_over_rows():
    p = np.array([[[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]]])
    outcome, units = np.array([1, 1, 0]), np.array([4, 4, 9])
    found = UnitAnswers.of_rows(p, outcome, units, "binary")
    odds = [(np.log(0.8 / 0.2) + np.log(0.4 / 0.6)) / 2, np.log(9.0)]
    np.testing.assert_allclose(found.confidence, [odds])
    np.testing.assert_allclose(found.likelihood, [[(np.log(0.8) + np.log(0.4)) / 2, np.log(0.9)]])


def test_certain_answers_stay_finite():
    p = np.array([[[1.0, 0.0], [1.0, 0.0]]])
    found = UnitAnswers.of_rows(p, np.array([0, 1]), np.arange(2), "binary")
    assert np.isfinite(found.confidence).all()
    assert found.confidence[0, 0] > 10 > -10 > found.confidence[0, 1]


def test_errors_of_a_number_are_those_of_a_normal_density():
    values, truth = np.array([[[1.0], [2.0]], [[0.5], [4.0]]]), np.array([0.0, 2.0])
    found = UnitAnswers.of_rows(values, truth, np.arange(2), "regression")
    np.testing.assert_allclose(found.confidence, -np.abs(values[:, :, 0] - truth))
    # Up to the constant and the variance.
    density = norm.logpdf(values[:, :, 0], truth, 1.0) - norm.logpdf(0.0)
    np.testing.assert_allclose(found.likelihood / 2, density)


@pytest.mark.parametrize(
    ("family", "params"),
    [
        ("linear", RIDGE),
        ("knn", {"neighbours": 5, "weights": "uniform"}),
        ("svm", {"kernel": "rbf", "C": 1.0, "width": 1.0}),
    ],
)
def test_a_shadow_is_the_final_model_of_its_half(family, params):
    training = samples(60, 6, per_unit=2)
    found = shadows(training, family, params, count=2)
    for number, half in enumerate(in_halves(training, range(2), SEED)):
        rows = np.flatnonzero(half[training.units])
        model = fit_final(BASELINES[family], training.take(rows), params, seed=1)
        expected = UnitAnswers.of_rows(
            model.predict(training.features)[None],
            training.outcome,
            training.units,
            "binary",
        )
        np.testing.assert_allclose(
            found.confidence[number], expected.confidence[0], rtol=1e-5, atol=1e-5
        )


def test_networks_are_the_mean_of_their_starts():
    training = samples(60, 4)
    params = {
        "optimizer": "adam",
        "learning_rate": 5e-3,
        "weight_decay": 1e-2,
        "dropout": 0.0,
        "balanced": False,
        "smoothing": 0.0,
    }
    one, three = (shadows(training, "network-small", params, 2, starts) for starts in (1, 3))
    assert np.isfinite(three.confidence).all()
    assert not np.allclose(one.confidence, three.confidence)
    again = shadows(training, "network-small", params, 2, 3)
    np.testing.assert_array_equal(again.confidence, three.confidence)


def test_a_shadow_does_not_depend_on_its_companions():
    training = samples(40, 4)
    params = {"trees": 5, "splits": "random", "tried": 1, "min_samples_leaf": 2}
    with benched(training) as source:
        task = ShadowTask(source, "random_forest", params, 1, (2, 3))
        alone = train_shadows(task).values
        among = train_shadows(replace(task, numbers=(0, 1, 2, 3))).values
    np.testing.assert_array_equal(alone, among[:, 2:])


def test_a_class_missing_from_a_half_is_no_obstacle():
    training = samples(40, 4, "multiclass")
    rare = training.outcome.copy()
    rare[rare == 2] = 1
    rare[0] = 2
    found = shadows(replace(training, outcome=rare), "linear", RIDGE, count=4)
    assert np.isfinite(found.confidence).all()
