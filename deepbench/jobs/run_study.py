"""The main job: all stages in order, each skipped when it is done already.

A stage is done when the ledger says it finished with its present fingerprint. Whatever a stage
computes piecemeal (trials, shuffles) is in the ledger too, so an interrupted stage goes on where
it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deepbench.data.provenance import require_regular_file
from deepbench.data.table_files import TableFiles, joint_sha256
from deepbench.data.wording import did_you_mean, some_names
from deepbench.errors import PlanError, StageBlocked
from deepbench.jobs import (
    check_data,
    claim,
    ethics,
    import_data,
    interpret,
    open_test,
    question,
    report,
    sample_sheet,
    set_aside,
    shuffle_labels,
    start,
    suitability,
    tune_baselines,
    tune_networks,
)
from deepbench.jobs.context import JobContext
from deepbench.jobs.gene_set_file import gene_sets_changed
from deepbench.messages import RunStudy
from deepbench.plan import StudyPlan, plan_from_answers, read_plan
from deepbench.privacy.ethics_register import check_answers
from deepbench.study.document_questions import check_document_answers
from deepbench.study.folder import Study, is_study
from deepbench.study.location import find_source
from deepbench.study.records import ImportRecord, Record
from deepbench.training.compute import Compute
from deepbench.training.determinism import make_deterministic
from deepbench.training.device import choose_device
from deepbench.worker.progress import Progress
from deepbench.workflow import STAGES, Stage, find_stage, fingerprints
from deepbench_resources import EXAMPLES, example_plan

StageJob = Callable[[JobContext], Record]

STAGE_JOBS: dict[str, StageJob] = {
    "start": start.run,
    "question": question.run,
    "suitability": suitability.run,
    "import": import_data.run,
    "sample-sheet": sample_sheet.run,
    "check": check_data.run,
    "split": set_aside.run,
    "baselines": tune_baselines.run,
    "networks": tune_networks.run,
    "shuffles": shuffle_labels.run,
    "test": open_test.run,
    "interpretation": interpret.run,
    "claims": claim.run,
    "ethics": ethics.run,
    "report": report.run,
}
# What a plan that a window sends is called in messages about it.
ANSWERS = "the study's answers"
_DATA_STAGES = ("import", "sample-sheet", "check", "split")
# Its content is no part of a fingerprint, which the window works out without reading files.
_READING_GENE_SETS = {"interpretation", "claims", "report"}


@dataclass(frozen=True)
class RunResult:
    """What the command line prints at the end."""

    study: str
    report: str
    results: str
    sentences: tuple[str, ...]


def run_study(request: RunStudy, progress: Progress) -> dict[str, object]:
    """Run a plan, or the answers of a window, up to the last stage or the one asked for.

    Raises:
        PlanError, DataError, StudyError: exit code 2.
        StageBlocked: a stage refuses to go on; a report that says so is left in the study.
        Cancelled: the user stopped the run.
    """
    last = find_stage(request.until) if request.until else STAGES[-1]
    with open_job(request, progress) as context:
        run_stages(context, last)
        return vars(_result(context, last))


@contextmanager
def open_job(request: RunStudy, progress: Progress) -> Iterator[JobContext]:
    """Open a study with its plan and the means to work on it; errors as `run_study`."""
    folder = Path(request.study).resolve()
    plan, plan_folder = _plan(request, folder)
    check_answers(plan)
    check_document_answers(plan.documents.answers)
    files = _table_files(plan_folder, plan, in_study=plan_folder == folder)
    gene_sets = _gene_sets(plan_folder, plan, in_study=plan_folder == folder)
    make_deterministic()
    device = choose_device(request.device)
    if not is_study(folder):
        for path in files:
            require_regular_file(path)  # before a folder is made that would hold nothing
    with (
        Study.open_for_writing(folder, in_window=request.in_window) as study,
        Compute(request.workers, progress) as compute,
    ):
        source_sha256 = _source_sha256(study, files)
        yield JobContext(
            study=study,
            plan=plan,
            files=files,
            progress=progress,
            compute=compute,
            device=device,
            fingerprints=fingerprints(plan, source_sha256),
            source_sha256=source_sha256,
            device_is_free=request.device == "auto",
            gene_sets=gene_sets,
        )


def _plan(request: RunStudy, study: Path) -> tuple[StudyPlan, Path]:
    """Return the plan, and the folder that its paths are relative to."""
    if request.answers is not None:
        return plan_from_answers(request.answers, ANSWERS), study
    path = _plan_path(request)
    return read_plan(path), path.parent


def _plan_path(request: RunStudy) -> Path:
    """Return the plan's path, or that of a built-in example."""
    if request.plan_path is not None:
        return Path(request.plan_path)
    if request.example not in EXAMPLES:
        raise PlanError(
            f"There is no built-in example called '{request.example}'.",
            f"{did_you_mean(request.example or '', EXAMPLES)}The examples are "
            f"{some_names(EXAMPLES)}.",
        )
    return example_plan(request.example)


