"""Attacks that tell members (units a model was trained on) from others, by its answers.

Each shadow model in turn plays the model under attack. What the attacker knows besides are the
other shadows, its twin (trained on the other half) left out: then each unit trained as many of the
rest as it did not, whether or not it is a member, and no count gives membership away.

- *confidence*: how sure the model is of the true outcome (Yeom et al. 2018, doi
  10.1109/CSF.2018.00027); needs no other model.
- *LiRA*, offline and online: that confidence against what models without (and with) the unit
  say of it, both taken to be normal (Carlini et al. 2022, arXiv 2112.03570). With few shadows the
  paper's fixed variance is best, with many a variance per unit; here a unit's own counts as much
  as `_PRIOR` observations of the common one.
- *RMIA*: how much more probable the model makes the true outcome than other models do, ranked
  among all units (Zarifzadeh et al. 2024, arXiv 2312.03262, with a threshold of 1).

No single one wins on all models: the best counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import rankdata

from deepbench.privacy.audit.shadow_models import UnitAnswers

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Attacks by name, with what they look at.
ATTACKS: dict[str, str] = {
    "confidence": "How sure the model is of the true outcome",
    "lira-offline": "LiRA, offline: against models that never saw the unit",
    "lira-online": "LiRA: against models with and without the unit",
    "rmia": "RMIA: against other models, ranked among all units",
    "final": "The finished model itself: training samples against test samples",
}
_PRIOR = 8.0
# Models that agree to this many digits (squared) say the same.
_LEAST_VARIANCE = 1e-10


@dataclass(frozen=True, eq=False)
class AttackScores:
    """What an attack says of units, the higher the more a member; N scores.

    Attributes:
        name: One of `ATTACKS`.
        score: (N,) scores.
        member: (N,) whether the unit was a member.
        units: (N,) number of the unit.
        targets: (N,) number of the model under attack.
    """

    name: str
    score: Floats
    member: Flags
    units: NDArray[np.int64]
    targets: NDArray[np.int64]


def attack_shadows(answers: UnitAnswers, inside: Flags, task: str) -> tuple[AttackScores, ...]:
    """Return what each attack says of all units, each shadow playing the target.

    Args:
        answers: (S, U) answers of the shadows, pairs next to each other.
        inside: (S, U) which units train each shadow.
        task: Kind of outcome.
    """
    offline, online = _lira(answers.confidence, inside)
    found = {
        "confidence": answers.confidence,
        "lira-offline": offline,
        "lira-online": online,
        "rmia": _rmia(_log_probability(answers.likelihood, inside, task)),
    }
    shadows, units = inside.shape
    return tuple(
        AttackScores(
            name,
            score.ravel(),
            inside.ravel(),
            np.tile(np.arange(units), shadows),
            np.repeat(np.arange(shadows), units),
        )
        for name, score in found.items()
    )


def attack_final(members: Floats, others: Floats) -> AttackScores:
    """Return the confidence of the final model for units it was trained on (m,), and others."""
    count = len(members) + len(others)
    return AttackScores(
        "final",
        np.concatenate([members, others]),
        np.arange(count) < len(members),
        np.arange(count),
        np.zeros(count, dtype=np.int64),
    )


def _lira(confidence: Floats, inside: Flags) -> tuple[Floats, Floats]:
    """Return (S, U) scores of the offline and of the online attack."""
    # Of the unit's mean over all shadows: keeps sums of squares exact.
    centred = confidence - confidence.mean(axis=0)
    mean_in, variance_in = _of_others(centred, inside)
    mean_out, variance_out = _of_others(centred, ~inside)
    offline = (centred - mean_out) / np.sqrt(variance_out)
    away_in = (centred - mean_in) ** 2 / variance_in + np.log(variance_in)
    away_out = (centred - mean_out) ** 2 / variance_out + np.log(variance_out)
    return offline, 0.5 * (away_out - away_in)


def _of_others(values: Floats, chosen: Flags) -> tuple[Floats, Floats]:
    """Return (S, U) mean and variance over the chosen shadows, target and twin left out.

    Of each pair exactly one is chosen, so the one to leave out is always there.
    """
    weight = chosen.astype(np.float64)
    own = weight * values
    pair = own.reshape(-1, 2, own.shape[1]).sum(axis=1).repeat(2, axis=0)
    count = len(values) / 2 - 1
    mean = (own.sum(axis=0) - pair) / count
    squares = (own * values).sum(axis=0) - pair**2 - count * mean**2
    common = float(np.maximum(squares, 0.0).mean()) / max(count - 1, 1.0)
    variance = (_PRIOR * common + np.maximum(squares, 0.0)) / (_PRIOR + count - 1)
    # Of a new answer, not of the mean; and a mean of few is uncertain itself.
    return mean, np.maximum(variance * (1 + 1 / count), _LEAST_VARIANCE)


def _log_probability(likelihood: Floats, inside: Flags, task: str) -> Floats:
    """Return (S, U) log probabilities; for numbers of a normal error as large as for others."""
    if task != "regression":
        return likelihood
    variance = -float(likelihood[~inside].mean())
    return likelihood / max(2.0 * variance, np.finfo(np.float64).tiny)


def _rmia(log_probability: Floats) -> Floats:
    """Return (S, U) the share of units that lie below in log probability over that of others."""
    shadows = len(log_probability)
    pairs = np.arange(shadows) // 2
    scores = []
    for target in range(shadows):
        rest = log_probability[pairs != pairs[target]]
        ratio = log_probability[target] - (logsumexp(rest, axis=0) - np.log(len(rest)))
        scores.append(rankdata(ratio) / len(ratio))
    return np.stack(scores)
