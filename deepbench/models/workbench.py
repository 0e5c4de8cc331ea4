"""Training samples, folds and preprocessed matrices, found again in any process by a short key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepbench.data.preparation import AS_THEY_ARE, Preparation
from deepbench.data.samples import Fold, TrainingSet, fold_numbers
from deepbench.data.splits import search_name, tuning_folds, tuning_seed
from deepbench.data.training_store import load_training
from deepbench.models.fold_data import FoldCache
from deepbench.models.problem_shape import ProblemShape
from deepbench.seeds import derive_seed
from deepbench.study.artifacts import read_artifact
from deepbench.study.records import SplitRecord


@dataclass(frozen=True)
class BenchSource:
    """What a process needs to know to load the same training samples and folds.

    Attributes:
        study: Study folder.
        split: Artifact with the record of the split.
        outer_fold: None for the main search, or the outer fold whose test samples are left out.
        folds: Tuning folds.
        repeats: Repeats of the tuning folds.
        seed: Master seed of the plan.
        device: cpu, cuda or mps; where networks are trained.
        preparation: Artifact with the preparation of the measurements; empty for none.
    """

    study: str
    split: str
    outer_fold: int | None
    folds: int
    repeats: int
    seed: int
    device: str
    preparation: str = ""

    @property
    def fold_name(self) -> str:
        """Name of the search, for seeds."""
        return search_name(self.outer_fold)


@dataclass(frozen=True, eq=False)
class Workbench:
    """Training samples with their tuning folds."""

    source: BenchSource
    training: TrainingSet
    folds: tuple[Fold, ...]
    preparation: Preparation = AS_THEY_ARE

    @cached_property
    def fold_of(self) -> NDArray[np.int64]:
        """(R, n) fold in which each sample is in the tuning set."""
        return fold_numbers(self.folds, len(self.training))

    @cached_property
    def cache(self) -> FoldCache:
        """Preprocessed matrices of the folds."""
        return FoldCache(self.training, self.folds, preparation=self.preparation)

    @property
    def shape(self) -> ProblemShape:
        """Size of the problem."""
        return self.cache.shape

    @property
    def stop_seed(self) -> int:
        """Seed of the rows that decide early stopping."""
        return derive_seed(self.source.seed, "early stopping", self.source.fold_name)


@lru_cache(maxsize=1)
def load_workbench(source: BenchSource) -> Workbench:
    """Return the workbench of a source; the last one is kept."""
    folder = Path(source.study)
    split = SplitRecord.model_validate_json(read_artifact(folder, source.split))
    training = load_training(folder, split, source.outer_fold)
    seed = tuning_seed(source.seed, source.outer_fold)
    folds = tuning_folds(training, source.folds, source.repeats, seed)
    return Workbench(source, training, folds, _preparation(folder, source.preparation))


def _preparation(study: Path, artifact: str) -> Preparation:
    return Preparation.from_json(read_artifact(study, artifact)) if artifact else AS_THEY_ARE
