"""Sealing: training samples go to data/, test samples to vault/."""

from __future__ import annotations

import json

import numpy as np

from deepbench.data.samples import AllSamples
from deepbench.data.splits import OuterPlan
from deepbench.data.table_store import to_parquet_bytes
from deepbench.study.folder import Study


def seal(study: Study, samples: AllSamples, outer: OuterPlan) -> tuple[str, tuple[str, ...], str]:
    """Write both sides of the split as artifacts.

    With a single fold the training file lacks the test rows. With several folds every sample
    trains some folds, so the training file holds all rows, and the loader leaves out those of
    the fold in question.

    Returns:
        Paths of the training samples, of the test samples by fold, and of the assignment.
    """
    tests = tuple(
        study.store("vault", f"test-{number}.parquet", to_parquet_bytes(samples.take(fold.test)))
        for number, fold in enumerate(outer.folds)
    )
    if len(outer.folds) == 1:
        rows = outer.folds[0].train
    else:
        rows = np.arange(len(samples), dtype=np.int64)
    training = study.store("data", "training.parquet", to_parquet_bytes(samples.take(rows)))
    return training, tests, _store_assignment(study, samples, outer, rows)


def _store_assignment(
    study: Study, samples: AllSamples, outer: OuterPlan, rows: np.ndarray
) -> str:
    """Store which training rows each fold must not see, and the names of the test samples."""
    place = {int(row): position for position, row in enumerate(rows)}
    content = {
        "folds": [
            {
                "name": fold.name,
                "train_rows": [place[int(row)] for row in fold.train],
                "test_samples": samples.sample_ids[fold.test].tolist(),
            }
            for fold in outer.folds
        ]
    }
    text = json.dumps(content, ensure_ascii=False)
    return study.store("data", "assignment.json", text.encode("utf-8"))
