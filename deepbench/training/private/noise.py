"""Where the noise of private training comes from.

A guarantee holds against whoever does not know the noise. A seed that stands in the plan, or that
could be tried out, would let anybody subtract it, so a model that may leave is trained with
`SystemNoise`: every draw comes from the operating system's secure generator and is kept nowhere.
Such a model cannot be made again bit by bit, by design. `SeededNoise` is for scores, whose models
are thrown away.
"""

from __future__ import annotations

import math
import os
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

# One less than a number holds, so that the largest draw is still below 1.
_BITS = 52
# Draws that make one number: see `SystemNoise.normal`.
_SUMMED = 4


class NoiseSource(Protocol):
    """Draws random numbers."""

    def normal(self, *shape: int) -> Floats:
        """Return independent standard normal numbers."""
        ...

    def uniform(self, count: int) -> Floats:
        """Return (count,) independent numbers, uniform in (0, 1)."""
        ...


class SystemNoise:
    """Noise from the operating system's secure generator (`os.urandom`)."""

    def normal(self, *shape: int) -> Floats:
        """Return independent standard normal numbers.

        Each is the scaled sum of four draws. A single draw has few enough possible values that
        the last bits of a noisy number can betray which number was hidden below it (Mironov 2012,
        doi:10.1145/2382196.2382264); of a sum of four there are too many to try (Holohan & Braghin
        2021, arXiv 2107.10138, section 5.1; Opacus does the same in its secure mode).
        """
        draws = ndtri(self.uniform(_SUMMED * math.prod(shape)))
        total: Floats = draws.reshape(_SUMMED, *shape).sum(axis=0) / math.sqrt(_SUMMED)
        return total

    def uniform(self, count: int) -> Floats:
        """Return (count,) independent numbers, uniform in (0, 1)."""
        whole = np.frombuffer(os.urandom(8 * count), dtype=np.uint64) >> np.uint64(64 - _BITS)
        found: Floats = (whole.astype(np.float64) + 0.5) / 2.0**_BITS
        return found


class SeededNoise:
    """Noise that repeats; whoever knows the seed can take it away, so no such model may leave."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def normal(self, *shape: int) -> Floats:
        """Return independent standard normal numbers."""
        return self._generator.standard_normal(shape)

    def uniform(self, count: int) -> Floats:
        """Return (count,) independent numbers, uniform in (0, 1)."""
        return self._generator.random(count)
