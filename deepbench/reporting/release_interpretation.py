"""What stage 11 found, as a released report may show it: numbers of enough people alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PureWindowsPath

from deepbench.reporting.release_groups import (
    released_abstain,
    released_groups,
    released_slices,
    rounded,
)
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    ConformalRecord,
    EnrichmentRecord,
    ErrorGroupRecord,
    FailuresRecord,
    ImitationRecord,
    InterpretationRecord,
    SampleSheetRecord,
    StudySummary,
)


# The ends of a range are values of few samples.
_RANGE = re.compile(r"goes from .+? to .+?,")
_A_RANGE = "goes from a low to a high value,"


def released_interpretation(summary: StudySummary, cells: SmallCells) -> StudySummary:
    """Return the records with stage 11 as it may leave.

    Args:
        summary: All records of the study.
        cells: Rule for small counts.
    """
    record = summary.interpretation
    if record is None:
        return summary
    failures = record.failures
    changed: InterpretationRecord = record.model_copy(
        update={
            "failures": _failures(failures, summary.sheet, cells) if failures else None,
            "imitations": tuple(_imitation(entry) for entry in record.imitations),
            "enrichment": tuple(_enrichment(entry) for entry in record.enrichment),
        }
    )
    return summary.model_copy(update={"interpretation": changed})


def _failures(
    record: FailuresRecord, sheet: SampleSheetRecord | None, cells: SmallCells
) -> FailuresRecord:
    dates = sheet.roles.get("date", ()) if sheet is not None else ()
    shares = sheet is None or sheet.task != "regression"
    groups = released_groups(
        record.groups, record.samples, record.units, cells, dates=dates, shares=shares
    )
    slices = released_slices(record.slices, groups, record.samples, record.units, cells)
    before = [*record.groups, *record.slices]
    return record.model_copy(
        update={
            "groups": groups,
            "slices": slices,
            "abstain": released_abstain(record.abstain, record.samples, record.units, cells),
            "conformal": tuple(_conformal(entry, sheet, cells) for entry in record.conformal),
            "sentences": _sentences(record.sentences, before, [*groups, *slices]),
        }
    )


def _conformal(
    record: ConformalRecord, sheet: SampleSheetRecord | None, cells: SmallCells
) -> ConformalRecord:
    """Return prediction sets; numbers by class stay only where no class is small.

    The share over all classes would give a single one away that was left out. The limits for new
    samples are values of single samples, so they are rounded.
    """
    sizes = [*sheet.class_samples.values(), *sheet.class_units.values()] if sheet else []
    changes: dict[str, object] = {
        "least_probability": tuple((name, round(p, 2)) for name, p in record.least_probability),
        "half_width": None if record.half_width is None else float(f"{record.half_width:.2g}"),
    }
    if not sizes or any(cells.is_small(size) for size in sizes):
        changes |= {"by_class": (), "least_probability": ()}
    return record.model_copy(update=changes)


def _sentences(
    sentences: Sequence[str],
    before: Sequence[ErrorGroupRecord],
    shown: Sequence[ErrorGroupRecord],
) -> tuple[str, ...]:
    """Return the sentences but for those that speak of a group that is not shown as it was."""
    left = {group.group for group in before} - {group.group for group in shown}
    patterns = [re.compile(rf"(?<!\w){re.escape(text)}(?!\w)") for text in left if text]
    return tuple(
        text for text in sentences if not any(pattern.search(text) for pattern in patterns)
    )


def _imitation(record: ImitationRecord) -> ImitationRecord:
    directions = tuple(
        entry.model_copy(update={"sentence": rounded(_RANGE.sub(_A_RANGE, entry.sentence))})
        for entry in record.directions
    )
    return record.model_copy(
        update={"rules": tuple(map(rounded, record.rules)), "directions": directions}
    )


def _enrichment(record: EnrichmentRecord) -> EnrichmentRecord:
    # A Windows path, because it knows the separators of all systems.
    return record.model_copy(update={"file": PureWindowsPath(record.file).name})
