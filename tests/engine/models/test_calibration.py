"""Calibration of probabilities against the optimum of the log loss, and under attack."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, logit, softmax
from sklearn.metrics import log_loss, roc_auc_score

from deepbench.evaluation.calibration import weighted_intercept, weighted_slope
from deepbench.models.calibration import (
    Calibration,
    cross_calibrated,
    fit_calibration,
    pooled_calibration,
)

Pair = tuple[np.ndarray, np.ndarray]


def two_classes(n: int, *, sureness: float, share: float = 0.3, seed: int = 0) -> Pair:
    """Outcomes drawn from true log odds, and what a model says: those times ``sureness``."""
    rng = np.random.default_rng(seed)
    true = logit(share) + 1.5 * rng.normal(size=n)
    codes = (rng.random(n) < expit(true)).astype(np.int64)
    said = logit(codes.mean()) + sureness * (true - logit(share))
    return codes, np.column_stack([expit(-said), expit(said)])


def several(n: int, sureness: float = 1.0, seed: int = 0) -> Pair:
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(n, 3)) * 1.5 + np.log([0.6, 0.3, 0.1])
    codes = np.array([rng.choice(3, p=row) for row in softmax(true, axis=1)])
    return codes, softmax(np.log([0.6, 0.3, 0.1]) * (1 - sureness) + sureness * true, axis=1)


def fitted(codes: np.ndarray, p: np.ndarray) -> Calibration:
    found = fit_calibration(codes, p, np.ones(len(codes)))
    assert found is not None
    return found


@pytest.mark.parametrize("sureness", [0.2, 0.5, 1.0, 3.0])
def test_the_slope_undoes_what_the_model_got_wrong(sureness: float) -> None:
    codes, p = two_classes(20_000, sureness=sureness)
    found = fitted(codes, p)
    assert found.slope == pytest.approx(1 / sureness, rel=0.06)
    q = found.apply(p)
    ones = np.ones((len(codes), 1))
    assert weighted_slope(codes, q[:, 1], ones)[0] == pytest.approx(1.0, abs=0.01)
    assert weighted_intercept(codes, q[:, 1], ones)[0] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_two_classes_with_many_samples_are_logistic_recalibration(seed: int) -> None:
    codes, p = two_classes(5_000, sureness=2.0, seed=seed)
    odds = logit(p[:, 1])

    def loss(values: np.ndarray) -> float:
        linear = values[0] + values[1] * odds
        return float(np.mean(np.logaddexp(0, linear) - codes * linear))

    best = minimize(loss, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-6}).x
    by_hand = expit(best[0] + best[1] * odds)
    np.testing.assert_allclose(fitted(codes, p).apply(p)[:, 1], by_hand, atol=0.015)


@pytest.mark.parametrize("make", [lambda: two_classes(80, sureness=2.5), lambda: several(80)])
def test_the_fit_is_the_optimum_of_what_is_written_down(make) -> None:
    codes, p = make()
    found = fitted(codes, p)
    shares = np.bincount(codes) / len(codes)
    evidence = np.log(p + 1 / (4 * len(codes))) + 1e-4 * np.log(p) - np.log(shares)

    def loss(values: np.ndarray) -> float:
        linear = np.log(shares) + values[1:] + np.exp(values[0]) * evidence
        said = log_softmax(linear, axis=1)[np.arange(len(codes)), codes].sum()
        return float(values[0] ** 2 / 8 + (values[1:] ** 2).sum() / 18 - said)

    start = np.zeros(1 + len(shares))
    options = {"xatol": 1e-8, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000}
    best = minimize(loss, start, method="Nelder-Mead", options=options)
    found_values = np.array([np.log(found.slope), *found.shifts])
    assert loss(found_values) <= best.fun + 1e-8
    np.testing.assert_allclose(found_values, best.x, atol=1e-3)


def test_several_classes_get_their_temperature() -> None:
    codes, p = several(20_000, sureness=2.0)
    found = fitted(codes, p)
    assert found.slope == pytest.approx(0.5, rel=0.05)
    assert log_loss(codes, found.apply(p)) < log_loss(codes, p) - 0.05
    np.testing.assert_allclose(found.apply(p).sum(axis=1), 1.0)


def test_two_classes_are_the_same_from_either_side() -> None:
    codes, p = two_classes(60, sureness=2.0)
    one, other = fitted(codes, p), fitted(1 - codes, p[:, ::-1])
    np.testing.assert_allclose(one.apply(p), other.apply(p[:, ::-1])[:, ::-1], atol=1e-6)


@pytest.mark.parametrize("sureness", [1e-6, 0.01, 1.0, 20.0, 200.0])
def test_the_order_of_samples_never_changes(sureness: float) -> None:
    codes, p = two_classes(200, sureness=sureness)
    q = fitted(codes, p).apply(p)
    assert roc_auc_score(codes, q[:, 1]) == roc_auc_score(codes, p[:, 1])
    assert (np.diff(q[np.argsort(p[:, 1]), 1]) >= 0).all()


def test_a_model_that_ranks_the_wrong_way_round_is_drawn_to_the_shares_and_not_turned() -> None:
    codes, p = two_classes(300, sureness=1.0)
    q = fitted(1 - codes, p).apply(p)
    assert np.ptp(q[:, 1]) < 0.2 * np.ptp(p[:, 1])
    assert (np.diff(q[np.argsort(p[:, 1]), 1]) >= 0).all()


def test_certainties_become_finite_and_stay_in_order() -> None:
    codes = np.repeat([0, 1], 20)
    positive = np.where(codes == 1, 1.0, 0.0)
    positive[[0, 25]] = [1.0, 0.0]  # two certain errors
    p = np.column_stack([1 - positive, positive])
    found = fitted(codes, p)
    q = found.apply(p)
    assert found.slope < 1
    assert 0.0 < q[:, 1].min() < q[:, 1].max() < 1.0
    assert np.isfinite(np.log(q)).all()
    # Each side is right in 19 of 20.
    np.testing.assert_allclose(q[codes == 1, 1].max(), 0.95, atol=0.03)


def test_a_perfect_separation_stays_finite() -> None:
    codes = np.repeat([0, 1], 30)
    p = np.column_stack([1 - 0.4 - 0.2 * codes, 0.4 + 0.2 * codes])
    found = fitted(codes, p)
    assert 1 < found.slope < 1100
    assert np.isfinite(found.apply(p)).all()
    assert log_loss(codes, found.apply(p)) < log_loss(codes, p)


def test_predictions_that_are_all_equal_become_the_shares() -> None:
    codes = np.repeat([0, 0, 0, 1], 50)
    found = fitted(codes, np.tile([0.5, 0.5], (200, 1)))
    q = found.apply(np.array([[0.5, 0.5]]))
    np.testing.assert_allclose(q, [[0.75, 0.25]], atol=0.005)


@pytest.mark.parametrize("n", [2, 4, 6])
def test_a_handful_of_samples_changes_little(n: int) -> None:
    codes = np.arange(n) % 2
    p = np.column_stack([np.linspace(0.6, 0.4, n), np.linspace(0.4, 0.6, n)])
    q = fitted(codes, p).apply(p)
    assert (q > 0.02).all()
    assert (q < 0.98).all()


def test_one_class_alone_has_no_calibration() -> None:
    p = np.tile([0.4, 0.6], (5, 1))
    assert fit_calibration(np.ones(5, np.int64), p, np.ones(5)) is None
    never = np.full((2, 5, 2), np.nan)
    assert pooled_calibration(np.arange(5) % 2, never, np.arange(5)) is None


def test_a_class_that_training_lacks_keeps_its_probability() -> None:
    codes, p = two_classes(100, sureness=3.0)
    three = np.column_stack([0.9 * p[:, 0], np.full(100, 0.1), 0.9 * p[:, 1]])
    found = fitted(2 * codes, three)
    q = found.apply(three)
    np.testing.assert_array_equal(q[:, 1], 0.1)
    np.testing.assert_allclose(q.sum(axis=1), 1.0)
    assert found.shares[1] == found.shifts[1] == 0.0


def test_a_model_that_is_certain_of_a_class_that_training_lacks_says_nothing_else() -> None:
    found = Calibration(2.0, (0.1, 0.0, -0.1), (0.5, 0.0, 0.5), 0.01)
    np.testing.assert_array_equal(found.apply(np.array([[0.0, 1.0, 0.0]])), [[0.0, 1.0, 0.0]])


def test_a_class_that_a_fold_lacked_does_no_harm() -> None:
    codes, p = several(90)
    p[:30] = p[:30] * [1, 1, 0] / p[:30, :2].sum(axis=1, keepdims=True)
    found = fitted(codes, p)
    assert np.isfinite(found.apply(p)).all()
    assert found.apply(p).min() > 0


def test_repeats_count_once_and_units_count_once() -> None:
    codes, p = two_classes(60, sureness=2.0)
    alone = pooled_calibration(codes, p[None], np.arange(60))
    twice = pooled_calibration(codes, np.stack([p, p]), np.arange(60))
    rows = np.repeat(np.arange(60), 5)
    fivefold = pooled_calibration(codes[rows], p[rows][None], rows)
    for other in (twice, fivefold):
        assert other.slope == pytest.approx(alone.slope, rel=1e-4)
        np.testing.assert_allclose(other.shifts, alone.shifts, atol=1e-4)
        assert other.floor == pytest.approx(alone.floor)


def test_rows_that_were_never_predicted_have_no_say() -> None:
    codes, p = two_classes(60, sureness=2.0)
    oof = np.stack([p, np.full_like(p, np.nan)])
    assert pooled_calibration(codes, oof, np.arange(60)) == pooled_calibration(
        codes, p[None], np.arange(60)
    )


def test_no_sample_has_a_say_in_its_own_calibration() -> None:
    """The labels of a fold may change at will: its calibrated predictions stay the same."""
    codes, p = two_classes(60, sureness=2.0)
    folds = (np.arange(60) % 5)[None]
    before = cross_calibrated(codes, p[None], np.arange(60), folds)
    flipped = np.where(folds[0] == 2, 1 - codes, codes)
    after = cross_calibrated(flipped, p[None], np.arange(60), folds)
    np.testing.assert_array_equal(after[0, folds[0] == 2], before[0, folds[0] == 2])
    assert not np.array_equal(after[0, folds[0] != 2], before[0, folds[0] != 2])


def test_a_fold_is_calibrated_by_all_others_of_its_repeat() -> None:
    codes, p = two_classes(60, sureness=2.0)
    folds = (np.arange(60) % 3)[None]
    found = cross_calibrated(codes, p[None], np.arange(60), folds)
    others = folds[0] != 1
    by_hand = fit_calibration(codes[others], p[others], np.ones(40))
    np.testing.assert_array_equal(found[0, ~others], by_hand.apply(p[~others]))


def test_folds_whose_others_hold_one_class_stay_as_they_are() -> None:
    codes = np.array([0, 0, 1, 1])
    p = np.array([[0.7, 0.3], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])
    found = cross_calibrated(codes, p[None], np.arange(4), np.array([[0, 0, 1, 1]]))
    np.testing.assert_array_equal(found[0], p)


def test_few_samples_do_no_harm_on_average() -> None:
    """Where the model is right already, new samples lose little, with 60 to learn from."""
    lost = []
    for seed in range(40):
        codes, p = two_classes(60, sureness=1.0, seed=seed)
        new_codes, new = two_classes(2_000, sureness=1.0, seed=1_000 + seed)
        lost.append(log_loss(new_codes, fitted(codes, p).apply(new)) - log_loss(new_codes, new))
    assert np.mean(lost) < 0.03
