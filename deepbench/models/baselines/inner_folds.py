"""Inner folds of the fit rows, for calibration: whole units, the classes dealt out evenly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FOLDS = 3


def inner_folds(codes: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (n,) the number of the inner fold in which each row is held out.

    Units are sorted by their commonest class and their size, in random order among equals, and
    dealt out in turn, so that neither the sizes of folds nor the units of a class in them differ
    by more than one. The random order is always the same: all settings are calibrated on the
    same folds. All 0 if no class has two units, so that nothing can be held out.

    Args:
        codes: (n,) class codes.
        units: (n,) codes of the biological unit.
    """
    names, unit_of = np.unique(units, return_inverse=True)
    table = np.zeros((len(names), int(codes.max()) + 1), dtype=np.int64)
    np.add.at(table, (unit_of, codes), 1)
    folds = min(_FOLDS, int((table > 0).sum(axis=0).max()))
    anyhow = np.random.default_rng(0).permutation(len(names))
    order = np.lexsort((anyhow, -table.sum(axis=1), table.argmax(axis=1)))
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names)) % folds
    return place[unit_of]
