"""Training sets with planted effects, and a workbench on them that needs no study."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo, Task, TrainingSet
from deepbench.data.splits import tuning_folds
from deepbench.models.workbench import BenchSource, Workbench

Floats = NDArray[np.float64]
CLASSES: dict[Task, tuple[str, ...]] = {
    "binary": ("no", "yes"),
    "multiclass": ("a", "b", "c"),
    "regression": (),
}


def training_set(
    features: pd.DataFrame | Floats,
    outcome: NDArray[np.int64] | Floats,
    task: Task = "binary",
    units: NDArray[np.int64] | None = None,
) -> TrainingSet:
    """Features g0, g1, …, or a table as it is; each row a unit unless said otherwise."""
    if not isinstance(features, pd.DataFrame):
        features = pd.DataFrame(features, columns=[f"g{i}" for i in range(features.shape[1])])
    rows = len(features)
    return TrainingSet(
        features=features,
        outcome=outcome,
        sample_ids=np.array([f"s{i}" for i in range(rows)]),
        units=np.arange(rows, dtype=np.int64) if units is None else units,
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("outcome", task, CLASSES[task]),
    )


def bench_of(training: TrainingSet, repeats: int = 1, folds: int = 5) -> Workbench:
    """A workbench with tuning folds."""
    source = BenchSource("", "", None, folds, repeats, 1, "cpu")
    return Workbench(source, training, tuning_folds(training, folds, repeats, 1))


def three_causes(task: Task, rows: int = 200, columns: int = 500, seed: int = 3) -> TrainingSet:
    """The first three of many features make the outcome."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, columns))
    if task == "regression":
        return training_set(x, x[:, 0] + x[:, 1] - x[:, 2] + generator.normal(size=rows), task)
    if task == "multiclass":
        pull = 2.5 * x[:, :3] + generator.gumbel(size=(rows, 3))
        return training_set(x, pull.argmax(axis=1).astype(np.int64), task)
    odds = 1.8 * (x[:, 0] + x[:, 1] - x[:, 2])
    chance = 1.0 / (1.0 + np.exp(-odds))
    return training_set(x, (generator.random(rows) < chance).astype(np.int64), task)


def pneumonia(rows: int = 900, seed: int = 0) -> TrainingSet:
    """Age and urea raise the recorded risk of death, asthma lowers it."""
    generator = np.random.default_rng(seed)
    age = generator.normal(62.0, 15.0, rows).round()
    urea = generator.lognormal(2.0, 0.4, rows)
    asthma = generator.random(rows) < 0.25
    odds = -1.0 + 0.06 * (age - 62.0) + 0.8 * (urea - 8.0) / 3.0 - 2.0 * asthma
    died = generator.random(rows) < 1.0 / (1.0 + np.exp(-odds))
    urea[generator.random(rows) < 0.1] = np.nan
    table = pd.DataFrame(
        {
            "age": age,
            "urea": urea,
            "asthma": np.where(asthma, "yes", "no"),
            "smoker": generator.integers(0, 2, rows).astype(np.float64),
            "ward": generator.choice(["A", "B", "C"], rows),
        }
    )
    found = training_set(table, died.astype(np.int64))
    info = OutcomeInfo("died", "binary", ("survived", "died"))
    return TrainingSet(**{**vars(found), "info": info})
