"""How long the whole run takes, where the time goes, and how much memory it needs.

    python benchmarks/main_job.py wisconsin
    python benchmarks/main_job.py wide
    python benchmarks/main_job.py middle --until networks
    python benchmarks/main_job.py omics --until networks

``wisconsin`` is the built-in example with the default budget (target: 3 minutes on 2 cores, below
2 GB, test AUROC above 0.98); the others are simulated tables: ``middle`` 500 samples x 2,000
features, ``wide`` 200 x 10,000 (target: 15 minutes) and ``omics`` 200 x 20,000. Tuning alone ends
with the stage ``networks`` (targets: 3, 6 and 8 minutes for wisconsin, middle and omics). Seconds
by stage come from the study's ledger; memory is that of all processes together, sampled ten times
a second (shared pages are counted once per process, so the true figure is lower).
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

_WIDE_PLAN = '[question]\noutcome = "group"\n[data]\nsource = "wide.csv"\n'


SIZES = {"middle": (500, 2_000), "wide": (200, 10_000), "omics": (200, 20_000)}


def write_table(folder: Path, job: str) -> Path:
    """Write a table with a weak factor in 200 features, and its plan."""
    rows, columns = SIZES[job]
    generator = np.random.default_rng(1)
    labels = generator.permutation(np.repeat([0, 1], rows // 2))
    values = generator.normal(size=(rows, columns))
    values[:, :200] += 0.6 * (generator.normal(size=rows) + 1.5 * labels)[:, None]
    with (folder / "wide.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["group", *(f"g{number}" for number in range(values.shape[1]))])
        for label, row in zip(labels, values, strict=True):
            writer.writerow(["AB"[label], *(f"{value:.4f}" for value in row)])
    plan = folder / "plan.toml"
    plan.write_text(_WIDE_PLAN, encoding="utf-8")
    return plan


def peak_memory(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process; return the largest sum of resident memory of its tree in GB."""
    root = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        total = 0
        try:
            for member in [root, *root.children(recursive=True)]:
                total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        peak = max(peak, total)
        time.sleep(0.1)
    return peak / 1e9


def main() -> None:
    """Run one of the jobs and print time by stage, memory and the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=["wisconsin", *SIZES])
    parser.add_argument("--until", default="report")
    parser.add_argument("--workers", default="2")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        study = folder / "s.deepbench"
        what = (
            ["--example", "wisconsin"]
            if arguments.job == "wisconsin"
            else [str(write_table(folder, arguments.job))]
        )
        command = [sys.executable, "-m", "deepbench", "run", *what, "--study", str(study)]
        began = time.perf_counter()
        options = ["--workers", arguments.workers, "--until", arguments.until]
        process = subprocess.Popen([*command, *options])
        peak = peak_memory(process)
        seconds = time.perf_counter() - began
        if process.returncode != 0:
            raise SystemExit(process.returncode)
        lines = (study / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        written = study / "results.json"
        results = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    print(f"\n{arguments.job}: {seconds:.0f} s in all, peak memory {peak:.2f} GB")
    for event in map(json.loads, lines):
        if event["kind"] == "stage_finished":
            print(f"  {event['data']['stage']:<15}{event['data']['seconds']:8.1f} s")
    for model in results.get("models", ()):
        print(f"    {model['name']:<20}{model['seconds']:8.1f} core-s, {model['trials']} trials")
    if results:
        auroc = results["test"]["metrics"].get("auroc")
        print(f"  signal: {results['verdict']['signal']}, test AUROC: {auroc}")


if __name__ == "__main__":
    main()
