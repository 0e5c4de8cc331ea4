"""How samples are set aside: units stay together, classes are spread evenly.

Design (design.md, section 4): a hold-out of 20 % from 300 units up; below that nested
resampling, in which every unit is a test unit once; leave-one-site-out and train-on-the-past
on request. Folds come from scikit-learn's StratifiedGroupKFold.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from deepbench.data.samples import AllSamples, Fold, TrainingSet
from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError, PlanError, StageBlocked
from deepbench.plan import HOLDOUT_FROM_UNITS, StudyPlan
from deepbench.seeds import derive_seed

_REGRESSION_BINS = 5
_MOST_PARTS = 20

Design = Literal[
    "holdout", "nested", "leave-one-site-out", "leave-one-batch-out", "time", "own"
]


@dataclass(frozen=True)
class OuterFold:
    """Rows that train and rows that test; row numbers into the checked samples."""

    name: str
    train: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True)
class OuterPlan:
    """The design, why it was taken, and its folds (one for a hold-out)."""

    design: Design
    why: str
    folds: tuple[OuterFold, ...]


def plan_outer_folds(samples: AllSamples, plan: StudyPlan) -> OuterPlan:
    """Set test samples aside as the plan asks.

    Raises:
        PlanError: the design needs a site or date role that the plan does not give.
        DataError: a site or date is missing, or a date cannot be read.
        StageBlocked: the design is impossible with these samples (says what would be possible).
    """
    seed = derive_seed(plan.seed, "outer folds")
    design, why = _choose_design(samples, plan)
    if design == "holdout":
        folds = _holdout(samples, plan.split.test_fraction, seed)
    elif design == "nested":
        folds = _nested(samples, plan.split.outer_folds, seed)
    elif design == "leave-one-site-out":
        folds = _by_site(samples, plan.roles.site)
    else:
        folds = _by_time(samples, plan.roles.date, plan.split.test_fraction)
    _require_sound(samples, folds)
    return OuterPlan(design, why, folds)


def _choose_design(samples: AllSamples, plan: StudyPlan) -> tuple[Design, str]:
    units = samples.number_of_units
    if plan.split.design != "auto":
        return plan.split.design, "Asked for in the plan."
    proposal = (
        " A site role is given: leave-one-site-out would show how the model does in a new "
        'site (split.design = "leave-one-site-out").'
        if plan.roles.site
        else ""
    )
    if units >= HOLDOUT_FROM_UNITS:
        share = f"{plan.split.test_fraction:.0%}"
        return "holdout", (
            f"{units} units are enough to set {share} of them aside once "
            f"(from {HOLDOUT_FROM_UNITS} units up).{proposal}"
        )
    return "nested", (
        f"{units} units are too few for one hold-out to be precise, so every unit is tested once, "
        f"by models that were tuned without it (nested resampling below {HOLDOUT_FROM_UNITS} "
        f"units).{proposal}"
    )


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


def _stratified(
    samples: AllSamples | TrainingSet, folds: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split into folds, units together, strata spread; fewer folds if units are too few."""
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
    dummy = np.zeros(len(samples))
    # With each row its own unit the plain splitter gives the same balance at once.
    one_row_units = samples.number_of_units == len(samples)
    splitter = (
        StratifiedKFold(folds, shuffle=True, random_state=seed)
        if one_row_units
        else StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    )
    with warnings.catch_warnings():
        # A class with fewer units than folds is a finding of the data check already.
        warnings.filterwarnings("ignore", message="The least populated class")
        groups = None if one_row_units else samples.units
        parts = list(splitter.split(dummy, labels, groups))
    return [(fit.astype(np.int64), tune.astype(np.int64)) for fit, tune in parts]


