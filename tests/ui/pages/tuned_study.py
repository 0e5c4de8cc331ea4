"""Studies whose models are being tuned or have been, for the pages of steps 7 to 9."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from deepbench.messages import StageStarted
from deepbench.study.effort import search_name
from deepbench.study.folder import Study
from deepbench.study.records import CurveRecord, TrialRecord
from deepbench.workflow import STAGE_BY_KEY, fingerprints
from deepbench_ui.pages.base import Page
from deepbench_ui.session import StudySession
from tests.ui.pages.opened_study import SHA, StudyWriter

STANDARD_TRIALS = 16


def trial(
    writer: StudyWriter, family: str, number: int, score: float, **other: Any
) -> TrialRecord:
    """Return a trial of the main search that the writer's plan asks for."""
    split = fingerprints(writer.plan, SHA)["split"]
    values: dict[str, Any] = {
        "search": search_name(split, writer.plan.seed, STANDARD_TRIALS, None),
        "params": {"kernel": "rbf", "C": 1.5} if family == "svm" else {},
        "fold_scores": (score - 0.1, score + 0.1, score, score, score),
        "seconds": 2.0,
        "predictions": "runs/oof.npy",
    }
    return TrialRecord(family=family, number=number, score=score, **(values | other))


def curve(best: int = 2) -> CurveRecord:
    return CurveRecord(training=(0.7, 0.4, 0.1), tuning=(0.7, 0.5, 0.9), best_epoch=best)


def append(folder: Path, *events: tuple[str, dict[str, Any]]) -> None:
    """Write events as the worker of an open window does."""
    with Study.open_for_writing(folder, in_window=True) as study:
        for kind, data in events:
            study.record(kind, data)


def append_trials(folder: Path, *trials: TrialRecord) -> None:
    append(folder, *(("trial", each.model_dump(mode="json")) for each in trials))


def begin(session: StudySession, runner: Any, key: str) -> None:
    """Start a run and say that its stage began."""
    session.start_run(key)
    stage = STAGE_BY_KEY[key]
    runner.say(StageStarted(stage.number, key, stage.title, 14))


def heard(qtbot: QtBot, session: StudySession) -> Any:
    """Wait until the session has read what was appended."""
    return qtbot.waitSignal(session.results_changed, timeout=3000)


@contextmanager
def opened(
    kind: type[Page], folder: Path, desk: Any, runner: Any, qtbot: QtBot
) -> Iterator[tuple[StudySession, Any]]:
    """Open a study and show one of its pages."""
    session = StudySession(folder, desk, runner)
    failures: list[str] = []
    session.failed.connect(lambda text, hint: failures.append(f"{text} {hint}"))
    page = kind(session)
    qtbot.addWidget(page)
    page.resize(700, 600)
    page.show()
    page.show_page()
    try:
        yield session, page
    finally:
        page.hide_page()
        session.close()
        session.deleteLater()
    assert failures == []
