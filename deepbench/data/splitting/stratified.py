"""Folds that keep units together and spread classes evenly, by scikit-learn's splitters."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from deepbench.data.samples import AllSamples, Fold, TrainingSet
from deepbench.data.splitting.base import MOST_PARTS, OuterFold, Parts
from deepbench.errors import StageBlocked
from deepbench.seeds import derive_seed

_REGRESSION_BINS = 5


def strata(samples: AllSamples | TrainingSet, bins: int = _REGRESSION_BINS) -> NDArray[np.int64]:
    """Return (n,) codes to stratify by: the class, or a part of the outcome for regression.

    Args:
        samples: Samples.
        bins: Parts of about the same number of samples that a regression's outcome is cut into.
    """
    if samples.info.task != "regression":
        return samples.outcome.astype(np.int64)
    edges = np.quantile(samples.outcome, np.linspace(0, 1, bins + 1)[1:-1])
    if len(above := samples.outcome[samples.outcome > samples.outcome.min()]):
        # Where most outcomes are the lowest one (counts), the others still make a part.
        edges = np.maximum(edges, above.min())
    return np.searchsorted(np.unique(edges), samples.outcome, side="right").astype(np.int64)


def stratified(
    samples: AllSamples | TrainingSet, folds: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split into folds, units together, strata spread; fewer folds if units are too few.

    Raises:
        StageBlocked: there is one unit only.
    """
    units = samples.number_of_units
    labels = strata(samples)
    if samples.info.classes:
        present = np.unique(labels)
        smallest = min(len(np.unique(samples.units[labels == label])) for label in present)
        folds = max(2, min(folds, smallest, units))
    else:
        folds = max(2, min(folds, units))
        # Every part of the outcome has to reach every fold.
        labels = strata(samples, max(1, min(_REGRESSION_BINS, units // folds)))
    if units < folds:
        raise StageBlocked(
            f"{units} unit cannot be divided into sets to fit and to tune on.",
            "Collect more units, or check roles.unit if there should be more.",
        )
    return spread(labels, samples.units, folds, seed)


def spread(
    labels: NDArray[np.int64], groups: NDArray[np.int64], folds: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return (rows of the others, rows of the fold) for each fold, groups together."""
    dummy = np.zeros(len(labels))
    # With each row its own unit the plain splitter gives the same balance at once.
    one_row_units = len(np.unique(groups)) == len(groups)
    splitter = (
        StratifiedKFold(folds, shuffle=True, random_state=seed)
        if one_row_units
        else StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    )
    with warnings.catch_warnings():
        # A class with fewer units than folds is a finding of the data check already.
        warnings.filterwarnings("ignore", message="The least populated class")
        parts = list(splitter.split(dummy, labels, None if one_row_units else groups))
    return [(fit.astype(np.int64), tune.astype(np.int64)) for fit, tune in parts]


def tuning_folds(training: TrainingSet, folds: int, repeats: int, seed: int) -> tuple[Fold, ...]:
    """Return repeated, stratified, grouped folds of the training samples."""
    return tuple(
        Fold(repeat, number, fit, tune)
        for repeat in range(repeats)
        for number, (fit, tune) in enumerate(
            stratified(training, folds, derive_seed(seed, "tuning folds", repeat))
        )
    )


def search_name(outer_fold: int | None) -> str:
    """Return the name of a search, for seeds: ``main``, or that of an outer fold."""
    return "main" if outer_fold is None else f"outer {outer_fold}"


def tuning_seed(master: int, outer_fold: int | None) -> int:
    """Return the seed of the tuning folds of a search.

    Args:
        master: Master seed of the plan.
        outer_fold: None for the main search, or the outer fold whose test samples are left out.
    """
    return derive_seed(master, "tuning", search_name(outer_fold))


def stop_rows(training: TrainingSet, fit: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the part of the fit rows (about a fifth, whole units) that decides early stopping."""
    part = training.take(fit)
    _, stop = stratified(part, 5, derive_seed(seed, "early stopping"))[0]
    return fit[stop]


def hold_out(samples: AllSamples, fraction: float, seed: int) -> Parts:
    """Take as many of equal parts as make up the fraction: those nearest to an equal share.

    A unit with a large share of all samples makes its part larger than it should be.
    """
    share = Fraction(fraction).limit_denominator(MOST_PARTS)
    parts = [test for _, test in stratified(samples, share.denominator, seed)]
    taken = min(len(parts) - 1, max(1, round(fraction * len(parts))))
    equal = len(samples) / len(parts)
    nearest = sorted(parts, key=lambda part: abs(len(part) - equal))[:taken]
    is_test = np.zeros(len(samples), dtype=bool)
    is_test[np.concatenate(nearest)] = True
    rows = np.arange(len(samples))
    return Parts((OuterFold("holdout", rows[~is_test], rows[is_test]),))


def nested(samples: AllSamples, folds: int, seed: int) -> Parts:
    """Divide the units into parts, each of which tests once."""
    parts = stratified(samples, folds, seed)
    return Parts(
        tuple(
            OuterFold(f"fold {number}", train, test)
            for number, (train, test) in enumerate(parts, start=1)
        )
    )
