"""How many independent samples the rows are worth.

Rows of one unit resemble each other. How much is the intraclass correlation of a one-way analysis
of variance (Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420), here from the sums of squares
of all standardised features together. A unit of m rows is then worth m / (1 + (m - 1) ICC)
independent ones (Kish's design effect), and the samples are worth the sum over the units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.exploration import FeatureSpace
from deepbench.data.wording import counted

_LITTLE = 0.05
_NEARLY_ALL = 0.98


@dataclass(frozen=True)
class EffectiveSize:
    """What the samples are worth.

    Attributes:
        samples: Rows.
        units: Biological units.
        effective: Number of independent samples that say as much.
        correlation: Intraclass correlation; None if every unit is one row, or only one is there.
    """

    samples: int
    units: int
    effective: float
    correlation: float | None

    @property
    def sentence(self) -> str:
        """What it means in words; empty where hardly any unit has more than one row."""
        if self.correlation is None or self.units >= _NEARLY_ALL * self.samples:
            return ""
        rows, units = counted(self.samples, "row"), counted(self.units, "unit")
        if self.correlation < _LITTLE:
            return (
                f"Rows of one unit are hardly more alike than rows of different units "
                f"(intraclass correlation {self.correlation:.2f}): {rows} of {units} are worth "
                f"about {self.effective:,.0f} independent samples."
            )
        return (
            f"{rows} of {units} are worth about {self.effective:,.0f} independent samples: rows "
            f"of one unit resemble each other (intraclass correlation {self.correlation:.2f})."
        )


def effective_size(space: FeatureSpace, units: NDArray[np.int64]) -> EffectiveSize:
    """Return what samples are worth as independent ones.

    Args:
        space: The space of their features.
        units: (n,) codes of the units.
    """
    codes = np.unique(units, return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(codes).astype(np.float64)
    n, number = len(codes), len(sizes)
    if number == n or number < 2 or space.total <= 0:
        return EffectiveSize(n, number, float(number), None)
    correlation = _intraclass_correlation(space, codes, sizes)
    worth = sizes / (1 + (sizes - 1) * float(np.clip(correlation, 0.0, 1.0)))
    return EffectiveSize(n, number, float(worth.sum()), correlation)


def _intraclass_correlation(
    space: FeatureSpace, codes: NDArray[np.int64], sizes: NDArray[np.float64]
) -> float:
    """Return ICC(1) from mean squares between and within units (unequal sizes allowed)."""
    n, number = len(codes), len(sizes)
    sums = space.summed(codes)
    if sums.table is not None:
        lengths = (sums.table**2).sum(axis=1)
    else:
        assert sums.products is not None
        lengths = np.diagonal(sums.products)
    between = float((lengths / sizes).sum())
    mean_between = between / (number - 1)
    mean_within = max(0.0, space.total - between) / (n - number)
    size = (n - float((sizes**2).sum()) / n) / (number - 1)
    below = mean_between + (size - 1) * mean_within
    return (mean_between - mean_within) / below if below > 0 else 0.0
