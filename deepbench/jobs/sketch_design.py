"""Count classes, units, batches and sites under roles that are still being chosen."""

from __future__ import annotations

from pathlib import Path

from deepbench.data.answered_tables import TableAnswers, as_answered
from deepbench.data.column_types import ParsedTable
from deepbench.data.design import nothing_to_sketch, sketch
from deepbench.data.open_tables import kept_table, open_table
from deepbench.data.table_files import TableFiles, joint_sha256
from deepbench.data.table_store import table_from_parquet_bytes
from deepbench.errors import DeepBenchError, PlanError, StudyError
from deepbench.jobs.sample_events import samples_artifact
from deepbench.jobs.table_answers import table_answers
from deepbench.messages import SketchDesign
from deepbench.plan import Roles, StudyPlan, plan_from_answers
from deepbench.study.folder import Study, is_study
from deepbench.study.records import DesignRecord, ImportRecord
from deepbench.worker.progress import Progress
from deepbench.workflow import fingerprints

_NO_OUTCOME = "The outcome has not been chosen yet."
_NO_OUTCOME_HINT = "Say which column holds it; then classes and units can be counted."
_QUESTION_KEYS = ("task", "positive")  # what the design depends on besides the outcome


def sketch_design(request: SketchDesign, progress: Progress) -> dict[str, object]:
    """Return the fields of a `DesignRecord`.

    Raises:
        PlanError: the answers name no table. Everything else stands in the record.
    """
    progress.check_cancelled()
    answers, problem = table_answers(request.study, request.answers)
    try:
        plan = _plan(request, answers)
        record = _sketch(Path(request.study), answers, plan, problem)
    except DeepBenchError as error:
        record = nothing_to_sketch(problem or error)
    progress.check_cancelled()
    return record.model_dump(mode="json")


def _plan(request: SketchDesign, answers: TableAnswers) -> StudyPlan:
    """Return the parts of the plan that decide on the design; the others keep their defaults."""
    if not answers.outcome:
        raise PlanError(_NO_OUTCOME, _NO_OUTCOME_HINT)
    question = request.answers["question"]
    known = {key: question[key] for key in _QUESTION_KEYS if question.get(key) is not None}
    return plan_from_answers(
        {
            "question": {"outcome": answers.outcome, **known},
            "data": answers.data.model_dump(),
            "roles": answers.roles.model_dump(),
        },
        "The answers",
    )


def _sketch(
    study: Path, answers: TableAnswers, plan: StudyPlan, problem: DeepBenchError | None
) -> DesignRecord:
    there = all(path.is_file() for path in answers.files)
    if not there or kept_table(answers.files, answers.data, answers.outcome) is None:
        imported = _imported_table(study, answers.files, plan)
        if imported is not None:
            return sketch(imported, plan, problem)
    answered = as_answered(open_table(answers.files, answers.data, answers.outcome), answers)
    problem = problem or answered.problem
    if problem is not None and not answered.roles.outcome:
        return nothing_to_sketch(problem)
    roles = Roles.model_validate(
        {role: list(names) for role, names in answered.roles.in_plan.items()}
    )
    return sketch(answered.parsed, plan.model_copy(update={"roles": roles}), problem)


def _imported_table(folder: Path, files: TableFiles, plan: StudyPlan) -> ParsedTable | None:
    """Return the table as the study imported it, if it would import the same again.

    That spares reading the file when a study is opened, and needs no file that is gone.
    """
    if not is_study(folder):
        return None
    try:
        with Study.open_for_reading(folder) as study:
            record = study.stage_record("import", ImportRecord)
            if record is None or record.source_name != files.source.name:
                return None
            there = all(path.exists() for path in files)
            sha256 = joint_sha256(files.facts()) if there else record.sha256
            if study.finished()["import"] != fingerprints(plan, sha256)["import"]:
                return None
            artifact = samples_artifact(study, "import")
            if not study.exists(artifact):
                return None
            return table_from_parquet_bytes(study.read(artifact))
    except StudyError:
        return None  # a damaged study is told of where it is opened; the file can still be read
