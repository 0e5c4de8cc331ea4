"""``results.json`` as it may leave: without small counts and without single samples."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from deepbench.reporting.interpretation_view import shown_samples, shown_units
from deepbench.reporting.release import releasable
from deepbench.reporting.results_json import results_document
from deepbench.reporting.results_schema import ResultsDocument
from deepbench.reporting.small_cells import SmallCells, is_withheld
from deepbench.study.records import FailuresRecord, PanelsRecord, StudySummary


def released_results(
    summary: StudySummary, cells: SmallCells, names: Collection[str] = ()
) -> dict[str, Any]:
    """Return the results without numbers that the report would hide too.

    A count that is hidden is null, as one that is not known; sentences are those of the report.

    Args:
        summary: All records of the study.
        cells: Rule for small counts of samples and units.
        names: Names of samples and units, as `searchable` gives them.
    """
    shown = releasable(summary, cells, per_sample=False, names=names)
    cells = replace(cells, samples_alone=shown.samples_alone)
    document = results_document(shown)
    for name in ("samples", "units"):
        count = document[name]
        if count is not None and is_withheld(cells.total(count)):
            document[name] = None
    if cells.samples_alone:
        document["units"] = None
    split = document["split"]
    parts = ("train_units", "test_units")
    if all(split[name] is not None for name in parts):
        texts = cells.several([split[name] for name in parts])
        for name, text in zip(parts, texts, strict=True):
            split[name] = None if is_withheld(cells.units(text)) else split[name]
    _hide_in_interpretation(document, summary, cells)
    ResultsDocument.model_validate(document)
    return document


def _hide_in_interpretation(
    document: dict[str, Any], summary: StudySummary, cells: SmallCells
) -> None:
    record = summary.interpretation
    if record is None:
        return
    for model, part in zip(record.models, document["interpretation"]["models"], strict=True):
        part["samples"] = (
            None if is_withheld(shown_samples(summary, model.samples, cells)) else model.samples
        )
    if record.panels is not None:
        _hide_sizes(document["interpretation"]["panels"], record.panels, summary, cells)
    if record.failures is None:
        return
    part = document["interpretation"]["failures"]
    _hide_sizes(part, record.failures, summary, cells)
    if cells.samples_alone:
        for group in (*part["groups"], *part["slices"]):
            group["units"] = None
    for name in ("wrong", "out_of_distribution", "label_suspects", "near_duplicates"):
        count = getattr(record.failures, name)
        part[name] = None if is_withheld(cells.part(count, record.failures.samples)) else count


def _hide_sizes(
    part: dict[str, Any],
    record: PanelsRecord | FailuresRecord,
    summary: StudySummary,
    cells: SmallCells,
) -> None:
    """Hide samples and units of the training set where those of the test set would follow."""
    if is_withheld(shown_samples(summary, record.samples, cells)):
        part["samples"] = None
    if is_withheld(shown_units(summary, record.units, cells)):
        part["units"] = None
