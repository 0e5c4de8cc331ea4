"""Each metric against scikit-learn or SciPy, and what it says where it is not defined."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from deepbench.evaluation.metrics import get_metric, metrics_for, tuning_metric


def _binary(seed: int, n: int = 80, tied: bool = True):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    positive = np.clip(0.3 * y + rng.uniform(0, 0.7, n), 0.01, 0.99)
    positive = np.clip(np.round(positive, 1), 0.02, 0.98) if tied else positive
    return y, np.column_stack([1 - positive, positive]), rng.integers(0, 4, n).astype(float)


def _multiclass(seed: int, n: int = 120, k: int = 4, tied: bool = True):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, k, n)
    p = rng.dirichlet(np.ones(k), n) + 0.5 * np.eye(k)[y]
    if tied:
        p = np.round(p, 1) + 0.01
    return y, p / p.sum(axis=1, keepdims=True), rng.uniform(0.1, 3, n)


def _regression(seed: int, n: int = 70):
    rng = np.random.default_rng(seed)
    y = np.round(rng.normal(10, 3, n), 0)
    p = np.round(y + rng.normal(0, 2, n), 0)[:, None]
    return y, p, rng.integers(0, 4, n).astype(float)


BINARY_REFERENCE = {
    "auroc": lambda y, p, w: sk.roc_auc_score(y, p[:, 1], sample_weight=w),
    "average_precision": lambda y, p, w: sk.average_precision_score(y, p[:, 1], sample_weight=w),
    "balanced_accuracy": lambda y, p, w: sk.balanced_accuracy_score(
        y, p.argmax(1), sample_weight=w
    ),
    "mcc": lambda y, p, w: sk.matthews_corrcoef(y, p.argmax(1), sample_weight=w),
    "f1": lambda y, p, w: sk.f1_score(y, p.argmax(1), sample_weight=w),
    "brier": lambda y, p, w: sk.brier_score_loss(y, p[:, 1], sample_weight=w),
    "log_loss": lambda y, p, w: sk.log_loss(y, p, sample_weight=w),
    "accuracy": lambda y, p, w: sk.accuracy_score(y, p.argmax(1), sample_weight=w),
    "majority_accuracy": lambda y, p, w: max(
        sk.accuracy_score(y, np.full(len(y), k), sample_weight=w) for k in (0, 1)
    ),
}
MULTICLASS_REFERENCE = {
    "auroc": lambda y, p, w: np.mean(
        [sk.roc_auc_score(y == k, p[:, k], sample_weight=w) for k in range(p.shape[1])]
    ),
    "average_precision": lambda y, p, w: sk.average_precision_score(
        np.eye(p.shape[1])[y], p, average="macro", sample_weight=w
    ),
    "balanced_accuracy": BINARY_REFERENCE["balanced_accuracy"],
    "mcc": BINARY_REFERENCE["mcc"],
    "f1": lambda y, p, w: sk.f1_score(y, p.argmax(1), average="macro", sample_weight=w),
    "brier": lambda y, p, w: sk.brier_score_loss(y, p, sample_weight=w),
    "log_loss": BINARY_REFERENCE["log_loss"],
    "accuracy": BINARY_REFERENCE["accuracy"],
    "majority_accuracy": lambda y, p, w: max(
        sk.accuracy_score(y, np.full(len(y), k), sample_weight=w) for k in range(p.shape[1])
    ),
}
REGRESSION_REFERENCE = {
    "r2": lambda y, p, w: sk.r2_score(y, p[:, 0], sample_weight=w),
    "mae": lambda y, p, w: sk.mean_absolute_error(y, p[:, 0], sample_weight=w),
    "rmse": lambda y, p, w: sk.root_mean_squared_error(y, p[:, 0], sample_weight=w),
    "spearman": lambda y, p, w: (
        stats.spearmanr(np.repeat(y, w.astype(int)), np.repeat(p[:, 0], w.astype(int))).statistic
    ),
    "mean_rmse": lambda y, p, w: sk.root_mean_squared_error(
        y, np.full(len(y), np.average(y, weights=w)), sample_weight=w
    ),
}


@pytest.mark.parametrize("name", BINARY_REFERENCE)
@pytest.mark.parametrize("tied", [True, False])
def test_binary_metrics_equal_the_reference(name, tied):
    for seed in range(5):
        y, p, w = _binary(seed, tied=tied)
        metric = get_metric("binary", name)
        plain, weighted = np.ones(len(y)), w
        assert metric.function(y, p) == pytest.approx(BINARY_REFERENCE[name](y, p, plain))
        assert metric.function(y, p, w) == pytest.approx(BINARY_REFERENCE[name](y, p, weighted))


@pytest.mark.parametrize("name", MULTICLASS_REFERENCE)
@pytest.mark.parametrize("tied", [True, False])
def test_multiclass_metrics_equal_the_reference(name, tied):
    for seed in range(5):
        y, p, w = _multiclass(seed, tied=tied)
        metric = get_metric("multiclass", name)
        reference = MULTICLASS_REFERENCE[name]
        assert metric.function(y, p) == pytest.approx(reference(y, p, np.ones(len(y))))
        assert metric.function(y, p, w) == pytest.approx(reference(y, p, w))


@pytest.mark.parametrize("name", REGRESSION_REFERENCE)
def test_regression_metrics_equal_the_reference(name):
    for seed in range(5):
        y, p, w = _regression(seed)
        metric, reference = get_metric("regression", name), REGRESSION_REFERENCE[name]
        assert metric.function(y, p) == pytest.approx(reference(y, p, np.ones(len(y))))
        assert metric.function(y, p, w) == pytest.approx(reference(y, p, w))


@pytest.mark.parametrize(
    ("task", "sample"),
    [("binary", _binary), ("multiclass", _multiclass), ("regression", _regression)],
)
def test_weightings_side_by_side_equal_one_at_a_time(task, sample):
    y, p, _ = sample(3)
    weights = np.random.default_rng(0).poisson(1, (7, len(y))).astype(float)
    for metric in metrics_for(task).values():
        together = metric.weighted(y, p, weights)
        np.testing.assert_allclose(together, [metric.function(y, p, w) for w in weights])


def test_whole_weights_equal_repeated_rows():
    for task, sample in (("binary", _binary), ("regression", _regression)):
        y, p, w = sample(1)
        repeated = np.repeat(np.arange(len(y)), w.astype(int))
        for metric in metrics_for(task).values():
            assert metric.function(y, p, w) == pytest.approx(
                metric.function(y[repeated], p[repeated]), rel=1e-6
            )


def test_one_class_leaves_only_scores_that_do_not_compare_classes():
    _, p, _ = _binary(0)
    panel = {k: m.function(np.ones(80, int), p) for k, m in metrics_for("binary").items()}
    defined = {name for name, value in panel.items() if not np.isnan(value)}
    assert defined == {"brier", "log_loss", "accuracy", "majority_accuracy"}


def test_macro_scores_average_over_the_classes_present():
    y, p, _ = _multiclass(0)
    kept = y != 3
    present = [sk.roc_auc_score(y[kept] == k, p[kept, k]) for k in range(3)]
    auroc = get_metric("multiclass", "auroc").function(y[kept], p[kept])
    assert auroc == pytest.approx(np.mean(present))
    balanced = get_metric("multiclass", "balanced_accuracy").function(y[kept], p[kept])
    recall = [(p[y == k].argmax(1) == k).mean() for k in range(3)]
    assert balanced == pytest.approx(np.mean(recall))


def test_constant_scores():
    y = np.array([0, 1, 0, 1, 1])
    p = np.tile([0.4, 0.6], (5, 1))
    values = {name: m.function(y, p) for name, m in metrics_for("binary").items()}
    assert values["auroc"] == 0.5
    assert values["average_precision"] == pytest.approx(0.6)
    assert values["mcc"] == 0
    assert values["balanced_accuracy"] == 0.5
    assert values["f1"] == pytest.approx(sk.f1_score(y, np.ones(5)))
    assert np.isnan(values["calibration_slope"])
    assert values["calibration_intercept"] == pytest.approx(0, abs=1e-9)


def test_no_positive_predicted_gives_f1_of_zero():
    y, p = np.array([0, 1, 0, 1]), np.tile([0.9, 0.1], (4, 1))
    assert get_metric("binary", "f1").function(y, p) == 0


def test_constant_outcome_or_prediction_in_regression():
    p = np.arange(5.0)[:, None]
    constant = np.full(5, 0.1)
    assert np.isnan(get_metric("regression", "r2").function(constant, p))
    assert np.isnan(get_metric("regression", "spearman").function(constant, p))
    assert np.isnan(get_metric("regression", "spearman").function(p[:, 0], constant[:, None]))
    assert get_metric("regression", "mean_rmse").function(constant, p) == 0
    only_one_value = np.array([0.0, 0, 3, 0, 0])
    assert np.isnan(get_metric("regression", "r2").function(p[:, 0], p, only_one_value))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_prediction_that_is_no_number_makes_every_score_nan(bad):
    for task, sample in (("binary", _binary), ("regression", _regression)):
        y, p, _ = sample(0)
        p[3, 0] = bad
        assert all(np.isnan(m.function(y, p)) for m in metrics_for(task).values())


def test_no_rows_and_no_weight():
    for metric in metrics_for("binary").values():
        assert np.isnan(metric.function(np.empty(0, int), np.empty((0, 2))))
        assert np.isnan(metric.function(np.array([0, 1]), np.eye(2), np.zeros(2)))


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        get_metric("binary", "auroc").function(np.array([0, 1]), np.eye(3)[:, :2])


def test_chance_is_the_score_of_a_model_that_knows_the_frequencies():
    y = np.repeat([0, 1, 2], [50, 30, 20])
    for task, outcome in (("binary", np.minimum(y, 1)), ("multiclass", y)):
        shares = np.bincount(outcome) / len(outcome)
        p = np.tile(shares, (len(outcome), 1))
        for name in ("auroc", "average_precision", "brier", "log_loss", "accuracy", "mcc"):
            metric = get_metric(task, name)
            assert metric.chance(outcome) == pytest.approx(metric.function(outcome, p)), name
        drawn = np.random.default_rng(0).choice(len(shares), (400, len(outcome)), p=shares)
        for name in ("f1", "balanced_accuracy"):
            metric = get_metric(task, name)
            values = [metric.function(outcome, np.eye(len(shares))[d]) for d in drawn]
            assert metric.chance(outcome) == pytest.approx(np.mean(values), abs=0.01), name


def test_chance_in_regression_is_the_mean():
    y = np.random.default_rng(0).gamma(2.0, size=200)
    mean = np.full((200, 1), y.mean())
    for name in ("r2", "mae", "rmse", "mean_rmse"):
        metric = get_metric("regression", name)
        assert metric.chance(y) == pytest.approx(metric.function(y, mean), abs=1e-12)


def test_registry():
    assert [tuning_metric(t) for t in ("binary", "multiclass", "regression")] == [
        "auroc",
        "auroc",
        "r2",
    ]
    assert set(metrics_for("binary")) == {*BINARY_REFERENCE} | {
        "calibration_slope",
        "calibration_intercept",
    }
    assert set(metrics_for("multiclass")) == {*MULTICLASS_REFERENCE}
    assert set(metrics_for("regression")) == {*REGRESSION_REFERENCE}
    with pytest.raises(KeyError):
        get_metric("regression", "auroc")
