"""Outer folds: the whole search and choice again, without the fold's test samples.

In nested resampling and leave-one-site-out what is tested is the *procedure*: in each outer fold
it searches (with half the trials), chooses, and predicts samples it never saw.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.jobs.blending import MOST_MEMBERS, blend_members
from deepbench.jobs.calibrating import calibrated
from deepbench.jobs.choosing import Roster, choose_models
from deepbench.jobs.context import JobContext
from deepbench.jobs.known_costs import search_parts
from deepbench.jobs.leaderboard import FamilyTrials, search_key
from deepbench.jobs.steps import Part, Steps
from deepbench.jobs.tuning import run_searches, steps_done_before
from deepbench.models.blend import BlendModel
from deepbench.models.fitted import FittedModel
from deepbench.models.registry import get_family
from deepbench.models.trial_tasks import FinalTask, fit_final_model
from deepbench.models.workbench import Workbench, load_workbench

# Models to fit at most: the chosen one, those of the blend, best traditional model, best network.
ROSTER_STEPS = 3 + MOST_MEMBERS


@dataclass(frozen=True)
class FittedRoster:
    """The models of one outer fold, fitted and calibrated on its training samples.

    Attributes:
        roster: Who was chosen.
        models: The models by role.
        blend: Mean of the best settings; None where there is nothing to blend.
    """

    roster: Roster
    models: dict[str, FittedModel]
    blend: BlendModel | None

    @property
    def by_role(self) -> dict[str, FittedModel | BlendModel]:
        """Everything that meets the test samples."""
        return {**self.models, "blend": self.blend} if self.blend else {**self.models}


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


def outer_parts(context: JobContext, names: list[str], folds: int) -> dict[str, Part]:
    """Return the trials among the steps of all outer folds, by family; see `outer_steps`."""
    return search_parts(context, names, _trials(context), range(folds))


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
    return fit_roster(context, bench, roster, groups, steps, where)


def _trials(context: JobContext) -> int:
    return max(1, context.effort().trials // 2)


def fit_roster(
    context: JobContext,
    bench: Workbench,
    roster: Roster,
    groups: list[FamilyTrials],
    steps: Steps,
    where: str = "",
) -> FittedRoster:
    """Fit the models of a roster and of the blend on all training samples.

    Args:
        context: Study and plan.
        bench: The training samples.
        roster: Who was chosen among the families.
        groups: All families of the search, simple ones first.
        steps: Steps of the stage.
        where: Beginning of what is said of each step.
    """
    steps.say(f"{where}fitting the chosen models")
    blend = blend_members(groups)
    members = {group.family.name: group for group in (*roster.by_role.values(), *blend)}
    futures = {
        name: context.compute.submit(
            fit_final_model,
            FinalTask(bench.source, name, group.best.params, context.plan.networks.seeds),
        )
        for name, group in members.items()
    }
    steps.drop(ROSTER_STEPS - len(futures))
    for _ in context.compute.wait(futures.values(), context.progress):
        steps.add(1)
    fitted = {
        name: calibrated(context.study, bench, members[name], future.result())
        for name, future in futures.items()
    }
    return FittedRoster(
        roster=roster,
        models={role: fitted[group.family.name] for role, group in roster.by_role.items()},
        blend=BlendModel(tuple(fitted[group.family.name] for group in blend)) if blend else None,
    )
