"""Stage 5: findings with a decision each."""

from __future__ import annotations

import numpy as np

from deepbench.checks.planted_control import detectable_effect
from deepbench.data.exploration import explore, feature_space
from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.batch_variance import batch_variance_findings
from deepbench.data.findings.registry import check, clean
from deepbench.data.review import review
from deepbench.data.samples import AllSamples
from deepbench.data.table_store import from_parquet_bytes, to_parquet_bytes
from deepbench.errors import StageBlocked
from deepbench.jobs.context import JobContext
from deepbench.jobs.preparing import asked_preparation, settle_preparation, sheet_columns
from deepbench.jobs.sample_events import note_samples, samples_artifact
from deepbench.jobs.scan_sensitivity import scan_checked
from deepbench.jobs.steps import Steps
from deepbench.jobs.summary import CHECK_BLOCKED
from deepbench.jobs.views import store_view
from deepbench.plan import Preparation
from deepbench.seeds import derive_seed
from deepbench.study.records import CheckRecord, SampleSheetRecord

_STEPS = 5


def run(context: JobContext) -> CheckRecord:
    """Check the samples and apply what follows.

    Raises:
        StageBlocked: a finding makes every result worthless, for example an outcome that is the
            same as the batch. What was found, and the look at the samples, are kept all the same.
        PlanError: a decision in [check] or [preparation] names what does not exist.
        DataQuestion: the measurements cannot be transformed as the plan asks.
    """
    study = context.study
    samples = from_parquet_bytes(study.read(samples_artifact(study, "sample-sheet")), AllSamples)
    steps = Steps(context.progress, _STEPS)
    steps.say("looking for what is wrong")
    asked = asked_preparation(context, samples)
    found = check(samples, _finding_context(context, asked))
    cleaned = clean(samples, found)
    preparation, seen = settle_preparation(context, asked, cleaned)
    counts = _counts(context, found, cleaned)
    roles = context.record("sample-sheet", SampleSheetRecord).roles
    space = feature_space(seen.features)
    steps.add(2, "reviewing design and metadata")
    reviewed = review(seen, roles, derive_seed(context.plan.seed, "review"), space)
    steps.add(1, "planted control: which effect could this study find?")
    detectable = detectable_effect(
        seen,
        derive_seed(context.plan.seed, "planted control"),
        context.progress.check_cancelled,
    )
    found = found.model_copy(
        update={
            **counts,
            "preparation": preparation,
            "review": reviewed,
            "detectable": detectable,
            "findings": (*found.findings, *batch_variance_findings(reviewed)),
        }
    )
    steps.add(1, "drawing the samples")
    # Of all samples: the split deletes it and looks again at those that train.
    shown = explore(seen, roles, "all samples", space)
    store_view(study, "data", "exploration", "check", shown)
    scan_checked(study, samples, context.plan.privacy.quasi_identifiers)
    _stop_if_blocking(context, found)
    artifact = study.store("data", "checked.parquet", to_parquet_bytes(cleaned))
    note_samples(study, "check", artifact)
    return found


def _finding_context(context: JobContext, preparation: Preparation) -> FindingContext:
    sheet = context.record("sample-sheet", SampleSheetRecord)
    asked = context.plan.check
    return FindingContext(
        roles=sheet.roles,
        seed=derive_seed(context.plan.seed, "findings"),
        keep=frozenset(asked.keep),
        leave_out=frozenset(asked.leave_out),
        leave_out_samples=frozenset(asked.leave_out_samples),
        preparation=preparation,
        sheet_columns=sheet_columns(context),
        design=context.plan.design,
    )


def _stop_if_blocking(context: JobContext, found: CheckRecord) -> None:
    """Refuse to go on; what was found is kept for the report."""
    blocking = [finding for finding in found.findings if finding.severity == "blocking"]
    if not blocking:
        return
    stored = context.study.store(
        "runs", "check-blocked.json", found.model_dump_json().encode("utf-8")
    )
    context.study.record(CHECK_BLOCKED, {"record": stored})
    raise StageBlocked(
        " ".join(finding.message for finding in blocking),
        " ".join(finding.hint for finding in blocking if finding.hint),
    )


def _counts(context: JobContext, found: CheckRecord, cleaned: AllSamples) -> dict[str, object]:
    """Return the counts that are no longer those of the sample sheet."""
    sheet = context.record("sample-sheet", SampleSheetRecord)
    of_class = {name: cleaned.outcome == code for code, name in enumerate(cleaned.info.classes)}
    counts: dict[str, object] = {}
    if found.left_out_samples:
        counts["samples"] = len(cleaned)
        counts["class_samples"] = {name: int(rows.sum()) for name, rows in of_class.items()}
    if found.left_out_samples or cleaned.number_of_units != sheet.units:
        counts["units"] = cleaned.number_of_units
        counts["class_units"] = {
            name: len(np.unique(cleaned.units[rows])) for name, rows in of_class.items()
        }
    return counts
