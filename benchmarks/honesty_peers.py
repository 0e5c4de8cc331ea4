"""What other programs report of the tables of `honesty.py`, against the truth.

    python benchmarks/honesty_peers.py --peer scikit-learn
    python -m venv /tmp/peers && /tmp/peers/bin/pip install flaml[automl] mljar-supervised
    /tmp/peers/bin/python benchmarks/honesty_peers.py --peer flaml --seconds 60
    /tmp/peers/bin/python benchmarks/honesty_peers.py --peer mljar --seconds 60

``scikit-learn``: the best cross-validation score of a random search over six kinds of models with
96 settings in all. FLAML and mljar-supervised: the score that the program itself reports for its
best model. The truth is the AUROC of that model on 50,000 fresh samples. This script needs numpy,
pandas, scikit-learn and the peer, and nothing of DeepBench.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from simulated_tables import DISTANCES, Population, Table

FRESH, FRESH_BLOCK = 50_000, 5_000
# Reported score, and a function from features to scores of class 1.
Reported = tuple[float, Callable[[pd.DataFrame], NDArray[np.float64]]]


def scikit_learn(table: Table, seconds: float, seed: int) -> Reported:
    """Search six kinds of models at random, 16 settings each; report the best score."""
    from scipy.stats import loguniform, randint
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import RandomizedSearchCV, StratifiedGroupKFold
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    del seconds
    spaces: list[tuple[Any, dict[str, Any]]] = [
        (LogisticRegression(max_iter=2000), {"C": loguniform(1e-4, 1e2)}),
        (
            RandomForestClassifier(200, random_state=seed),
            {"max_features": ["sqrt", "log2"], "min_samples_leaf": randint(1, 10)},
        ),
        (
            HistGradientBoostingClassifier(max_iter=100, random_state=seed),
            {"learning_rate": loguniform(0.02, 0.3), "max_leaf_nodes": randint(3, 31)},
        ),
        (SVC(random_state=seed), {"C": loguniform(1e-2, 1e2), "gamma": ["scale", "auto"]}),
        (KNeighborsClassifier(), {"n_neighbors": randint(1, 15), "weights": ["uniform"]}),
        (GaussianNB(), {"var_smoothing": loguniform(1e-9, 1.0)}),
    ]
    folds = list(
        StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(
            table.values, table.labels, table.units
        )
    )
    best: tuple[float, Any] = (-1.0, None)
    for model, space in spaces:
        named = {f"{type(model).__name__.lower()}__{key}": value for key, value in space.items()}
        search = RandomizedSearchCV(
            make_pipeline(StandardScaler(), model),
            named,
            n_iter=16,
            scoring="roc_auc",
            cv=folds,
            random_state=seed,
        ).fit(table.features(), table.labels)
        if search.best_score_ > best[0]:
            best = (float(search.best_score_), search.best_estimator_)
    return best[0], lambda features: _score(best[1], features)


def flaml(table: Table, seconds: float, seed: int) -> Reported:
    """Let FLAML search; report one minus its best validation loss."""
    from flaml import AutoML

    model = AutoML()
    grouped = len(np.unique(table.units)) < len(table.units)
    more = {"split_type": "group", "groups": table.units} if grouped else {}
    model.fit(
        table.features(),
        table.labels,
        task="classification",
        metric="roc_auc",
        time_budget=seconds,
        seed=seed,
        eval_method="cv",
        verbose=0,
        n_jobs=1,
        **more,
    )
    return 1.0 - float(model.best_loss), lambda features: _score(model, features)


def mljar(table: Table, seconds: float, seed: int) -> Reported:
    """Let mljar-supervised search; report the score of the first line of its leaderboard."""
    from supervised.automl import AutoML

    folder = tempfile.mkdtemp()
    model = AutoML(
        results_path=str(Path(folder) / "results"),
        mode="Compete",
        eval_metric="auc",
        total_time_limit=int(seconds),
        random_state=seed,
        verbose=0,
        n_jobs=1,
    )
    model.fit(table.features(), pd.Series(table.labels))
    board = model.get_leaderboard()
    # It minimises, so the score may stand there with its sign turned.
    return float(board["metric_value"].abs().max()), lambda features: _score(model, features)


def _score(model: Any, features: pd.DataFrame) -> NDArray[np.float64]:
    if hasattr(model, "decision_function") and not hasattr(model, "predict_proba"):
        return np.asarray(model.decision_function(features))
    return np.asarray(model.predict_proba(features))[:, 1]


PEERS: dict[str, Callable[[Table, float, int], Reported]] = {
    "scikit-learn": scikit_learn,
    "flaml": flaml,
    "mljar": mljar,
}


def run_one(
    peer: str, signal: str, rows: int, columns: int, per_unit: int, seed: int, seconds: float
) -> dict[str, Any]:
    """Simulate the table that `honesty.py` makes of the same numbers, and ask the peer."""
    from sklearn.metrics import roc_auc_score

    population = Population(signal, columns, seed)
    table = population.draw(rows // per_unit, per_unit)
    began = time.perf_counter()
    reported, predict = PEERS[peer](table, seconds, seed)
    took = time.perf_counter() - began
    truth, scores = [], []
    for _ in range(FRESH // FRESH_BLOCK):
        fresh = population.draw(FRESH_BLOCK)
        truth.append(fresh.labels)
        scores.append(predict(fresh.features()))
    return {
        "peer": peer,
        "signal": signal,
        "rows": rows,
        "columns": columns,
        "rows_per_unit": per_unit,
        "seed": seed,
        "reported": reported,
        "truth": float(roc_auc_score(np.concatenate(truth), np.concatenate(scores))),
        "seconds": took,
    }


def main() -> None:
    """Ask the peer about every table and print its line of the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, choices=list(PEERS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=list(DISTANCES), choices=list(DISTANCES))
    parser.add_argument("--rows", nargs="*", type=int, default=[60, 200])
    parser.add_argument("--columns", nargs="*", type=int, default=[30, 2000])
    parser.add_argument("--rows-per-unit", nargs="*", type=int, default=[1])
    parser.add_argument("--out", type=Path, default=Path("honesty_peers.jsonl"))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    found = []
    with arguments.out.open("a", encoding="utf-8") as stream:
        for seed, rows, columns, per_unit, signal in itertools.product(
            range(1, arguments.seeds + 1),
            arguments.rows,
            arguments.columns,
            arguments.rows_per_unit,
            arguments.only,
        ):
            one = run_one(arguments.peer, signal, rows, columns, per_unit, seed, arguments.seconds)
            stream.write(json.dumps(one) + "\n")
            stream.flush()
            found.append(one)
    print("| program | signal | tables | reports | truth | too good by | s |")
    print("|---|---|---|---|---|---|---|")
    for signal in arguments.only:
        of = [one for one in found if one["signal"] == signal]
        reported, truth, took = (
            np.array([one[key] for one in of]) for key in ("reported", "truth", "seconds")
        )
        print(
            f"| {arguments.peer} | {signal} | {len(of)} | {reported.mean():.3f} | "
            f"{truth.mean():.3f} | {(reported - truth).mean():+.3f} | {np.median(took):.0f} |"
        )


if __name__ == "__main__":
    main()
