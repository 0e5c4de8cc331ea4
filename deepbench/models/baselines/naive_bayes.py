"""Gaussian naive Bayes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.naive_bayes import GaussianNB

from deepbench.models.baselines.probabilities import Sigmoids, fit_sigmoids
from deepbench.models.family import BaselineFamily, FitRows, Params, take_columns
from deepbench.models.problem_shape import ProblemShape


@dataclass(frozen=True, eq=False)
class NaiveBayesPredictor:
    """Naive Bayes with calibrated probabilities.

    Attributes:
        estimator: Gives the log posterior odds.
        sigmoids: Turn them into probabilities.
    """

    estimator: GaussianNB
    sigmoids: Sigmoids

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities."""
        return self.sigmoids.probabilities(log_odds(self.estimator, x))


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
        """Return four settings: medium, little, much and hardly any smoothing."""
        settings = [{"smoothing": value} for value in (0.1, 0.01, 1.0, 0.001)]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        return {
            "smoothing": trial.suggest_float("smoothing", 0.001, 1.0, log=True),
            **self.suggest_filter(trial, shape),
        }

    def fit(self, rows: FitRows, params: Params, seed: int) -> NaiveBayesPredictor:
        """Fit the densities and calibrate."""
        codes = rows.outcome.astype(np.int64)
        width = 1 if rows.classes == 2 else rows.classes

        def decide(
            fit: NDArray[np.int64], apply: NDArray[np.int64], columns: NDArray[np.int64]
        ) -> NDArray[np.float64]:
            present = np.unique(codes[fit])
            decisions = np.full((len(apply), width), np.nan)
            if len(present) < 2:
                return decisions
            matrix = take_columns(rows.matrix, columns)
            model = _estimator(params).fit(matrix[fit], codes[fit])
            odds = log_odds(model, matrix[apply])
            if width == 1:
                return odds
            both = np.hstack([-odds, odds]) if len(present) == 2 else odds
            decisions[:, present] = both
            return decisions

        model = _estimator(params).fit(rows.x, codes)
        return NaiveBayesPredictor(model, fit_sigmoids(rows, decide, seed))


def _estimator(params: Params) -> GaussianNB:
    return GaussianNB(var_smoothing=params["smoothing"])


def log_odds(model: GaussianNB, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, 1) log odds of the second class, or (n, K) of each class against the others."""
    joint = model.predict_joint_log_proba(x)
    if joint.shape[1] == 2:
        return np.asarray(joint[:, 1:] - joint[:, :1])
    others = [logsumexp(np.delete(joint, k, axis=1), axis=1) for k in range(joint.shape[1])]
    return np.asarray(joint - np.column_stack(others))
