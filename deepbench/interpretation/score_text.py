"""Scores with their intervals in sentences on what the model uses."""

from __future__ import annotations

from deepbench.data.wording import decimal
from deepbench.study.records import Score


def score_text(score: Score | None, digits: int) -> str:
    """Write a score with the ends of its interval: 0.81 (−0.02 to 0.93).

    Args:
        score: The score.
        digits: Decimals.
    """
    if score is None or score.value is None:
        return "not computable"
    value = decimal(score.value, digits)
    if score.low is None or score.high is None:
        return value
    return f"{value} ({decimal(score.low, digits)} to {decimal(score.high, digits)})"
