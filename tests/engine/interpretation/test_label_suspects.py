"""Wrong labels: the rule of the paper, what is planted, and what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from deepbench.interpretation.label_suspects import (
    NONE,
    confident_classes,
    confident_joint,
    label_suspects,
    residual_outliers,
)
from deepbench.models.calibration import cross_calibrated


def by_the_paper(codes: NDArray[np.int64], p: NDArray[np.float64]) -> NDArray[np.int64]:
    """The confident joint as equations 1 and 2 of Northcutt et al. 2021 write it."""
    m = p.shape[1]
    thresholds = [np.mean([p[x, j] for x in range(len(p)) if codes[x] == j]) for j in range(m)]
    joint = np.zeros((m, m), dtype=int)
    for x in range(len(p)):
        sure = [j for j in range(m) if p[x, j] >= thresholds[j]]
        if sure:
            joint[codes[x], max(sure, key=lambda j: p[x, j])] += 1
    return joint


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_the_confident_joint_is_that_of_the_paper(classes: int) -> None:
    rng = np.random.default_rng(classes)
    codes = rng.integers(0, classes, 300)
    p = rng.dirichlet(np.full(classes, 0.5), 300)
    np.testing.assert_array_equal(confident_joint(codes, p), by_the_paper(codes, p))


def test_a_worked_example() -> None:
    codes = np.array([0, 0, 0, 1, 1, 1])
    p1 = np.array([0.1, 0.2, 0.9, 0.8, 0.9, 0.3])
    p = np.stack([1 - p1, p1], axis=1)
    # Thresholds: mean p0 of class 0 is 0.6, mean p1 of class 1 is 0.667.
    assert confident_classes(codes, p).tolist() == [0, 0, 1, 1, 1, 0]
    assert confident_joint(codes, p).tolist() == [[2, 1], [1, 2]]


def test_a_class_without_samples_is_never_said() -> None:
    codes = np.array([0, 0, 2, 2])
    p = np.array([[0.1, 0.9, 0.0], [0.8, 0.1, 0.1], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
    assert 1 not in confident_classes(codes, p)


def held_out_probabilities(
    x: NDArray[np.float64], codes: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    """Logistic regression, five folds, each calibrated by the others."""
    folds = np.arange(len(codes)) % 5
    p = np.zeros((len(codes), classes))
    for fold in range(5):
        fit = folds != fold
        p[~fit] = LogisticRegression(C=0.1).fit(x[fit], codes[fit]).predict_proba(x[~fit])
    return cross_calibrated(codes, p[None], np.arange(len(codes)), folds[None])[0]


def simulated(seed: int, apart: float, flipped: float, classes: int = 2):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, 500)
    x = rng.normal(size=(500, 20))
    x[np.arange(500), truth] += apart
    wrong = rng.random(500) < flipped
    codes = np.where(wrong, (truth + 1) % classes, truth)
    return codes, wrong, held_out_probabilities(x, codes, classes)


@pytest.mark.parametrize("classes", [2, 4])
def test_planted_wrong_labels_are_suspects(classes: int) -> None:
    """5 % of labels flipped, classes 4 apart: half of them found at least, most suspects true."""
    found = flipped = suspects = 0
    for seed in range(4):
        codes, wrong, p = simulated(seed, 4.0, 0.05, classes)
        suspect = label_suspects(codes, p)
        found += int((wrong & (suspect != NONE)).sum())
        flipped += int(wrong.sum())
        suspects += int((suspect != NONE).sum())
        truth = np.where(wrong, (codes - 1) % classes, codes)
        right = suspect[wrong & (suspect != NONE)] == truth[wrong & (suspect != NONE)]
        assert right.mean() > 0.9
    recall, precision = found / flipped, found / suspects
    assert recall > 0.5
    assert precision > 0.8


@pytest.mark.parametrize(("apart", "most"), [(0.5, 0.002), (2.0, 0.02), (5.0, 0.01)])
def test_right_labels_are_hardly_ever_suspects(apart: float, most: float) -> None:
    shares = [
        (label_suspects(codes, p) != NONE).mean()
        for codes, _, p in (simulated(seed, apart, 0.0) for seed in range(4))
    ]
    assert np.mean(shares) <= most


def test_rare_cases_that_a_model_misses_are_no_suspects() -> None:
    """One in fifty is ill, and the model says 95 % healthy of everyone: no evidence at all."""
    rng = np.random.default_rng(1)
    codes = (rng.random(500) < 0.02).astype(np.int64)
    ill = rng.uniform(0.01, 0.08, 500)
    assert (label_suspects(codes, np.stack([1 - ill, ill], axis=1)) == NONE).all()


def test_a_planted_typing_error_in_a_number_is_an_outlier() -> None:
    rng = np.random.default_rng(2)
    predicted = rng.uniform(0, 100, 400)
    observed = predicted + rng.normal(0, 1 + predicted / 20)
    observed[17] += 12 * (1 + predicted[17] / 20)
    far = residual_outliers(observed, predicted)
    assert np.flatnonzero(far).tolist() == [17]
    assert 9 < far[17] < 18


def test_skewed_residuals_and_few_samples_give_few_outliers() -> None:
    rng = np.random.default_rng(3)
    skewed = rng.gamma(4.0, 1.0, 1000)
    assert (residual_outliers(skewed, rng.normal(size=1000)) > 0).mean() < 0.01
    assert not residual_outliers(rng.normal(size=12), np.zeros(12)).any()
    assert not residual_outliers(np.ones(12), np.ones(12)).any()
