"""Where new samples are usual, said so that no single unit can be read off.

The smallest and the largest value of a column belong to extreme persons. Where samples are to be
guarded, a range ends where at least ten units lie at or beyond, and its ends are rounded inwards,
so that neither is anyone's value.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import TrainingSet
from deepbench.models.fitted import FittedModel

Range = tuple[float, float]

#: So many units lie at or beyond each end.
LEAST_UNITS = 10
# The ends are multiples of about this part of the range.
_STEPS = 10

EXTREMES = "Smallest and largest value among the training samples."
GUARDED = (
    f"At least {LEAST_UNITS} biological units of the training set lie at or beyond each end; the "
    "ends are rounded. Columns in which that leaves nothing have no range."
)
DECLARED = "Declared beforehand, or estimated with the noise of the guarantee."
NONE = "Ranges are left out, as they would tell of single biological units."


def said_ranges(
    model: FittedModel, training: TrainingSet | None, *, guarded: bool, private: bool
) -> tuple[dict[str, Range], str]:
    """Return the ranges of columns that may be said, and what they are.

    Args:
        model: The fitted model.
        training: The samples that it was fitted on.
        guarded: Whether nothing may be said of single units.
        private: Whether it was trained with differential privacy: then its own ranges were made
            with noise, and the samples must not be looked at again.
    """
    own = model.preprocessor.ranges
    if private:
        return dict(own), DECLARED
    if not guarded:
        return dict(own), EXTREMES
    if training is None:
        return {}, NONE
    names = [name for name in model.preprocessor.numeric_names if name in own]
    values = training.features[names].to_numpy(dtype=np.float64, na_value=np.nan)
    lows, highs = _ends(values, training.units)
    found = {}
    for name, low, high in zip(names, lows.tolist(), highs.tolist(), strict=True):
        rounded = _rounded(low, high)
        if rounded is not None:
            found[name] = rounded
    return found, GUARDED


def _ends(
    values: NDArray[np.float64], units: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (q,) values at or beyond which `LEAST_UNITS` units lie; NaN with fewer."""
    order = np.argsort(units, kind="stable")
    starts = np.flatnonzero(np.diff(units[order], prepend=units[order][:1] - 1))
    if len(starts) < LEAST_UNITS:
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing
    with np.errstate(invalid="ignore"):
        smallest = np.fmin.reduceat(values[order], starts, axis=0)
        largest = np.fmax.reduceat(values[order], starts, axis=0)
    # NaN is sorted last.
    lows = np.sort(smallest, axis=0)[LEAST_UNITS - 1]
    highs = -np.sort(-largest, axis=0)[LEAST_UNITS - 1]
    return lows, highs


def _rounded(low: float, high: float) -> Range | None:
    """Return the ends rounded inwards; None where nothing lies between them."""
    if not low < high:
        return None
    digits = math.ceil(math.log10(_STEPS / (high - low)))
    step = 10.0**-digits
    inner = (
        round(math.ceil(low / step) * step, digits),
        round(math.floor(high / step) * step, digits),
    )
    return inner if inner[0] < inner[1] else None
