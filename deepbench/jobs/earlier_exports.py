"""What two exports of a guarded study tell together: how few samples lie between them.

Each export hides counts of few people, but whoever has one with 920 samples and one with 919
knows that one was left out, and sees in every number what that one is. So the sizes that an
export tells of are kept in the ledger, and one that is close to an earlier one says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from deepbench.jobs.leave import SMALLEST_CELL, has_plan
from deepbench.jobs.released import last_run
from deepbench.plan import PrivacyLevel
from deepbench.privacy.final_bytes import is_guarded
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.folder import Study
from deepbench.study.records import StudySummary

_KIND = "export_sizes"
#: It holds answers, no numbers of the data.
_WITHOUT_SIZES = frozenset({"plan"})
_CLOSE = (
    f"Careful: this export and the one of {{day}} differ by fewer than {SMALLEST_CELL} samples or "
    "people. Whoever has both can work out what these few are, and whether models were trained on "
    "them. Give this one only to people who do not have the other."
)


def close_to_earlier(study: Study, what: str, level: PrivacyLevel) -> str:
    """Say so if an export is close to an earlier one of other sizes; else an empty text.

    Args:
        study: Open for reading.
        what: Name of the export.
        level: Level in force.
    """
    if not is_guarded(level) or what in _WITHOUT_SIZES or not has_plan(study):
        return ""
    sizes, cells = sizes_of(last_run(study)), SmallCells(SMALLEST_CELL)
    for event in reversed(study.ledger.of_kind(_KIND)):
        if _is_close(sizes, event.data["sizes"], cells):
            return _CLOSE.format(day=event.time[:10])
    return ""


def note_sizes(study: Study, what: str, level: PrivacyLevel) -> str:
    """Keep the sizes that an export tells of; say so if it is close to an earlier one.

    Args:
        study: Open for writing.
        what: Name of the export.
        level: Level in force.
    """
    said = close_to_earlier(study, what, level)
    if is_guarded(level) and what not in _WITHOUT_SIZES and has_plan(study):
        sizes = sizes_of(last_run(study))
        study.record(_KIND, {"what": what, "level": level, "sizes": sizes, "said": said})
    return said


def sizes_of(summary: StudySummary) -> dict[str, int]:
    """Return the numbers of samples and units that an export tells of, as far as they are known.

    Args:
        summary: The records as they are.
    """
    sheet, split = summary.sheet, summary.split
    found: dict[str, int] = {}
    if sheet is not None:
        found |= {"samples": sheet.samples, "units": sheet.units}
        found |= {f"samples of {name}": count for name, count in sheet.class_samples.items()}
    if split is not None:
        found |= {"training units": split.train_units, "test units": split.test_units}
    return found


def _is_close(now: Mapping[str, int], then: Mapping[str, int], cells: SmallCells) -> bool:
    return any(cells.is_small(abs(now[name] - then[name])) for name in now.keys() & then.keys())
