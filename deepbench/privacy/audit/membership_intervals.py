"""How well an attack does, with intervals over biological units.

The same unit is attacked in several models, so rows are not independent: the AUC, compared within
each model under attack, has Obuchowski's variance over units (`deepbench.evaluation.delong`).
True positives at few false positives have the interval of Korn & Graubard (1998), Survey
Methodology 24:193: Clopper & Pearson's, with as many observations as the variance over resampled
units is worth. That variance includes the threshold's own.

Several attacks are tried and the best counts, so each interval is wide enough for all of them to
hold together (Bonferroni). Simulated with 60 to 500 units and 16 or 64 models, an interval of
95 % held the truth in 91 to 99 % of cases, with and without an effect; with membership tossed by
coin those of four attacks held it together in 92 to 98 %, no audit of 1,200 ended above the
limits, and 0.5 to 2 % said that members could be told.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from deepbench.evaluation.bootstrap import Interval, count_blocks
from deepbench.evaluation.delong import delong_interval
from deepbench.privacy.audit.attack_scores import AttackScores

#: False positives at which true positives are counted.
FALSE_POSITIVES = 0.01
_RESAMPLES = 500
_BLOCK = 50
# Scores that can matter in any resample: the highest ones, up to this many times the false
# positives that are allowed.
_REACH = 6.0
_LEVEL = 0.95


def joint_level(attacks: int) -> float:
    """Return the level at which the intervals of so many attacks hold together at 95 %."""
    return 1.0 - (1.0 - _LEVEL) / attacks


def auc_interval(scores: AttackScores, level: float = _LEVEL) -> Interval:
    """Return the attack's AUC: how often it ranks a member above another of the same model."""
    member = scores.member.astype(np.int64)
    return delong_interval(member, scores.score, level, scores.units, scores.targets)


def false_positives(scores: AttackScores) -> float:
    """Return 1 %, or the smallest share that so few others can show."""
    return max(FALSE_POSITIVES, 1.0 / max(int((~scores.member).sum()), 1))


def true_positives_interval(scores: AttackScores, seed: int, level: float = _LEVEL) -> Interval:
    """Return the share of members found at `false_positives`, over all models together.

    Between two thresholds the curve is drawn straight, so that scores that say nothing find as
    many members as others.

    Args:
        scores: What the attack says.
        seed: Seed of the resampled units.
        level: Coverage aimed for.
    """
    allowed = false_positives(scores)
    curve = _Curve.of(scores, min(1.0, _REACH * allowed))
    units = np.unique(scores.units)
    value = float(curve.true_positives(np.ones((len(units), 1)), allowed)[0])
    drawn = np.concatenate(
        [
            curve.true_positives(counts, allowed)
            for counts in count_blocks(units, _RESAMPLES, seed, None, _BLOCK)
        ]
    )
    members = int(scores.member.sum())
    variance = float(drawn.var(ddof=1))
    low, high = korn_graubard(value, variance, members, len(units), level)
    return Interval(value, low, high, _RESAMPLES)


def korn_graubard(
    share: float, variance: float, observations: int, units: int, level: float = _LEVEL
) -> tuple[float, float]:
    """Return the limits of a share.

    Args:
        share: The share.
        variance: Its variance over resampled units.
        observations: Observations in all; it is never worth more than these.
        units: Units; it is worth so many where the variance says nothing.
        level: Coverage aimed for.
    """
    worth = float(units)
    if variance > 0 and 0 < share < 1:
        worth = min(share * (1 - share) / variance, float(observations))
    found, tail = worth * share, (1 - level) / 2
    low = 0.0 if found <= 0 else float(beta.ppf(tail, found, worth - found + 1))
    high = 1.0 if found >= worth else float(beta.ppf(1 - tail, found + 1, worth - found))
    return low, high


class _Curve:
    """The upper end of an attack's ROC curve, for any weights of the units.

    Args:
        group: (M,) number of the threshold of each score kept, highest first.
        units: (M,) number of the unit, counted from 0.
        member: (M,) whether it was a member.
        all_members: (U,) members' scores of each unit, those not kept included.
        all_others: (U,) others' scores of each unit.
    """

    def __init__(
        self,
        group: NDArray[np.int64],
        units: NDArray[np.int64],
        member: NDArray[np.bool_],
        all_members: NDArray[np.float64],
        all_others: NDArray[np.float64],
    ) -> None:
        self._units, self._member = units, member
        self._all = (all_members, all_others)
        self._starts = np.flatnonzero(np.diff(group, prepend=-1))

    @classmethod
    def of(cls, scores: AttackScores, reach: float) -> _Curve:
        """Keep the scores down to the threshold at which ``reach`` of the others lie above."""
        unit = np.unique(scores.units, return_inverse=True)[1]
        others = np.sort(scores.score[~scores.member])[::-1]
        lowest = others[min(int(np.ceil(reach * len(others))), len(others) - 1)]
        kept = np.flatnonzero(scores.score >= lowest)
        kept = kept[np.argsort(-scores.score[kept], kind="stable")]
        group = np.unique(-scores.score[kept], return_inverse=True)[1]
        return cls(
            group,
            unit[kept],
            scores.member[kept],
            np.bincount(unit, weights=scores.member).astype(np.float64),
            np.bincount(unit, weights=~scores.member).astype(np.float64),
        )

    def true_positives(self, counts: NDArray[np.float64], allowed: float) -> NDArray[np.float64]:
        """Return (b,) shares of members found, for (U, b) how often each unit counts."""
        weights = counts[self._units]
        shares = []
        for flag, total in zip((self._member, ~self._member), self._all, strict=True):
            by_group = np.add.reduceat(weights * flag[:, None], self._starts, axis=0)
            steps = np.concatenate([np.zeros((1, counts.shape[1])), by_group]).cumsum(axis=0)
            shares.append(steps / (total @ counts))
        found, false = shares
        return np.array([np.interp(allowed, x, y) for x, y in zip(false.T, found.T, strict=True)])
