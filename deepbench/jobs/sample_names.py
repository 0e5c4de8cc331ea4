"""The names of a study's samples and units, which nothing that leaves may hold."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from deepbench.data.table_store import sample_names_in
from deepbench.privacy.identifying_text import searchable
from deepbench.study.folder import Study
from deepbench.study.records import SplitRecord

# Stages that leave a table of samples, the last one first; the table of the import has no roles.
_STAGES = ("check", "sample-sheet")


def sample_names(study: Study) -> frozenset[str]:
    """Return the names of all samples, and of the units as far as a page shows them.

    Returns:
        As `deepbench.privacy.identifying_text.searchable` gives them; empty before the sample
        sheet is settled.

    Raises:
        StudyError: what holds them is missing or damaged.
    """
    return searchable(all_names(study))


def all_names(study: Study) -> set[str]:
    """Return the same names as they are written, also those that say little, like "7"."""
    retired = study.retired()
    return {*_of_tables(study, retired), *_of_views(study, retired), *_left_out(study)}


def _left_out(study: Study) -> list[str]:
    """Return the samples that the plan leaves out; no table after the check holds them."""
    if not (study.folder / "plan.toml").exists():
        return []
    return study.plan().check.leave_out_samples


def _of_tables(study: Study, retired: Collection[str]) -> Iterator[str]:
    # What is missing though nobody deleted it cannot be read, and then nothing leaves.
    split = study.stage_record("split", SplitRecord)
    if split is not None:
        yield from sample_names_in(study.read(split.training_artifact))
        assignment = json.loads(study.read(split.assignment_artifact))
        for fold in assignment["folds"]:
            yield from fold["test_samples"]
    for stage in _STAGES:
        events = [e for e in study.ledger.of_kind("samples") if e.data["stage"] == stage]
        if events and events[-1].data["artifact"] not in retired:
            yield from sample_names_in(study.read(events[-1].data["artifact"]))
            return


def _of_views(study: Study, retired: Collection[str]) -> Iterator[str]:
    latest = {event.data["name"]: event.data["artifact"] for event in study.ledger.of_kind("view")}
    for artifact in latest.values():
        if artifact not in retired:
            view = json.loads(study.read(artifact))
            for key in ("samples", "units"):
                names = view.get(key)
                if isinstance(names, list):  # in a view of a design it is their number
                    yield from _named(names)


def _named(entries: list[Any]) -> Iterator[str]:
    """Yield the names in a list, or those that its entries give sample and unit."""
    for entry in entries:
        if isinstance(entry, dict):
            yield from (str(entry[key]) for key in ("sample", "unit") if entry.get(key))
        else:
            yield str(entry)
