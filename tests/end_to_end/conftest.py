"""Whole runs through the command line, shared by the tests of this folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import tables


@dataclass(frozen=True)
class Run:
    """A finished command."""

    code: int
    out: str
    err: str


def deepbench(*arguments: str | Path) -> Run:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "deepbench", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    return Run(done.returncode, done.stdout, done.stderr)


def results_of(study: Path) -> dict[str, Any]:
    """Return ``results.json`` of a study."""
    loaded: dict[str, Any] = json.loads((study / "results.json").read_text(encoding="utf-8"))
    return loaded


def without_times(results: dict[str, Any]) -> dict[str, Any]:
    """Return results with everything removed that says how long something took."""
    models = [{**model, "seconds": None} for model in results["models"]]
    return {**results, "models": models}


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with a signal, run to the end with one worker."""
    folder = tmp_path_factory.mktemp("finished")
    tables.two_classes(folder / "table.csv")
    plan = tables.plan_for(folder, "group", '[roles]\nsample = "sample"\n' + tables.QUICK)
    done = deepbench("run", plan, "--study", folder / "s.deepbench", "--workers", "1")
    assert done.code == 0, done.err
    return folder / "s.deepbench"
