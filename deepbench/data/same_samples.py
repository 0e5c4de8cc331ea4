"""Whether new samples are samples that are known, however they were written again.

Values agree that differ by less than a small share of their column's spread, so that other
rounding or a trace of noise hides nobody; texts agree whatever their case. Rows are *equal* where
all values agree. Rows are *alike* where the values that agree outweigh by far those that do not:
each is weighed by how rare it is in its column (a log-likelihood ratio, in bits, of "the same
sample" against "another one").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

# Measured on split public tables (clinical, proteins, shells, expression): all rows of the known
# half are found after noise and rounding, and at most 1 % of the other half is taken for known;
# 3 % where all columns measure one thing (abalone). Values of rows that agree in all columns may
# be rounded; where some columns may differ, the others have to agree closely.
_ROUNDED, _CLOSE = 0.005, 0.001
# How often a value of the same sample differs: a later correction, a gap that was filled.
_DIFFERS = 0.1
# Bits beyond those that chance makes among all known samples.
_BEYOND_CHANCE = 6.0
# So many of the most telling columns of a wide table are compared, of so many looked at.
_MOST_COLUMNS = 128
_MOST_LOOKED_AT = 1_024
_MOST_PAIRS = 2_000_000


@dataclass(frozen=True)
class Matched:
    """Which new samples are known ones.

    Attributes:
        equal: (n,) all values agree with those of a known sample.
        alike: (n,) enough agree.
    """

    equal: NDArray[np.bool_]
    alike: NDArray[np.bool_]

    def __or__(self, other: Matched) -> Matched:
        return Matched(self.equal | other.equal, self.alike | other.alike)


@dataclass(frozen=True)
class _Scale:
    """How values of one column are compared.

    Attributes:
        codes: Number of each text; None for a column of numbers.
        sorted_values: The known values in order.
        close: How far two values may be apart where others differ.
        near: How far they may be apart where all agree.
    """

    codes: dict[str, int] | None
    sorted_values: NDArray[np.float64]
    close: float
    near: float

    @classmethod
    def of(cls, values: pd.Series) -> Self:
        """Look at the known values of a column."""
        if values.dtype == np.float64:
            numbers = np.sort(values[np.isfinite(values)].to_numpy(dtype=np.float64))
            spread = _spread(numbers)
            return cls(None, numbers, _CLOSE * spread, _ROUNDED * spread)
        texts = _folded(values)
        codes = {text: code for code, text in enumerate(dict.fromkeys(filter(None, texts)))}
        numbers = np.sort(np.array([codes[text] for text in texts if text], dtype=np.float64))
        return cls(codes, numbers, 0.5, 0.5)

    def numbers(self, values: pd.Series) -> NDArray[np.float64]:
        """Return (n,) values as numbers, NaN where missing."""
        if self.codes is None:
            numbers = values.to_numpy(dtype=np.float64)
            return np.where(np.isfinite(numbers), numbers, np.nan)
        found = [self.codes.get(text, -1) if text else np.nan for text in _folded(values)]
        return np.array(found, dtype=np.float64)

    def shares(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n,) the share of known samples that agree with each value; 1 where missing."""
        count = max(len(self.sorted_values), 1)
        low = np.searchsorted(self.sorted_values, numbers - self.close, side="left")
        high = np.searchsorted(self.sorted_values, numbers + self.close, side="right")
        return np.where(np.isfinite(numbers), np.maximum(high - low, 1) / count, 1.0)


class SampleMatcher:
    """Compares new samples with known ones.

    Args:
        new: (n, p) new samples.
        known: (m, p) known samples, by which the columns are judged.
    """

    def __init__(self, new: pd.DataFrame, known: pd.DataFrame) -> None:
        there = [name for name in known.columns if not new[name].isna().all()]
        looked = [there[i] for i in _spread_out(len(there), _MOST_LOOKED_AT)]
        scales = {name: _Scale.of(known[name]) for name in looked}
        bits = {name: -np.log2(s.shares(s.numbers(known[name]))) for name, s in scales.items()}
        telling = sorted(looked, key=lambda name: -float(np.mean(bits[name])))[:_MOST_COLUMNS]
        self._scales = {name: scales[name] for name in telling}
        self._new = self._matrix(new)
        self._enough = float(np.log2(max(len(known), 1))) + _BEYOND_CHANCE
        whole = np.sum([bits[name] for name in telling], axis=0) if telling else np.zeros(1)
        #: Whether the columns tell most samples from all others.
        self.tells_apart = float(np.median(whole)) >= self._enough

    def among(self, known: pd.DataFrame) -> Matched:
        """Return which new samples are among some known ones: (m, p) of the same columns."""
        rows = self._matrix(known)
        equal, alike = np.zeros((2, len(self._new)), dtype=bool)
        if not len(rows):
            return Matched(equal, alike)
        shares = [
            scale.shares(rows[:, number]) for number, scale in enumerate(self._scales.values())
        ]
        step = max(1, _MOST_PAIRS // len(rows))
        for begin in range(0, len(self._new), step):
            part = slice(begin, begin + step)
            equal[part], alike[part] = self._compared(self._new[part], rows, shares)
        return Matched(equal, alike)

    def _compared(
        self, new: Matrix, rows: Matrix, shares: list[NDArray[np.float64]]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        bits: Matrix = np.zeros((len(new), len(rows)))
        equal: NDArray[np.bool_] = np.ones((len(new), len(rows)), dtype=bool)
        for number, scale in enumerate(self._scales.values()):
            apart = np.abs(new[:, [number]] - rows[:, number])
            both = np.isfinite(apart)
            for_it = np.log2((1.0 - _DIFFERS) / shares[number])
            against = np.log2(_DIFFERS / np.maximum(1.0 - shares[number], _DIFFERS))
            bits += np.where(both, np.where(apart <= scale.close, for_it, against), 0.0)
            gaps = np.isnan(new[:, [number]]) & np.isnan(rows[:, number])
            equal &= np.where(both, apart <= scale.near, gaps)
        if self._scales:  # a row without any value is nobody's
            equal[np.isnan(new).all(axis=1)] = False
        alike: NDArray[np.bool_] = bits.max(axis=1) >= self._enough
        return np.any(equal, axis=1), alike

    def _matrix(self, frame: pd.DataFrame) -> Matrix:
        columns = [scale.numbers(frame[name]) for name, scale in self._scales.items()]
        return np.column_stack(columns) if columns else np.zeros((len(frame), 0))


def _spread(numbers: NDArray[np.float64]) -> float:
    """Return the range of a column without its outermost values, if it has one; never 0."""
    if not len(numbers):
        return 1.0
    low, high = np.quantile(numbers, (0.01, 0.99))
    return float(high - low) or float(numbers[-1] - numbers[0]) or 1.0


def _spread_out(count: int, most: int) -> list[int]:
    """Return numbers from 0 to count - 1, at most so many, from begin to end."""
    return sorted({int(i) for i in np.linspace(0, count - 1, min(count, most))})


def _folded(values: pd.Series) -> list[str]:
    """Return texts in one case, empty where missing."""
    return ["" if pd.isna(value) else " ".join(str(value).split()).casefold() for value in values]
