"""The ceiling: is the score better than the outcome itself can be known?

The whole interval above it speaks strongly, the score alone softly, for it may be chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.interpretation.claim_material import ClaimMaterial, number, with_interval
from deepbench.study.records import Score

#: An AUROC above this is rare in biology unless the outcome was measured.
SUSPICIOUS_AUROC = 0.98
STRONG = "Too good to be true: "
SOFT = "Perhaps too good to be true: "
_NOISY = {
    "expert": "the outcome was judged by experts, who do not always agree",
    "self-reported": "the outcome was reported by the persons themselves",
    "noisy": "the outcome is known to contain errors",
    "unknown": "how reliable the outcome is, is not known",
    None: "it is not stated how reliable the outcome is",
}


@dataclass(frozen=True)
class Ceiling:
    """How the test score stands to the best possible one.

    Attributes:
        too_good: How sure it is that the score is too good to be true.
        sentence: The comparison in words; empty while the test set is closed.
    """

    too_good: Literal["", "softly", "strongly"]
    sentence: str


def compare_with_ceiling(material: ClaimMaterial) -> Ceiling:
    """Compare the test score with the best one that is possible at all."""
    score = material.test_score
    if score is None or score.value is None:
        return Ceiling("", "")
    title = f"{material.metric} on the test set is {with_interval(score)}"
    ceiling = material.plan.suitability.expected_ceiling
    if ceiling is not None and score.value > ceiling:
        return _above_stated(material, score, title, ceiling)
    if material.sheet.task != "regression" and score.value > SUSPICIOUS_AUROC:
        why = _NOISY.get(material.plan.suitability.label_reliability)
        if why is not None:
            return _above_usual(material, score, title, why)
    title = title[:1].upper() + title[1:]
    if ceiling is not None:
        return Ceiling(
            "", f"{title}, which does not exceed the best possible score of {ceiling:g} stated."
        )
    return Ceiling("", f"{title}; no best possible score was stated.")


def _above_stated(material: ClaimMaterial, score: Score, title: str, ceiling: float) -> Ceiling:
    strongly = score.low is not None and score.low > ceiling
    said = (
        f"the whole interval lies above the best possible score of {ceiling:g} stated."
        if strongly
        else f"the score is above the best possible one of {ceiling:g} stated, but the interval "
        "reaches below it, so it may be chance."
    )
    start = STRONG if strongly else SOFT
    return Ceiling(
        "strongly" if strongly else "softly",
        f"{start}{title}: {said}{_other_scale(material, ceiling)}",
    )


def _above_usual(material: ClaimMaterial, score: Score, title: str, why: str) -> Ceiling:
    unstated = material.plan.suitability.label_reliability in (None, "unknown")
    strongly = score.low is not None and score.low > SUSPICIOUS_AUROC and not unstated
    start = STRONG if strongly else SOFT
    said = (
        f"{why}, and errors keep every model below a perfect score."
        if not unstated
        else f"{why}; where an outcome holds errors, no model reaches such a score."
    )
    return Ceiling("strongly" if strongly else "softly", f"{start}{title}; {said}")


def _other_scale(material: ClaimMaterial, ceiling: float) -> str:
    """Point out that agreement between raters is no AUROC, where that would settle it."""
    if material.sheet.task == "regression":
        return ""
    balanced = material.choice.test.metrics.get("balanced_accuracy")
    if balanced is None or balanced.value is None or balanced.value > ceiling:
        return ""
    return (
        f" If {ceiling:g} is an agreement between raters, compare it with the balanced accuracy, "
        f"{number(balanced.value)}, which does not exceed it."
    )
