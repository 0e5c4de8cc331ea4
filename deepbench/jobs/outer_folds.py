"""Outer folds: the whole search and choice again, without the fold's test samples.

In nested resampling and leave-one-site-out what is tested is the *procedure*: in each outer fold
it searches (with half the trials), chooses, and predicts samples it never saw.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.jobs.choosing import Roster, choose_models
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import search_key
from deepbench.jobs.steps import Steps
from deepbench.jobs.tuning import run_searches, steps_done_before
from deepbench.models.fitted import FittedModel
from deepbench.models.registry import get_family
from deepbench.models.trial_tasks import FinalTask, fit_final_model
from deepbench.models.workbench import BenchSource, load_workbench

# Models of a roster at most: chosen, best traditional model, best network.
ROSTER_STEPS = 3


@dataclass(frozen=True)
class FittedRoster:
    """The models of one outer fold, fitted on its training samples, by role."""

    roster: Roster
    models: dict[str, FittedModel]


def outer_steps(context: JobContext, names: list[str], folds: int) -> tuple[int, int]:
    """Return the steps of all outer folds, and how many of them an earlier run did.

    Args:
        context: Study and plan.
        names: Families of the main search.
        folds: Number of outer folds.
    """
    trials = _trials(context)
    done = sum(
        steps_done_before(context.study, search_key(context, trials, fold), names, trials)
        for fold in range(folds)
    )
    return folds * (trials * len(names) + 1 + ROSTER_STEPS), done


def search_outer_fold(
    context: JobContext, outer_fold: int, names: list[str], steps: Steps, where: str
) -> FittedRoster:
    """Search, choose and fit without the test samples of an outer fold.

    Args:
        context: Study and plan.
        outer_fold: Number of the fold.
        names: Families of the main search.
        steps: Steps of the stage.
        where: Beginning of what is said of each step.
    """
    bench = load_workbench(context.bench_source(outer_fold))
    trials = _trials(context)
    offered = [name for name in names if bench.training.info.task in get_family(name).tasks]
    key = search_key(context, trials, outer_fold)
    groups = run_searches(context, bench, key, offered, trials, steps, where=where)
    groups.sort(key=lambda group: group.family.complexity)
    steps.say(f"{where}choosing the model")
    roster = choose_models(context, bench, groups)
    steps.add(1)
    return FittedRoster(roster, fit_roster(context, bench.source, roster, steps, where))


def _trials(context: JobContext) -> int:
    return max(1, context.effort().trials // 2)


def fit_roster(
    context: JobContext, source: BenchSource, roster: Roster, steps: Steps, where: str = ""
) -> dict[str, FittedModel]:
    """Fit every model of a roster on all training samples of a source, by role."""
    steps.say(f"{where}fitting the chosen models")
    members = {group.family.name: group for group in roster.by_role.values()}
    futures = {
        name: context.compute.submit(
            fit_final_model,
            FinalTask(source, name, group.best.params, context.plan.networks.seeds),
        )
        for name, group in members.items()
    }
    steps.drop(ROSTER_STEPS - len(futures))
    for _ in context.compute.wait(futures.values(), context.progress):
        steps.add(1)
    return {role: futures[group.family.name].result() for role, group in roster.by_role.items()}
