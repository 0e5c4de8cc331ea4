"""From decision values to class probabilities: sigmoids fitted on rows held out by unit.

Platt 1999, with the targets and the reasoning of Lin, Lin & Weng 2007 (doi
10.1007/s10994-007-5018-6). Two things differ from scikit-learn's calibration. Inner folds keep
biological units together. And a slope cannot become negative: with little signal, held-out
decision values run *against* the labels by construction of cross-validation, and a calibration
that follows them turns the ranking of new samples upside down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from deepbench.models.baselines.inner_folds import inner_folds
from deepbench.models.baselines.sigmoid_fits import Labelled, fit_many
from deepbench.models.family import FitRows

# (fit rows, rows to decide, columns) -> (m, J) decision values; NaN where a class is absent.
Decide = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Sigmoids:
    """One sigmoid per decision value: J = 1 for two classes, else one per class.

    Attributes:
        slopes: (J,) slopes, positive.
        intercepts: (J,) intercepts.
    """

    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def probabilities(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (m, K) class probabilities for (m, J) decision values."""
        p = expit(decisions * self.slopes + self.intercepts)
        if p.shape[1] == 1:
            return np.hstack([1.0 - p, p])
        # All sigmoids may round to 0 for a sample far from every class.
        p = np.maximum(p, np.finfo(np.float64).tiny)
        normalised: NDArray[np.float64] = p / p.sum(axis=1, keepdims=True)
        return normalised


def fit_sigmoids(rows: FitRows, decide: Decide) -> Sigmoids:
    """Fit sigmoids on decision values for rows held out, whole units, of the fit rows.

    The filter is repeated without the held-out rows, or calibration would see decisions that
    are better than those on new samples.

    Args:
        rows: Fit rows of a classification.
        decide: Fits on some rows and returns decision values of others.
    """
    codes = rows.outcome.astype(np.int64)
    targets = indicator_targets(codes, rows.classes)
    held_out = np.full(targets.shape, np.nan)
    for fit, apply in splits(inner_folds(codes, rows.units)):
        held_out[apply] = decide(fit, apply, rows.columns_without(fit))
    everything = np.arange(len(codes))
    labelled = with_labels(held_out, targets, lambda: decide(everything, everything, rows.columns))
    return sigmoids_of([labelled])[0]


def splits(
    inner: NDArray[np.int64],
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return fit rows and held-out rows of each inner fold; none if there is but one fold."""
    number = int(inner.max()) + 1
    if number < 2:
        return []
    return [(np.flatnonzero(inner != f), np.flatnonzero(inner == f)) for f in range(number)]


def with_labels(
    held_out: NDArray[np.float64],
    targets: NDArray[np.bool_],
    in_sample: Callable[[], NDArray[np.float64]],
) -> list[Labelled]:
    """Return what each of the J sigmoids of a model is fitted on.

    Args:
        held_out: (n, J) decision values of held-out rows; NaN where a class was absent.
        targets: (n, J) whether a row is of the class.
        in_sample: Returns (n, J) decision values of the model for its own fit rows, which must
            do where a class is in one unit only, so that nothing can be held out.
    """
    labelled: list[Labelled] = []
    for j in range(targets.shape[1]):
        known = np.isfinite(held_out[:, j])
        positive = targets[known, j]
        if positive.any() and not positive.all():
            labelled.append((held_out[known, j], positive))
        else:
            labelled.append((in_sample()[:, j], targets[:, j]))
    return labelled


def sigmoids_of(models: Sequence[Sequence[Labelled]]) -> list[Sigmoids]:
    """Return the sigmoids of models, fitted together.

    Args:
        models: For each model what its J sigmoids are fitted on.
    """
    if not models:
        return []
    slopes, intercepts = fit_many([labelled for model in models for labelled in model])
    ends = np.cumsum([len(model) for model in models])[:-1]
    pairs = zip(np.split(slopes, ends), np.split(intercepts, ends), strict=True)
    return [Sigmoids(slope, intercept) for slope, intercept in pairs]


def indicator_targets(codes: NDArray[np.int64], classes: int) -> NDArray[np.bool_]:
    """Return (n, 1) whether a row is of class 1, or (n, K) whether it is of each class."""
    if classes == 2:
        return np.asarray(codes == 1)[:, None]
    return np.asarray(codes[:, None] == np.arange(classes))
