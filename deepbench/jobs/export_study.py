"""Stage 14's exports: what of a study may leave, and letting it go through the gate."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from deepbench.data.wording import did_you_mean
from deepbench.errors import DataError, DeepBenchError, GateRefused
from deepbench.jobs.earlier_exports import close_to_earlier, note_sizes
from deepbench.jobs.export_folders import FOLDER_EXPORTS
from deepbench.jobs.export_judging import judge_methods, judge_plan, judge_report
from deepbench.jobs.export_kinds import FileExport, FolderExport, Judgement, as_folder
from deepbench.jobs.leave import (
    demand_suffix,
    level_in_force,
    level_note,
    look_into,
    open_study,
)
from deepbench.jobs.let_bundle_go import let_bundle_go, new_folder
from deepbench.jobs.let_go import let_go
from deepbench.jobs.previewed import content_of, demand_seen, forget
from deepbench.jobs.released import (
    last_run,
    methods_txt,
    names_to_hide,
    plan_toml,
    released_plan,
    report_html,
    results_json,
)
from deepbench.messages import ExportStudy, ListExports
from deepbench.plan import PrivacyLevel
from deepbench.privacy.bundle_file import FileContent
from deepbench.study.folder import Study
from deepbench.study.records import ExportItem
from deepbench.worker.progress import Progress


def list_exports(request: ListExports, progress: Progress) -> dict[str, object]:
    """Say what of a study may leave at its level, and what of it.

    Raises:
        StudyError: no study there, or it is damaged.
    """
    study = look_into(Path(request.study).resolve())
    level = level_in_force(study)
    items = []
    for export in _all_exports():
        progress.check_cancelled()
        items.append(_item(export, study, level).model_dump())
    return {"items": items}


def export_study(request: ExportStudy, progress: Progress) -> dict[str, object]:
    """Let one export of a study out.

    Raises:
        StudyError: no study there, in use, or not run far enough.
        DataError: no such export, the output is no file for it, or the study has changed since
            its files were shown.
        GateRefused: it may not leave.
    """
    export = find_export(request.what)
    if isinstance(export, FolderExport):
        return _export_folder(export, request, progress)
    output = Path(request.output)
    if request.into:
        output = _new_file(Path(request.into), f"{export.name}.{export.suffixes[0]}")
    demand_suffix(output, export.suffixes, f"“{export.title}”")
    with open_study(Path(request.study).resolve(), in_window=request.in_window) as study:
        level = level_in_force(study)
        judgement = _judged(export, study, level)
        progress.check_cancelled()
        (file,) = content_of(as_folder(export), study, level, progress).files
        progress.check_cancelled()
        demand_seen(request.seen, [file])
        checks = [_refuse_with(judgement.refusal)] if judgement.refusal is not None else []
        written = let_go(
            study,
            export.kind,
            file.content,
            output,
            title=export.title,
            checks=checks,
            drawn=file.drawn,
        )
        careful = note_sizes(study, export.name, level)
    forget()
    lines = [f"{export.title}: {written}.", judgement.sentence, *([careful] if careful else [])]
    return {"lines": lines, "output": written}


def _export_folder(
    export: FolderExport, request: ExportStudy, progress: Progress
) -> dict[str, object]:
    """Let a folder of files out, all that may leave or nothing."""
    if not request.into:
        raise DataError(f"“{export.title}” is a folder of files.", "Name a folder to make it in.")
    with open_study(Path(request.study).resolve(), in_window=request.in_window) as study:
        level = level_in_force(study)
        judgement = _judged(export, study, level)
        if judgement.refusal is not None:
            study.record("gate", _refused_line(export, level, request.into, judgement.refusal))
            raise judgement.refusal
        content = content_of(export, study, level, progress)
        progress.check_cancelled()
        folder, decisions = let_bundle_go(
            study,
            content.files,
            new_folder(Path(request.into), export.folder),
            title=export.title,
            essential=export.essential,
            finish=content.finish,
            expect=functools.partial(demand_seen, request.seen),
        )
        careful = note_sizes(study, export.name, level)
    forget()
    left = [f"  {path.relative_to(folder).as_posix()}" for path in sorted(folder.rglob("*.*"))]
    said = filter(None, (judgement.sentence, careful, *content.stays, *decisions.sentences))
    return {"lines": [f"{export.title}: {folder}.", *left, *said], "output": str(folder)}


def _refused_line(
    export: FolderExport, level: PrivacyLevel, into: str, refusal: DeepBenchError
) -> dict[str, object]:
    """Return what the ledger keeps of a folder that was not even made."""
    return {
        "kind": "bundle",
        "level": level,
        "sha256": "",
        "bytes": 0,
        "destination": into,
        "title": export.title,
        "decision": "refused",
        "why": refusal.message,
    }


def _judged(export: FileExport | FolderExport, study: Study, level: PrivacyLevel) -> Judgement:
    """Return whether an export may leave; raise what is no refusal but something to do first."""
    judgement = export.judge(study, level)
    if judgement.refusal is not None and not isinstance(judgement.refusal, GateRefused):
        raise judgement.refusal
    return judgement


def _new_file(parent: Path, name: str) -> Path:
    """Return the first of NAME, NAME-2, … that is not there yet: nothing is overwritten."""
    path, number = parent / name, 1
    while path.exists() or path.is_symlink():
        number += 1
        path = parent / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def _all_exports() -> tuple[FileExport | FolderExport, ...]:
    return (*EXPORTS, *FOLDER_EXPORTS)


def find_export(name: str) -> FileExport | FolderExport:
    """Return the export of a name.

    Raises:
        DataError: there is none.
    """
    known = {export.name: export for export in _all_exports()}
    if name in known:
        return known[name]
    names = list(known)
    raise DataError(
        f"There is no export called '{name}'.",
        f"{did_you_mean(name, names)}Known: {', '.join(names)}.",
    )


def _item(export: FileExport | FolderExport, study: Study, level: PrivacyLevel) -> ExportItem:
    judgement = export.judge(study, level)
    refusal = judgement.refusal
    sentence = judgement.sentence if refusal is None else str(refusal)
    careful = close_to_earlier(study, export.name, level) if refusal is None else ""
    return ExportItem(
        name=export.name,
        title=export.title,
        suffix=export.suffixes[0] if isinstance(export, FileExport) else "",
        allowed=refusal is None,
        sentence=" ".join(filter(None, (sentence, careful, level_note(study)))),
    )


def _refuse_with(refusal: DeepBenchError) -> Callable[[bytes], None]:
    """Return a check that always refuses, so that the gate records why."""

    def refuse(_: bytes) -> None:
        raise refusal

    return refuse


EXPORTS: tuple[FileExport, ...] = (
    FileExport(
        "report",
        "Report",
        ("html", "htm"),
        "report",
        judge_report,
        lambda study, level: report_html(study, last_run(study), level),
    ),
    FileExport(
        "results",
        "Results for programs",
        ("json",),
        "results",
        judge_report,
        lambda study, level: FileContent(
            results_json(last_run(study), level, names_to_hide(study, level))
        ),
    ),
    FileExport(
        "plan",
        "Plan",
        ("toml",),
        "plan",
        judge_plan,
        lambda study, level: FileContent(plan_toml(released_plan(study, level))),
    ),
    FileExport(
        "methods",
        "Methods paragraph",
        ("txt",),
        "text",
        judge_methods,
        lambda study, level: FileContent(
            methods_txt(last_run(study), level, names_to_hide(study, level))
        ),
    ),
)
