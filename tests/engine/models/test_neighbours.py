from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from deepbench.models.baselines.knn import KnnFamily
from deepbench.models.baselines.neighbours import nearest
from deepbench.models.family import FitRows

from .fit_rows import rows_of


@pytest.mark.parametrize("columns", [12, 90])
def test_neighbours_on_components_are_those_of_a_pipeline(columns: int):
    new = np.random.default_rng(5).normal(size=(9, columns))
    params = {"neighbours": 5, "weights": "distance", "components": 4}
    numbers, classes = rows_of(columns, 0), rows_of(columns, 3)
    pca = PCA(4, svd_solver="full").fit(numbers.x)
    reference = KNeighborsRegressor(5, weights="distance")
    reference.fit(pca.transform(numbers.x), numbers.outcome)
    found = KnnFamily().fit(numbers, params, seed=0).predict(new)
    np.testing.assert_allclose(found[:, 0], reference.predict(pca.transform(new)), rtol=1e-6)

    pca = PCA(4, svd_solver="full").fit(classes.x)
    voter = KNeighborsClassifier(5, weights="distance")
    voter.fit(pca.transform(classes.x), classes.outcome)
    shares = np.bincount(classes.outcome) / 40
    expected = (5 * voter.predict_proba(pca.transform(new)) + shares) / 6
    found = KnnFamily().fit(classes, params, seed=0).predict(new)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_more_neighbours_than_rows_means_all_of_them():
    rows = rows_of(3, 2, rows=6)
    found = KnnFamily().fit(rows, {"neighbours": 50, "weights": "uniform"}, seed=0)
    np.testing.assert_allclose(found.predict(rows.x), 0.5)


def test_the_nearest_are_the_nearest():
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(9, 4)), generator.normal(size=(30, 4))
    found = nearest(a, b, 6)
    distances = cdist(a, b)
    np.testing.assert_array_equal(found.rows, np.argsort(distances, axis=1)[:, :6])
    np.testing.assert_allclose(np.sqrt(found.squared), np.sort(distances, axis=1)[:, :6])


@pytest.mark.parametrize("by_distance", [False, True])
def test_rows_that_tie_share_the_last_places(by_distance: bool):
    b = np.array([[1.0], [-1.0], [2.0], [2.0], [-2.0], [9.0]])
    found = nearest(np.zeros((1, 1)), b, 3)
    targets = np.eye(6)
    shares = found.average(found.weights(3, by_distance), targets)[0]
    expected = np.array([1.0, 1.0, 1 / 3, 1 / 3, 1 / 3, 0.0])
    if by_distance:
        expected[2:5] /= 2.0
    np.testing.assert_allclose(shares, expected / expected.sum())


def test_by_distance_rows_at_no_distance_alone_count():
    # Inner products leave 1e-16 of the squared lengths; that is no distance.
    b = np.vstack([np.full((2, 3), 1e3 / 3.0), np.full((4, 3), 5.0)])
    found = nearest(b[:1], b, 4)
    shares = found.average(found.weights(4, True), np.eye(6))[0]
    np.testing.assert_allclose(shares, [0.5, 0.5, 0.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_the_order_of_rows_does_not_decide_ties(weights: str):
    rows = rows_of(3, 2, rows=60)
    coarse = FitRows(np.round(rows.x), rows.columns, rows.outcome, rows.units, rows.task)
    order = np.random.default_rng(1).permutation(60)
    mixed = FitRows(
        coarse.matrix[order], rows.columns, rows.outcome[order], rows.units[order], rows.task
    )
    params = {"neighbours": 7, "weights": weights}
    new = np.round(np.random.default_rng(2).normal(size=(40, 3)))
    first, second = (KnnFamily().fit(r, params, seed=0).predict(new) for r in (coarse, mixed))
    np.testing.assert_allclose(first, second, rtol=1e-12)
