"""From measured costs to the time of a run: who waits for whom, and what a budget asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from deepbench.checks.learning_curve import FRACTIONS
from deepbench.jobs.cost_model import makespan, shuffle_seconds, stage_seconds, trial_seconds
from deepbench.study.records import CostsRecord, FamilyCostRecord
from deepbench.training.budget import Effort

EFFORT = Effort(
    trials=16, tuning_folds=5, tuning_repeats=1, shuffles=100, outer_folds=5, seeds=3,
    seconds_per_family=None,
)  # fmt: skip
SVM = FamilyCostRecord(family="svm", kind="baseline", setting=0.1, shuffle=0.2, together=True)
FOREST = FamilyCostRecord(family="random_forest", kind="baseline", setting=1.0, look=0.2)
NETWORK = FamilyCostRecord(family="network-small", kind="network", setting=0.3, together=True)


def costs(*families: FamilyCostRecord, **other: float) -> CostsRecord:
    values = {"prepare": 0.0, "correct": 0.0, "sanity": 0.0, "seconds": 1.0} | other
    return CostsRecord(families=families, **values)


def curve(family: FamilyCostRecord) -> float:
    """Return the learning curve's seconds of one core."""
    return 5 * len(FRACTIONS) * family.setting


# --- dealing out tasks --------------------------------------------------------------------


def test_one_process_does_one_thing_after_another() -> None:
    assert makespan([[[1.0, 2.0], [3.0]], [[4.0]]], 1) == pytest.approx(10.0)


def test_a_batch_waits_for_the_one_before() -> None:
    assert makespan([[[3.0, 1.0], [1.0]]], 2) == pytest.approx(4.0)


def test_chains_run_side_by_side() -> None:
    assert makespan([[[2.0], [2.0]], [[4.0]]], 2) == pytest.approx(4.0)
    assert makespan([[[2.0], [2.0]], [[4.0]]], 8) == pytest.approx(4.0)


def test_a_single_chain_wins_nothing_from_more_processes() -> None:
    chain = [[0.5]] * 7
    assert makespan([chain], 1) == makespan([chain], 6) == pytest.approx(3.5)


def test_nothing_to_do_takes_no_time() -> None:
    assert makespan([], 3) == 0.0
    assert makespan([[], [[]]], 3) == 0.0


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_never_below_the_work_and_never_above_one_process(processes: int) -> None:
    chains: list[Sequence[Sequence[float]]] = [[[0.3, 0.9], [2.0]], [[1.1]], [[0.4]] * 5]
    work = sum(seconds for chain in chains for batch in chain for seconds in batch)
    longest = max(sum(max(batch) for batch in chain) for chain in chains)
    found = makespan(chains, processes)
    assert max(work / processes, longest) - 1e-9 <= found <= work + 1e-9


# --- stages -------------------------------------------------------------------------------


def test_all_trials_on_all_folds_are_counted() -> None:
    found = stage_seconds(costs(SVM), EFFORT, outer_folds=1, processes=1)
    assert found.baselines == pytest.approx(16 * 5 * 0.1 + curve(SVM))
    twice = stage_seconds(costs(SVM), replace(EFFORT, tuning_repeats=2), 1, 1)
    assert twice.baselines == pytest.approx(2 * found.baselines)


def test_a_family_that_is_halved_tries_most_settings_cheaply() -> None:
    found = stage_seconds(costs(FOREST), EFFORT, 1, 1)
    in_full = (found.baselines - curve(FOREST)) / 5 - 16 * 0.2
    # As many as leave 16 in all: looks + full = 16, looks * 0.2 + full * 1.0 is what was found.
    full = in_full / 0.8
    assert full == pytest.approx(round(full))
    assert 2 <= full <= 4
    unhalved = stage_seconds(costs(FOREST.model_copy(update={"look": None})), EFFORT, 1, 1)
    assert unhalved.baselines - curve(FOREST) == pytest.approx(16 * 5 * 1.0)


