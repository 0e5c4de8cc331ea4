"""What the program says of a table, against the truth on 50,000 fresh samples.

    python benchmarks/honesty.py --seeds 2 --jobs 2
    python benchmarks/honesty.py --only null --rows 60 --columns 2000 --seeds 40 --jobs 2

Each study is a run of the command line on a simulated table (`simulated_tables`): no signal, a
weak or a strong one; 60, 200 or 1,000 rows; 30 or 2,000 features; each row its own unit, or five
rows a unit. Read from the study are the score that is shown before the test set opens (the
corrected score of the whole search), the verdict on the signal, and the test score with its
interval where the test set was opened. The truth is the AUROC on 50,000 fresh samples of the
model that the program recommends, fitted on all training samples. A nested test measures
something else: the models that the outer folds chose and fitted without their test samples. These
are fitted again from the study's own trials, and the mean of their AUROCs on the same fresh
samples is the truth of the test interval.

Results are appended to ``--out`` as they come, and what stands there is not run again.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from simulated_tables import DISTANCES, Population, Table

FRESH, FRESH_BLOCK = 50_000, 5_000
_PLAN = """
seed = {seed}
[question]
outcome = "group"
[data]
source = "table.csv"
[budget]
preset = "{preset}"
"""


@dataclass(frozen=True)
class Cell:
    """A kind of table and its seed."""

    signal: str
    rows: int
    columns: int
    rows_per_unit: int
    seed: int
    preset: str


def write_table(folder: Path, table: Table, cell: Cell) -> Path:
    """Write the table and its plan; return the plan."""
    several = cell.rows_per_unit > 1
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        names = [f"g{number}" for number in range(cell.columns)]
        writer.writerow([*(["unit"] if several else []), "group", *names])
        for unit, label, row in zip(table.units, table.labels, table.values, strict=True):
            first = [f"U{unit:04d}"] if several else []
            writer.writerow([*first, "AB"[label], *(f"{value:.5f}" for value in row)])
    roles = '[roles]\nunit = "unit"\n' if several else ""
    plan = folder / "plan.toml"
    plan.write_text(_PLAN.format(seed=cell.seed, preset=cell.preset) + roles, encoding="utf-8")
    return plan


def run_one(cell: Cell) -> dict[str, Any]:
    """Simulate a table, run the program on it, and measure the truth."""
    population = Population(cell.signal, cell.columns, cell.seed)
    table = population.draw(cell.rows // cell.rows_per_unit, cell.rows_per_unit)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        plan, study = write_table(folder, table, cell), folder / "s.deepbench"
        command = [sys.executable, "-m", "deepbench", "run", str(plan), "--study", str(study)]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "--workers", "1"], capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
        if done.returncode != 0:
            return {**asdict(cell), "failed": done.stderr.strip()[-300:]}
        return {**asdict(cell), "seconds": seconds, **read_study(study, population, plan)}


def read_study(folder: Path, population: Population, plan: Path) -> dict[str, Any]:
    """Return what the program said, and the truth of the model it recommends."""
    from deepbench.models.trial_tasks import FinalTask, fit_final_model
    from deepbench.models.workbench import BenchSource
    from deepbench.study.folder import Study
    from deepbench.study.records import CheckRecord, ChoiceRecord, ShuffleRecord, SplitRecord

    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    with Study.open_for_reading(folder) as study:
        choice = study.stage_record("test", ChoiceRecord)
        split = study.stage_record("split", SplitRecord)
        artifact = study.record_artifact("split")
        check = study.stage_record("check", CheckRecord)
        shuffles = study.stage_record("shuffles", ShuffleRecord)
        seed = study.plan().seed
    assert choice is not None
    assert split is not None
    prepared = check.preparation.artifact if check is not None and check.preparation else ""
    offered = {model["name"]: model for model in results["models"]}
    chosen = offered[choice.recommended]
    source = BenchSource(
        str(folder),
        artifact,
        None,
        split.tuning_folds,
        split.tuning_repeats,
        seed,
        "cpu",
        prepared,
    )
    model = fit_final_model(FinalTask(source, chosen["name"], chosen["params"], 3))
    test = results["test"]["metrics"].get("auroc") or {}
    tested = len(split.outer_folds) > 1 and test.get("value") is not None
    models = [model, *(outer_models(folder, plan, len(split.outer_folds)) if tested else [])]
    truths = true_aurocs(models, population)
    return {
        "truth": truths[0],
        "tested_truth": float(np.mean(truths[1:])) if tested else truths[0],
        "shown": choice.expected.value,
        "low": choice.expected.low,
        "high": choice.expected.high,
        "best_plain": max(m["tuning"]["plain"] or 0.0 for m in offered.values()),
        "signal_said": results["verdict"]["signal"],
        "deep_learning": results["verdict"]["deep_learning"],
        "p": shuffles.p_value if shuffles is not None else None,
        "recommended": choice.recommended,
        "design": results["split"]["design"],
        "test": test.get("value"),
        "test_low": test.get("low"),
        "test_high": test.get("high"),
    }


def outer_models(folder: Path, plan: Path, folds: int) -> list[Any]:
    """Return the models that met the test samples of each outer fold, fitted once more."""
    from deepbench.jobs.leaderboard import all_trials
    from deepbench.jobs.outer_folds import search_outer_fold
    from deepbench.jobs.run_study import open_job
    from deepbench.jobs.steps import Steps
    from deepbench.messages.requests import RunStudy
    from deepbench.worker.progress import Progress

    request = RunStudy(str(plan), None, str(folder), device="cpu")
    with open_job(request, Progress()) as context:
        trials = len(context.study.ledger.of_kind("trial"))
        names = [group.family.name for group in all_trials(context)]
        steps = Steps(context.progress, total=1)
        found = [search_outer_fold(context, fold, names, steps, "") for fold in range(folds)]
        assert len(context.study.ledger.of_kind("trial")) == trials > 0
    return [each.models["chosen"] for each in found]


def true_aurocs(models: list[Any], population: Population) -> list[float]:
    """Return the AUROC of each model on the same fresh samples."""
    from sklearn.metrics import roc_auc_score

    labels: list[Any] = []
    scores: list[list[Any]] = [[] for _ in models]
    for _ in range(FRESH // FRESH_BLOCK):
        fresh = population.draw(FRESH_BLOCK)
        labels.append(fresh.labels)
        features = fresh.features()
        for kept, model in zip(scores, models, strict=True):
            kept.append(model.predict(features)[:, 1])
    observed = np.concatenate(labels)
    return [float(roc_auc_score(observed, np.concatenate(kept))) for kept in scores]


def print_tables(found: list[dict[str, Any]]) -> None:
    """Print the table by signal and rows, then the totals."""
    good = [one for one in found if "failed" not in one]
    print(
        "| signal | rows | studies | truth | best CV score | shown (BBC-CV) | bias | covered "
        "| said yes | test - truth | test interval covers | … the final model |"
    )
    print("|" + "---|" * 12)
    for signal, rows in itertools.product(DISTANCES, sorted({one["rows"] for one in good})):
        _line(
            signal,
            f"{rows:,}",
            [one for one in good if one["signal"] == signal and one["rows"] == rows],
        )
    for signal in DISTANCES:
        _line(signal, "all", [one for one in good if one["signal"] == signal])
    _line("all", "all", good)
    failed = [one for one in found if "failed" in one]
    if failed:
        print(f"\n{len(failed)} runs ended without a result:")
        for one in failed:
            print(f"- {one['signal']} {one['rows']} x {one['columns']}: {one['failed']}")


def _line(signal: str, rows: str, of_row: list[dict[str, Any]]) -> None:
    if not of_row:
        return
    shown = [one for one in of_row if one["shown"] is not None]
    tested = [one for one in of_row if one["test"] is not None]
    print(
        f"| {signal} | {rows} | {len(of_row)} | {_mean(one['truth'] for one in of_row)} | "
        f"{_mean(one['best_plain'] for one in of_row)} | {_mean(one['shown'] for one in shown)} | "
        f"{_mean((one['shown'] - one['truth'] for one in shown), sign='+')} | "
        f"{_share(one['low'] <= one['truth'] <= one['high'] for one in shown)} | "
        f"{_share(one['signal_said'] == 'yes' for one in of_row)} | "
        f"{_mean((one['test'] - one['tested_truth'] for one in tested), sign='+')} | "
        f"{_share(_held(one, 'tested_truth') for one in tested)} | "
        f"{_share(_held(one, 'truth') for one in tested)} |"
    )


def _held(one: dict[str, Any], truth: str) -> bool:
    """Say whether the test interval of a study holds a truth."""
    return bool(one["test_low"] <= one[truth] <= one["test_high"])


def _mean(values: Iterable[float], sign: str = "") -> str:
    listed = list(values)
    return f"{np.mean(listed):{sign}.3f}" if listed else "–"


def _share(values: Iterable[bool]) -> str:
    listed = list(values)
    return f"{sum(listed)} of {len(listed)}" if listed else "–"


def main() -> None:
    """Run the studies and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--preset", default="quick", choices=["quick", "standard", "thorough"])
    parser.add_argument("--only", nargs="*", default=list(DISTANCES), choices=list(DISTANCES))
    parser.add_argument("--rows", nargs="*", type=int, default=[60, 200, 1000])
    parser.add_argument("--columns", nargs="*", type=int, default=[30, 2000])
    parser.add_argument("--rows-per-unit", nargs="*", type=int, default=[1, 5])
    parser.add_argument("--out", type=Path, default=Path("honesty.jsonl"))
    arguments = parser.parse_args()
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    cells = [
        Cell(signal, rows, columns, per_unit, seed, arguments.preset)
        for seed, rows, columns, per_unit, signal in itertools.product(
            seeds, arguments.rows, arguments.columns, arguments.rows_per_unit, arguments.only
        )
    ]
    found = []
    if arguments.out.exists():
        found = [json.loads(line) for line in arguments.out.read_text().splitlines()]
    done = {tuple(one[key] for key in asdict(cells[0])) for one in found}
    todo = [cell for cell in cells if tuple(asdict(cell).values()) not in done]
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(arguments.jobs, mp_context=context) as pool,
        arguments.out.open("a", encoding="utf-8") as stream,
    ):
        for one in pool.map(run_one, todo):
            stream.write(json.dumps(one) + "\n")
            stream.flush()
            found.append(one)
    print_tables(found)


if __name__ == "__main__":
    main()
