"""The decision rule: classes said by how far their probability rose over their share."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.metrics import balanced_accuracy_score

from deepbench.models.thresholds import DecisionRule


def test_two_classes_are_told_apart_at_the_share() -> None:
    rule = DecisionRule.of(np.array([0] * 8 + [1] * 2), 2)
    assert rule.threshold == 0.2
    p = np.array([0.0, 0.19, 0.2, 0.21, 0.5, 1.0])
    np.testing.assert_array_equal(rule.decide(np.column_stack([1 - p, p])), [0, 0, 0, 1, 1, 1])


def test_even_classes_are_told_apart_as_ever() -> None:
    rule = DecisionRule.of(np.arange(30) % 3, 3)
    p = np.random.default_rng(0).dirichlet(np.ones(3), 50)
    np.testing.assert_array_equal(rule.decide(p), p.argmax(axis=1))
    assert rule.threshold is None


def test_what_says_nothing_says_the_largest_class() -> None:
    codes = np.array([0] * 3 + [1] * 5 + [2] * 4)
    rule = DecisionRule.of(codes, 3)
    shares = np.bincount(codes) / len(codes)
    np.testing.assert_array_equal(rule.decide(np.tile(shares, (4, 1))), 1)


def test_a_class_that_was_never_seen_is_never_said() -> None:
    rule = DecisionRule.of(np.array([0, 0, 2]), 3)
    np.testing.assert_array_equal(
        rule.decide(np.array([[0.1, 0.8, 0.1], [0.2, 0.8, 0.0]])), [2, 0]
    )


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_no_other_threshold_has_a_better_balanced_accuracy(share: float) -> None:
    rng = np.random.default_rng(1)
    odds = logit(share) + rng.normal(size=100_000)
    p = expit(odds)
    codes = (rng.random(len(p)) < p).astype(np.int64)
    rule = DecisionRule.of(codes, 2)
    own = balanced_accuracy_score(codes, rule.decide(np.column_stack([1 - p, p])))
    others = [
        balanced_accuracy_score(codes, p > at) for at in np.quantile(p, np.arange(1, 20) / 20)
    ]
    assert own >= max(others) - 0.004
