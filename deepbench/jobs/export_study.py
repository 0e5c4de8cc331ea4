"""Stage 14's exports: what of a study may leave, and letting it go through the gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from deepbench.data.wording import did_you_mean
from deepbench.errors import DataError, DeepBenchError, GateRefused, StudyError
from deepbench.jobs.export_folders import FOLDER_EXPORTS
from deepbench.jobs.export_kinds import FileExport, FolderExport, Judgement
from deepbench.jobs.leave import (
    demand_suffix,
    has_draft,
    has_plan,
    level_in_force,
    level_note,
    look_into,
    open_study,
)
from deepbench.jobs.let_bundle_go import let_bundle_go, new_folder
from deepbench.jobs.let_go import let_go
from deepbench.jobs.released import (
    current_fingerprints,
    last_run,
    last_stop,
    methods_txt,
    missing_answers,
    names_to_hide,
    plan_toml,
    released_plan,
    report_html,
    results_json,
)
from deepbench.messages import ExportStudy, ListExports
from deepbench.plan import PrivacyLevel
from deepbench.privacy.final_bytes import is_guarded
from deepbench.study.draft import Draft
from deepbench.study.folder import Study
from deepbench.study.records import EthicsRecord, ExportItem, ImportRecord
from deepbench.worker.progress import Progress
from deepbench.workflow import STAGE_BY_KEY, STAGES, Stage, fingerprints

_WHOLE = "Complete, as the program shows it."
_REDUCED = (
    "Counts below ten and everything about single samples are left out, because the study is "
    "{level}."
)
_REPORT_NOT_YET = "It is written by the last step, “{title}”, which has not run yet."
_METHODS_NOT_YET = "There is nothing to describe before the sample sheet is settled."
_RUN_FIRST = "Run the study to the end first."
_NO_ANSWERS = "No question has been answered yet."
_OPEN = "The ethics register has {count}: {issues}."
_OPEN_HINT = "Answer each on the page “{title}”, then run that step again."
_LEFT_OUT_STAGES = "Not in it, because out of date: {stages}."
_OLD_ANSWERS = "It shows the last run; answers changed since then concern: {stages}."
_OLD_UNKNOWN = "It shows the last run; the answers on screen are not complete."
_PLAN_STAYS = "The answer {field} holds {what}, so the plan stays in the study."
_PLAN_HINT = "Change that answer; then the plan may leave."
_PLAN_WHOLE = "All answers, with the name of the table’s file in place of its path."
_PLAN_LACKS = "Not complete yet: it lacks {what}."
_PLAN_WITHOUT = "Left out, because the study is {level}: {what}."
_MOST_NAMED = 3


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
        DataError: no such export, or the output is no file for it.
        GateRefused: it may not leave.
    """
    export = _find(request.what)
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
        content = export.make(study, level)
        progress.check_cancelled()
        checks = [_refuse_with(judgement.refusal)] if judgement.refusal is not None else []
        written = let_go(study, export.kind, content, output, title=export.title, checks=checks)
    return {"lines": [f"{export.title}: {written}.", judgement.sentence], "output": written}


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
        files = export.make(study, level, progress)
        progress.check_cancelled()
        folder, decisions = let_bundle_go(
            study,
            files,
            new_folder(Path(request.into), export.folder),
            title=export.title,
            essential=export.essential,
            finish=lambda decisions: export.finish(study, decisions),
        )
    left = [f"  {path.relative_to(folder).as_posix()}" for path in sorted(folder.rglob("*.*"))]
    said = filter(None, (judgement.sentence, *decisions.sentences))
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


def demand_register_clear(study: Study) -> None:
    """Refuse while the ethics register has open entries.

    Raises:
        GateRefused: an entry is open.
    """
    issues = open_issues(study)
    if issues:
        count = f"{len(issues)} open {'entry' if len(issues) == 1 else 'entries'}"
        title = STAGE_BY_KEY["ethics"].title
        raise GateRefused(
            _OPEN.format(count=count, issues="; ".join(issues)), _OPEN_HINT.format(title=title)
        )


def open_issues(study: Study) -> list[str]:
    """Return the open entries of the register as it was last made."""
    record = study.stage_record("ethics", EthicsRecord)
    return [entry.issue for entry in record.entries if entry.state == "open"] if record else []


def _all_exports() -> tuple[FileExport | FolderExport, ...]:
    return (*EXPORTS, *FOLDER_EXPORTS)


