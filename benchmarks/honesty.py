"""How often the program finds a signal where there is none, and where there is one.

    python benchmarks/honesty.py --seeds 20 --jobs 2

Each study is a run of the command line with the quick budget on a simulated table:

* ``noise``: 60 samples x 2,000 features, two balanced classes, no relation at all;
* ``noise in units``: 100 units x 3 samples with one label per unit; samples of a unit resemble
  each other, the label means nothing;
* ``signal``: 60 samples x 2,000 features; a hidden factor separates the classes with AUROC 0.9
  and shows, with noise, in 60 of the features.

The table it prints stands in README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Table = tuple[list[str], list[list[str]]]
_PLAN = """
[question]
outcome = "group"
[data]
source = "table.csv"
{roles}
[budget]
preset = "quick"
"""


def noise(generator: np.random.Generator) -> Table:
    """60 x 2,000, balanced, nothing in it."""
    labels = generator.permutation(np.repeat([0, 1], 30))
    return _table(generator.normal(size=(60, 2000)), labels)


def noise_in_units(generator: np.random.Generator) -> Table:
    """100 units x 3 rows, one label per unit, strong resemblance inside units."""
    labels = np.repeat(generator.permutation(np.repeat([0, 1], 50)), 3)
    own = np.repeat(generator.normal(size=(100, 200)), 3, axis=0)
    values = own + generator.normal(0, 0.3, size=own.shape)
    header, rows = _table(values, labels)
    units = np.repeat(np.arange(1, 101), 3)
    return ["unit", *header], [[f"U{u:03d}", *row] for u, row in zip(units, rows, strict=True)]


def signal(generator: np.random.Generator) -> Table:
    """60 x 2,000 with a hidden factor of AUROC 0.9 behind 60 features."""
    labels = generator.permutation(np.repeat([0, 1], 30))
    # AUROC of two unit normals a distance d apart is Phi(d / sqrt 2); d = 1.81 gives 0.90.
    factor = generator.normal(size=60) + 1.81 * labels
    values = generator.normal(size=(60, 2000))
    values[:, :60] += factor[:, None]
    return _table(values, labels)


def _table(values: NDArray[np.float64], labels: NDArray[np.int64]) -> Table:
    header = ["group", *(f"g{number}" for number in range(values.shape[1]))]
    rows = [
        ["AB"[label], *(f"{value:.4f}" for value in row)]
        for label, row in zip(labels, values, strict=True)
    ]
    return header, rows


KINDS: dict[str, tuple[Callable[[np.random.Generator], Table], str]] = {
    "noise": (noise, ""),
    "noise in units": (noise_in_units, '[roles]\nunit = "unit"'),
    "signal": (signal, ""),
}


def run_one(kind: str, seed: int) -> dict[str, object]:
    """Simulate one table, run the program on it, and return what it said."""
    make, roles = KINDS[kind]
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        header, rows = make(np.random.default_rng([seed, len(kind)]))
        with (base / "table.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([header, *rows])
        (base / "plan.toml").write_text(f"seed = {seed}\n" + _PLAN.format(roles=roles))
        command = [sys.executable, "-m", "deepbench", "run", str(base / "plan.toml")]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "--study", str(base / "s.deepbench"), "--workers", "1"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{kind}, seed {seed}: exit {done.returncode}\n{done.stderr}")
        results = json.loads((base / "s.deepbench" / "results.json").read_text())
    models = [m for m in results["models"] if m["tuning"]["plain"] is not None]
    return {
        "kind": kind,
        "seed": seed,
        "signal": results["verdict"]["signal"],
        "opened": results["test"]["opened"],
        "plain": max(m["tuning"]["plain"] for m in models),
        "p": min(s["p_value"] for s in results["shuffled"]),
        "seconds": time.perf_counter() - began,
    }


def main() -> None:
    """Run all studies and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    arguments = parser.parse_args()
    tasks = [(k, s) for k in arguments.kinds for s in range(1, arguments.seeds + 1)]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        found = []
        for one in pool.map(lambda task: run_one(*task), tasks):
            print(json.dumps(one), file=sys.stderr, flush=True)
            found.append(one)
    print(
        "| table | studies | yes | unclear | no | test set opened | best plain score, mean | s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for kind in arguments.kinds:
        rows = [one for one in found if one["kind"] == kind]
        said = Counter(str(one["signal"]) for one in rows)
        opened = sum(bool(one["opened"]) for one in rows)
        plain = float(np.mean([float(str(one["plain"])) for one in rows]))
        seconds = float(np.median([float(str(one["seconds"])) for one in rows]))
        print(
            f"| {kind} | {len(rows)} | {said['yes']} | {said['unclear']} | {said['no']} | "
            f"{opened} | {plain:.2f} | {seconds:.0f} |"
        )


if __name__ == "__main__":
    main()
