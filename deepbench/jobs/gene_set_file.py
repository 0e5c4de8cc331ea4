"""The user's file of gene sets: read early, kept in the study, found again when it is gone."""

from __future__ import annotations

from pathlib import Path

from deepbench.data.provenance import require_readable_size, require_regular_file, unreadable
from deepbench.interpretation.gene_sets import GeneSets, read_gene_sets
from deepbench.jobs.context import JobContext
from deepbench.study.artifacts import artifact_name
from deepbench.study.files import sha256_of
from deepbench.study.folder import Study

_EVENT = "gene_sets"
_COPY = "gene-sets.gmt"


def gene_sets_of(context: JobContext) -> tuple[GeneSets, str] | None:
    """Return the sets of the file named in the plan, and the copy kept; None without a file.

    Raises:
        DataError: the file is missing and the study has no copy, or it is no .gmt file.
    """
    path = context.gene_sets
    if path is None:
        return None
    kept = _kept(context.study, path)
    if kept and not path.exists():
        return read_gene_sets(context.study.read(kept), path.name), kept
    content = _content(path)
    sets = read_gene_sets(content, path.name)
    artifact = context.study.store("runs", _COPY, content)
    if artifact != kept:
        context.study.record(_EVENT, {"file": path.name, "artifact": artifact})
    return sets, artifact


def gene_sets_changed(study: Study, path: Path | None) -> bool:
    """Say whether the file is another than the one that the study has results of."""
    if path is None or not path.is_file():
        return False
    kept = _kept(study, path)
    return bool(kept) and artifact_name("runs", _COPY, sha256_of(_content(path))) != kept


def _kept(study: Study, path: Path) -> str:
    """Return the copy of a file of this name that was kept last, or an empty text."""
    events = [e for e in study.ledger.of_kind(_EVENT) if e.data["file"] == path.name]
    artifact = str(events[-1].data["artifact"]) if events else ""
    return artifact if artifact and study.exists(artifact) else ""


def _content(path: Path) -> bytes:
    require_regular_file(path)
    require_readable_size(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
