"""Numbers with so few digits that the counts behind them cannot be worked out."""

from __future__ import annotations

import math

from deepbench.study.records import Score

_DECIMALS = 2
_DIGITS = 3


def coarse_score(score: Score, *, share: bool) -> Score:
    """Return a score and its interval with few digits.

    Args:
        score: The score.
        share: Whether it lies between -1 and 1, as shares and AUROCs do; else it is in units of
            the outcome.
    """
    return Score(
        value=coarse(score.value, share=share),
        low=coarse(score.low, share=share),
        high=coarse(score.high, share=share),
    )


def coarse(value: float | None, *, share: bool) -> float | None:
    """Return a number with two decimals, or with three digits where it has a unit."""
    if value is None:
        return None
    return round(value, _DECIMALS) + 0.0 if share else digits(value, _DIGITS)  # no -0.0


def digits(value: float | None, count: int) -> float | None:
    """Return a number with so many digits, wherever its decimal point is."""
    if value is None or not math.isfinite(value):
        return value
    return float(f"{value:.{count}g}")
