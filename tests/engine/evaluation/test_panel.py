"""The metric panel, the curves and the confusion matrix against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from deepbench.evaluation.bootstrap import unit_weights
from deepbench.evaluation.delong import delong_interval
from deepbench.evaluation.metrics import metrics_for
from deepbench.evaluation.panel import binary_curves, confusion, metric_interval, metric_panel
from deepbench.evaluation.shown_intervals import TestSamples


def _binary(seed: int, n: int = 60):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    positive = np.round(np.clip(rng.random(n) * 0.7 + 0.2 * y, 0, 1), 2)
    return y, np.column_stack([1 - positive, positive]), rng


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_panel_holds_every_metric_with_its_own_interval(task):
    y, p, rng = _binary(0)
    if task == "multiclass":
        y, p = rng.integers(0, 3, 60), rng.dirichlet(np.ones(3), 60)
    if task == "regression":
        y, p = rng.normal(size=60), rng.normal(size=(60, 1))
    units = np.arange(60) // 2
    samples = TestSamples(task, y, units)
    panel = metric_panel(samples, p, resamples=100, seed=4)
    for name, metric in metrics_for(task).items():
        assert panel.pop(name) == metric_interval(metric, samples, p, resamples=100, seed=4)
    assert set(panel) == ({"auroc_delong", "auroc_bootstrap"} if task == "binary" else set())


def test_classes_said_by_another_rule_change_their_metrics_alone():
    y, p, _ = _binary(0)
    said = (p[:, 1] > 0.3).astype(np.int64)
    samples = TestSamples("binary", y, np.arange(60))
    plain = metric_panel(samples, p, resamples=50, seed=4)
    panel = metric_panel(samples, p, resamples=50, seed=4, said=said)
    assert panel["balanced_accuracy"].value == sk.balanced_accuracy_score(y, said)
    assert panel["mcc"].value == pytest.approx(sk.matthews_corrcoef(y, said))
    assert panel["f1"].value == pytest.approx(sk.f1_score(y, said))
    assert panel["accuracy"].value == pytest.approx(sk.accuracy_score(y, said))
    same = set(plain) - {"balanced_accuracy", "mcc", "f1", "accuracy"}
    assert {name: panel[name] for name in same} == {name: plain[name] for name in same}
    np.testing.assert_array_equal(
        binary_curves(y, p, said).confusion, sk.confusion_matrix(y, said)
    )


def test_panel_adds_the_delong_interval_that_minds_units():
    y, p, _ = _binary(1)
    y, p, units = np.repeat(y, 2), np.repeat(p, 2, axis=0), np.repeat(np.arange(60), 2)
    panel = metric_panel(TestSamples("binary", y, units), p, resamples=50, seed=4)
    assert panel["auroc_delong"] == delong_interval(y, p[:, 1], units=units)
    assert panel["auroc_delong"] != delong_interval(y, p[:, 1])


def test_panel_of_one_class_is_complete():
    _, p, _ = _binary(2)
    samples = TestSamples("binary", np.zeros(60, np.int64), np.arange(60))
    panel = metric_panel(samples, p, resamples=20, seed=1)
    assert np.isnan(panel["auroc"].value)
    assert np.isnan(panel["auroc_delong"].low)
    assert np.isfinite(panel["brier"].low)


def test_panel_of_several_models_compares_within_folds_everywhere():
    y, p, _ = _binary(3)
    folds = np.arange(60) % 5
    samples = TestSamples("binary", y, np.arange(60), folds)
    panel = metric_panel(samples, p, resamples=200, seed=4)
    within = delong_interval(y, p[:, 1], folds=folds, dependence=1.8)
    assert panel["auroc_delong"] == delong_interval(
        y, p[:, 1], units=np.arange(60), folds=folds, dependence=1.8
    )
    for name in ("auroc", "auroc_bootstrap"):
        assert panel[name].value == pytest.approx(within.value)
        assert 0 <= panel[name].low < within.value < panel[name].high <= 1


def test_the_bootstrap_beside_the_auroc_equals_a_loop_over_resampled_rows():
    y, p, _ = _binary(4)
    units = np.arange(60) // 2
    y = np.repeat(y[::2], 2)
    values = []
    for counts in unit_weights(units, 300, 9, y).astype(int):
        rows = np.repeat(np.arange(60), counts)
        values.append(sk.roc_auc_score(y[rows], p[rows, 1]))
    found = metric_panel(TestSamples("binary", y, units), p, resamples=300, seed=9)
    limits = np.quantile(values, [0.025, 0.975])
    assert (found["auroc_bootstrap"].low, found["auroc_bootstrap"].high) == pytest.approx(
        tuple(limits)
    )


@pytest.mark.parametrize("seed", range(4))
def test_curves_equal_scikit_learn(seed):
    y, p, _ = _binary(seed)
    curves = binary_curves(y, p)
    precision, recall, _ = sk.precision_recall_curve(y, p[:, 1])
    np.testing.assert_allclose(curves.recall, recall[::-1])
    np.testing.assert_allclose(curves.precision, precision[::-1])
    np.testing.assert_array_equal(curves.confusion, sk.confusion_matrix(y, p[:, 1] > 0.5))


@pytest.mark.parametrize("seed", range(4))
def test_roc_points_are_the_corners_of_scikit_learns(seed):
    y, p, _ = _binary(seed)
    curves = binary_curves(y, p)
    fpr, tpr, _ = sk.roc_curve(y, p[:, 1], drop_intermediate=False)
    # Along fpr + tpr, which never stands still, both rates are functions of one number.
    ours = curves.false_positive_rate + curves.true_positive_rate
    np.testing.assert_allclose(np.interp(fpr + tpr, ours, curves.false_positive_rate), fpr)
    np.testing.assert_allclose(np.interp(fpr + tpr, ours, curves.true_positive_rate), tpr)
    assert len(ours) < len(fpr)
    area = np.trapezoid(curves.true_positive_rate, curves.false_positive_rate)
    assert area == pytest.approx(metrics_for("binary")["auroc"].function(y, p))


def test_curves_of_one_class_and_of_constant_scores():
    _, p, _ = _binary(6)
    curves = binary_curves(np.zeros(60, int), p)
    assert np.isnan(curves.true_positive_rate).all()
    assert np.isnan(curves.recall).all()
    assert curves.false_positive_rate[-1] == 1
    flat = binary_curves(np.tile([0, 1], 5), np.full((10, 2), 0.5))
    assert flat.false_positive_rate.tolist() == [0, 1]
    assert flat.true_positive_rate.tolist() == [0, 1]
    assert flat.precision.tolist() == [1, 0.5]
    assert flat.confusion.tolist() == [[5, 0], [5, 0]]


def test_confusion_keeps_classes_that_do_not_occur():
    y, p = np.array([0, 0, 2, 2]), np.eye(4)[[0, 2, 2, 2]]
    expected = sk.confusion_matrix(y, [0, 2, 2, 2], labels=range(4))
    np.testing.assert_array_equal(confusion(y, p, 4), expected)
