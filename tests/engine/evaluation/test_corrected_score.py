"""BBC-CV against a plain loop, and what it is for: no winner out of noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from deepbench.errors import DataError
from deepbench.evaluation.bootstrap import unit_weights
from deepbench.evaluation.corrected_score import (
    affordable_resamples,
    corrected_score,
    paired_corrected_difference,
)
from deepbench.evaluation.fold_scores import score, weighted_scores


def _noise(seed: int, n: int = 60, candidates: int = 40, repeats: int = 1, folds: int = 5):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    fold_of = np.stack([rng.permutation(n) % folds for _ in range(repeats)])
    positive = rng.random((candidates, repeats, n))
    return y, list(np.stack([1 - positive, positive], axis=3)), fold_of


def _loop(task, y, units, oofs, fold_of, weights):
    """In-bag winner and its out-of-bag score, one resample at a time."""
    values = []
    for w in weights:
        in_bag = [weighted_scores(task, y, oof, fold_of, w[None])[0] for oof in oofs]
        best = oofs[int(np.argmax(in_bag))]
        rest = w == 0
        values.append(score(task, y[rest], best[:, rest], fold_of[:, rest]))
    return np.array(values)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_equals_a_loop_over_resamples(task):
    y, oofs, fold_of = _noise(0, n=50, candidates=4, repeats=2)
    units = np.arange(50) // 2
    y = np.repeat(y[:25], 2)
    if task == "regression":
        y = y + np.linspace(0, 1, 50)
        oofs = [oof[:, :, 1:] for oof in oofs]
    labels = y if task == "binary" else None
    weights = unit_weights(units, 80, 3, labels)
    values = _loop(task, y, units, oofs, fold_of, weights)
    got = corrected_score(task, y, units, oofs, fold_of, resamples=80, seed=3)
    assert got.value == pytest.approx(np.nanmean(values))
    assert (got.low, got.high) == pytest.approx(tuple(np.nanquantile(values, [0.025, 0.975])))
    plain = [score(task, y, oof, fold_of) for oof in oofs]
    assert (got.plain, got.winner_index) == (pytest.approx(max(plain)), int(np.argmax(plain)))
    own = weighted_scores(task, y, oofs[got.winner_index], fold_of, weights)
    assert got.standard_error == pytest.approx(own.std(ddof=1))


def test_paired_difference_equals_a_loop_over_resamples():
    y, oofs, fold_of = _noise(1, n=40, candidates=5)
    units = np.arange(40)
    weights = unit_weights(units, 60, 4, y)
    a = _loop("binary", y, units, oofs[:2], fold_of, weights)
    b = _loop("binary", y, units, oofs[2:], fold_of, weights)
    got = paired_corrected_difference(
        "binary", y, units, oofs[:2], oofs[2:], fold_of, resamples=60, seed=4
    )
    assert got.value == pytest.approx(np.nanmean(a - b))
    plain = [score("binary", y, oof, fold_of) for oof in oofs]
    winners = oofs[int(np.argmax(plain[:2]))], oofs[2 + int(np.argmax(plain[2:]))]
    own = [weighted_scores("binary", y, oof, fold_of, weights) for oof in winners]
    # Five folds, whose errors go together: 1 + 4 / 5.
    reach = norm.ppf(0.975) * np.sqrt(1.8) * (own[0] - own[1]).std(ddof=1)
    assert (got.low, got.high) == pytest.approx((got.value - reach, got.value + reach))


def test_the_best_of_noise_is_worth_a_coin():
    plain, corrected, covered = [], [], []
    for seed in range(30):
        y, oofs, fold_of = _noise(seed)
        got = corrected_score("binary", y, np.arange(60), oofs, fold_of, resamples=200, seed=seed)
        plain.append(got.plain)
        corrected.append(got.value)
        covered.append(got.low <= 0.5 <= got.high)
    assert np.mean(plain) > 0.57
    assert abs(np.mean(corrected) - 0.5) < 0.04
    assert np.mean(covered) > 0.85


def test_a_clear_winner_keeps_its_score():
    y, oofs, fold_of = _noise(2, n=200, candidates=10)
    truth = np.random.default_rng(0).normal(size=200) + 2 * y
    oofs[6] = np.stack([-truth, truth], axis=1)[None]
    got = corrected_score("binary", y, np.arange(200), oofs, fold_of, resamples=300, seed=1)
    assert got.winner_index == 6
    assert got.plain == pytest.approx(score("binary", y, oofs[6], fold_of))
    assert got.value == pytest.approx(got.plain, abs=0.01)
    assert got.low < got.plain < got.high
    against_noise = paired_corrected_difference(
        "binary", y, np.arange(200), [oofs[6]], oofs[:6], fold_of, resamples=300, seed=1
    )
    assert against_noise.low > 0.2


def test_a_model_does_not_differ_from_itself():
    y, oofs, fold_of = _noise(3, candidates=5)
    got = paired_corrected_difference(
        "binary", y, np.arange(60), oofs, oofs, fold_of, resamples=50, seed=1
    )
    assert (got.value, got.low, got.high) == (0, 0, 0)


def test_more_candidates_are_no_advantage_in_a_comparison():
    values = []
    for seed in range(20):
        y, oofs, fold_of = _noise(seed, candidates=21)
        got = paired_corrected_difference(
            "binary", y, np.arange(60), oofs[:20], oofs[20:], fold_of, resamples=100, seed=1
        )
        values.append(got.value)
    assert abs(np.mean(values)) < 0.04


def test_a_side_without_a_score_gives_no_difference():
    y, oofs, fold_of = _noise(4, candidates=2)
    failed = np.full_like(oofs[0], np.nan)
    got = paired_corrected_difference(
        "binary", y, np.arange(60), [oofs[0]], [failed], fold_of, resamples=20, seed=1
    )
    assert np.isnan([got.value, got.low, got.high]).all()


def test_a_failed_candidate_never_wins_and_the_first_of_equals_does():
    y, oofs, fold_of = _noise(4, candidates=2)
    failed = oofs[0].copy()
    failed[0, 5] = np.nan
    got = corrected_score(
        "binary", y, np.arange(60), [failed, oofs[1], oofs[1]], fold_of, resamples=50, seed=1
    )
    alone = corrected_score("binary", y, np.arange(60), oofs[1:], fold_of, resamples=50, seed=1)
    assert got.winner_index == 1
    assert got.value == alone.value


def test_rows_never_predicted_change_nothing():
    y, oofs, fold_of = _noise(5, candidates=3)
    plain = corrected_score("binary", y, np.arange(60), oofs, fold_of, resamples=50, seed=1)
    padded = [np.concatenate([o, np.full((1, 7, 2), np.nan)], axis=1) for o in oofs]
    got = corrected_score(
        "binary",
        np.append(y, np.ones(7, int)),
        np.arange(67),
        padded,
        np.append(fold_of, np.full((1, 7), -1), axis=1),
        resamples=50,
        seed=1,
    )
    assert got == plain


def test_nothing_to_choose_from():
    y, oofs, fold_of = _noise(6, candidates=2)
    with pytest.raises(DataError) as raised:
        corrected_score("binary", np.ones(60, int), np.arange(60), oofs, fold_of, seed=1)
    assert raised.value.hint
    with pytest.raises(ValueError, match="no candidates"):
        corrected_score("binary", y, np.arange(60), [], fold_of, seed=1)


def test_no_interval_where_the_rest_of_a_resample_never_has_both_classes():
    y = np.array([1] + [0] * 9)
    _, oofs, _ = _noise(7, n=10, candidates=2)
    fold_of = np.zeros((1, 10), np.int64)
    got = corrected_score("binary", y, np.arange(10), oofs, fold_of, resamples=50, seed=1)
    assert np.isnan([got.value, got.low, got.high]).all()
    assert got.resamples == 0
    assert np.isfinite(got.plain)


def test_resamples_are_cut_when_there_is_much_to_weigh():
    small, large = np.zeros((1, 400, 2)), np.broadcast_to(0.0, (5, 4000, 2))
    assert affordable_resamples(1000, [small] * 200) == 1000
    assert affordable_resamples(1000, [large] * 400) == 500
    assert affordable_resamples(1000, [large] * 4000) == 200
    assert affordable_resamples(100, [large] * 4000) == 100
