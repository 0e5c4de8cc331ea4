"""``results.json`` as it may leave: without small counts and without single samples."""

from __future__ import annotations

from typing import Any

from deepbench.reporting.release import releasable
from deepbench.reporting.results_json import results_document
from deepbench.reporting.results_schema import ResultsDocument
from deepbench.reporting.small_cells import SmallCells, is_withheld
from deepbench.study.records import StudySummary


def released_results(summary: StudySummary, cells: SmallCells) -> dict[str, Any]:
    """Return the results without numbers that the report would hide too.

    A count that is hidden is null, as one that is not known; sentences are those of the report.

    Args:
        summary: All records of the study.
        cells: Rule for small counts of samples and units.
    """
    document = results_document(releasable(summary, cells, per_sample=False))
    for name in ("samples", "units"):
        count = document[name]
        if count is not None and is_withheld(cells.total(count)):
            document[name] = None
    split = document["split"]
    parts = ("train_units", "test_units")
    if all(split[name] is not None for name in parts):
        shown = cells.several([split[name] for name in parts])
        for name, text in zip(parts, shown, strict=True):
            split[name] = None if is_withheld(text) else split[name]
    ResultsDocument.model_validate(document)
    return document
