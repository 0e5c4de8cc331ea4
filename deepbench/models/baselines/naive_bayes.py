"""Gaussian naive Bayes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray

from deepbench.models.baselines.naive_bayes_together import (
    log_odds,
    predict_bayes,
    smoothed,
)
from deepbench.models.baselines.portfolio import is_wide, with_filters
from deepbench.models.baselines.probabilities import Sigmoids, fit_sigmoids
from deepbench.models.family import (
    ALL_COLUMNS,
    BaselineFamily,
    FitRows,
    Params,
    Predicted,
    Run,
    take_columns,
)
from deepbench.models.fold_data import FoldView
from deepbench.models.problem_shape import ProblemShape


@dataclass(frozen=True, eq=False)
class NaiveBayesPredictor:
    """Naive Bayes with calibrated probabilities.

    Attributes:
        means: (K, k) means of the columns in each class.
        variances: (K, k) their variances, smoothed.
        log_shares: (K,) logarithms of the class frequencies.
        sigmoids: Turn log posterior odds into probabilities.
    """

    means: NDArray[np.float64]
    variances: NDArray[np.float64]
    log_shares: NDArray[np.float64]
    sigmoids: Sigmoids

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities."""
        joint = joint_log_density(x, self.means, self.variances, self.log_shares)
        return self.sigmoids.probabilities(log_odds(joint))


class NaiveBayesFamily(BaselineFamily):
    """Gaussian naive Bayes with calibrated probabilities.

    Correlated columns are counted as independent evidence, so the raw posterior is far too sure
    of itself (Zadrozny & Elkan 2001); with thousands of columns it is 0 or 1 for every sample.
    Sigmoids on held-out units turn its log odds back into probabilities. Searched: what share of
    the largest variance is added to every variance, from a thousandth (without any, a rare
    category that one class lacks would decide alone) to all of it.
    """

    name = "naive_bayes"
    title = "Naive Bayes"
    tasks = frozenset({"binary", "multiclass"})
    not_offered = "Naive Bayes predicts classes, so it is not offered for a numeric outcome."

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return four settings: medium, much, little and hardly any smoothing.

        With more columns than rows most of them pass the filter first, as in the comparison of
        Dudoit, Fridlyand & Speed 2002 (doi 10.1198/016214502753479248), where diagonal rules on
        some tens of genes were hard to beat; with much smoothing it comes close to the nearest
        class mean, which bears all columns.
        """
        if is_wide(shape):
            wide: list[tuple[Params, int | str]] = [
                ({"smoothing": 0.1}, 100),
                ({"smoothing": 1.0}, ALL_COLUMNS),
                ({"smoothing": 0.01}, 20),
                ({"smoothing": 0.1}, 500),
            ]
            return with_filters(self, wide, shape)
        settings = [{"smoothing": value} for value in (0.1, 1.0, 0.01, 0.001)]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        return {
            "smoothing": trial.suggest_float("smoothing", 0.001, 1.0, log=True),
            **self.suggest_filter(trial, shape),
        }

    def fit(self, rows: FitRows, params: Params, seed: int) -> NaiveBayesPredictor:
        """Fit the densities and calibrate; ``seed`` has no effect."""
        codes = rows.outcome.astype(np.int64)

        def decide(
            fit: NDArray[np.int64], apply: NDArray[np.int64], columns: NDArray[np.int64]
        ) -> NDArray[np.float64]:
            matrix = take_columns(rows.matrix, columns)
            densities = _densities(matrix[fit], codes[fit], rows.classes, params["smoothing"])
            return log_odds(joint_log_density(matrix[apply], *densities))

        densities = _densities(rows.x, codes, rows.classes, params["smoothing"])
        return NaiveBayesPredictor(*densities, fit_sigmoids(rows, decide))

    def predict_together(self, fold: FoldView, runs: Sequence[Run]) -> list[Predicted | None]:
        """Predict from class sums of all label vectors; the numbers are those of `fit`."""
        return predict_bayes(fold, runs)


def joint_log_density(
    x: NDArray[np.float64],
    means: NDArray[np.float64],
    variances: NDArray[np.float64],
    log_shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (n, K) log densities of (n, k) rows and each class, but for a constant."""
    joint = np.empty((len(x), len(means)))
    for k, (mean, variance) in enumerate(zip(means, variances, strict=True)):
        distance = ((x - mean) ** 2 / variance).sum(axis=1)
        joint[:, k] = log_shares[k] - 0.5 * (np.log(variance).sum() + distance)
    return joint


def _densities(
    x: NDArray[np.float64], codes: NDArray[np.int64], classes: int, smoothing: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (K, k) means and variances and (K,) log shares; -inf for a class without rows."""
    means, variances = np.zeros((classes, x.shape[1])), np.zeros((classes, x.shape[1]))
    counts = np.bincount(codes, minlength=classes)
    for k in np.flatnonzero(counts):
        own = x[codes == k]
        means[k], variances[k] = own.mean(axis=0), own.var(axis=0)
    with np.errstate(divide="ignore"):
        log_shares = np.log(counts / len(x))
    return means, smoothed(variances, float(x.var(axis=0).max()), smoothing), log_shares
