"""Standard errors of cross-validation scores that respect dependence.

The scores of folds are not independent: their models share most of their training samples. The
variance of their mean is not S2 / J but (1 / J + n_test / n_train) S2, with S2 the variance over
all J fold scores of all repeats: Nadeau & Bengio (2003), Machine Learning 52:239, doi
10.1023/A:1024068626366; for repeated cross-validation Bouckaert & Frank (2004), PAKDD, LNAI
3056:3, doi 10.1007/978-3-540-24775-3_3, with J - 1 degrees of freedom.

The standard error says how steady a score over folds is. It is no confidence interval of what the
winner of a search will do: the winner was chosen by these very scores.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.ranking import Floats

_FEWEST_FOLDS = 3


def number_of_folds(fold_of: NDArray[np.int64]) -> int:
    """Folds of one repeat, from (R, n) fold numbers with -1 for never predicted."""
    return len(np.unique(fold_of[0][fold_of[0] >= 0]))


def fold_standard_error(scores: Sequence[float | None] | Floats, tuning_folds: int) -> float:
    """Corrected standard error of the mean fold score; NaN with fewer than three fold scores.

    Args:
        scores: Score of each fold, repeat by repeat; None or NaN where not computable.
        tuning_folds: Folds of one repeat.
    """
    known = _known(scores)
    if len(known) < _FEWEST_FOLDS:
        return float("nan")
    # Samples predicted over samples fitted on, in each fold.
    overlap = 1.0 / (tuning_folds - 1)
    return float(known.std(ddof=1) * np.sqrt(1.0 / len(known) + overlap))


def fold_difference(
    scores_a: Sequence[float | None] | Floats,
    scores_b: Sequence[float | None] | Floats,
    tuning_folds: int,
    level: float = 0.95,
) -> Interval:
    """Mean difference of two models over the same folds, with the corrected t interval.

    Args:
        scores_a: Score of each fold, repeat by repeat.
        scores_b: Scores of the other model in the same folds.
        tuning_folds: Folds of one repeat.
        level: Coverage aimed for.

    Raises:
        ValueError: If the two do not have the same number of folds.
    """
    if len(scores_a) != len(scores_b):
        raise ValueError("both models need a score of every fold")
    pairs = zip(_floats(scores_a), _floats(scores_b), strict=True)
    known = _known([a - b for a, b in pairs])
    value = float(known.mean()) if len(known) else float("nan")
    error = fold_standard_error(known, tuning_folds)
    reach = float(student.ppf((1 + level) / 2, max(len(known) - 1, 1))) * error
    return Interval(value, value - reach, value + reach)


def _known(scores: Sequence[float | None] | Floats) -> NDArray[np.float64]:
    values = _floats(scores)
    return values[np.isfinite(values)]


def _floats(scores: Sequence[float | None] | Floats) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in scores], dtype=np.float64)
