"""Measures in a group and outside it, against closed forms and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, ttest_1samp
from sklearn.metrics import confusion_matrix, roc_auc_score

from deepbench.privacy.subgroups.measures import (
    SMALLEST_GROUP,
    Answered,
    difference_of,
    mean_with_limits,
    pairs,
)
from deepbench.study.records import Score


def binary(n: int = 120, seed: int = 1) -> Answered:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    positive = np.clip(0.5 + 0.25 * (2 * y - 1) + rng.normal(0, 0.3, n), 0.01, 0.99)
    p = np.stack([1 - positive, positive], axis=1)
    return Answered("binary", y, p, (positive > 0.5).astype(np.int64), np.arange(n))


def wilson(hits: int, n: int) -> Score:
    z, share = 1.959964, hits / n
    middle, reach = (
        share + z**2 / (2 * n),
        z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)),
    )
    below = 1 + z**2 / n
    return Score(value=share, low=(middle - reach) / below, high=(middle + reach) / below)


def test_the_difference_is_that_of_newcombe() -> None:
    """Newcombe 1998, table II: 56/70 - 48/80, method 10: 0.0524 to 0.3339."""
    found = difference_of(wilson(56, 70), wilson(48, 80))
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)


def test_a_difference_to_nothing_has_no_limits() -> None:
    half = Score(value=0.5, low=0.4, high=0.6)
    assert difference_of(half, Score(value=None)) == Score(value=None)
    assert difference_of(half, Score(value=0.25)) == Score(value=0.25)


def test_shares_are_those_of_the_confusion_matrix() -> None:
    answered = binary()
    member = np.arange(120) % 3 == 0
    found = {name: (inside, outside) for name, inside, outside, _ in pairs(answered, member, 7)}
    for rows, place in ((member, 0), (~member, 1)):
        tn, fp, fn, tp = confusion_matrix(answered.y[rows], answered.said[rows]).ravel()
        assert found["missed"][place].value == pytest.approx(fn / (fn + tp))
        assert found["false alarms"][place].value == pytest.approx(fp / (fp + tn))
        assert found["error"][place].value == pytest.approx((fp + fn) / rows.sum())
        auroc = roc_auc_score(answered.y[rows], answered.p[rows, 1])
        assert found["score"][place].value == pytest.approx(auroc)
        gap = answered.y[rows].mean() - answered.p[rows, 1].mean()
        assert found["calibration"][place].value == pytest.approx(gap)


def test_a_share_of_single_samples_has_the_interval_of_jeffreys() -> None:
    answered = binary()
    everyone = np.ones(120, dtype=bool)
    found = answered.value("missed", everyone, 1)
    positives = int((answered.y == 1).sum())
    wrong = int(((answered.y == 1) & (answered.said == 0)).sum())
    assert found is not None
    low, high = beta.ppf([0.025, 0.975], wrong + 0.5, positives - wrong + 0.5)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_the_mean_of_single_samples_has_the_t_interval() -> None:
    values = np.random.default_rng(2).normal(0.1, 1, 40)
    found = mean_with_limits(values, np.arange(40), 1.0)
    low, high = ttest_1samp(values, 0).confidence_interval()
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    twice = mean_with_limits(np.repeat(values, 2), np.repeat(np.arange(40), 2), 1.0)
    assert (twice.low, twice.high) == (pytest.approx(low), pytest.approx(high))


def test_folds_whose_models_go_together_widen_all_intervals() -> None:
    one = binary()
    folds = np.arange(120) % 5
    several = Answered(one.task, one.y, one.p, one.said, one.units, folds)
    everyone = np.ones(120, dtype=bool)
    for name in ("error", "missed", "calibration"):
        narrow, wide = one.value(name, everyone, 1), several.value(name, everyone, 1)
        assert narrow is not None
        assert wide is not None
        assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low)  # type: ignore[operator]


def test_of_fewer_than_ten_units_nothing_is_said() -> None:
    answered = binary()
    rows = np.zeros(120, dtype=bool)
    rows[: SMALLEST_GROUP - 1] = True
    assert list(pairs(answered, rows, 1)) == []
    rows[SMALLEST_GROUP - 1] = True
    names = [name for name, *_ in pairs(answered, rows, 1)]
    assert "error" in names
    assert "missed" not in names, "fewer than ten of them are positive"


def test_numbers_have_the_mean_absolute_error() -> None:
    rng = np.random.default_rng(3)
    y = rng.normal(size=60)
    p = y + rng.normal(0, 0.5, 60)
    answered = Answered("regression", y, p[:, None], np.empty(0, dtype=np.int64), np.arange(60))
    member = np.arange(60) < 30
    found = {name: inside for name, inside, _, _ in pairs(answered, member, 1)}
    assert set(found) == {"score", "error"}
    assert found["error"].value == pytest.approx(np.abs(y - p)[:30].mean())
    assert answered.compared == ("error",)
