"""By how much the errors of folds go together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fold_dependence(folds: NDArray[np.int64]) -> float:
    """Factor of the variance of a score over folds whose models trained on each other's samples.

    1 + (J - 1) rho for J folds, with the correlation that Nadeau & Bengio (2003), doi
    10.1023/A:1024068626366, guess: the mean share of all samples that a fold predicts. 1.8 for
    five folds. `benchmarks/intervals.py` measures that it is about right.

    Args:
        folds: (n,) fold in which each sample was predicted.
    """
    sizes = np.unique(folds, return_counts=True)[1]
    return 1.0 + (len(sizes) - 1) * float((sizes / sizes.sum()).mean())
