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
from scipy.stats import norm

from deepbench.errors import DataError
from deepbench.evaluation.bootstrap import (
    Interval,
    count_blocks,
    percentile_interval,
    strata_of,
)
from deepbench.evaluation.candidate_scores import CandidateScores
from deepbench.evaluation.dependence import fold_dependence
from deepbench.evaluation.metrics import Task
from deepbench.evaluation.ranking import Floats, Outcome

# Predictions weighed in one correction: some 15 s of one core with two classes, a minute with
# many. Beyond it, resamples are cut.
_WORK_LIMIT = 8_000_000_000
_FEWEST_RESAMPLES = 200
_BLOCK = 1000

Codes = NDArray[np.int64]


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
    scorer, y, units = _prepare(task, y, units, oofs, fold_of)
    plain = scorer.scores(np.ones((len(np.unique(units)), 1)))[:, 0]
    if not np.isfinite(plain[:can_win]).any():
        raise DataError(
            "None of the settings tried has a score that can be computed.",
            "Check that the outcome varies among the training samples, and that each fold of "
            "the cross-validation holds samples of at least two classes.",
        )
    winner = int(np.nanargmax(plain[:can_win]))
    left_out, winners_own = [], []
    count = affordable_resamples(resamples, oofs)
    for drawn in _draws(units, count, seed, strata_of(task, y)):
        in_bag = scorer.scores(drawn)
        left_out.append(_score_of_best(scorer, in_bag, drawn))
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
    are scored on the same units left out; the mean over resamples is the difference. So a side
    that tried more settings has no advantage. The spread of these differences is that of a third
    of the units, and would hide most true differences; the standard error is that of the overall
    winners' difference over resampled units, made wider by the dependence of folds (see
    `shown_intervals`): `benchmarks/verdict_errors.py` has the rates of both. Arguments as in
    `corrected_score`.

    Raises:
        ValueError: If one side has no candidates, or shapes do not fit each other.
    """
    if not len(oofs_a) or not len(oofs_b):
        raise ValueError("there are no candidates")
    oofs = [*oofs_a, *oofs_b]
    scorer, y, units = _prepare(task, y, units, oofs, fold_of)
    plain = scorer.scores(np.ones((len(np.unique(units)), 1)))[:, 0]
    winner_a, winner_b = _winner(plain[: len(oofs_a)]), _winner(plain[len(oofs_a) :])
    differences, of_winners = [], []
    count = affordable_resamples(resamples, oofs)
    for drawn in _draws(units, count, seed, strata_of(task, y)):
        in_bag = scorer.scores(drawn)
        side_a, side_b = in_bag[: len(oofs_a)], in_bag[len(oofs_a) :]
        of_a = _score_of_best(scorer, side_a, drawn)
        of_b = _score_of_best(scorer, side_b, drawn, first=len(oofs_a))
        differences.append(of_a - of_b)
        of_winners.append(side_a[winner_a] - side_b[winner_b])
    value = _mean(np.concatenate(differences))
    folds = fold_of[0]
    widened = np.sqrt(fold_dependence(folds[folds >= 0]))
    reach = float(norm.ppf(0.975)) * _sd(np.concatenate(of_winners)) * widened
    used = int(np.isfinite(np.concatenate(differences)).sum())
    return Interval(value, value - reach, value + reach, used)


def _winner(plain: Floats) -> int:
    """The first of the best; of candidates without a score the first, which has none either."""
    return int(np.where(np.isfinite(plain), plain, -np.inf).argmax())


def affordable_resamples(resamples: int, oofs: Sequence[Floats]) -> int:
    """Number of resamples that the work limit allows, but at least 200 (or all, if fewer)."""
    affordable = _WORK_LIMIT // max(1, sum(oof.size for oof in oofs))
    return min(resamples, max(_FEWEST_RESAMPLES, affordable))


def _prepare(
    task: Task,
    y: Outcome,
    units: Codes,
    oofs: Sequence[Floats],
    fold_of: Codes,
) -> tuple[CandidateScores, Outcome, Codes]:
    """Leave out rows that were never predicted: drawing them would waste a resample."""
    if not len(oofs):
        raise ValueError("there are no candidates")
    rows = (fold_of >= 0).any(axis=0)
    if not rows.all():
        y, units, fold_of = y[rows], units[rows], fold_of[:, rows]
        oofs = [oof[:, rows] for oof in oofs]
    unit_of_row = np.unique(units, return_inverse=True)[1]
    return CandidateScores(task, y, unit_of_row, oofs, fold_of), y, units


def _draws(units: Codes, resamples: int, seed: int, y: Codes | None) -> Iterator[Floats]:
    """How often each unit is drawn (U, b), block by block."""
    return count_blocks(units, resamples, seed, y, _BLOCK)


def _score_of_best(
    scorer: CandidateScores, in_bag: Floats, drawn: Floats, first: int = 0
) -> Floats:
    """Score on the units left out of each resample (b,) of its best candidate in `in_bag`.

    Args:
        scorer: Scores of all candidates.
        in_bag: (C, b) scores on the units drawn, of candidates ``first``, ``first + 1``, ….
        drawn: (U, b) how often each unit was drawn.
        first: Number of the first of these candidates.
    """
    best = np.where(np.isfinite(in_bag), in_bag, -np.inf).argmax(axis=0)
    result = scorer.scores_of(first + best, (drawn == 0).astype(np.float64))
    result[~np.isfinite(in_bag).any(axis=0)] = np.nan
    return result


def _mean(values: Floats) -> float:
    usable = values[np.isfinite(values)]
    return float(usable.mean()) if 2 * len(usable) >= len(values) else float("nan")


def _sd(values: Floats) -> float:
    usable = values[np.isfinite(values)]
    return float(usable.std(ddof=1)) if len(usable) > 1 else float("nan")
