"""The size of a problem, as far as search spaces depend on it."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.data.samples import Task


@dataclass(frozen=True)
class ProblemShape:
    """What a search space may know about the data.

    Attributes:
        task: Kind of outcome.
        rows: Fit rows of the smallest fold.
        units: Biological units among all training samples.
        columns: Preprocessed columns d (those of the first fold; folds can differ by a few).
        outputs: Number of classes, or 1 for regression.
        smallest_class: Training samples of the rarest class; ``rows`` for regression.
    """

    task: Task
    rows: int
    units: int
    columns: int
    outputs: int
    smallest_class: int
