"""The score of a blend of the best settings, corrected for having picked its members.

As in `corrected_score` (Tsamardinos et al. 2018, doi 10.1007/s10994-018-5714-4) units are drawn
with replacement; on the drawn units the members are picked anew, and the mean of their
predictions is scored on the units left out. A member is the best of its group (a family of
models), so that a blend never holds the same model five times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.bootstrap import count_blocks, percentile_interval, strata_of
from deepbench.evaluation.candidate_scores import CandidateScores
from deepbench.evaluation.corrected_score import affordable_resamples
from deepbench.evaluation.metrics import Task
from deepbench.evaluation.ranking import Floats, Outcome

Codes = NDArray[np.int64]
#: Group and place in the group.
Member = tuple[int, int]
Members = tuple[Member, ...]

# Resamples handled together; the blends of a block are held at once.
_BLOCK = 250


@dataclass(frozen=True)
class BlendScore:
    """What a blend is worth on the tuning folds.

    Attributes:
        plain: Score of the members' mean; too good by their having been picked.
        value: Corrected score; NaN, like the limits, if fewer than half of the resamples had one.
        low: Lower 95 % limit.
        high: Upper 95 % limit.
    """

    plain: float
    value: float
    low: float
    high: float


def pick_members(scores: Sequence[Floats], most: int) -> Members:
    """Return the best candidate of each group, best group first; the first of equals.

    Args:
        scores: Scores (C_g,) of the candidates of each group; NaN for none.
        most: Members at most.
    """
    best = [
        (float(np.nanmax(values)), (group, int(np.nanargmax(values))))
        for group, values in enumerate(scores)
        if np.isfinite(values).any()
    ]
    best.sort(key=lambda found: (-found[0], found[1]))
    return tuple(member for _, member in best[:most])


def blend_score(  # noqa: PLR0913 - the candidates, how they are mixed, and how often
    task: Task,
    y: Outcome,
    units: Codes,
    groups: Sequence[Sequence[Floats]],
    fold_of: Codes,
    *,
    members: Members,
    averaged: Callable[[Member], Floats],
    most: int,
    resamples: int = 1000,
    seed: int,
) -> BlendScore:
    """Score the mean of the best candidates, and correct the score for having picked them.

    Args:
        task: Kind of outcome.
        y: (n,) class codes or values.
        units: (n,) code of the biological unit.
        groups: (R, n, K) out-of-fold predictions of the candidates of each group.
        fold_of: (R, n) fold numbers shared by all candidates, -1 for never predicted.
        members: The best candidates of the best groups on all units.
        averaged: Returns what is averaged of a member: predictions (R, n, K) on a scale that all
            members share, for each sample made without its own outcome.
        most: Members at most.
        resamples: Number of resamples; cut where they would take too long.
        seed: Seed of the draws.
    """
    rows = (fold_of >= 0).any(axis=0)
    y, units, fold_of = y[rows], units[rows], fold_of[:, rows]
    unit_of_row = np.unique(units, return_inverse=True)[1]
    known: dict[Member, Floats] = {}

    def scorer(oofs: Sequence[Floats]) -> CandidateScores:
        return CandidateScores(task, y, unit_of_row, oofs, fold_of)

    def mean_of(members: Members) -> Floats:
        for member in members:
            if member not in known:
                known[member] = averaged(member)[:, rows]
        return np.asarray(np.mean([known[member] for member in members], axis=0))

    oofs = [oof[:, rows] for group in groups for oof in group]
    singles, sizes = scorer(oofs), [len(group) for group in groups]
    every = np.ones((int(unit_of_row.max()) + 1, 1))
    values = []
    count = affordable_resamples(resamples, oofs)
    for drawn in count_blocks(units, count, seed, strata_of(task, y), _BLOCK):
        distinct, which = _picked(_by_group(singles.scores(drawn), sizes), most)
        blends = scorer([mean_of(found or members) for found in distinct])
        scores = blends.scores_of(which, (drawn == 0).astype(np.float64))
        nobody = np.array([not found for found in distinct])
        values.append(np.where(nobody[which], np.nan, scores))
    scores = np.concatenate(values)
    usable = scores[np.isfinite(scores)]
    low, high = percentile_interval(scores)
    return BlendScore(
        # In one order, so that rounding does not depend on which member was best.
        plain=float(scorer([mean_of(tuple(sorted(members)))]).scores(every)[0, 0]),
        value=float(usable.mean()) if 2 * len(usable) >= len(scores) else float("nan"),
        low=low,
        high=high,
    )


def _by_group(scores: Floats, sizes: Sequence[int]) -> list[Floats]:
    """Cut the scores (C, …) of all candidates into those of each group."""
    return np.split(scores, np.cumsum(sizes)[:-1])


def _picked(in_bag: Sequence[Floats], most: int) -> tuple[list[Members], Codes]:
    """Return the distinct blends, and which of them each resample (b,) picked."""
    numbers: dict[Members, int] = {}
    which = [
        numbers.setdefault(
            tuple(sorted(pick_members([scores[:, column] for scores in in_bag], most))),
            len(numbers),
        )
        for column in range(in_bag[0].shape[1])
    ]
    return list(numbers), np.array(which, dtype=np.int64)
