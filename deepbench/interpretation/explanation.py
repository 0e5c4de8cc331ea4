"""What every method of attribution returns, before it is said in the user's columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Called with steps done and steps in all; may raise to stop.
Report = Callable[[int, int], None]
Scale = Literal["log-odds", "probability", "value"]


def silent(done: int, total: int) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """Attributions of the columns that a predictor sees.

    Attributes:
        method: How they were computed, as the report names it.
        scale: What they add up to. Log-odds are taken against the mean over the classes, as
            they are only defined up to a constant.
        values: (n, k, K) attributions; K is the number of classes, or 1 for regression.
        base: (K,) expected output, from which the attributions start.
        outputs: (n, K) outputs of the model, which they lead to.
        sentences: What has to be said about them.
    """

    method: str
    scale: Scale
    values: Floats
    base: Floats
    outputs: Floats
    sentences: tuple[str, ...] = ()


def two_classes(values: Floats) -> Floats:
    """Return the log-odds of two classes against their mean: (…,) log-odds become (…, 2)."""
    return np.stack([-values / 2, values / 2], axis=-1)


def centred(values: Floats) -> Floats:
    """Return (…, K) logits less their mean over the classes."""
    return values - values.mean(axis=-1, keepdims=True)
