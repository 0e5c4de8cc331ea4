"""The corrected score of a blend against resampling by hand."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.evaluation.blend_score import blend_score, pick_members
from deepbench.evaluation.bootstrap import count_blocks
from deepbench.evaluation.corrected_score import corrected_score
from deepbench.evaluation.fold_scores import score, weighted_scores


def candidates(task: str, seed: int = 0, units_of: int = 1):
    """Three families of two or three settings, on two repeats of four folds."""
    rng = np.random.default_rng(seed)
    n = 60
    units = np.arange(n) // units_of
    fold_of = np.stack([units % 4, (units * 3 + units // 4) % 4])
    if task == "regression":
        y = rng.normal(size=n)
        groups = [
            [(y + s * rng.normal(size=(2, n)))[:, :, None] for s in sizes]
            for sizes in ((1.0, 2.0), (1.5, 1.0, 3.0), (2.0, 0.8))
        ]
        return y, units, groups, fold_of
    classes = 2 if task == "binary" else 3
    y = (units % classes).astype(np.int64)
    groups = []
    for sizes in ((1.0, 0.2), (0.7, 1.0, 0.1), (0.5, 0.9)):
        family = []
        for size in sizes:
            odds = size * (y[:, None] == np.arange(classes)) + rng.normal(size=(2, n, classes))
            family.append(np.exp(odds) / np.exp(odds).sum(axis=2, keepdims=True))
        groups.append(family)
    return y, units, groups, fold_of


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("units_of", [1, 3])
def test_it_is_what_resampling_by_hand_gives(task: str, units_of: int) -> None:
    y, units, groups, fold_of = candidates(task, units_of=units_of)
    found = blend_score(
        task, y, units, groups, fold_of,
        members=((0, 0), (1, 1)),
        averaged=lambda member: groups[member[0]][member[1]],
        most=2, resamples=60, seed=5,
    )  # fmt: skip
    by_hand = []
    strata = None if task == "regression" else y
    for counts in count_blocks(units, 60, 5, strata, 60):
        for column in counts.T:
            drawn = column[np.unique(units, return_inverse=True)[1]]
            best = []
            for g, family in enumerate(groups):
                in_bag = [weighted_scores(task, y, oof, fold_of, drawn[None])[0] for oof in family]
                best.append((max(in_bag), g, int(np.argmax(in_bag))))
            picked = sorted(best, key=lambda item: -item[0])[:2]
            mean = np.mean([groups[g][c] for _, g, c in picked], axis=0)
            rest = (drawn == 0).astype(float)[None]
            by_hand.append(weighted_scores(task, y, mean, fold_of, rest)[0])
    by_hand = np.array(by_hand)[np.isfinite(by_hand)]
    assert len(by_hand) > 50
    assert found.value == pytest.approx(np.mean(by_hand), abs=1e-9)
    low, high = np.quantile(by_hand, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    mean = (groups[0][0] + groups[1][1]) / 2
    assert found.plain == pytest.approx(score(task, y, mean, fold_of))


def test_a_blend_of_one_family_is_its_winner() -> None:
    y, units, groups, fold_of = candidates("binary")
    found = blend_score(
        "binary", y, units, groups[:1], fold_of,
        members=((0, 0),), averaged=lambda member: groups[0][member[1]], most=5, seed=3,
    )  # fmt: skip
    winner = corrected_score("binary", y, units, groups[0], fold_of, seed=3)
    assert found.value == pytest.approx(winner.value)
    assert (found.low, found.high) == pytest.approx((winner.low, winner.high))


def test_what_is_averaged_is_asked_for_once_a_member() -> None:
    y, units, groups, fold_of = candidates("binary")
    asked = []

    def averaged(member):
        asked.append(member)
        return groups[member[0]][member[1]]

    blend_score(
        "binary", y, units, groups, fold_of,
        members=((0, 0), (2, 1)), averaged=averaged, most=2, resamples=300, seed=1,
    )  # fmt: skip
    assert len(asked) == len(set(asked))


def test_picking_noise_is_corrected_for() -> None:
    """Of thirty settings that know nothing, the best five look good and are not."""
    rng = np.random.default_rng(2)
    y = np.arange(80) % 2
    fold_of = (np.arange(80) // 2 % 5)[None]
    values = rng.random((10, 3, 1, 80))
    groups = [[np.stack([1 - p, p], axis=2) for p in family] for family in values]
    scores = [np.array([score("binary", y, oof, fold_of) for oof in family]) for family in groups]
    found = blend_score(
        "binary", y, np.arange(80), groups, fold_of,
        members=pick_members(scores, 5),
        averaged=lambda member: groups[member[0]][member[1]],
        most=5, resamples=400, seed=1,
    )  # fmt: skip
    assert found.plain > 0.62
    assert abs(found.value - 0.5) < 0.09
    assert found.low < 0.5 < found.high


def test_rows_that_no_fold_predicts_are_left_out() -> None:
    y, units, groups, fold_of = candidates("binary")
    part = fold_of.copy()
    part[:, 48:] = -1
    cut = [[np.where(part[:, :, None] >= 0, oof, np.nan) for oof in family] for family in groups]
    kept = [[oof[:, :48] for oof in family] for family in groups]
    arguments = {"members": ((0, 0), (1, 1)), "most": 2, "resamples": 50, "seed": 1}
    whole = blend_score(
        "binary", y, units, cut, part, averaged=lambda m: cut[m[0]][m[1]], **arguments
    )
    alone = blend_score(
        "binary", y[:48], units[:48], kept, fold_of[:, :48],
        averaged=lambda m: kept[m[0]][m[1]], **arguments,
    )  # fmt: skip
    assert whole == alone


def test_members_are_the_best_of_their_groups_best_first() -> None:
    scores = [np.array([0.6, 0.7]), np.array([np.nan, np.nan]), np.array([0.9]), np.array([0.7])]
    assert pick_members(scores, 5) == ((2, 0), (0, 1), (3, 0))
    assert pick_members(scores, 1) == ((2, 0),)
    assert pick_members([np.array([np.nan])], 5) == ()
