"""What would leave with an export, file by file, and what stands in it; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from deepbench.errors import DataError, GateRefused
from deepbench.jobs.earlier_exports import close_to_earlier
from deepbench.jobs.export_kinds import FolderContent, FolderExport, as_folder
from deepbench.jobs.export_study import find_export
from deepbench.jobs.leave import level_in_force, level_note, look_into
from deepbench.jobs.let_bundle_go import Decisions, judge_bundle
from deepbench.jobs.previewed import keep, previewed, seal_of
from deepbench.messages import PreviewBundle, ReadBundleFile
from deepbench.privacy.bundle_file import BundleFile
from deepbench.privacy.override import approval_lines
from deepbench.study.folder import Study
from deepbench.study.records import BundleFilePreview, BundlePreview
from deepbench.worker.progress import Progress

#: So much of a text is shown at once.
MOST_LETTERS = 60_000
# A web page is none of them: as a text it is code, and the model card is there as a text as well.
_READABLE = frozenset(".txt .md .csv .json .toml .py .sha256".split())


@dataclass(frozen=True)
class _Look:
    """What is said of an export, and the files that would leave."""

    preview: BundlePreview
    leaving: Sequence[BundleFile] = ()


def preview_bundle(request: PreviewBundle, progress: Progress) -> dict[str, object]:
    """Make and judge all files of an export, and say of each whether it would leave.

    Raises:
        StudyError: no study there, or not run far enough.
        DataError: there is no such export.
    """
    export = as_folder(find_export(request.what))
    study = look_into(Path(request.study).resolve())
    return _look(export, study, progress).preview.model_dump()


def read_bundle_file(request: ReadBundleFile, progress: Progress) -> dict[str, object]:
    """Give the text of a file that would leave, as it would be written.

    Only files that may leave are read: what stays is looked at on its own page.

    Raises:
        StudyError: no study there, or not run far enough.
        DataError: no such export, no such file in it, or none that is a text.
        GateRefused: nothing of it may leave.
    """
    export = as_folder(find_export(request.what))
    study = look_into(Path(request.study).resolve())
    leaving = _leaving(export, study, progress)
    file = next((each for each in leaving if each.path == request.path), None)
    if file is None:
        raise DataError("There is no such file among those that would leave.", "Look again.")
    if not _is_readable(file.path):
        raise DataError("This file is no text.", "Save it, and open it with its own program.")
    text = file.content.decode("utf-8-sig", "replace")
    return {"text": text[:MOST_LETTERS], "whole": len(text) <= MOST_LETTERS}


def _leaving(export: FolderExport, study: Study, progress: Progress) -> Sequence[BundleFile]:
    """Return the files that were shown, or that would be shown now."""
    shown = previewed(study, export.name)
    if shown is not None:
        return shown.leaving
    look = _look(export, study, progress)
    if look.preview.refused:
        raise GateRefused(look.preview.refused)
    return look.leaving


def _look(export: FolderExport, study: Study, progress: Progress) -> _Look:
    level = level_in_force(study)
    empty = BundlePreview(
        name=export.name,
        title=export.title,
        level=level,
        refused="",
        files=(),
        sentences=(),
        note=level_note(study),
    )
    refusal = export.judge(study, level).refusal
    if refusal is not None:
        if not isinstance(refusal, GateRefused):
            raise refusal
        return _Look(empty.model_copy(update={"refused": str(refusal)}))
    try:
        content = export.make(study, level, progress)
        progress.check_cancelled()
        leaving, decisions = _judged(export, content, study)
    except GateRefused as refused:
        return _Look(empty.model_copy(update={"refused": str(refused)}))
    keep(study, export.name, content, leaving)
    files = [_leaves(file) for file in sorted(leaving, key=lambda file: file.path)]
    files += _stay(decisions, content)
    approved = [" ".join(approval_lines(each)) for each in decisions.approvals]
    careful = close_to_earlier(study, export.name, level)
    found = {
        "files": tuple(files),
        "sentences": (*([careful] if careful else []), *content.stays, *approved),
        "seal": seal_of(leaving),
    }
    return _Look(empty.model_copy(update=found), leaving)


def _judged(
    export: FolderExport, content: FolderContent, study: Study
) -> tuple[list[BundleFile], Decisions]:
    """Return the files that would leave, those made at the end included."""
    decisions = judge_bundle(study, content.files, export.essential)
    closing = content.finish(decisions)
    judge_bundle(study, closing)
    return [*decisions.leaving, *closing], decisions


def _leaves(file: BundleFile) -> BundleFilePreview:
    return BundleFilePreview(
        path=file.path,
        title=file.title,
        bytes=len(file.content),
        allowed=True,
        sentence=file.sentence,
        readable=_is_readable(file.path),
    )


def _is_readable(path: str) -> bool:
    return PurePosixPath(path).suffix in _READABLE


def _stay(decisions: Decisions, content: FolderContent) -> list[BundleFilePreview]:
    sizes = {file.path: len(file.content) for file in content.files}
    return [
        BundleFilePreview(
            path=each.path,
            title=each.title,
            bytes=sizes[each.path],
            allowed=False,
            sentence=each.sentence,
        )
        for each in decisions.left_out
    ]
