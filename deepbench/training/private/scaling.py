"""Centre and spread of each feature, with differential privacy.

Means and standard deviations of the samples give the samples away: a mean of 50 patients moves
with each of them. What is released here is one noisy histogram of each feature, on cells whose
edges are a fixed geometric series (negative, around zero, positive), so that no range has to be
known. Each unit adds a total weight of 1 to the cells of a feature, spread over its samples; all
p features together are one Gaussian mechanism of sensitivity sqrt(p). What is read from the noisy
histograms spends nothing more.

Read is the shape that fits best, among many with a known centre and spread: normal distributions
anywhere, and zeros beside one anywhere (0/1 columns, counts). Fit is the matched
filter, most likely under Gaussian noise of known size, with a weak preference for spreads near 1.
A centre that is off by half a spread, or a spread that is off by two, hardly harms a network, so
this works with few units; with too few, a feature gets a wrong scale and is lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from deepbench.training.private.noise import NoiseSource

Floats = NDArray[np.float64]

_SMALLEST, _LARGEST = 1e-6, 1e9
# Finer cells tell features with a small spread around a large centre; they need more units. Ratio
# of neighbouring edges by the ratio of units to noise.
_CELL_RATIOS = ((60.0, 1.1), (20.0, 1.25), (0.0, 1.5))
_SPREADS_OF_CENTRE = (2.0, 1.4, *(0.5**power for power in range(7)))
_FINEST_MAGNITUDES = 1.25
# Shares of zeros in columns of zeros and something else.
_ZEROS = (0.2, 0.5, 0.8)
# Preference for spreads near 1: so many powers of ten away cost as much as one standard error.
_PRIOR_DECADES = 2.0
_FEATURES_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Scales:
    """What the features are scaled by.

    Attributes:
        centres: (p,) values that become 0.
        spreads: (p,) distances that become 1.
    """

    centres: Floats
    spreads: Floats


@dataclass(frozen=True, eq=False)
class _Shapes:
    """Shapes that a histogram is compared with.

    Attributes:
        edges: (B + 1,) edges of the cells.
        masses: (M, B) share of each cell, of norm 1.
        centres: (M,) mean of each shape.
        spreads: (M,) its standard deviation.
    """

    edges: Floats
    masses: Floats
    centres: Floats
    spreads: Floats


def private_scales(
    values: Floats, units: NDArray[np.int64], noise_multiplier: float, noise: NoiseSource
) -> Scales:
    """Return centre and spread of each column with differential privacy by unit.

    Args:
        values: (n, p) values; NaN where missing.
        units: (n,) codes of the unit.
        noise_multiplier: Standard deviation of the noise over the sensitivity.
        noise: Where the noise comes from.
    """
    features = values.shape[1]
    deviation = noise_multiplier * math.sqrt(features)
    count = len(np.unique(units))
    shapes = _shapes(_cell_ratio(count / deviation))
    centres, spreads = np.zeros(features), np.ones(features)
    preference = -0.5 * (np.log10(shapes.spreads) / _PRIOR_DECADES) ** 2
    for first in range(0, features, _FEATURES_AT_ONCE):
        part = slice(first, first + _FEATURES_AT_ONCE)
        counts = unit_histograms(values[:, part], units, shapes.edges)
        counts += deviation * noise.normal(*counts.shape)
        fits = np.maximum(counts @ shapes.masses.T / deviation, 0.0)
        best = (0.5 * fits**2 + preference).argmax(axis=1)
        centres[part], spreads[part] = shapes.centres[best], shapes.spreads[best]
    return Scales(centres, spreads)


def unit_histograms(values: Floats, units: NDArray[np.int64], edges: Floats) -> Floats:
    """Return (p, B) the weight of the units in each cell, at most 1 a unit and column.

    Args:
        values: (n, p) values; NaN counts nowhere, what lies outside in the outermost cells.
        units: (n,) codes of the unit.
        edges: (B + 1,) edges of the cells.
    """
    cells = len(edges) - 1
    unit_of_row = np.unique(units, return_inverse=True)[1]
    counts = np.zeros((values.shape[1], cells))
    for number, column in enumerate(values.T):
        there = ~np.isnan(column)
        rows_of_unit = np.bincount(unit_of_row[there], minlength=len(units))
        weights = 1.0 / rows_of_unit[unit_of_row[there]]
        places = np.searchsorted(edges, column[there], side="right") - 1
        places = np.clip(places, 0, cells - 1)
        counts[number] = np.bincount(places, weights, minlength=cells)
    return counts


def _cell_ratio(units_over_noise: float) -> float:
    return next(ratio for least, ratio in _CELL_RATIOS if units_over_noise >= least)


@lru_cache(maxsize=3)
def _shapes(ratio: float) -> _Shapes:
    """Return the shapes for cells of this ratio of neighbouring edges."""
    positive = _series(ratio)
    edges = np.concatenate([-positive[::-1], positive])
    magnitudes = _series(max(ratio, _FINEST_MAGNITUDES))
    narrowest = 0.5 * (ratio - 1.0)
    parts = [share for share in _SPREADS_OF_CENTRE if share >= narrowest]
    shapes = [(0.0, size, 0.0) for size in magnitudes]
    shapes += [(sign * m, m * part, 0.0) for m in magnitudes for part in parts for sign in (1, -1)]
    some = (0.5, max(narrowest, 0.05))
    shapes += [(m, m * part, zero) for m in magnitudes for part in some for zero in _ZEROS]
    centres, spreads, zeros = np.array(shapes).T
    masses = np.diff(ndtr((edges[None, :] - centres[:, None]) / spreads[:, None]), axis=1)
    masses *= (1.0 - zeros)[:, None]
    masses[:, len(positive) - 1] += zeros
    norms = np.linalg.norm(masses, axis=1)
    # Shapes that lie outside all cells fit nothing.
    usable = norms > 1e-3
    means = (1.0 - zeros) * centres
    deviations = np.sqrt((1.0 - zeros) * spreads**2 + zeros * (1.0 - zeros) * centres**2)
    return _Shapes(edges, masses[usable] / norms[usable, None], means[usable], deviations[usable])


def _series(ratio: float) -> Floats:
    steps = math.ceil(math.log(_LARGEST / _SMALLEST) / math.log(ratio))
    return np.asarray(_SMALLEST * ratio ** np.arange(steps + 1), dtype=np.float64)
