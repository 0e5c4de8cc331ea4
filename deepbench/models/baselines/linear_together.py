"""Linear models of many settings and label vectors on one fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.models.baselines.label_vectors import (
    LabelVector,
    columns_wanted,
    filtered_columns,
    label_vectors,
)
from deepbench.models.baselines.linear_fits import LinearJob, LinearRows, fit_jobs
from deepbench.models.baselines.linear_outcome import linear_outcome, predictions
from deepbench.models.family import Predicted, Run
from deepbench.models.fold_data import FoldView

Rows = NDArray[np.int64]


def predict_linear(fold: FoldView, runs: Sequence[Run], most_steps: int) -> list[Predicted | None]:
    """Predict the tuning rows of a fold; None for runs that lack a class.

    Args:
        fold: Preprocessed fit and tuning rows.
        runs: Settings and label vectors.
        most_steps: Newton steps of a ridge at most.
    """
    vectors = label_vectors(fold, runs)
    found: list[Predicted | None] = [None] * len(runs)
    for rows, jobs in _groups(fold, runs, vectors):
        for number, predicted in _predict(fold, runs, rows, jobs, most_steps):
            found[number] = predicted
    return found


def _groups(
    fold: FoldView, runs: Sequence[Run], vectors: Sequence[LabelVector]
) -> Iterator[tuple[LinearRows, list[tuple[LabelVector, int]]]]:
    """Yield what runs share rows and columns, as (label vector, number of the run)."""
    data = fold.data
    wide = data.fit.shape[1]
    counts = [[columns_wanted(runs[n].params, wide) for n in vector.runs] for vector in vectors]
    whole = [
        (vector, n)
        for vector, wanted in zip(vectors, counts, strict=True)
        for n, count in zip(vector.runs, wanted, strict=True)
        if count is None
    ]
    if whole:
        yield (
            LinearRows(
                data.fit,
                data.tune,
                fold.units,
                own_columns=False,
                keep=lambda make: data.shared("principal coordinates", make),
            ),
            whole,
        )
    kept = filtered_columns(
        fold, vectors, [{count for count in wanted if count} for wanted in counts]
    )
    for vector, wanted, columns in zip(vectors, counts, kept, strict=True):
        for count in sorted(columns):
            chosen = columns[count][0]
            some = [(vector, n) for n, c in zip(vector.runs, wanted, strict=True) if c == count]
            yield (
                LinearRows(
                    data.fit[:, chosen], data.tune[:, chosen], fold.units, own_columns=True
                ),
                some,
            )


def _predict(
    fold: FoldView,
    runs: Sequence[Run],
    rows: LinearRows,
    some: Sequence[tuple[LabelVector, int]],
    most_steps: int,
) -> Iterator[tuple[int, Predicted]]:
    task = fold.training.info.task
    jobs = [
        LinearJob(
            runs[n].params,
            linear_outcome(vector.outcome, task, runs[n].params.get("balanced", False)),
        )
        for vector, n in some
    ]
    fits = fit_jobs(rows, jobs, most_steps)
    for (_, n), job, fitted in zip(some, jobs, fits, strict=True):
        linear = job.outcome.finish(rows.tune_linear(fitted))
        yield n, Predicted(predictions(linear, task != "regression"), fitted.converged)
