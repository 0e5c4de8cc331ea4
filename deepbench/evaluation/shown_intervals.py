"""Which interval is shown for which metric of a test set.

Measured on simulated test sets (coverage in %, 95 is right; `python benchmarks/intervals.py`), 40
to 300 in a cell, so that the lowest and highest also carry 1 to 3 points of chance. The methods
and their two constants were chosen on simulations of the same kind. Scores are normal with equal
spread in both classes. Where the negatives' spread was half or two fifths of the positives', all
intervals tried fell short in single cells, also this kind (down to 85-88).

AUROC of two classes, lowest and highest over 20 to 200 units, half or a fifth positive, AUROC 0.5
to 0.97:

=============== =============== ================
interval        one row a unit  five rows a unit
=============== =============== ================
shown (score)   92-99           93-99
DeLong, logit   92-100          88-96
percentiles     56-98           72-96
=============== =============== ================

Others, mean over 20 to 100 units, shown and (percentiles); single cells go down to 85, average
precision of three classes to 75:

=================== =============== ================
metric              one row a unit  five rows a unit
=================== =============== ================
balanced accuracy   94 (83)         96 (89)
MCC                 94 (85)         96 (90)
F1                  94 (79)         96 (87)
average precision   96 (84)         96 (89)
Brier score         95 (91)         96 (93)
log loss            94 (90)         95 (92)
several classes     89-95 (68-92)   94-96 (90-92)
R2                  95 (93)         96 (89)
MAE, RMSE           94-96 (92)      95 (93-94)
Spearman            95 (95)         96 (95)
=================== =============== ================

Nested, five outer folds, ridge regression, 60 and 200 units, 2,000 tables in each of nine cells.
What such a test measures is the mean true score of the models that met its samples: shown 94-98
(mean 97), without the factor for dependent models 84-92, pooled over models as well 84-91. The
model fitted on all samples is a little better where the learning curve is steep; the same interval
holds its score in 92-97 (mean 95). Pooling also makes the AUROC up to 0.008 worse than within
folds.

Chosen by coverage (`python benchmarks/intervals.py`):

* AUROC of two classes: score interval (`auroc_interval`).
* Balanced accuracy, MCC, F1, accuracy: drawn tables (`class_intervals`).
* All that is left but calibration: the standard error over resampled units, on a scale on which
  the metric is unbounded (logit, log, Fisher's z), times a quantile of Student's t. The bootstrap
  of few units takes their spread for the population's; the factor n / (n - 1) by class is put
  back.
* Calibration: percentiles of the bootstrap.

**Several models.** Where every sample is tested once, by models fitted without its outer fold, the
errors of the folds go together: what is tested in one fold trained the others. The variance given
the models is then too small. It is multiplied by 1 + (J - 1) rho for J folds, with the correlation
rho = n_test / (n_test + n_train) of Nadeau & Bengio (2003), doi 10.1023/A:1024068626366: 1.8 for
five folds. AUROC is counted within folds: scores of different models share no scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t as student

from deepbench.evaluation.auroc_interval import auroc_interval
from deepbench.evaluation.bootstrap import Interval, percentile_interval, strata_of, weight_blocks
from deepbench.evaluation.class_intervals import class_interval, drawn_tables
from deepbench.evaluation.dependence import fold_dependence
from deepbench.evaluation.fold_scores import FoldScorer
from deepbench.evaluation.metrics import SAYING_CLASSES, Metric, Task, decide
from deepbench.evaluation.ranking import Floats, Outcome, as_columns

Codes = NDArray[np.int64]
_Function = Callable[[Floats], Floats]

_LEVEL = 0.95


@dataclass(frozen=True)
class _Scale:
    """A scale without ends, and the way back."""

    there: _Function
    back: _Function


_LOGIT = _Scale(logit, expit)
_LOG = _Scale(np.log, np.exp)
_FISHER = _Scale(np.arctanh, np.tanh)
_AS_IT_IS = _Scale(lambda v: v, lambda v: v)
_SCALES = {
    "auroc": _LOGIT,
    "average_precision": _LOGIT,
    "brier": _LOG,
    "log_loss": _LOG,
    "r2": _Scale(lambda v: np.log1p(-v), lambda v: -np.expm1(v)),
    "mae": _LOG,
    "rmse": _LOG,
    "mean_rmse": _LOG,
    "spearman": _FISHER,
}


@dataclass(frozen=True, eq=False)
class TestSamples:
    """Test samples as far as intervals need them.

    Attributes:
        task: Kind of outcome.
        y: (n,) class codes or values.
        units: (n,) code of the biological unit.
        folds: (n,) code of the model that predicted the row; None if one model predicted all.
        known_dependence: The dependence of the whole where these are a part; None to compute it.
    """

    __test__ = False

    task: Task
    y: Outcome
    units: Codes
    folds: Codes | None = None
    known_dependence: float | None = None

    @cached_property
    def dependence(self) -> float:
        """Factor of the variances for models that were fitted on each other's test samples."""
        if self.known_dependence is not None:
            return self.known_dependence
        if self.folds is None:
            return 1.0
        return fold_dependence(self.folds)

    @cached_property
    def _sizes(self) -> NDArray[np.float64]:
        """Units of each class; of all together for regression."""
        label = np.zeros(len(self.y)) if self.task == "regression" else self.y
        found = [len(np.unique(self.units[label == k])) for k in np.unique(label)]
        return np.array(found, dtype=np.float64)

    @property
    def few(self) -> tuple[float, float]:
        """Factor that puts back what a bootstrap of few units loses, and degrees of freedom.

        Both as for a sum of class means of equal variance (Welch-Satterthwaite).
        """
        sizes = self._sizes[self._sizes > 1]
        if not len(sizes):
            return float("nan"), float("nan")
        mean, unbiased = (1 / sizes).sum(), (1 / (sizes - 1)).sum()
        freedom = mean**2 / (1 / (sizes**2 * (sizes - 1))).sum()
        return float(np.sqrt(unbiased / mean)), float(freedom)

    def where(self, rows: NDArray[np.bool_]) -> TestSamples:
        """Return some of the samples; the models stay as dependent as they were."""
        folds = None if self.folds is None else self.folds[rows]
        return TestSamples(self.task, self.y[rows], self.units[rows], folds, self.dependence)

    def weights(self, resamples: int, seed: int) -> Iterator[Floats]:
        """Weights (b, n) of resampled units, block by block."""
        return weight_blocks(self.units, resamples, seed, strata_of(self.task, self.y))

    def weighted(self, metric: Metric, p: Floats, weights: Floats) -> Floats:
        """Scores (B,) under weights (B, n); AUROC within the folds."""
        if self.folds is None or metric.name != "auroc":
            return metric.weighted(self.y, p, weights)
        scorer = FoldScorer(self.task, self.y, self.folds[None])
        return scorer.scores(p[None], as_columns(weights))

    def value(self, metric: Metric, p: Floats) -> float:
        """Score of the predictions; AUROC within the folds."""
        return float(self.weighted(metric, p, np.ones((1, len(self.y))))[0])


