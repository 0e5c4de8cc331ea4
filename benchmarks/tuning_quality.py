"""The score of what the search picks, against scikit-learn's random search with as many trials.

    python benchmarks/tuning_quality.py --quick      (about two minutes)
    python benchmarks/tuning_quality.py              (all tables, ten seeds)

Both sides get the same training samples, the same families, the same number of trials per family,
five folds and one core; what they pick is fitted on all training samples and scored on samples
that neither saw (fresh ones, or a part set aside). AUROC for classes, R2 for numbers. The
difference is paired by table and seed; seconds are those of the process (one thread).

Tables: scikit-learn's breast cancer and diabetes (40 % set aside, drawn anew by seed), and
simulated ones with a weak signal, 500 x 2,000 and 200 x 20,000, with 5,000 or 2,000 fresh samples.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import loguniform, randint
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import KFold, RandomizedSearchCV, StratifiedKFold, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from threadpoolctl import threadpool_limits

from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.data.splits import tuning_folds
from deepbench.evaluation.fold_scores import fold_spread, score
from deepbench.models.family import BaselineFamily, Params, Run
from deepbench.models.out_of_fold import fit_final, out_of_fold_runs
from deepbench.models.registry import BASELINES
from deepbench.models.workbench import Workbench
from deepbench.training.schedule import Schedule
from deepbench.training.search import TrialRequest
from deepbench.training.stopping import Told

FOLDS = 5
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """Training samples, and others that show the truth."""

    task: str
    x: Array
    y: Array
    fresh_x: Array
    fresh_y: Array


def breast_cancer(seed: int) -> Table:
    """569 x 30, 60 % of it to train on."""
    x, y = load_breast_cancer(return_X_y=True)
    return _set_aside("binary", x, y, seed)


def diabetes(seed: int) -> Table:
    """442 x 10, a number as outcome."""
    x, y = load_diabetes(return_X_y=True)
    return _set_aside("regression", x, y, seed)


def _set_aside(task: str, x: Array, y: Array, seed: int) -> Table:
    strata = y if task == "binary" else None
    parts = train_test_split(x, y, test_size=0.4, random_state=seed, stratify=strata)
    return Table(task, parts[0], parts[2], parts[1], parts[3])


def simulated(rows: int, columns: int, fresh: int) -> Callable[[int], Table]:
    """Correlated columns, as omics have them, thirty of which carry a weak signal."""

    def make(seed: int) -> Table:
        rng = np.random.default_rng(seed)
        factors = rng.normal(size=(20, columns)) * 0.5
        weights = np.zeros(columns)
        weights[rng.choice(columns, 30, replace=False)] = rng.normal(size=30) * 0.35

        def draw(count: int) -> tuple[Array, Array]:
            x = rng.normal(size=(count, columns)) + rng.normal(size=(count, 20)) @ factors
            chance = 1 / (1 + np.exp(-x @ weights))
            return x.astype(np.float32).astype(np.float64), (rng.random(count) < chance) * 1.0

        return Table("binary", *draw(rows), *draw(fresh))

    return make


# --- ours -----------------------------------------------------------------------------------


def bench_of(table: Table, seed: int) -> Workbench:
    """Return the training samples with their tuning folds, as a study has them."""
    frame = pd.DataFrame(table.x, columns=[f"f{i}" for i in range(table.x.shape[1])])
    classes = ("a", "b") if table.task == "binary" else ()
    outcome = table.y.astype(np.int64) if classes else table.y
    rows = len(frame)
    training = TrainingSet(
        features=frame,
        outcome=outcome,
        info=OutcomeInfo("y", table.task, classes),  # type: ignore[arg-type]
        units=np.arange(rows),
        sample_ids=np.arange(rows).astype(str),
        annotations=pd.DataFrame(index=frame.index),
    )
    folds = tuning_folds(training, FOLDS, 1, seed)
    return Workbench(None, training, folds)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Picked:
    """The best trial of a family."""

    score: float
    family: BaselineFamily
    params: Params
    run: int


def tune_family(bench: Workbench, family: BaselineFamily, trials: int, seed: int) -> Picked:
    """Search one family as a study does."""
    schedule = Schedule(
        name=family.name,
        family=family,
        shape=bench.shape,
        trials=trials,
        seed=seed,
        tuning_folds=FOLDS,
        low_effort=family.at_low_effort,
    )
    best: Picked | None = None
    while batch := schedule.ask():
        for request, told in zip(batch, _evaluated(bench, family, batch, seed), strict=True):
            schedule.tell(request.number, told)
            value = -np.inf if told.score is None else told.score
            if not request.first_look and (best is None or value > best.score):
                best = Picked(value, family, request.params, 0)
    assert best is not None
    return Picked(best.score, best.family, best.params, schedule.asked)


def _evaluated(
    bench: Workbench, family: BaselineFamily, batch: list[TrialRequest], seed: int
) -> Iterator[Told]:
    training = bench.training
    size = len(batch) if family.shares_fits else 1
    for start in range(0, len(batch), size):
        runs = [
            Run(request.params, training.outcome, seed + request.number)
            for request in batch[start : start + size]
        ]
        for found in out_of_fold_runs(family, bench.cache, runs):
            given = (training.info.task, training.outcome, found.predictions, bench.fold_of)
            value = score(*given)
            yield Told(
                value if np.isfinite(value) else None, tuple(map(float, fold_spread(*given)))
            )


def ours(table: Table, trials: int, seed: int) -> tuple[float, int]:
    """Return the truth of what our search picks, and the trials it ran."""
    bench = bench_of(table, seed)
    picked = [
        tune_family(bench, family, trials, seed)
        for family in BASELINES.values()
        if family.complexity > 0 and table.task in family.tasks
    ]
    best = max(picked, key=lambda item: item.score)
    model = fit_final(best.family, bench.training, best.params, seed)
    fresh = pd.DataFrame(table.fresh_x, columns=bench.training.features.columns)
    return _truth(table, model.predict(fresh)), sum(item.run for item in picked)


# --- scikit-learn ---------------------------------------------------------------------------

SPACES: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "binary": [
        (
            LogisticRegression(max_iter=1000, class_weight=None),
            {"C": loguniform(1e-4, 1e2), "class_weight": [None, "balanced"]},
        ),
        (
            RandomForestClassifier(n_estimators=200),
            {
                "max_features": ["sqrt", "log2", 0.1],
                "min_samples_leaf": randint(1, 20),
                "max_samples": [0.5, 0.75, None],
            },
        ),
        (
            HistGradientBoostingClassifier(),
            {
                "learning_rate": loguniform(1e-2, 0.3),
                "max_iter": [50, 100, 200],
                "max_leaf_nodes": [3, 7, 15, 31],
                "min_samples_leaf": randint(2, 40),
                "l2_regularization": loguniform(1e-3, 1e2),
            },
        ),
        (SVC(), {"C": loguniform(1e-2, 1e3), "gamma": ["scale", 1e-2, 1e-3, 1e-4]}),
        (
            KNeighborsClassifier(),
            {"n_neighbors": randint(1, 50), "weights": ["uniform", "distance"], "p": [1, 2]},
        ),
        (GaussianNB(), {"var_smoothing": loguniform(1e-10, 1.0)}),
    ],
    "regression": [
        (Ridge(), {"alpha": loguniform(1e-3, 1e4)}),
        (
            RandomForestRegressor(n_estimators=200),
            {"max_features": ["sqrt", 0.33, 1.0], "min_samples_leaf": randint(1, 20)},
        ),
        (
            HistGradientBoostingRegressor(),
            {
                "learning_rate": loguniform(1e-2, 0.3),
                "max_iter": [50, 100, 200],
                "max_leaf_nodes": [3, 7, 15, 31],
                "min_samples_leaf": randint(2, 40),
                "l2_regularization": loguniform(1e-3, 1e2),
            },
        ),
        (SVR(), {"C": loguniform(1e-1, 1e4), "gamma": ["scale", 1e-1, 1e-2, 1e-3]}),
        (
            KNeighborsRegressor(),
            {"n_neighbors": randint(1, 50), "weights": ["uniform", "distance"], "p": [1, 2]},
        ),
    ],
}


def random_search(table: Table, trials: int, seed: int) -> tuple[float, int]:
    """Return the truth of the best of all families under random search, and its trials."""
    classes = table.task == "binary"
    folds = (StratifiedKFold if classes else KFold)(FOLDS, shuffle=True, random_state=seed)
    found = []
    for model, space in SPACES[table.task]:
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        search = RandomizedSearchCV(
            make_pipeline(StandardScaler(), model),
            {f"{type(model).__name__.lower()}__{name}": values for name, values in space.items()},
            n_iter=trials,
            scoring="roc_auc" if classes else "r2",
            cv=folds,
            random_state=seed,
            n_jobs=1,
        )
        found.append(search.fit(table.x, table.y))
    best = max(found, key=lambda search: float(np.nan_to_num(search.best_score_, nan=-np.inf)))
    if not classes:
        return _truth(table, best.predict(table.fresh_x)), trials * len(found)
    decides = hasattr(best.best_estimator_, "decision_function")
    values = (
        best.decision_function(table.fresh_x)
        if decides
        else best.predict_proba(table.fresh_x)[:, 1]
    )
    return float(roc_auc_score(table.fresh_y, values)), trials * len(found)


def _truth(table: Table, predicted: Array) -> float:
    if table.task == "binary":
        return float(roc_auc_score(table.fresh_y, predicted[:, -1]))
    return float(r2_score(table.fresh_y, predicted.reshape(len(predicted), -1)[:, 0]))


# --- side by side ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A table to try, with the effort to spend."""

    name: str
    make: Callable[[int], Table]
    trials: int
    seeds: int


