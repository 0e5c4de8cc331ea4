"""When a search has nothing left to gain that could be told from noise.

The gain of further trials is bounded from the scores so far, without a model of them. If trials
were drawn alike, the expected best of k of them would grow ever more slowly with k; so r further
trials gain at most r / (n - m) times what the best of all n has over the expected best of m of
them. Guided draws are better than alike: what the last batch added to the best counts as well.

The noise is the standard error of the paired difference between the best trial and its rivals on
the same folds, with the correction for training sets that overlap (Nadeau & Bengio 2003, doi
10.1023/A:1024068626366).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# AUROC and R2, by which trials are compared, end here.
_BEST_POSSIBLE = 1.0
# A gain below this share of the standard error is not worth the trials: a difference of a whole
# one would still be read as none (the simplest model within one standard error is chosen).
_SHARE_OF_NOISE = 0.25
_FEWEST_FOLDS = 3


@dataclass(frozen=True)
class Told:
    """What came out of a trial.

    Attributes:
        score: Higher is better; None if it could not be computed.
        folds: Score of each tuning fold, None where not computable.
    """

    score: float | None
    folds: tuple[float | None, ...] = ()


def nothing_to_gain(
    told: Sequence[Told], further: int, last_batch: int, tuning_folds: int
) -> bool:
    """Say whether further trials are expected to gain less than a quarter of the noise.

    Args:
        told: Trials so far, in the order asked for.
        further: Trials that are left.
        last_batch: How many of ``told`` came from the last batch.
        tuning_folds: Folds of one repeat.
    """
    scored = [trial for trial in told if trial.score is not None]
    scores = np.array([trial.score for trial in scored], dtype=np.float64)
    if len(scores) < 2 or further < 1:
        return False
    noise = paired_noise(scored, tuning_folds)
    if noise is None:
        return False
    gain = max(expected_gain(scores, further), _gain_of(told, last_batch))
    return gain <= _SHARE_OF_NOISE * noise


def expected_gain(scores: NDArray[np.float64], further: int) -> float:
    """Return what further trials are expected to add to the best score at most.

    Args:
        scores: (n,) at least two scores so far.
        further: Number of further trials.
    """
    best = float(scores.max())
    half = len(scores) // 2
    growth = best - expected_best(scores, half)
    bound = growth * further / (len(scores) - half)
    return min(bound, max(_BEST_POSSIBLE - best, 0.0))


def expected_best(scores: NDArray[np.float64], count: int) -> float:
    """Return the mean, over all choices of ``count`` of the scores, of the best one chosen."""
    ordered = np.sort(scores)[::-1]
    left = len(ordered)
    expected, chance = 0.0, 1.0  # of none of the better ones being chosen
    for place, value in enumerate(ordered):
        chosen = chance * count / (left - place)
        expected += chosen * float(value)
        chance -= chosen
        if chance <= 0.0:
            break
    return expected


def paired_noise(scored: Sequence[Told], tuning_folds: int) -> float | None:
    """Return the standard error of the best trial's lead over a typical rival.

    Rivals are the better half of the other trials; the median of their standard errors counts.
    None if no rival has enough folds in common with the best.
    """
    ranked = sorted(scored, key=lambda trial: -(trial.score or 0.0))
    best, others = ranked[0], ranked[1:]
    rivals = others[: max(1, len(others) // 2)]
    errors = [_standard_error(best, rival, tuning_folds) for rival in rivals]
    known = [error for error in errors if error is not None]
    return float(np.median(known)) if known else None


def _standard_error(best: Told, rival: Told, tuning_folds: int) -> float | None:
    pairs = zip(best.folds, rival.folds, strict=True)
    differences = [a - b for a, b in pairs if a is not None and b is not None]
    if len(differences) < _FEWEST_FOLDS:
        return None
    # Samples predicted over samples fitted on, in each fold.
    overlap = 1.0 / (tuning_folds - 1)
    return float(np.std(differences, ddof=1) * np.sqrt(1.0 / len(differences) + overlap))


def _gain_of(told: Sequence[Told], last_batch: int) -> float:
    """Return what the last batch added to the best score; all of it if nothing was before."""
    before = [trial.score for trial in told[:-last_batch] if trial.score is not None]
    within = [trial.score for trial in told[-last_batch:] if trial.score is not None]
    if not before:
        return float("inf")
    return max(max(within, default=-np.inf) - max(before), 0.0)
