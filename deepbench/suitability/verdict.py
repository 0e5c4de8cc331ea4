"""The verdict of tip 1: the sum of the rules' points. It advises and never blocks."""

from __future__ import annotations

from typing import Literal

from deepbench.plan import Suitability
from deepbench.study.records import MachineRecord, Reason, SuitabilityRecord
from deepbench.suitability.facts import DataFacts
from deepbench.suitability.questions import unanswered
from deepbench.suitability.rules import RULES, RuleResult, Situation

# From these sums of points on. In between, traditional models come first and networks must
# show that they add something; that is also the verdict when nothing is known.
GOOD_FIT_FROM = 2
TRADITIONAL_UP_TO = -3


def judge(
    answers: Suitability, facts: DataFacts | None = None, machine: MachineRecord | None = None
) -> SuitabilityRecord:
    """Judge whether deep learning is a good fit.

    Asked twice: before the data is known (``facts`` is None) and again with the real numbers.
    Each reason states its points, so the verdict can be added up by hand.

    Args:
        answers: The ``[suitability]`` table of the plan.
        facts: The sample sheet's numbers, or None before import.
        machine: What this machine has, or None if it was not looked at.
    """
    situation = Situation(answers, facts, machine)
    results = [result for rule in RULES if (result := rule(situation)) is not None]
    verdict = _verdict(sum(result.points for result in results))
    return SuitabilityRecord(
        verdict=verdict,
        reasons=tuple(_reason(result) for result in results),
        unanswered=unanswered(answers),
        with_data=facts is not None,
        override_reason=answers.reason if verdict != "good fit" else "",
    )


def _verdict(points: int) -> Literal["good fit", "baselines first", "use traditional models"]:
    if points >= GOOD_FIT_FROM:
        return "good fit"
    if points <= TRADITIONAL_UP_TO:
        return "use traditional models"
    return "baselines first"


def _reason(result: RuleResult) -> Reason:
    if result.points == 0:
        return Reason(rule=result.rule, speaks="neutral", text=result.text, source=result.source)
    unit = "point" if abs(result.points) == 1 else "points"
    side: Literal["for", "against"] = "for" if result.points > 0 else "against"
    text = f"{result.text.removesuffix('.')} ({abs(result.points)} {unit} {side})."
    return Reason(rule=result.rule, speaks=side, text=text, source=result.source)
