"""The rules of the verdict, written down once, with their measured error rates.

* Signal: *yes* when the shuffled-label check is passed (p at most 0.05, one p-value for all
  models together) and the corrected tuning score is above chance; *no* when the check is failed;
  *unclear* when the two disagree. Only *yes* opens the test set. Where each shuffle repeats the
  selected settings alone, p is not exact, and the whole interval of the corrected score has to lie
  above chance.
* Deep learning: *better* or *worse* only when the interval of the paired, corrected difference
  between networks and traditional models excludes zero.
* Choice: the simplest model within one standard error of the best (Breiman et al. 1984), in the
  order linear, other baselines, networks by size.

TABLE
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.study.records import Score

SIGNIFICANCE = 0.05

Signal = Literal["yes", "no", "unclear"]
DeepLearning = Literal["better", "no better", "worse", "not tried"]


@dataclass(frozen=True)
class Contender:
    """A model family's best settings, as far as the choice needs them."""

    name: str
    complexity: int
    score: float
    standard_error: float


def signal_verdict(
    p_value: float, corrected: Score, chance: float, *, whole_search: bool = True
) -> Signal:
    """Say whether there is a signal.

    Args:
        p_value: Of the shuffled-label check, over all models together.
        corrected: BBC-CV score of the whole search with its 95 % interval.
        chance: Score of guessing.
        whole_search: Whether each shuffle repeated a search; else the selected settings.
    """
    if p_value > SIGNIFICANCE:
        return "no"
    shown = corrected.value if whole_search else corrected.low
    return "yes" if shown is not None and shown > chance else "unclear"


def deep_learning_verdict(low: float | None, high: float | None) -> DeepLearning:
    """Say whether networks did better, from the interval of network minus baseline."""
    if low is None or high is None:
        return "no better"
    if low > 0:
        return "better"
    return "worse" if high < 0 else "no better"


def choose(contenders: list[Contender]) -> Contender:
    """Return the simplest contender within one standard error of the best.

    Among equally complex ones the better score wins.
    """
    best = max(contenders, key=lambda c: (c.score, -c.complexity))
    close = [c for c in contenders if c.score >= best.score - best.standard_error]
    return min(close, key=lambda c: (c.complexity, -c.score))
