"""The p-value of the shuffled-label check, valid also when the check ends early."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Shuffled scores at least as good as the real one after which the check ends. From 5 on, no
# number of further shuffles up to 100 could bring the p-value to 0.05, so ending early never
# takes a signal away; with 10 the p-value that is left has a relative error of about a third.
ENOUGH_EXCEEDANCES = 10


@dataclass(frozen=True)
class SequentialPValue:
    """A p-value and how many shuffles it rests on.

    Attributes:
        value: The p-value.
        shuffles: Shuffles used, in the order of their numbers.
        ended_early: Whether later ones were left out because the answer was clear.
    """

    value: float
    shuffles: int
    ended_early: bool


def p_value(real: float | None, null: NDArray[np.float64]) -> float:
    """Return (1 + number of shuffled scores at least as good) / (1 + number of shuffles).

    Never 0 (Phipson & Smyth 2010, doi 10.2202/1544-6115.1585). A real score that could not be
    computed counts as the worst, a shuffled one as at least as good as the real one.
    """
    return float((1 + exceedances(real, null).sum()) / (1 + len(null)))


def exceedances(real: float | None, null: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return (B,) whether each shuffled score is at least as good as the real one."""
    if real is None or not np.isfinite(real):
        return np.ones(len(null), dtype=np.bool_)
    return np.asarray(~(null < real))


def sequential_p_value(
    real: float | None, null: NDArray[np.float64], planned: int
) -> SequentialPValue | None:
    """Return the p-value of Besag & Clifford; None while more shuffles are needed.

    With the h-th shuffled score at least as good as the real one, at shuffle l, the check ends
    with p = h / l; else after the number of shuffles planned with the p-value of `p_value`.
    Decided so beforehand, it is a valid p-value wherever it ends (Besag & Clifford 1991,
    Biometrika 78:301, doi 10.1093/biomet/78.2.301).

    Args:
        real: Score with the true labels.
        null: (b,) shuffled scores so far, in the order of their numbers.
        planned: Number of shuffles at most.
    """
    reached = np.flatnonzero(exceedances(real, null))
    if len(reached) >= ENOUGH_EXCEEDANCES:
        last = int(reached[ENOUGH_EXCEEDANCES - 1]) + 1
        if last < planned:
            return SequentialPValue(ENOUGH_EXCEEDANCES / last, last, ended_early=True)
    if len(null) < planned:
        return None
    return SequentialPValue(p_value(real, null[:planned]), planned, ended_early=False)
