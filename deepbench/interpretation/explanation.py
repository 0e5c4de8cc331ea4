"""What every method of attribution returns, before it is said in the user's columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

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
        by_start: (S, n, k, K) attributions of each random start, of which ``values`` is the
            mean; None for a model with a single one.
    """

    method: str
    scale: Scale
    values: Floats
    base: Floats
    outputs: Floats
    sentences: tuple[str, ...] = ()
    by_start: Floats | None = None


class Explainer(Protocol):
    """Explains rows of one predictor, as many at a time as the caller has memory for."""

    def explain(self, x: Floats, first: int = 0) -> Explanation:
        """Explain rows (n, k); ``first`` is the number of the first among all rows explained.

        What is drawn for a row depends on its number alone, never on the rows beside it.
        """
        ...


def of_decisions(
    method: str,
    classifies: bool,
    values: Floats,
    base: Floats,
    outputs: Floats,
    by_start: Floats | None = None,
) -> Explanation:
    """Return the explanation of decision values: J = 1 for two classes and for regression.

    Args:
        method: How they were computed.
        classifies: Whether the decision values are log-odds (J = 1) or logits (J = K).
        values: (n, k, J) attributions.
        base: (J,) expected decision value.
        outputs: (n, J) decision values.
        by_start: (S, n, k, J) attributions of each random start.
    """
    if not classifies:
        return Explanation(method, "value", values, base, outputs, by_start=by_start)
    values, base, outputs = (_against_mean(each) for each in (values, base, outputs))
    if by_start is not None:
        by_start = _against_mean(by_start)
    return Explanation(method, "log-odds", values, base, outputs, by_start=by_start)


def _against_mean(logits: Floats) -> Floats:
    """Return logits (..., K) less their mean; log-odds (..., 1) of two classes become both."""
    if logits.shape[-1] == 1:
        return np.concatenate([-logits / 2, logits / 2], axis=-1)
    centred: Floats = logits - logits.mean(axis=-1, keepdims=True)
    return centred
