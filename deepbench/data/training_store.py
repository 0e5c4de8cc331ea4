"""Loading training samples; the test samples are not in this module's reach."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from deepbench.data.samples import TrainingSet
from deepbench.data.table_store import from_parquet_bytes
from deepbench.study.artifacts import read_artifact
from deepbench.study.records import SplitRecord


def load_training(study: Path, split: SplitRecord, outer_fold: int | None = None) -> TrainingSet:
    """Return the samples that models may be fitted and tuned on.

    Args:
        study: The study folder.
        split: Record of the split.
        outer_fold: None for the main search (in a hold-out or time design: all training
            samples; in a design with several folds: all samples, whose scores are never
            reported as a test). A number leaves out that fold's test samples.

    Raises:
        StudyError: the file is missing or was changed.
    """
    training = from_parquet_bytes(read_artifact(study, split.training_artifact), TrainingSet)
    if outer_fold is None or len(split.outer_folds) == 1:
        return training
    assignment = json.loads(read_artifact(study, split.assignment_artifact))
    rows = np.array(assignment["folds"][outer_fold]["train_rows"], dtype=np.int64)
    return training.take(rows)
