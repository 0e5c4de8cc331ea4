"""RO-Crate metadata: the structure that the specification demands, and no more than is known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deepbench.reporting.documents.ro_crate import (
    CrateFile,
    encoding_format,
    ro_crate_metadata,
)
from deepbench.study.records import StudySummary
from tests.engine.reporting.documents import written

FILES: list[CrateFile] = [
    (path, title, encoding_format(path), digit * 64, size)
    for path, title, digit, size in (
        ("plan.toml", "Plan", "a", 812),
        ("results.json", "Results", "b", 20_411),
        ("card/model-card.md", "Model card", "c", 9_000),
        ("figures/leaderboard.svg", "All models", "d", 4_096),
    )
]


def crate(
    summary: StudySummary, answers: dict[str, str] | None = None, files: list[CrateFile] = FILES
) -> dict[str, dict[str, Any]]:
    ((path, content, _),) = ro_crate_metadata(files, summary, answers)
    assert path == "ro-crate-metadata.json"
    document = json.loads(content)
    assert document["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    graph = document["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)  # an @id names one entity
    assert all(entity["@type"] for entity in graph)
    return found


def references(value: Any) -> list[str]:
    """All {"@id": …} inside an entity."""
    if isinstance(value, list):
        return [name for item in value for name in references(item)]
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else references(list(value.values()))
    return []


@pytest.mark.parametrize("make", [written.full, written.empty])
@pytest.mark.parametrize("answers", [{}, written.ANSWERS])
def test_structure(make: Any, answers: dict[str, str]) -> None:
    found = crate(make(), answers)
    descriptor = found["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    root = found["./"]
    assert root["@type"] == "Dataset"
    assert {"name", "description", "license", "hasPart"} <= set(root)
    outside = {"https://w3id.org/ro/crate/1.1", "http://schema.org/CompletedActionStatus"}
    for entity in found.values():
        for name in references([value for key, value in entity.items() if key != "@id"]):
            assert name in found or name in outside, name


def test_every_file_is_a_part_with_size_and_checksum() -> None:
    found = crate(written.full())
    assert [part["@id"] for part in found["./"]["hasPart"]] == sorted(file[0] for file in FILES)
    for path, title, encoding, sha256, size in FILES:
        assert found[path] == {
            "@id": path,
            "@type": "File",
            "name": title,
            "encodingFormat": encoding,
            "contentSize": str(size),
            "sha256": sha256,
        }


def test_the_run_names_program_versions_inputs_and_results() -> None:
    found = crate(written.full())
    run = found["#run"]
    assert run["@type"] == "CreateAction"
    assert run["object"] == [{"@id": "plan.toml"}]
    assert {item["@id"] for item in run["result"]} == {file[0] for file in FILES} - {"plan.toml"}
    program = found[run["instrument"]["@id"]]
    assert program["softwareVersion"] == "0.1.0"
    packages = {
        found[item["@id"]]["name"]: found[item["@id"]]["softwareVersion"]
        for item in program["softwareRequirements"]
    }
    assert packages["torch"] == "2.13.0"


def test_the_only_date_is_the_study_s_own() -> None:
    assert crate(written.full())["./"]["datePublished"] == "2026-03-04"
    assert crate(written.full())["#run"]["endTime"] == "2026-03-04"
    assert "datePublished" not in crate(written.empty())["./"]
    first = ro_crate_metadata(FILES, written.full(), {})
    assert first == ro_crate_metadata(list(reversed(FILES)), written.full(), {})


def test_nobody_is_named_who_was_not_given_as_author() -> None:
    for answers, names in (
        ({}, []),
        ({"authors": "Okafor A, Lindqvist M"}, ["Okafor A", "Lindqvist M"]),
        ({"authors": "Okafor, Ada; Lindqvist, Mo."}, ["Okafor, Ada", "Lindqvist, Mo"]),
    ):
        found = crate(written.full(), answers)
        people = [e["name"] for e in found.values() if e["@type"] == "Person"]
        assert people == names
        assert [found[a["@id"]]["name"] for a in found["./"].get("author", [])] == names
    assert "Okafor" not in json.dumps(crate(written.full(), {}))


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("cc by nc sa 4.0", "https://spdx.org/licenses/CC-BY-NC-SA-4.0"),
        ("mit", "https://spdx.org/licenses/MIT"),
        ("BSD-3-Clause", "https://spdx.org/licenses/BSD-3-Clause"),
        ("apache", "https://spdx.org/licenses/Apache-2.0"),
        ("odbl", "https://spdx.org/licenses/ODbL-1.0"),
        ("gplv3", "https://spdx.org/licenses/GPL-3.0"),
        ("Agreement", "#licence"),
        ("", "#licence"),
    ],
)
def test_licence(said: str, where: str) -> None:
    found = crate(written.full(), {"model_licence": said})
    assert found["./"]["license"] == {"@id": where}
    assert found[where]["@type"] == "CreativeWork"
    if where == "#licence":
        assert found[where]["name"] == (said or "Not stated.")


@pytest.mark.parametrize("path", ["../plan.toml", "/etc/x", "C:/x", "a\\b", "https://x.org/a"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        ro_crate_metadata([(path, "x", "text/plain", "a" * 64, 1)], written.full())


def test_it_does_not_list_itself() -> None:
    itself = ("ro-crate-metadata.json", "x", "application/json", "e" * 64, 9)
    found = crate(written.full(), files=[*FILES, itself])
    assert len(found["./"]["hasPart"]) == len(FILES)
