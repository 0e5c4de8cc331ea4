"""Stage 7: tuned traditional models, the leaderboard, and a learning curve."""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.checks.learning_curve import FRACTIONS, CurveTask, band, curve_point
from deepbench.errors import PlanError
from deepbench.evaluation.metrics import tuning_metric
from deepbench.jobs.context import JobContext
from deepbench.jobs.known_costs import search_parts
from deepbench.jobs.leaderboard import FamilyTrials, best_of_kind, model_record, search_key
from deepbench.jobs.steps import Steps
from deepbench.jobs.tuning import run_searches, steps_done_before
from deepbench.models.registry import baselines_for
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.study.records import LeaderboardRecord, LearningCurveRecord, ModelRecord, Score


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
    key, names = search_key(context, effort.trials, None), [family.name for family in offered]
    steps = Steps(
        context.progress,
        total=effort.trials * len(names) + len(names) + len(FRACTIONS),
        done=steps_done_before(context.study, key, names, effort.trials),
        parts=search_parts(context, names, effort.trials),
        processes=context.compute.workers,
    )
    groups = run_searches(
        context,
        bench,
        key,
        names,
        effort.trials,
        steps,
        seconds_per_family=effort.seconds_per_family,
    )
    return LeaderboardRecord(
        models=tuple(_scored(context, bench, groups, steps)),
        sentences=sentences,
        learning_curve=_learning_curve(context, bench, groups, steps),
    )


def _scored(
    context: JobContext, bench: Workbench, groups: list[FamilyTrials], steps: Steps
) -> Iterator[ModelRecord]:
    for group in groups:
        steps.say("correcting scores for having been chosen among many")
        yield model_record(context, bench, group)
        steps.add(1)


def _learning_curve(
    context: JobContext, bench: Workbench, groups: list[FamilyTrials], steps: Steps
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
    what = "learning curve: would more samples help?"
    steps.say(what)
    for _ in context.compute.wait(futures, context.progress):
        steps.add(1)
    points = [future.result() for future in futures]
    shown = band(points)
    return LearningCurveRecord(
        model=best.family.name,
        metric=tuning_metric(bench.training.info.task),
        samples=tuple(point.samples for point in points),
        scores=tuple(point.score for point in points),
        spreads=tuple(point.spread for point in points),
        low=shown.low,
        high=shown.high,
        gain=None
        if shown.gain is None
        else Score(value=shown.gain.value, low=shown.gain.low, high=shown.gain.high),
        sentence=shown.sentence,
    )
