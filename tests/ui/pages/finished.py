"""Studies that were run to the end, made up, for the tests of the last pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepbench.errors import StageBlocked
from deepbench.study.folder import Study
from deepbench.study.records import (
    ChoiceRecord,
    ClaimsRecord,
    InterpretationRecord,
    ReportRecord,
    StudySummary,
)
from deepbench.workflow import fingerprints
from tests.engine.jobs import leaving
from tests.engine.reporting import interpreted
from tests.engine.reporting import summaries as records

REPORT_SENTENCES = ("There is a signal.", "The stored model was fitted again.")
DECIDED = {
    "issue": "consent not stated",
    "decision": "resolved",
    "reason": "Covered by the broad consent of 2019",
    "by": "Dr. A. Okafor",
}


def study(folder: Path, level: str = "sensitive", **tables: Mapping[str, Any]) -> Path:
    """Make a finished study with an open entry in its register; return its folder."""
    made = {"ethics": {**leaving.ANSWERS["ethics"], "entries": [DECIDED]}, **tables}
    path = leaving.finished(folder, level, open_entry=True, **made)
    report = ReportRecord(
        report="report/report.html",
        results="results.json",
        reproduced=True,
        sentences=REPORT_SENTENCES,
    )
    finish(path, "report", report)
    return path


def without_signal(folder: Path) -> Path:
    """Make a finished study of noise; return its folder."""
    summary: StudySummary = records.null_locked()
    assert summary.choice is not None
    choice = summary.choice.model_copy(update={"final_model": ""})
    assert isinstance(choice, ChoiceRecord)
    return leaving.finished(folder, summary=summary.model_copy(update={"choice": choice}))


def until(folder: Path, stage: str) -> Path:
    """Make a study that was run up to a stage; return its folder."""
    return leaving.finished(folder, until=stage)


def finish(path: Path, stage: str, record: Any) -> None:
    """Let a stage finish once more, with another record."""
    with Study.open_for_writing(path) as opened:
        current = fingerprints(opened.plan(), records.imported().sha256)
        opened.finish_stage(stage, current[stage], record, 1.0)


def block(path: Path, stage: str, why: StageBlocked) -> None:
    """Let a stage refuse to go on."""
    with Study.open_for_writing(path) as opened:
        opened.record("stage_blocked", {"stage": stage, "message": why.message, "hint": why.hint})


def claims(**changes: Any) -> ClaimsRecord:
    """Return claims, some parts replaced."""
    found = interpreted.claims().model_copy(update=changes)
    assert isinstance(found, ClaimsRecord)
    return found


def interpretation(**changes: Any) -> InterpretationRecord:
    """Return what two models use, without panels and hints, some parts replaced."""
    parts = {"panels": None, "asked": (), **changes}
    found = interpreted.interpretation().model_copy(update=parts)
    assert isinstance(found, InterpretationRecord)
    return found


def skipped(why: str) -> InterpretationRecord:
    """Return what stage 11 says when there is nothing to look at."""
    return InterpretationRecord(models=(), skipped=why)