def shown_interval(
    metric: Metric,
    samples: TestSamples,
    p: Floats,
    values: Floats,
    *,
    said: Codes | None = None,
    seed: int,
) -> Interval:
    """Score with the interval that is shown for its metric.

    Args:
        metric: The metric.
        samples: The test samples.
        p: (n, K) predictions.
        values: (B,) scores under resampled units; only their number counts for metrics of the
            classes said.
        said: (n,) codes of the classes said; the most probable ones if absent.
        seed: Seed of what is drawn.
    """
    if metric.name in SAYING_CLASSES:
        codes = decide(p) if said is None else said
        value = samples.value(metric, np.eye(p.shape[1])[codes])
        if not np.isfinite(value):
            return _without_limits(value)
        tables = drawn_tables(
            samples.y.astype(np.int64),
            codes,
            p.shape[1],
            samples.units,
            dependence=samples.dependence,
            draws=max(len(values), 1),
            seed=seed,
        )
        return class_interval(metric, value, tables)
    if metric.name == "auroc" and metric.task == "binary":
        return auroc_interval(
            samples.y, p[:, 1], samples.units, samples.folds, dependence=samples.dependence
        )
    value = samples.value(metric, p)
    if metric.name not in _SCALES:
        return percentiles(value, values, samples)
    if metric.name == "auroc" and value == 1:
        return _perfect(samples, p)
    return on_scale(value, values, samples, _SCALES[metric.name])


def from_resamples(metric: str, value: float, values: Floats, samples: TestSamples) -> Interval:
    """Interval of a score counted over several repeats, from its values under resampled units.

    Args:
        metric: Name of a metric of probabilities or values.
        value: The score.
        values: (B,) scores under resampled units.
        samples: The samples, with the folds of one repeat.
    """
    return on_scale(value, values, samples, _SCALES[metric])


def _perfect(samples: TestSamples, p: Floats) -> Interval:
    """Every class told from the rest without an error: the mean of the classes' score limits."""
    lows = [
        auroc_interval(
            (samples.y == k).astype(np.int64),
            p[:, k],
            samples.units,
            samples.folds,
            dependence=samples.dependence,
        ).low
        for k in np.unique(samples.y).astype(np.int64)
    ]
    return Interval(1.0, float(np.mean(lows)), 1.0)


def percentiles(value: float, values: Floats, samples: TestSamples) -> Interval:
    """Percentile interval over resampled units."""
    if not np.isfinite(value):
        return _without_limits(value)
    low, high = percentile_interval(value + (values - value) * np.sqrt(samples.dependence))
    return Interval(value, low, high, int(np.isfinite(values).sum()))


def shown_difference(value: float, values: Floats, samples: TestSamples) -> Interval:
    """Difference of two models with its interval, from its values (B,) under resampled units."""
    return on_scale(value, values, samples, _AS_IT_IS)


def on_scale(value: float, values: Floats, samples: TestSamples, scale: _Scale) -> Interval:
    """Interval from the standard error over resampled units on a scale without ends.

    Without limits where fewer than half of the resamples have a score, and where the score lies
    at an end of its scale.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = float(scale.there(np.array(value)))
        moved = scale.there(values)
    usable = moved[np.isfinite(moved)]
    correction, freedom = samples.few
    if not np.isfinite(centre) or 2 * len(usable) < len(values) or len(usable) < 2:
        return _without_limits(value)
    error = float(usable.std(ddof=1)) * correction * np.sqrt(samples.dependence)
    reach = float(student.ppf((1 + _LEVEL) / 2, freedom)) * error
    ends = scale.back(centre + np.array([-reach, reach]))
    return Interval(value, float(ends.min()), float(ends.max()), len(usable))


def _without_limits(value: float) -> Interval:
    return Interval(value, float("nan"), float("nan"))
