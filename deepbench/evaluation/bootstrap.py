"""Bootstrap over biological units: draws, percentile limits.

Rows of one unit are not independent, so whole units are drawn. Where every unit has one class,
units are drawn within each class: no class can vanish from a resample, and the interval is that
for the class frequencies seen. A class with a single unit keeps that unit in every resample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.ranking import Floats, Outcome

# Weights of one block of resamples: 8 MB, so that a metric's temporaries stay small as well.
_BLOCK_ELEMENTS = 1 << 20


@dataclass(frozen=True)
class Interval:
    """A score with the interval of its uncertainty.

    Attributes:
        value: The score itself.
        low: Lower limit; NaN if no interval could be computed.
        high: Upper limit; NaN if no interval could be computed.
        resamples: Bootstrap resamples the limits rest on, those without a score left out; 0
            for an interval from a formula.
    """

    value: float
    low: float
    high: float
    resamples: int = 0


def unit_weights(
    units: NDArray[np.int64],
    resamples: int,
    seed: int,
    y: NDArray[np.int64] | None = None,
) -> Floats:
    """Draw units with replacement; return how often each row was drawn.

    Args:
        units: (n,) code of the biological unit of each row.
        resamples: Number of resamples B.
        seed: Seed of the draws.
        y: (n,) class codes. If each unit has one class, units are drawn within the classes;
            if a unit has several, or without `y`, from all units.

    Returns:
        (B, n) counts; equal for all rows of a unit. Each resample draws as many units as
        there are.
    """
    return np.concatenate(list(weight_blocks(units, resamples, seed, y, max(resamples, 1))))


def weight_blocks(
    units: NDArray[np.int64],
    resamples: int,
    seed: int,
    y: NDArray[np.int64] | None = None,
    block: int | None = None,
) -> Iterator[Floats]:
    """Yield `unit_weights` in blocks (b, n); the block size changes memory, never a number.

    The blocks are column-major, which lets the metrics use them without a copy.
    """
    unit_of_row = np.unique(units, return_inverse=True)[1]
    block = block or max(1, _BLOCK_ELEMENTS // max(len(units), 1))
    for counts in count_blocks(units, resamples, seed, y, block):
        yield np.ascontiguousarray(counts[unit_of_row]).T


def count_blocks(
    units: NDArray[np.int64],
    resamples: int,
    seed: int,
    y: NDArray[np.int64] | None,
    block: int,
) -> Iterator[Floats]:
    """Yield (U, b) how often each unit was drawn, units in the order of their codes.

    Arguments as in `unit_weights`; the block size never changes a number.
    """
    _, first, unit_of_row = np.unique(units, return_index=True, return_inverse=True)
    count = len(first)
    order, start, size = _strata(unit_of_row, first, y)
    rng = np.random.default_rng(seed)
    for done in range(0, resamples, block):
        b = min(block, resamples - done)
        offset = np.minimum((rng.random((b, count)) * size).astype(np.int64), size - 1)
        drawn = order[start + offset] + count * np.arange(b)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=b * count).reshape(b, count)
        yield np.ascontiguousarray(counts.T, dtype=np.float64)


def _strata(
    unit_of_row: NDArray[np.int64], first: NDArray[np.int64], y: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Units ordered by class, and for each place the start and size of its class, all (U,)."""
    label = np.zeros(len(first), dtype=np.int64)
    if y is not None and np.array_equal(y[first][unit_of_row], y):
        label = y[first]
    order = np.argsort(label, kind="stable")
    _, start, stratum, size = np.unique(
        label[order], return_index=True, return_inverse=True, return_counts=True
    )
    return order, start[stratum], size[stratum]


def percentile_interval(values: Floats, level: float = 0.95) -> tuple[float, float]:
    """Limits that leave (1 - level) / 2 of the computable values outside on each side.

    NaN is left out; if fewer than half of the values are left, the limits are NaN.
    """
    usable = values[np.isfinite(values)]
    if not len(usable) or 2 * len(usable) < len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def interval_of(value: float, values: Floats, level: float = 0.95) -> Interval:
    """Percentile interval around a score from its bootstrap values (B,)."""
    if not np.isfinite(value):
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = percentile_interval(values, level)
    return Interval(value, low, high, int(np.isfinite(values).sum()))


def strata_of(task: str, y: Outcome) -> NDArray[np.int64] | None:
    """Class codes to draw units within; None for regression."""
    return None if task == "regression" else y.astype(np.int64)
