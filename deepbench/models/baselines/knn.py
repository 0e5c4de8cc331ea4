"""k nearest neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import optuna
from numpy.typing import NDArray

from deepbench.models.baselines.label_vectors import (
    LabelVector,
    columns_wanted,
    filtered_columns,
    label_vectors,
)
from deepbench.models.baselines.neighbours import Nearest, nearest
from deepbench.models.baselines.portfolio import is_wide, with_filters
from deepbench.models.baselines.row_space import row_space
from deepbench.models.family import ALL_COLUMNS, BaselineFamily, FitRows, Params, Predicted, Run
from deepbench.models.fold_data import FoldView
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.ranking import Outcome

T = TypeVar("T")

_COMPONENTS = (5, 20, 50)
_LEAST_NEIGHBOURS, _MOST_NEIGHBOURS = 3, 100
# Below this width distances mean enough without a projection.
_PROJECT_ABOVE = 20


@dataclass(frozen=True, eq=False)
class NeighboursPredictor:
    """Nearest neighbours, on principal components or on the columns themselves.

    Attributes:
        rows: (n, k) fit rows, or (n, r) their components.
        targets: (n, K) whether a row is of each class, or (n, 1) outcomes.
        neighbours: How many count.
        by_distance: Whether nearer ones count more.
        means: (k,) means taken off before projecting.
        directions: (k, r) principal directions; None to use the columns themselves.
        classifies: Whether it predicts probabilities.
    """

    rows: NDArray[np.float64]
    targets: NDArray[np.float64]
    neighbours: int
    by_distance: bool
    means: NDArray[np.float64]
    directions: NDArray[np.float64] | None
    classifies: bool

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        where = x if self.directions is None else (x - self.means) @ self.directions
        found = nearest(where, self.rows, self.neighbours)
        return _predicted(found, self.targets, self.neighbours, self.by_distance, self.classifies)


def _predicted(
    found: Nearest,
    targets: NDArray[np.float64],
    neighbours: int,
    by_distance: bool,
    classifies: bool,
) -> NDArray[np.float64]:
    """Return what the nearest say, with one more vote for the class frequencies.

    That vote keeps probabilities off 0 and 1, which no handful of neighbours can justify.
    """
    mean = found.average(found.weights(neighbours, by_distance), targets)
    if not classifies:
        return mean
    return np.asarray((neighbours * mean + targets.mean(axis=0)) / (neighbours + 1.0))


def _targets(outcome: Outcome, classes: int) -> NDArray[np.float64]:
    """Return (n, K) indicators of classes, or (n, 1) outcomes if there are no classes."""
    if not classes:
        return outcome.astype(np.float64)[:, None]
    return np.asarray(outcome[:, None] == np.arange(classes), dtype=np.float64)


class KnnFamily(BaselineFamily):
    """k nearest neighbours by Euclidean distance of standardised columns.

    Distances lose their meaning as columns are added (Beyer et al. 1999, doi
    10.1007/3-540-49257-7_15), so on wider tables principal components and the filter are part of
    the search. The best number of neighbours grows with the rows, the slower the more columns
    there are (Hall, Park & Samworth 2008, doi 10.1214/07-AOS537): 3 to 100 are searched, at most
    a third of the rows. A saved model holds training samples.
    """

    name = "knn"
    title = "Nearest neighbours"
    stores_samples = True

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return three settings: the root of the rows as neighbours, twice that, and half.

        With more columns than rows on the strongest columns first (Dudoit, Fridlyand & Speed
        2002, doi 10.1198/016214502753479248), at last on components of all.
        """
        components = self._components(shape)
        projected = components[min(2, len(components) - 1)] if components else 0
        root = float(np.sqrt(shape.rows))
        rows: list[tuple[float, str, int, int | str]] = [
            (root, "distance", 0, 100),
            (2.0 * root, "uniform", 0, 20),
            (0.5 * root, "distance", projected, ALL_COLUMNS),
        ]
        settings: list[tuple[Params, int | str]] = [
            (
                {
                    "neighbours": max(self._least(shape), min(round(count), self._most(shape))),
                    "weights": weights,
                    **({"components": kept} if components else {}),
                },
                columns,
            )
            for count, weights, kept, columns in rows
        ]
        if is_wide(shape):
            return with_filters(self, settings, shape)
        return self.combine([own for own, _ in settings], shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space; ``components`` 0 means no projection."""
        params: Params = {
            "neighbours": trial.suggest_int(
                "neighbours", self._least(shape), self._most(shape), log=True
            ),
            "weights": trial.suggest_categorical("weights", ["distance", "uniform"]),
        }
        components = self._components(shape)
        if components:
            params["components"] = trial.suggest_categorical("components", components)
        return {**params, **self.suggest_filter(trial, shape)}

    def fit(self, rows: FitRows, params: Params, seed: int) -> NeighboursPredictor:
        """Keep the fit rows, projected if asked for; ``seed`` has no effect."""
        x = rows.x
        means = x.mean(axis=0)
        directions = None
        components = params.get("components", 0)
        if components:
            space = row_space(x - means, most=components)
            x, directions = space.scores, space.directions
        return NeighboursPredictor(
            x,
            _targets(rows.outcome, rows.classes),
            # An inner fit can have fewer rows than the smallest fold that the search knows of.
            min(params["neighbours"], len(x)),
            params["weights"] == "distance",
            means,
            directions,
            rows.task != "regression",
        )

    def predict_together(self, fold: FoldView, runs: Sequence[Run]) -> list[Predicted | None]:
        """Predict from neighbours found once for all numbers of them, weights and labels."""
        vectors = label_vectors(fold, runs)
        columns = fold.data.fit.shape[1]
        wanted = [
            {w for n in v.runs if (w := columns_wanted(runs[n].params, columns))} for v in vectors
        ]
        predicted: list[Predicted | None] = [None] * len(runs)
        for vector, kept in zip(vectors, filtered_columns(fold, vectors, wanted), strict=True):
            own = _SharedNearest(fold, {count: sets[0] for count, sets in kept.items()})
            for number, values in _predict_vector(fold, runs, vector, own):
                predicted[number] = Predicted(values)
        return predicted

    @staticmethod
    def _most(shape: ProblemShape) -> int:
        return max(1, min(_MOST_NEIGHBOURS, shape.rows // 3))

    def _least(self, shape: ProblemShape) -> int:
        return min(_LEAST_NEIGHBOURS, self._most(shape))

    @staticmethod
    def _components(shape: ProblemShape) -> list[int]:
        if shape.columns <= _PROJECT_ABOVE:
            return []
        limit = min(shape.columns, shape.rows)
        return [0, *(count for count in _COMPONENTS if count < limit)]


class _SharedNearest:
    """Nearest fit rows of the tuning rows of a fold, found when first asked for.

    Args:
        fold: Preprocessed fit and tuning rows.
        kept: Columns that the filter keeps for a label vector, by their number.
    """

    def __init__(self, fold: FoldView, kept: dict[int, NDArray[np.int64]]) -> None:
        self._fold = fold
        self._kept = kept
        self._found: dict[tuple[str, int, int], Any] = {}

    def find(self, count: int | None, components: int) -> Nearest:
        """Return the nearest on so many columns (None for all) and components (0 for none)."""
        return self._once(
            ("nearest neighbours", count, components), lambda: self._nearest(count, components)
        )

    def _nearest(self, count: int | None, components: int) -> Nearest:
        if components:
            key = ("coordinates of neighbours", count, max(_COMPONENTS))
            fit, tune = self._once(key, lambda: _coordinates(*self._rows(count)))
            fit, tune = fit[:, :components], tune[:, :components]
        else:
            fit, tune = self._rows(count)
        return nearest(tune, fit, min(_MOST_NEIGHBOURS, len(fit)))

    def _rows(self, count: int | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        data = self._fold.data
        if count is None:
            return data.fit, data.tune
        return data.fit[:, self._kept[count]], data.tune[:, self._kept[count]]

    def _once(self, key: tuple[str, int | None, int], make: Callable[[], T]) -> T:
        """Make a thing once for the fold or, where columns are filtered, for the labels."""
        name, count, components = key
        if count is None:
            return self._fold.data.shared(key, make)
        own = (name, count, components)
        if own not in self._found:
            self._found[own] = make()
        found: T = self._found[own]
        return found


def _coordinates(
    fit: NDArray[np.float64], tune: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return fit and tuning rows on as many principal components as are ever searched."""
    means = fit.mean(axis=0)
    space = row_space(fit - means, most=max(_COMPONENTS))
    return space.scores, (tune - means) @ space.directions


def _predict_vector(
    fold: FoldView, runs: Sequence[Run], vector: LabelVector, own: _SharedNearest
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield the number of each run on a label vector with what it predicts."""
    info = fold.training.info
    classifies = info.task != "regression"
    targets = _targets(vector.outcome, info.outputs if classifies else 0)
    for number in vector.runs:
        params = runs[number].params
        count = columns_wanted(params, fold.data.fit.shape[1])
        found = own.find(count, params.get("components", 0))
        neighbours = min(params["neighbours"], len(targets))
        by_distance = params["weights"] == "distance"
        yield number, _predicted(found, targets, neighbours, by_distance, classifies)
