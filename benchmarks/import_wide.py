"""Import of a wide table against the fastest bare read of the same file, measured in one run.

    python benchmarks/import_wide.py [--rows 1000] [--columns 20000] [--runs 3]

Writes a CSV of random numbers, then reads it with pandas, polars and pyarrow as they come (each
in a process of its own, those that are installed), and imports it with DeepBench: read as text,
types proposed, written to Parquet, roles guessed. Prints seconds, peak memory, and the ratio to
the fastest bare read, medians of the runs. polars is not among DeepBench's dependencies.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--columns", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wide.csv"
        write_table(path, options.rows, options.columns)
        print(
            f"{options.rows:,} rows × {options.columns:,} columns, "
            f"{path.stat().st_size / 1e6:.0f} MB, {options.runs} runs, medians"
        )
        compare(path, options.runs)


def write_table(path: Path, rows: int, columns: int) -> None:
    """Write a table of names, numbers with six decimals, and two groups."""
    generator = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as stream:
        stream.write("sample," + ",".join(f"g{i}" for i in range(columns)) + ",group\n")
        for row in range(rows):
            numbers = ",".join(f"{value:.6f}" for value in generator.normal(5, 2, columns))
            stream.write(f"s{row},{numbers},{'AB'[row % 2]}\n")


def compare(path: Path, runs: int) -> None:
    """Measure each way in turn, so that a busy moment meets all of them."""
    bare = {name: way for name, way in BARE.items() if importlib.util.find_spec(name)}
    ways = {**bare, "DeepBench": import_with_deepbench}
    found: dict[str, list[tuple[float, float, str]]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            found[name].append(in_own_process(way, path))
    seconds = {n: statistics.median(m[0] for m in measured) for n, measured in found.items()}
    memory = {n: statistics.median(m[1] for m in measured) for n, measured in found.items()}
    fastest = min(bare, key=lambda name: seconds[name])
    for name, measured in found.items():
        print(
            f"{name:10} {seconds[name]:6.2f} s {memory[name]:7.0f} MB   "
            f"{seconds[name] / seconds[fastest]:.2f} × the time and "
            f"{memory[name] / memory[fastest]:.2f} × the memory of {fastest}"
            f"   {measured[-1][2]}"
        )
    if "polars" not in bare:
        print("polars is not installed and was not measured.")


def in_own_process(way: Callable[[str], str], path: Path) -> tuple[float, float, str]:
    """Return seconds (without starting and importing), peak MB, and remarks."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_measure, args=(way, str(path), theirs))
    process.start()
    result: tuple[float, float, str] = ours.recv()
    process.join()
    return result


def _measure(way: Callable[[str], str], path: str, pipe: object) -> None:
    import psutil

    way("")  # imports
    begun = time.perf_counter()
    remarks = way(path)
    seconds = time.perf_counter() - begun
    memory = psutil.Process().memory_info()
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    except ImportError:
        peak = memory.peak_wset / 1e6
    pipe.send((seconds, peak, remarks))  # type: ignore[attr-defined]


def read_with_pandas(path: str) -> str:
    """Read as pandas does by itself."""
    import pandas as pd

    return "" if not path else str(pd.read_csv(path).shape)


def read_with_polars(path: str) -> str:
    """Read as polars does by itself."""
    import polars as pl

    return "" if not path else str(pl.read_csv(path).shape)


def read_with_pyarrow(path: str) -> str:
    """Read as pyarrow does by itself."""
    from pyarrow import csv

    return "" if not path else str(csv.read_csv(path).shape)


def import_with_deepbench(path: str) -> str:
    """Read as text, propose types, write Parquet, guess roles: what a person sees first."""
    from deepbench.data.role_guesses import guess
    from deepbench.data.table_files import TableFiles
    from deepbench.data.table_import import import_table
    from deepbench.data.table_store import table_to_parquet_bytes
    from deepbench.plan import plan_from_answers

    if not path:
        return ""
    plan = plan_from_answers({"question": {"outcome": "group"}, "data": {"source": path}})
    begun = time.perf_counter()
    parsed, _ = import_table(TableFiles(Path(path)), plan)
    read = time.perf_counter()
    with tempfile.NamedTemporaryFile() as stream:
        stream.write(table_to_parquet_bytes(parsed))
    written = time.perf_counter()
    guess(parsed, "group")
    guessed = time.perf_counter()
    return (
        f"(reading and typing {read - begun:.2f} s, Parquet {written - read:.2f} s, "
        f"roles {guessed - written:.2f} s)"
    )


BARE: dict[str, Callable[[str], str]] = {
    "pandas": read_with_pandas,
    "polars": read_with_polars,
    "pyarrow": read_with_pyarrow,
}

if __name__ == "__main__":
    main()
