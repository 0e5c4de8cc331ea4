"""What a split would be, under answers that are still being given: folds, proofs, precision."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.data.answered_tables import TableAnswers, as_answered
from deepbench.data.findings.duplicates import duplicate_groups
from deepbench.data.open_tables import open_table
from deepbench.data.power import expected_power
from deepbench.data.roles import assign_roles
from deepbench.data.samples import AllSamples
from deepbench.data.splits import plan_outer_folds
from deepbench.data.splitting.base import without_features
from deepbench.data.splitting.proofs import fold_records, proofs
from deepbench.data.table_files import TableFiles, joint_sha256
from deepbench.data.table_store import from_parquet_bytes
from deepbench.errors import DeepBenchError, PlanError, StageBlocked
from deepbench.jobs.table_answers import table_answers
from deepbench.messages import SketchSplit
from deepbench.plan import StudyPlan, plan_from_answers
from deepbench.study.artifacts import read_artifact
from deepbench.study.folder import Study, is_study
from deepbench.study.records import ImportRecord, SplitSketchRecord
from deepbench.worker.progress import Progress
from deepbench.workflow import STAGE_BY_KEY, fingerprints

# What the split, and all before it, depend on.
_STAGES = ("import", "sample-sheet", "check", "split")
_PARTS = {part.split(".")[0] for key in _STAGES for part in STAGE_BY_KEY[key].plan_parts}
_NO_OUTCOME = "The outcome has not been chosen yet."
_NO_OUTCOME_HINT = "Say which column holds it (step 1); then the split can be sketched."
_SEALED = (
    "Test samples of this study are sealed already, and the table that held all samples was "
    "deleted with that, so another split cannot be sketched beforehand."
)
_SEALED_HINT = "Setting test samples aside anew reads the file again and shows what comes of it."
NOT_CHECKED = (
    "The data check has not been made yet: it may leave samples out or tie some together, so "
    "these counts may change. How precise the test will be is said after it."
)


@dataclass(frozen=True)
class _Known:
    """Samples without their features, and which rows have the same measurements."""

    samples: AllSamples
    duplicates: tuple[NDArray[np.int64], ...]
    checked: bool


def sketch_split(request: SketchSplit, progress: Progress) -> dict[str, object]:
    """Return the fields of a `SplitSketchRecord`; what is wrong stands in it."""
    progress.check_cancelled()
    try:
        record = _sketch(request)
    except DeepBenchError as error:
        record = SplitSketchRecord(
            design=_asked_design(request.answers),
            why="",
            outer_folds=(),
            proofs=(),
            problem=error.message,
            hint=error.hint,
        )
    progress.check_cancelled()
    return record.model_dump(mode="json")


def _asked_design(answers: dict[str, Any]) -> str:
    split = answers.get("split")
    return str(split.get("design", "auto")) if isinstance(split, dict) else "auto"


def _sketch(request: SketchSplit) -> SplitSketchRecord:
    answers, problem = table_answers(request.study, request.answers)
    if problem is not None:
        raise problem
    plan = _plan(request.answers)
    known = _from_study(Path(request.study), answers.files, plan)
    known = known or _from_files(answers, plan)
    outer = plan_outer_folds(known.samples, plan)
    # Samples may turn out to be repeats of far fewer units: no precision is promised before.
    power = expected_power(known.samples, outer, plan.question.useful_score)
    return SplitSketchRecord(
        design=outer.design,
        why=outer.why if known.checked else f"{NOT_CHECKED} {outer.why}",
        outer_folds=fold_records(known.samples, outer),
        proofs=proofs(known.samples, outer, plan, known.duplicates),
        power=power if known.checked else None,
    )


def _plan(answers: dict[str, Any]) -> StudyPlan:
    """Return the parts of the plan that decide on the split; the others keep their defaults."""
    question = answers.get("question")
    if not isinstance(question, dict) or not question.get("outcome"):
        raise PlanError(_NO_OUTCOME, _NO_OUTCOME_HINT)
    parts = {key: answers[key] for key in sorted(_PARTS) if answers.get(key) is not None}
    return plan_from_answers(parts, "The answers")


def _from_study(folder: Path, files: TableFiles, plan: StudyPlan) -> _Known | None:
    """Return the samples that the study left last and that these answers would make again.

    Raises:
        StageBlocked: all samples were deleted when the test samples were sealed.
        StudyError: the study is damaged.
    """
    if not is_study(folder):
        return None
    with Study.open_for_reading(folder) as study:
        record = study.stage_record("import", ImportRecord)
        if record is None:
            return None
        there = all(path.exists() for path in files)
        current = fingerprints(plan, joint_sha256(files.facts()) if there else record.sha256)
        finished = study.finished()
        for stage in ("check", "sample-sheet"):
            artifact = _left_by(study, stage)
            if artifact and finished.get(stage) == current[stage]:
                return _load(folder, artifact, stage == "check")
        if study.ledger.of_kind("sealed") and not _left_by(study, "check"):
            raise StageBlocked(_SEALED, _SEALED_HINT)
    return None


def _left_by(study: Study, stage: str) -> str:
    """Return the table that a stage left last, or an empty text if it is not there any more."""
    events = [e for e in study.ledger.of_kind("samples") if e.data["stage"] == stage]
    artifact = str(events[-1].data["artifact"]) if events else ""
    return artifact if artifact and study.exists(artifact) else ""


@lru_cache(maxsize=1)
def _load(folder: Path, artifact: str, checked: bool) -> _Known:
    """Read a table of the study; the last one is kept, without its features."""
    samples = from_parquet_bytes(read_artifact(folder, artifact), AllSamples)
    # Only the data check ties duplicates together.
    duplicates = tuple(duplicate_groups(samples)) if checked else ()
    return _Known(without_features(samples), duplicates, checked)


def _from_files(answers: TableAnswers, plan: StudyPlan) -> _Known:
    """Return the samples of a table that was not imported yet."""
    table = open_table(answers.files, answers.data, answers.outcome)
    answered = as_answered(table, answers)
    if answered.problem is not None:
        raise answered.problem
    samples, _ = assign_roles(answered.parsed, plan)
    return _Known(without_features(samples), (), checked=False)
