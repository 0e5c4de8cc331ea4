"""Short panels inside one set of fit rows: order, penalty and size are chosen there.

The fit rows are split once more. In each inner fold the features are put in order without the
rows that are scored, so that the inner scores are as honest as the outer ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.interpretation.panels_models import PENALTIES, SizedModels, fit_sizes
from deepbench.interpretation.panels_ranking import Way, rank_features

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
#: From predictions (n, K) of the rows to their score in each inner fold and over all of them.
Scorer = Callable[[Floats], tuple[Floats, float]]


@dataclass(frozen=True, eq=False)
class PanelRows:
    """Rows that panels are fitted on.

    Attributes:
        x: (n, d) preprocessed columns.
        group_of: (d,) number of the user's feature behind each column.
        target: (n, q) classes as 0 and 1, or values, as `fit_sizes` takes them.
        said: (n, q') the same as `rank_features` takes it.
        classifies: Whether the target holds classes.
    """

    x: Floats
    group_of: Codes
    target: Floats
    said: Callable[[Codes], Floats]
    classifies: bool

    def take(self, rows: Codes) -> PanelRows:
        """Return some of the rows."""
        return PanelRows(
            self.x[rows],
            self.group_of,
            self.target[rows],
            lambda chosen: self.said(rows[chosen]),
            self.classifies,
        )

    def order(self, size: int, way: Way) -> list[int]:
        """Return the features in the order in which they join."""
        said = self.said(np.arange(len(self.x), dtype=np.int64))
        return rank_features(self.x, self.group_of, said, size, way)


@dataclass(frozen=True, eq=False)
class Inside:
    """What was chosen inside the fit rows.

    Attributes:
        way: How features are put in order.
        penalty: (S,) number of the penalty for each size.
        scores: (S,) inner score of each size with its penalty.
        size: Size chosen: the smallest within one standard error of the best.
    """

    way: Way
    penalty: Codes
    scores: Floats
    size: int


@dataclass(frozen=True, eq=False)
class Panels:
    """Panels of all sizes, fitted on all fit rows with what was chosen inside.

    Attributes:
        order: Features in the order in which they join.
        models: The fitted models.
        inside: What was chosen.
    """

    order: tuple[int, ...]
    models: SizedModels
    inside: Inside

    def predict(self, x: Floats) -> Floats:
        """Return (S, n, K) predictions of each size with its penalty."""
        whole = self.models.predict(x)
        return whole[np.arange(len(whole)), self.inside.penalty[: len(whole)]]

    def coefficients(self, size: int) -> Floats:
        """Return (m, q) coefficients of the columns of a panel, 0 beyond its features."""
        number = min(size, len(self.order)) - 1
        return self.models.coefficients[number, self.inside.penalty[number], :-1]


def fit_panels(
    rows: PanelRows, inner: Codes, size: int, ways: tuple[Way, ...], score: Scorer
) -> Panels | None:
    """Choose inside the rows, then fit on all of them; None without a usable feature.

    Args:
        rows: The fit rows.
        inner: (n,) number of the inner fold that scores each row.
        size: Features of the largest panel.
        ways: Ways to put features in order.
        score: Scores inner predictions.
    """
    chosen = _choose(rows, inner, size, ways, score)
    if chosen is None:
        return None
    order = rows.order(len(chosen.scores), chosen.way)
    if not order:
        return None
    models = fit_sizes(rows.x, rows.group_of, order, rows.target, classifies=rows.classifies)
    return Panels(tuple(order), models, chosen)


def _choose(
    rows: PanelRows, inner: Codes, size: int, ways: tuple[Way, ...], score: Scorer
) -> Inside | None:
    found = [inside for way in ways if (inside := _inside(rows, inner, size, way, score))]
    return max(found, key=lambda inside: float(inside.scores.mean()), default=None)


def _inside(rows: PanelRows, inner: Codes, size: int, way: Way, score: Scorer) -> Inside | None:
    predicted = _inner_predictions(rows, inner, size, way)
    if predicted is None:
        return None
    sizes = len(predicted)
    whole = np.full((sizes, len(PENALTIES)), -np.inf)
    by_fold: dict[tuple[int, int], Floats] = {}
    for number in range(sizes):
        for penalty in range(len(PENALTIES)):
            by_fold[number, penalty], value = score(predicted[number, penalty])
            whole[number, penalty] = value if np.isfinite(value) else -np.inf
    best = whole.argmax(axis=1)
    scores = whole[np.arange(sizes), best]
    if not np.isfinite(scores).all():
        return None
    folds = np.array([by_fold[number, int(best[number])] for number in range(sizes)])
    return Inside(way, best.astype(np.int64), scores, smallest_near_best(scores, folds))


def _inner_predictions(rows: PanelRows, inner: Codes, size: int, way: Way) -> Floats | None:
    """Return (S, P, n, K) predictions of the inner folds, as many sizes as all of them have."""
    parts: list[tuple[Codes, Floats]] = []
    for fold in np.unique(inner):
        held = np.flatnonzero(inner == fold).astype(np.int64)
        fit = rows.take(np.flatnonzero(inner != fold).astype(np.int64))
        order = fit.order(size, way)
        if not order:
            return None
        models = fit_sizes(fit.x, fit.group_of, order, fit.target, classifies=fit.classifies)
        parts.append((held, models.predict(rows.x[held])))
    sizes = min(len(values) for _, values in parts)
    whole = np.full((sizes, len(PENALTIES), len(rows.x), parts[0][1].shape[-1]), np.nan)
    for held, values in parts:
        whole[:, :, held] = values[:sizes]
    return whole


def smallest_near_best(scores: Floats, folds: Floats) -> int:
    """Return the smallest size within one standard error of the best.

    The standard error is that of the paired difference over the inner folds.
    """
    best = int(scores.argmax())
    for number in range(best):
        paired = folds[best] - folds[number]
        usable = paired[np.isfinite(paired)]
        if len(usable) < 2:
            continue
        error = float(usable.std(ddof=1)) / np.sqrt(len(usable))
        if scores[best] - scores[number] <= error:
            return number + 1
    return best + 1
