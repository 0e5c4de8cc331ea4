"""Scores of many candidates at once against one candidate at a time."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.evaluation import candidate_scores
from deepbench.evaluation.bootstrap import count_blocks
from deepbench.evaluation.candidate_scores import CandidateScores
from deepbench.evaluation.fold_scores import weighted_scores


def _study(task: str, rows: int, repeats: int = 2, seed: int = 0, *, mixed: bool = False):
    """Units of some rows each, three candidates with ties, five folds."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.arange(40) % (3 if task == "multiclass" else 2))
    y, unit = np.repeat(label, rows), np.repeat(np.arange(40), rows)
    if mixed:
        y = rng.permutation(y)
    fold_of = np.repeat(np.stack([rng.permutation(40) % 5 for _ in range(repeats)]), rows, axis=1)
    fold_of[0, :rows] = -1
    columns = {"binary": 2, "multiclass": 3, "regression": 1}[task]
    oofs = [np.round(rng.random((repeats, len(y), columns)), 1) for _ in range(3)]
    if task == "regression":
        y = y + rng.normal(size=len(y))
    (counts,) = count_blocks(unit, 60, seed, None, 60)
    return y, unit, oofs, fold_of, counts


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("pairs_per_row", [0, 60])
def test_equals_one_candidate_at_a_time(task, rows, pairs_per_row, monkeypatch):
    """Both ways to count pairs, products and sorted sums."""
    monkeypatch.setattr(candidate_scores, "_PAIRS_PER_ROW", pairs_per_row)
    y, unit, oofs, fold_of, counts = _study(task, rows)
    got = CandidateScores(task, y, unit, oofs, fold_of).scores(counts)
    for oof, line in zip(oofs, got, strict=True):
        expected = weighted_scores(task, y, oof, fold_of, counts[unit].T)
        np.testing.assert_allclose(line, expected, rtol=1e-12)


def test_units_with_rows_of_both_classes():
    y, unit, oofs, fold_of, counts = _study("binary", 3, mixed=True)
    got = CandidateScores("binary", y, unit, oofs, fold_of).scores(counts)
    expected = [weighted_scores("binary", y, oof, fold_of, counts[unit].T) for oof in oofs]
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("pairs_per_row", [0, 60])
def test_one_candidate_for_each_resample(task, pairs_per_row, monkeypatch):
    monkeypatch.setattr(candidate_scores, "_PAIRS_PER_ROW", pairs_per_row)
    y, unit, oofs, fold_of, counts = _study(task, 2)
    scorer = CandidateScores(task, y, unit, oofs, fold_of)
    chosen = np.random.default_rng(1).choice([0, 2], 60)
    everything = scorer.scores(counts)
    np.testing.assert_allclose(
        scorer.scores_of(chosen, counts), everything[chosen, np.arange(60)], rtol=1e-12
    )


def test_small_blocks_change_nothing(monkeypatch):
    y, unit, oofs, fold_of, counts = _study("binary", 2)
    scorer = CandidateScores("binary", y, unit, oofs, fold_of)
    whole, chosen = scorer.scores(counts), np.arange(60) % 3
    of_chosen = scorer.scores_of(chosen, counts)
    monkeypatch.setattr(candidate_scores, "_BLOCK_ELEMENTS", 64)
    np.testing.assert_array_equal(scorer.scores(counts), whole)
    np.testing.assert_array_equal(scorer.scores_of(chosen, counts), of_chosen)


def test_counts_too_large_for_single_precision_stay_exact():
    y, unit, oofs, fold_of, counts = _study("binary", 1)
    scorer = CandidateScores("binary", y, unit, oofs, fold_of)
    odd = counts * 10_001 + 1
    expected = [weighted_scores("binary", y, oof, fold_of, odd[unit].T) for oof in oofs]
    np.testing.assert_allclose(scorer.scores(odd), expected, rtol=1e-13)


def test_a_candidate_without_a_prediction_has_no_score_and_spoils_no_other():
    y, unit, oofs, fold_of, counts = _study("binary", 2)
    failed = oofs[1].copy()
    failed[1, 3] = np.nan
    scorer = CandidateScores("binary", y, unit, [oofs[0], failed], fold_of)
    got = scorer.scores(counts)
    assert np.isnan(got[1]).all()
    assert np.isfinite(got[0]).all()
    assert np.isnan(scorer.scores_of(np.ones(60, np.int64), counts)).all()


def test_predictions_that_do_not_fit_are_refused():
    y, unit, oofs, fold_of, _ = _study("binary", 2)
    with pytest.raises(ValueError, match="fold_of"):
        CandidateScores("binary", y, unit, [oofs[0][:1]], fold_of)
