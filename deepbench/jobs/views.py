"""Storing what pages show beside a stage's record, and reading it again."""

from __future__ import annotations

import re

from deepbench.study.folder import RecordType, Study
from deepbench.study.records import Record


def store_view(study: Study, area: str, name: str, stage: str, record: Record) -> str:
    """Store a view as an artifact and name it in the ledger; earlier ones are deleted.

    A view shows single samples, and one from before another split may show those that are test
    samples now.

    Args:
        study: Open for writing.
        area: Area of the study folder that may hold it.
        name: Name of the view.
        stage: Key of the stage that made it.
        record: One of `deepbench.study.records.views`.

    Returns:
        Path of the artifact, relative to the study folder.
    """
    artifact = study.store(area, f"{name}.json", record.model_dump_json().encode("utf-8"))
    study.record("view", {"name": name, "stage": stage, "artifact": artifact})
    study.retire(sorted(_there(study, area, name) - {artifact}))
    return artifact


def drop_view(study: Study, area: str, name: str) -> None:
    """Delete all artifacts of a view, if there are any."""
    study.retire(sorted(_there(study, area, name)))


def load_view(study: Study, name: str, kind: type[RecordType]) -> RecordType | None:
    """Return the view of a name, or None if there is none or it was deleted on purpose.

    Raises:
        StudyError: it was changed, or is of another kind.
    """
    events = [e for e in study.ledger.of_kind("view") if e.data["name"] == name]
    if not events or not study.exists(events[-1].data["artifact"]):
        return None
    return study.read_record(events[-1].data["artifact"], kind)


def _there(study: Study, area: str, name: str) -> set[str]:
    """Return all artifacts of a view, also those that a kill kept out of the ledger."""
    pattern = re.compile(rf"{re.escape(name)}-[0-9a-f]{{16}}\.json")
    found = (path.name for path in (study.folder / area).iterdir())
    return {f"{area}/{file}" for file in found if pattern.fullmatch(file)}
