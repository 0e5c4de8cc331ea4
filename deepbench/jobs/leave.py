"""What every job shares through which something leaves a study: the study, and its level."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast, get_args

from deepbench.errors import DataError
from deepbench.jobs.lowering import lowering
from deepbench.jobs.scan_sensitivity import sensitivity
from deepbench.plan import PrivacyLevel
from deepbench.privacy.sensitivity import DEFAULT_LEVEL
from deepbench.study.draft import DRAFT_FILE, Draft
from deepbench.study.folder import Study
from deepbench.study.lock import StudyBusy
from deepbench.study.migrations import FORMAT_FILE, read_format
from deepbench.study.sensitivity_scan import highest, rank_of

#: Counts below this are about too few people (privacy.md, "small cells").
SMALLEST_CELL = 10
CLIPBOARD = "clipboard"

_BUSY = "DeepBench is calculating in this study, and until it has finished nothing can leave it."
_BUSY_HINT = "Wait until it has finished, or stop it; then try again."
_LOWERED = (
    "The study was last run as {plan} and is treated so until it has run with the level {draft}."
)


@contextlib.contextmanager
def open_study(folder: Path, *, in_window: bool) -> Iterator[Study]:
    """Open a study for the line that the gate writes; it need not have been run.

    Raises:
        StudyError: no study there, in use, or damaged.
    """
    if not (folder / DRAFT_FILE).exists():
        read_format(folder)
    try:
        study = Study.open_for_writing(folder, in_window=in_window)
    except StudyBusy:
        raise StudyBusy(_BUSY, _BUSY_HINT) from None
    with study:
        yield study


def look_into(folder: Path) -> Study:
    """Open a study for reading; it may be one of which there are only answers.

    Raises:
        StudyError: no study there, or damaged.
    """
    if (folder / DRAFT_FILE).exists() and not (folder / FORMAT_FILE).exists():
        return Study(folder, None)
    return Study.open_for_reading(folder)


def has_plan(study: Study) -> bool:
    """Say whether a plan was run in the study."""
    return bool(study.plan_artifact())


def has_draft(study: Study) -> bool:
    """Say whether answers were given in a window."""
    return (study.folder / DRAFT_FILE).exists()


def level_in_force(study: Study) -> PrivacyLevel:
    """Return the level that what leaves is held to.

    The strictest of what was run, what is answered on screen, and what the scan for identifiers
    asks for: raising it holds at once, lowering it as `deepbench.jobs.lowering` says.

    Raises:
        StudyError: the plan was changed by hand.
    """
    levels = [*_of_plan(study, as_finished=False), *_of_draft(study)]
    return highest(levels) if levels else DEFAULT_LEVEL


def level_once_finished(study: Study) -> PrivacyLevel:
    """Return the level in force when the ethics stage has finished with the plan as it is."""
    return highest([*_of_plan(study, as_finished=True), *_of_draft(study)])


def _of_plan(study: Study, *, as_finished: bool) -> list[PrivacyLevel]:
    """Return the levels that the answers of the last run and the scan ask for."""
    if not has_plan(study):
        return []
    found = lowering(study, as_finished=as_finished)
    scan = sensitivity(study, found.held, study.plan().ethics.entries)
    return [*found.levels, scan.asked_by_scan]


def level_note(study: Study) -> str:
    """Say so when a lower level was answered that does not hold yet; else an empty text."""
    if not has_plan(study):
        return ""
    found = lowering(study)
    lower = [level for level in _of_draft(study) if rank_of(level) < rank_of(found.answered)]
    return _LOWERED.format(plan=found.answered, draft=lower[0]) if lower else found.note


def _of_draft(study: Study) -> list[PrivacyLevel]:
    """Return the level that is answered on screen, where something is."""
    if not has_draft(study):
        return []
    answer = Draft.load(study.folder).value("privacy.level", DEFAULT_LEVEL)
    return [cast(PrivacyLevel, answer) if answer in get_args(PrivacyLevel) else DEFAULT_LEVEL]


def demand_suffix(output: Path, suffixes: Sequence[str], what: str) -> None:
    """Refuse a file whose name says that it is something else.

    Args:
        output: File to write.
        suffixes: Endings without the dot, the usual one first.
        what: What is written, with an article.

    Raises:
        DataError: the name ends otherwise.
    """
    if output.suffix.lower().removeprefix(".") not in suffixes:
        raise DataError(
            f"{what} is written as {suffixes[0].upper()}, but {output.name} does not end in "
            f".{suffixes[0]}.",
            f"Choose a name that ends in .{suffixes[0]}.",
        )
