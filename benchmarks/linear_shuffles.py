"""Whole-search shuffles of the linear baseline on a wide table, and the speed of its tuning.

    python benchmarks/linear_shuffles.py --shuffles 200 --jobs 2

A simulated table of 200 samples x 20,000 features (hidden factors that show in many features;
one of them goes with the outcome), 5 folds, 16 settings: the portfolio and draws from the search
space, filters and elastic net included. Each shuffle repeats the whole search: all settings on
all folds with shuffled labels, and the best score among them counts. What the shuffles share is
worked out once; for comparison some of the same models are fitted one by one in the same run,
with the same solvers.

Then 16 settings on 569 samples x 30 features with the true labels, together and one by one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

import numpy as np
import optuna
import pandas as pd
from threadpoolctl import threadpool_limits

from deepbench.data.samples import Fold, OutcomeInfo, TrainingSet, fold_numbers
from deepbench.evaluation.fold_scores import score
from deepbench.models.baselines.linear import LinearFamily
from deepbench.models.family import Params, Run
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import fit_on_fold, out_of_fold_runs

FOLDS = 5
SETTINGS = 16
# Shuffles of one task: enough to share their matrices, few enough to spread over processes.
TASK = 25
FAMILY = LinearFamily()
Shape = tuple[int, int]


@lru_cache(maxsize=1)
def bench(shape: Shape) -> FoldCache:
    """Simulate a table and split it; the same in every process."""
    rows, columns = shape
    generator = np.random.default_rng(0)
    factors = generator.normal(size=(rows, 15))
    loadings = generator.normal(size=(15, columns)) * (generator.random((15, columns)) < 0.15)
    values = factors @ loadings + generator.normal(size=(rows, columns))
    outcome = (factors[:, 0] + 0.8 * generator.normal(size=rows) > 0).astype(np.int64)
    training = TrainingSet(
        features=pd.DataFrame(values, columns=[f"g{i}" for i in range(columns)]),
        outcome=outcome,
        sample_ids=np.array([f"s{i}" for i in range(rows)]),
        units=np.arange(rows),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("group", "binary", ("a", "b")),
    )
    place = np.empty(rows, dtype=np.int64)
    for code in (0, 1):
        of_class = generator.permutation(np.flatnonzero(outcome == code))
        place[of_class] = np.arange(len(of_class)) % FOLDS
    everyone = np.arange(rows)
    folds = tuple(
        Fold(0, number, everyone[place != number], everyone[place == number])
        for number in range(FOLDS)
    )
    return FoldCache(training, folds)


def settings(cache: FoldCache) -> list[Params]:
    """Return the portfolio and as many draws as make up the number of settings."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    found = FAMILY.portfolio(cache.shape)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    while len(found) < SETTINGS:
        found.append(FAMILY.suggest(study.ask(), cache.shape))
    return found


def shuffled(cache: FoldCache, number: int) -> np.ndarray:
    """Return the labels in a new order."""
    return np.random.default_rng(number).permutation(cache.training.outcome)


def best_scores(shape: Shape, numbers: Sequence[int]) -> tuple[list[float], float]:
    """Return the best score of each shuffle, and the seconds of one core."""
    began = time.process_time()
    cache = bench(shape)
    tried = settings(cache)
    outcomes = [shuffled(cache, number) for number in numbers]
    runs = [Run(params, outcome, 0) for outcome in outcomes for params in tried]
    found = out_of_fold_runs(FAMILY, cache, runs)
    fold_of = fold_numbers(cache.folds, len(cache.training))
    scores = [
        score("binary", run.outcome, out.predictions, fold_of)
        for run, out in zip(runs, found, strict=True)
    ]
    best = np.max(np.reshape(scores, (len(numbers), len(tried))), axis=1)
    return [float(value) for value in best], time.process_time() - began


def one_by_one(shape: Shape, folds: int) -> tuple[int, float]:
    """Fit all settings on some folds with one shuffle, each by itself; count and seconds."""
    cache = bench(shape)
    tried, outcome = settings(cache), shuffled(cache, 0)
    for index in range(folds):
        cache.ranking(index, outcome)  # each fold's filter is computed once either way
    began = time.process_time()
    for index in range(folds):
        for params in tried:
            model = fit_on_fold(FAMILY, cache, index, params, outcome, seed=0)
            model.predictor.predict(cache.data(index).tune[:, model.columns])
    return folds * len(tried), time.process_time() - began


def shuffles(count: int, jobs: int) -> list[str]:
    """Measure shuffles of the whole search."""
    shape = (200, 20_000)
    began = time.perf_counter()
    tasks = [range(begin, min(begin + TASK, count)) for begin in range(0, count, TASK)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(best_scores, [shape] * len(tasks), tasks))
    seconds = time.perf_counter() - began
    scores = np.concatenate([scores for scores, _ in found])
    used = sum(spent for _, spent in found)
    fits = count * SETTINGS * FOLDS
    some, alone = one_by_one(shape, 2)
    whole = alone / some * fits
    return [
        f"| 200 × 20,000: {count} shuffles of the search, {jobs} processes | {fits:,} "
        f"| {seconds:.1f} | {used:.1f} | {whole:.0f} (from {some} fits) | {whole / used:.1f} |",
        f"\nBest score of a shuffle: mean {scores.mean():.3f}, largest {scores.max():.3f}.",
    ]


def tuning() -> str:
    """Measure a tuning on a small table."""
    shape = (569, 30)
    cache = bench(shape)
    tried = settings(cache)
    for index in range(FOLDS):
        cache.data(index)
    runs = [Run(params, cache.training.outcome, 0) for params in tried]
    began, began_core = time.perf_counter(), time.process_time()
    out_of_fold_runs(FAMILY, cache, runs)
    seconds, used = time.perf_counter() - began, time.process_time() - began_core
    some, alone = one_by_one(shape, FOLDS)
    return (
        f"| 569 × 30: {len(tried)} settings, 1 process | {some} | {seconds:.2f} | {used:.2f} "
        f"| {alone:.2f} (from {some} fits) | {alone / used:.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shuffles", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    head = [
        "| what | fits | seconds | seconds of a core | one by one, seconds of a core | ratio |",
        "|---|---|---|---|---|---|",
    ]
    # One thread, as in the program: processes share the cores, not threads.
    with threadpool_limits(limits=1):
        wide = shuffles(given.shuffles, given.jobs)
        print("\n".join([*head, wide[0], tuning(), *wide[1:]]))


if __name__ == "__main__":
    main()
