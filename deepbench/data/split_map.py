"""Where each sample stands in the split, for the picture of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.data.exploration import outcome_texts
from deepbench.data.samples import AllSamples, TrainingSet, fold_numbers
from deepbench.data.splits import OuterPlan, tuning_folds, tuning_seed
from deepbench.data.splitting.base import unit_names, without_features
from deepbench.study.records import SplitMapRecord

NOWHERE, TRAINING, TUNING, TEST = -1, 0, 1, 2


def split_map(
    samples: AllSamples,
    outer: OuterPlan,
    *,
    unit_columns: Sequence[str],
    folds: int,
    master_seed: int,
) -> SplitMapRecord:
    """Return the place of each sample in each outer fold, and the tuning folds.

    The tuning folds are those that the searches will make: of the same rows, with the same seed.

    Args:
        samples: All samples, in the order of the table.
        outer: The split.
        unit_columns: Columns with the role unit.
        folds: Tuning folds.
        master_seed: Master seed of the plan.
    """
    sealed = len(outer.folds) == 1
    main_rows = outer.folds[0].train if sealed else np.arange(len(samples), dtype=np.int64)
    main = _tuning_numbers(samples, main_rows, folds, tuning_seed(master_seed, None))
    places = []
    for number, fold in enumerate(outer.folds):
        seed = tuning_seed(master_seed, number)
        tuned = main if sealed else _tuning_numbers(samples, fold.train, folds, seed)
        place = np.full(len(samples), NOWHERE)
        place[fold.train] = TRAINING
        place[tuned == 0] = TUNING
        place[fold.test] = TEST
        places.append(tuple(int(code) for code in place))
    outcomes = np.array(outcome_texts(samples), dtype=object)
    if sealed:
        hidden = np.ones(len(samples), dtype=bool)
        hidden[main_rows] = False
        outcomes[hidden] = ""
    return SplitMapRecord(
        samples=tuple(str(name) for name in samples.sample_ids),
        units=unit_names(samples, unit_columns),
        outcomes=tuple(outcomes),
        outer_folds=tuple(fold.name for fold in outer.folds),
        places=tuple(places),
        tuning_fold=tuple(int(number) for number in main),
    )


def _tuning_numbers(
    samples: AllSamples, rows: NDArray[np.int64], folds: int, seed: int
) -> NDArray[np.int64]:
    """Return (n,) the tuning fold of the first repeat in which each sample is tuned on, or -1."""
    training = TrainingSet(**vars(without_features(samples).take(rows)))
    numbers = np.full(len(samples), -1, dtype=np.int64)
    numbers[rows] = fold_numbers(tuning_folds(training, folds, 1, seed), len(rows))[0]
    return numbers
