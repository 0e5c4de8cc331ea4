"""What could be won by answering only where the model is sure: error against share answered.

Sureness is the calibrated probability of the class said, each fold calibrated by the others. For
numbers it is how small the held-out errors of the most similar fit rows are. Both are known
without the sample's own outcome.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.error_intervals import error_score
from deepbench.interpretation.held_out import HeldOut
from deepbench.study.records import AbstainPoint

ANSWERED = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
_LEAST_SAMPLES = 20
_LEAST_UNITS = 5
_MISSING = -1

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def class_sureness(held: HeldOut) -> Floats:
    """Return (n,) calibrated probabilities of the classes said."""
    found: Floats = held.predicted[np.arange(len(held)), held.said]
    return found


def value_sureness(held: HeldOut, neighbours: Codes) -> Floats:
    """Return (n,) how sure a numeric prediction is: minus the mean error of similar samples.

    Args:
        held: Held-out samples.
        neighbours: (n, k) places among the held-out samples of fit rows that are most similar,
            -1 for none.
    """
    known = neighbours != _MISSING
    errors = np.where(known, held.error[neighbours], 0.0)
    counts = known.sum(axis=1)
    means = errors.sum(axis=1) / np.maximum(counts, 1)
    found: Floats = -np.where(counts > 0, means, held.error.mean())
    return found


def abstain_curve(held: HeldOut, sureness: Floats) -> tuple[AbstainPoint, ...]:
    """Return the error among the surest samples, for shares of them from all to a tenth.

    Shares with fewer than twenty samples or five units are left out. Samples that are equally
    sure are answered together, so that the share may be larger than asked.

    Args:
        held: Held-out samples.
        sureness: (n,) larger for the surer.
    """
    points: dict[int, AbstainPoint] = {}
    ordered = np.sort(sureness)[::-1]
    for share in ANSWERED:
        count = int(np.ceil(share * len(held)))
        answered = sureness >= ordered[count - 1]
        units = held.units[answered]
        if answered.sum() < _LEAST_SAMPLES or len(np.unique(units)) < _LEAST_UNITS:
            break
        points[int(answered.sum())] = AbstainPoint(
            answered=float(answered.mean()),
            error=error_score(
                held.error[answered],
                units,
                held.dependence,
                is_share=not held.is_regression,
            ),
            of_two=held.share_of_two(answered, ~answered),
        )
    return tuple(points.values())
