"""Fit rows for tests of single families."""

from __future__ import annotations

import numpy as np

from deepbench.data.samples import Task
from deepbench.models.family import FitRows


def rows_of(columns: int, classes: int, rows: int = 40, seed: int = 0) -> FitRows:
    """A signal in the first column, every row a unit; ``classes`` 0 for regression."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, columns)) + generator.normal(size=columns)
    task: Task = "regression"
    if classes:
        outcome = np.arange(rows) % classes
        x[:, 0] += outcome
        task = "binary" if classes == 2 else "multiclass"
    else:
        outcome = 30.0 + 5.0 * x[:, 0] + generator.normal(size=rows)
    return FitRows(x, np.arange(columns), outcome, np.arange(rows), task)
