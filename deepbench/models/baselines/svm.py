"""Support vector machine with a linear or a Gaussian kernel."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from deepbench.models.baselines.kernels import RowProducts, kernel_factor, kernel_matrix
from deepbench.models.baselines.portfolio import is_wide, with_filters
from deepbench.models.baselines.probabilities import Sigmoids, fit_sigmoids, indicator_targets
from deepbench.models.baselines.svm_solver import (
    Machines,
    fit_class_machines,
    fit_number_machine,
)
from deepbench.models.baselines.svm_together import predict_machines, sampled_rows
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
        return kernel_matrix(RowProducts.of(a, b), self.gaussian, self.factor)


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
    width fits 10 columns and 10,000. Both are searched together on log scales (Hsu, Chang & Lin
    2003); of the two the width matters more (van Rijn & Hutter 2018, doi
    10.1145/3219819.3220058). Several classes: each against the others, the classes
    weighted equally. Probabilities are sigmoids fitted on held-out units. Beyond 4,000 rows it
    learns from a sample of them. A saved model holds training samples (its support vectors).
    """

    name = "svm"
    title = "Support vector machine"
    stores_samples = True

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return five settings: both kernels, soft and firm.

        With more columns than rows the linear kernel comes first, with and without the filter:
        either way these machines are hard to beat on gene expression (Statnikov, Wang &
        Aliferis 2008, doi 10.1186/1471-2105-9-319). It is firm, because what tells classes
        apart is a small part of the length of a row there.
        """
        if is_wide(shape):
            wide: list[tuple[Params, int | str]] = [
                ({"kernel": "linear", "C": 30.0}, 500),
                ({"kernel": "rbf", "C": 10.0, "width": 0.3}, 100),
                ({"kernel": "linear", "C": 30.0}, ALL_COLUMNS),
                ({"kernel": "linear", "C": 1.0}, 100),
                ({"kernel": "rbf", "C": 1.0, "width": 1.0}, 20),
            ]
            return with_filters(self, wide, shape)
        settings: list[Params] = [
            {"kernel": "rbf", "C": 1.0, "width": 1.0},
            {"kernel": "rbf", "C": 10.0, "width": 0.3},
            {"kernel": "linear", "C": 1.0},
            {"kernel": "rbf", "C": 100.0, "width": 0.1},
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
        """Fit the machine and, for classes, its sigmoids; ``seed`` has no effect."""
        rows = _sampled(rows)
        kernel, matrix = _kernel(rows.x, params)
        if rows.task == "regression":
            machine = fit_number_machine(matrix, rows.outcome.astype(np.float64), params["C"])
            return _predictor(kernel, rows.x, machine, None)
        targets = indicator_targets(rows.outcome.astype(np.int64), rows.classes)

        def decide(
            fit: NDArray[np.int64], apply: NDArray[np.int64], columns: NDArray[np.int64]
        ) -> NDArray[np.float64]:
            own = matrix
            if columns is not rows.columns:
                _, own = _kernel(take_columns(rows.matrix, columns), params)
            machines = fit_class_machines(own[np.ix_(fit, fit)], targets[fit], params["C"])
            _warn_unless_converged(machines)
            return machines.decide(own[np.ix_(apply, fit)])

        sigmoids = fit_sigmoids(rows, decide)
        return _predictor(
            kernel, rows.x, fit_class_machines(matrix, targets, params["C"]), sigmoids
        )

    def predict_together(self, fold: FoldView, runs: Sequence[Run]) -> list[Predicted | None]:
        """Predict from kernel matrices that runs share; the numbers are those of `fit`."""
        return predict_machines(fold, runs)


def _kernel(x: NDArray[np.float64], params: Params) -> tuple[Kernel, NDArray[np.float64]]:
    """Return the kernel for the columns of fit rows, and its matrix.

    The scale is set from all fit rows, those that calibration holds out included: it does not
    look at the outcome, and so one matrix serves all inner folds.
    """
    products = RowProducts.of(x, x)
    gaussian = params["kernel"] == "rbf"
    factor = kernel_factor(products, gaussian, params.get("width", 1.0))
    return Kernel(gaussian, factor), kernel_matrix(products, gaussian, factor)


def _predictor(
    kernel: Kernel, x: NDArray[np.float64], machines: Machines, sigmoids: Sigmoids | None
) -> SvmPredictor:
    _warn_unless_converged(machines)
    used = np.flatnonzero(machines.weights.any(axis=1))
    return SvmPredictor(kernel, x[used], machines.weights[used], machines.intercepts, sigmoids)


def _warn_unless_converged(machines: Machines) -> None:
    if not machines.converged:
        warnings.warn("libsvm stopped early", ConvergenceWarning, stacklevel=2)


def _sampled(rows: FitRows) -> FitRows:
    """Return the rows that it learns from."""
    kept = sampled_rows(rows.outcome, rows.task)
    if len(kept) == len(rows.outcome):
        return rows
    return FitRows(
        rows.matrix[kept], rows.columns, rows.outcome[kept], rows.units[kept], rows.task
    )
