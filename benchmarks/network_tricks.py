"""Which tricks of modern tabular networks pay on tables of laboratory size: before against after.

    python benchmarks/network_tricks.py --tables heart mice --tricks none smoothing
    python benchmarks/network_tricks.py --tables heart --tricks engine bag epochs
    python benchmarks/network_tricks.py --tables all --tricks all --sizes small medium large

Each outer fold of a table is a small study: eight settings of a network size (the family's
portfolio and draws from its search space) are scored on five inner folds, the best is trained on
the whole training part from three random starts, each with its own stop rows, and their mean
predicts the outer fold. Every trick runs through the very same folds, settings and seeds, with the
same number of trials. Shown is the mean difference to the first trick named, with its standard
error over outer folds and seeds (AUROC or R²; log loss or mean squared error, where lower is
better), and the ratio of processor seconds. ``engine`` is `train_lanes` itself (and
``engine-smoothing`` the same with smoothed labels), to show that the slow but flexible trainer of
`trick_lanes` does what the engine does.

The tricks: those of RealMLP (Holzmüller et al. 2024, arXiv 2407.04491): ``scaling`` (a learned
factor for each input), ``smoothing`` (of labels, 0.1), ``schedule`` (coslog4 learning rate, weight
decay falling with a cosine, no patience), ``mish``, ``selu``, ``clip`` (robust scale and smooth
clipping of inputs), ``realmlp`` (all but selu); ``tabm`` (Gorishniy et al. 2024, arXiv 2410.24210:
eight members that share weights but for rank-one factors, mean prediction); ``plr`` (numeric
embeddings, Gorishniy et al. 2022, arXiv 2203.05556; for narrow tables only); ``bag`` (tuning
scores three networks a fold, each with its own stop rows, by their mean); ``epochs`` (the final
networks train on all rows for the median best epoch of the inner folds); ``starts10`` (ten final
starts in place of three).
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import optuna
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import mean_squared_error, r2_score, roc_auc_score
from trick_lanes import Trainer, Trick

from deepbench.data.samples import Fold, OutcomeInfo, TrainingSet
from deepbench.data.splits import tuning_folds
from deepbench.models.family import Params
from deepbench.models.fold_data import FoldCache
from deepbench.models.networks import on_folds
from deepbench.models.networks.family import SCHEDULE, NetworkFamily
from deepbench.models.networks.on_folds import NetworkOutOfFold, NetworkRun, out_of_fold_networks
from deepbench.seeds import derive_seed
from deepbench.training.lane_records import TrainingSchedule
from deepbench.training.lanes import train_lanes

CPU = torch.device("cpu")
INNER_FOLDS, OUTER_FOLDS, TRIALS = 5, 4, 8
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


TRICKS = {
    "none": Trick(),
    "engine": Trick(engine=True),
    "scaling": Trick(scaling=True),
    "smoothing": Trick(smoothing=0.1),
    "schedule": Trick(schedule=True),
    "mish": Trick(activation="mish"),
    "selu": Trick(activation="selu"),
    "clip": Trick(clip=True),
    "realmlp": Trick(scaling=True, smoothing=0.1, schedule=True, clip=True, activation="mish"),
    "tabm": Trick(tabm=8),
    "plr": Trick(plr=8),
    "engine-smoothing": Trick(engine=True, smoothing=0.1),
    "family": Trick(engine=True, smoothing=None),
    "bag": Trick(engine=True, bag=3),
    "epochs": Trick(engine=True, epochs=True),
    "starts10": Trick(engine=True, starts=10),
}


def load_table(name: str) -> TrainingSet:
    """Return a table with its outcome and biological units."""
    generator = np.random.default_rng(11)
    units: NDArray[Any] | None = None
    if name == "breast":
        x, y = load_breast_cancer(return_X_y=True, as_frame=True)
        outcome: NDArray[Any] = y.to_numpy()
    elif name == "heart":
        table = pd.read_csv(DATA / "heart_disease_4sites" / "heart_4sites_combined.csv")
        outcome = (table.pop("disease") == "yes").to_numpy()
        x = table.drop(columns=["row_id", "site", "num"])
    elif name == "mice":
        table = pd.read_excel(DATA / "mice_protein" / "Data_Cortex_Nuclear.xls")
        units = table["MouseID"].str.partition("_")[0].astype("category").cat.codes.to_numpy()
        outcome = (table["Genotype"] == "Control").to_numpy()
        x = table.drop(columns=["MouseID", "Genotype", "Treatment", "Behavior", "class"])
    elif name == "abalone":
        table = pd.read_csv(DATA / "abalone_age" / "abalone.csv", header=None).sample(
            1_000, random_state=0
        )
        outcome = table.pop(8).to_numpy(dtype=np.float64)
        x = table.rename(columns=str)
    elif name in {"small60", "sim2k", "sim20k"}:
        n, p, effect = {
            "small60": (60, 30, 0.5),
            "sim2k": (500, 2_000, 0.16),
            "sim20k": (200, 20_000, 0.22),
        }[name]
        outcome = generator.permutation(np.arange(n) % 2)
        values = generator.normal(size=(n, p))
        # Blocks of correlated features, some of which carry the class.
        values += np.repeat(generator.normal(size=(n, p // 10)), 10, axis=1)
        values[:, : max(10, p // 50)] += 2 * effect * outcome[:, None]
        x = pd.DataFrame(values, columns=[f"g{i}" for i in range(p)])
    else:
        raise SystemExit(f"There is no table {name!r}.")
    regression = outcome.dtype.kind == "f"
    rows = np.arange(len(x))
    return TrainingSet(
        features=x.reset_index(drop=True),
        outcome=outcome if regression else outcome.astype(np.int64),
        sample_ids=np.array([f"s{i}" for i in rows]),
        units=(rows if units is None else units).astype(np.int64),
        annotations=pd.DataFrame(index=range(len(x))),
        info=(
            OutcomeInfo("outcome", "regression", ())
            if regression
            else OutcomeInfo("outcome", "binary", ("a", "b"))
        ),
    )


TABLES = ("breast", "heart", "mice", "abalone", "small60", "sim2k", "sim20k")


class Study:
    """One outer fold: settings are tuned inside, the winner predicts the rows outside."""

    def __init__(self, table: TrainingSet, outer: Fold, seed: int) -> None:
        self._table, self._outer, self._seed = table, outer, seed
        part = table.take(outer.fit)
        self._inner = FoldCache(part, tuning_folds(part, INNER_FOLDS, 1, seed))
        self._whole = FoldCache(table, (Fold(0, 0, outer.fit, outer.tune),))

    def run(self, trick: Trick, size: str) -> tuple[float, float, float]:
        """Return score, loss and processor seconds of a network size with a trick."""
        family = NetworkFamily(size)  # type: ignore[arg-type]
        settings = _settings(family, self._inner, self._seed)
        if trick.smoothing is not None:
            settings = [{**params, "smoothing": trick.smoothing} for params in settings]
        began = time.process_time()
        on_folds.train_lanes = train_lanes if trick.engine else Trainer(trick)  # type: ignore[attr-defined]
        tuned = self._tune(family, settings, trick)
        scores = [_score(self._inner.training, item.predictions[0])[0] for item in tuned]
        number = int(np.argmax(scores))
        predictions = self._final(family, settings[number], trick, tuned[number])
        score, loss = _score(self._table, predictions, self._outer.tune)
        return score, loss, time.process_time() - began

    def _tune(
        self, family: NetworkFamily, settings: list[Params], trick: Trick
    ) -> list[NetworkOutOfFold]:
        bags = []
        for bag in range(trick.bag):
            runs = [
                NetworkRun(params, self._inner.training.outcome, derive_seed(self._seed, i, bag))
                for i, params in enumerate(settings)
            ]
            stop_seed = derive_seed(self._seed, "stop", bag)
            bags.append(out_of_fold_networks(family, self._inner, runs, stop_seed, CPU))
        return [
            replace(each[0], predictions=np.mean([item.predictions for item in each], axis=0))
            for each in zip(*bags, strict=True)
        ]

    def _final(
        self, family: NetworkFamily, params: Params, trick: Trick, tuned: NetworkOutOfFold
    ) -> NDArray[np.float64]:
        """Return the mean prediction (n, K) of the random starts; NaN outside the outer fold."""
        learned = int(np.median([max(fold.best_epoch, 1) for fold in tuned.folds]))
        kept = on_folds.SCHEDULE, on_folds.stop_rows
        if trick.epochs:
            on_folds.SCHEDULE = TrainingSchedule(learned, SCHEDULE.patience)  # type: ignore[attr-defined]
            on_folds.stop_rows = lambda *_: np.zeros(0, dtype=np.int64)  # type: ignore[attr-defined]
        total = [
            out_of_fold_networks(
                family,
                self._whole,
                [NetworkRun(params, self._table.outcome, derive_seed(self._seed, "start", i))],
                derive_seed(self._seed, "final stop", i),
                CPU,
            )[0].predictions[0]
            for i in range(trick.starts)
        ]
        on_folds.SCHEDULE, on_folds.stop_rows = kept  # type: ignore[attr-defined]
        mean: NDArray[np.float64] = np.mean(total, axis=0)
        return mean


def _settings(family: NetworkFamily, cache: FoldCache, seed: int) -> list[Params]:
    found = family.portfolio(cache.shape)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed % 2**31))
    while len(found) < TRIALS:
        found.append(family.suggest(study.ask(), cache.shape))
    return found[:TRIALS]


def _score(
    table: TrainingSet, predictions: NDArray[np.float64], rows: NDArray[np.int64] | None = None
) -> tuple[float, float]:
    chosen = np.arange(len(table)) if rows is None else rows
    truth, found = table.outcome[chosen], predictions[chosen]
    if table.info.task == "regression":
        return r2_score(truth, found[:, 0]), mean_squared_error(truth, found[:, 0])
    right = np.clip(found[np.arange(len(found)), truth], 1e-7, 1.0)
    return roc_auc_score(truth, found[:, 1]), float(-np.log(right).mean())


def compare(name: str, tricks: Sequence[str], sizes: Sequence[str], seeds: Sequence[int]) -> None:
    """Print a line for each trick on a table."""
    table = load_table(name)
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for seed in seeds:
        for outer in tuning_folds(table, OUTER_FOLDS, 1, 100 + seed):
            study = Study(table, outer, derive_seed(seed, outer.number))
            for size in sizes:
                for trick in dict.fromkeys(tricks):
                    found.setdefault((size, trick), []).append(study.run(TRICKS[trick], size))
    for (size, trick), results in found.items():
        own, before = np.array(results), np.array(found[size, tricks[0]])
        change = own - before
        error = change.std(axis=0, ddof=1) / math.sqrt(len(change))
        print(
            f"| {name} | {size} | {trick} | {own[:, 0].mean():.4f} "
            f"| {change[:, 0].mean():+.4f} ± {error[0]:.4f} | {own[:, 1].mean():.4f} "
            f"| {change[:, 1].mean():+.4f} ± {error[1]:.4f} "
            f"| {own[:, 2].sum() / before[:, 2].sum():.1f} |",
            flush=True,
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="*", default=["all"])
    parser.add_argument("--tricks", nargs="*", default=["all"])
    parser.add_argument("--sizes", nargs="*", default=["medium"])
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1])
    options = parser.parse_args()
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    print(
        "| table | size | trick | score | change | loss | change | seconds |\n|" + "---|" * 8,
        flush=True,
    )
    tricks = list(TRICKS) if options.tricks == ["all"] else options.tricks
    for name in TABLES if options.tables == ["all"] else options.tables:
        compare(name, tricks, options.sizes, options.seeds)


if __name__ == "__main__":
    main()
