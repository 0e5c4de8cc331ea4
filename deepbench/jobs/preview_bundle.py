"""What would leave with an export that is a folder of files, file by file; nothing is written."""

from __future__ import annotations

from pathlib import Path

from deepbench.errors import DataError, GateRefused
from deepbench.jobs.export_folders import FOLDER_EXPORTS
from deepbench.jobs.export_kinds import FolderContent, FolderExport
from deepbench.jobs.leave import level_in_force, look_into
from deepbench.jobs.let_bundle_go import Decisions, judge_bundle
from deepbench.messages import PreviewBundle
from deepbench.privacy.bundle_file import BundleFile
from deepbench.privacy.override import approval_lines
from deepbench.study.folder import Study
from deepbench.study.records import BundleFilePreview, BundlePreview
from deepbench.worker.progress import Progress


def preview_bundle(request: PreviewBundle, progress: Progress) -> dict[str, object]:
    """Make and judge all files of an export, and say of each whether it would leave.

    Raises:
        StudyError: no study there, or not run far enough.
        DataError: there is no such export.
    """
    export = _find(request.what)
    study = look_into(Path(request.study).resolve())
    return _preview(export, study, progress).model_dump()


def _find(name: str) -> FolderExport:
    found = next((export for export in FOLDER_EXPORTS if export.name == name), None)
    if found is None:
        known = ", ".join(export.name for export in FOLDER_EXPORTS)
        raise DataError(f"There is no folder of files called '{name}'.", f"Known: {known}.")
    return found


def _preview(export: FolderExport, study: Study, progress: Progress) -> BundlePreview:
    level = level_in_force(study)
    empty = BundlePreview(
        name=export.name, title=export.title, level=level, refused="", files=(), sentences=()
    )
    refusal = export.judge(study, level).refusal
    if refusal is not None:
        if not isinstance(refusal, GateRefused):
            raise refusal
        return empty.model_copy(update={"refused": str(refusal)})
    content = export.make(study, level, progress)
    try:
        leaving, decisions = _judged(export, content, study)
    except GateRefused as refused:
        return empty.model_copy(update={"refused": str(refused)})
    files = [_leaves(file) for file in sorted(leaving, key=lambda file: file.path)]
    files += _stay(decisions, content)
    approved = [" ".join(approval_lines(each)) for each in decisions.approvals]
    sentences = (*content.stays, *approved)
    return empty.model_copy(update={"files": tuple(files), "sentences": sentences})


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
    )


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
