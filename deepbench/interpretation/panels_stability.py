"""How stable a selection of features is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Below this a selection counts as unstable (Nogueira et al. 2018, after Fleiss 1971).
_POOR = 0.4


def selection_stability(selected: Sequence[set[str]], features: int) -> float | None:
    """Return the stability of selections: 1 for the same each time, 0 for what chance gives.

    Nogueira, Sechidis & Brown 2018, JMLR 18(174): corrected for chance, whatever the sizes.

    Args:
        selected: What each fit selected.
        features: Features to select from.

    Returns:
        The index, which may be a little below 0; None with one fit, or where nothing or
        everything was selected.
    """
    fits = len(selected)
    if fits < 2:
        return None
    names = sorted(set().union(*selected))
    shares = np.array([sum(name in one for one in selected) / fits for name in names])
    share = sum(map(len, selected)) / (fits * features)
    if not 0.0 < share < 1.0:
        return None
    variance = float((fits / (fits - 1) * shares * (1.0 - shares)).sum()) / features
    return 1.0 - variance / (share * (1.0 - share))


def poor(stability: float) -> bool:
    """Say whether a selection counts as unstable."""
    return stability < _POOR
