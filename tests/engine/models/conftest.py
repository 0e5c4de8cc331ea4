"""Small training sets with missing values, categories and repeated units."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import Fold, OutcomeInfo, Task, TrainingSet

MakeTraining = Callable[..., TrainingSet]
CLASSES: dict[Task, tuple[str, ...]] = {
    "binary": ("healthy", "ill"),
    "multiclass": ("a", "b", "c"),
    "regression": (),
}


def make_training(
    task: Task = "binary", rows: int = 60, columns: int = 5, seed: int = 0
) -> TrainingSet:
    """Two rows a unit, a signal in the first columns, gaps in the last, one text column."""
    generator = np.random.default_rng(seed)
    units = np.arange(rows) // 2
    classes = CLASSES[task]
    unit_signal = generator.normal(size=rows // 2 + 1)
    if classes:
        codes = np.arange(rows // 2 + 1) % len(classes)
        outcome = codes[units].astype(np.int64)
        pull = outcome.astype(np.float64)
    else:
        outcome = 50.0 + 10.0 * unit_signal[units]
        pull = unit_signal[units]
    values = generator.normal(size=(rows, columns))
    values[:, :3] += pull[:, None]
    features = pd.DataFrame(values, columns=[f"g{i}" for i in range(columns)])
    features.iloc[::7, columns - 1] = np.nan
    features["stage"] = generator.choice(["I", "II", "III"], rows)
    features.loc[3, "stage"] = None
    return TrainingSet(
        features=features,
        outcome=outcome,
        sample_ids=np.array([f"s{i}" for i in range(rows)]),
        units=units.astype(np.int64),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("diagnosis", task, classes),
    )


def make_folds(training: TrainingSet, folds: int = 3, repeats: int = 1) -> tuple[Fold, ...]:
    """Whole units go to folds in turn."""
    rows = np.arange(len(training))
    made = []
    for repeat in range(repeats):
        # Pairs of three neighbouring units hold all classes; the shift makes repeats differ.
        place = (training.units // 3 + repeat * training.units) % folds
        made += [
            Fold(repeat, number, rows[place != number], rows[place == number])
            for number in range(folds)
        ]
    return tuple(made)


@pytest.fixture
def training() -> TrainingSet:
    return make_training()


@pytest.fixture
def folds(training: TrainingSet) -> tuple[Fold, ...]:
    return make_folds(training)