def tuning_folds(training: TrainingSet, folds: int, repeats: int, seed: int) -> tuple[Fold, ...]:
    """Return repeated, stratified, grouped folds of the training samples."""
    return tuple(
        Fold(repeat, number, fit, tune)
        for repeat in range(repeats)
        for number, (fit, tune) in enumerate(
            _stratified(training, folds, derive_seed(seed, "tuning folds", repeat))
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
    _, stop = _stratified(part, 5, derive_seed(seed, "early stopping"))[0]
    return fit[stop]


def _holdout(samples: AllSamples, fraction: float, seed: int) -> tuple[OuterFold, ...]:
    """Take as many of equal parts as make up the fraction: those nearest to an equal share.

    A unit with a large share of all samples makes its part larger than it should be.
    """
    share = Fraction(fraction).limit_denominator(_MOST_PARTS)
    parts = [test for _, test in _stratified(samples, share.denominator, seed)]
    taken = min(len(parts) - 1, max(1, round(fraction * len(parts))))
    equal = len(samples) / len(parts)
    nearest = sorted(parts, key=lambda part: abs(len(part) - equal))[:taken]
    is_test = np.zeros(len(samples), dtype=bool)
    is_test[np.concatenate(nearest)] = True
    rows = np.arange(len(samples))
    return (OuterFold("holdout", rows[~is_test], rows[is_test]),)


def _nested(samples: AllSamples, folds: int, seed: int) -> tuple[OuterFold, ...]:
    parts = _stratified(samples, folds, seed)
    return tuple(
        OuterFold(f"fold {number}", train, test)
        for number, (train, test) in enumerate(parts, start=1)
    )


def _by_site(samples: AllSamples, columns: list[str]) -> tuple[OuterFold, ...]:
    if not columns:
        raise PlanError(
            "Leave-one-site-out needs to know the site of each sample.",
            'Name the column in the plan: [roles] site = "…".',
        )
    for column in columns:
        _require_complete(samples, column, "site")
    sites = joined(samples.annotations, columns)
    names = sorted(set(sites))
    if len(names) < 2:
        raise StageBlocked(
            f"All samples come from one site ({names[0]}), so none can be left out.",
            'Use split.design = "auto".',
        )
    rows = np.arange(len(samples))
    return tuple(OuterFold(f"site {s}", rows[sites != s], rows[sites == s]) for s in names)


def _by_time(samples: AllSamples, columns: list[str], fraction: float) -> tuple[OuterFold, ...]:
    if not columns:
        raise PlanError(
            "Training on the past needs to know the date of each sample.",
            'Name the column in the plan: [roles] date = "…".',
        )
    dates = _dates(samples, columns[0])
    # A unit is tested only if all of it is later: its first date decides.
    first = pd.Series(dates).groupby(samples.units).min()
    begin = _begin_of_test(np.asarray(first, dtype=np.float64), fraction)
    if begin is None:
        raise StageBlocked(
            f"All units have the same date in column '{columns[0]}', so none is later.",
            'Correct the column under roles.date, or use split.design = "auto".',
        )
    is_test = np.isin(samples.units, first.index[first >= begin])
    rows = np.arange(len(samples))
    # What was measured later in units that began earlier is not the past either.
    return (OuterFold("latest", rows[~is_test & (dates < begin)], rows[is_test]),)


def _begin_of_test(first: NDArray[np.float64], fraction: float) -> float | None:
    """Return the date from which units are tested, or None if all have the same.

    Units of one date stay together, so the share of test units is the nearest possible.
    """
    later = np.unique(first)[1:]
    if not len(later):
        return None
    shares = np.array([np.mean(first >= date) for date in later])
    return float(later[np.argmin(np.abs(shares - fraction))])


def _dates(samples: AllSamples, column: str) -> NDArray[np.float64]:
    """Read ISO dates or plain years; anything else is asked for rather than guessed."""
    _require_complete(samples, column, "date")
    texts = samples.annotations[column]
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    # A number like 31.12 is a day and a month; 2020.5 is the middle of a year.
    if bool(((numbers % 1 == 0) | (numbers >= 1000)).all()):
        return numbers
    parsed = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    unread = np.flatnonzero(parsed.isna().to_numpy())
    if len(unread):
        raise DataError(
            f"The date of sample '{shorten(str(samples.sample_ids[unread[0]]))}' in column "
            f"'{shorten(column)}' is not written as year-month-day.",
            "Write dates like 2024-03-31 (3 April or 4 March cannot be told apart otherwise).",
        )
    return parsed.dt.tz_localize(None).to_numpy(dtype="datetime64[s]").astype(np.float64)


def _require_complete(samples: AllSamples, column: str, role: str) -> None:
    """Refuse a column that does not say for every sample what the split goes by."""
    values = samples.annotations[column]
    missing = np.flatnonzero((values.isna() | (values.astype(str).str.strip() == "")).to_numpy())
    if len(missing):
        raise DataError(
            f"{counted(len(missing), 'sample')} without a {role} in column '{shorten(column)}', "
            f"the first is '{shorten(str(samples.sample_ids[missing[0]]))}'.",
            f'Fill the {role} in, remove these rows, or use split.design = "auto".',
        )


def joined(frame: pd.DataFrame, columns: list[str]) -> NDArray[np.str_]:
    """Return (n,) one text per row from several annotation columns."""
    if len(columns) == 1:
        return frame[columns[0]].astype(str).to_numpy(dtype=np.str_)
    return frame[columns].astype(str).agg(" / ".join, axis=1).to_numpy(dtype=np.str_)


def _require_sound(samples: AllSamples, folds: tuple[OuterFold, ...]) -> None:
    """Refuse a split in which a unit crosses sets or a class cannot be learned."""
    for fold in folds:
        crossing = np.intersect1d(samples.units[fold.train], samples.units[fold.test])
        if len(crossing):
            raise StageBlocked(
                f"{len(crossing)} units have samples on both sides of '{fold.name}'.",
                "A unit must belong to one site. Correct the site or unit column, or use "
                'split.design = "auto".',
            )
        if missing := _missing_classes(samples, fold.train):
            raise StageBlocked(
                f"Without '{fold.name}' no sample of class {missing} is left to learn from.",
                'Use split.design = "auto", or leave that class out.',
            )
        if len(folds) == 1 and (missing := _missing_classes(samples, fold.test)):
            raise StageBlocked(
                f"The test set would hold no sample of class {missing}.",
                'Use split.design = "auto" or "nested" (there every unit is tested), or a larger '
                "split.test_fraction.",
            )


def _missing_classes(samples: AllSamples, rows: NDArray[np.int64]) -> str:
    """Return the classes without a sample among the rows, in words."""
    present = set(samples.outcome[rows].tolist())
    return ", ".join(
        f"'{shorten(name)}'"
        for code, name in enumerate(samples.info.classes)
        if code not in present
    )


def proofs(samples: AllSamples, outer: OuterPlan) -> tuple[str, ...]:
    """Return sentences that were checked on the split itself."""
    tested = np.concatenate([fold.test for fold in outer.folds])
    units = samples.number_of_units
    lines = [
        f"No biological unit is on both sides of the split (checked on {units} units, "
        f"{len(outer.folds)} fold{'s' if len(outer.folds) > 1 else ''}).",
        f"{len(np.unique(tested))} of {len(samples)} samples are test samples; none of them twice."
        if len(np.unique(tested)) == len(tested)
        else "",
    ]
    in_neither = len(samples) - len(np.union1d(tested, outer.folds[0].train))
    if in_neither:
        lines.append(
            f"{counted(in_neither, 'sample')} of units that began before the test set does, but "
            "measured after that, are in neither set."
        )
    if samples.info.classes:
        whole = all(
            len(np.unique(samples.outcome[fold.test])) == samples.info.outputs
            for fold in outer.folds
        )
        lines.append(
            "Every class is in every set."
            if whole
            else "Not every test set holds every class; scores are computed over all test "
            "samples together."
        )
    return tuple(line for line in lines if line)
