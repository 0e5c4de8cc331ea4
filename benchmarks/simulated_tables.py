"""Simulated tables whose truth is known: any number of fresh samples of the same kind.

Features come in blocks of ten that share a factor (pairwise correlation 0.5), as genes of a
pathway do. A signal shifts the mean of some features of every third block in one of the two
classes. With several rows per unit, seven tenths of a feature's variance belong to the unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

BLOCK = 10
# Distance of the class means in standard deviations along the direction of the signal.
DISTANCES = {"null": 0.0, "weak": 1.2, "strong": 3.0}
_UNIT_SHARE = 0.7


@dataclass(frozen=True, eq=False)
class Table:
    """Samples.

    Attributes:
        values: (n, p) features.
        labels: (n,) 0 or 1.
        units: (n,) number of the biological unit.
    """

    values: NDArray[np.float64]
    labels: NDArray[np.int64]
    units: NDArray[np.int64]

    def features(self) -> pd.DataFrame:
        """Return the features by name."""
        names = [f"g{number}" for number in range(self.values.shape[1])]
        return pd.DataFrame(self.values, columns=names)


class Population:
    """Where samples come from.

    Args:
        signal: ``null``, ``weak`` or ``strong``.
        columns: Number of features p.
        seed: Seed of the effects, and of the samples drawn.
    """

    def __init__(self, signal: str, columns: int, seed: int) -> None:
        self._generator = np.random.default_rng([seed, columns, sorted(DISTANCES).index(signal)])
        self._columns = columns
        blocks = -(-columns // BLOCK)
        informative = [
            block * BLOCK + place
            for block in range(0, blocks, 3)
            for place in range(3)
            if block * BLOCK + place < columns
        ]
        # At most 30 features bear the signal, so that wide tables are sparse.
        informative = informative[:: max(1, len(informative) // 30)]
        effects = self._generator.normal(1.0, 0.3, size=len(informative))
        self._shift = np.zeros(columns)
        self._shift[informative] = DISTANCES[signal] * effects / np.linalg.norm(effects)

    def draw(self, units: int, rows_per_unit: int = 1) -> Table:
        """Draw units, half of each class, each with some rows."""
        generator = self._generator
        labels = generator.permutation(np.arange(units) % 2)
        of_unit = self._noise(units) + labels[:, None] * self._shift
        values = np.repeat(of_unit, rows_per_unit, axis=0)
        if rows_per_unit > 1:
            own = np.repeat(self._noise(units), rows_per_unit, axis=0)
            rows = self._noise(units * rows_per_unit)
            shift = np.repeat(labels, rows_per_unit)[:, None] * self._shift
            values = shift + np.sqrt(_UNIT_SHARE) * own + np.sqrt(1 - _UNIT_SHARE) * rows
        numbers = np.repeat(np.arange(units), rows_per_unit)
        return Table(values, np.repeat(labels, rows_per_unit), numbers)

    def _noise(self, rows: int) -> NDArray[np.float64]:
        blocks = -(-self._columns // BLOCK)
        factors = np.repeat(self._generator.normal(size=(rows, blocks)), BLOCK, axis=1)
        own = self._generator.normal(size=(rows, self._columns))
        mixed: NDArray[np.float64] = np.sqrt(0.5) * (factors[:, : self._columns] + own)
        return mixed
