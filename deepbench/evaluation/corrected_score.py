"""The score of the winner among many, corrected for having been chosen: BBC-CV.

Tsamardinos, Greasidou & Borboudakis (2018), "Bootstrapping the out-of-sample predictions for
efficient and accurate cross-validation", Machine Learning 107:1895, doi
10.1007/s10994-018-5714-4. Units are drawn with replacement; the candidate that is best on the
drawn units is scored on the units left out. The mean over resamples is the corrected score, and
the percentiles are its interval. Scores are those of `fold_scores`, so that neither choosing nor
scoring compares samples that different fitted models predicted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.errors import DataError
from deepbench.evaluation.bootstrap import (
    Interval,
    interval_of,
    percentile_interval,
    strata_of,
    weight_blocks,
)
from deepbench.evaluation.fold_scores import FoldScorer
from deepbench.evaluation.metrics import Task
from deepbench.evaluation.ranking import Floats, Outcome

# Predictions weighed in one correction: some 15 s of one core with two classes, a minute with
# many. Beyond it, resamples are cut.
_WORK_LIMIT = 8_000_000_000
_FEWEST_RESAMPLES = 200


@dataclass(frozen=True)
class CorrectedScore:
    """What the best of all candidates tried is worth.

    Attributes:
        value: Corrected score: mean score of the re-selected winner on units left out; NaN,
            like the limits, if fewer than half of the resamples had a score.
        low: Lower 95 % limit.
        high: Upper 95 % limit.
        plain: Uncorrected score of the overall winner; too good by having been chosen.
        winner_index: Candidate with the best uncorrected score; the first of equals.
        standard_error: Standard deviation, over resampled units, of the winner's own score.
        resamples: Resamples that the interval rests on.
    """

    value: float
    low: float
    high: float
    plain: float
    winner_index: int
    standard_error: float
    resamples: int


def corrected_score(
    task: Task,
    y: Outcome,
    units: NDArray[np.int64],
    oofs: Sequence[Floats],
    fold_of: NDArray[np.int64],
    *,
    resamples: int = 1000,
    seed: int,
    can_win: int | None = None,
) -> CorrectedScore:
    """Correct the best cross-validation score for the choice among the candidates.

    Args:
        task: Kind of outcome.
        y: (n,) class codes or values.
        units: (n,) code of the biological unit.
        oofs: One (R, n, K) array of out-of-fold predictions per candidate, the simpler ones
            first: among equals the first wins.
        fold_of: (R, n) fold numbers shared by all candidates, -1 for never predicted.
        resamples: Number of resamples. Cut (to no fewer than 200) so that
            resamples x candidates x rows x repeats x columns stays below 8e9.
        seed: Seed of the draws.
        can_win: Only the first so many candidates can be the overall winner; None for all. The
            others were looked at and led to the choice, so they take part in choosing anew.

    Raises:
        DataError: If no candidate that can win has a score.
        ValueError: If there are no candidates, or shapes do not fit each other.
    """
    scorer, oofs, y, units = _prepare(task, y, units, oofs, fold_of)
    plain = np.array([scorer.scores(oof, np.ones((len(y), 1)))[0] for oof in oofs])
    if not np.isfinite(plain[:can_win]).any():
        raise DataError(
            "None of the settings tried has a score that can be computed.",
            "Check that the outcome varies among the training samples, and that each fold of "
            "the cross-validation holds samples of at least two classes.",
        )
    winner = int(np.nanargmax(plain[:can_win]))
    left_out, winners_own = [], []
    count = affordable_resamples(resamples, oofs)
    for drawn, rest in _splits(units, count, seed, strata_of(task, y)):
        in_bag = np.stack([scorer.scores(oof, drawn) for oof in oofs])
        left_out.append(_score_of_best(scorer, oofs, in_bag, rest))
        winners_own.append(in_bag[winner])
    values = np.concatenate(left_out)
    low, high = percentile_interval(values)
    return CorrectedScore(
        value=_mean(values),
        low=low,
        high=high,
        plain=float(plain[winner]),
        winner_index=winner,
        standard_error=_sd(np.concatenate(winners_own)),
        resamples=int(np.isfinite(values).sum()),
    )


def paired_corrected_difference(
    task: Task,
    y: Outcome,
    units: NDArray[np.int64],
    oofs_a: Sequence[Floats],
    oofs_b: Sequence[Floats],
    fold_of: NDArray[np.int64],
    *,
    resamples: int = 1000,
    seed: int,
) -> Interval:
    """Corrected score of the best of A minus that of the best of B, with its 95 % interval.

    In each resample the best of A and the best of B are chosen on the units drawn, and both
    are scored on the same units left out. Arguments as in `corrected_score`.

    Raises:
        ValueError: If one side has no candidates, or shapes do not fit each other.
    """
    scorer, oofs_a, y_a, units_a = _prepare(task, y, units, oofs_a, fold_of)
    _, oofs_b, _, _ = _prepare(task, y, units, oofs_b, fold_of)
    differences = []
    count = affordable_resamples(resamples, [*oofs_a, *oofs_b])
    for drawn, rest in _splits(units_a, count, seed, strata_of(task, y_a)):
        of_side = []
        for oofs_of_side in (oofs_a, oofs_b):
            in_bag = np.stack([scorer.scores(oof, drawn) for oof in oofs_of_side])
            of_side.append(_score_of_best(scorer, oofs_of_side, in_bag, rest))
        differences.append(of_side[0] - of_side[1])
    values = np.concatenate(differences)
    return interval_of(_mean(values), values)


def affordable_resamples(resamples: int, oofs: Sequence[Floats]) -> int:
    """Number of resamples that the work limit allows, but at least 200 (or all, if fewer)."""
    affordable = _WORK_LIMIT // max(1, sum(oof.size for oof in oofs))
    return min(resamples, max(_FEWEST_RESAMPLES, affordable))


def _prepare(
    task: Task,
    y: Outcome,
    units: NDArray[np.int64],
    oofs: Sequence[Floats],
    fold_of: NDArray[np.int64],
) -> tuple[FoldScorer, Sequence[Floats], Outcome, NDArray[np.int64]]:
    """Leave out rows that were never predicted: drawing them would waste a resample."""
    if not len(oofs):
        raise ValueError("there are no candidates")
    rows = (fold_of >= 0).any(axis=0)
    if not rows.all():
        y, units, fold_of = y[rows], units[rows], fold_of[:, rows]
        oofs = [oof[:, rows] for oof in oofs]
    return FoldScorer(task, y, fold_of), oofs, y, units


def _splits(
    units: NDArray[np.int64], resamples: int, seed: int, y: NDArray[np.int64] | None
) -> Iterator[tuple[Floats, Floats]]:
    """Weights (n, b) of the rows drawn, and of the rows left out, block by block."""
    for weights in weight_blocks(units, resamples, seed, y):
        drawn = weights.T
        yield drawn, (drawn == 0).astype(np.float64)


def _score_of_best(
    scorer: FoldScorer, oofs: Sequence[Floats], in_bag: Floats, rest: Floats
) -> Floats:
    """Score on the rows left out (n, b) of each resample's best candidate in `in_bag` (C, b)."""
    best = np.where(np.isfinite(in_bag), in_bag, -np.inf).argmax(axis=0)
    result = np.full(len(best), np.nan)
    for candidate in np.unique(best):
        chosen = best == candidate
        result[chosen] = scorer.scores(oofs[candidate], rest[:, chosen])
    result[~np.isfinite(in_bag).any(axis=0)] = np.nan
    return result


def _mean(values: Floats) -> float:
    usable = values[np.isfinite(values)]
    return float(usable.mean()) if 2 * len(usable) >= len(values) else float("nan")


def _sd(values: Floats) -> float:
    usable = values[np.isfinite(values)]
    return float(usable.std(ddof=1)) if len(usable) > 1 else float("nan")
