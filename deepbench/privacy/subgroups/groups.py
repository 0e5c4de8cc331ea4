"""The groups of a column: its values, or thirds of a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deepbench.data.wording import shorten

#: A column of numbers with more different values than this has ranges, not groups.
FEW_VALUES = 6
NOT_GIVEN = "not given"
_PARTS = 3
_DIGITS = 3

Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]


def groups_of(texts: Sequence[str], units: Codes) -> dict[str, Bools]:
    """Return the groups of a column by name, in order; every sample is in one of them.

    Args:
        texts: (n,) what the column says of each sample; empty where nothing.
        units: (n,) code of the biological unit: a range is cut so that thirds of the units lie
            in its parts.
    """
    said = np.array([text.strip() for text in texts], dtype=object)
    numbers = _numbers(said)
    if numbers is not None and len(np.unique(numbers[np.isfinite(numbers)])) > FEW_VALUES:
        found = _ranges(numbers, units)
    elif numbers is not None:
        # 1 where the table was read as 1.0
        values = np.unique(numbers[np.isfinite(numbers)])
        found = {f"{value:g}": np.asarray(numbers == value) for value in values}
    else:
        found = {}
        for level in sorted({str(text) for text in said if text}):
            name, member = shorten(level), np.asarray(said == level)
            # Two long values may begin alike.
            found[name] = found[name] | member if name in found else member
    empty = np.asarray(said == "")
    return {**found, NOT_GIVEN: empty} if empty.any() else found


def units_of(groups: Mapping[str, Bools], units: Codes) -> dict[str, int]:
    """Return how many units each group has."""
    return {name: len(np.unique(units[member])) for name, member in groups.items()}


def _numbers(said: NDArray[np.object_]) -> NDArray[np.float64] | None:
    """Return the values where all that is written are numbers; NaN where nothing is."""
    values = np.full(len(said), np.nan)
    for place, text in enumerate(said):
        if text:
            try:
                values[place] = float(text)
            except ValueError:
                return None
    return values if np.isfinite(values).any() else None


def _ranges(numbers: NDArray[np.float64], units: Codes) -> dict[str, Bools]:
    known = np.isfinite(numbers)
    unit = np.unique(units[known], return_inverse=True)[1]
    means = np.bincount(unit, weights=numbers[known]) / np.bincount(unit)
    cuts = np.quantile(means, np.arange(1, _PARTS) / _PARTS)
    # Rounded to be read, and so that no cut is the value of one person.
    rounded = np.unique([float(f"{cut:.{_DIGITS}g}") for cut in cuts])
    inner = rounded[(rounded >= numbers[known].min()) & (rounded < numbers[known].max())]
    place = np.searchsorted(inner, numbers, side="left")
    return {
        name: known & (place == number) for number, name in enumerate(_range_names(list(inner)))
    }


def _range_names(cuts: list[float]) -> list[str]:
    if not cuts:
        return ["all values"]
    between = [f"above {low:g}, up to {high:g}" for low, high in pairwise(cuts)]
    return [f"up to {cuts[0]:g}", *between, f"above {cuts[-1]:g}"]
