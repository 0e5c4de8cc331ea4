"""What fits cost on this machine, as far as it was measured, and what that says of steps."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping

import psutil

from deepbench.jobs.context import JobContext
from deepbench.jobs.cost_model import shuffle_seconds, trial_seconds
from deepbench.jobs.leaderboard import family_names, recorded_trials, search_key
from deepbench.jobs.steps import Part
from deepbench.plan import StudyPlan
from deepbench.study.effort import PRESET_EFFORTS
from deepbench.study.records import CostsRecord, SplitRecord
from deepbench.worker.process import library_versions
from deepbench.workflow import fingerprints

_EVENT = "costs"
# Raised when costs are measured in another way.
_WAY_OF_MEASURING = 1


def with_preset(plan: StudyPlan, preset: str) -> StudyPlan:
    """Return the plan with another budget."""
    return plan.model_copy(update={"budget": plan.budget.model_copy(update={"preset": preset})})


def split_is_made(context: JobContext) -> bool:
    """Say whether the samples are divided as the plan says, whatever its budget.

    A budget decides how often tuning folds are repeated, and so belongs to the split; what a fit
    costs does not depend on it.
    """
    return context.study.finished().get("split") in _split_fingerprints(context)


def known_costs(context: JobContext) -> CostsRecord | None:
    """Return what was measured for these samples and families on this machine, or None."""
    key = _key(context)
    for event in reversed(context.study.ledger.of_kind(_EVENT)):
        if event.data["key"] == key and context.study.exists(event.data["artifact"]):
            return context.study.read_record(str(event.data["artifact"]), CostsRecord)
    return None


def keep_costs(context: JobContext, costs: CostsRecord) -> None:
    """Keep in the study what was measured."""
    artifact = context.study.store("runs", "costs.json", costs.model_dump_json().encode("utf-8"))
    context.study.record(_EVENT, {"key": _key(context), "artifact": artifact})


def search_parts(
    context: JobContext,
    names: Iterable[str],
    trials: int,
    outer_folds: Iterable[int | None] = (None,),
) -> dict[str, Part]:
    """Return the trials of searches as steps by family, with what each is expected to cost.

    Args:
        context: Study and plan.
        names: Families that are searched.
        trials: Trials offered to each.
        outer_folds: Outer folds that are searched; None is the main search.
    """
    known = known_costs(context)
    split = context.record("split", SplitRecord)
    folds = split.tuning_folds * split.tuning_repeats
    costs = trial_seconds(known, trials, folds) if known else {}
    searches = [
        recorded_trials(context.study, search_key(context, trials, fold)) for fold in outer_folds
    ]
    return {
        name: Part(
            steps=trials * len(searches),
            done=sum(
                family == name and number < trials
                for search in searches
                for family, number in search
            ),
            seconds=costs.get(name),
        )
        for name in names
    }


def shuffle_parts(
    context: JobContext, names: Iterable[str], shuffles: int, done: Mapping[str, int]
) -> dict[str, Part]:
    """Return the shuffles as steps by family, with what each is expected to cost.

    Args:
        context: Study and plan.
        names: Families in the check.
        shuffles: Shuffles at most.
        done: Shuffles of each family that an earlier run did.
    """
    known = known_costs(context)
    folds = context.record("split", SplitRecord).tuning_folds
    costs = shuffle_seconds(known, folds) if known else {}
    return {name: Part(shuffles, done.get(name, 0), costs.get(name)) for name in names}


def _split_fingerprints(context: JobContext) -> list[str]:
    """Return the fingerprint of the split under each budget."""
    return [
        fingerprints(with_preset(context.plan, preset), context.source_sha256)["split"]
        for preset in PRESET_EFFORTS
    ]


def _key(context: JobContext) -> str:
    """Return the name under which costs are kept: samples, families and machine."""
    versions = library_versions()
    parts = (
        str(_WAY_OF_MEASURING),
        min(_split_fingerprints(context)),
        *family_names(context),
        context.device.name,
        str(context.device_is_free),
        platform.system(),
        platform.machine(),
        platform.processor(),
        str(psutil.cpu_count(logical=False)),
        *(f"{name} {version}" for name, version in sorted(versions.items())),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
