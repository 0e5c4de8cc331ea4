"""Runs the script that leaves in a process that knows nothing of DeepBench."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

# -I and -S: no environment, no user's packages, and no .pth file, through which the source tree
# would be found. Then only the folder of numpy and onnxruntime is added.
_PROGRAM = """
import json, runpy, sys
packages, jobs = json.loads(sys.stdin.read())
sys.path.append(packages)
try:
    import deepbench
except ModuleNotFoundError:
    pass
else:
    sys.exit("deepbench was found")
for folder, arguments in jobs:
    code = runpy.run_path(folder + "/predict.py", run_name="predict")["main"](arguments)
    if code:
        sys.exit(code)
heavy = {"torch", "sklearn", "pandas", "scipy", "onnx", "safetensors"} & set(sys.modules)
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""


def run_bare(jobs: Sequence[tuple[Path, list[str]]]) -> subprocess.CompletedProcess[str]:
    """Run ``predict.py`` of some folders with some arguments, one after another."""
    packages = sysconfig.get_paths()["purelib"]
    given = json.dumps([packages, [[str(folder), arguments] for folder, arguments in jobs]])
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", _PROGRAM],
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        cwd=jobs[0][0],
    )


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """Write the files of a model into a folder, without the arrays, which are not needed."""
    folder.mkdir()
    for name, content in files.items():
        if name != "model.safetensors":
            (folder / name).write_bytes(content)
    return folder


def write_table(path: Path, features: pd.DataFrame, *, separator: str = ",") -> None:
    """Write a table: columns in another order, some more of them, gaps written in several ways."""
    order = list(features)[::-1]
    gaps = ["", "NA", " n/a ", "NaN", "?"]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=separator)
        writer.writerow(["operator", *order, "plate", "sample"])
        for row in range(len(features)):
            cells = []
            for name in order:
                value = features[name].iloc[row]
                if not pd.isna(value):
                    cells.append(value if isinstance(value, str) else f" {float(value)!r}")
                else:
                    text = not pd.api.types.is_numeric_dtype(features[name])
                    cells.append(" " if text else gaps[row % len(gaps)])
            writer.writerow(["Kim", *cells, "7", f"new {row}"])


def read_predictions(path: Path) -> tuple[list[str], list[list[str]], np.ndarray]:
    """Return header, cells, and the numbers behind the first two columns, or the second."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    numbers = [row[2:] if len(header) > 2 else row[1:] for row in rows]
    return header, rows, np.array(numbers, dtype=np.float64)