def _find(name: str) -> FileExport | FolderExport:
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
    return ExportItem(
        name=export.name,
        title=export.title,
        suffix=export.suffixes[0] if isinstance(export, FileExport) else "",
        allowed=refusal is None,
        sentence=" ".join(filter(None, (sentence, level_note(study)))),
    )


def _refuse_with(refusal: DeepBenchError) -> Callable[[bytes], None]:
    """Return a check that always refuses, so that the gate records why."""

    def refuse(_: bytes) -> None:
        raise refusal

    return refuse


# --- report, results, methods ---------------------------------------------------------------


def _judge_report(study: Study, level: PrivacyLevel) -> Judgement:
    stop = last_stop(study) if has_plan(study) else None
    if not has_plan(study) or (stop is None and "report" not in study.finished()):
        title = STAGE_BY_KEY["report"].title
        return Judgement(StudyError(_REPORT_NOT_YET.format(title=title), _RUN_FIRST))
    if stop is not None and stop.stage == "report":
        return Judgement(GateRefused(stop.why))
    try:
        demand_register_clear(study)
    except GateRefused as refusal:
        return Judgement(refusal)
    return Judgement(None, _what_leaves(study, level))


def _judge_methods(study: Study, level: PrivacyLevel) -> Judgement:
    finished = study.finished()
    settled = has_plan(study) and "sample-sheet" in finished
    if not settled or current_fingerprints(study)["sample-sheet"] != finished["sample-sheet"]:
        return Judgement(StudyError(_METHODS_NOT_YET, _RUN_FIRST))
    return Judgement(None, _what_leaves(study, level))


def _what_leaves(study: Study, level: PrivacyLevel) -> str:
    first = _REDUCED.format(level=level) if is_guarded(level) else _WHOLE
    return " ".join(filter(None, (first, _out_of_date(study))))


def _out_of_date(study: Study) -> str:
    """Say which results are left out as out of date, or shown although answers changed."""
    finished, ran = study.finished(), current_fingerprints(study)
    left_out = [s for s in STAGES if s.key in finished and finished[s.key] != ran[s.key]]
    sentences = [_LEFT_OUT_STAGES.format(stages=_titles(left_out))] if left_out else []
    if has_draft(study):
        plan = Draft.load(study.folder).plan()
        if plan is None:
            return " ".join([*sentences, _OLD_UNKNOWN])
        imported = study.stage_record("import", ImportRecord)
        now = fingerprints(plan, imported.sha256 if imported else "")
        old = [s for s in STAGES if finished.get(s.key) == ran[s.key] != now[s.key]]
        if old:
            sentences.append(_OLD_ANSWERS.format(stages=_titles(old)))
    return " ".join(sentences)


def _titles(stages: list[Stage]) -> str:
    named = [stage.title for stage in stages[:_MOST_NAMED]]
    more = len(stages) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


# --- plan -----------------------------------------------------------------------------------


def _judge_plan(study: Study, level: PrivacyLevel) -> Judgement:
    if not has_draft(study) and not has_plan(study):
        return Judgement(StudyError(_NO_ANSWERS, "Answer the first pages."))
    released = released_plan(study, level)
    if released.problems:
        first = released.problems[0]
        stays = _PLAN_STAYS.format(field=first.field, what=first.what)
        return Judgement(GateRefused(stays, _PLAN_HINT))
    missing = missing_answers(released.answers)
    parts = [_PLAN_LACKS.format(what=" and ".join(missing)) if missing else _PLAN_WHOLE]
    if released.left_out:
        parts.append(_PLAN_WITHOUT.format(level=level, what="; ".join(released.left_out)))
    return Judgement(None, " ".join(parts))


EXPORTS: tuple[FileExport, ...] = (
    FileExport(
        "report",
        "Report",
        ("html", "htm"),
        "report",
        _judge_report,
        lambda study, level: report_html(study, last_run(study), level),
    ),
    FileExport(
        "results",
        "Results for programs",
        ("json",),
        "results",
        _judge_report,
        lambda study, level: results_json(last_run(study), level, names_to_hide(study, level)),
    ),
    FileExport(
        "plan",
        "Plan",
        ("toml",),
        "plan",
        _judge_plan,
        lambda study, level: plan_toml(released_plan(study, level)),
    ),
    FileExport(
        "methods",
        "Methods paragraph",
        ("txt",),
        "text",
        _judge_methods,
        lambda study, level: methods_txt(last_run(study), level, names_to_hide(study, level)),
    ),
)
