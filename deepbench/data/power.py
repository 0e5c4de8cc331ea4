"""How precise a test will be, said before it is locked: the interval to expect at some score.

AUROC: variance of Hanley & McNeil (1982), Radiology 143:29, doi 10.1148/radiology.143.1.7063747,
with the interval on the logit scale, as the interval of the test itself has it. Balanced
accuracy: binomial variance class by class, on the logit scale. R²: Fisher's z of the correlation
whose square it is (Fisher 1921, Metron 1:3). Units are counted, not rows, because rows of one
unit say nearly the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from deepbench.data.samples import AllSamples
from deepbench.data.splitting.base import OuterPlan
from deepbench.data.wording import counted, shorten
from deepbench.study.records import PowerRecord

_ASSUMED = 0.80
_ASSUMED_R2 = 0.5
_Z = float(norm.ppf(0.975))
_MOST_CLASSES_NAMED = 4
_MOST_UNITS = 1_000_000

Limits = tuple[float, float]


def expected_power(
    samples: AllSamples, outer: OuterPlan, useful_score: float | None
) -> PowerRecord:
    """Return the interval to expect for the score on all test units together.

    Args:
        samples: The samples that were divided.
        outer: The split.
        useful_score: Smallest useful AUROC or R², if the user named one.
    """
    tested = np.concatenate([fold.test for fold in outer.folds])
    units = samples.units[tested]
    total = len(np.unique(units))
    if samples.info.task == "regression":
        r2 = _asked(useful_score, 0.0) or _ASSUMED_R2
        return _record("an R²", total, r2, "", lambda k: r2_limits(r2, total * k))
    by_class = {
        name: len(np.unique(units[samples.outcome[tested] == code]))
        for code, name in enumerate(samples.info.classes)
    }
    sizes, words = list(by_class.values()), _classes(by_class)
    if samples.info.task == "binary":
        auroc = _asked(useful_score, 0.5) or _ASSUMED
        negative, positive = sizes
        return _record(
            "an AUROC",
            total,
            auroc,
            words,
            lambda k: auroc_limits(auroc, positive * k, negative * k),
        )
    return _record(
        "a balanced accuracy",
        total,
        _ASSUMED,
        words,
        lambda k: balanced_accuracy_limits(_ASSUMED, [size * k for size in sizes]),
    )


def _asked(useful_score: float | None, chance: float) -> float | None:
    """Return the user's score where an interval around it can be told."""
    if useful_score is None or not chance < useful_score < 1.0:
        return None
    return useful_score


def auroc_limits(auroc: float, positive: float, negative: float) -> Limits:
    """Return the 95 % limits of an observed AUROC between 0 and 1, by units of each class."""
    q1, q2 = auroc / (2 - auroc), 2 * auroc**2 / (1 + auroc)
    variance = (
        auroc * (1 - auroc) + (positive - 1) * (q1 - auroc**2) + (negative - 1) * (q2 - auroc**2)
    ) / (positive * negative)
    return _on_logit_scale(auroc, math.sqrt(variance))


def balanced_accuracy_limits(score: float, sizes: Sequence[float]) -> Limits:
    """Return the 95 % limits of the mean over classes of the share predicted rightly.

    Args:
        score: Share predicted rightly, the same in each class; between 0 and 1.
        sizes: Units of each class, 1 or more.
    """
    variance = sum(score * (1 - score) / size for size in sizes) / len(sizes) ** 2
    return _on_logit_scale(score, math.sqrt(variance))


def r2_limits(r2: float, units: float) -> Limits:
    """Return the 95 % limits of R² by Fisher's z; (0, 1) with three units or fewer."""
    if units <= 3:
        return 0.0, 1.0
    z = math.atanh(math.sqrt(r2))
    half = _Z / math.sqrt(units - 3)
    return math.tanh(max(z - half, 0.0)) ** 2, math.tanh(z + half) ** 2


def _on_logit_scale(score: float, standard_error: float) -> Limits:
    half = _Z * standard_error / (score * (1 - score))
    low, high = expit(logit(score) + np.array([-half, half]))
    return float(low), float(high)


def _record(
    measure: str, units: int, assumed: float, classes: str, limits: Callable[[float], Limits]
) -> PowerRecord:
    """Return the record.

    Args:
        measure: Name of the score with its article.
        units: Test units.
        assumed: The score.
        classes: Test units by class, in words.
        limits: From a factor by which all classes grow to the limits.
    """
    low, high = limits(1.0)
    sentence = (
        f"With {counted(units, 'test unit')}{classes} {measure} of {assumed:.2f} will have a "
        f"95 % interval of about {low:.2f} to {high:.2f}."
    )
    needed = _units_for_half(units, limits)
    if needed:
        sentence += f" An interval half as wide takes about {needed:,} test units."
    return PowerRecord(
        measure=measure.partition(" ")[2],
        test_units=units,
        assumed=assumed,
        low=low,
        high=high,
        sentence=sentence,
    )


def _units_for_half(units: int, limits: Callable[[float], Limits]) -> int:
    """Return the units, in the same shares of classes, whose interval is half as wide."""

    def width(factor: float) -> float:
        low, high = limits(factor)
        return high - low

    half = width(1.0) / 2

    def wide(factor: float) -> bool:
        return width(factor) > half

    below, above = 1.0, 2.0
    while wide(above):
        above *= 2
        if above * units > _MOST_UNITS:
            return 0
    while above - below > 0.25 / units:
        middle = (below + above) / 2
        below, above = (middle, above) if wide(middle) else (below, middle)
    return math.ceil(above * units)


def _classes(by_class: Mapping[str, int]) -> str:
    if len(by_class) > _MOST_CLASSES_NAMED:
        rarest = min(by_class, key=lambda name: by_class[name])
        return f" ({by_class[rarest]:,} of the rarest class, '{shorten(rarest)}')"
    return f" ({', '.join(f'{n:,} {shorten(name)}' for name, n in by_class.items())})"