QUICK = (
    Case("breast cancer 569 x 30", breast_cancer, 6, 3),
    Case("diabetes 442 x 10", diabetes, 6, 3),
)
FULL = (
    Case("breast cancer 569 x 30", breast_cancer, 16, 10),
    Case("diabetes 442 x 10", diabetes, 16, 10),
    Case("simulated 500 x 2,000", simulated(500, 2_000, 5_000), 16, 10),
    Case("simulated 200 x 20,000", simulated(200, 20_000, 2_000), 16, 10),
)


def timed(
    tune: Callable[[Table, int, int], tuple[float, int]], table: Table, trials: int, seed: int
) -> tuple[float, int, float]:
    """Return the truth, the trials run and the seconds of this process."""
    began = time.process_time()
    truth, run = tune(table, trials, seed)
    return truth, run, time.process_time() - began


def line(case: Case) -> str:
    """Run a case and return its line of the table."""
    rows = []
    for seed in range(case.seeds):
        table = case.make(seed)
        mine = timed(ours, table, case.trials, seed)
        theirs = timed(random_search, table, case.trials, seed)
        rows.append((mine, theirs))
    difference = np.array([mine[0] - theirs[0] for mine, theirs in rows])
    low, high = _median_interval(difference)
    ratio = np.median([theirs[2] / mine[2] for mine, theirs in rows])
    mine_truth, theirs_truth = (np.median([row[side][0] for row in rows]) for side in (0, 1))
    trials = [np.median([row[side][1] for row in rows]) for side in (0, 1)]
    seconds = [np.median([row[side][2] for row in rows]) for side in (0, 1)]
    return (
        f"| {case.name} | {case.seeds} | {mine_truth:.3f} | {theirs_truth:.3f} "
        f"| {np.median(difference):+.3f} ({low:+.3f} to {high:+.3f}) "
        f"| {trials[0]:.0f} / {trials[1]:.0f} | {seconds[0]:.0f} / {seconds[1]:.0f} "
        f"| {ratio:.1f} |"
    )


def _median_interval(values: Array) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    medians = np.median(rng.choice(values, size=(2000, len(values))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two tables, three seeds, six trials")
    parser.add_argument("--seeds", type=int, help="instead of those of the case")
    parser.add_argument("--trials", type=int, help="per family, instead of those of the case")
    parser.add_argument("--only", default="", help="tables whose name contains this")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    print(
        "| table | seeds | truth, ours | truth, random search | difference, paired: median (95 %) "
        "| trials | CPU seconds | times as fast |\n|---|---|---|---|---|---|---|---|"
    )
    with threadpool_limits(limits=1):
        for case in QUICK if arguments.quick else FULL:
            if arguments.only in case.name:
                asked = {"seeds": arguments.seeds, "trials": arguments.trials}
                given = replace(case, **{k: v for k, v in asked.items() if v is not None})
                print(line(given), flush=True)


if __name__ == "__main__":
    main()