def test_the_network_ladder_has_random_starts_and_sanity_checks() -> None:
    found = stage_seconds(costs(NETWORK, sanity=0.7), EFFORT, 1, 1)
    assert found.networks == pytest.approx(16 * 5 * 0.3 + 3 * 5 * 0.3 + 0.7)
    assert found.baselines == 0.0


def test_shuffles_are_counted_with_the_true_labels_on_one_repeat() -> None:
    effort = replace(EFFORT, tuning_repeats=2)
    found = stage_seconds(costs(SVM, NETWORK), effort, 1, 1)
    assert found.shuffles == pytest.approx(101 * 5 * 0.2)  # the network takes no part


def test_outer_folds_search_again_with_half_the_trials_on_fewer_samples() -> None:
    once = stage_seconds(costs(SVM), EFFORT, outer_folds=1, processes=1).test
    five = stage_seconds(costs(SVM), EFFORT, outer_folds=5, processes=1).test
    final = once
    assert five == pytest.approx(5 * (8 * 5 * 0.1 * 0.8 + final) + final)


def test_a_correction_costs_more_with_more_trials() -> None:
    quick = stage_seconds(costs(SVM, correct=0.5), replace(EFFORT, trials=6), 1, 1)
    plain = stage_seconds(costs(SVM), replace(EFFORT, trials=6), 1, 1)
    assert quick.baselines - plain.baselines == pytest.approx(6 * 0.5)
    assert quick.test - plain.test == pytest.approx(3 * 6 * 0.5)
    started = stage_seconds(costs(SVM, correct_start=2.0), replace(EFFORT, trials=6), 1, 1)
    assert started.baselines - plain.baselines == pytest.approx(2.0)


def test_a_time_limit_cuts_the_searches() -> None:
    limited = replace(EFFORT, seconds_per_family=3.0)
    found = stage_seconds(costs(SVM), limited, 1, 1)
    # Batches of four trials take 2 s each: the second one begins after 2 s, no third after 4 s.
    assert found.baselines - curve(SVM) == pytest.approx(4.0)


def test_what_comes_once_for_a_fold_is_paid_once() -> None:
    started = SVM.model_copy(update={"start": 0.4})
    found = stage_seconds(costs(started, prepare=0.3), EFFORT, 1, 1)
    assert found.baselines == pytest.approx(16 * 5 * 0.1 + curve(SVM) + 5 * 0.4 + 5 * 0.3)


def test_larger_budgets_and_fewer_processes_take_longer() -> None:
    measured = costs(SVM, FOREST, NETWORK, sanity=0.5, correct=0.01, prepare=0.1)
    efforts = [
        replace(EFFORT, trials=trials, shuffles=shuffles)
        for trials, shuffles in [(6, 20), (16, 100), (60, 1_000)]
    ]
    totals = [
        sum(vars(stage_seconds(measured, effort, 5, processes)).values())
        for processes in (8, 2, 1)
        for effort in efforts
    ]
    assert all(a < b for a, b in pairwise(totals[6:]))  # one process: quick, standard, thorough
    for effort in range(3):
        eight, two, one = totals[effort], totals[3 + effort], totals[6 + effort]
        assert eight <= two < one + 6.0  # processes have to start


def test_a_step_costs_what_a_trial_costs_on_average() -> None:
    measured = costs(SVM, FOREST, NETWORK)
    found = trial_seconds(measured, trials=16, folds=5)
    assert found["svm"] == pytest.approx(0.5)
    assert found["network-small"] == pytest.approx(1.5)
    # Most trials of the forest are first looks.
    stage = stage_seconds(costs(FOREST), EFFORT, 1, 1)
    assert 16 * found["random_forest"] == pytest.approx(stage.baselines - curve(FOREST))
    assert shuffle_seconds(measured, 5) == {"svm": pytest.approx(1.0)}
