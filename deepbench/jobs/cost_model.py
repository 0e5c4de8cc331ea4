"""From what single fits cost on this machine to how long the stages will take.

All that is known of the cost of a study stands here. What is done, and how much of it at once, is
asked of the code that does it (schedule of trials, small search of a shuffle, effort of a budget);
what it costs was measured (`deepbench.jobs.measure_costs`). Seconds are those of one core, until
`makespan` deals the tasks out to processes.

The times hold for a study that spends its whole effort. A search that ends because nothing is to
be gained, and a shuffled-label check that ends because nothing was found, take less.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import optuna

from deepbench.checks.learning_curve import FRACTIONS
from deepbench.jobs.shuffle_blocks import BLOCK, CHUNK
from deepbench.jobs.tuning import BASELINE_BATCH, NETWORK_BATCH, NETWORK_TASK
from deepbench.study.records import CostsRecord, FamilyCostRecord
from deepbench.training.budget import Effort
from deepbench.training.schedule import Schedule
from deepbench.training.search import Params
from deepbench.training.stopping import Told

# Batches of tasks that can run side by side; a chain's next batch waits for the one before.
Chain = Sequence[Sequence[float]]

# Processes start and load their libraries once.
_START_SECONDS = 5.0
# Processes share memory and its bandwidth.
_SLOWER_TOGETHER = 1.15
# Models of a roster at most: chosen, best traditional model, best network.
_ROSTER = 3
# Corrected scores over all trials that the choice of a model asks for.
_CORRECTIONS_OF_A_CHOICE = 3


@dataclass(frozen=True)
class StageSeconds:
    """Seconds on the clock of the stages that fit models.

    Attributes:
        baselines: Tuning of the traditional models, with the learning curve.
        networks: Tuning of the networks, with their random starts and sanity checks.
        shuffles: Shuffled-label check.
        test: Choice and test, with the searches of the outer folds.
    """

    baselines: float
    networks: float
    shuffles: float
    test: float


def stage_seconds(
    costs: CostsRecord, effort: Effort, outer_folds: int, processes: int
) -> StageSeconds:
    """Return how long the stages take at most.

    Args:
        costs: What fits cost on this machine.
        effort: What the budget buys.
        outer_folds: Folds that are tested; 1 for a hold-out.
        processes: Processes that calculate.
    """
    baselines = [cost for cost in costs.families if cost.kind == "baseline"]
    networks = [cost for cost in costs.families if cost.kind == "network"]
    every = [*baselines, *networks]
    folds = effort.tuning_folds * effort.tuning_repeats

    def clock(*chains: Chain) -> float:
        return makespan(chains, processes) * (_SLOWER_TOGETHER if processes > 1 else 1.0)

    def correcting(families: Sequence[FamilyCostRecord]) -> float:
        each = costs.correct_start + costs.correct * effort.trials
        return each * len(families) * effort.tuning_repeats

    prepare = costs.prepare * folds
    curve = [_mean([cost.setting for cost in baselines]) * folds] * len(FRACTIONS)
    tuning = clock(*(_search(cost, effort, effort.trials, folds, 1.0) for cost in baselines))
    ladder = sum(
        clock(_search(cost, effort, effort.trials, folds, 1.0))
        + clock([[effort.seeds * folds * cost.setting, costs.sanity]])
        for cost in networks
    )
    start = _START_SECONDS if processes > 1 else 0.0
    return StageSeconds(
        baselines=start + prepare + tuning + clock([curve]) + correcting(baselines),
        networks=ladder + correcting(networks),
        shuffles=clock(_shuffles(every, effort)) + correcting(every),
        test=_test(costs, every, effort, outer_folds, clock)
        + _CORRECTIONS_OF_A_CHOICE * correcting(every),
    )


def trial_seconds(costs: CostsRecord, trials: int, folds: int) -> dict[str, float]:
    """Return the seconds of one core that a trial of each family takes on all folds.

    Args:
        costs: What fits cost on this machine.
        trials: Trials offered; of a family that is halved most are first looks.
        folds: Tuning folds of all repeats.
    """
    found = {}
    for cost in costs.families:
        batch = NETWORK_BATCH if cost.kind == "network" else BASELINE_BATCH
        every = [second for part in _trials(cost, trials, batch) for second in part]
        found[cost.family] = folds * _mean(every)
    return found


def shuffle_seconds(costs: CostsRecord, folds: int) -> dict[str, float]:
    """Return the seconds of one core that one shuffle takes of each family in the check."""
    return {
        cost.family: folds * cost.shuffle for cost in costs.families if cost.shuffle is not None
    }


def makespan(chains: Sequence[Chain], processes: int) -> float:
    """Return when the last task ends, if each process takes the task that waits longest.

    Args:
        chains: Each a sequence of batches; tasks of a batch run side by side, and the next batch
            of a chain waits for all of them.
        processes: Number of processes.
    """
    free = [0.0] * max(processes, 1)
    queue = [(0.0, number) for number in range(len(chains))]
    heapq.heapify(free)
    heapq.heapify(queue)
    next_batch = [0] * len(chains)
    last = 0.0
    while queue:
        ready, number = heapq.heappop(queue)
        if next_batch[number] == len(chains[number]):
            continue
        end = ready
        for seconds in chains[number][next_batch[number]]:
            done = max(heapq.heappop(free), ready) + seconds
            heapq.heappush(free, done)
            end = max(end, done)
        next_batch[number] += 1
        heapq.heappush(queue, (end, number))
        last = max(last, end)
    return last


def _search(
    cost: FamilyCostRecord, effort: Effort, trials: int, folds: int, size: float
) -> list[list[float]]:
    """Return the batches of a family's search.

    Args:
        cost: The family.
        effort: For the time limit.
        trials: Trials offered.
        folds: Tuning folds of all repeats.
        size: Share of the samples that the costs were measured on.
    """
    network = cost.kind == "network"
    task = NETWORK_TASK if network else BASELINE_BATCH if cost.together else 1
    seconds = _trials(cost, trials, NETWORK_BATCH if network else BASELINE_BATCH)
    batches: list[list[float]] = []
    spent = 0.0
    for batch in seconds:
        if effort.seconds_per_family is not None and spent > effort.seconds_per_family:
            break
        whole = [folds * size * second for second in batch]
        batches.append([sum(whole[i : i + task]) for i in range(0, len(whole), task)])
        spent += sum(whole)
    if batches:
        batches[0][0] += folds * size * cost.start
    return batches


def _trials(cost: FamilyCostRecord, trials: int, batch: int) -> list[list[float]]:
    """Return the seconds of each trial on one fold, batch by batch."""
    kinds = _asked_for(trials, batch, cost.look is not None)
    return [
        [cost.look if look and cost.look is not None else cost.setting for look in kind]
        for kind in kinds
    ]


@lru_cache(maxsize=64)
def _asked_for(trials: int, batch: int, halving: bool) -> tuple[tuple[bool, ...], ...]:
    """Return, batch by batch, which of the trials that a schedule asks for are first looks."""
    schedule = Schedule(
        "cost",
        _AnySpace(),
        None,
        trials,
        seed=0,
        tuning_folds=5,
        batch=batch,
        low_effort=(lambda params, _: params) if halving else None,
    )
    batches = []
    while requests := schedule.ask():
        batches.append(tuple(request.first_look for request in requests))
        for request in requests:
            # Without scores of folds nothing can be told from chance: no search ends early.
            schedule.tell(request.number, Told(float(request.number)))
    return tuple(batches)


class _AnySpace:
    """A search space that never ends."""

    def portfolio(self, shape: None) -> list[Params]:
        return [{"x": 0.5}]

    def suggest(self, trial: optuna.Trial, shape: None) -> Params:
        return {"x": trial.suggest_float("x", 0.0, 1.0)}


def _shuffles(families: Sequence[FamilyCostRecord], effort: Effort) -> list[list[float]]:
    """Return the blocks of the shuffled-label check; the first holds the true labels as well."""
    searched = [cost for cost in families if cost.shuffle is not None]
    true_labels = [(cost.shuffle or 0.0) * effort.tuning_folds for cost in searched]
    blocks = [true_labels]
    for first in range(0, effort.shuffles, BLOCK):
        block = range(first, min(first + BLOCK, effort.shuffles))
        tasks = []
        for cost in searched:
            for start in block[::CHUNK]:
                count = min(start + CHUNK, block.stop) - start
                tasks.append(count * (cost.shuffle or 0.0) * effort.tuning_folds)
        blocks.append(tasks)
    return blocks


def _test(
    costs: CostsRecord,
    families: Sequence[FamilyCostRecord],
    effort: Effort,
    outer_folds: int,
    clock: Callable[..., float],
) -> float:
    """Return the seconds of fitting the chosen models, and of searching the outer folds."""
    final = [_mean([cost.setting for cost in families]) * effort.seeds] * _ROSTER
    if outer_folds < 2:
        return clock([final])
    size = 1.0 - 1.0 / outer_folds
    folds = effort.tuning_folds * effort.tuning_repeats
    trials = max(1, effort.trials // 2)
    searches = [_search(cost, effort, trials, folds, size) for cost in families]
    one = clock(*searches) + clock([final]) + costs.prepare * folds
    each = costs.correct_start + costs.correct * trials
    correcting = each * len(families) * effort.tuning_repeats
    return outer_folds * (one + correcting) + clock([final])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
