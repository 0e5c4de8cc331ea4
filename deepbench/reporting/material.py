"""What the sections of the report are made from."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.reporting.figures import Picture
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import AllImportancesRecord, StudySummary


@dataclass(frozen=True)
class Material:
    """What the sections are made from.

    Attributes:
        summary: The records as they may be shown.
        full: The records as they are; only aggregates may be computed from them.
        cells: Rule for small counts.
        per_sample: Whether single samples may be shown.
        importances: Importance of every feature, where it is there.
    """

    summary: StudySummary
    full: StudySummary
    cells: SmallCells
    per_sample: bool
    importances: AllImportancesRecord | None = None


def some(*pictures: Picture | None) -> list[Picture]:
    """Return the pictures for which there was something to draw."""
    return [picture for picture in pictures if picture is not None]
