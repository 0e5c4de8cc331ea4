"""How much of a mean error is that of two units.

A mean that two of its units nearly make up by themselves gives their errors away, however many
others are counted with them: the dominance rule of statistical disclosure control (Hundepool et
al., Statistical Disclosure Control, 2012, doi:10.1002/9781118348239, chapter 4).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def share_of_two(
    errors: NDArray[np.float64], units: NDArray[np.int64], *sides: NDArray[np.bool_]
) -> float:
    """Return the largest share of the summed error that two units hold in any of some groups.

    0 where nothing is wrong.

    Args:
        errors: (n,) errors, not negative.
        units: (n,) code of the biological unit.
        sides: (n,) which samples are in each group whose mean is shown.
    """
    return max(_of_one_side(errors[side], units[side]) for side in sides)


def _of_one_side(errors: NDArray[np.float64], units: NDArray[np.int64]) -> float:
    total = float(errors.sum())
    if total <= 0.0:
        return 0.0
    sums = np.bincount(units, weights=errors)
    return float(np.sort(sums)[-2:].sum()) / total
