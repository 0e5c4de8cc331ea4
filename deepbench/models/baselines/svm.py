"""Support vector machine with a linear or a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.svm import SVC, SVR

from deepbench.models.baselines.probabilities import Sigmoids, fit_sigmoids, indicator_targets
from deepbench.models.family import BaselineFamily, FitRows, Params, take_columns
from deepbench.models.problem_shape import ProblemShape

# The cost grows with the square of the rows and beyond; more rows than this are sampled.
_MOST_ROWS = 4_000
# Rows looked at for the typical distance.
_DISTANCE_ROWS = 500
# A bound on the solver, for settings that would take minutes on noise.
_MOST_STEPS = 200_000


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel whose width or scale is set from the fit rows.

    Attributes:
        gaussian: Gaussian of the distance, else inner product.
        factor: What squared distances or inner products are multiplied by.
    """

    gaussian: bool
    factor: float

    def between(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (m, n) the kernel of (m, k) and (n, k) rows."""
        if not self.gaussian:
            return self.factor * (a @ b.T)
        return np.exp(-self.factor * squared_distances(a, b))


@dataclass(frozen=True, eq=False)
class SvmPredictor:
    """A fitted machine.

    Attributes:
        kernel: The kernel.
        support: (s, k) support vectors, which are training samples.
        weights: (s, J) weights of the support vectors, J decision values: one for two classes
            and for regression, else one per class against the others.
        intercepts: (J,) intercepts.
        sigmoids: From decision values to probabilities; None for regression, where the
            decision value is the prediction.
    """

    kernel: Kernel
    support: NDArray[np.float64]
    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    sigmoids: Sigmoids | None

    def decide(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, J) decision values."""
        return self.kernel.between(x, self.support) @ self.weights + self.intercepts

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        decisions = self.decide(x)
        return decisions if self.sigmoids is None else self.sigmoids.probabilities(decisions)


class SvmFamily(BaselineFamily):
    """Support vector machine (Cortes & Vapnik 1995, doi 10.1007/BF00994018).

    Kernel matrices are made with one matrix product, which at omics width is what keeps it
    quick. Linear kernels are divided by the mean squared length of a row and Gaussian widths
    are relative to the median squared distance (Caputo et al. 2002), so that one range of C and
    width fits 10 columns and 10,000. Several classes: each against the others, the classes
    weighted equally. Probabilities are sigmoids fitted on held-out units. Beyond 4,000 rows it
    learns from a sample of them. A saved model holds training samples (its support vectors).
    """

    name = "svm"
    title = "Support vector machine"
    stores_samples = True

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return four settings: both kernels, soft and firm."""
        settings: list[Params] = [
            {"kernel": "rbf", "C": 1.0, "width": 1.0},
            {"kernel": "linear", "C": 1.0},
            {"kernel": "rbf", "C": 10.0, "width": 0.3},
            {"kernel": "linear", "C": 0.1},
        ]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        params: Params = {
            "kernel": trial.suggest_categorical("kernel", ["rbf", "linear"]),
            "C": trial.suggest_float("C", 0.03, 300.0, log=True),
        }
        if params["kernel"] == "rbf":
            params["width"] = trial.suggest_float("width", 0.03, 5.0, log=True)
        return {**params, **self.suggest_filter(trial, shape)}

    def fit(self, rows: FitRows, params: Params, seed: int) -> SvmPredictor:
        """Fit the machine and, for classes, its sigmoids."""
        rows = _sampled(rows, seed)
        if rows.task == "regression":
            return _fit_regression(rows.x, rows.outcome, params)
        codes = rows.outcome.astype(np.int64)
        targets = indicator_targets(codes, rows.classes)

        def decide(
            fit: NDArray[np.int64], apply: NDArray[np.int64], columns: NDArray[np.int64]
        ) -> NDArray[np.float64]:
            x = take_columns(rows.matrix, columns)
            return _fit_classes(x[fit], targets[fit], params, None).decide(x[apply])

        sigmoids = fit_sigmoids(rows, decide, seed)
        return _fit_classes(rows.x, targets, params, sigmoids)


def _fit_classes(
    x: NDArray[np.float64],
    targets: NDArray[np.bool_],
    params: Params,
    sigmoids: Sigmoids | None,
) -> SvmPredictor:
    """Fit one machine per column of (n, J) targets; NaN for a target that never varies."""
    kernel = _kernel(x, params)
    matrix = kernel.between(x, x)
    weights = np.zeros((len(x), targets.shape[1]))
    intercepts = np.full(targets.shape[1], np.nan)
    for j in range(targets.shape[1]):
        if targets[:, j].all() or not targets[:, j].any():
            continue
        machine = SVC(
            C=params["C"], kernel="precomputed", class_weight="balanced", max_iter=_MOST_STEPS
        ).fit(matrix, targets[:, j])
        weights[machine.support_, j] = machine.dual_coef_[0]
        intercepts[j] = machine.intercept_[0]
    used = np.flatnonzero(weights.any(axis=1))
    return SvmPredictor(kernel, x[used], weights[used], intercepts, sigmoids)


def _fit_regression(
    x: NDArray[np.float64], outcome: NDArray[np.float64] | NDArray[np.int64], params: Params
) -> SvmPredictor:
    """Fit on the standardised outcome; errors below a tenth of its spread cost nothing."""
    centre, spread = float(outcome.mean()), float(outcome.std()) or 1.0
    kernel = _kernel(x, params)
    machine = SVR(C=params["C"], kernel="precomputed", epsilon=0.1, max_iter=_MOST_STEPS)
    machine.fit(kernel.between(x, x), (outcome - centre) / spread)
    weights = spread * machine.dual_coef_.T
    intercepts = spread * machine.intercept_ + centre
    return SvmPredictor(kernel, x[machine.support_], weights, intercepts, None)


def _kernel(x: NDArray[np.float64], params: Params) -> Kernel:
    if params["kernel"] == "linear":
        length = float(np.einsum("ij,ij->", x, x)) / len(x)
        return Kernel(gaussian=False, factor=1.0 / length if length > 0.0 else 1.0)
    some = x[np.unique(np.linspace(0, len(x) - 1, _DISTANCE_ROWS).astype(np.int64))]
    distances = squared_distances(some, some)[np.triu_indices(len(some), k=1)]
    apart = distances[distances > 0.0]
    typical = float(np.median(apart)) if len(apart) else 1.0
    return Kernel(gaussian=True, factor=params["width"] / typical)


def squared_distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (m, n) squared Euclidean distances of (m, k) and (n, k) rows."""
    distances = -2.0 * (a @ b.T)
    distances += np.einsum("ij,ij->i", a, a)[:, None]
    distances += np.einsum("ij,ij->i", b, b)
    return np.maximum(distances, 0.0, out=distances)


def _sampled(rows: FitRows, seed: int) -> FitRows:
    """Return at most `_MOST_ROWS` rows; rare classes keep all they have or a fair share."""
    if len(rows.outcome) <= _MOST_ROWS:
        return rows
    generator = np.random.default_rng(seed)
    strata = rows.outcome if rows.classes else np.zeros(len(rows.outcome), dtype=np.int64)
    labels = np.unique(strata)
    chosen = []
    for label in labels:
        members = np.flatnonzero(strata == label)
        share = round(_MOST_ROWS * len(members) / len(strata))
        wanted = min(len(members), max(share, 50))
        chosen.append(generator.choice(members, wanted, replace=False))
    kept = np.sort(np.concatenate(chosen))
    return FitRows(
        rows.matrix[kept], rows.columns, rows.outcome[kept], rows.units[kept], rows.task
    )
