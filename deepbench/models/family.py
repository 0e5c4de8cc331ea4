"""What every model family has in common: name, rank in complexity, search space, defaults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import optuna
from numpy.typing import NDArray

from deepbench.data.samples import Task
from deepbench.models.fitted import Predictor
from deepbench.models.fold_data import FoldView
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.ranking import Outcome, rank_columns

# Settings of one trial: text, numbers and booleans by name, as JSON has them.
Params = dict[str, Any]

EVERY_TASK: frozenset[Task] = frozenset({"binary", "multiclass", "regression"})

# The filter is searched when a table is wider than this; below, every family copes by itself.
FILTER_ABOVE = 200
_FILTER_SIZES = (20, 100, 500)
ALL_COLUMNS = "all"


@dataclass(frozen=True, eq=False)
class FitRows:
    """Rows to fit a predictor on.

    Attributes:
        matrix: (n, d) all preprocessed columns.
        columns: (k,) columns that the filter kept, ascending.
        outcome: (n,) int64 class codes 0 to K - 1, each of which occurs, or float64 values.
        units: (n,) codes of the biological unit.
        task: Kind of outcome; ``"binary"`` when only two of several classes occur.
    """

    matrix: NDArray[np.float64]
    columns: NDArray[np.int64]
    outcome: Outcome
    units: NDArray[np.int64]
    task: Task

    @property
    def x(self) -> NDArray[np.float64]:
        """(n, k) the columns kept."""
        return take_columns(self.matrix, self.columns)

    @property
    def classes(self) -> int:
        """Number of classes; 0 for regression."""
        return 0 if self.task == "regression" else int(self.outcome.max()) + 1

    def columns_without(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (k,) the columns that the filter keeps when it only sees the given rows.

        For splits inside the fit rows (calibration): held-out rows must not have had a say.
        """
        if len(self.columns) == self.matrix.shape[1]:
            return self.columns
        ranking = rank_columns(self.matrix[rows], self.outcome[rows], self.task)
        return np.sort(ranking[: len(self.columns)])


@dataclass(frozen=True, eq=False)
class Run:
    """One setting on one label vector.

    Attributes:
        params: Settings, as the family suggests them.
        outcome: (n,) true or shuffled outcome of all training samples.
        seed: Seed of this setting; each fold's seed derives from it by name.
    """

    params: Params
    outcome: Outcome
    seed: int


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a run predicts for the tuning rows of a fold.

    Attributes:
        values: (b, K) class probabilities, or (b, 1) values.
        converged: Whether the fit reached its tolerance.
    """

    values: NDArray[np.float64]
    converged: bool = True


def take_columns(matrix: NDArray[np.float64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (n, k) the given columns; the matrix itself if they are all of it."""
    return matrix if len(columns) == matrix.shape[1] else matrix[:, columns]


class Family(ABC):
    """A kind of model with its search space.

    Attributes:
        name: Name in plans and records, for example ``random_forest`` or ``network-small``.
        title: Name on pages and in the report.
        kind: Traditional model or network.
        size: Size of a network; empty for baselines.
        complexity: Rank in the choice of the simplest model within the spread: dummy 0, linear
            1, other baselines 2, networks from 3 up by size.
        tasks: Kinds of outcome it is offered for.
        not_offered: Why it is not offered for the other kinds; a sentence.
        stores_samples: Whether a saved model holds training samples themselves (privacy).
    """

    name: str
    title: str
    kind: Literal["baseline", "network"]
    size: str = ""
    complexity: int
    tasks: frozenset[Task] = EVERY_TASK
    not_offered: ClassVar[str] = ""
    stores_samples: bool = False

    @abstractmethod
    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return settings to try first, best guess first; all lie in the search space."""

    @abstractmethod
    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space; parameter names are those of the settings."""

    def filter_choices(self, shape: ProblemShape) -> list[int | str]:
        """Return the numbers of columns that the filter may keep; empty for narrow tables."""
        if shape.columns <= FILTER_ABOVE:
            return []
        return [*(k for k in _FILTER_SIZES if k < shape.columns), ALL_COLUMNS]

    def suggest_filter(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw ``features``, the number of columns kept; nothing for narrow tables."""
        choices = self.filter_choices(shape)
        return {"features": trial.suggest_categorical("features", choices)} if choices else {}

    def filter_defaults(self, shape: ProblemShape, count: int) -> list[Params]:
        """Return ``count`` values of ``features`` for a portfolio, widest first, in turn."""
        choices = self.filter_choices(shape)[::-1]
        return [{"features": choices[i % len(choices)]} if choices else {} for i in range(count)]

    def kept_columns(self, params: Params, ranking: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (k,) the columns that the settings keep, ascending.

        Args:
            params: Settings, with or without ``features``.
            ranking: (d,) columns of the fit rows, strongest association first.
        """
        wanted = params.get("features", ALL_COLUMNS)
        return np.sort(ranking if wanted == ALL_COLUMNS else ranking[: int(wanted)])

    def chosen_columns(
        self,
        params: Params,
        matrix: NDArray[np.float64],
        outcome: Outcome,
        task: Task,
    ) -> NDArray[np.int64]:
        """Return (k,) the columns that the settings keep of fit rows, which are ranked if need be.

        Args:
            params: Settings, with or without ``features``.
            matrix: (n, d) fit rows.
            outcome: (n,) their outcome.
            task: Kind of outcome.
        """
        if params.get("features", ALL_COLUMNS) == ALL_COLUMNS:
            return np.arange(matrix.shape[1], dtype=np.int64)
        return self.kept_columns(params, rank_columns(matrix, outcome, task))

    def combine(self, settings: Sequence[Params], shape: ProblemShape) -> list[Params]:
        """Return a portfolio: each of the settings with a number of columns in turn."""
        filters = self.filter_defaults(shape, len(settings))
        return [{**own, **kept} for own, kept in zip(settings, filters, strict=True)]


class BaselineFamily(Family):
    """A traditional model, fitted on one set of rows at a time."""

    kind = "baseline"
    complexity = 2

    @abstractmethod
    def fit(self, rows: FitRows, params: Params, seed: int) -> Predictor:
        """Fit one predictor.

        Args:
            rows: At least two classes occur among them (classification).
            params: Settings from `portfolio` or `suggest`.
            seed: Seed of every random choice.

        Returns:
            Predicts (m, K) probabilities of the classes 0 to K - 1, or (m, 1) values, from
            (m, k) rows of the columns kept.
        """

    def at_low_effort(self, params: Params, shape: ProblemShape) -> Params | None:
        """Return the settings at a fraction of the cost (fewer trees); None if there is no such.

        Successive halving tries all settings so, and the best ones again at full effort.
        """
        return None

    @property
    def shares_fits(self) -> bool:
        """Whether runs can win anything by being fitted together."""
        return type(self).predict_together is not BaselineFamily.predict_together

    def predict_together(self, fold: FoldView, runs: Sequence[Run]) -> list[Predicted | None]:
        """Predict the tuning rows of a fold for several runs that share its matrices.

        What runs have in common (a factorisation, distances) is worked out once. The numbers are
        those of `fit` up to rounding, which tests hold; which runs come together never depends on
        the number of workers.

        Args:
            fold: Preprocessed fit and tuning rows.
            runs: Settings and label vectors.

        Returns:
            For each run its predictions, or None where nothing can be shared (or a class is
            missing among the fit rows): such runs are fitted one by one.
        """
        return [None] * len(runs)
