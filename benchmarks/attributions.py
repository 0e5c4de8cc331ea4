"""Attributions of all held-out samples of a wide table: time, memory, and shap on the same work.

    python benchmarks/attributions.py                      500 x 20,000, everything
    python benchmarks/attributions.py --samples 200 --features 5000 --skip-shap

A simulated table (features in blocks of ten that share a factor, twenty of which go with the
outcome), five folds, a medium network of three random starts on all columns and a forest of 300
trees. Measured are the parts of stage 11 as the program runs them, in two processes: the main
fits with attributions of all samples, and with them all that says how far to trust those (other
seeds, three shuffles of the labels, three draws of columns of no use; 40 samples of a fold each).

Then the same network of one fold is given to shap's DeepExplainer and KernelExplainer, with the
same 50 background rows, on as many samples as a short time allows; their time for all samples is
extrapolated from that. KernelExplainer cannot have the coalitions that it asks for at this width
(their number and the memory they need are printed), so it is measured with 200 of them and one
background row: its time is that of a far smaller task, and its attributions are of no use.

Seconds on the clock and of all cores; memory is the sum of the largest resident sizes of all
processes. Everything a process holds counts, the table too.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from deepbench.data.samples import Fold, OutcomeInfo, TrainingSet
from deepbench.interpretation import fold_tasks
from deepbench.interpretation.fold_models import FoldFit, Part, fold_model
from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.fold_tasks import FEW_SAMPLES, AttributionTask, attribute_fold
from deepbench.interpretation.importance import ModelFits, TableSize, importance_of
from deepbench.interpretation.network_attributions import NetworkExplainer
from deepbench.models.family import Params
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.workbench import BenchSource, Workbench
from deepbench.training.determinism import make_deterministic
from deepbench.training.saved_network import as_module

FOLDS = 5
PROCESSES = 2
USEFUL = 20
BLOCK = 10
BACKGROUND = 50
KERNEL_COALITIONS = 200
_SHAP_SECONDS = 20.0
MODELS: dict[str, tuple[str, Params, int, tuple[int, ...]]] = {
    "medium network, 3 starts": (
        "network-medium",
        {
            "optimizer": "adam",
            "learning_rate": 2e-3,
            "weight_decay": 1e-2,
            "dropout": 0.2,
            "balanced": False,
            "smoothing": 0.0,
            "features": "all",
        },
        3,
        (),
    ),
    "forest, 300 trees": (
        "random_forest",
        {"trees": 300, "splits": "best", "tried": 1, "min_samples_leaf": 3, "features": "all"},
        1,
        (1, 2),
    ),
}
Shape = tuple[int, int]


@lru_cache(maxsize=1)
def bench(shape: Shape) -> Workbench:
    """Simulate a table and split it; the same in every process."""
    rows, columns = shape
    generator = np.random.default_rng(0)
    factors = generator.normal(size=(rows, -(-columns // BLOCK)))
    values = 0.8 * generator.normal(size=(rows, columns))
    values += 0.6 * np.repeat(factors, BLOCK, axis=1)[:, :columns]
    useful = np.arange(min(USEFUL, columns)) * (columns // min(USEFUL, columns))
    signal = values[:, useful].sum(axis=1)
    outcome = (signal + generator.logistic(size=rows) > 0).astype(np.int64)
    training = TrainingSet(
        features=pd.DataFrame(values, columns=[f"g{i}" for i in range(columns)]),
        outcome=outcome,
        sample_ids=np.array([f"s{i}" for i in range(rows)]),
        units=np.arange(rows),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("group", "binary", ("a", "b")),
    )
    place = generator.permutation(rows) % FOLDS
    folds = tuple(
        Fold(0, number, np.flatnonzero(place != number), np.flatnonzero(place == number))
        for number in range(FOLDS)
    )
    return Workbench(source_of(shape), training, folds)


def source_of(shape: Shape) -> BenchSource:
    """Return the key of the table."""
    return BenchSource("simulated", f"{shape[0]} x {shape[1]}", None, FOLDS, 1, 0, "cpu")


def prepare(shape: Shape) -> None:
    """In each process: one thread, and the simulated table in place of a study's."""
    make_deterministic()
    # Where a task of the program reads its study.
    setattr(fold_tasks, "load_workbench", lambda source: bench(shape))  # noqa: B010


def measured(task: AttributionTask) -> tuple[FoldResult, float, int, int]:
    """Run a task; return its result, seconds of a core, process, and its peak memory."""
    began = time.process_time()
    result = attribute_fold(task)
    return result, time.process_time() - began, os.getpid(), peak_bytes()


