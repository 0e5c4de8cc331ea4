"""Labels move as the null hypothesis says: between whole units, inside blocks, evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from itertools import permutations
from math import factorial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from deepbench.checks.p_value import p_value
from deepbench.data.samples import AllSamples, TrainingSet
from deepbench.data.shuffles import (
    shuffle_blocks,
    shuffle_strategy,
    shuffled_outcome,
    unit_parts,
)
from deepbench.seeds import derive_seed

Build = Callable[..., TrainingSet]


@pytest.fixture
def build(make_samples: Callable[..., AllSamples]) -> Build:
    def _build(outcome: Any, **given: Any) -> TrainingSet:
        samples = make_samples(outcome, **given)
        return TrainingSet(**{f.name: getattr(samples, f.name) for f in fields(samples)})

    return _build


def one_block(training: TrainingSet) -> NDArray[np.int64]:
    return shuffle_blocks(training, ())


# --- units --------------------------------------------------------------------------------


@pytest.fixture
def by_units(build: Build) -> TrainingSet:
    """Twelve units of one to four rows, each with one label, rows out of order."""
    generator = np.random.default_rng(1)
    units = generator.permutation(np.repeat(np.arange(12), np.tile([1, 2, 3, 4], 3)))
    return build((np.arange(12) % 3 == 0).astype(int)[units], units=units)


def test_a_unit_keeps_one_label(by_units: TrainingSet) -> None:
    for seed in range(50):
        shuffled = shuffled_outcome(by_units, one_block(by_units), seed)
        labels = [set(shuffled[by_units.units == unit]) for unit in range(12)]
        assert all(len(found) == 1 for found in labels)
        # As many units of each class as before, though not as many rows.
        assert Counter(found.pop() for found in labels) == {0: 8, 1: 4}


def test_labels_do_move(by_units: TrainingSet) -> None:
    moved = [
        (shuffled_outcome(by_units, one_block(by_units), seed) != by_units.outcome).any()
        for seed in range(50)
    ]
    # 1 of 495 arrangements is the true one.
    assert sum(moved) >= 48


def test_the_true_labels_are_left_alone(by_units: TrainingSet) -> None:
    before = by_units.outcome.copy()
    shuffled_outcome(by_units, one_block(by_units), 1)
    np.testing.assert_array_equal(by_units.outcome, before)


def test_a_shuffle_goes_by_its_seed_alone(by_units: TrainingSet) -> None:
    blocks = one_block(by_units)
    first = [shuffled_outcome(by_units, blocks, seed).tolist() for seed in (1, 2, 3)]
    again = [shuffled_outcome(by_units, blocks, seed).tolist() for seed in (3, 2, 1)]
    assert first == again[::-1]
    assert first[0] != first[1]


def test_outcomes_that_vary_inside_a_unit_stay_inside_it(build: Build) -> None:
    units = np.repeat(np.arange(6), 4)
    outcome = np.tile([0, 1, 1, 0], 6)
    training = build(outcome, units=units)
    found = np.array([shuffled_outcome(training, one_block(training), s) for s in range(40)])
    assert (found.reshape(40, 6, 4).sum(axis=2) == 2).all()
    assert (found != outcome).any()
    assert "between the samples of a unit" in shuffle_strategy(training, one_block(training))


def test_units_of_both_kinds_are_kept_apart(build: Build) -> None:
    units = np.repeat(np.arange(8), 3)
    outcome = np.repeat([0, 1, 0, 1, 0, 1, 9, 9], 3).astype(float)
    outcome[18:] = [10, 11, 12, 20, 21, 22]
    training = build(outcome, units=units, task="regression")
    for seed in range(20):
        found = shuffled_outcome(training, one_block(training), seed)
        assert set(found[18:21]) == {10, 11, 12}
        assert set(found[21:]) == {20, 21, 22}
        assert sorted(found[:18:3]) == [0, 0, 0, 1, 1, 1]
    said = shuffle_strategy(training, one_block(training))
    assert "between units" in said
    assert "in units with several outcomes" in said


# --- pairs --------------------------------------------------------------------------------


def test_labels_are_exchanged_inside_the_pair(build: Build) -> None:
    pairs = np.arange(24) // 2
    training = build(np.arange(24) % 2, units=pairs)
    parts = unit_parts(training, ())
    found = np.array(
        [shuffled_outcome(training, one_block(training), s, parts) for s in range(60)]
    )
    assert (found.reshape(60, 12, 2).sum(axis=2) == 1).all()
    assert len({tuple(row) for row in found}) > 50
    # Each member of each pair is a case about half of the time.
    assert found.mean(axis=0) == pytest.approx(np.full(24, 0.5), abs=0.25)
    assert shuffle_strategy(training, one_block(training), pairs=True) == (
        "Outcomes vary inside pairs, so they are exchanged within pairs, never between pairs."
    )


def test_a_patient_of_a_pair_keeps_one_label(build: Build) -> None:
    # Pairs of two patients with three and two samples each; rows out of order.
    generator = np.random.default_rng(4)
    patient = generator.permutation(np.repeat(np.arange(16), np.tile([3, 2], 8)))
    names = np.array([f"p{code}" for code in patient])
    training = build(patient % 2, units=patient // 2, annotations={"patient": names})
    parts = unit_parts(training, ("patient",))
    assert len(set(parts)) == 16
    swapped = 0
    for seed in range(40):
        found = shuffled_outcome(training, one_block(training), seed, parts)
        labels = [set(found[patient == code]) for code in range(16)]
        assert all(len(label) == 1 for label in labels)
        for first, second in zip(labels[::2], labels[1::2], strict=True):
            assert first != second
        swapped += sum(label == {1} for label in labels[::2])
    assert swapped == pytest.approx(160, abs=40)


def test_pairs_of_one_outcome_exchange_with_each_other(build: Build) -> None:
    training = build([0, 1] * 6 + [0, 0, 1, 1, 0, 0, 1, 1], units=np.arange(20) // 2)
    parts = unit_parts(training, ())
    found = np.array(
        [shuffled_outcome(training, one_block(training), s, parts) for s in range(40)]
    )
    assert (found[:, :12].reshape(40, 6, 2).sum(axis=2) == 1).all()
    assert (found[:, 12::2] == found[:, 13::2]).all()
    assert (found[:, 12::2].sum(axis=1) == 2).all()
    said = shuffle_strategy(training, one_block(training), pairs=True)
    assert "within pairs, never between pairs" in said
    assert "between whole units" in said


def test_time_points_of_one_patient_are_exchanged_inside_the_patient(build: Build) -> None:
    # One patient is one part, whose samples differ (before and after).
    training = build([0, 1] * 10, units=np.arange(20) // 2, annotations={"p": np.arange(20) // 2})
    parts = unit_parts(training, ("p",))
    for seed in range(10):
        found = shuffled_outcome(training, one_block(training), seed, parts)
        same = shuffled_outcome(training, one_block(training), seed)
        assert found.tolist() == same.tolist()
        assert (found.reshape(10, 2).sum(axis=1) == 1).all()


def test_rows_without_a_unit_are_parts_by_themselves(build: Build) -> None:
    names = ["a", "a", "", "", None]
    training = build([0, 1, 0, 1, 0], units=[0] * 5, annotations={"p": names})
    parts = unit_parts(training, ("p",))
    assert parts[0] == parts[1]
    assert len(set(parts)) == 4


# --- blocks -------------------------------------------------------------------------------


def test_labels_stay_inside_site_and_batch(build: Build) -> None:
    generator = np.random.default_rng(2)
    unit_site = np.repeat(["p", "q"], 15)
    unit_batch = np.tile(["1", "2", "3"], 10)
    units = generator.permutation(np.repeat(np.arange(30), 2))
    outcome = generator.permutation(np.arange(30) % 2)[units]
    annotations = {"site": unit_site[units], "batch": unit_batch[units]}
    training = build(outcome, units=units, annotations=annotations)
    blocks = shuffle_blocks(training, ("site", "batch"))
    assert len(set(blocks)) == 6
    for seed in range(20):
        found = shuffled_outcome(training, blocks, seed)
        for block in range(6):
            assert found[blocks == block].sum() == outcome[blocks == block].sum()
    assert "inside each site and batch" in shuffle_strategy(training, blocks)
    everywhere = shuffled_outcome(training, one_block(training), 0)
    assert any(
        everywhere[blocks == block].sum() != outcome[blocks == block].sum() for block in range(6)
    )


def test_samples_without_a_batch_are_a_block_of_their_own(build: Build) -> None:
    batches = ["a"] * 4 + [None] * 4
    training = build([0, 1] * 4, annotations={"batch": batches})
    blocks = shuffle_blocks(training, ("batch",))
    assert [len(set(blocks[:4])), len(set(blocks[4:])), len(set(blocks))] == [1, 1, 2]


@pytest.mark.parametrize(
    ("batches", "outcome"),
    [
        ([f"b{i}" for i in range(8)], [0, 1] * 4),
        (["a"] * 4 + ["b"] * 4, [0] * 4 + [1] * 4),
    ],
)
def test_where_nothing_can_move_it_is_said(
    build: Build, batches: list[str], outcome: list[int]
) -> None:
    training = build(outcome, annotations={"batch": batches})
    blocks = shuffle_blocks(training, ("batch",))
    np.testing.assert_array_equal(shuffled_outcome(training, blocks, 3), outcome)
    assert "No outcome can be exchanged" in shuffle_strategy(training, blocks)
    assert "No outcome" not in shuffle_strategy(training, one_block(training))


# --- against enumeration ------------------------------------------------------------------


def test_all_arrangements_are_equally_likely(build: Build) -> None:
    units = np.repeat(np.arange(6), [1, 2, 1, 3, 1, 2])
    training = build((np.arange(6) % 2)[units], units=units)
    blocks = one_block(training)
    starts = [int(np.flatnonzero(units == unit)[0]) for unit in range(6)]
    draws = 4000
    counts = Counter(
        tuple(shuffled_outcome(training, blocks, derive_seed(1, "shuffle", n))[starts])
        for n in range(draws)
    )
    arrangements = factorial(6) // (factorial(3) * factorial(3))
    assert len(counts) == arrangements
    expected = draws / arrangements
    statistic = sum((count - expected) ** 2 / expected for count in counts.values())
    # The 99.9 % point of chi-squared with 19 degrees of freedom; the seeds are fixed.
    assert statistic < 43.8


def test_arrangements_inside_blocks_multiply(build: Build) -> None:
    annotations = {"batch": ["a"] * 4 + ["b"] * 3}
    training = build([0, 0, 1, 1, 0, 0, 1], annotations=annotations)
    blocks = shuffle_blocks(training, ("batch",))
    found = {tuple(shuffled_outcome(training, blocks, seed)) for seed in range(600)}
    assert len(found) == 6 * 3


def test_the_p_value_is_that_of_all_permutations(build: Build) -> None:
    values = np.array([0.1, 0.4, 0.2, 0.9, 1.1, 0.5, 0.3, 1.4])
    training = build([0, 0, 0, 1, 1, 0, 1, 1])

    def statistic(outcome: NDArray[Any]) -> float:
        return float(values[outcome == 1].mean() - values[outcome == 0].mean())

    real = statistic(training.outcome)
    exact = np.mean(
        [statistic(np.array(order)) >= real - 1e-12 for order in permutations(training.outcome)]
    )
    blocks = one_block(training)
    null = np.array([statistic(shuffled_outcome(training, blocks, seed)) for seed in range(4000)])
    # Four standard errors of 4,000 draws; a tie differs by rounding only.
    wide = 4 * np.sqrt(exact * (1 - exact) / 4000)
    assert p_value(real - 1e-12, null) == pytest.approx(exact, abs=wide)
    assert 0.01 < exact < 0.2
