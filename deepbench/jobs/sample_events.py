"""Tables handed from one data stage to the next: which artifact a stage wrote last."""

from __future__ import annotations

from deepbench.errors import StudyError
from deepbench.study.folder import Study


def note_samples(study: Study, stage: str, artifact: str) -> None:
    """Say in the ledger which table a stage left."""
    study.record("samples", {"stage": stage, "artifact": artifact})


def samples_artifact(study: Study, stage: str) -> str:
    """Return the table a stage left last.

    Raises:
        StudyError: the stage has left none.
    """
    events = [e for e in study.ledger.of_kind("samples") if e.data["stage"] == stage]
    if not events:
        raise StudyError(f"The stage '{stage}' has not run.", "Run the plan from the start.")
    artifact: str = events[-1].data["artifact"]
    return artifact
