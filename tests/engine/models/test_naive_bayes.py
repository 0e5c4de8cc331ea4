from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.naive_bayes import GaussianNB

from deepbench.models.baselines.class_moments import class_moments
from deepbench.models.baselines.label_vectors import number_f_values, strongest
from deepbench.models.baselines.naive_bayes import NaiveBayesFamily, joint_log_density
from deepbench.models.baselines.naive_bayes_together import log_odds
from deepbench.models.family import FitRows
from deepbench.models.ranking import class_f_values, correlation_f_values, for_order

from .fit_rows import rows_of


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("smoothing", [1e-3, 0.5])
def test_log_odds_are_those_of_scikit_learn(classes: int, smoothing: float):
    rows = rows_of(3, classes)
    reference = GaussianNB(var_smoothing=smoothing).fit(rows.x, rows.outcome)
    p = reference.predict_proba(rows.x)
    expected = np.log(p / (1.0 - p))
    model = NaiveBayesFamily().fit(rows, {"smoothing": smoothing}, seed=1)
    joint = joint_log_density(rows.x, model.means, model.variances, model.log_shares)
    expected = expected[:, 1:] if classes == 2 else expected
    np.testing.assert_allclose(log_odds(joint), expected, rtol=1e-6)


def test_a_class_without_rows_has_no_odds():
    joint = np.log(np.array([[0.2, 0.0, 0.3, 0.5]]) + 1e-300)
    joint[:, 1] = -np.inf
    found = log_odds(joint)
    assert np.isnan(found[0, 1])
    np.testing.assert_allclose(expit(found[0, [0, 2, 3]]), [0.2, 0.3, 0.5])
    only = np.array([[-np.inf, -3.0]])
    assert np.isnan(log_odds(only)).all()


def test_equal_rows_do_no_harm():
    rows = FitRows(np.zeros((12, 2)), np.arange(2), np.arange(12) % 2, np.arange(12), "binary")
    found = NaiveBayesFamily().fit(rows, {"smoothing": 0.1}, seed=1)
    np.testing.assert_allclose(found.predict(np.ones((2, 2))), 0.5, atol=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
def test_class_sums_give_the_f_values_of_every_set_of_rows(classes: int):
    generator = np.random.default_rng(0)
    x = generator.normal(0.3, 2.0, size=(40, 7))
    x[:, 2] = 4.0
    x[:, 3] = np.arange(40) % classes  # perfect under the first labels
    x[:, 4] = 1.0 * (np.arange(40) == 5)  # never varies where row 5 is held out
    first = np.arange(40) % classes
    codes = np.stack([first, generator.permutation(first)])
    parts = np.stack([np.arange(40) % 3, np.arange(40) % 2])
    found = class_moments(x, x**2, codes, parts, classes).f_values()
    for label in range(2):
        for q in range(4):
            rows = parts[label] != q - 1
            expected = class_f_values(x[rows], codes[label][rows])
            np.testing.assert_allclose(found[label, q], expected, rtol=1e-7, atol=1e-9)


def test_number_f_values_are_those_of_each_outcome():
    generator = np.random.default_rng(0)
    x = generator.normal(0.3, 2.0, size=(30, 5))
    x[:, 2] = 4.1
    outcomes = generator.normal(5.0, 1.0, size=(3, 30))
    outcomes[1] = 2.0 * x[:, 3] + 1.0
    for found, outcome in zip(number_f_values(x, outcomes), outcomes, strict=True):
        expected = correlation_f_values(x, outcome)
        assert np.isinf(found).tolist() == np.isinf(expected).tolist()
        finite = np.isfinite(expected)
        np.testing.assert_allclose(found[finite], expected[finite], rtol=1e-9)


def test_the_strongest_columns_are_those_of_the_ranking():
    values = np.array([3.0, np.inf, 1.0, 3.0, 0.0, 3.0 * (1.0 + 1e-12), 2.0])
    order = np.argsort(-for_order(values), kind="stable")
    for count in range(1, 8):
        assert strongest(values, count).tolist() == sorted(order[:count])
    assert strongest(values, 3).tolist() == [0, 1, 3]


def test_naive_bayes_with_many_columns_is_not_sure_of_everything():
    rows = rows_of(3_000, 2, rows=60)
    raw = GaussianNB(var_smoothing=0.1).fit(rows.x, rows.outcome).predict_proba(rows.x[:, ::-1])
    assert (raw.max(axis=1) > 1.0 - 1e-6).mean() > 0.5
    found = NaiveBayesFamily().fit(rows, {"smoothing": 0.1}, seed=1).predict(rows.x[:, ::-1])
    assert found.max() < 1.0 - 1e-6
    assert len(np.unique(found[:, 1])) == 60
