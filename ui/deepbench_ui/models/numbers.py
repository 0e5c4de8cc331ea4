"""Numbers as tables and sentences show them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from deepbench.study.records import Score

NO_VALUE = "–"
# Below it Python writes powers of ten.
_TINY = 1e-4
_SMALLEST_P = 1e-6


def score_text(value: float | None) -> str:
    """Return a score with three decimals; a dash if there is none."""
    if value is None or not math.isfinite(value):
        return NO_VALUE
    return f"{value:.3f}".replace("-", "−")


def amount_text(value: float | None) -> str:
    """Return an attribution with three significant digits; a dash if there is none."""
    if value is None:
        return NO_VALUE
    if abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif 0 < abs(value) < _TINY:
        text = f"{value:.6f}"
    else:
        text = f"{value:#.3g}".rstrip(".") if value else "0"
    return text.replace("-", "−")


def interval_text(score: Score | None) -> str:
    """Return ``0.991 (0.976–1.000)``; without an interval the score alone."""
    if score is None or score.value is None:
        return NO_VALUE
    if score.low is None or score.high is None:
        return score_text(score.value)
    between = " to " if score.low < 0 else "–"
    return f"{score_text(score.value)} ({score_text(score.low)}{between}{score_text(score.high)})"


def p_text(value: float) -> str:
    """Return a p-value with two significant digits."""
    if 0.0 <= value < _SMALLEST_P:
        return f"< {_SMALLEST_P:.6f}"
    text = f"{value:.2g}"
    return text if "e" not in text else f"{value:.6f}".rstrip("0")


def seconds_text(seconds: float) -> str:
    """Return a duration as one reads it: ``0.8 s``, ``47 s``, ``12 min``, ``3 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def number_text(value: float) -> str:
    """Return a setting's number with up to three significant digits and no powers of ten."""
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def spread(values: Iterable[float | None]) -> float | None:
    """Return the standard deviation of the values that are there; None for fewer than two."""
    there = [value for value in values if value is not None and math.isfinite(value)]
    if len(there) < 2:
        return None
    mean = math.fsum(there) / len(there)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in there) / (len(there) - 1))


def counted(many: int, thing: str, plural: str = "") -> str:
    """Return ``1 setting`` or ``1,000 settings``."""
    return f"{many:,} {thing if many == 1 else plural or f'{thing}s'}"


def percent_text(share: float | None) -> str:
    """Return a share in per cent, with a decimal where it is small; a dash if there is none."""
    if share is None or not math.isfinite(share):
        return NO_VALUE
    text = f"{100 * share:.1f}" if abs(share) < 0.1 else f"{100 * share:.0f}"
    return f"{text.removesuffix('.0')} %"
