"""What is checked on a finished split, whatever made it; a split that fails is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples, TrainingSet
from deepbench.data.splitting.base import OuterFold, OuterPlan, joined, without_features
from deepbench.data.splitting.by_time import dates_of
from deepbench.data.splitting.stratified import tuning_folds, tuning_seed
from deepbench.data.wording import counted, noun, shorten, some_names
from deepbench.errors import StageBlocked
from deepbench.plan import StudyPlan
from deepbench.study.records import OuterFoldRecord

_WRONG = "Correct the roles and set the samples aside anew; if it stays, report it as a fault."


def proofs(
    samples: AllSamples,
    outer: OuterPlan,
    plan: StudyPlan,
    duplicates: Sequence[NDArray[np.int64]] = (),
) -> tuple[str, ...]:
    """Return sentences that were checked on the split itself.

    Args:
        samples: The samples that were divided.
        outer: The split.
        plan: The plan that asked for it.
        duplicates: Row numbers of each set of samples with the same measurements.

    Raises:
        StageBlocked: a unit, a pair or duplicates are on both sides, a training sample is not
            older than all test samples in a split by time, the user's own column was not
            followed, or a tuning set overlaps what is fitted.
    """
    lines = [
        _units(samples, outer),
        *_pairs(samples, outer, plan.roles.pair),
        *_duplicates(samples, outer, duplicates),
        _tested_once(samples, outer),
        *_neither(samples, outer),
        *_classes(samples, outer),
        *_sides(samples, outer, plan.roles.site, "site", "sites"),
        *_sides(samples, outer, plan.roles.batch, "batch", "batches"),
        *(_time(samples, outer, plan.roles.date) if outer.design == "time" else ()),
        *(_own(samples, outer, plan.roles.part) if outer.design == "own" else ()),
        _tuning(samples, outer, plan.split.tuning_folds, plan.seed),
        *outer.remarks,
    ]
    return tuple(line for line in lines if line)


def fold_records(samples: AllSamples, outer: OuterPlan) -> tuple[OuterFoldRecord, ...]:
    """Return the size of each fold, and its test samples by class."""
    return tuple(_fold_record(samples, fold) for fold in outer.folds)


def _fold_record(samples: AllSamples, fold: OuterFold) -> OuterFoldRecord:
    codes = samples.outcome[fold.test]
    classes = {name: int(np.sum(codes == code)) for code, name in enumerate(samples.info.classes)}
    return OuterFoldRecord(
        name=fold.name,
        train_units=len(np.unique(samples.units[fold.train])),
        test_units=len(np.unique(samples.units[fold.test])),
        train_samples=len(fold.train),
        test_samples=len(fold.test),
        test_classes=classes,
    )


def _both_sides(
    keys: NDArray[np.str_] | NDArray[np.int64], folds: Sequence[OuterFold]
) -> set[Any]:
    """Return the keys that are on both sides of any fold."""
    found: set[Any] = set()
    for fold in folds:
        found |= set(np.intersect1d(keys[fold.train], keys[fold.test]).tolist())
    return found


def _present(samples: AllSamples, columns: Sequence[str]) -> list[str]:
    return [column for column in columns if column in samples.annotations.columns]


def _units(samples: AllSamples, outer: OuterPlan) -> str:
    crossing = _both_sides(samples.units, outer.folds)
    if crossing:
        raise StageBlocked(
            f"{counted(len(crossing), 'biological unit')} would be on both sides of the split.",
            _WRONG,
        )
    return (
        f"No biological unit is on both sides of the split (checked on {samples.number_of_units} "
        f"units, {counted(len(outer.folds), 'fold')})."
    )


def _pairs(samples: AllSamples, outer: OuterPlan, columns: Sequence[str]) -> Iterator[str]:
    present = _present(samples, columns)
    if not present:
        return
    keys = joined(samples.annotations, present)
    written = np.array([bool(key.strip(" /")) for key in keys])
    rows = np.flatnonzero(written)
    crossing = {key for key in _both_sides(keys, outer.folds) if key in set(keys[rows].tolist())}
    if crossing:
        raise StageBlocked(
            f"{counted(len(crossing), 'matched pair')} would be torn apart by the split.", _WRONG
        )
    yield f"Matched pairs are whole: none of {len(set(keys[rows].tolist()))} is on both sides."


def _duplicates(
    samples: AllSamples, outer: OuterPlan, groups: Sequence[NDArray[np.int64]]
) -> Iterator[str]:
    if not groups:
        return
    keys = np.arange(len(samples)) + len(groups)
    for number, rows in enumerate(groups):
        keys[rows] = number
    crossing = _both_sides(keys.astype(np.int64), outer.folds)
    if crossing:
        many = int(np.isin(keys, list(crossing)).sum())
        raise StageBlocked(
            f"{many} samples with the same measurements as another would be on both sides of the "
            "split.",
            _WRONG,
        )
    yield (
        f"Samples with the same measurements stay together ({counted(len(groups), 'group')} of "
        "duplicates)."
    )


def _tested_once(samples: AllSamples, outer: OuterPlan) -> str:
    tested = np.concatenate([fold.test for fold in outer.folds])
    if len(np.unique(tested)) != len(tested):
        raise StageBlocked("A sample would be tested twice.", _WRONG)
    return f"{len(tested)} of {len(samples)} samples are test samples; none of them twice."


def _neither(samples: AllSamples, outer: OuterPlan) -> Iterator[str]:
    tested = np.concatenate([fold.test for fold in outer.folds])
    left = len(samples) - len(np.union1d(tested, outer.folds[0].train))
    if left:
        yield (
            f"{counted(left, 'sample')} of units that began before the test set does, but "
            f"measured after that, {noun(left, 'is', 'are')} in neither set."
        )


def _classes(samples: AllSamples, outer: OuterPlan) -> Iterator[str]:
    if not samples.info.classes:
        return
    kinds = [len(np.unique(samples.outcome[fold.test])) for fold in outer.folds]
    if all(kind == samples.info.outputs for kind in kinds):
        yield "Every class is in every set."
        return
    yield (
        "Not every test set holds every class; scores are computed over all test samples together."
    )
    single = [fold.name for fold, kind in zip(outer.folds, kinds, strict=True) if kind == 1]
    if single:
        yield (
            f"Not every test set has a score of its own: {some_names(single, 5)} "
            f"{noun(len(single), 'holds', 'hold')} one class only. In the score over all test "
            "samples they are compared with those of other test sets, so that a difference "
            "between those sets can look like one between classes."
        )


def _sides(
    samples: AllSamples, outer: OuterPlan, columns: Sequence[str], one: str, several: str
) -> Iterator[str]:
    present = _present(samples, columns)
    if not present:
        return
    keys = joined(samples.annotations, present)
    number = len(set(keys.tolist()))
    crossing = _both_sides(keys, outer.folds)
    if not crossing:
        yield f"No {one} is on both sides of the split ({counted(number, one, several)})."
    else:
        yield (
            f"{len(crossing)} of {counted(number, one, several)} "
            f"{noun(len(crossing), 'is', 'are')} on both sides of the split: the test does not "
            f"show how the model does in a new {one}."
        )


def _time(samples: AllSamples, outer: OuterPlan, columns: Sequence[str]) -> Iterator[str]:
    dates = dates_of(samples, columns[0])
    for fold in outer.folds:
        if dates[fold.train].max() >= dates[fold.test].min():
            raise StageBlocked(
                "A training sample would not be older than all test samples.", _WRONG
            )
    yield (
        f"The newest training sample is older than the oldest test sample (column "
        f"'{shorten(columns[0])}')."
    )


def _own(samples: AllSamples, outer: OuterPlan, columns: Sequence[str]) -> Iterator[str]:
    values = joined(samples.annotations, columns)
    in_test = pd.Series(-1, index=range(len(samples)))
    for number, fold in enumerate(outer.folds):
        in_test.iloc[fold.test] = number
        others = np.setdiff1d(np.arange(len(samples)), fold.test)
        if not np.array_equal(np.sort(fold.train), others):
            raise StageBlocked("Your own division would not be followed.", _WRONG)
    if in_test.groupby(values).nunique().max() > 1:
        raise StageBlocked("Your own division would not be followed.", _WRONG)
    yield f"Your own column '{shorten(columns[0])}' is followed for each sample."


def _tuning(samples: AllSamples, outer: OuterPlan, folds: int, master: int) -> str:
    """Check the first round of tuning folds of every search: those that will be made."""
    several = len(outer.folds) > 1
    light = without_features(samples)
    searches = [(number, fold.train) for number, fold in enumerate(outer.folds)]
    if several:
        searches.append((-1, np.arange(len(samples), dtype=np.int64)))
    number = 0
    for search, rows in searches:
        training = TrainingSet(**vars(light.take(rows)))
        # A single fold has the main search only.
        seed = tuning_seed(master, search if several and search >= 0 else None)
        for fold in tuning_folds(training, folds, 1, seed):
            number += 1
            both = np.intersect1d(training.units[fold.fit], training.units[fold.tune])
            if len(both) or len(fold.fit) + len(fold.tune) != len(rows):
                raise StageBlocked("A tuning set would hold what was fitted.", _WRONG)
    return (
        "No tuning set shares a sample or a biological unit with the samples that were fitted "
        f"for it (checked on {number} tuning sets)."
    )