def _find(folder: Path, written: str, *, in_study: bool) -> Path:
    return (find_source(folder, written) if in_study else folder / written).resolve()


def _gene_sets(folder: Path, plan: StudyPlan, *, in_study: bool) -> Path | None:
    """Return the file of gene sets, or None without one."""
    written = plan.interpretation.gene_sets.strip()
    try:
        return _find(folder, written, in_study=in_study) if written else None
    except (OSError, RuntimeError, ValueError):
        raise PlanError(
            "gene_sets under [interpretation] in the plan is no path.", "Name a .gmt file."
        ) from None


def _table_files(folder: Path, plan: StudyPlan, *, in_study: bool) -> TableFiles:
    """Return the files of the table, which the plan gives relative to a folder."""
    try:
        return TableFiles.of(plan.data, partial(_find, folder, in_study=in_study))
    except (OSError, RuntimeError, ValueError):  # a circle of links, a NUL character
        raise PlanError(
            "A file named under [data] in the plan is no path.", "Name the file of the table."
        ) from None


def _source_sha256(study: Study, files: TableFiles) -> str:
    """Return the hash of the files, or of those imported if one is no longer there."""
    if all(path.exists() for path in files):
        return joint_sha256(files.facts())
    imported = study.stage_record("import", ImportRecord)
    if imported is not None and imported.source_name == files.source.name:
        return imported.sha256
    return ""


def run_stages(context: JobContext, last: Stage) -> None:
    """Write the plan into the study and run all stages up to one that are not done already."""
    context.study.save_plan(context.plan)
    again = _data_to_read_again(context)
    if gene_sets_changed(context.study, context.gene_sets):
        again |= _READING_GENE_SETS
    for stage in STAGES:
        context.progress.check_cancelled()
        done = context.study.finished().get(stage.key) == context.fingerprints[stage.key]
        if done and stage.key not in again:
            context.progress.stage_skipped(stage.number, stage.key, "done already")
        else:
            _run_stage(context, stage)
        if stage is last:
            return


def _data_to_read_again(context: JobContext) -> set[str]:
    """Return the data stages to repeat because a later one needs what was sealed away.

    After the split the imported table is deleted, so that the test samples lie in the vault
    only. Changing a role afterwards means reading the source file again.
    """
    finished = context.study.finished()
    current = context.fingerprints
    stale = [key for key in _DATA_STAGES if finished.get(key) != current[key]]
    if not stale:
        return set()
    first = _DATA_STAGES.index(stale[0])
    while first > 0 and not _output_there(context, _DATA_STAGES[first - 1]):
        first -= 1
    return set(_DATA_STAGES[first:])


def _output_there(context: JobContext, stage: str) -> bool:
    events = [e for e in context.study.ledger.of_kind("samples") if e.data["stage"] == stage]
    return bool(events) and context.study.exists(events[-1].data["artifact"])


def _run_stage(context: JobContext, stage: Stage) -> None:
    context.progress.stage_started(stage.number, stage.key, stage.title, len(STAGES) - 1)
    began = context.progress.seconds()
    try:
        record = STAGE_JOBS[stage.key](context)
    except StageBlocked as blocked:
        context.study.record(
            "stage_blocked",
            {"stage": stage.key, "message": blocked.message, "hint": blocked.hint},
        )
        report.write_stopped(context, stage, blocked)
        raise
    seconds = context.progress.seconds() - began
    context.study.finish_stage(stage.key, context.fingerprints[stage.key], record, seconds)
    sentence = str(getattr(record, "sentence", ""))
    context.progress.stage_finished(stage.number, stage.key, seconds, sentence)


def _result(context: JobContext, last: Stage) -> RunResult:
    folder = context.study.folder
    if last is not STAGES[-1]:
        sentence = f"Stopped after stage {last.number} ({last.title}), as asked."
        return RunResult(str(folder), "", "", (sentence,))
    written = report.locations(context)
    return RunResult(
        study=str(folder),
        report=str(folder / written.report),
        results=str(folder / written.results),
        sentences=written.sentences,
    )
