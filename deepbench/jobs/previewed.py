"""What was shown before it is written: kept, so that it is not made twice, and told again.

Making a bundle can take minutes, and the user looks at its files before they leave. The files that
were shown last stay in this process for as long as the study is what it was; nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepbench.errors import DataError
from deepbench.jobs.export_kinds import FolderContent, FolderExport
from deepbench.jobs.let_go import standing_of
from deepbench.plan import PrivacyLevel
from deepbench.privacy.bundle_file import BundleFile, manifest
from deepbench.study.files import sha256_of
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress

#: More than this is made again rather than kept in memory.
MOST_KEPT_BYTES = 128 * 2**20


@dataclass(frozen=True)
class Previewed:
    """An export that was shown.

    Attributes:
        study: The study folder.
        what: Name of the export.
        stood: What the study was then.
        content: What was asked for.
        leaving: All files that would leave.
    """

    study: Path
    what: str
    stood: Mapping[str, object]
    content: FolderContent
    leaving: Sequence[BundleFile]


_last: list[Previewed] = []


def keep(study: Study, what: str, content: FolderContent, leaving: Sequence[BundleFile]) -> None:
    """Keep what was shown, in place of what was shown before, unless it is large."""
    forget()
    asked = {file.path: len(file.content) for file in content.files}
    sizes = {**asked, **{file.path: len(file.content) for file in leaving}}
    if sum(sizes.values()) <= MOST_KEPT_BYTES:
        _last.append(Previewed(study.folder, what, _standing(study), content, tuple(leaving)))


def forget() -> None:
    """Give the memory back."""
    _last.clear()


def previewed(study: Study, what: str) -> Previewed | None:
    """Return what was shown, if it was this export and the study is what it was then."""
    for last in _last:
        if (last.study, last.what, last.stood) == (study.folder, what, _standing(study)):
            return last
    return None


def content_of(
    export: FolderExport, study: Study, level: PrivacyLevel, progress: Progress
) -> FolderContent:
    """Return what an export is made of: what was shown, or made now."""
    shown = previewed(study, export.name)
    return shown.content if shown is not None else export.make(study, level, progress)


def seal_of(files: Sequence[BundleFile]) -> str:
    """Return what stands for exactly these files."""
    return sha256_of(manifest(files))


def demand_seen(seal: str, files: Sequence[BundleFile]) -> None:
    """Refuse files that are not those that were shown.

    Args:
        seal: Of the files that were shown; empty where none were.
        files: What is about to leave.

    Raises:
        DataError: they are others.
    """
    if seal and seal != seal_of(files):
        raise DataError(
            "The study has changed since its files were shown, so nothing was written.",
            "Look at the files again; then save them.",
        )


def _standing(study: Study) -> dict[str, object]:
    # What leaves is written down as well, and changes no file of an export.
    lines = sum(event.kind != "gate" for event in study.ledger)
    return {**standing_of(study), "lines": lines}
