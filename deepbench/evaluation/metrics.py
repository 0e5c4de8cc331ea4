"""The metrics by the names that results.json uses (scikit-learn's, where it has one).

Each metric is computed for many weightings of the rows at once, because its interval needs it
under thousands of bootstrap resamples; `Metric.function` is the plain score of one set. A score
that a set does not define is NaN, without a warning: every metric that compares classes needs
two classes with weight in the set (AUROC, average precision, balanced accuracy, MCC, F1 and
calibration); macro scores average over the classes that are computable; R2 and Spearman need
an outcome that varies; and any non-finite prediction makes every score NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.calibration import weighted_intercept, weighted_slope
from deepbench.evaluation.ranking import (
    Floats,
    Outcome,
    as_columns,
    mean_of_computable,
    ratio,
    weighted_auroc,
    weighted_average_precision,
    weighted_spearman,
)

Task = Literal["binary", "multiclass", "regression"]
Kernel = Callable[[Outcome, Floats, Floats], Floats]


@dataclass(frozen=True)
class Metric:
    """One way to score predictions.

    Attributes:
        name: Name in results.json.
        task: Kind of outcome it is for.
        title: Name on screen and in the report.
        greater_is_better: None where a target value is aimed for (calibration).
        chance: From the outcome (n,) to the score of a model that knows nothing but the
            frequencies of the classes (the mean, for regression): it says these frequencies as
            probabilities, draws classes by them, orders at random, and is accurate by saying
            the largest class. NaN for calibration, where such a model has no score.
        kernel: From outcome (n,), predictions (n, K) and weights (n, B) to scores (B,).
    """

    name: str
    task: Task
    title: str
    greater_is_better: bool | None
    chance: Callable[[Outcome], float]
    kernel: Kernel

    def function(
        self, y: Outcome, p: Floats, sample_weight: NDArray[np.float64] | None = None
    ) -> float:
        """Score one set of predictions; NaN where the score is not defined.

        Args:
            y: (n,) class codes or values.
            p: (n, K) class probabilities, or (n, 1) for regression.
            sample_weight: (n,) non-negative weights; None weighs all rows alike.
        """
        weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
        return float(self.weighted(y, p, weights[None, :])[0])

    def weighted(self, y: Outcome, p: Floats, weights: Floats) -> Floats:
        """Score predictions under weights (B, n); returns (B,).

        Raises:
            ValueError: If the lengths of outcome, predictions and weights differ.
        """
        if not len(y) == len(p) == weights.shape[1]:
            raise ValueError("outcome, predictions and weights differ in length")
        if not len(y) or not np.isfinite(p).all():
            return np.full(len(weights), np.nan)
        return self.kernel(y, np.asarray(p, dtype=np.float64), as_columns(weights))


def tuning_metric(task: Task) -> str:
    """Name of the metric that tuning maximises."""
    return "r2" if task == "regression" else "auroc"


def metrics_for(task: Task) -> dict[str, Metric]:
    """All metrics of a task by name, in the order in which they are reported."""
    return dict(_REGISTRY[task])


def get_metric(task: Task, name: str) -> Metric:
    """Return one metric.

    Raises:
        KeyError: If the task has no metric of this name.
    """
    return _REGISTRY[task][name]


#: Metrics of the classes said, which look at probabilities only to find the most probable one.
SAYING_CLASSES = frozenset({"balanced_accuracy", "mcc", "f1", "accuracy"})


def decide(p: Floats) -> NDArray[np.int64]:
    """Predicted class (n,): the most probable one; the lower code when two are level."""
    result: NDArray[np.int64] = np.argmax(p, axis=1)
    return result


# --- classes -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tally:
    """Weight per class, each (K, B): in truth, as predicted, and predicted rightly."""

    true: Floats
    predicted: Floats
    right: Floats

    @property
    def total(self) -> Floats:
        result: Floats = self.true.sum(axis=0)
        return result

    def where_two_classes(self, values: Floats) -> Floats:
        """Replace by NaN where fewer than two classes have weight."""
        return np.where((self.true > 0).sum(axis=0) >= 2, values, np.nan)


def _tally(y: Outcome, p: Floats, columns: Floats) -> _Tally:
    codes = np.arange(p.shape[1])[:, None]
    is_true, is_predicted = y == codes, decide(p) == codes
    return _Tally(
        true=is_true.astype(np.float64) @ columns,
        predicted=is_predicted.astype(np.float64) @ columns,
        right=(is_true & is_predicted).astype(np.float64) @ columns,
    )


def _accuracy(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return _weighted_mean((decide(p) == y).astype(np.float64), columns)


def _majority_accuracy(y: Outcome, p: Floats, columns: Floats) -> Floats:
    tally = _tally(y, p, columns)
    return ratio(tally.true.max(axis=0), tally.total)


def _balanced_accuracy(y: Outcome, p: Floats, columns: Floats) -> Floats:
    tally = _tally(y, p, columns)
    return tally.where_two_classes(mean_of_computable(ratio(tally.right, tally.true)))


def _mcc(y: Outcome, p: Floats, columns: Floats) -> Floats:
    # Gorodkin 2004, doi 10.1016/j.compbiolchem.2004.09.006. Zero if one class alone is predicted.
    tally = _tally(y, p, columns)
    total = tally.total
    covariance = tally.right.sum(axis=0) * total - (tally.true * tally.predicted).sum(axis=0)
    spread_true = total**2 - (tally.true**2).sum(axis=0)
    spread_predicted = np.maximum(total**2 - (tally.predicted**2).sum(axis=0), 0.0)
    value = ratio(covariance, np.sqrt(spread_true * spread_predicted))
    return tally.where_two_classes(np.nan_to_num(value))


def _f1(y: Outcome, p: Floats, columns: Floats) -> Floats:
    tally = _tally(y, p, columns)
    per_class = ratio(2 * tally.right, tally.true + tally.predicted)
    mean = per_class[1] if p.shape[1] == 2 else mean_of_computable(per_class)
    return tally.where_two_classes(mean)


# --- probabilities -------------------------------------------------------------------------------


def _auroc(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return _over_classes(weighted_auroc, y, p, columns)


def _average_precision(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return _over_classes(weighted_average_precision, y, p, columns)


def _over_classes(
    score: Callable[[NDArray[np.bool_], Floats, Floats], Floats],
    y: Outcome,
    p: Floats,
    columns: Floats,
) -> Floats:
    """Positive class of two, else one class against the rest, averaged over the classes."""
    if p.shape[1] == 2:
        return score(y == 1, p[:, 1], columns)
    per_class = [score(y == k, p[:, k], columns) for k in range(p.shape[1]) if (y == k).any()]
    return mean_of_computable(np.stack(per_class))


def _brier(y: Outcome, p: Floats, columns: Floats) -> Floats:
    if p.shape[1] == 2:
        return _weighted_mean((p[:, 1] - y) ** 2, columns)
    truth = y[:, None] == np.arange(p.shape[1])
    return _weighted_mean(((p - truth) ** 2).sum(axis=1), columns)


def _log_loss(y: Outcome, p: Floats, columns: Floats) -> Floats:
    smallest = np.finfo(np.float64).eps
    said = p[np.arange(len(y)), y.astype(np.int64)]
    return _weighted_mean(-np.log(np.clip(said, smallest, 1 - smallest)), columns)


def _calibration_slope(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return weighted_slope(y, p[:, 1], columns)


def _calibration_intercept(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return weighted_intercept(y, p[:, 1], columns)


# --- values --------------------------------------------------------------------------------------


def squared_deviation(y: Outcome, columns: Floats) -> Floats:
    """Sum of squares (B,) around the weighted mean; exactly 0 where only one value has weight."""
    if np.ptp(y) == 0:
        return np.zeros(columns.shape[1])
    centred = y - y.mean()
    around_zero = np.asarray(centred**2 @ columns)
    weight = columns.sum(axis=0)
    mean = np.nan_to_num(ratio(np.asarray(centred @ columns), weight))
    result: Floats = around_zero - weight * mean**2
    # The difference of two sums leaves a trace of rounding where it should be zero.
    result[result <= 1e-12 * around_zero] = 0.0
    return result


def _r2(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return 1 - ratio((y - p[:, 0]) ** 2 @ columns, squared_deviation(y, columns))


def _mae(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return _weighted_mean(np.abs(y - p[:, 0]), columns)


def _rmse(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return np.sqrt(_weighted_mean((y - p[:, 0]) ** 2, columns))


def _mean_rmse(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return np.sqrt(ratio(squared_deviation(y, columns), columns.sum(axis=0)))


def _spearman(y: Outcome, p: Floats, columns: Floats) -> Floats:
    return weighted_spearman(y.astype(np.float64), p[:, 0], columns)


def _weighted_mean(values: Floats, columns: Floats) -> Floats:
    return ratio(np.asarray(values @ columns), columns.sum(axis=0))


# --- chance --------------------------------------------------------------------------------------


def _shares(y: Outcome) -> Floats:
    """Frequencies of the classes that are present, the highest code last."""
    return np.unique(y, return_counts=True)[1] / len(y)


def _constant(value: float) -> Callable[[Outcome], float]:
    return lambda y: value


def _prevalence(y: Outcome) -> float:
    return float(np.mean(y == 1))


def _one_over_classes(y: Outcome) -> float:
    return 1.0 / len(_shares(y))


def _largest_share(y: Outcome) -> float:
    return float(_shares(y).max())


def _gini(y: Outcome) -> float:
    return float(1 - (_shares(y) ** 2).sum())


def _entropy(y: Outcome) -> float:
    shares = _shares(y)
    return float(-(shares * np.log(shares)).sum())


def _mean_deviation(y: Outcome) -> float:
    return float(np.abs(y - y.mean()).mean())


def _sd(y: Outcome) -> float:
    return float(y.std())


# --- registry ------------------------------------------------------------------------------------


def _register(
    task: Task, *rows: tuple[str, str, bool | None, Callable[[Outcome], float], Kernel]
) -> dict[str, Metric]:
    return {
        name: Metric(name, task, title, greater, chance, kernel)
        for name, title, greater, chance, kernel in rows
    }


_HALF, _ZERO, _NONE = _constant(0.5), _constant(0.0), _constant(float("nan"))

_MAJORITY = (
    "majority_accuracy",
    "Accuracy of always saying the largest class",
    True,
    _largest_share,
    _majority_accuracy,
)
_REGISTRY: dict[Task, dict[str, Metric]] = {
    "binary": _register(
        "binary",
        ("auroc", "AUROC", True, _HALF, _auroc),
        ("average_precision", "Average precision", True, _prevalence, _average_precision),
        ("balanced_accuracy", "Balanced accuracy", True, _one_over_classes, _balanced_accuracy),
        ("mcc", "Matthews correlation (MCC)", True, _ZERO, _mcc),
        ("f1", "F1", True, _prevalence, _f1),
        ("brier", "Brier score", False, lambda y: _gini(y) / 2, _brier),
        ("log_loss", "Log loss", False, _entropy, _log_loss),
        ("calibration_slope", "Calibration slope", None, _NONE, _calibration_slope),
        ("calibration_intercept", "Calibration intercept", None, _NONE, _calibration_intercept),
        ("accuracy", "Accuracy", True, _largest_share, _accuracy),
        _MAJORITY,
    ),
    "multiclass": _register(
        "multiclass",
        ("auroc", "AUROC (macro, one class against the rest)", True, _HALF, _auroc),
        (
            "average_precision",
            "Average precision (macro)",
            True,
            _one_over_classes,
            _average_precision,
        ),
        ("balanced_accuracy", "Balanced accuracy", True, _one_over_classes, _balanced_accuracy),
        ("mcc", "Matthews correlation (MCC)", True, _ZERO, _mcc),
        ("f1", "F1 (macro)", True, _one_over_classes, _f1),
        ("brier", "Brier score (summed over classes)", False, _gini, _brier),
        ("log_loss", "Log loss", False, _entropy, _log_loss),
        ("accuracy", "Accuracy", True, _largest_share, _accuracy),
        _MAJORITY,
    ),
    "regression": _register(
        "regression",
        ("r2", "R²", True, _ZERO, _r2),
        ("mae", "Mean absolute error (MAE)", False, _mean_deviation, _mae),
        ("rmse", "Root mean squared error (RMSE)", False, _sd, _rmse),
        ("spearman", "Spearman correlation", True, _ZERO, _spearman),
        ("mean_rmse", "RMSE of always predicting the mean", False, _sd, _mean_rmse),
    ),
}
