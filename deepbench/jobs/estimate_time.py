"""How long each budget would take, said before anything long begins.

What fits cost is measured once for a split and a machine (`deepbench.jobs.measure_costs`), kept
in the study, and turned into times for every budget (`deepbench.jobs.cost_model`).
"""

from __future__ import annotations

from pathlib import Path

import psutil

from deepbench.errors import DeepBenchError
from deepbench.jobs.context import JobContext
from deepbench.jobs.cost_model import stage_seconds
from deepbench.jobs.known_costs import keep_costs, known_costs, split_is_made, with_preset
from deepbench.jobs.leaderboard import family_names
from deepbench.jobs.measure_costs import measure_costs
from deepbench.jobs.run_study import open_job, run_stages
from deepbench.messages import EstimateTime, RunStudy
from deepbench.models.workbench import load_workbench
from deepbench.study.effort import PRESET_EFFORTS
from deepbench.study.folder import is_study
from deepbench.study.records import (
    BudgetTimeRecord,
    CheckRecord,
    CostsRecord,
    SampleSheetRecord,
    SplitRecord,
    TimeEstimateRecord,
)
from deepbench.training.budget import effort_for
from deepbench.worker.progress import Progress
from deepbench.workflow import find_stage

NO_SPLIT = (
    "How long each budget takes is measured on your own training samples, and the test samples "
    "have not been set aside for the answers as they are now."
)
NO_SPLIT_HINT = "Set them aside first (step 6)."
PREPARING = (
    "The data is read, checked and split first: times are measured on the training samples. A run "
    "does not repeat it."
)


def estimate_time(request: EstimateTime, progress: Progress) -> dict[str, object]:
    """Return the fields of a `TimeEstimateRecord`; what is in the way stands in it.

    Raises:
        DeepBenchError: with ``prepare``, as `deepbench.jobs.run_study.run_study`.
        Cancelled: the user stopped it.
    """
    progress.check_cancelled()
    try:
        record = _estimate(request, progress)
    except DeepBenchError as error:
        if request.prepare or progress.cancelled:
            raise
        record = TimeEstimateRecord(problem=error.message, hint=error.hint)
    return record.model_dump(mode="json")


def _estimate(request: EstimateTime, progress: Progress) -> TimeEstimateRecord:
    if not request.prepare and not is_study(Path(request.study)):
        return TimeEstimateRecord(problem=NO_SPLIT, hint=NO_SPLIT_HINT)
    run = RunStudy(
        plan_path=request.plan_path,
        example=None,
        study=request.study,
        until="split",
        workers=request.workers,
        device=request.device,
        answers=request.answers,
        in_window=request.in_window,
    )
    with open_job(run, progress) as context:
        if not split_is_made(context):
            if not request.prepare:
                return TimeEstimateRecord(problem=NO_SPLIT, hint=NO_SPLIT_HINT)
            progress.notice(PREPARING)
            run_stages(context, find_stage("split"))
        costs = known_costs(context)
        if costs is None:
            costs = _measure(context)
        return _times(context, costs, request.workers)


def _measure(context: JobContext) -> CostsRecord:
    bench = load_workbench(context.bench_source())
    costs = measure_costs(bench, family_names(context), context.progress)
    keep_costs(context, costs)
    return costs


def _times(context: JobContext, costs: CostsRecord, processes: int) -> TimeEstimateRecord:
    sheet = context.record("sample-sheet", SampleSheetRecord)
    split = context.record("split", SplitRecord)
    units = context.record("check", CheckRecord).units or sheet.units
    outer = len(split.outer_folds)
    cores = psutil.cpu_count(logical=False) or processes
    budgets = []
    for preset in PRESET_EFFORTS:
        effort = effort_for(with_preset(context.plan, preset), units, len(family_names(context)))
        found = stage_seconds(costs, effort, outer, min(processes, cores))
        budgets.append(
            BudgetTimeRecord(
                preset=preset,
                trials=effort.trials,
                shuffles=effort.shuffles,
                baselines=found.baselines,
                networks=found.networks,
                shuffle_check=found.shuffles,
                test=found.test,
            )
        )
    return TimeEstimateRecord(
        budgets=tuple(budgets),
        chosen=context.plan.budget.preset,
        processes=processes,
        outer_folds=outer,
        precision=split.power,
    )
