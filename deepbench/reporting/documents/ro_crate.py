"""``ro-crate-metadata.json``: what is in a bundle and how it came about (RO-Crate 1.1).

Specification: https://w3id.org/ro/crate/1.1 (doi 10.5281/zenodo.4541002). ``sha256`` is a term of
the workflow-run profiles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from deepbench.reporting.documents.blocks import NOT_STATED
from deepbench.reporting.documents.card_head import licence_id
from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.verdict import verdict_sentences
from deepbench.reporting.wording import visible
from deepbench.study.records import StudySummary

PATH = "ro-crate-metadata.json"
TITLE = "List of files for archives (RO-Crate)"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"

#: Path in the bundle, title, kind of file, SHA-256, size in bytes.
CrateFile = tuple[str, str, str, str, int]
Entity = dict[str, Any]

_CONTEXT = [
    f"{SPECIFICATION}/context",
    {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},
]
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".onnx": "application/octet-stream",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".safetensors": "application/octet-stream",
    ".sha256": "text/plain",
    ".skops": "application/zip",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_INPUTS = ("plan.toml",)
# SPDX spells its identifiers in capitals.
_SPDX_WORDS = re.compile(
    r"^(?:mit|odbl|pddl)$|(?<![a-z])(?:cc0|cc|by|nc|nd|sa|bsd|gpl|agpl|lgpl)\b"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def encoding_format(path: str) -> str:
    """Return the media type of a file of the bundle, by its ending."""
    return _FORMATS.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")


def ro_crate_metadata(
    files: Sequence[CrateFile], summary: StudySummary, answers: Mapping[str, str] | None = None
) -> list[Document]:
    """Return the metadata of a bundle.

    The only date is that of the study, and no person is named who was not given as an author.

    Args:
        files: All files of the bundle; the metadata itself is not one of them. Of a file that is
            made later the checksum is empty.
        summary: The records, as released for the study's level.
        answers: Answers to the questions of the documents: authors, licence, where published.

    Raises:
        ValueError: a path leads out of the bundle.
    """
    facts = StudyFacts.of(summary, answers or {})
    listed = sorted(file for file in files if file[0] != PATH)
    paths = [_checked(path) for path, *_ in listed]
    graph = [
        {
            "@id": PATH,
            "@type": "CreativeWork",
            "conformsTo": {"@id": SPECIFICATION},
            "about": {"@id": "./"},
        },
        _root(facts, paths),
        *map(_file, listed),
        _run(facts, paths),
        *_software(summary),
        *_authors(facts),
        _licence(facts),
    ]
    document = {"@context": _CONTEXT, "@graph": graph}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return [(PATH, f"{text}\n".encode(), TITLE)]


def _checked(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or ":" in path:
        raise ValueError("A file of the bundle has a path that leads out of it.")
    return quote(path)


def _root(facts: StudyFacts, paths: Sequence[str]) -> Entity:
    summary = facts.summary
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": _plain(summary.title),
        "description": _plain(" ".join(verdict_sentences(summary))),
        "license": {"@id": _licence(facts)["@id"]},
        "hasPart": [{"@id": path} for path in paths],
        "mentions": [{"@id": "#run"}],
    }
    if _DATE.fullmatch(summary.date):
        root["datePublished"] = summary.date
    authors = [{"@id": person["@id"]} for person in _authors(facts)]
    if authors:
        root["author"] = authors
    if published := facts.answers.get("paper_identifier"):
        root["citation"] = _plain(published)
    return root


def _file(file: CrateFile) -> Entity:
    path, title, encoding, sha256, size = file
    found = {
        "@id": quote(path),
        "@type": "File",
        "name": _plain(title),
        "encodingFormat": encoding,
    }
    # The list of checksums holds that of this metadata, so its own is not known here.
    return {**found, "contentSize": str(size), "sha256": sha256} if sha256 else found


def _run(facts: StudyFacts, paths: Sequence[str]) -> Entity:
    made = [path for path in paths if path not in _INPUTS]
    run: Entity = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "DeepBench ran the plan of the study",
        "instrument": {"@id": "#deepbench"},
        "object": [{"@id": path} for path in paths if path in _INPUTS],
        "result": [{"@id": path} for path in made],
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }
    if _DATE.fullmatch(facts.summary.date):
        run["endTime"] = facts.summary.date
    return run


def _software(summary: StudySummary) -> Iterator[Entity]:
    versions = summary.start.machine.versions if summary.start is not None else {}
    packages = [
        {
            "@id": f"#package-{quote(name, safe='')}",
            "@type": "SoftwareApplication",
            "name": name,
            "softwareVersion": version,
        }
        for name, version in sorted(versions.items())
    ]
    yield {
        "@id": "#deepbench",
        "@type": "SoftwareApplication",
        "name": "DeepBench",
        "softwareVersion": summary.version,
        "softwareRequirements": [{"@id": package["@id"]} for package in packages],
    }
    yield from packages


def _authors(facts: StudyFacts) -> list[Entity]:
    """Return the authors that were named, parted by semicolons or else by commas."""
    text = facts.answers.get("authors", "").rstrip(".")
    names = [name.strip() for name in text.split(";" if ";" in text else ",")]
    return [
        {"@id": f"#author-{place}", "@type": "Person", "name": _plain(name)}
        for place, name in enumerate(filter(None, names), start=1)
    ]


def _licence(facts: StudyFacts) -> Entity:
    said = facts.answers.get("model_licence", "")
    identifier = licence_id(said)
    if identifier in ("unknown", "other"):
        return {
            "@id": "#licence",
            "@type": "CreativeWork",
            "name": _plain(said) if said else NOT_STATED,
        }
    spdx = _spdx(identifier)
    return {"@id": f"https://spdx.org/licenses/{spdx}", "@type": "CreativeWork", "name": spdx}


def _spdx(identifier: str) -> str:
    if identifier in ("apache-2.0", "unlicense"):
        return identifier.capitalize()
    text = _SPDX_WORDS.sub(lambda found: found[0].upper(), identifier)
    text = text.replace("ODBL", "ODbL").replace("clause", "Clause")
    return {"odbl": "ODbL-1.0", "pddl": "PDDL-1.0"}.get(identifier, text)


def _plain(text: str) -> str:
    return " ".join(visible(text).split())
