"""Stage 13: what it takes from the study, and what it adds to the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepbench.jobs import ethics
from deepbench.jobs.context import JobContext
from deepbench.jobs.views import store_view
from deepbench.plan import StudyPlan
from deepbench.privacy.register_history import EVENT
from deepbench.study.folder import Study
from deepbench.study.records import EthicsRecord, PredictionsRecord
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving
from tests.engine.reporting import summaries

CLASSES = ("benign", "malignant")


def predictions(annotations: dict[str, tuple[str, ...]] | None) -> PredictionsRecord:
    """Predictions for 120 samples; in the hospital South malignant ones are missed."""
    rng = np.random.default_rng(1)
    place = np.arange(120)
    y = place % 2
    south = place >= 60
    said = np.where((y == 1) & south, rng.random(120) < 0.2, y == 1).astype(int)
    positive = np.where(said == 1, 0.9, 0.1)
    return PredictionsRecord(
        model="svm",
        classes=CLASSES,
        samples=tuple(f"S{i}" for i in place),
        units=tuple(map(str, place)),
        observed=tuple(CLASSES[code] for code in y),
        predicted=tuple(CLASSES[code] for code in said),
        probabilities=tuple((1 - p, p) for p in positive.tolist()),
        values=(),
        annotations=annotations,
    )


HOSPITALS = {"hospital": ("North",) * 60 + ("South",) * 60}


@pytest.fixture
def study(tmp_path: Path) -> Any:
    folder = leaving.finished(tmp_path, summary=summaries.summary())
    with Study.open_for_writing(folder) as opened:
        yield opened


def run(study: Study, **ethics_part: Any) -> EthicsRecord:
    answers = {**leaving.ANSWERS["ethics"], **ethics_part}
    plan: StudyPlan = leaving.plan(ethics=answers).model_copy(
        update={"privacy": leaving.plan().privacy.model_copy(update={"audit": "no"})}
    )
    context = JobContext(
        study=study,
        plan=plan,
        files=None,  # type: ignore[arg-type]
        progress=Progress(lambda _: None),
        compute=None,  # type: ignore[arg-type]
        device=None,  # type: ignore[arg-type]
        fingerprints={},
    )
    return ethics.run(context)


def test_groups_come_from_the_one_look_at_the_test_set(study: Study) -> None:
    store_view(study, "runs", "predictions", "test", predictions(HOSPITALS))
    record = run(study)
    assert record.subgroups is not None
    assert {group.group for group in record.subgroups.groups} == {"North", "South"}
    assert "subgroup gap: hospital = South" in [entry.issue for entry in record.entries]
    assert not study.ledger.of_kind("test_opened"), "nothing was opened for it"


def test_a_test_of_an_earlier_version_has_no_groups(study: Study) -> None:
    assert run(study).subgroups is None
    store_view(study, "runs", "predictions", "test", predictions(None))
    assert run(study).subgroups is None


def test_each_run_adds_to_the_history_and_takes_nothing_away(study: Study) -> None:
    store_view(study, "runs", "predictions", "test", predictions(HOSPITALS))
    first = run(study)
    assert {event.what for event in first.history} == {"raised"}
    assert len(first.history) == len(first.entries)
    issue = "subgroup gap: hospital = South"
    decision = {"issue": issue, "decision": "accepted", "reason": "Told them.", "by": "EW"}
    second = run(study, entries=[{**decision, "date": "2026-03-01"}])
    assert second.history[: len(first.history)] == first.history
    assert [(e.what, e.by, e.date) for e in second.history[len(first.history) :]] == [
        ("accepted", "EW", "2026-03-01")
    ]
    third = run(study)
    assert [event.what for event in third.history[len(second.history) :]] == ["reopened"]
    assert run(study).history == third.history
    assert len(study.ledger.of_kind(EVENT)) == len(third.history)
