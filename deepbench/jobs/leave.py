"""What every job shares through which something leaves a study: the study, and its level."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast, get_args

from deepbench.errors import DataError
from deepbench.jobs.scan_sensitivity import sensitivity
from deepbench.plan import PrivacyLevel
from deepbench.privacy.sensitivity import DEFAULT_LEVEL, level_of
from deepbench.study.draft import DRAFT_FILE, Draft
from deepbench.study.folder import Study
from deepbench.study.lock import StudyBusy
from deepbench.study.migrations import FORMAT_FILE, read_format

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
    return (study.folder / "plan.toml").exists()


def has_draft(study: Study) -> bool:
    """Say whether answers were given in a window."""
    return (study.folder / DRAFT_FILE).exists()


def level_in_force(study: Study) -> PrivacyLevel:
    """Return the level that what leaves is held to.

    The strictest of what was run, what is answered on screen, and what the scan for identifiers
    asks for: raising it holds at once, lowering it when the study has run with it, which puts it
    into the report.
    """
    levels = [*_levels(study), *_of_scan(study)]
    return max(levels, key=lambda level: level_of(level).number) if levels else DEFAULT_LEVEL


def _of_scan(study: Study) -> list[PrivacyLevel]:
    if not has_plan(study):
        return []
    plan = study.plan()
    return [sensitivity(study, plan.privacy.level, plan.ethics.entries).asked_by_scan]


def level_note(study: Study) -> str:
    """Say so when a lower level was answered that does not hold yet; else an empty text."""
    levels = _levels(study)
    if len(levels) < 2 or level_of(levels[0]).number <= level_of(levels[1]).number:
        return ""
    return _LOWERED.format(plan=levels[0], draft=levels[1])


def _levels(study: Study) -> list[PrivacyLevel]:
    """Return the level of the plan that was run, then that of the answers, where they exist."""
    levels = [study.plan().privacy.level] if has_plan(study) else []
    if has_draft(study):
        answer = Draft.load(study.folder).value("privacy.level", DEFAULT_LEVEL)
        known = answer if answer in get_args(PrivacyLevel) else DEFAULT_LEVEL
        levels.append(cast(PrivacyLevel, known))
    return levels


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
