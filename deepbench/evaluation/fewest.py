"""How few units a score of a group rests on.

A score that compares classes rests on the smallest class: an AUROC, and that of all others beside
it, give the number of units in each class away where few are in one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fewest_units(
    classes: NDArray[np.int64] | None, units: NDArray[np.int64], member: NDArray[np.bool_]
) -> int:
    """Return the fewest units of a class in a group or outside of it.

    Outside is left out of account where nobody is there.

    Args:
        classes: (n,) code of the class; None for a number, which is one class.
        units: (n,) code of the biological unit.
        member: (n,) which samples are in the group.
    """
    codes = np.zeros(len(units), dtype=np.int64) if classes is None else classes
    sides = [side for side in (member, ~member) if side.any()]
    return min(
        len(np.unique(units[side & (codes == code)]))
        for side in sides
        for code in np.unique(codes)
    )
