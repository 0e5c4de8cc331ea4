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

Measured by `python benchmarks/verdict_errors.py`: 100 studies for each number (standard error 2
points at 5 %, 5 at 50 %), but 25 for networks with five rows per unit, where 4 % is one study. The
rules were chosen on the same kind of simulated studies, from several that were tried:

====================================== ============ ============ ============
signal: yes                            60 units     200 units    5 rows, 60
====================================== ============ ============ ============
nothing to find (false)                3 %          6 %          2 %
weak                                   21 %         80 %
middle                                 88 %         100 %
the same, interval above chance too    0, 2, 47 %   1, 48, 100 % 1 %
====================================== ============ ============ ============

====================================== ============ ============ ============
networks: better / worse               60 units     200 units    5 rows, 60
====================================== ============ ============ ============
equally good (false)                   0 / 0 %      1 / 0 %      0 / 4 %
twelve settings against two (false)    1 / 0 %      5 / 0 %
network truly better by 0.04, 0.09     4 / 0 %      21 / 0 %
network truly worse by 0.07, 0.11      0 / 2 %      0 / 47 %
corrected t-test of folds, equal       0 / 0 %      2 / 0 %      0 / 4 %
corrected t-test, twelve against two   10 / 0 %     6 / 0 %
====================================== ============ ============ ============

The simplest within one standard error loses more than 0.02 of true AUROC against the best-scored
family in 0-3 % of studies, and on average gains (0.000 to 0.024): what is left out is mostly
luck. The corrected score is off by +0.04 (60 units) and +0.02 (200) where there is nothing to
find, because folds share training samples; by -0.02 to +0.02 where there is a signal. Only the
p-value may speak of signal, therefore.
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
