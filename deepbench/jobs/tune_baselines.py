"""Stage 7: tuned traditional models, the leaderboard, and a learning curve."""

from __future__ import annotations

from deepbench.checks.learning_curve import FRACTIONS, CurveTask, curve_point
from deepbench.errors import PlanError
from deepbench.evaluation.metrics import tuning_metric
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, best_of_kind, model_record, search_key
from deepbench.jobs.tuning import run_searches
from deepbench.models.registry import baselines_for
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.study.records import LeaderboardRecord, LearningCurveRecord


def run(context: JobContext) -> LeaderboardRecord:
    """Tune every traditional model of the plan with the same effort."""
    bench = load_workbench(context.bench_source())
    effort = context.effort()
    offered, sentences = baselines_for(context.plan.baselines.families, bench.training.info.task)
    if all(family.complexity == 0 for family in offered):
        raise PlanError(
            "The plan names no traditional model for this kind of outcome besides the dummy.",
            'Add one, for example [baselines] families = ["dummy", "linear"]: without it nobody '
            "can say what a network is worth (tip 2).",
        )
    groups = run_searches(
        context,
        bench,
        search_key(context, effort.trials, None),
        [family.name for family in offered],
        effort.trials,
        seconds_per_family=effort.seconds_per_family,
    )
    return LeaderboardRecord(
        models=tuple(model_record(context, bench, group) for group in groups),
        sentences=sentences,
        learning_curve=_learning_curve(context, bench, groups),
    )


def _learning_curve(
    context: JobContext, bench: Workbench, groups: list[FamilyTrials]
) -> LearningCurveRecord | None:
    """Score the best baseline on growing parts of each fold's fit units."""
    best = best_of_kind(groups, "baseline")
    if best is None:
        return None
    tasks = [
        CurveTask(bench.source, best.family.name, best.best.params, fraction)
        for fraction in FRACTIONS
    ]
    futures = [context.compute.submit(curve_point, task) for task in tasks]
    for done, _ in enumerate(context.compute.wait(futures, context.progress), start=1):
        context.progress.report(done, len(futures), "learning curve")
    points = [future.result() for future in futures]
    return LearningCurveRecord(
        model=best.family.name,
        metric=tuning_metric(bench.training.info.task),
        samples=tuple(point.samples for point in points),
        scores=tuple(point.score for point in points),
        spreads=tuple(point.spread for point in points),
    )
