"""A study is killed and run again: it goes on, does nothing twice, and ends with the same numbers.

Two ways: every write of a study in this process may be the last one (quick, so that hundreds of
moments are met), and real processes are killed with SIGKILL.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from deepbench.jobs.views import load_view
from deepbench.study.folder import Study
from deepbench.study.records import ExplorationRecord
from tests.end_to_end import tables
from tests.end_to_end.conftest import deepbench, results_of, without_times
from tests.end_to_end.in_process import TINY, ledger_of, run_here

# A whole study writes some 1,300 times, and each run gets some 15 writes further.
MOST_RUNS = 400
ENDING_SECONDS = 20.0


class _KilledError(BaseException):
    """Stands for SIGKILL: nothing that cleans up after errors may catch it."""


class _Killer:
    """Kills before the n-th call of something that changes the disk for good."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = sys.maxsize
        for owner, name in (
            *((Path, name) for name in ("replace", "unlink", "mkdir")),
            *((os, name) for name in ("fsync", "truncate")),
            (shutil, "rmtree"),
        ):
            monkeypatch.setattr(owner, name, self._watched(getattr(owner, name)))

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise _KilledError
            return function(*arguments, **named)

        return call


def _nothing_twice(study: Path) -> None:
    trials = [(t["search"], t["family"], t["number"]) for t in ledger_of(study, "trial")]
    chunks = [(s["fingerprint"], s["model"], s["first"]) for s in ledger_of(study, "shuffles")]
    chunks += [
        (s["fingerprint"], s["family"], s["first"]) for s in ledger_of(study, "shuffled_family")
    ]
    openings = [event["fingerprint"] for event in ledger_of(study, "test_opened")]
    assert trials
    assert chunks
    assert openings
    for done in (trials, chunks, openings):
        assert [item for item, count in Counter(done).items() if count > 1] == []


def _intact(study: Path) -> None:
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []
        noted = opened.ledger.of_kind("plan")[-1].data["artifact"]
        assert opened.read(noted) == (study / "plan.toml").read_bytes()
        views = {e.data["name"]: e.data["artifact"] for e in opened.ledger.of_kind("view")}
        explored = load_view(opened, "exploration", ExplorationRecord)
    assert explored is not None
    assert explored.scope == "training samples"
    for name, artifact in views.items():
        kept = [path.relative_to(study).as_posix() for path in study.glob(f"*/{name}-*.json")]
        assert kept == [artifact]
    split = json.loads(
        next((study / "runs").glob("split-????????????????.json")).read_text("utf-8")
    )
    there = {path.relative_to(study).as_posix() for path in study.glob("data/*")}
    assert there == {
        split["training_artifact"],
        split["assignment_artifact"],
        views["exploration"],
    }
    assert not list(study.rglob("*.part"))


@pytest.mark.parametrize("rows", [60, 300])
def test_killed_at_any_write_a_study_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    tables.two_classes(tmp_path / "table.csv", rows=rows)
    plan = tables.plan_for(tmp_path, "group", TINY)
    run_here(plan, tmp_path / "whole.deepbench")
    study = tmp_path / "s.deepbench"
    killer, moments = _Killer(monkeypatch), random.Random(rows)
    kills = 0
    for _ in range(MOST_RUNS):
        killer.left = moments.choice([3, 5, 8, 12, 20, 45])
        try:
            run_here(plan, study)
        except _KilledError:
            kills += 1
            if moments.random() < 0.5 and (study / "ledger.jsonl").exists():
                with (study / "ledger.jsonl").open("ab") as stream:
                    stream.write(b'{"number": 99, "ti')  # in the middle of a line
        else:
            break
        finally:
            killer.left = sys.maxsize
    assert kills > 12
    assert without_times(results_of(study)) == without_times(
        results_of(tmp_path / "whole.deepbench")
    )
    _nothing_twice(study)
    _intact(study)


# --- real processes -----------------------------------------------------------------------


def _victims(command: psutil.Process) -> dict[str, list[psutil.Process]]:
    """Return the command itself and its worker."""
    children = [child for child in command.children() if "spawn_main" in " ".join(_words(child))]
    return {"command": [command], "worker": children}


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _run_and_kill(plan: Path, study: Path, victim: str, stage: str, events: int) -> None:
    """Run with two workers, and kill one of the processes some events into a stage."""
    options = ("--workers", "2", "--device", "cpu", "--events")
    with subprocess.Popen(
        [sys.executable, "-m", "deepbench", "run", plan, "--study", study, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as running:
        command = psutil.Process(running.pid)
        assert running.stdout is not None
        begun = False
        for line in running.stdout:
            event = json.loads(line)
            begun |= event["type"] == "StageStarted" and event["key"] == stage
            events -= begun
            victims = _victims(command)[victim] if begun and events <= 0 else []
            if victims:
                break
        else:
            raise AssertionError(f"the run ended before the {victim} could be killed in {stage}")
        family = [command, *command.children(recursive=True)]
        victims[-1].kill()
        running.communicate()
        assert running.returncode != 0
    _, alive = psutil.wait_procs(family, timeout=ENDING_SECONDS)
    assert not alive, "a process outlived the one that was killed"


def test_killed_processes_cost_nothing_that_was_done(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv")
    plan = tables.plan_for(tmp_path, "group", TINY)
    whole, study = tmp_path / "whole.deepbench", tmp_path / "s.deepbench"
    run_here(plan, whole)
    for victim, stage, events in (("command", "shuffles", 3), ("worker", "test", 12)):
        _run_and_kill(plan, study, victim, stage, events)
        with Study.open_for_reading(study) as opened:
            assert opened.problems() == []
    done = deepbench("run", plan, "--study", study, "--workers", "2", "--device", "cpu")
    assert done.code == 0, done.err
    assert deepbench("check", study).code == 0
    assert without_times(results_of(study)) == without_times(results_of(whole))
    _nothing_twice(study)
    _intact(study)
