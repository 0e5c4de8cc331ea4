"""Centre and spread with differential privacy: what a unit can change, and what is found."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from deepbench.training.private.noise import SeededNoise
from deepbench.training.private.scaling import _shapes, private_scales, unit_histograms

Floats = NDArray[np.float64]
EDGES = _shapes(1.5).edges


class Recording:
    """Zeros in place of noise; remembers how much was asked for."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def normal(self, *shape: int) -> Floats:
        self.shapes.append(shape)
        return np.zeros(shape)

    def uniform(self, count: int) -> Floats:
        raise AssertionError("no unit is drawn for scaling")


@pytest.mark.parametrize("rows", [1, 50])
def test_a_unit_changes_the_histograms_by_the_root_of_the_features_at_most(rows: int) -> None:
    rng = np.random.default_rng(1)
    others = rng.normal(size=(20, 7))
    own = rng.choice([0.0, 1e-9, -3.0, 1e300, -np.inf, np.nan, 5.0], size=(rows, 7))
    units = np.arange(20)
    without = unit_histograms(others, units, EDGES)
    with_unit = unit_histograms(
        np.vstack([others, own]), np.concatenate([units, np.full(rows, 99)]), EDGES
    )
    change = with_unit - without
    assert np.linalg.norm(change) <= np.sqrt(7) * (1 + 1e-12)
    assert np.abs(change).sum(axis=1).max() <= 1 + 1e-12


def test_the_bound_is_reached() -> None:
    """With a tighter one the noise would be too small."""
    values = np.full((2, 4), 3.0)
    change = unit_histograms(values, np.array([0, 1]), EDGES)
    change -= unit_histograms(values[:1], np.array([0]), EDGES)
    assert np.linalg.norm(change) == pytest.approx(2.0)


def test_noise_goes_with_multiplier_and_root_of_the_features() -> None:
    values = np.tile(np.linspace(90.0, 110.0, 400)[:, None], 4)

    class Once(Recording):
        def normal(self, *shape: int) -> Floats:
            super().normal(*shape)
            noise = np.zeros(shape)
            # In the first feature, the cell in which 1 lies: 6 of 15 powers of ten from zero.
            noise[0, int(shape[1] * (0.5 + 0.5 * 6 / 15))] = 6.0
            return noise

    # 4 features: the cell gets 6 x multiplier x 2. With 1,000 that outweighs all 400 units.
    quiet = private_scales(values, np.arange(400), 1.0, Once())
    loud = private_scales(values, np.arange(400), 1000.0, Once())
    assert quiet.centres[0] == pytest.approx(100.0, rel=0.15)
    assert 0.5 < loud.centres[0] < 2.0
    noise = Once()
    private_scales(values, np.arange(400), 1.0, noise)
    assert len(noise.shapes) == 1
    assert noise.shapes[0][0] == 4


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e5])
@pytest.mark.parametrize("kind", ["around zero", "far from zero", "skewed", "negative", "counts"])
def test_centre_and_spread_are_about_right(kind: str, size: float) -> None:
    z = np.random.default_rng(2).normal(size=600)
    values = (
        size
        * {
            "around zero": z,
            "far from zero": 10.0 + z,
            "skewed": np.exp(0.5 * z),
            "negative": -5.0 + z,
            "counts": np.where(z > 0.2, 3.0 + np.abs(z), 0.0),
        }[kind]
    )
    found = private_scales(values[:, None], np.arange(600), 2.0, SeededNoise(3))
    assert abs(found.centres[0] - values.mean()) < 0.75 * values.std()
    assert 0.4 < found.spreads[0] / values.std() < 2.5


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_zeros_and_ones(share: float) -> None:
    values = (np.arange(500) < share * 500).astype(np.float64)[:, None]
    found = private_scales(values, np.arange(500), 2.0, SeededNoise(4))
    scaled = (values - found.centres) / found.spreads
    assert np.abs(scaled).max() < 4.0
    assert np.ptp(scaled) > 1.0


def test_missing_values_count_nowhere() -> None:
    values = np.full((400, 1), 7.0)
    values[100:] = np.nan
    found = private_scales(values, np.arange(400), 2.0, SeededNoise(5))
    assert found.centres[0] == pytest.approx(7.0, rel=0.2)


def test_a_column_without_values_has_a_finite_scale() -> None:
    found = private_scales(np.full((30, 2), np.nan), np.arange(30), 3.0, SeededNoise(6))
    assert np.isfinite(found.centres).all()
    assert (found.spreads > 0).all()


def test_rows_of_a_unit_weigh_as_one() -> None:
    """Fifty rows of one unit against forty units that say something else."""
    values = np.concatenate([np.full(500, 1e4), np.full(40, 2.0)])[:, None]
    units = np.concatenate([np.zeros(500, dtype=int), np.arange(1, 41)])
    found = private_scales(values, units, 0.5, Recording())
    assert found.centres[0] == pytest.approx(2.0, rel=0.3)
