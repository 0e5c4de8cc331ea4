"""Shapley values by their definition, which every exact method must meet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Value = Callable[[tuple[int, ...]], Floats]


def _by_definition(value: Value, players: int) -> Floats:
    """Shapley values (players, …) by summing over all coalitions."""
    everyone = range(players)
    total = []
    for player in everyone:
        others = [p for p in everyone if p != player]
        parts = []
        for size in range(players):
            weight = math.factorial(size) * math.factorial(players - size - 1)
            for some in itertools.combinations(others, size):
                gain = value((*some, player)) - value(some)
                parts.append(weight / math.factorial(players) * gain)
        total.append(np.sum(parts, axis=0))
    return np.array(total)


@pytest.fixture
def shapley() -> Callable[[Value, int], Floats]:
    """From the value of each coalition and the number of players to the Shapley values."""
    return _by_definition
