"""The audit's attacks beside those of SACRO-ML, on the same models and the same members.

    python benchmarks/audit_against_sacro.py --python /path/to/sacro/bin/python

SACRO-ML 2.0.1 (package ``sacroml``) wants an environment of its own, with the same scikit-learn:

    python -m venv sacro && sacro/bin/pip install sacroml==2.0.1

Each scikit-learn model is fitted on one half of a table; members are that half, others the rest.
Both programs attack this very model with as many shadow models on random halves. SACRO-ML gives
its worst-case attack (mean of ten), and LiRA offline and online; of ours stand confidence, LiRA
offline and online, and RMIA on this model, then the highest AUC over all shadows as targets with
its interval, which is what an audit shows. Without ``--python`` only our side is printed.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

SHADOWS = 32
SACRO_MODES = ("offline", "online-carlini")
Table = tuple[NDArray[np.float64], NDArray[np.int64]]


def tables() -> dict[str, Table]:
    """Return a clinical table (569 x 30) and a simulated one as wide as omics (240 x 2,000)."""
    found = load_breast_cancer()
    values = (found.data - found.data.mean(axis=0)) / found.data.std(axis=0)
    generator = np.random.default_rng(0)
    wide = generator.normal(size=(240, 2_000))
    signal = wide[:, :10].sum(axis=1) + 2.0 * generator.normal(size=240)
    return {
        "569 x 30": (values, found.target.astype(np.int64)),
        "240 x 2,000": (wide, (signal > 0).astype(np.int64)),
    }


def models(table: str) -> dict[str, Any]:
    """Return the models to attack."""
    wide = table != "569 x 30"
    found = {
        "logistic regression, C = 1": LogisticRegression(C=1.0, max_iter=2_000),
        "logistic regression, C = 0.001": LogisticRegression(C=0.001, max_iter=2_000),
        "random forest": RandomForestClassifier(100),
    }
    narrow = {
        "random forest, no bootstrap": RandomForestClassifier(100, bootstrap=False),
        "random forest, ≥ 10 a leaf": RandomForestClassifier(100, min_samples_leaf=10),
        "tree without limit": DecisionTreeClassifier(),
        "histogram boosting": HistGradientBoostingClassifier(max_iter=50),
        "perceptron": MLPClassifier((32,), max_iter=1_500, alpha=1e-2),
    }
    return found if wide else {**found, **narrow}


def halves(rows: int) -> NDArray[np.bool_]:
    """Return (rows,) the members: the same half in both programs."""
    return np.random.default_rng(1).permutation(rows) < rows // 2


def ours(table: str, name: str) -> dict[str, float]:
    """Return the AUC of our attacks on one model, and over all models as targets."""
    from deepbench.privacy.audit.attack_scores import attack_shadows
    from deepbench.privacy.audit.membership_intervals import auc_interval, joint_level
    from deepbench.privacy.audit.shadow_models import UnitAnswers

    x, y = tables()[table]
    members = [halves(len(y))]
    generator = np.random.default_rng(2)
    members += [generator.permutation(len(y)) < len(y) // 2 for _ in range(SHADOWS // 2)]
    inside = np.concatenate([np.stack([half, ~half]) for half in members])
    predicted = []
    for number, half in enumerate(inside):
        model = clone(models(table)[name]).set_params(random_state=number)
        predicted.append(model.fit(x[half], y[half]).predict_proba(x))
    answers = UnitAnswers.of_rows(np.stack(predicted), y, np.arange(len(y)), "binary")
    attacks = attack_shadows(answers, inside, "binary")
    found: dict[str, float] = {}
    best = None
    for scores in attacks:
        first = scores.targets == 0
        found[scores.name] = _auc(scores.member[first], scores.score[first])
        interval = auc_interval(scores, joint_level(len(attacks)))
        best = interval if best is None or interval.value > best.value else best
    assert best is not None
    return {**found, "all": best.value, "low": best.low, "high": best.high}


def _auc(member: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(member, score))


def sacro(table: str, name: str) -> dict[str, float]:
    """Return the AUC of SACRO-ML's attacks; runs in its environment."""
    from sacroml.attacks.likelihood_attack import LIRAAttack
    from sacroml.attacks.target import Target
    from sacroml.attacks.worst_case_attack import WorstCaseAttack

    logging.disable(logging.CRITICAL)
    x, y = tables()[table]
    half = halves(len(y))
    model = clone(models(table)[name]).set_params(random_state=0).fit(x[half], y[half])
    parts = {"X_train": x[half], "y_train": y[half], "X_test": x[~half], "y_test": y[~half]}
    original = {f"{key}_orig": value for key, value in parts.items()}
    target = Target(model=model, dataset_name="table", **parts, **original)
    found = {}
    attacks = {"worst case": WorstCaseAttack(output_dir=tempfile.mkdtemp(), write_report=False)}
    for mode in SACRO_MODES:
        # A folder of its own each time: it silently reuses old shadow models.
        attacks[mode] = LIRAAttack(
            output_dir=tempfile.mkdtemp(), write_report=False, n_shadow_models=SHADOWS, mode=mode
        )
    for title, attack in attacks.items():
        logger = attack.attack(target)["attack_experiment_logger"]
        runs = logger["attack_instance_logger"].values()
        found[title] = float(np.mean([run["AUC"] for run in runs]))
    return found


def _ask(python: str, table: str, name: str) -> dict[str, float]:
    """Run `sacro` in the other environment."""
    with tempfile.TemporaryDirectory() as folder:
        words = [python, str(Path(__file__).resolve()), "--sacro", table, name]
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        sys.exit(f"SACRO-ML failed on {name}, {table}:\n{done.stderr[-2_000:]}")
    answer: dict[str, float] = json.loads(lines[-1])
    return answer


def main() -> None:
    """Attack and print the table."""
    parser = argparse.ArgumentParser(description="Our attacks beside those of SACRO-ML.")
    parser.add_argument("--python", default="", help="Python of the environment of SACRO-ML")
    parser.add_argument("--sacro", nargs=2, metavar=("TABLE", "MODEL"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sacro:
        print(json.dumps(sacro(*options.sacro)))
        return
    print(f"AUC of attacks on one model, {SHADOWS} shadow models each\n")
    print(
        "| table | model | confidence | LiRA off | LiRA on | RMIA | best, all targets (interval) "
        "| SACRO worst case | SACRO LiRA off | SACRO LiRA on |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for table in tables():
        for name in models(table):
            own = ours(table, name)
            cells = [f"{own[key]:.2f}" for key in ("confidence", "lira-offline", "lira-online")]
            cells += [f"{own['rmia']:.2f}"]
            cells += [f"{own['all']:.2f} ({own['low']:.2f}–{own['high']:.2f})"]
            if options.python:
                other = _ask(options.python, table, name)
                cells += [f"{other[key]:.2f}" for key in ("worst case", *SACRO_MODES)]
            else:
                cells += ["–"] * 3
            print(f"| {table} | {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
