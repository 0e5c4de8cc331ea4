from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from deepbench.errors import DataError
from deepbench.training.rotation import Rotation


@pytest.fixture
def wide() -> np.ndarray:
    """Return 30 samples × 200 features of unequal spread, centred."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(30, 200)) * rng.uniform(0.1, 3.0, size=200)
    return x - x.mean(axis=0)


def test_rates_grow_with_the_root_of_what_is_left_of_the_width() -> None:
    wide = np.random.default_rng(0).normal(size=(30, 480))
    rotation = Rotation.fit(wide)
    assert rotation.directions.shape == (480, 30)
    assert rotation.rate_factor == 4.0


def test_directions_are_those_of_the_singular_value_decomposition(wide: np.ndarray) -> None:
    rotation = Rotation.fit(wide)
    _, singular, right = np.linalg.svd(wide, full_matrices=False)
    assert rotation.directions.shape == (200, 29)  # centring takes one
    identity = rotation.directions.T @ rotation.directions
    np.testing.assert_allclose(identity, np.eye(29), atol=1e-9)
    cosines = np.abs((right[:29] * rotation.directions.T).sum(axis=1))
    np.testing.assert_allclose(cosines, 1.0, atol=1e-9)
    spread = np.linalg.norm(wide @ rotation.directions, axis=0)
    np.testing.assert_allclose(spread, singular[:29], rtol=1e-9)


def test_nothing_of_the_fitted_samples_is_lost(wide: np.ndarray) -> None:
    rotation = Rotation.fit(wide)
    rotated = rotation.transform(wide).astype(np.float64)
    assert rotated.dtype == np.float64
    assert np.mean(rotated**2) == pytest.approx(1.0, rel=1e-6)
    back = rotated / rotation.scale @ rotation.directions.T
    np.testing.assert_allclose(back, wide, atol=1e-5)
    # All inner products, and so all distances and kernels, are kept up to the common factor.
    products = rotated @ rotated.T / rotation.scale**2
    np.testing.assert_allclose(products, wide @ wide.T, atol=1e-3)


def test_folding_back_gives_the_same_first_layer_for_any_sample(wide: np.ndarray) -> None:
    rng = np.random.default_rng(5)
    rotation = Rotation.fit(wide)
    weight = rng.normal(size=(8, rotation.directions.shape[1]))
    unseen = rng.normal(size=(12, 200))
    folded = rotation.fold_back(weight)
    assert folded.shape == (8, 200)
    np.testing.assert_allclose(
        unseen @ folded.T, rotation.transform(unseen) @ weight.T, rtol=1e-4, atol=1e-4
    )


def test_ridge_finds_the_same_model_on_rotated_features(wide: np.ndarray) -> None:
    rng = np.random.default_rng(6)
    y = wide[:, :5].sum(axis=1) + rng.normal(size=30)
    rotation = Rotation.fit(wide)
    plain = Ridge(alpha=10.0).fit(wide, y)
    # The common factor on the features scales the penalty of a weight by its square.
    rotated = Ridge(alpha=10.0 * rotation.scale**2).fit(rotation.transform(wide), y)
    unseen = rng.normal(size=(12, 200))
    np.testing.assert_allclose(
        rotated.predict(rotation.transform(unseen)), plain.predict(unseen), rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(
        rotation.fold_back(rotated.coef_[None])[0], plain.coef_, rtol=1e-3, atol=1e-5
    )


def test_duplicated_samples_lower_the_rank_instead_of_adding_noise(wide: np.ndarray) -> None:
    twice = np.vstack([wide, wide[:10]])
    assert Rotation.fit(twice).directions.shape == (200, 29)


def test_the_order_of_samples_changes_no_direction(wide: np.ndarray) -> None:
    straight, reversed_ = Rotation.fit(wide), Rotation.fit(wide[::-1])
    np.testing.assert_allclose(straight.directions, reversed_.directions, atol=1e-9)


def test_constant_measurements_are_said() -> None:
    with pytest.raises(DataError, match="constant"):
        Rotation.fit(np.zeros((5, 20)))
