"""The p-value of the shuffled-label check."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def p_value(real: float | None, null: NDArray[np.float64]) -> float:
    """Return (1 + number of shuffled scores at least as good) / (1 + number of shuffles).

    Never 0 (Phipson & Smyth 2010, doi 10.2202/1544-6115.1585). A real score that could not be
    computed counts as the worst, a shuffled one as at least as good as the real one.
    """
    if real is None or not np.isfinite(real):
        return 1.0
    return float((1 + np.sum(~(null < real))) / (1 + len(null)))
