"""Kernel machines, neighbours and naive Bayes: runs that share a fold against one after another.

    OMP_NUM_THREADS=1 python benchmarks/kernels_together.py [--settings 16] [--shuffles 100]

For breast cancer (569 x 30) and two simulated tables (500 x 2,000 and 200 x 20,000) it takes
settings as a search draws them, the portfolio first, and shuffled label vectors of two settings
(all columns, and the 100 strongest), on five folds. Both ways use the same code to preprocess and
predict; "alone" is what a final fit does, one run at a time, on a tenth of the shuffles, scaled
up. Prints CPU seconds of one thread, their ratio, and the largest difference of a prediction.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
import optuna
import pandas as pd
from sklearn.datasets import load_breast_cancer

from deepbench.data.samples import Fold, OutcomeInfo, TrainingSet
from deepbench.models.family import BaselineFamily, Params, Run
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import fit_on_fold, out_of_fold_runs
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import get_family

FOLDS = 5
FAMILIES = ("svm", "knn", "naive_bayes")


def main() -> None:
    """Run the benchmark."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", type=int, default=16)
    parser.add_argument("--shuffles", type=int, default=100)
    options = parser.parse_args()
    print("| data | family | runs | alone (s) | together (s) | ratio | largest difference |")
    print("|---|---|---|---|---|---|---|")
    for name, training in tables().items():
        folds = folds_of(training)
        for family in map(get_family, FAMILIES):
            assert isinstance(family, BaselineFamily)
            shape = FoldCache(training, folds).shape
            settings = settings_of(family, shape, options.settings)
            drawn = [Run(p, training.outcome, seed) for seed, p in enumerate(settings)]
            compare(name, family, f"{len(drawn)} settings", training, folds, drawn, len(drawn))
            plain = dict(family.portfolio(shape)[0])
            filters = ("all", 100) if family.filter_choices(shape) else (None,)
            for kept in filters:
                params = plain if kept is None else {**plain, "features": kept}
                shuffled = shuffles(training, params, options.shuffles)
                label = f"{len(shuffled)} shuffles" + (f", {kept} columns" if kept else "")
                compare(
                    name, family, label, training, folds, shuffled, max(1, len(shuffled) // 10)
                )


def compare(
    name: str,
    family: BaselineFamily,
    label: str,
    training: TrainingSet,
    folds: tuple[Fold, ...],
    runs: Sequence[Run],
    alone: int,
) -> None:
    """Print one row: some of the runs alone, all of them together."""
    cache = FoldCache(training, folds)
    for index in range(len(folds)):
        cache.data(index)
    began = time.process_time()
    together = out_of_fold_runs(family, cache, runs)
    shared = time.process_time() - began
    cache = FoldCache(training, folds)
    for index in range(len(folds)):
        cache.data(index)
    began = time.process_time()
    difference = 0.0
    for run, found in zip(runs[:alone], together, strict=False):
        for index, fold in enumerate(folds):
            model = fit_on_fold(family, cache, index, run.params, run.outcome, run.seed)
            values = model.predictor.predict(cache.data(index).tune[:, model.columns])
            gap = np.abs(values - found.predictions[fold.repeat, fold.tune]).max()
            difference = max(difference, float(gap))
    separate = (time.process_time() - began) * len(runs) / alone
    print(
        f"| {name} | {family.title} | {label} | {separate:.2f} | {shared:.2f} "
        f"| {separate / shared:.1f} | {difference:.0e} |",
        flush=True,
    )


def settings_of(family: BaselineFamily, shape: ProblemShape, count: int) -> list[Params]:
    """Return the portfolio, then settings drawn from the search space."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    settings = list(family.portfolio(shape))
    while len(settings) < count:
        settings.append(family.suggest(study.ask(), shape))
    return settings[:count]


def shuffles(training: TrainingSet, params: Params, count: int) -> list[Run]:
    """Return one setting on shuffled label vectors."""
    generator = np.random.default_rng(3)
    return [Run(params, generator.permutation(training.outcome), n) for n in range(count)]


def tables() -> dict[str, TrainingSet]:
    """Return the three tables."""
    x, y = load_breast_cancer(return_X_y=True)
    found = {"569 x 30": training_set(x, y)}
    for rows, columns in ((500, 2_000), (200, 20_000)):
        generator = np.random.default_rng(columns)
        y = np.arange(rows) % 2
        hidden = generator.normal(size=(rows, 20)) @ generator.normal(size=(20, columns))
        x = hidden + generator.normal(size=(rows, columns))
        x[:, : columns // 50] += 0.8 * y[:, None]
        found[f"{rows} x {columns:,}"] = training_set(x, y)
    return found


def training_set(x: np.ndarray, y: np.ndarray) -> TrainingSet:
    """Wrap a table; every row is a unit."""
    return TrainingSet(
        features=pd.DataFrame(x, columns=[f"g{i}" for i in range(x.shape[1])]),
        outcome=y.astype(np.int64),
        sample_ids=np.array([f"s{i}" for i in range(len(x))]),
        units=np.arange(len(x), dtype=np.int64),
        annotations=pd.DataFrame(index=range(len(x))),
        info=OutcomeInfo("group", "binary", ("a", "b")),
    )


def folds_of(training: TrainingSet) -> tuple[Fold, ...]:
    """Return five folds."""
    place = np.random.default_rng(0).permutation(len(training)) % FOLDS
    return tuple(
        Fold(0, k, np.flatnonzero(place != k), np.flatnonzero(place == k)) for k in range(FOLDS)
    )


if __name__ == "__main__":
    main()
