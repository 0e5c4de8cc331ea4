"""Outer folds: the whole search and choice again, without the fold's test samples.

In nested resampling and leave-one-site-out what is tested is the *procedure*: in each outer fold
it searches (with half the trials), chooses, and predicts samples it never saw.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.jobs.choosing import Roster, choose_models
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import search_key
from deepbench.jobs.tuning import run_searches
from deepbench.models.fitted import FittedModel
from deepbench.models.registry import get_family
from deepbench.models.trial_tasks import FinalTask, fit_final_model
from deepbench.models.workbench import BenchSource, load_workbench


@dataclass(frozen=True)
class FittedRoster:
    """The models of one outer fold, fitted on its training samples, by role."""

    roster: Roster
    models: dict[str, FittedModel]


def search_outer_fold(context: JobContext, outer_fold: int, names: list[str]) -> FittedRoster:
    """Search, choose and fit without the test samples of an outer fold.

    Args:
        context: Study and plan.
        outer_fold: Number of the fold.
        names: Families of the main search.
    """
    bench = load_workbench(context.bench_source(outer_fold))
    trials = max(1, context.effort().trials // 2)
    offered = [name for name in names if bench.training.info.task in get_family(name).tasks]
    key = search_key(context, trials, outer_fold)
    groups = run_searches(context, bench, key, offered, trials)
    groups.sort(key=lambda group: group.family.complexity)
    roster = choose_models(context, bench, groups)
    return FittedRoster(roster, fit_roster(context, bench.source, roster))


def fit_roster(context: JobContext, source: BenchSource, roster: Roster) -> dict[str, FittedModel]:
    """Fit every model of a roster on all training samples of a source, by role."""
    members = {group.family.name: group for group in roster.by_role.values()}
    futures = {
        name: context.compute.submit(
            fit_final_model,
            FinalTask(source, name, group.best.params, context.plan.networks.seeds),
        )
        for name, group in members.items()
    }
    for done, _ in enumerate(context.compute.wait(futures.values(), context.progress), start=1):
        context.progress.report(done, len(futures), "fitting the chosen models")
    return {role: futures[group.family.name].result() for role, group in roster.by_role.items()}
