"""Runs in this process: quick enough to attack a study many times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deepbench import messages
from deepbench.jobs.run_study import run_study
from deepbench.messages import RunStudy
from deepbench.worker.progress import Progress
from tests.end_to_end import tables

# All stages, as little work as possible in each.
TINY = f"""
[budget]
trials = 2
[baselines]
families = ["dummy", "linear"]
[networks]
sizes = ["linear"]
seeds = 2
{tables.FEW_SHUFFLES}"""


def run_here(plan: Path, study: Path, until: str | None = None) -> list[str]:
    """Run a plan with one worker and return the stages that were not done already."""
    events: list[messages.Event] = []
    request = RunStudy(
        plan_path=str(plan), example=None, study=str(study), until=until, workers=1, device="cpu"
    )
    run_study(request, Progress(events.append))
    return [event.key for event in events if isinstance(event, messages.StageStarted)]


def ledger_of(study: Path, *kinds: str) -> list[dict[str, Any]]:
    """Return what the ledger says in events of these kinds, without how long things took."""
    lines = (study / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    events = [event for event in map(json.loads, lines) if event["kind"] in kinds]
    return [
        {key: value for key, value in event["data"].items() if key not in {"seconds", "record"}}
        for event in events
    ]