def peak_bytes() -> int:
    """Return the largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def tasks_of(
    shape: Shape, name: str, parts: Sequence[tuple[Part, int]], most: int | None
) -> list[AttributionTask]:
    """Return the tasks of some parts in all folds."""
    family, params, starts, _ = MODELS[name]
    source = source_of(shape)
    return [
        AttributionTask(
            FoldFit(source, family, params, fold, part, number, starts),
            most,
            None if part == "model" else (),
        )
        for fold in range(FOLDS)
        for part, number in parts
    ]


def stage(shape: Shape, name: str) -> tuple[list[str], list[FoldResult]]:
    """Measure the main fits, and then all that stands beside them; lines of the table."""
    seeds = MODELS[name][3]
    beside: list[tuple[Part, int]] = [("start", number) for number in seeds]
    beside += [("twin", number) for number in range(3)]
    beside += [("noise", number) for number in range(3)]
    parts = {
        f"all {shape[0]} samples": tasks_of(shape, name, [("model", 0)], None),
        "and how far to trust it": tasks_of(shape, name, beside, FEW_SAMPLES),
    }
    lines, results = [], []
    elapsed, cores, peaks = 0.0, 0.0, {}
    with ProcessPoolExecutor(
        PROCESSES, get_context("spawn"), initializer=prepare, initargs=(shape,)
    ) as pool:
        for what, tasks in parts.items():
            began = time.perf_counter()
            for result, seconds, process, peak in pool.map(measured, tasks):
                results.append(result)
                cores += seconds
                peaks[process] = peak
            elapsed += time.perf_counter() - began
            memory = (sum(peaks.values()) + peak_bytes()) / 1e9
            lines.append(
                f"| {name} | {what} | {elapsed:.0f} | {cores:.0f} | {memory:.1f} | "
                f"{max(each.error / each.attributed for each in results[:FOLDS]):.1e} |"
            )
    return lines, results


def found(shape: Shape, results: Sequence[FoldResult]) -> str:
    """Say how many of the features that go with the outcome stand out."""

    def draws(part: Part) -> tuple[tuple[FoldResult, ...], ...]:
        own = [result for result in results if result.part == part]
        numbers = sorted({result.number for result in own})
        return tuple(tuple(r for r in own if r.number == number) for number in numbers)

    starts = tuple(result for result in results if result.part == "start")
    fits = ModelFits(draws("model")[0], starts, (), draws("twin"), draws("noise"))
    importance = importance_of(fits, TableSize(*shape))
    step = shape[1] // min(USEFUL, shape[1])
    clear = [int(importance.features[i][1:]) for i in importance.order if clears(importance, i)]
    useful = sum(number % step == 0 for number in clear)
    related = sum(number % step < BLOCK for number in clear)
    return (
        f"{len(clear)} features stand out from noise: {useful} of the {USEFUL} that go with the "
        f"outcome, {related - useful} that go with those, {len(clear) - related} of no use."
    )


def clears(importance: Any, number: int) -> bool:
    """Say whether a feature stands out."""
    return bool(importance.clears is not None and importance.clears[number])


def per_sample(explain: Callable[[np.ndarray], object], rows: np.ndarray) -> tuple[float, int]:
    """Return the seconds of a sample, over as many as a short time allows, and how many."""
    began, done = time.perf_counter(), 0
    while done < len(rows) and time.perf_counter() - began < _SHAP_SECONDS:
        explain(rows[done : done + 1])
        done += 1
    return (time.perf_counter() - began) / done, done


def against_shap(shape: Shape) -> list[str]:
    """Explain samples of one fold's network (one start) here and with shap."""
    import shap
    import torch

    prepare(shape)
    name = "medium network, 3 starts"
    model = fold_model(bench(shape), tasks_of(shape, name, [("model", 0)], None)[0].fit)
    assert isinstance(model.predictor, NetworkPredictor)
    own = NetworkPredictor(model.predictor.architecture, model.predictor.members[:1])
    start, rows = model.fit[:BACKGROUND], model.tune
    module = as_module(own.architecture, own.members[0])

    def log_odds(x: np.ndarray) -> np.ndarray:
        p = own.predict(x)
        return np.asarray(np.log(p[:, 1]) - np.log(p[:, 0]))

    ours = NetworkExplainer(own, start, 0)
    deep = shap.DeepExplainer(module, torch.from_numpy(start.astype(np.float32)))
    kernel = shap.KernelExplainer(log_odds, start[:1])
    asked = 2 * shape[1] + 2_048
    memory = asked * BACKGROUND * shape[1] * 8 / 1e9
    cases: list[tuple[str, Callable[[np.ndarray], object]]] = [
        ("DeepBench, expected gradients", ours.explain),
        (
            "shap DeepExplainer",
            lambda x: deep.shap_values(
                torch.from_numpy(x.astype(np.float32)), check_additivity=False
            ),
        ),
        (
            f"shap KernelExplainer, {KERNEL_COALITIONS} coalitions, 1 background row",
            lambda x: kernel.shap_values(
                x, nsamples=KERNEL_COALITIONS, l1_reg="num_features(10)", silent=True
            ),
        ),
    ]
    lines, first = [], None
    with threadpool_limits(limits=1), warnings.catch_warnings():
        # Of too few coalitions for a regression, which is so.
        warnings.simplefilter("ignore")
        for title, explain in cases:
            try:
                seconds, done = per_sample(explain, rows)
            except Exception as error:
                lines.append(f"| {title} | fails: {type(error).__name__} | | | |")
                continue
            first = seconds if first is None else first
            whole = f"{seconds * shape[0] / 60:.1f}"
            lines.append(f"| {title} | {seconds:.3f} | {done} | {whole} | {seconds / first:.0f} |")
    lines.append(
        f"\nKernelExplainer asks for {asked:,} coalitions by itself, which over {BACKGROUND} "
        f"background rows are {memory:,.0f} GB of numbers."
    )
    return lines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--features", type=int, default=20_000)
    parser.add_argument("--skip-shap", action="store_true")
    parser.add_argument("--models", nargs="*", choices=MODELS, default=list(MODELS))
    options = parser.parse_args()
    shape = (options.samples, options.features)
    print(f"{shape[0]} samples x {shape[1]:,} features, {PROCESSES} processes\n")
    print("| model | work so far | s | s of all cores | GB | sums miss outputs by |")
    print("|---|---|---|---|---|---|")
    said = []
    for name in options.models:
        lines, results = stage(shape, name)
        print("\n".join(lines), flush=True)
        said.append(f"{name}: {found(shape, results)}")
    print("\n" + "\n".join(said), flush=True)
    if not options.skip_shap:
        print("\n| one network, one start | s a sample | measured | min for all | ratio |")
        print("|---|---|---|---|---|")
        print("\n".join(against_shap(shape)), flush=True)


if __name__ == "__main__":
    main()
