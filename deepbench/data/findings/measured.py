"""The part of a table that was measured on one scale, as findings on damaged values look at it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import FindingContext, numeric_names
from deepbench.data.measurement_kinds import measurements_among
from deepbench.data.samples import AllSamples

Floats = NDArray[np.float64]
_MOST_COLUMNS = 2_000


@dataclass(frozen=True, eq=False)
class Measured:
    """Measurements and their names.

    Attributes:
        names: (q,) names of features.
        X: (n, q) values, NaN where missing.
    """

    names: list[str]
    X: Floats

    def thinned(self) -> Floats:
        """Return (n, at most 2,000) the values of evenly spread columns."""
        return self.X[:, :: self._step]

    def thinned_names(self) -> list[str]:
        """Return the names of these columns."""
        return self.names[:: self._step]

    @property
    def _step(self) -> int:
        return max(1, -(-len(self.names) // _MOST_COLUMNS))


def measured(samples: AllSamples, context: FindingContext) -> Measured:
    """Return the numeric features without those that describe samples (age, dose)."""
    numeric = numeric_names(samples.features)
    apart = context.preparation.not_transformed
    names = measurements_among(numeric, apart, context.sheet_columns)
    return Measured(names, samples.features[names].to_numpy(dtype=np.float64))


def names_of(samples: AllSamples, rows: NDArray[np.bool_] | NDArray[np.int64]) -> tuple[str, ...]:
    """Return the names of some samples."""
    return tuple(str(name) for name in samples.sample_ids[rows])
