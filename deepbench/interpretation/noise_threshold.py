"""What an importance has to exceed before it says more than noise does.

Two kinds of noise are looked at: the importances of all features in models fitted to shuffled
labels (what the model would show without any signal), and those of columns of no use in a model
fitted to the true labels (what features of no use get beside those that matter). For each, the
threshold is the smallest at which no more than 5 % of the features above it are expected to be
noise: the number of noise values above it, for as many features as there are, over the number of
features above it (Tusher et al. 2001, doi:10.1073/pnas.091062498). The larger of the two holds.
A quantile of the noise would not do: 5 % of 20,000 features of no use are 1,000. Nor would
shuffled labels alone: a network stops early on them, and all that it does otherwise looks large.

Simulated (8 tables of 200 x 1,000, 5 or 10 features with an effect, six models each), 11 of 99
features above both thresholds had no effect. The share lies above 5 % because few features are
above, and one more or less counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FALSE_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Noise:
    """Importances of features of no use.

    Attributes:
        values: Those that are not 0.
        factor: Features of the table for each feature of no use looked at.
    """

    values: Floats
    factor: float


@dataclass(frozen=True)
class Thresholds:
    """What an importance has to exceed; None where a kind of noise was not looked at."""

    shuffled: float | None
    columns: float | None

    @property
    def joint(self) -> float | None:
        """The larger of the two."""
        known = [value for value in (self.shuffled, self.columns) if value is not None]
        return max(known, default=None)

    @property
    def stretch(self) -> float:
        """How much more noise weighs in the model itself than with shuffled labels; at least 1."""
        if not self.shuffled or not self.columns:
            return 1.0
        return max(1.0, self.columns / self.shuffled)


def threshold(importance: Floats, noise: Noise) -> float:
    """Return the smallest value above which at most 5 % of the features are expected to be noise.

    Args:
        importance: (p,) importances of all features.
        noise: Importances of features of no use.
    """
    candidates = np.unique(np.concatenate([[0.0], noise.values]))
    expected = noise.factor * _above(noise.values, candidates)
    found = _above(importance, candidates)
    # Above the largest noise nothing is expected, so there always is one.
    return float(candidates[expected <= FALSE_SHARE * found][0])


def _above(values: Floats, limits: Floats) -> NDArray[np.int64]:
    """Return for each limit how many values exceed it."""
    return len(values) - np.searchsorted(np.sort(values), limits, side="right")


def pooled(shuffles: Sequence[Floats]) -> Noise:
    """Return the noise of several shuffles, in each of which every feature had its chance."""
    values = np.concatenate(list(shuffles))
    return Noise(values[values > 0.0], 1.0 / len(shuffles))
