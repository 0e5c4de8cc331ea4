"""What stages 11 and 12 found, as a released report may show it: numbers of enough people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PureWindowsPath

from deepbench.data.wording import shorten
from deepbench.reporting.coarse import coarse_score
from deepbench.reporting.release_claims import Labels, released_claims, released_ethics
from deepbench.reporting.release_groups import (
    released_abstain,
    released_groups,
    released_slices,
    rounded,
)
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AbstainPoint,
    ConformalRecord,
    EnrichmentRecord,
    FailuresRecord,
    ImitationRecord,
    SampleSheetRecord,
    Score,
    StudySummary,
)

_SURER = re.compile(r"\bsurest|\bsurer\b")
# The ends of a range are values of few samples.
_RANGE = re.compile(r"goes from .+? to .+?,")
_A_RANGE = "goes from a low to a high value,"


def released_interpretation(summary: StudySummary, cells: SmallCells) -> StudySummary:
    """Return the records with stages 11 and 12 as they may leave.

    Args:
        summary: All records of the study.
        cells: Rule for small counts.
    """
    record = summary.interpretation
    labels = Labels((), ())
    if record is not None and record.failures is not None:
        failures, labels = _failures(record.failures, summary.sheet, cells)
        record = record.model_copy(update={"failures": failures})
    if record is not None:
        record = record.model_copy(
            update={
                "imitations": tuple(_imitation(entry) for entry in record.imitations),
                "enrichment": tuple(_enrichment(entry) for entry in record.enrichment),
            }
        )
    claims = summary.claims
    if claims is not None:
        claims = released_claims(claims, labels)
    ethics = released_ethics(summary.ethics) if summary.ethics is not None else None
    return summary.model_copy(
        update={"interpretation": record, "claims": claims, "ethics": ethics}
    )


def _failures(
    record: FailuresRecord, sheet: SampleSheetRecord | None, cells: SmallCells
) -> tuple[FailuresRecord, Labels]:
    dates = sheet.roles.get("date", ()) if sheet is not None else ()
    shares = sheet is None or sheet.task != "regression"
    samples, units = record.samples, record.units
    groups = released_groups(
        record.groups,
        samples,
        units,
        cells,
        dates=dates,
        class_samples=_class_samples(sheet),
        shares=shares,
    )
    shown = [after for _, after in groups]
    befores = [before for before, _ in groups]
    slices = released_slices(record.slices, befores, samples, units, cells, shares=shares)
    abstain = released_abstain(record.abstain, samples, units, cells, shares=shares)
    labels = Labels.of((*record.groups, *record.slices), (*groups, *slices))
    changed = record.model_copy(
        update={
            "groups": tuple(shown),
            "slices": tuple(after for _, after in slices),
            "error": _error(record, cells, shares=shares),
            "abstain": abstain,
            "conformal": tuple(_conformal(entry, sheet, cells) for entry in record.conformal),
            "sentences": labels.released(_on_shown_points(record, abstain)),
        }
    )
    return changed, labels


def _class_samples(sheet: SampleSheetRecord | None) -> dict[str, int]:
    """Return the samples of each class, under the name that it has as a group."""
    counts = sheet.class_samples if sheet is not None else {}
    return {shorten(name): count for name, count in counts.items()}


def _error(record: FailuresRecord, cells: SmallCells, *, shares: bool) -> Score:
    """Return the error of all samples; none where few of them are wrong or right."""
    wrong = round((record.error.value or 0.0) * record.samples)
    if shares and (cells.is_small(wrong) or cells.is_small(record.samples - wrong)):
        return Score(value=None)
    return coarse_score(record.error, share=shares)


def _on_shown_points(record: FailuresRecord, shown: Sequence[AbstainPoint]) -> tuple[str, ...]:
    """Return the sentences, without that on the surer half where this point is not shown."""
    if not record.abstain:
        return record.sentences
    half = min(record.abstain, key=lambda point: abs(point.answered - 0.5)).answered
    told = any(point.answered == half for point in shown)
    return tuple(text for text in record.sentences if told or not _SURER.search(text))


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
