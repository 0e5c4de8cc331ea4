"""Noise of private training: right in size, and from a source that nobody can repeat."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, norm

from deepbench.training.private import noise
from deepbench.training.private.noise import NoiseSource, SeededNoise, SystemNoise

DRAWS = 20_000


@pytest.mark.parametrize("source", [SystemNoise(), SeededNoise(3)])
def test_normal_numbers_are_normal(source: NoiseSource) -> None:
    drawn = source.normal(DRAWS)
    # Fails by chance once in a million runs.
    assert kstest(drawn, norm.cdf).pvalue > 1e-6
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 5 / np.sqrt(DRAWS)


@pytest.mark.parametrize("source", [SystemNoise(), SeededNoise(3)])
def test_uniform_numbers_are_uniform(source: NoiseSource) -> None:
    drawn = source.uniform(DRAWS)
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    assert kstest(drawn, "uniform").pvalue > 1e-6


def test_shapes() -> None:
    assert SystemNoise().normal(2, 3).shape == (2, 3)
    assert SeededNoise(0).normal(2, 3).shape == (2, 3)


def test_noise_of_the_system_never_repeats() -> None:
    assert not np.intersect1d(SystemNoise().normal(1000), SystemNoise().normal(1000)).size


def test_seeded_noise_repeats() -> None:
    assert np.array_equal(SeededNoise(5).normal(10), SeededNoise(5).normal(10))
    assert not np.array_equal(SeededNoise(5).normal(10), SeededNoise(6).normal(10))


def test_all_of_it_comes_from_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def constant(count: int) -> bytes:
        asked.append(count)
        return b"\x80" * count

    monkeypatch.setattr(noise.os, "urandom", constant)
    # 0x8080808080808080, its first 52 bits as a share of 2 ** 52.
    share = ((0x8080808080808080 >> 12) + 0.5) / 2**52
    assert SystemNoise().uniform(2) == pytest.approx([share, share], rel=1e-15)
    # Four equal draws, divided by the root of four.
    assert SystemNoise().normal(1) == pytest.approx([2 * norm.ppf(share)], rel=1e-12)
    assert asked == [16, 32]


def test_the_smallest_and_largest_draws_are_finite(monkeypatch: pytest.MonkeyPatch) -> None:
    for byte in (b"\x00", b"\xff"):
        monkeypatch.setattr(noise.os, "urandom", lambda count, byte=byte: byte * count)
        assert np.isfinite(SystemNoise().normal(1)).all()
