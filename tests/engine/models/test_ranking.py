from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_selection import f_classif, f_regression

from deepbench.models.ranking import class_f_values, correlation_f_values, rank_columns


@pytest.mark.parametrize("classes", [2, 4])
def test_class_f_is_that_of_scikit_learn(classes: int):
    generator = np.random.default_rng(classes)
    x = generator.normal(5.0, 2.0, size=(30, 12))
    codes = generator.integers(0, classes, 30)
    np.testing.assert_allclose(class_f_values(x, codes), f_classif(x, codes)[0], rtol=1e-9)


def test_correlation_f_is_that_of_scikit_learn():
    generator = np.random.default_rng(0)
    x, y = generator.normal(5.0, 2.0, size=(30, 12)), generator.normal(size=30)
    np.testing.assert_allclose(correlation_f_values(x, y), f_regression(x, y)[0], rtol=1e-9)


def test_constant_columns_come_last_and_perfect_ones_first():
    codes = np.array([0, 0, 0, 1, 1, 1])
    weak = np.array([0.0, 1.0, 2.0, 1.0, 2.0, 3.0])
    x = np.column_stack([np.full(6, 0.1), weak, codes, np.full(6, 3.0)])
    assert class_f_values(x, codes)[2] == np.inf
    assert rank_columns(x, codes, "binary").tolist() == [2, 1, 0, 3]
    assert rank_columns(x, codes.astype(float), "regression").tolist() == [2, 1, 0, 3]


def test_nothing_to_compare_ranks_in_column_order():
    x = np.random.default_rng(0).normal(size=(5, 3))
    assert rank_columns(x, np.zeros(5, dtype=np.int64), "binary").tolist() == [0, 1, 2]
    assert rank_columns(x[:2], np.array([1.0, 2.0]), "regression").tolist() == [0, 1, 2]
