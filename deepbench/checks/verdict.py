"""The rules of the verdict, written down once.

* Signal: *yes* when the shuffled-label check is passed (p at most 0.05, one p-value for all
  models together) **and** the interval of the corrected tuning score lies above chance; *no* when
  the check is failed; *unclear* when the two disagree. Only *yes* opens the test set.
* Choice: the simplest model within one standard error of the best (Breiman et al. 1984), in the
  order linear, other baselines, networks by size.
* Deep learning: *better* or *worse* only when the paired, corrected difference between best
  network and best baseline excludes zero.
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


def signal_verdict(p_value: float, corrected: Score, chance: float) -> Signal:
    """Say whether there is a signal.

    Args:
        p_value: Of the shuffled-label check, over all models together.
        corrected: BBC-CV score of the whole search with its 95 % interval.
        chance: Score of guessing.
    """
    if p_value > SIGNIFICANCE:
        return "no"
    return "yes" if corrected.low is not None and corrected.low > chance else "unclear"


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
