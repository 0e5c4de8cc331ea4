"""How numbers become words: the same way in the report, the figures and results.json.

A number that cannot be computed reads "–" in a table. Negative numbers carry a real minus sign,
and intervals with a negative end say "to", because a dash beside a minus cannot be read.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import TypeGuard

from deepbench.data.wording import MINUS, counted
from deepbench.evaluation.metrics import metrics_for
from deepbench.study.records import ComparisonRecord, Score

MISSING = "–"
_TASKS = ("binary", "multiclass", "regression")
_EXTRA_TITLES = {
    "auroc_delong": "AUROC, interval by DeLong's method",
    "auroc_bootstrap": "AUROC, interval by bootstrap",
}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_FIXED_LIMIT = 1e-3  # below it three decimals would show zeros only
_PLAIN_LIMIT = 1e-4  # below it a power of ten reads better than zeros


def is_number(value: float | None) -> TypeGuard[float]:
    """Return whether there is a finite number to show."""
    return value is not None and math.isfinite(value)


def decimals_for(value: float) -> int:
    """Return how many decimals a number of this size is shown with: three below ten, then less."""
    size = abs(value)
    if size >= 1000:
        return 0
    if size >= 100:
        return 1
    return 2 if size >= 10 else 3


def number(value: float | None, decimals: int | None = None, *, signed: bool = False) -> str:
    """Write a number: 0.973, −12.41, 1,234, 0.00042 or 2.1 × 10⁻⁶; "–" where there is none."""
    if value is None or not math.isfinite(value):
        return MISSING
    if decimals is None and 0 < abs(value) < _FIXED_LIMIT:
        if abs(value) < _PLAIN_LIMIT:
            return _scientific(value)
        decimals = 5
    text = f"{abs(value):,.{decimals_for(value) if decimals is None else decimals}f}"
    is_zero = not any(digit in text for digit in "123456789")
    if value < 0 and not is_zero:
        return MINUS + text
    return f"+{text}" if signed and not is_zero else text


def _scientific(value: float) -> str:
    mantissa, exponent = f"{value:.1e}".split("e")
    power = str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"{mantissa.replace('-', MINUS)} × 10{power}"


def interval(low: float | None, high: float | None, decimals: int | None = None) -> str:
    """Write the two ends of an interval: 0.951–0.989, or −0.012 to 0.006."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return MISSING
    if decimals is None:
        decimals = min(decimals_for(low), decimals_for(high))
    dash = " to " if low < 0 or high < 0 else "–"
    return f"{number(low, decimals)}{dash}{number(high, decimals)}"


def score(value: Score | None, *, brackets: bool = True) -> str:
    """Write a score with its interval: 0.973 (95 % interval 0.951–0.989).

    Args:
        value: The score.
        brackets: False writes a comma instead, for use inside brackets.
    """
    if value is None or value.value is None or not math.isfinite(value.value):
        return "not available"
    decimals = decimals_for(value.value)
    ends = interval(value.low, value.high, decimals)
    text = number(value.value, decimals)
    if ends == MISSING:
        return text
    return f"{text} (95 % interval {ends})" if brackets else f"{text}, 95 % interval {ends}"


def ends_of(value: Score) -> str:
    """Write the 95 % interval of a score for a column of its own."""
    decimals = decimals_for(value.value) if is_number(value.value) else None
    return interval(value.low, value.high, decimals)


def with_ends(value: Score) -> str:
    """Write a score and its interval for a cell: 0.973 (0.951–0.989)."""
    ends = ends_of(value)
    return number(value.value) if ends == MISSING else f"{number(value.value)} ({ends})"


def difference(record: ComparisonRecord, *, brackets: bool = True) -> str:
    """Write the difference of two models with its interval: −0.003 (95 % interval …)."""
    value = Score(value=record.difference, low=record.low, high=record.high)
    text = score(value, brackets=brackets)
    return f"+{text}" if is_number(value.value) and (value.value or 0) > 0 else text


def p_value(value: float | None) -> str:
    """Write a p-value: p = 0.42, p = 0.0099, p < 0.0001."""
    if value is None or not math.isfinite(value):
        return "p not available"
    if value < 0.0001:
        return "p < 0.0001"
    if value >= 0.1:
        return f"p = {value:.2f}"
    rounded = float(f"{value:.1e}")  # 0.000999 has the decimals of 0.0010
    decimals = 1 - math.floor(math.log10(rounded))
    return f"p = {value:.{decimals}f}"


def percent(share: float | None) -> str:
    """Write a share as a percentage without false precision: 37 %, 0.4 %."""
    if share is None or not math.isfinite(share):
        return MISSING
    points = 100 * share
    return f"{points:.1f} %" if 0 < points < 1 else f"{points:.0f} %"


def percent_interval(low: float | None, high: float | None) -> str:
    """Write the two ends of a share: 8–17 %."""
    if not (is_number(low) and is_number(high)):
        return MISSING
    return f"{100 * low:.0f}–{100 * high:.0f} %"


def times(count: int) -> str:
    """Write how often: once, twice, 3 times."""
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count:,} times")


def duration(seconds: float | None) -> str:
    """Write a duration: 0.4 s, 38 s, 4 min 5 s, 2 h 3 min."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def file_size(size: int) -> str:
    """Write a file's size: 512 bytes, 118 kB, 2.4 MB."""
    if size < 1000:
        return counted(size, "byte")
    for unit, factor in (("kB", 1e3), ("MB", 1e6)):
        if size < 999.5 * factor:
            return f"{size / factor:.{0 if size >= 9.95 * factor else 1}f} {unit}"
    return f"{size / 1e9:.1f} GB"


def listing(words: Sequence[str]) -> str:
    """Join words: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def metric_title(name: str, task: str = "") -> str:
    """Return what a metric is called in the report; an unknown one keeps its name.

    Args:
        name: Name in results.json.
        task: Kind of outcome; without it the first task that has such a metric names it.
    """
    if name in _EXTRA_TITLES:
        return _EXTRA_TITLES[name]
    for kind in (task, *_TASKS):
        if kind in _TASKS:
            metric = metrics_for(kind).get(name)  # type: ignore[arg-type]
            if metric is not None:
                return metric.title
    return name.replace("_", " ")


def lower_is_better(name: str) -> bool:
    """Return whether small values of a metric are good ones."""
    metrics = [metrics_for(kind)[name] for kind in _TASKS if name in metrics_for(kind)]  # type: ignore[arg-type]
    return bool(metrics) and metrics[0].greater_is_better is False


def short_metric(name: str) -> str:
    """Return the metric's title without its explanation in brackets, for running text."""
    return metric_title(name).split(" (")[0]


def sentence(text: str) -> str:
    """Return text that ends like a sentence and starts with a capital letter."""
    text = text.strip()
    if not text:
        return ""
    ended = text if text[-1] in ".!?…:" else f"{text}."
    return ended[0].upper() + ended[1:]


def visible(text: str) -> str:
    """Show control and direction characters as ⟦U+202E⟧ instead of obeying them.

    Line breaks and tabs stay: they do no more than white space does.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"⟦U+{ord(letter):04X}⟧"
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co") and letter not in "\n\t"
        else letter
        for letter in text
    )


def clipped(text: str, length: int = 60) -> str:
    """Return text of at most `length` characters; what is cut shows as an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
